#include "select.h"

#include <stdio.h>
#include <string.h>

#include "lib/cli/words.h"

#include "options_table.h"

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

/* ASSET_COUNT when it is not one. */
static enum asset_id find_asset(const char *name, size_t len)
{
    enum asset_id i = 0;
    while (i < ASSET_COUNT &&
           (strlen(asset_of(i)->name) != len || strncmp(asset_of(i)->name, name, len) != 0))
        i++;
    return i;
}

static enum smc_status refuse(const char *name, size_t len, const char *what, struct smc_error *err)
{
    const char *names[ASSET_COUNT];
    char all[256] = "";
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1),
                   name);
    if (strcmp(text, "summary") == 0)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: the summary can't be chosen: it is always written", what);
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        size_t used = strlen(all);
        names[i] = asset_of(i)->name;
        (void)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = smci_nearest(text, names, ASSET_COUNT);
    return smc_error_set(err, SMC_ERR_USAGE, "%s: '%s' is not a file of a set%s%s%s; these are: %s",
                         what, near ? text : smci_word_shown(text), near ? " (did you mean '" : "",
                         near ? near : "", near ? "'?)" : "", all);
}

static enum smc_status read_names(const char *names, const char *what, bool is_named[ASSET_COUNT],
                                  struct smc_error *err)
{
    const char *name;
    size_t len;
    while (smci_next_name(&names, &name, &len)) {
        enum asset_id asset = find_asset(name, len);
        if (asset == ASSET_COUNT)
            return refuse(name, len, what, err);
        is_named[asset] = true;
    }
    return SMC_OK;
}

/* ---- what it takes ---- */

/* Whether tables' paths go into this file. */
static bool has_tables(enum asset_id asset)
{
    return asset == ASSET_DATAMODEL_LINEAGE || asset_of(asset)->table_id_member;
}

/* The calls that the files need besides their own. */
static void ask_for_needed(struct selection *selection)
{
    bool *is_asked = selection->is_asked;
    bool is_waiting = false; /* for what the first workbooks page says */
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        const struct asset *asset = asset_of(i);
        if (!selection->is_written[i])
            continue;
        is_asked[i] = true;
        is_asked[asset->of] = true;
        is_asked[CALL_PATH] = is_asked[CALL_PATH] || has_tables(i);
        is_waiting = is_waiting || asset_of(asset->of)->is_whole;
    }
    if (is_asked[ASSET_DATAMODEL_LINEAGE]) { /* of the data models that a workbook names */
        is_asked[ASSET_WORKBOOKS] = true;
        is_asked[ASSET_WORKBOOK_SOURCES] = true;
    }
    selection->is_one_page_enough = is_waiting && !is_asked[ASSET_WORKBOOKS];
    is_asked[ASSET_WORKBOOKS] = is_asked[ASSET_WORKBOOKS] || is_waiting;
}

/* `is_named` and whether it is the names that are written, or the others. False: none is. */
static bool select_files(const bool is_named[ASSET_COUNT], bool is_written,
                         struct selection *selection)
{
    bool is_any = false;
    *selection = (struct selection){.is_partial = false};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        selection->is_written[i] = is_named[i] == is_written;
        selection->is_partial = selection->is_partial || !selection->is_written[i];
        is_any = is_any || selection->is_written[i];
    }
    ask_for_needed(selection);
    return is_any;
}

enum smc_status select_read(const struct extract_settings *settings, struct selection *selection,
                            struct smc_error *err)
{
    bool is_named[ASSET_COUNT] = {false};
    bool is_only = settings->only != NULL;
    const char *what = smci_settings_name(&settings->sources, is_only ? "--only" : "--skip");
    enum smc_status rc = read_names(is_only ? settings->only : settings->skip, what, is_named, err);
    if (rc == SMC_OK && !select_files(is_named, is_only, selection))
        rc = smc_error_set(err, SMC_ERR_USAGE, "%s: this leaves no file to write", what);
    return rc;
}

enum smc_status select_check(const struct extract_settings *settings, struct smc_error *err)
{
    struct selection selection;
    return select_read(settings, &selection, err);
}

void select_names(const char *names, struct selection *selection)
{
    bool is_named[ASSET_COUNT] = {false};
    (void)read_names(names, "", is_named, NULL);
    if (!select_files(is_named, true, selection)) {
        const bool is_none[ASSET_COUNT] = {false};
        (void)select_files(is_none, false, selection);
    }
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

bool select_asks_objects(const struct selection *selection, enum asset_id kind)
{
    return selection->is_asked[kind] && asset_of(kind)->role == ROLE_OBJECT;
}

bool select_has_objects(const struct selection *selection, enum asset_id listing)
{
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (select_asks_objects(selection, i) && asset_of(i)->of == listing)
            return true;
    return false;
}

bool select_wants_all_tables(const struct selection *selection)
{
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (has_tables(i) && !selection->is_written[i])
            return false;
    return true;
}

bool select_knows_rights(const struct selection *selection)
{
    return selection->is_asked[ASSET_WORKBOOKS];
}
