#include "listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

#include "gone.h"

static void ask(struct listing *listing);

void listing_init(struct listing *listing, const struct listing_base *base, enum asset_id asset)
{
    *listing = (struct listing){.base = base, .asset = asset, .page = SMCI_PAGE_INIT, .total = -1};
    smci_cursor_init(&listing->cursor, SMCI_PAGE_LIMIT);
    listing_rows_begin(&listing->rows);
}

void listing_clear(struct listing *listing)
{
    smci_page_clear(&listing->page);
    smci_cursor_clear(&listing->cursor);
    smci_idset_clear(&listing->rows.ids);
}

static const struct job *job(const struct listing *listing)
{
    return listing->base->job;
}

static const struct asset *asset(const struct listing *listing)
{
    return asset_of(listing->asset);
}

static bool check(const struct listing *listing, enum smc_status rc, struct smc_error *err)
{
    return job_check(job(listing), rc, err);
}

static void tell(const struct listing *listing, enum listing_event event)
{
    struct smc_error err = SMC_ERROR_INIT;
    const struct listing_base *base = listing->base;
    (void)check(listing, base->told(base->ctx, listing->asset, event, NULL, &err), &err);
}

/* Whether all rows are there nobody knows. */
#define EMPTY_CURSOR "its last page has an empty cursor, and no total says that no rows follow"

static bool is_extra(const struct listing *listing)
{
    return select_is_extra(&job(listing)->selection, listing->asset);
}

/* Of an extra: it ends here. */
static void give_up(struct listing *listing, struct gap *gap)
{
    struct smc_error err = SMC_ERROR_INIT;
    bool is_decisive = listing->asset == ASSET_WORKBOOKS && listing->rows.count == 0;
    gap->call = asset(listing)->path;
    listing->is_ended = true;
    if (check(listing, lost_give_up(listing->base->lost, listing->asset, gap, &err), &err) &&
        is_decisive)
        tell(listing, LISTING_DECIDED); /* others wait for that */
}

static void fail(struct listing *listing, const char *what)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)smc_error_set(
        &err, SMC_ERR_HTTP, "the listing of %s is incomplete: page %" PRId64 " %s%s",
        asset(listing)->name, listing->pages, what,
        is_extra(listing) ? "" : "; nothing is published, since rows would be missing");
    struct gap gap = {.http_status = 200, .reason = err.detail, .remedy = GAP_RERUN};
    if (is_extra(listing))
        give_up(listing, &gap);
    else
        job_fail(job(listing), &err);
}

static enum smc_status note_gap(const struct listing *listing, int http_status, const char *reason,
                                struct smc_error *err)
{
    const struct gap gap = {.kind = asset(listing)->name,
                            .call = asset(listing)->path,
                            .http_status = http_status,
                            .reason = reason,
                            .remedy = GAP_NOTHING,
                            .is_extra = is_extra(listing)};
    return gaps_add(listing->base->lost->gaps, &gap, err);
}

/* Whether objects' calls follow from this listing. */
static bool has_objects(const struct listing *listing)
{
    return select_has_objects(&job(listing)->selection, listing->asset);
}

/* ---- the rows of a page ---- */

static enum smc_status tell_row(void *ctx, const struct smci_item *row, struct smc_error *err)
{
    const struct listing *listing = ctx;
    const struct listing_base *base = listing->base;
    return base->told(base->ctx, listing->asset, LISTING_ROW, row, err);
}

static enum smc_status take_rows(struct listing *listing, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < listing->page.count; i++) {
        bool has_id = false;
        rc = listing_rows_take(&listing->rows, job(listing), listing->asset, &listing->page.rows[i],
                               tell_row, listing, &has_id, err);
        if (rc == SMC_OK && !has_id && has_objects(listing) && listing->rows.reading == 1)
            rc = note_gap(listing, 200, "an entry has no id: nothing can be asked about it", err);
    }
    return rc;
}

/* ---- the end ---- */

/* What readings after the first are called in the log. */
static const char *reading_name(const struct listing *listing)
{
    static const char *const names[] = {"", "", ", second reading", ", third reading"};
    return names[listing->rows.reading];
}

