#include "listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "key.h"
#include "run.h"
#include "sources.h"
#include "lib/net/address.h"

/* What is picked from each row; the first is the asset's id member. */
enum { ROW_ID, ROW_VERSION, ROW_UPDATED, ROW_NAME };

static void ask(struct listing *listing);

void listing_init(struct listing *listing, struct run *run, enum asset_id asset)
{
    *listing = (struct listing){.run = run, .asset = asset, .page = SMCI_PAGE_INIT, .total = -1};
    smci_cursor_init(&listing->cursor);
}

void listing_clear(struct listing *listing)
{
    smci_page_clear(&listing->page);
    smci_cursor_clear(&listing->cursor);
    smci_idset_clear(&listing->ids);
}

static const struct asset *asset(const struct listing *listing)
{
    return asset_of(listing->asset);
}

static bool check(struct listing *listing, enum smc_status rc, struct smc_error *err)
{
    return run_check(listing->run, rc, err);
}

static void fail(struct listing *listing, const char *what)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)smc_error_set(&err, SMC_ERR_HTTP,
                        "the listing of %s is not whole, page %" PRId64
                        " %s; nothing is published, "
                        "since rows would be lost silently",
                        asset(listing)->name, listing->pages, what);
    run_fail(listing->run, &err);
}

static void note_gap(struct listing *listing, int http_status, const char *reason)
{
    struct smc_error err = SMC_ERROR_INIT;
    const struct gap gap = {.kind = asset(listing)->name,
                            .id = "",
                            .name = "",
                            .call = asset(listing)->path,
                            .http_status = http_status,
                            .code = "",
                            .request_id = "",
                            .reason = reason,
                            .remedy = GAP_NOTHING};
    (void)check(listing, gaps_add(&listing->run->gaps, &gap, &err), &err);
}

/* ---- rows ---- */

/* A text for what tells nothing: null, or longer than any version or time. */
static struct smc_json_span telling(struct smc_json_span value)
{
    bool is_telling = smc_json_type_of(value) != SMC_JSON_NULL && value.len <= 1024;
    return value.p && is_telling ? value : (struct smc_json_span){"", 0};
}

/* "latestVersion/updatedAt" as they came: what tells whether an object is still the same. */
static enum smc_status make_tag(const struct smci_page_row *row, struct smc_buf *tag)
{
    struct smc_json_span version = telling(row->members[ROW_VERSION]);
    struct smc_json_span updated = telling(row->members[ROW_UPDATED]);
    return smc_buf_addf(tag, "%.*s/%.*s", (int)version.len, version.p, (int)updated.len, updated.p);
}

static void want_object_calls(struct listing *listing, const char *id, const char *tag,
                              const char *name)
{
    struct smc_error err = SMC_ERROR_INIT;
    for (int i = 0; i < ASSET_COUNT; i++) {
        const struct asset *of = asset_of((enum asset_id)i);
        if (!select_asks_objects(&listing->run->selection, i) || of->of != listing->asset ||
            !of->is_asked_for_all)
            continue;
        if (!check(listing, objects_want(&listing->run->objects, i, id, tag, name, &err), &err))
            return;
    }
}

/* Whether objects' calls follow from this listing. */
static bool has_objects(const struct listing *listing)
{
    return select_has_objects(&listing->run->selection, listing->asset);
}

static void note_object(struct listing *listing, const struct smci_page_row *row, const char *id)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf tag = SMC_BUF_INIT(4096);
    struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
    bool added = false;
    enum smc_status rc = make_tag(row, &tag);
    if (rc == SMC_OK && smc_json_type_of(row->members[ROW_NAME]) == SMC_JSON_STRING)
        rc = smc_json_decode(row->members[ROW_NAME], &name);
    if (name.len > 200)
        name.data[200] = '\0'; /* for texts alone */
    if (rc == SMC_OK)
        rc = smci_list_add(listing->run->store, asset(listing)->name, id, smc_buf_str(&tag),
                           smc_buf_str(&name), &added, &err);
    if (check(listing, rc, &err) && added)
        want_object_calls(listing, id, smc_buf_str(&tag), smc_buf_str(&name));
    smc_buf_clear(&tag);
    smc_buf_clear(&name);
}

