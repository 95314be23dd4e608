#include "paths.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base62.h"
#include "key.h"
#include "run.h"

/* Wanted tables by the hex digits of their UUID; the tag is the id as the source has it. */
#define LIST_UUIDS "table_uuids"
/* Those of them that the bulk listing has, in its order; the tag likewise. */
#define LIST_HITS "table_hits"
/* The bulk listing's rows: answers that count once the listing is trusted. */
#define KIND_BULK "bulk"

#define PAGE_ROWS  1000
#define CHECKS_MAX 3

static void ask_page(struct paths *paths);
static void go_on(struct paths *paths);

void paths_init(struct paths *paths, struct run *run)
{
    *paths = (struct paths){.run = run, .page = PAGE_INIT};
    smc_buf_init(&paths->cursor, 65536);
}

void paths_clear(struct paths *paths)
{
    page_clear(&paths->page);
    smc_buf_clear(&paths->cursor);
    idset_clear(&paths->cursors);
}

bool paths_read_answer(const char *text, size_t len, struct table_path *found)
{
    static const char *const names[] = {"connectionId", "path"};
    struct smc_span value;
    struct smc_span members[2];
    found->is_resolved = false;
    if (smc_record_scan(text, len, &value, NULL) != SMC_OK)
        return false;
    smc_span_members(value, names, 2, members);
    found->connection_id = members[0];
    found->path = members[1];
    found->is_resolved =
        smc_span_type(members[0]) == SMC_JSON_STRING && smc_span_type(members[1]) == SMC_JSON_ARRAY;
    return found->is_resolved;
}

/* ---- what the store has ---- */

/* Rows of the bulk listing count for the run that read it, single answers also for those after it. */
static const char *tag_of(const struct paths *paths, const char *kind)
{
    return strcmp(kind, KIND_BULK) == 0 ? paths->tag : "";
}

/* Appends the answer of `kind` for `id` to `text`, if it is one that resolves. */
static enum smc_status find_in(struct paths *paths, const char *kind, const char *id,
                               bool *is_known, struct smc_buf *text, struct table_path *found,
                               struct smc_error *err)
{
    struct smc_outcome outcome;
    size_t from = text->len;
    found->is_resolved = false;
    enum smc_status rc =
        smc_store_get(paths->run->store, kind, id, tag_of(paths, kind), is_known, &outcome, err);
    if (rc != SMC_OK || !*is_known || outcome.http_status != 200)
        return rc;
    rc = smc_store_page(paths->run->store, kind, id, 0, text, err);
    if (rc == SMC_OK)
        (void)paths_read_answer(text->data + from, text->len - from, found);
    return rc;
}

enum smc_status paths_find(struct paths *paths, const char *table_id, struct smc_buf *text,
                           struct table_path *found, struct smc_error *err)
{
    bool is_known = false;
    enum smc_status rc = find_in(paths, KIND_PATH, table_id, &is_known, text, found, err);
    if (rc != SMC_OK || is_known || paths->check != PATHS_TRUSTED)
        return rc;
    return find_in(paths, KIND_BULK, table_id, &is_known, text, found, err);
}

/* Whether the two say the same, however it is written. */
static bool is_same(const struct table_path *a, const struct table_path *b)
{
    struct smc_walk left;
    struct smc_walk right;
    struct smc_span one;
    struct smc_span other;
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    bool same = smc_string_decode(a->connection_id, &text) == SMC_OK && text.data &&
                smc_span_equals(b->connection_id, text.data) && smc_walk_begin(&left, a->path) &&
                smc_walk_begin(&right, b->path);
    while (same && smc_walk_next(&left, NULL, &one, NULL)) {
        smc_buf_reset(&text);
        same = smc_walk_next(&right, NULL, &other, NULL) &&
               smc_string_decode(one, &text) == SMC_OK &&
               smc_span_equals(other, smc_buf_str(&text));
    }
    same = same && !smc_walk_next(&right, NULL, &other, NULL);
    smc_buf_clear(&text);
    return same;
}

/* ---- the check of a hit against a single call ---- */