static void log_rows(const struct listing *listing)
{
    const struct listing_rows *rows = &listing->rows;
    if (rows->doubled)
        smci_log_event(job(listing)->log, SMC_LOG_WARN, SMCI_EVENT_LISTING_DOUBLED,
                       SMCI_FACTS(.asset = asset(listing)->name, .count = rows->doubled),
                       "%" PRId64
                       " row%s of %s %s an id that was listed before: the listing's own file "
                       "keeps each, the others count it once",
                       rows->doubled, rows->doubled == 1 ? "" : "s", asset(listing)->name,
                       rows->doubled == 1 ? "has" : "have");
}

/* Whether this page is asked for what it says of the account alone. */
static bool is_one_page_enough(const struct listing *listing)
{
    return listing->asset == ASSET_WORKBOOKS && job(listing)->selection.is_one_page_enough;
}

static void finish(struct listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct listing_rows *rows = &listing->rows;
    struct smci_part *file =
        asset(listing)->form == FORM_LISTED ? job(listing)->files[listing->asset] : NULL;
    log_rows(listing);
    enum smc_status rc = file ? smci_part_finish(file, &err) : SMC_OK;
    if (rc == SMC_OK && has_objects(listing) && rows->distinct < (int64_t)rows->ids.used)
        rc = gone_note(job(listing), listing->asset, &rows->ids, rows->reading, &err);
    (void)check(listing, rc, &err);
    listing->is_ended = true;
    tell(listing, LISTING_ENDED);
    smci_page_clear(&listing->page);
    smci_idset_clear(&rows->ids);
}

static bool is_short(const struct listing *listing)
{
    return listing_rows_all(&listing->rows) < listing->total;
}

static bool is_to_be_read_again(const struct listing *listing)
{
    const struct listing_rows *rows = &listing->rows;
    if (rows->reading == 1)
        return listing->pages > 1 || is_short(listing);
    return rows->added > 0 && rows->reading < SMCI_IDSET_READINGS_MAX;
}

static void read_again(struct listing *listing)
{
    listing_rows_begin(&listing->rows);
    smci_cursor_clear(&listing->cursor);
    smci_cursor_init(&listing->cursor, SMCI_PAGE_LIMIT);
    listing->pages = 0;
    listing->total = -1;
    ask(listing);
}

/* At the end of a reading whose last page had the cursor that `step` tells of. */
static void end(struct listing *listing, enum smci_cursor_step step)
{
    char what[160];
    struct smc_error err = SMC_ERROR_INIT;
    const struct listing_rows *rows = &listing->rows;
    bool is_empty_cursor = step == SMCI_CURSOR_EMPTY || step == SMCI_CURSOR_CUT;
    if (rows->reading > 1 && rows->added)
        smci_log_event(job(listing)->log, SMC_LOG_INFO, SMCI_EVENT_LISTING_CHANGED,
                       SMCI_FACTS(.asset = asset(listing)->name, .reading = rows->reading,
                                  .count = rows->added),
                       "%s changed while it was read: rows that this reading adds: %" PRId64,
                       asset(listing)->name, rows->added);
    if (!(is_empty_cursor && is_short(listing)) && is_to_be_read_again(listing)) {
        read_again(listing);
        return;
    }
    if (!is_short(listing)) {
        if (is_empty_cursor && listing->total < 0)
            (void)check(listing, note_gap(listing, 200, EMPTY_CURSOR, &err), &err);
        finish(listing);
        return;
    }
    int said = snprintf(what, sizeof what, "%s, with ",
                        is_empty_cursor ? smci_cursor_fault(SMCI_CURSOR_EMPTY) : "was the last");
    (void)snprintf(what + said, sizeof what - (size_t)said,
                   "%" PRId64 " row%s in all where Sigma counts %" PRId64 ", after %d reading%s",
                   listing_rows_all(rows), listing_rows_all(rows) == 1 ? "" : "s", listing->total,
                   rows->reading, rows->reading == 1 ? "" : "s");
    if (is_empty_cursor ||
        !select_has_name(job(listing)->settings->accept_short, asset(listing)->name)) {
        fail(listing, what);
        return;
    }
    (void)check(listing, note_gap(listing, 200, what + said, &err), &err);
    finish(listing);
}

