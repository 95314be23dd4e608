#include "page_data.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sigmacat/client_types.h>
#include <sigmacat/json.h>

#include "lib/cli/packed.h"
#include "lib/json/write.h"
#include "lib/set/site.h"
#include "lib/store/history.h"

#include "changes.h"

#define SUMMARY_MAX ((size_t)1024 * 1024)
#define NAMED_MAX   20000 /* changes that are told by name */

struct adding {
    const struct page *page;
    int dir_fd;
    struct smci_packed *packed;
    bool has_items; /* of the list that is open */
    /* the run that was published before this one */
    bool has_before;
    int64_t before;
    /* changes */
    enum asset_id asset; /* whose file is compared */
    int64_t named;
};

static void add_text(struct adding *to, const char *text)
{
    smci_packed_add(to->packed, text, strlen(text));
}

static void add_span(struct adding *to, struct smc_json_span value)
{
    if (value.p)
        smci_packed_add(to->packed, value.p, value.len);
    else
        add_text(to, "null");
}

/* A JSON text of our own, of one line. */
static enum smc_status add_object(struct adding *to, struct smci_writer *json,
                                  struct smc_error *err)
{
    enum smc_status rc = smci_write_end(json, err);
    if (rc == SMC_OK)
        smci_packed_add(to->packed, json->out->data, json->out->len);
    smc_buf_clear(json->out);
    return rc;
}

/* ---- the summary ---- */

