/* Owns the parts and wires them: calls go down, facts come up to on_listing and on_calls.
 *
 * A row of workbooks: client, listing, listing_rows into its file; its object, if new, comes up as
 *   LISTING_ROW, and calls puts the calls that follow from it on its list.
 * One object's sources: calls takes them from that list, call asks and keeps each page in the store
 * and tells calls, which hands the rows up here, for models. After all calls, sources joins them.
 * A table's path: sources and lineage tell tables what they want; table_listing finds it, or calls
 * and call ask for it alone; sources and lineage write it. A 429: client waits, slows down and asks
 * again; nobody here sees it. What it has learnt of the limit rate keeps for the next run.
 * An answer too many: client, doubt, and all begins again, but for what the store has. */
#include "run.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/net/special.h"
#include "lib/set/prune.h"

#include "again.h"
#include "calls.h"
#include "changes.h"
#include "closing.h"
#include "degraded.h"
#include "doubt.h"
#include "elements.h"
#include "gaps.h"
#include "history.h"
#include "job.h"
#include "lineage.h"
#include "listing.h"
#include "metrics.h"
#include "models.h"
#include "opening.h"
#include "progress.h"
#include "rate.h"
#include "report.h"
#include "resume.h"
#include "reuse.h"
#include "rights.h"
#include "sources.h"
#include "summary.h"
#include "tables.h"
#include "whoami.h"

struct run {
    struct job job;
    struct reuse reuse;
    struct doubt doubt;
    struct progress *progress;
    int64_t began_ms; /* by the clock's now_ms */

    /* what begins again when answers turn out to be doubtful */
    struct gaps gaps;
    struct lost lost;
    struct rights rights;
    struct whoami whoami;
    struct listing_base base;
    struct listing listings[ASSET_COUNT]; /* of those whose role is ROLE_LISTING */
    struct reused reused;
    struct calls calls;
    struct models models;
    struct tables tables;
    struct lineage lineage;
    struct degraded degraded;
    struct changes changes;
    bool is_published;
};

/* ---- facts ---- */

static enum smc_status want_calls(struct run *run, enum asset_id listing,
                                  const struct smci_item *row, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++) {
        const struct asset *asset = asset_of(i);
        if (select_asks_objects(&run->job.selection, i) && asset->of == listing &&
            asset->is_asked_for_all)
            rc = calls_want(&run->calls, i, row->id, row->tag, row->name, err);
    }
    return rc;
}

static enum smc_status on_listing(void *ctx, enum asset_id listing, enum listing_event event,
                                  const struct smci_item *row, struct smc_error *err)
{
    struct run *run = ctx;
    if (event == LISTING_ROW)
        return want_calls(run, listing, row, err);
    if (event == LISTING_ENDED) {
        enum smc_status rc = lost_listed(&run->lost, listing, err);
        return rc == SMC_OK && listing == ASSET_DATAMODELS ? models_listed(&run->models, err) : rc;
    }
    listing_start(&run->listings[ASSET_DATAMODELS]); /* it is decided how these are asked for */
    listing_start(&run->listings[ASSET_DATASETS]);
    return SMC_OK;
}

static enum smc_status on_calls(void *ctx, enum calls_event event, struct smc_json_span rows,
                                struct smc_error *err)
{
    struct run *run = ctx;
    return event == CALLS_ROWS ? models_note(&run->models, rows, err) : whoami_probe(&run->whoami);
}

static enum smc_status on_reused_rows(void *ctx, struct smc_json_span rows, struct smc_error *err)
{
    const struct run *run = ctx;
    return models_note(&run->models, rows, err);
}

/* All that has come is dealt with. What was paid for is kept before anything can take it. */
static void on_idle(void *ctx)
{
    const struct run *run = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    progress_tick(run->progress);
    (void)job_check(&run->job, smci_store_flush(run->job.store, &err), &err);
}

/* ---- the parts ---- */