/* ---- pages ---- */

/* Takes a step from page to page. False when the run ends for it. */
static bool check_step(struct listing *listing, enum smci_cursor_step step)
{
    struct smc_error err = SMC_ERROR_INIT;
    bool is_end = step == SMCI_CURSOR_END || step == SMCI_CURSOR_EMPTY ||
                  (step == SMCI_CURSOR_CUT && listing->total >= 0);
    if (step == SMCI_CURSOR_NEXT || is_end)
        return true;
    if (step == SMCI_CURSOR_NO_MEMORY)
        return check(listing, SMC_ERR_NOMEM, &err);
    fail(listing, smci_cursor_fault(step));
    return false;
}

static void on_page(struct listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    const struct listing_rows *rows = &listing->rows;
    int64_t before = rows->distinct;
    bool is_first = listing->pages++ == 0 && rows->reading == 1;
    if (is_one_page_enough(listing)) {
        tell(listing, LISTING_DECIDED);
        return;
    }
    if (listing->total < listing->page.total)
        listing->total = listing->page.total;
    enum smci_cursor_step step =
        smci_cursor_take(&listing->cursor, &listing->page, asset(listing)->paging);
    if (!check_step(listing, step))
        return;
    if (listing->asset == ASSET_WORKBOOKS && is_first)
        tell(listing, LISTING_DECIDED);
    if (step == SMCI_CURSOR_NEXT)
        ask(listing); /* before this page is written: the pipe stays full */
    if (!check(listing, take_rows(listing, &err), &err))
        return;
    smci_log_event(job(listing)->log, SMC_LOG_INFO, SMCI_EVENT_PAGE,
                   SMCI_FACTS(.asset = asset(listing)->name, .page = listing->pages,
                              .reading = rows->reading, .records = rows->count),
                   "Fetched page %" PRId64 " / %" PRId64 " results (%s%s)", listing->pages,
                   rows->count, asset(listing)->name, reading_name(listing));
    if (step != SMCI_CURSOR_NEXT)
        end(listing, step);
    else
        (void)check_step(listing, smci_cursor_note(&listing->cursor, rows->distinct > before));
}

/* ---- failures ---- */

/* The first workbooks page decides for the whole run. True: the page is asked for again, or has
 * said all that is wanted of it. */
static bool fall_back(struct listing *listing, const struct smc_answer *answer)
{
    struct rights *rights = listing->base->rights;
    if (listing->asset != ASSET_WORKBOOKS || listing->pages > 0 || listing->rows.reading > 1)
        return false;
    bool was_admin = rights->is_admin;
    if (!rights_fall_back(rights, answer->http_status))
        return false;
    if (was_admin && !rights->is_admin)
        smci_log_event(
            job(listing)->log, SMC_LOG_WARN, SMCI_EVENT_RIGHTS,
            SMCI_FACTS(.status = answer->http_status),
            "These credentials may not see the whole organisation (HTTP 403 for "
            "skipPermissionCheck): only what their owner may see is extracted; use an Org "
            "Admin's credentials for all of it");
    if (is_one_page_enough(listing))
        tell(listing, LISTING_DECIDED);
    else
        ask(listing);
    return true;
}

static bool is_withdrawn(const struct listing *listing, const struct smc_answer *answer)
{
    return asset(listing)->is_withdrawn_ok && listing->pages == 0 && listing->rows.reading == 1 &&
           (answer->http_status == 404 || answer->http_status == 410);
}