static enum smc_status compare(struct paths *paths, const char *id, bool *agree,
                               struct smc_error *err)
{
    struct smc_buf single_text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_buf bulk_text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct table_path single = {.is_resolved = false};
    struct table_path bulk = {.is_resolved = false};
    bool is_known;
    enum smc_status rc = find_in(paths, KIND_PATH, id, &is_known, &single_text, &single, err);
    if (rc == SMC_OK)
        rc = find_in(paths, KIND_BULK, id, &is_known, &bulk_text, &bulk, err);
    *agree = rc == SMC_OK && single.is_resolved && bulk.is_resolved && is_same(&single, &bulk);
    smc_buf_clear(&single_text);
    smc_buf_clear(&bulk_text);
    return rc;
}

static void on_checked(struct run *run, const char *id, bool is_read)
{
    struct paths *paths = &run->paths;
    struct smc_error err = SMC_ERROR_INIT;
    bool agree = false;
    paths->check = PATHS_UNCHECKED;
    if (is_read) {
        if (!run_check(run, compare(paths, id, &agree, &err), &err))
            return;
        paths->check = agree ? PATHS_TRUSTED : PATHS_REFUSED;
        if (!agree)
            smc_logf(run->log, SMC_LOG_WARN,
                     "The listing of all paths contradicts a table's own answer: tables are asked "
                     "for one by one");
    } else if (paths->checks == CHECKS_MAX) {
        paths->check = PATHS_REFUSED;
    }
    go_on(paths);
}

/* Holds the next hit against its single call, if that is due. */
static void check_next(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_item item;
    bool found = false;
    if (paths->check != PATHS_UNCHECKED || paths->checks == CHECKS_MAX)
        return;
    enum smc_status rc =
        smc_list_next(run->store, LIST_HITS, paths->checked_at, &found, &item, &err);
    if (!run_check(run, rc, &err) || !found)
        return;
    paths->checked_at = item.position;
    paths->checks++;
    paths->check = PATHS_ASKING;
    objects_ask_now(&run->objects, OBJECT_PATH, item.tag, on_checked);
}

/* ---- the rest, one by one ---- */

/* Puts the tables that are still unknown on LIST_SINGLE. */
static enum smc_status list_singles(struct paths *paths, struct smc_error *err)
{
    struct run *run = paths->run;
    struct smc_item item;
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    bool found = true;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found) {
        bool is_known = false;
        struct smc_outcome outcome = {0};
        rc = smc_list_next(run->store, LIST_TABLES, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        at = item.position;
        smc_buf_reset(&id);
        rc = smc_buf_addstr(&id, item.id);
        if (rc == SMC_OK)
            rc = smc_store_get(run->store, KIND_PATH, id.data, NULL, &is_known, &outcome, err);
        if (rc == SMC_OK && !is_known && paths->check == PATHS_TRUSTED)
            rc =
                smc_store_get(run->store, KIND_BULK, id.data, paths->tag, &is_known, &outcome, err);
        if (rc == SMC_OK && (!is_known || outcome.http_status == 0))
            rc = smc_list_add(run->store, LIST_SINGLE, id.data, "", "", NULL, err);
    }
    smc_buf_clear(&id);
    return rc;
}

/* When the listing has ended and is judged, what it lacks is asked for singly. */
static void go_on(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    check_next(paths);
    if (!paths->is_listed || paths->check == PATHS_ASKING)
        return;
    smc_logf(run->log, SMC_LOG_INFO,
             "%" PRId64 " of %" PRId64 " table paths came from the listing of all paths",
             paths->check == PATHS_TRUSTED ? paths->hits : 0, paths->wanted);
    if (run_check(run, list_singles(paths, &err), &err))
        objects_begin(&run->objects, OBJECTS_TABLES);
}

/* ---- the listing ---- */

