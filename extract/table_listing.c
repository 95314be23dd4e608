#include "table_listing.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/log.h"

#include "extract/fields/base62.h"

/* Wanted tables by their UUID; the tag is the id as the source has it. */
#define LIST_UUIDS "table_uuids"
/* Of these, those that the listing has, in its order; the tag is the same. */
#define LIST_HITS "table_hits"

#define CHECKS_MAX 3

void table_listing_init(struct table_listing *listing, const struct job *job, struct calls *calls)
{
    *listing = (struct table_listing){.job = job, .calls = calls, .page = SMCI_PAGE_INIT};
    smci_cursor_init(&listing->cursor, SMCI_PAGE_LIMIT);
}

void table_listing_clear(struct table_listing *listing)
{
    smci_page_clear(&listing->page);
    smci_cursor_clear(&listing->cursor);
}

enum smc_status table_listing_want(struct table_listing *listing, const char *id,
                                   struct smc_error *err)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    char hex[SMCI_UUID_TEXT_LEN + 1];
    listing->wanted++;
    if (!smci_uuid_parse(id, uuid))
        return SMC_OK;
    smci_uuid_print(uuid, hex);
    return smci_list_add(listing->job->store, LIST_UUIDS, hex, id, "", NULL, err);
}

enum smc_status table_listing_find(const struct table_listing *listing, const char *id,
                                   bool *is_known, struct smc_buf *text, struct table_path *found,
                                   struct smc_error *err)
{
    return table_path_load(listing->job->store, KIND_BULK, id, listing->tag, is_known, text, found,
                           err);
}

/* ---- the check of a hit against a single call ---- */

static enum smc_status compare(const struct table_listing *listing, const char *id, bool *agree,
                               struct smc_error *err)
{
    struct smc_buf single_text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_buf listed_text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct table_path single;
    struct table_path listed = {.is_resolved = false};
    bool is_known;
    enum smc_status rc = table_path_load(listing->job->store, KIND_PATH, id, "", &is_known,
                                         &single_text, &single, err);
    if (rc == SMC_OK)
        rc = table_listing_find(listing, id, &is_known, &listed_text, &listed, err);
    *agree = rc == SMC_OK && single.is_resolved && listed.is_resolved &&
             table_path_same(&single, &listed);
    smc_buf_clear(&single_text);
    smc_buf_clear(&listed_text);
    return rc;
}

static void check_next(struct table_listing *listing);

static void on_checked(void *ctx, const char *id, bool is_read)
{
    struct table_listing *listing = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    bool agree = false;
    listing->trust = TABLES_UNCHECKED;
    if (is_read) {
        if (!job_check(listing->job, compare(listing, id, &agree, &err), &err))
            return;
        listing->trust = agree ? TABLES_TRUSTED : TABLES_REFUSED;
        if (!agree)
            smci_log_event(
                listing->job->log, SMC_LOG_WARN, SMCI_EVENT_TABLES_UNLISTED,
                SMCI_FACTS(.reason = "it contradicts a table's own answer"),
                "The listing of all paths contradicts a table's own answer: tables are asked "
                "for one by one");
    } else if (listing->checks == CHECKS_MAX) {
        listing->trust = TABLES_REFUSED;
    }
    check_next(listing);
}

/* Holds the next hit against its single call, if that is due. */
static void check_next(struct table_listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_item item;
    bool found = false;
    if (listing->trust != TABLES_UNCHECKED || listing->checks == CHECKS_MAX)
        return;
    enum smc_status rc =
        smci_list_next(listing->job->store, LIST_HITS, listing->checked_at, &found, &item, &err);
    if (!job_check(listing->job, rc, &err) || !found)
        return;
    listing->checked_at = item.position;
    listing->checks++;
    listing->trust = TABLES_ASKING;
    calls_ask_now(listing->calls, CALL_PATH, item.tag, on_checked, listing);
}

/* ---- the listing ---- */

static enum smc_status keep_hit(struct table_listing *listing, const char *hex, const char *id,
                                const struct smci_page_row *row, struct smc_error *err)
{
    struct smci_store *store = listing->job->store;
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
        rc = table_listing_find(listing, id, &is_known, &text, &before, err);
        bool same = rc == SMC_OK && before.is_resolved && table_path_same(&before, &now);
        smc_buf_clear(&text);
        if (rc != SMC_OK || same)
            return rc;
        outcome.http_status = 0;
    } else {
        listing->hits++;
    }
    rc = smci_store_put_page(store, KIND_BULK, id, 0, row->value.p, row->value.len, err);
    return rc == SMC_OK ? smci_store_finish(store, KIND_BULK, id, listing->tag, &outcome, err) : rc;
}

