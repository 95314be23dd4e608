#include "listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/net/address.h"

static void ask(struct listing *listing);

void listing_init(struct listing *listing, const struct listing_base *base, enum asset_id asset)
{
    *listing = (struct listing){.base = base, .asset = asset, .page = SMCI_PAGE_INIT, .total = -1};
    smci_cursor_init(&listing->cursor);
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

static void fail(struct listing *listing, const char *what)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)smc_error_set(&err, SMC_ERR_HTTP,
                        "the listing of %s is incomplete: page %" PRId64
                        " %s; nothing is published, since rows would be missing",
                        asset(listing)->name, listing->pages, what);
    job_fail(job(listing), &err);
}

static enum smc_status note_gap(const struct listing *listing, int http_status, const char *reason,
                                struct smc_error *err)
{
    const struct gap gap = {.kind = asset(listing)->name,
                            .call = asset(listing)->path,
                            .http_status = http_status,
                            .reason = reason,
                            .remedy = GAP_NOTHING};
    return gaps_add(listing->base->gaps, &gap, err);
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
        if (rc == SMC_OK && !has_id && has_objects(listing))
            rc = note_gap(listing, 200, "an entry has no id: its sources can't be asked for", err);
    }
    return rc == SMC_OK ? listing_rows_write(job(listing), listing->asset, &listing->page, err)
                        : rc;
}

/* ---- the end ---- */

static void log_duplicates(const struct listing *listing)
{
    int64_t doubled = listing->rows.count - listing->rows.distinct;
    if (doubled)
        smc_log_write(job(listing)->log, SMC_LOG_WARN,
                      "%" PRId64 " rows of %s carry an id that was listed before; they stay in its "
                      "file and count once elsewhere",
                      doubled, asset(listing)->name);
}

/* Whether this page is asked for what it says of the account alone. */
static bool is_one_page_enough(const struct listing *listing)
{
    return listing->asset == ASSET_WORKBOOKS && job(listing)->selection.is_one_page_enough;
}

static void finish(struct listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_part *file = job(listing)->files[listing->asset];
    log_duplicates(listing);
    (void)check(listing, file ? smci_part_finish(file, &err) : SMC_OK, &err);
    tell(listing, LISTING_ENDED);
    smci_page_clear(&listing->page);
    smci_idset_clear(&listing->rows.ids);
}

static void restart(struct listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    smc_log_write(job(listing)->log, SMC_LOG_WARN,
                  "The listing of %s has %" PRId64 " rows, but Sigma counts %" PRId64
                  ": reading it once more",
                  asset(listing)->name, listing->rows.distinct, listing->total);
    struct smci_part *file = job(listing)->files[listing->asset];
    enum smc_status rc = file ? smci_part_restart(file, &err) : SMC_OK;
    if (rc == SMC_OK && has_objects(listing))
        rc = smci_list_clear(job(listing)->store, asset(listing)->name, &err);
    if (!check(listing, rc, &err))
        return;
    const struct listing_base *base = listing->base;
    enum asset_id id = listing->asset;
    listing_clear(listing);
    listing_init(listing, base, id);
    listing->was_restarted = true;
    listing->is_begun = true;
    ask(listing);
}

static void end(struct listing *listing)
{
    char what[128];
    struct smc_error err = SMC_ERROR_INIT;
    if (listing->total < 0 || listing->rows.distinct >= listing->total) {
        finish(listing);
        return;
    }
    if (!listing->was_restarted) {
        restart(listing);
        return;
    }
    (void)snprintf(what, sizeof what,
                   "was the last, with %" PRId64 " rows in all where Sigma counts %" PRId64
                   ", twice",
                   listing->rows.distinct, listing->total);
    if (!select_has_name(job(listing)->settings->accept_short, asset(listing)->name)) {
        fail(listing, what);
        return;
    }
    (void)check(listing, note_gap(listing, 200, what + strlen("was the last, with "), &err), &err);
    finish(listing);
}