/* All from `gaps` on. */
static void init(struct run *run)
{
    const struct job *job = &run->job;
    run->gaps.job = job;
    run->lost.job = job;
    run->lost.gaps = &run->gaps;
    run->rights = (struct rights)RIGHTS_INIT;
    whoami_init(&run->whoami, job, &run->gaps);
    run->base = (struct listing_base){job, &run->gaps, &run->rights, on_listing, run};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        listing_init(&run->listings[i], &run->base, i);
    run->reused =
        (struct reused){.job = job, .lost = &run->lost, .rows = on_reused_rows, .ctx = run};
    run->calls = (struct calls){
        .job = job, .lost = &run->lost, .reused = &run->reused, .told = on_calls, .ctx = run};
    run->models = (struct models){.job = job, .calls = &run->calls};
    tables_init(&run->tables, job, &run->calls);
    run->lineage.tables = &run->tables;
    run->lineage.lost = &run->lost;
    degraded_init(&run->degraded);
}

static void clear(struct run *run)
{
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        listing_clear(&run->listings[i]);
    calls_clear(&run->calls);
    tables_clear(&run->tables);
    whoami_clear(&run->whoami);
    degraded_clear(&run->degraded);
}

static void show(struct run *run)
{
    const struct progress_of of = {&run->job, run->listings, &run->calls};
    run->progress = progress_new(&of);
    smci_client_set_idle(run->job.client, on_idle, run);
}

/* ---- fetching ---- */

/* Listings, and the calls for the objects that they name, beside each other. The first workbooks
 * page goes first; data models and data sets follow once it has decided. */
static enum smc_status fetch(struct run *run, struct smc_error *err)
{
    listing_start(&run->listings[ASSET_WORKBOOKS]);
    whoami_ask(&run->whoami);
    listing_start(&run->listings[ASSET_CONNECTIONS]);
    listing_start(&run->listings[ASSET_FILES]);
    listing_start(&run->listings[ASSET_MEMBERS]);
    return calls_run(&run->calls, CALLS_LIST, err);
}

/* What failed for a while is asked once more, at the end. An answer that comes now may name a data
 * model that no other workbook uses: its lineage is asked for then. */
static enum smc_status fetch_deferred(struct run *run, struct smc_error *err)
{
    static const enum calls_phase phases[] = {CALLS_DEFERRED, CALLS_LIST, CALLS_DEFERRED};
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof phases / sizeof phases[0]; i++)
        rc = calls_run(&run->calls, phases[i], err);
    if (rc == SMC_OK)
        rc = again_end(&run->job, err);
    return rc == SMC_OK ? ends_check_all(&run->lost.ends, err) : rc;
}

/* ---- joining ---- */

/* Calls `fn` for each file of sources that is written. */
static enum smc_status each_sources(struct run *run,
                                    enum smc_status (*fn)(struct tables *, enum asset_id,
                                                          struct smc_error *),
                                    struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (run->job.files[i] && asset_of(i)->table_id_member)
            rc = fn(&run->tables, i, err);
    return rc;
}

static enum smc_status resolve_tables(struct run *run, struct smc_error *err)
{
    enum smc_status rc = each_sources(run, sources_collect, err);
    if (rc == SMC_OK && run->job.files[ASSET_DATAMODEL_LINEAGE])
        rc = lineage_collect(&run->lineage, err);
    return rc == SMC_OK ? tables_resolve(&run->tables, err) : rc;
}

static enum smc_status write_joined(struct run *run, struct smc_error *err)
{
    struct smci_part *const *files = run->job.files;
    enum smc_status rc = each_sources(run, sources_write, err);
    if (rc == SMC_OK && files[ASSET_DATAMODEL_LINEAGE])
        rc = lineage_write(&run->lineage, err);
    if (rc == SMC_OK && files[ASSET_ELEMENTS])
        rc = elements_write(&run->job, err);
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (files[i] && asset_of(i)->role == ROLE_OBJECT)
            rc = smci_part_finish(files[i], err);
    return rc;
}

/* ---- figures ---- */

static struct report report_of(const struct run *run)
{
    struct report report = {.began_ms = run->began_ms,
                            .is_published = run->is_published,
                            .reused = run->reused.count,
                            .oldest_reused_s = run->reused.oldest_s,
                            .gaps = &run->gaps,
                            .degraded = &run->degraded,
                            .lineage = &run->lineage.counts};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        report.duplicates[i] = run->listings[i].rows.doubled;
    return report;
}