static enum smc_status take_row(struct table_listing *listing, const struct smci_page_row *row,
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
    enum smc_status rc = smci_list_find(listing->job->store, LIST_UUIDS, hex, &found, &item, err);
    if (rc != SMC_OK || !found)
        return rc;
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    rc = smc_buf_addstr(&id, item.tag);
    if (rc == SMC_OK)
        rc = keep_hit(listing, hex, id.data, row, err);
    smc_buf_clear(&id);
    return rc;
}

/* Whether reading on takes fewer calls than asking for each table: by the listing's `total` where
 * it says one, the check counted too, and as long as it keeps to that. */
static bool is_worth_it(const struct table_listing *listing)
{
    int64_t total = listing->page.total;
    if (total < 0 || listing->pages >= listing->wanted)
        return listing->pages < listing->wanted;
    int64_t pages = total / SMCI_PAGE_LIMIT + (total % SMCI_PAGE_LIMIT != 0);
    return pages + 1 < listing->wanted;
}

static void on_page(struct table_listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    listing->pages++;
    /* Whatever is wrong with its cursor, the listing ends here. */
    bool is_more =
        smci_cursor_take(&listing->cursor, &listing->page, SMCI_PAGING_PAGE) == SMCI_CURSOR_NEXT;
    bool is_ended = !is_more || !is_worth_it(listing) || listing->trust == TABLES_REFUSED;
    if (!is_ended)
        table_listing_ask(listing);
    for (size_t i = 0; i < listing->page.count; i++)
        if (!job_check(listing->job, take_row(listing, &listing->page.rows[i], &err), &err))
            return;
    smci_log_event(listing->job->log, SMC_LOG_INFO, SMCI_EVENT_PAGE,
                   SMCI_FACTS(.asset = "paths", .page = listing->pages, .reading = 1,
                              .records = (int64_t)listing->page.count),
                   "Fetched page %" PRId64 " / %zu results (paths)", listing->pages,
                   listing->page.count);
    check_next(listing);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    static const char *const names[] = {"urlId", "connectionId", "path"};
    struct table_listing *listing = ctx;
    enum smci_page_verdict verdict = SMCI_PAGE_WRONG;
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    job_answered(listing->job, NULL, NULL);
    if (smci_cursor_try_as_it_came(&listing->cursor, answer->http_status)) {
        table_listing_ask(listing);
        return SMC_TAKE;
    }
    if (answer->error.code == SMC_OK)
        verdict = smci_page_read(&listing->page, answer->body, answer->len, SMCI_PAGING_PAGE, false,
                                 names, 3, &err);
    if (verdict == SMCI_PAGE_NOT_JSON) {
        *why = err;
        return SMC_REJECT;
    }
    if (verdict == SMCI_PAGE_OK) {
        on_page(listing);
        return SMC_TAKE;
    }
    if (answer->error.code != SMC_OK)
        err = answer->error;
    smci_log_event(listing->job->log, SMC_LOG_WARN, SMCI_EVENT_TABLES_UNLISTED,
                   SMCI_FACTS(.reason = err.detail),
                   "The listing of all paths can't be used, tables are asked for one by one: %s",
                   err.detail);
    check_next(listing);
    return SMC_TAKE;
}

void table_listing_ask(struct table_listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    const struct smc_buf *cursor = &listing->cursor.text;
    (void)smc_buf_addf(&target, "/v2/connections/paths?limit=%d%s", SMCI_PAGE_LIMIT,
                       cursor->len ? "&page=" : "");
    (void)smci_cursor_put(&listing->cursor, &target);
    enum smc_status rc = smc_buf_status(&target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = KIND_PATHS,
                                      .target = target.data,
                                      .is_urgent = true,
                                      .done = on_answer,
                                      .ctx = listing};
        rc = smc_client_send(listing->job->client, &request);
    }
    if (rc != SMC_OK)
        (void)smc_error_set(&err, rc, "asking for all paths: %s", smc_error_text(rc));
    (void)job_check(listing->job, rc, &err);
    smc_buf_clear(&target);
}
