#include "select.h"

#include <stdio.h>
#include <string.h>

#include "lib/cli/words.h"

#include "options_table.h"

/* In a list of --with. */
#define ALL  "all"
#define SPEC "spec" /* no file, but a call that field_lineage may take too */

/* ---- names ---- */

bool select_has_name(const char *list, const char *name)
{
    const char *one;
    size_t len;
    while (smci_next_name(&list, &one, &len))
        if (strlen(name) == len && strncmp(one, name, len) == 0)
            return true;
    return false;
}

/* A part of the table of assets, and the words for it. */
struct range {
    enum asset_id from;
    enum asset_id to; /* beyond the last */
    const char *what; /* "'x' is not ..." */
    bool has_all;     /* "all" stands for each of them */
};

static const struct range feed = {0, FEED_COUNT, "a file of a set", false};
static const struct range extras = {FEED_COUNT, ASSET_COUNT, "a file beyond a set's own", true};
static const struct range any = {0, ASSET_COUNT, "a file of a set", false};

/* `range->to` when it is not one. */
static enum asset_id find_asset(const struct range *range, const char *name, size_t len)
{
    enum asset_id i = range->from;
    while (i < range->to &&
           (strlen(asset_of(i)->name) != len || strncmp(asset_of(i)->name, name, len) != 0))
        i++;
    return i;
}

static enum smc_status refuse(const struct range *range, const char *name, size_t len,
                              const char *flag, struct smc_error *err)
{
    const char *names[ASSET_COUNT + 2];
    char all[400] = "";
    char text[64];
    size_t count = 0;
    (void)snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1),
                   name);
    if (strcmp(text, "summary") == 0)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: the summary can't be chosen: it is always written", flag);
    for (enum asset_id i = range->from; i < range->to; i++)
        names[count++] = asset_of(i)->name;
    if (range->has_all)
        names[count++] = ALL;
    if (range->has_all)
        names[count++] = SPEC;
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(all);
        (void)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = smci_nearest(text, names, count);
    return smc_error_set(err, SMC_ERR_USAGE, "%s: '%s' is not %s%s%s%s; these are: %s", flag,
                         near ? text : smci_word_shown(text), range->what,
                         near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", all);
}

/* Notes each name of a list. */
static enum smc_status read_names(const struct range *range, const char *names, const char *flag,
                                  bool is_named[ASSET_COUNT], struct smc_error *err)
{
    const char *name;
    size_t len;
    while (smci_next_name(&names, &name, &len)) {
        bool is_all = range->has_all && len == strlen(ALL) && strncmp(name, ALL, len) == 0;
        if (range->has_all && len == strlen(SPEC) && strncmp(name, SPEC, len) == 0)
            continue;
        enum asset_id from = is_all ? range->from : find_asset(range, name, len);
        if (from == range->to)
            return refuse(range, name, len, flag, err);
        for (enum asset_id i = from; i < (is_all ? range->to : from + 1); i++)
            is_named[i] = true;
    }
    return SMC_OK;
}

/* ---- what it takes ---- */

/* The call, its listing, and what the file needs besides. */
static void ask_for(struct selection *selection, enum asset_id id)
{
    const struct asset *asset = asset_of(id);
    if (selection->is_asked[id])
        return;
    selection->is_asked[id] = true;
    ask_for(selection, asset->of);
    for (enum asset_id i = 0; i < CALL_COUNT; i++)
        if (asset->needs & ASSET_BIT(i))
            ask_for(selection, i);
}

static void ask_for_files(struct selection *selection, const struct range *range)
{
    bool is_waiting = false; /* for what the first workbooks page says */
    for (enum asset_id i = range->from; i < range->to; i++)
        if (selection->is_written[i])
            ask_for(selection, i);
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        is_waiting = is_waiting || (selection->is_asked[i] && asset_of(i)->is_whole);
    selection->is_one_page_enough = is_waiting && !selection->is_asked[ASSET_WORKBOOKS];
}