static enum smc_status note_figures(const struct run *run, struct smc_error *err)
{
    const struct report report = report_of(run);
    struct smc_buf figures = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = report_figures(&run->job, &report, SMC_OK, NULL, &figures, err);
    if (rc == SMC_OK)
        rc = history_note(&run->job, smc_buf_str(&figures), err);
    smc_buf_clear(&figures);
    return rc;
}

/* ---- publishing ---- */

static enum smc_status judge(struct run *run, struct smc_error *err)
{
    return degraded_judge(&run->degraded, &run->gaps, &run->lost.ends, err);
}

static enum smc_status write_summary(struct run *run, struct smc_error *err)
{
    /* Nobody must take what a set lacks for deleted on the strength of rights that were not asked
     * about: without a page of workbooks it does not claim to be whole. */
    const struct summary summary = {.organization = &run->whoami.organization,
                                    .is_whole = run->rights.is_admin &&
                                                select_knows_rights(&run->job.selection),
                                    .gaps = &run->gaps,
                                    .degraded = &run->degraded};
    return summary_write(&run->job, &summary, err);
}

static enum smc_status publish(struct run *run, struct smc_error *err)
{
    const struct job *job = &run->job;
    enum smc_status rc = note_figures(run, err);
    if (rc == SMC_OK)
        rc = resume_note_publishing(job, true, err);
    if (rc != SMC_OK)
        return rc;
    rc = smci_fileset_publish(job->set, err);
    run->is_published = rc == SMC_OK;
    /* It has taken back what it had renamed; a next run must not take what else bears these names.
     */
    if (rc != SMC_OK)
        (void)resume_note_publishing(job, false, NULL);
    return rc;
}

/* Leaves behind what a later run needs, and no more. */
static enum smc_status leave(struct run *run, struct smc_error *err)
{
    const struct job *job = &run->job;
    enum smc_status rc = SMC_OK;
    if (job->settings->is_incremental)
        rc = tables_keep(&run->tables, err);
    if (rc == SMC_OK)
        rc = reuse_end(&run->reuse, err);
    if (rc == SMC_OK)
        rc = resume_forget_set(job, err);
    return rc == SMC_OK ? smci_store_commit(job->store, err) : rc;
}

/* Before older sets go. */
static enum smc_status compare(struct run *run, struct smc_error *err)
{
    return closing_has_table(&run->job) ? changes_find(&run->job, &run->changes, err) : SMC_OK;
}

/* --keep: the new set is published, so older ones may go. */
static enum smc_status remove_old_sets(struct run *run, struct smc_error *err)
{
    const struct job *job = &run->job;
    const struct smci_prune what = {.keep = (size_t)job->settings->keep,
                                    .spared = smci_fileset_timestamp(job->set),
                                    .now_s = job_wall_s(job)};
    return what.keep ? smci_prune(smci_fileset_site(job->set), &what, job->log, err) : SMC_OK;
}

/* ---- all of it ---- */

static void tell_end(const struct run *run)
{
    const struct job *job = &run->job;
    const struct closing closing = {.job = job,
                                    .took_ms = job->clock->now_ms(job->clock->ctx) - run->began_ms,
                                    .reused = &run->reused,
                                    .gaps = &run->gaps,
                                    .degraded = &run->degraded,
                                    .changes = &run->changes};
    closing_tell(&closing);
}

/* What was damaged is known by now: all that earlier runs have left was looked at. */
static void log_damages(const struct job *job)
{
    int64_t count = job->store ? smci_store_damages(job->store) : 0;
    if (count > 0)
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_STATE_DAMAGED, SMCI_FACTS(.count = count),
                       "%" PRId64 " of the things that an earlier run had kept in the state "
                       "directory were damaged: they count as never kept, and are asked for again",
                       count);
}

static enum smc_status write_outputs(const struct run *run, enum smc_status rc,
                                     struct smc_error *err)
{
    const struct report report = report_of(run);
    rc = report_write(&run->job, &report, rc, err);
    return metrics_write(&run->job, &report, &run->whoami.organization, rc, err);
}