/* ---- pages ---- */

/* Takes the next page's cursor. False when the run ends for it. */
static bool take_cursor(struct listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    enum smci_cursor_step step =
        smci_cursor_take(&listing->cursor, &listing->page, asset(listing)->paging);
    if (step == SMCI_CURSOR_NEXT || step == SMCI_CURSOR_END)
        return true;
    if (step == SMCI_CURSOR_NO_MEMORY)
        return check(listing, SMC_ERR_NOMEM, &err);
    fail(listing, smci_cursor_fault(step));
    return false;
}

static void on_page(struct listing *listing)
{
    struct smc_error err = SMC_ERROR_INIT;
    bool is_first = listing->pages++ == 0;
    if (is_one_page_enough(listing)) {
        tell(listing, LISTING_DECIDED);
        return;
    }
    listing->total = listing->page.total;
    if (!take_cursor(listing))
        return;
    if (listing->asset == ASSET_WORKBOOKS && is_first && !listing->was_restarted)
        tell(listing, LISTING_DECIDED);
    if (listing->cursor.text.len)
        ask(listing); /* before this page is written: the pipe stays full */
    if (!check(listing, take_rows(listing, &err), &err))
        return;
    smc_log_write(job(listing)->log, SMC_LOG_INFO, "Fetched page %" PRId64 " / %" PRId64 " results",
                  listing->pages, listing->rows.count);
    if (!listing->cursor.text.len)
        end(listing);
}

/* ---- failures ---- */

/* The first workbooks page decides for the whole run. True: the page is asked for again, or has
 * said all that is wanted of it. */
static bool fall_back(struct listing *listing, const struct smc_answer *answer)
{
    struct rights *rights = listing->base->rights;
    if (listing->asset != ASSET_WORKBOOKS || listing->pages > 0 || listing->was_restarted)
        return false;
    bool was_admin = rights->is_admin;
    if (!rights_fall_back(rights, answer->http_status))
        return false;
    if (was_admin && !rights->is_admin)
        smc_log_write(
            job(listing)->log, SMC_LOG_WARN,
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
    return asset(listing)->is_withdrawn_ok && listing->pages == 0 &&
           (answer->http_status == 404 || answer->http_status == 410);
}

static void on_failure(struct listing *listing, const struct smc_answer *answer)
{
    if (fall_back(listing, answer))
        return;
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
    if (answer->error.code != SMC_OK) {
        on_failure(listing, answer);
        return SMC_TAKE;
    }
    const char *names[SMCI_PAGE_MEMBERS_MAX];
    size_t count = listing_row_members(job(listing), listing->asset, names);
    struct smc_error err = SMC_ERROR_INIT;
    switch (smci_page_read(&listing->page, answer->body, answer->len, asset(listing)->paging,
                           asset(listing)->is_bare_ok, names, count, &err)) {
    case SMCI_PAGE_OK:
        on_page(listing);
        break;
    case SMCI_PAGE_NOT_JSON:
        *why = err;
        return SMC_REJECT;
    case SMCI_PAGE_WRONG:
        listing->pages++;
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
    smc_log_write(
        job(listing)->log, SMC_LOG_INFO, "Extracting %s from Sigma API%s", asset(listing)->name,
        is_one_page_enough(listing) ? ": one page, for what it tells of the account's rights" : "");
    smc_log_write(job(listing)->log, SMC_LOG_INFO, "GET(%s%s)",
                  smc_buf_str(&job(listing)->settings->origin), asset(listing)->path);
}

static void ask(struct listing *listing)
{
    const struct asset *of = asset(listing);
    const struct smc_buf *cursor = &listing->cursor.text;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    (void)smc_buf_addf(&target, "%s?limit=1000%s%s", of->path,
                       rights_query(listing->base->rights, listing->asset),
                       cursor->len ? "&page=" : "");
    (void)smci_url_encode(smc_buf_str(cursor), cursor->len, &target);
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
