#include "paths.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/uuid.h"
#include "bulk.h"
#include "run.h"

void paths_init(struct paths *paths, struct run *run)
{
    *paths = (struct paths){.run = run, .page = SMCI_PAGE_INIT};
    smci_cursor_init(&paths->cursor);
}

void paths_clear(struct paths *paths)
{
    smci_page_clear(&paths->page);
    smci_cursor_clear(&paths->cursor);
}

bool paths_read_answer(const char *text, size_t len, struct table_path *found)
{
    static const char *const names[] = {"connectionId", "path"};
    struct smc_json_span value;
    struct smc_json_span members[2];
    found->is_resolved = false;
    if (smc_json_scan(text, len, &value, NULL) != SMC_OK)
        return false;
    smc_json_members(value, names, 2, members);
    found->connection_id = members[0];
    found->path = members[1];
    found->is_resolved = smc_json_type_of(members[0]) == SMC_JSON_STRING &&
                         smc_json_type_of(members[1]) == SMC_JSON_ARRAY;
    return found->is_resolved;
}

/* ---- what the store has ---- */

/* Rows of the bulk listing count for the run that read it, single answers also for those after it. */
static const char *tag_of(const struct paths *paths, const char *kind)
{
    return strcmp(kind, KIND_BULK) == 0 ? paths->tag : "";
}

enum smc_status paths_find_in(struct paths *paths, const char *kind, const char *id, bool *is_known,
                              struct smc_buf *text, struct table_path *found, struct smc_error *err)
{
    struct smci_outcome outcome;
    size_t from = text->len;
    found->is_resolved = false;
    enum smc_status rc =
        smci_store_get(paths->run->store, kind, id, tag_of(paths, kind), is_known, &outcome, err);
    if (rc != SMC_OK || !*is_known || outcome.http_status != 200)
        return rc;
    rc = smci_store_page(paths->run->store, kind, id, 0, text, err);
    if (rc == SMC_OK)
        (void)paths_read_answer(text->data + from, text->len - from, found);
    return rc;
}

enum smc_status paths_find(struct paths *paths, const char *table_id, struct smc_buf *text,
                           struct table_path *found, struct smc_error *err)
{
    bool is_known = false;
    enum smc_status rc = paths_find_in(paths, KIND_PATH, table_id, &is_known, text, found, err);
    if (rc != SMC_OK || is_known || paths->check != PATHS_TRUSTED)
        return rc;
    return paths_find_in(paths, KIND_BULK, table_id, &is_known, text, found, err);
}

bool paths_are_same(const struct table_path *a, const struct table_path *b)
{
    struct smc_json_walk left;
    struct smc_json_walk right;
    struct smc_json_span one;
    struct smc_json_span other;
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    bool same = smc_json_decode(a->connection_id, &text) == SMC_OK && text.data &&
                smc_json_equals(b->connection_id, text.data) &&
                smc_json_walk_begin(&left, a->path) && smc_json_walk_begin(&right, b->path);
    while (same && smc_json_walk_next(&left, NULL, &one, NULL)) {
        smc_buf_reset(&text);
        same = smc_json_walk_next(&right, NULL, &other, NULL) &&
               smc_json_decode(one, &text) == SMC_OK && smc_json_equals(other, smc_buf_str(&text));
    }
    same = same && !smc_json_walk_next(&right, NULL, &other, NULL);
    smc_buf_clear(&text);
    return same;
}

/* ---- walks over the tables ---- */

typedef enum smc_status table_fn(struct paths *paths, const char *id, struct smc_error *err);

/* Calls `fn` for each table that is wanted; `id` lasts until it returns. */
static enum smc_status each_table(struct paths *paths, table_fn *fn, struct smc_error *err)
{
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smci_item item;
    bool found = true;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found) {
        rc = smci_list_next(paths->run->store, LIST_TABLES, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        at = item.position;
        smc_buf_reset(&id);
        rc = smc_buf_addstr(&id, item.id);
        if (rc == SMC_OK)
            rc = fn(paths, id.data, err);
    }
    smc_buf_clear(&id);
    return rc;
}