static void note_row(struct listing *listing, const struct smci_page_row *row)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    bool has_id = false;
    bool is_new = true;
    enum smc_status rc = key_make(row->members[ROW_ID], &id, &has_id);
    if (rc == SMC_OK && has_id && !smci_idset_add(&listing->ids, id.data, id.len, &is_new))
        rc = SMC_ERR_NOMEM;
    if (check(listing, rc, &err)) {
        listing->rows++;
        listing->distinct += is_new;
        if (has_objects(listing) && has_id)
            note_object(listing, row, id.data);
        else if (has_objects(listing))
            note_gap(listing, 200, "an entry has no id: its sources can't be asked for");
    }
    smc_buf_clear(&id);
}

static void write_rows(struct listing *listing)
{
    struct smci_part *file = listing->run->files[listing->asset];
    struct smc_error err = SMC_ERROR_INIT;
    for (size_t i = 0; file && i < listing->page.count; i++) {
        const struct smci_page_row *row = &listing->page.rows[i];
        enum smc_status rc = smci_part_record(file, &err);
        if (rc == SMC_OK)
            rc = smci_part_write(file, row->value.p, row->value.len, &err);
        if (!check(listing, rc, &err))
            return;
    }
}

/* ---- the end ---- */

static void log_duplicates(const struct listing *listing)
{
    int64_t doubled = listing->rows - listing->distinct;
    if (doubled)
        smc_log_write(listing->run->log, SMC_LOG_WARN,
                      "%" PRId64 " rows of %s carry an id that was listed before; they stay in its "
                      "file and count once elsewhere",
                      doubled, asset(listing)->name);
}

/* Data models that workbooks named before all data models were known. */
static void want_used_models(struct run *run)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_item item;
    bool found = true;
    int64_t at = 0;
    run->are_models_listed = true;
    while (found) {
        if (!run_check(run, smci_list_next(run->store, LIST_USED, at, &found, &item, &err), &err))
            return;
        if (!found)
            return;
        at = item.position;
        if (!run_check(run, sources_want_lineage(run, item.id, &err), &err))
            return;
    }
}

/* Whether this page is asked for what it says of the account alone. */
static bool is_one_page_enough(const struct listing *listing)
{
    return listing->asset == ASSET_WORKBOOKS && listing->run->selection.is_one_page_enough;
}

static void start_dependants(struct run *run)
{
    /* dataModels and datasets wait for what the first workbooks page decides. */
    listing_start(&run->listings[ASSET_DATAMODELS]);
    listing_start(&run->listings[ASSET_DATASETS]);
}

static void finish(struct listing *listing)
{
    struct run *run = listing->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_part *file = run->files[listing->asset];
    log_duplicates(listing);
    (void)check(listing, file ? smci_part_finish(file, &err) : SMC_OK, &err);
    if (listing->asset == ASSET_DATAMODELS)
        want_used_models(run);
    smci_page_clear(&listing->page);
    smci_idset_clear(&listing->ids);
}

static void restart(struct listing *listing)
{
    struct run *run = listing->run;
    struct smc_error err = SMC_ERROR_INIT;
    smc_log_write(run->log, SMC_LOG_WARN,
                  "The listing of %s has %" PRId64 " rows where Sigma says %" PRId64
                  ": it is read once more",
                  asset(listing)->name, listing->distinct, listing->total);
    struct smci_part *file = run->files[listing->asset];
    enum smc_status rc = file ? smci_part_restart(file, &err) : SMC_OK;
    if (rc == SMC_OK && has_objects(listing))
        rc = smci_list_clear(run->store, asset(listing)->name, &err);
    if (!check(listing, rc, &err))
        return;
    enum asset_id id = listing->asset;
    listing_clear(listing);
    listing_init(listing, run, id);
    listing->was_restarted = true;
    ask(listing);
}