static void on_failure(struct listing *listing, const struct smc_answer *answer)
{
    if (fall_back(listing, answer))
        return;
    if (smci_cursor_try_as_it_came(&listing->cursor, answer->http_status)) {
        ask(listing);
        return;
    }
    struct smc_error err = SMC_ERROR_INIT;
    if (is_withdrawn(listing, answer)) {
        char reason[600];
        (void)snprintf(reason, sizeof reason,
                       "%s; Sigma seems to have withdrawn it: taken for an empty list",
                       answer->error.detail);
        (void)check(listing, note_gap(listing, answer->http_status, reason, &err), &err);
        finish(listing);
        return;
    }
    if (is_extra(listing)) {
        struct gap gap = gap_of(answer);
        give_up(listing, &gap);
        return;
    }
    err = answer->error;
    if (answer->http_status == 403) {
        err.code = SMC_ERR_AUTH;
        smc_error_context(&err, "an Org Admin's credentials are needed to list %s",
                          asset(listing)->name);
    } else {
        smc_error_context(&err, "the listing of %s failed, and nothing is published without it",
                          asset(listing)->name);
    }
    job_fail(job(listing), &err);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct listing *listing = ctx;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    if (listing->is_ended) /* it was given up while this page was under way */
        return SMC_TAKE;
    job_answered(job(listing), NULL, NULL);
    if (answer->error.code != SMC_OK) {
        on_failure(listing, answer);
        return SMC_TAKE;
    }
    const char *names[SMCI_PAGE_MEMBERS_MAX];
    size_t count = listing_row_members(job(listing), listing->asset, names);
    struct smc_error err = SMC_ERROR_INIT;
    switch (smci_page_read(&listing->page, answer->body, answer->len, asset(listing)->paging,
                           asset(listing)->is_bare_ok && listing->pages == 0, names, count, &err)) {
    case SMCI_PAGE_OK:
        on_page(listing);
        break;
    case SMCI_PAGE_NOT_JSON:
        *why = err;
        return SMC_REJECT;
    case SMCI_PAGE_WRONG:
        listing->pages++;
        smc_error_context(&err, "is wrong");
        fail(listing, err.detail);
        break;
    case SMCI_PAGE_NO_MEMORY:
        job_fail(job(listing), &err);
        break;
    }
    return SMC_TAKE;
}

/* ---- asking ---- */

/* Said when its first page is asked for, so that an error of the login does not follow upon it. */
static void on_begun(void *ctx)
{
    struct listing *listing = ctx;
    listing->is_begun = true;
    smci_log_event(
        job(listing)->log, SMC_LOG_INFO, SMCI_EVENT_LISTING,
        SMCI_FACTS(.asset = asset(listing)->name), "Extracting %s from Sigma API%s",
        asset(listing)->name,
        is_one_page_enough(listing) ? ": one page, for what it tells of the account's rights" : "");
    smci_log_event(
        job(listing)->log, SMC_LOG_INFO, SMCI_EVENT_LISTING_CALL,
        SMCI_FACTS(.asset = asset(listing)->name, .method = "GET", .path = asset(listing)->path),
        "GET(%s%s)", smc_buf_str(&job(listing)->settings->origin), asset(listing)->path);
}

static void ask(struct listing *listing)
{
    const struct asset *of = asset(listing);
    const struct smc_buf *cursor = &listing->cursor.text;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    (void)smc_buf_addf(&target, "%s?limit=%d%s%s", of->path, SMCI_PAGE_LIMIT,
                       rights_query(listing->base->rights, listing->asset),
                       cursor->len ? "&page=" : "");
    (void)smci_cursor_put(&listing->cursor, &target);
    enum smc_status rc = smc_buf_status(&target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = of->name,
                                      .target = target.data,
                                      .is_urgent = true,
                                      .done = on_answer,
                                      .begun = listing->is_begun ? NULL : on_begun,
                                      .ctx = listing};
        rc = smc_client_send(job(listing)->client, &request);
    }
    if (rc != SMC_OK)
        (void)smc_error_set(&err, rc, "asking for %s: %s", of->name, smc_error_text(rc));
    (void)check(listing, rc, &err);
    smc_buf_clear(&target);
}

void listing_start(struct listing *listing)
{
    if (job(listing)->selection.is_asked[listing->asset])
        ask(listing);
}