/* Counts a table whose path is unknown, and files it by its UUID. */
static enum smc_status survey_one(struct paths *paths, const char *id, struct smc_error *err)
{
    struct run *run = paths->run;
    bool is_known = false;
    struct smci_outcome outcome;
    unsigned char uuid[SMCI_UUID_BYTES];
    char hex[SMCI_UUID_TEXT_LEN + 1];
    enum smc_status rc = smci_store_get(run->store, KIND_PATH, id, NULL, &is_known, &outcome, err);
    if (rc == SMC_OK && is_known)
        return objects_reuse_path(&run->objects, id, &outcome, err);
    if (rc != SMC_OK)
        return rc;
    paths->wanted++;
    if (!smci_uuid_parse(id, uuid))
        return SMC_OK;
    smci_uuid_print(uuid, hex);
    return smci_list_add(run->store, LIST_UUIDS, hex, id, "", NULL, err);
}

static enum smc_status list_single(struct paths *paths, const char *id, struct smc_error *err)
{
    struct smci_store *store = paths->run->store;
    bool is_known = false;
    struct smci_outcome outcome = {0};
    enum smc_status rc = smci_store_get(store, KIND_PATH, id, NULL, &is_known, &outcome, err);
    if (rc == SMC_OK && !is_known && paths->check == PATHS_TRUSTED) {
        rc = smci_store_get(store, KIND_BULK, id, paths->tag, &is_known, &outcome, err);
        is_known =
            is_known && outcome.http_status == 200; /* else two rows contradicted each other */
    }
    if (rc == SMC_OK && !is_known)
        rc = smci_list_add(store, LIST_SINGLE, id, "", "", NULL, err);
    return rc;
}

enum smc_status paths_list_singles(struct paths *paths, struct smc_error *err)
{
    return each_table(paths, list_single, err);
}

static enum smc_status keep_one(struct paths *paths, const char *id, struct smc_error *err)
{
    struct smci_store *store = paths->run->store;
    struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct table_path path;
    bool is_known = false;
    enum smc_status rc = paths_find_in(paths, KIND_PATH, id, &is_known, &text, &path, err);
    if (rc == SMC_OK && !is_known) {
        rc = paths_find_in(paths, KIND_BULK, id, &is_known, &text, &path, err);
        if (rc == SMC_OK && path.is_resolved)
            rc = smci_store_put_page(store, KIND_PATH, id, 0, text.data, text.len, err);
        if (rc == SMC_OK && path.is_resolved)
            rc = smci_store_finish(store, KIND_PATH, id, "", &outcome, err);
    }
    smc_buf_clear(&text);
    return rc;
}

enum smc_status paths_keep(struct paths *paths, struct smc_error *err)
{
    enum smc_status rc = paths->check == PATHS_TRUSTED ? each_table(paths, keep_one, err) : SMC_OK;
    /* The rows themselves have served. */
    return rc == SMC_OK ? smci_store_prune(paths->run->store, KIND_BULK, "", err) : rc;
}

/* ---- all of it ---- */

enum smc_status paths_resolve(struct paths *paths, struct smc_error *err)
{
    (void)snprintf(paths->tag, sizeof paths->tag, "%" PRId64,
                   smci_fileset_timestamp(paths->run->set));
    enum smc_status rc = each_table(paths, survey_one, err);
    if (rc != SMC_OK || paths->wanted == 0)
        return rc;
    smc_log_write(paths->run->log, SMC_LOG_INFO, "Extracting the paths of %" PRId64 " tables",
                  paths->wanted);
    if (paths->wanted > 2) { /* a page and a check */
        bulk_ask_page(paths);
    } else {
        paths->is_listed = true;
        bulk_go_on(paths);
    }
    return smc_client_run(paths->run->client, err);
}