static void end(struct listing *listing)
{
    char what[128];
    if (listing->total < 0 || listing->distinct >= listing->total) {
        finish(listing);
        return;
    }
    if (!listing->was_restarted) {
        restart(listing);
        return;
    }
    (void)snprintf(what, sizeof what,
                   "was the last, with %" PRId64 " rows in all where Sigma says %" PRId64 ", twice",
                   listing->distinct, listing->total);
    if (!select_has_name(listing->run->settings->accept_short, asset(listing)->name)) {
        fail(listing, what);
        return;
    }
    note_gap(listing, 200, what + strlen("was the last, with "));
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
    struct run *run = listing->run;
    bool is_first = listing->pages++ == 0;
    if (is_one_page_enough(listing)) {
        start_dependants(run);
        return;
    }
    listing->total = listing->page.total;
    if (!take_cursor(listing))
        return;
    if (listing->asset == ASSET_WORKBOOKS && is_first && !listing->was_restarted)
        start_dependants(run);
    if (listing->cursor.text.len)
        ask(listing); /* before this page is written: the pipe stays full */
    for (size_t i = 0; i < listing->page.count; i++)
        note_row(listing, &listing->page.rows[i]);
    write_rows(listing);
    smc_log_write(run->log, SMC_LOG_INFO, "Fetched page %" PRId64 " / %" PRId64 " results",
                  listing->pages, listing->rows);
    if (!listing->cursor.text.len)
        end(listing);
}

/* ---- failures ---- */

/* The first workbooks page decides for the whole run. True: the page is asked for again, or has
 * said all that is wanted of it. */
static bool fall_back(struct listing *listing, const struct smc_answer *answer)
{
    struct run *run = listing->run;
    if (listing->asset != ASSET_WORKBOOKS || listing->pages > 0 || listing->was_restarted)
        return false;
    bool was_admin = run->rights.is_admin;
    if (!rights_fall_back(&run->rights, answer->http_status))
        return false;
    if (was_admin && !run->rights.is_admin)
        smc_log_write(
            run->log, SMC_LOG_WARN,
            "These credentials may not see the whole organisation (HTTP 403 for "
            "skipPermissionCheck): only what their owner may see is extracted; use an Org "
            "Admin's credentials for all of it");
    if (is_one_page_enough(listing))
        start_dependants(run);
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
    if (is_withdrawn(listing, answer)) {
        char reason[600];
        (void)snprintf(reason, sizeof reason,
                       "%s; Sigma seems to have withdrawn it: taken for an empty list",
                       answer->error.detail);
        note_gap(listing, answer->http_status, reason);
        finish(listing);
        return;
    }
    struct smc_error err = answer->error;
    if (answer->http_status == 403) {
        err.code = SMC_ERR_AUTH;
        smc_error_context(&err, "an Org Admin's credentials are needed to list %s",
                          asset(listing)->name);
    } else {
        smc_error_context(&err, "the listing of %s failed, and nothing is published without it",
                          asset(listing)->name);
    }
    run_fail(listing->run, &err);
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
    const char *names[SMCI_PAGE_MEMBERS_MAX] = {asset(listing)->id_member, "latestVersion",
                                                "updatedAt", "name"};
    struct smc_error err = SMC_ERROR_INIT;
    switch (smci_page_read(&listing->page, answer->body, answer->len, asset(listing)->paging,
                           asset(listing)->is_bare_ok, names,
                           has_objects(listing) ? SMCI_PAGE_MEMBERS_MAX : 1, &err)) {
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
        run_fail(listing->run, &err);
        break;
    }
    return SMC_TAKE;
}

/* ---- asking ---- */

static void ask(struct listing *listing)
{
    const struct run *run = listing->run;
    const struct asset *of = asset(listing);
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc = smc_buf_addf(&target, "%s?limit=1000%s%s", of->path,
                                      rights_query(&run->rights, listing->asset),
                                      listing->cursor.text.len ? "&page=" : "");
    if (rc == SMC_OK)
        rc = smci_url_encode(smc_buf_str(&listing->cursor.text), listing->cursor.text.len, &target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = of->name,
                                      .target = target.data,
                                      .is_urgent = true,
                                      .done = on_answer,
                                      .ctx = listing};
        rc = smc_client_send(run->client, &request);
    }
    if (rc != SMC_OK)
        (void)smc_error_set(&err, rc, "asking for %s: %s", of->name, smc_error_text(rc));
    (void)check(listing, rc, &err);
    smc_buf_clear(&target);
}

void listing_start(struct listing *listing)
{
    struct run *run = listing->run;
    if (!run->selection.is_asked[listing->asset])
        return;
    smc_log_write(
        run->log, SMC_LOG_INFO, "Extracting %s from Sigma API%s", asset(listing)->name,
        is_one_page_enough(listing) ? ": one page, for what it tells of the account's rights" : "");
    smc_log_write(run->log, SMC_LOG_INFO, "GET(%s%s)", smc_buf_str(&run->settings->origin),
                  asset(listing)->path);
    ask(listing);
}