/* Whatever becomes of it: the run goes on, or ends as it would. */
static void end_history(const struct run *run, enum smc_status rc, const struct smc_error *why)
{
    const struct report report = report_of(run);
    struct smc_buf figures = SMC_BUF_INIT(SMC_BODY_MAX);
    if (run->job.store && report_figures(&run->job, &report, rc, why, &figures, NULL) == SMC_OK)
        (void)history_end(&run->job, run->is_published, rc, smc_buf_str(&figures), NULL);
    smc_buf_clear(&figures);
}

/* In this order, as long as no answer is doubtful; then what can't begin again. */
typedef enum smc_status phase_fn(struct run *run, struct smc_error *err);

static phase_fn *const making[] = {fetch,        fetch_deferred, resolve_tables, fetch_deferred,
                                   write_joined, judge,          write_summary};
static phase_fn *const publishing[] = {publish, leave, compare, remove_old_sets};

static enum smc_status make(struct run *run, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof making / sizeof making[0]; i++)
        if (!doubt_is_any(&run->doubt))
            rc = making[i](run, err);
    return rc;
}

static enum smc_status begin_again(struct run *run, struct smc_error *err)
{
    smci_client_begin_again(run->job.client); /* ends the calls under way, which the parts hold */
    clear(run);
    (void)memset(&run->gaps, 0, sizeof *run - offsetof(struct run, gaps));
    init(run);
    smc_error_reset(err);
    enum smc_status rc = doubt_forget(&run->doubt, err);
    return rc == SMC_OK ? open_job_again(&run->job, &run->reuse, err) : rc;
}

/* What was made of doubtful answers is made once more, with a connection for each call. */
static enum smc_status make_set(struct run *run, struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = make(run, err);
    enum smc_status settled = smci_client_settle(run->job.client, &why);
    if (rc == SMC_OK && settled != SMC_OK)
        return smc_error_copy(err, &why);
    if (!doubt_is_any(&run->doubt) || !doubt_explains(rc))
        return rc;
    rc = begin_again(run, err);
    return rc == SMC_OK ? make(run, err) : rc;
}

enum smc_status run_extraction(const struct extract_settings *settings, struct smc_log *log,
                               int stop_fd, const struct smc_clock *clock, struct smc_error *err)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    run->job = (struct job){.settings = settings,
                            .clock = clock ? clock : smc_clock_system(),
                            .log = log,
                            .doubt = &run->doubt,
                            .stop_fd = stop_fd};
    run->began_ms = run->job.clock->now_ms(run->job.clock->ctx);
    run->reuse.job = &run->job;
    init(run);
    enum smc_status rc = open_job(&run->job, &run->reuse, err);
    if (rc == SMC_OK) {
        show(run);
        doubt_begin(&run->doubt, &run->job);
        rc = make_set(run, err);
    }
    for (size_t i = 0; rc == SMC_OK && i < sizeof publishing / sizeof publishing[0]; i++)
        rc = publishing[i](run, err);
    progress_free(run->progress);
    run->progress = NULL;
    log_damages(&run->job);
    gaps_log(&run->gaps);
    if (run->is_published) /* whatever failed afterwards */
        tell_end(run);
    const bool is_late = run->is_published && rc != SMC_OK;
    if (rc == SMC_OK)
        rc = degraded_check(&run->degraded, &run->gaps, err);
    if (doubt_is_any(&run->doubt))
        (void)doubt_forget(&run->doubt, NULL);
    if (run->job.client) /* however it ended */
        (void)rate_keep(&run->job, NULL);
    if (rc != SMC_OK) /* a buffer that could not grow says it by its status alone */
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    if (is_late) /* or it would be taken for missing */
        smc_error_context(err, "the set %" PRId64 " is published all the same",
                          smci_fileset_timestamp(run->job.set));
    if (rc == SMC_ERR_TIME)
        smc_error_context(err, "%s", smci_settings_name(&settings->sources, "--max-time"));
    end_history(run, rc, err);
    rc = write_outputs(run, rc, err);
    if (run->is_published) /* nobody waits for it any more */
        smci_store_shrink(run->job.store, log, stop_fd);
    close_job(&run->job);
    clear(run);
    doubt_clear(&run->doubt);
    free(run);
    return rc;
}