static enum smc_status keep_hit(struct paths *paths, const char *hex, const char *id,
                                const struct row *row, struct smc_error *err)
{
    struct smc_store *store = paths->run->store;
    struct smc_outcome outcome = {.http_status = 200, .pages = 1};
    bool added = false;
    enum smc_status rc = smc_list_add(store, LIST_HITS, hex, id, "", &added, err);
    if (rc != SMC_OK)
        return rc;
    if (!added) {
        /* Twice in the listing: only if both rows say the same are they of use. */
        struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
        struct table_path before;
        struct table_path now = {true, row->members[1], row->members[2]};
        bool is_known;
        rc = find_in(paths, KIND_BULK, id, &is_known, &text, &before, err);
        bool same = rc == SMC_OK && before.is_resolved && is_same(&before, &now);
        smc_buf_clear(&text);
        if (rc != SMC_OK || same)
            return rc;
        outcome.http_status = 0;
    } else {
        paths->hits++;
    }
    rc = smc_store_put_page(store, KIND_BULK, id, 0, row->value.p, row->value.len, err);
    return rc == SMC_OK ? smc_store_finish(store, KIND_BULK, id, paths->tag, &outcome, err) : rc;
}

static enum smc_status take_row(struct paths *paths, const struct row *row, struct smc_error *err)
{
    unsigned char uuid[UUID_BYTES];
    char hex[UUID_TEXT_LEN + 1];
    struct smc_item item;
    bool found = false;
    struct smc_span url_id = row->members[0];
    if (smc_span_type(url_id) != SMC_JSON_STRING ||
        smc_span_type(row->members[1]) != SMC_JSON_STRING ||
        smc_span_type(row->members[2]) != SMC_JSON_ARRAY ||
        !base62_decode(url_id.p + 1, url_id.len - 2, uuid))
        return SMC_OK;
    uuid_to_text(uuid, hex);
    enum smc_status rc = smc_list_find(paths->run->store, LIST_UUIDS, hex, &found, &item, err);
    if (rc != SMC_OK || !found)
        return rc;
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    rc = smc_buf_addstr(&id, item.tag);
    if (rc == SMC_OK)
        rc = keep_hit(paths, hex, id.data, row, err);
    smc_buf_clear(&id);
    return rc;
}

/* Whether reading on takes fewer calls than asking for each table: by the listing's `total` where
 * it says one, the check counted too. */
static bool is_worth_it(const struct paths *paths)
{
    int64_t total = paths->page.total;
    if (total < 0)
        return paths->pages < paths->wanted;
    int64_t pages = total / PAGE_ROWS + (total % PAGE_ROWS != 0);
    return pages + 1 < paths->wanted;
}

/* The next page's cursor; none, or one that repeats: the listing ends here. */
static bool take_cursor(struct paths *paths)
{
    bool is_new = false;
    struct smc_span cursor = paths->page.cursor;
    smc_buf_reset(&paths->cursor);
    return cursor.p && smc_span_type(cursor) == SMC_JSON_STRING &&
           smc_string_decode(cursor, &paths->cursor) == SMC_OK && paths->cursor.len > 0 &&
           idset_add(&paths->cursors, paths->cursor.data, paths->cursor.len, &is_new) && is_new;
}

static void on_page(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    paths->pages++;
    paths->is_listed = !take_cursor(paths) || !is_worth_it(paths) || paths->check == PATHS_REFUSED;
    if (!paths->is_listed)
        ask_page(paths);
    for (size_t i = 0; i < paths->page.count; i++)
        if (!run_check(run, take_row(paths, &paths->page.rows[i], &err), &err))
            return;
    smc_logf(run->log, SMC_LOG_INFO, "Fetched page %" PRId64 " / %zu results", paths->pages,
             paths->page.count);
    go_on(paths);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    static const char *const names[] = {"urlId", "connectionId", "path"};
    struct paths *paths = ctx;
    enum page_verdict verdict = PAGE_WRONG;
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code == SMC_OK)
        verdict =
            page_read(&paths->page, answer->body, answer->len, PAGING_PAGE, false, names, 3, &err);
    if (verdict == PAGE_NOT_JSON) {
        *why = err;
        return SMC_REJECT;
    }
    if (verdict == PAGE_OK) {
        on_page(paths);
        return SMC_TAKE;
    }
    if (answer->error.code != SMC_OK)
        err = answer->error;
    smc_logf(paths->run->log, SMC_LOG_WARN,
             "The listing of all paths can't be used, tables are asked for one by one: %s",
             err.detail);
    paths->is_listed = true;
    go_on(paths);
    return SMC_TAKE;
}

