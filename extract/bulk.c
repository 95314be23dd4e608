/* The listing of all paths, and the trust in it. */
#include "bulk.h"

#include <inttypes.h>
#include <string.h>

#include "base62.h"
#include "paths.h"
#include "run.h"
#include "lib/net/address.h"

/* Wanted tables that the listing has, by their UUID, in its order; the tag is the id as the source has
 * it. */
#define LIST_HITS "table_hits"

#define PAGE_ROWS  1000
#define CHECKS_MAX 3

/* ---- the check of a hit against a single call ---- */

static enum smc_status compare(struct paths *paths, const char *id, bool *agree,
                               struct smc_error *err)
{
    struct smc_buf single_text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_buf bulk_text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct table_path single = {.is_resolved = false};
    struct table_path bulk = {.is_resolved = false};
    bool is_known;
    enum smc_status rc = paths_find_in(paths, KIND_PATH, id, &is_known, &single_text, &single, err);
    if (rc == SMC_OK)
        rc = paths_find_in(paths, KIND_BULK, id, &is_known, &bulk_text, &bulk, err);
    *agree =
        rc == SMC_OK && single.is_resolved && bulk.is_resolved && paths_are_same(&single, &bulk);
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
            smc_log_write(
                run->log, SMC_LOG_WARN,
                "The listing of all paths contradicts a table's own answer: tables are asked "
                "for one by one");
    } else if (paths->checks == CHECKS_MAX) {
        paths->check = PATHS_REFUSED;
    }
    bulk_go_on(paths);
}

/* Holds the next hit against its single call, if that is due. */
static void check_next(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_item item;
    bool found = false;
    if (paths->check != PATHS_UNCHECKED || paths->checks == CHECKS_MAX)
        return;
    enum smc_status rc =
        smci_list_next(run->store, LIST_HITS, paths->checked_at, &found, &item, &err);
    if (!run_check(run, rc, &err) || !found)
        return;
    paths->checked_at = item.position;
    paths->checks++;
    paths->check = PATHS_ASKING;
    objects_ask_now(&run->objects, OBJECT_PATH, item.tag, on_checked);
}

/* When the listing has ended and is judged, what it lacks is asked for singly. */
void bulk_go_on(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    check_next(paths);
    if (!paths->is_listed || paths->check == PATHS_ASKING)
        return;
    smc_log_write(run->log, SMC_LOG_INFO,
                  "%" PRId64 " of %" PRId64 " table paths came from the listing of all paths",
                  paths->check == PATHS_TRUSTED ? paths->hits : 0, paths->wanted);
    if (run_check(run, paths_list_singles(paths, &err), &err))
        objects_begin(&run->objects, OBJECTS_TABLES);
}

/* ---- the listing ---- */

static enum smc_status keep_hit(struct paths *paths, const char *hex, const char *id,
                                const struct smci_page_row *row, struct smc_error *err)
{
    struct smci_store *store = paths->run->store;
    struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    bool added = false;
    enum smc_status rc = smci_list_add(store, LIST_HITS, hex, id, "", &added, err);
    if (rc != SMC_OK)
        return rc;
    if (!added) {
        /* Twice in the listing: only if both rows say the same are they of use. */
        struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
        struct table_path before;
        struct table_path now = {true, row->members[1], row->members[2]};
        bool is_known;
        rc = paths_find_in(paths, KIND_BULK, id, &is_known, &text, &before, err);
        bool same = rc == SMC_OK && before.is_resolved && paths_are_same(&before, &now);
        smc_buf_clear(&text);
        if (rc != SMC_OK || same)
            return rc;
        outcome.http_status = 0;
    } else {
        paths->hits++;
    }
    rc = smci_store_put_page(store, KIND_BULK, id, 0, row->value.p, row->value.len, err);
    return rc == SMC_OK ? smci_store_finish(store, KIND_BULK, id, paths->tag, &outcome, err) : rc;
}

static enum smc_status take_row(struct paths *paths, const struct smci_page_row *row,
                                struct smc_error *err)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    char hex[SMCI_UUID_TEXT_LEN + 1];
    struct smci_item item;
    bool found = false;
    struct smc_json_span url_id = row->members[0];
    if (smc_json_type_of(url_id) != SMC_JSON_STRING ||
        smc_json_type_of(row->members[1]) != SMC_JSON_STRING ||
        smc_json_type_of(row->members[2]) != SMC_JSON_ARRAY ||
        !base62_decode(url_id.p + 1, url_id.len - 2, uuid))
        return SMC_OK;
    smci_uuid_print(uuid, hex);
    enum smc_status rc = smci_list_find(paths->run->store, LIST_UUIDS, hex, &found, &item, err);
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

static void on_page(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    paths->pages++;
    /* Whatever is wrong with its cursor, the listing ends here. */
    bool is_more =
        smci_cursor_take(&paths->cursor, &paths->page, SMCI_PAGING_PAGE) == SMCI_CURSOR_NEXT;
    paths->is_listed = !is_more || !is_worth_it(paths) || paths->check == PATHS_REFUSED;
    if (!paths->is_listed)
        bulk_ask_page(paths);
    for (size_t i = 0; i < paths->page.count; i++)
        if (!run_check(run, take_row(paths, &paths->page.rows[i], &err), &err))
            return;
    smc_log_write(run->log, SMC_LOG_INFO, "Fetched page %" PRId64 " / %zu results", paths->pages,
                  paths->page.count);
    bulk_go_on(paths);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    static const char *const names[] = {"urlId", "connectionId", "path"};
    struct paths *paths = ctx;
    enum smci_page_verdict verdict = SMCI_PAGE_WRONG;
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    if (answer->error.code == SMC_OK)
        verdict = smci_page_read(&paths->page, answer->body, answer->len, SMCI_PAGING_PAGE, false,
                                 names, 3, &err);
    if (verdict == SMCI_PAGE_NOT_JSON) {
        *why = err;
        return SMC_REJECT;
    }
    if (verdict == SMCI_PAGE_OK) {
        on_page(paths);
        return SMC_TAKE;
    }
    if (answer->error.code != SMC_OK)
        err = answer->error;
    smc_log_write(paths->run->log, SMC_LOG_WARN,
                  "The listing of all paths can't be used, tables are asked for one by one: %s",
                  err.detail);
    paths->is_listed = true;
    bulk_go_on(paths);
    return SMC_TAKE;
}

void bulk_ask_page(struct paths *paths)
{
    struct run *run = paths->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc = smc_buf_addf(&target, "/v2/connections/paths?limit=%d%s", PAGE_ROWS,
                                      paths->cursor.text.len ? "&page=" : "");
    if (rc == SMC_OK)
        rc = smci_url_encode(smc_buf_str(&paths->cursor.text), paths->cursor.text.len, &target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = KIND_PATHS,
                                      .target = target.data,
                                      .is_urgent = true,
                                      .done = on_answer,
                                      .ctx = paths};
        rc = smc_client_send(run->client, &request);
    }
    if (rc != SMC_OK)
        (void)smc_error_set(&err, rc, "asking for all paths: %s", smc_error_text(rc));
    (void)run_check(run, rc, &err);
    smc_buf_clear(&target);
}