/* What the files take, those that Catalog asks for first. */
static void ask_for_needed(struct selection *selection)
{
    ask_for_files(selection, &feed);
    (void)memcpy(selection->is_feed, selection->is_asked, sizeof selection->is_feed);
    selection->is_feed[ASSET_WORKBOOKS] |= selection->is_one_page_enough;
    ask_for_files(selection, &extras);
    if (selection->has_spec)
        ask_for(selection, CALL_MODEL_SPEC);
    selection->is_asked[ASSET_WORKBOOKS] |= selection->is_one_page_enough;
}

/* Of those that Catalog asks for. */
static bool is_any_written(struct selection *selection)
{
    bool is_any = false;
    selection->is_partial = false;
    for (enum asset_id i = 0; i < FEED_COUNT; i++) {
        selection->is_partial = selection->is_partial || !selection->is_written[i];
        is_any = is_any || selection->is_written[i];
    }
    return is_any;
}

enum smc_status select_read(const struct extract_settings *settings, struct selection *selection,
                            struct smc_error *err)
{
    bool is_named[ASSET_COUNT] = {false};
    bool is_only = settings->only != NULL;
    const char *flag = smci_settings_name(&settings->sources, is_only ? "--only" : "--skip");
    *selection = (struct selection){.is_partial = false};
    enum smc_status rc =
        read_names(&feed, is_only ? settings->only : settings->skip, flag, is_named, err);
    for (enum asset_id i = 0; i < FEED_COUNT; i++)
        selection->is_written[i] = is_named[i] == is_only;
    if (rc == SMC_OK && !is_any_written(selection))
        rc = smc_error_set(err, SMC_ERR_USAGE, "%s: this leaves no file to write", flag);
    if (rc == SMC_OK)
        rc = read_names(&extras, settings->with, smci_settings_name(&settings->sources, "--with"),
                        selection->is_written, err);
    selection->has_spec = select_has_name(settings->with, SPEC);
    if (rc == SMC_OK && selection->has_spec && !selection->is_written[EXTRA_FIELD_LINEAGE])
        rc =
            smc_error_set(err, SMC_ERR_USAGE, "%s: %s is for field_lineage, which is not asked for",
                          smci_settings_name(&settings->sources, "--with"), SPEC);
    ask_for_needed(selection);
    return rc;
}

enum smc_status select_check(const struct extract_settings *settings, struct smc_error *err)
{
    struct selection selection;
    return select_read(settings, &selection, err);
}

void select_names(const char *names, struct selection *selection)
{
    *selection = (struct selection){.is_partial = false};
    (void)read_names(&any, names, "", selection->is_written, NULL);
    if (!is_any_written(selection)) {
        selection->is_partial = false;
        for (enum asset_id i = 0; i < FEED_COUNT; i++)
            selection->is_written[i] = true;
    }
    ask_for_needed(selection);
}

/* ---- questions ---- */

size_t select_file_names(const struct selection *selection, const char *names[ASSET_COUNT + 1])
{
    size_t count = 0;
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (!selection || selection->is_written[i])
            names[count++] = asset_of(i)->name;
    names[count++] = "summary";
    return count;
}

bool select_is_extra(const struct selection *selection, enum asset_id kind)
{
    return !selection->is_feed[kind];
}

bool select_asks_objects(const struct selection *selection, enum asset_id kind)
{
    return selection->is_asked[kind] && asset_of(kind)->role == ROLE_OBJECT;
}

bool select_has_objects(const struct selection *selection, enum asset_id listing)
{
    for (enum asset_id i = 0; i < CALL_COUNT; i++)
        if (select_asks_objects(selection, i) && asset_of(i)->of == listing)
            return true;
    return false;
}

bool select_wants_all_tables(const struct selection *selection)
{
    for (enum asset_id i = 0; i < FEED_COUNT; i++)
        if ((asset_of(i)->needs & ASSET_BIT(CALL_PATH)) && !selection->is_written[i])
            return false;
    return true;
}

bool select_knows_rights(const struct selection *selection)
{
    return selection->is_asked[ASSET_WORKBOOKS];
}