static void ask_page(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc = smc_buf_addf(&target, "/v2/connections/paths?limit=%d%s", PAGE_ROWS,
                                      paths->cursor.len ? "&page=" : "");
    if (rc == SMC_OK)
        rc = smc_url_encode(smc_buf_str(&paths->cursor), paths->cursor.len, &target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = KIND_PATHS,
                                      .target = target.data,
                                      .is_urgent = true,
                                      .done = on_answer,
                                      .ctx = paths};
        rc = smc_client_send(run->client, &request);
    }
    if (rc != SMC_OK)
        (void)smc_fail(&err, rc, "asking for all paths: %s", smc_strerror(rc));
    (void)run_check(run, rc, &err);
    smc_buf_clear(&target);
}

/* ---- all of it ---- */

/* Counts the tables whose path is unknown, and files them by UUID. */
static enum smc_status survey(struct paths *paths, struct smc_error *err)
{
    struct run *run = paths->run;
    struct smc_item item;
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    bool found = true;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found) {
        bool is_known = false;
        struct smc_outcome outcome;
        unsigned char uuid[UUID_BYTES];
        char hex[UUID_TEXT_LEN + 1];
        rc = smc_list_next(run->store, LIST_TABLES, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        at = item.position;
        smc_buf_reset(&id);
        rc = smc_buf_addstr(&id, item.id);
        if (rc == SMC_OK)
            rc = smc_store_get(run->store, KIND_PATH, id.data, NULL, &is_known, &outcome, err);
        if (rc == SMC_OK && is_known)
            rc = objects_reuse_path(&run->objects, id.data, &outcome, err);
        if (rc != SMC_OK || is_known)
            continue;
        paths->wanted++;
        if (uuid_from_text(id.data, uuid)) {
            uuid_to_text(uuid, hex);
            rc = smc_list_add(run->store, LIST_UUIDS, hex, id.data, "", NULL, err);
        }
    }
    smc_buf_clear(&id);
    return rc;
}

enum smc_status paths_resolve(struct paths *paths, struct smc_error *err)
{
    (void)snprintf(paths->tag, sizeof paths->tag, "%" PRId64, smc_set_timestamp(paths->run->set));
    enum smc_status rc = survey(paths, err);
    if (rc != SMC_OK || paths->wanted == 0)
        return rc;
    smc_logf(paths->run->log, SMC_LOG_INFO, "Extracting the paths of %" PRId64 " tables",
             paths->wanted);
    if (paths->wanted > 2) { /* a page and a check */
        ask_page(paths);
    } else {
        paths->is_listed = true;
        go_on(paths);
    }
    return smc_client_run(paths->run->client, err);
}

/* ---- for later runs ---- */

static enum smc_status keep_one(struct paths *paths, const char *id, struct smc_buf *text,
                                struct smc_error *err)
{
    struct smc_store *store = paths->run->store;
    struct smc_outcome outcome = {.http_status = 200, .pages = 1};
    struct table_path path;
    bool is_known = false;
    smc_buf_reset(text);
    enum smc_status rc = find_in(paths, KIND_PATH, id, &is_known, text, &path, err);
    if (rc != SMC_OK || is_known)
        return rc;
    rc = find_in(paths, KIND_BULK, id, &is_known, text, &path, err);
    if (rc != SMC_OK || !path.is_resolved)
        return rc;
    rc = smc_store_put_page(store, KIND_PATH, id, 0, text->data, text->len, err);
    return rc == SMC_OK ? smc_store_finish(store, KIND_PATH, id, "", &outcome, err) : rc;
}

enum smc_status paths_keep(struct paths *paths, struct smc_error *err)
{
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_item item;
    bool found = paths->check == PATHS_TRUSTED;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found) {
        rc = smc_list_next(paths->run->store, LIST_TABLES, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        at = item.position;
        smc_buf_reset(&id);
        rc = smc_buf_addstr(&id, item.id);
        if (rc == SMC_OK)
            rc = keep_one(paths, id.data, &text, err);
    }
    smc_buf_clear(&id);
    smc_buf_clear(&text);
    /* The rows themselves have served. */
    return rc == SMC_OK ? smc_store_prune(paths->run->store, KIND_BULK, "", err) : rc;
}
