#include "parts.h"

/* ---- facts ---- */

static enum smc_status want_calls(struct parts *parts, enum asset_id listing,
                                  const struct smci_item *row, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++) {
        const struct asset *asset = asset_of(i);
        if (select_asks_objects(&parts->job->selection, i) && asset->of == listing &&
            asset->is_asked_for_all)
            rc = calls_want(&parts->calls, i, row->id, row->tag, row->name, err);
    }
    return rc;
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
    listing_start(&parts->listings[ASSET_DATAMODELS]); /* it is decided how these are asked for */
    listing_start(&parts->listings[ASSET_DATASETS]);
    return SMC_OK;
}

static enum smc_status on_calls(void *ctx, enum calls_event event, struct smc_json_span rows,
                                struct smc_error *err)
{
    struct parts *parts = ctx;
    return event == CALLS_ROWS ? models_note(&parts->models, rows, err)
                               : whoami_probe(&parts->whoami);
}

static enum smc_status on_reused_rows(void *ctx, struct smc_json_span rows, struct smc_error *err)
{
    const struct parts *parts = ctx;
    return models_note(&parts->models, rows, err);
}

/* ---- life ---- */

void parts_init(struct parts *parts, const struct job *job)
{
    *parts = (struct parts){.job = job, .gaps.job = job};
    parts->lost.job = job;
    parts->lost.gaps = &parts->gaps;
    parts->rights = (struct rights)RIGHTS_INIT;
    whoami_init(&parts->whoami, job, &parts->gaps);
    parts->base = (struct listing_base){job, &parts->gaps, &parts->rights, on_listing, parts};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        listing_init(&parts->listings[i], &parts->base, i);
    parts->reused =
        (struct reused){.job = job, .lost = &parts->lost, .rows = on_reused_rows, .ctx = parts};
    parts->calls = (struct calls){
        .job = job, .lost = &parts->lost, .reused = &parts->reused, .told = on_calls, .ctx = parts};
    parts->models = (struct models){.job = job, .calls = &parts->calls};
    tables_init(&parts->tables, job, &parts->calls);
    parts->lineage.tables = &parts->tables;
    parts->lineage.lost = &parts->lost;
    degraded_init(&parts->degraded);
}

void parts_clear(struct parts *parts)
{
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        listing_clear(&parts->listings[i]);
    calls_clear(&parts->calls);
    tables_clear(&parts->tables);
    whoami_clear(&parts->whoami);
    degraded_clear(&parts->degraded);
}
