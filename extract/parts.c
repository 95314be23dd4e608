#include "parts.h"

#include "pages.h"

/* ---- facts ---- */

static enum smc_status want_calls(struct parts *parts, enum asset_id listing,
                                  const struct smci_item *row, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < CALL_COUNT; i++) {
        const struct asset *asset = asset_of(i);
        if (select_asks_objects(&parts->job->selection, i) && asset->of == listing &&
            asset->is_asked_for_all)
            rc = calls_want(&parts->calls, i, row->id, row->tag, row->name, err);
    }
    return rc;
}

/* Whether it waits for what the first workbooks page says. */
static bool is_waiting(const struct parts *parts, enum asset_id listing)
{
    return asset_of(listing)->is_whole && listing != ASSET_WORKBOOKS &&
           parts->job->selection.is_asked[ASSET_WORKBOOKS];
}

/* Workbooks first, if they are among them. */
static void start(struct parts *parts, bool are_extras, bool are_waiting)
{
    const struct selection *selection = &parts->job->selection;
    bool has_workbooks = select_is_extra(selection, ASSET_WORKBOOKS) == are_extras;
    if (has_workbooks && !are_waiting)
        listing_start(&parts->listings[ASSET_WORKBOOKS]);
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (asset_of(i)->role == ROLE_LISTING && i != ASSET_WORKBOOKS &&
            select_is_extra(selection, i) == are_extras && is_waiting(parts, i) == are_waiting)
            listing_start(&parts->listings[i]);
}

void parts_start_listings(struct parts *parts, bool are_extras)
{
    start(parts, are_extras, false);
    /* It was decided while the others were read. */
    if (are_extras && !select_is_extra(&parts->job->selection, ASSET_WORKBOOKS))
        start(parts, are_extras, true);
}

static enum smc_status on_listing(void *ctx, enum asset_id listing, enum listing_event event,
                                  const struct smci_item *row, struct smc_error *err)
{
    struct parts *parts = ctx;
    if (event == LISTING_ROW)
        return want_calls(parts, listing, row, err);
    if (event == LISTING_ENDED) {
        enum smc_status rc = lost_listed(&parts->lost, listing, err);
        return rc == SMC_OK && listing == ASSET_DATAMODELS ? models_listed(&parts->models, err)
                                                           : rc;
    }
    start(parts, select_is_extra(&parts->job->selection, ASSET_WORKBOOKS), true);
    return SMC_OK;
}

static enum smc_status on_rows(void *ctx, const struct call *call, struct smc_json_span rows,
                               struct smc_error *err)
{
    struct parts *parts = ctx;
    return call->asset == EXTRA_WORKBOOK_PAGES ? pages_want_elements(&parts->calls, call, rows, err)
                                               : models_note(&parts->models, rows, err);
}

static enum smc_status on_calls(void *ctx, enum calls_event event, const struct call *call,
                                struct smc_json_span rows, struct smc_error *err)
{
    struct parts *parts = ctx;
    return event == CALLS_ROWS ? on_rows(parts, call, rows, err) : whoami_probe(&parts->whoami);
}

/* ---- life ---- */

void parts_init(struct parts *parts, const struct job *job)
{
    *parts = (struct parts){.job = job, .gaps.job = job};
    parts->lost.job = job;
    parts->lost.gaps = &parts->gaps;
    parts->lost.ends.is_feed = job->selection.is_feed;
    parts->rights = (struct rights)RIGHTS_INIT;
    whoami_init(&parts->whoami, job, &parts->gaps);
    parts->base = (struct listing_base){job, &parts->lost, &parts->rights, on_listing, parts};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        listing_init(&parts->listings[i], &parts->base, i);
    parts->reused =
        (struct reused){.job = job, .lost = &parts->lost, .rows = on_rows, .ctx = parts};
    parts->calls = (struct calls){
        .job = job, .lost = &parts->lost, .reused = &parts->reused, .told = on_calls, .ctx = parts};
    parts->models = (struct models){.job = job, .calls = &parts->calls};
    tables_init(&parts->tables, job, &parts->calls, NULL);
    tables_init(&parts->extra_tables, job, &parts->calls, &parts->tables);
    parts->extras = (struct extras){job, parts->listings, &parts->calls, &parts->lost};
    parts->lineage.tables = &parts->tables;
    parts->lineage.lost = &parts->lost;
    parts->fields = (struct field_lineage){.job = job, .tables = &parts->extra_tables};
    degraded_init(&parts->degraded);
}

void parts_clear(struct parts *parts)
{
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        listing_clear(&parts->listings[i]);
    calls_clear(&parts->calls);
    tables_clear(&parts->tables);
    tables_clear(&parts->extra_tables);
    whoami_clear(&parts->whoami);
    degraded_clear(&parts->degraded);
}