static int open_file(const struct adding *to, int64_t timestamp, const char *name)
{
    char file[80];
    (void)snprintf(file, sizeof file, "%" PRId64 "-%s.json", timestamp, name);
    return openat(to->dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/* `value` is within `text`, which the caller clears. */
static enum smc_status read_summary(const struct adding *to, int64_t timestamp,
                                    struct smc_buf *text, struct smc_json_span *value,
                                    struct smc_error *err)
{
    int fd = open_file(to, timestamp, "summary");
    enum smc_status rc = fd >= 0 ? smc_buf_read(text, fd) : SMC_ERR_IO;
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", rc == SMC_ERR_IO ? strerror(errno) : smc_error_text(rc));
    if (fd >= 0)
        (void)close(fd);
    if (rc == SMC_OK)
        rc = smc_json_scan(smc_buf_str(text), text->len, value, err);
    if (rc != SMC_OK)
        smc_error_context(err, "%s/%" PRId64 "-summary.json", to->page->directory, timestamp);
    return rc;
}

static enum smc_status add_summary(struct adding *to, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(SUMMARY_MAX);
    struct smc_json_span summary;
    enum smc_status rc = read_summary(to, to->page->timestamp, &text, &summary, err);
    if (rc == SMC_OK) {
        add_text(to, ",\"summary\":");
        add_span(to, summary);
    }
    smc_buf_clear(&text);
    return rc;
}

static bool is_partial(const struct adding *to, int64_t timestamp)
{
    struct smc_buf text = SMC_BUF_INIT(SUMMARY_MAX);
    struct smc_json_span summary;
    bool is_partial = true; /* what can't be read is not compared with */
    if (read_summary(to, timestamp, &text, &summary, NULL) == SMC_OK)
        is_partial = smc_json_member(smc_json_member(summary, "extraction"), "partial").p != NULL;
    smc_buf_clear(&text);
    return is_partial;
}

/* ---- the run ---- */

static enum smc_status add_figures(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    static const char *const results[] = {"unfinished", "published", "failed", "stopped"};
    struct adding *to = ctx;
    struct smc_buf text = SMC_BUF_INIT(SUMMARY_MAX);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
    unsigned result = (unsigned)run->result;
    smci_write_text(&json, "result", result < 4 ? results[result] : NULL);
    smci_write_time(&json, "began", run->began_s * 1000);
    smci_write_time(&json, "ended", run->ended_s * 1000);
    add_text(to, ",\"run\":");
    enum smc_status rc = add_object(to, &json, err);
    struct smc_json_span figures = {NULL, 0};
    if (rc == SMC_OK && *run->figures &&
        smc_json_scan(run->figures, strlen(run->figures), &figures, NULL) == SMC_OK) {
        add_text(to, ",\"figures\":");
        add_span(to, figures);
    }
    return rc;
}

/* Ends with SMC_ERR_CANCELLED where it is found. */
static enum smc_status find_before(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    struct adding *to = ctx;
    (void)err;
    if (run->key >= to->page->timestamp || run->result != SMCI_RUN_PUBLISHED || run->is_partial)
        return SMC_OK;
    to->has_before = true;
    to->before = run->key;
    return SMC_ERR_CANCELLED;
}

/* [kind, id, status, whether it is new or null, what the report says of it or null] */
static enum smc_status add_gap(void *ctx, const struct smci_run_gap *gap, struct smc_error *err)
{
    struct adding *to = ctx;
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smc_json_span words = {NULL, 0};
    bool had = false;
    enum smc_status rc = SMC_OK;
    if (to->has_before)
        rc = smci_history_has_gap(to->page->store, to->before, gap, &had, err);
    add_text(to, to->has_items ? ",\n[" : "[");
    to->has_items = true;
    (void)smc_json_encode(gap->kind, strlen(gap->kind), &text);
    (void)smc_buf_addstr(&text, ",");
    (void)smc_json_encode(gap->id, strlen(gap->id), &text);
    (void)smc_buf_addf(&text, ",%d,%s,", gap->http_status,
                       !to->has_before ? "null"
                       : had           ? "false"
                                       : "true");
    if (smc_buf_status(&text) == SMC_OK) /* else an id that is not UTF-8, from a damaged file */
        smci_packed_add(to->packed, text.data, text.len);
    else
        add_text(to, "null,null,0,null,");
    smc_buf_clear(&text);
    if (*gap->words)
        (void)smc_json_scan(gap->words, strlen(gap->words), &words, NULL);
    add_span(to, words);
    add_text(to, "]");
    return rc;
}

static enum smc_status add_run(struct adding *to, struct smc_error *err)
{
    struct smci_store *store = to->page->store;
    bool found = false;
    if (!store)
        return SMC_OK;
    enum smc_status rc = smci_history_get(store, to->page->timestamp, &found, add_figures, to, err);
    if (rc != SMC_OK || !found)
        return rc;
    rc = smci_history_each(store, find_before, to, err);
    if (rc != SMC_OK && !to->has_before)
        return rc;
    add_text(to, ",\"gaps\":[");
    to->has_items = false;
    rc = smci_history_each_gap(store, to->page->timestamp, add_gap, to, err);
    add_text(to, "]");
    return rc;
}

/* ---- changes ---- */

/* [file, what, id, name, who changed it, when] */
static void add_change(void *ctx, enum smci_change change, struct smc_json_span record)
{
    static const char *const words[] = {"came", "went", "changed"};
    static const char *const members[] = {"name", "updatedBy", "updatedAt"};
    struct adding *to = ctx;
    struct smc_json_span found[3];
    if (asset_of(to->asset)->role != ROLE_LISTING || ++to->named > NAMED_MAX)
        return;
    add_text(to, to->has_items ? ",\n[\"" : "[\"");
    to->has_items = true;
    add_text(to, asset_of(to->asset)->name);
    add_text(to, "\",\"");
    add_text(to, words[change]);
    add_text(to, "\",");
    add_span(to, smc_json_member(record, asset_of(to->asset)->id_member));
    smc_json_members(record, members, 3, found);
    for (size_t i = 0; i < 3; i++) {
        add_text(to, ",");
        add_span(to, found[i]);
    }
    add_text(to, "]");
}

/* Appends [name, before, now, came, went, changed] to `counts`. */
static enum smc_status compare(struct adding *to, int64_t before, enum asset_id asset,
                               struct smc_buf *counts, struct smc_error *err)
{
    const char *ids[SMCI_CHANGES_IDS];
    struct smci_changes changes = {0};
    const struct smci_changes_of of = {
        .before_fd = open_file(to, before, asset_of(asset)->name),
        .now_fd = open_file(to, to->page->timestamp, asset_of(asset)->name),
        .ids = ids,
        .id_count = changes_ids(asset, ids),
        .stop_fd = to->page->stop_fd};
    enum smc_status rc = SMC_OK;
    to->asset = asset;
    if (of.before_fd >= 0 && of.now_fd >= 0) {
        rc = smci_changes(&of, add_change, to, &changes, err);
        (void)smc_buf_addf(counts,
                           "%s[\"%s\",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "]",
                           counts->len ? "," : "", asset_of(asset)->name, changes.before,
                           changes.now, changes.came, changes.went, changes.changed);
    }
    if (of.before_fd >= 0)
        (void)close(of.before_fd);
    if (of.now_fd >= 0)
        (void)close(of.now_fd);
    return rc;
}

static enum smc_status add_comparison(struct adding *to, int64_t before, struct smc_error *err)
{
    struct smc_buf counts = SMC_BUF_INIT(65536);
    enum smc_status rc = SMC_OK;
    add_text(to, ",\"changes\":[");
    to->has_items = false;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        rc = compare(to, before, i, &counts, err);
    (void)smc_buf_addstr(&counts, "");
    if (rc == SMC_OK && smc_buf_status(&counts) != SMC_OK)
        rc = smc_error_set(err, smc_buf_status(&counts), "%s", smc_error_text(SMC_ERR_NOMEM));
    add_text(to, "],\"before\":{\"files\":[");
    add_text(to, smc_buf_str(&counts));
    smc_buf_reset(&counts);
    (void)smc_buf_addf(&counts, "],\"timestamp\":%" PRId64 "},\"named\":%" PRId64, before,
                       to->named);
    add_text(to, smc_buf_str(&counts));
    smc_buf_clear(&counts);
    return rc;
}

/* Against the newest whole set that is older and in the same directory. */
static enum smc_status add_changes(struct adding *to, struct smc_error *err)
{
    static const char *const names[] = {"summary"};
    const struct smci_site site = {to->page->directory, to->dir_fd, names, 1};
    struct smci_sightings seen = SMCI_SIGHTINGS_INIT;
    enum smc_status rc = smci_site_look(&site, &seen, err);
    bool found = false;
    size_t i = seen.count;
    while (rc == SMC_OK && !found && i-- > 0)
        found = seen.all[i].timestamp < to->page->timestamp &&
                (seen.all[i].what & SMCI_SEEN_SUMMARY) && !is_partial(to, seen.all[i].timestamp);
    if (found)
        rc = add_comparison(to, seen.all[i].timestamp, err);
    smci_sightings_clear(&seen);
    return rc;
}

/* ---- all of it ---- */

enum smc_status page_data_add(const struct page *page, int dir_fd, struct smci_packed *packed,
                              struct smc_error *err)
{
    struct adding to = {.page = page, .dir_fd = dir_fd, .packed = packed};
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
    smci_write_text(&json, "version", SMC_VERSION);
    smci_write_int(&json, "timestamp", page->timestamp);
    smci_write_text_or_null(&json, "profile", page->profile);
    add_text(&to, "{\"made_by\":");
    enum smc_status rc = add_object(&to, &json, err);
    if (rc == SMC_OK)
        rc = add_summary(&to, err);
    if (rc == SMC_OK)
        rc = add_run(&to, err);
    return rc == SMC_OK ? add_changes(&to, err) : rc;
}
