/* Puts the parts to work, one phase after the other. Calls go down, facts come up to parts.c, which
 * wires the parts.
 *
 * A row of workbooks: client, listing, listing_rows into its file; its object, if new, comes up as
 *   LISTING_ROW, and calls puts the calls that follow from it on its list.
 * One object's sources: calls takes them from that list, call asks and keeps each page in the store
 * and tells calls, which hands the rows up, for models. After all calls, sources joins them.
 * A table's path: sources and lineage tell tables what they want; table_listing finds it, or calls
 * and call ask for it alone; sources and lineage write it. A 429: client waits, slows down and asks
 * again; nobody here sees it. What it has learnt of the limit rate keeps for the next run.
 * An answer too many: client, doubt, and all begins again, but for what the store has. */
#include "run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/net/special.h"
#include "lib/set/prune.h"

#include "account.h"
#include "advice.h"
#include "again.h"
#include "changes.h"
#include "closing.h"
#include "doubt.h"
#include "extras.h"
#include "history.h"
#include "job.h"
#include "joined.h"
#include "opening.h"
#include "parts.h"
#include "progress.h"
#include "rate.h"
#include "resume.h"
#include "reuse.h"
#include "status_keep.h"
#include "summary.h"

struct run {
    struct job job;
    struct reuse reuse;
    struct doubt doubt;
    struct progress *progress;
    struct timeline timeline;
    struct status_keep *status;
    int64_t began_ms;   /* by the clock's now_ms */
    struct parts parts; /* which begin again when answers turn out to be doubtful */
    struct changes changes;
    bool is_published;
};

/* ---- showing ---- */

static void look_at_time(struct run *run)
{
    const struct job *job = &run->job;
    struct smc_client_stats stats;
    smc_client_get_stats(job->client, &stats);
    timeline_look(&run->timeline, &stats, job->clock->now_ms(job->clock->ctx));
}

/* All that has come is dealt with. What was paid for is kept before anything can take it. */
static void on_idle(void *ctx)
{
    struct run *run = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    look_at_time(run);
    progress_tick(run->progress);
    status_keep_tick(run->status);
    (void)job_check(&run->job, smci_store_flush(run->job.store, &err), &err);
}

static void show(struct run *run)
{
    const struct progress_of of = {&run->job, run->parts.listings, &run->parts.calls};
    const struct status_keep_of status = {of, &run->reuse, &run->parts.whoami.organization};
    run->progress = progress_new(&of);
    run->status = status_keep_new(&status);
    smci_client_set_idle(run->job.client, on_idle, run);
}

/* ---- fetching ---- */

/* Listings, and the calls for the objects that they name, beside each other. The first workbooks
 * page goes first. */
static enum smc_status fetch(struct run *run, struct smc_error *err)
{
    parts_start_listings(&run->parts, false);
    whoami_ask(&run->parts.whoami);
    return calls_run(&run->parts.calls, CALLS_LIST, err);
}

/* What failed for a while is asked once more, at the end. An answer that comes now may name a data
 * model that no other workbook uses: its lineage is asked for then. */
static enum smc_status fetch_deferred(struct run *run, struct smc_error *err)
{
    static const enum calls_phase phases[] = {CALLS_DEFERRED, CALLS_LIST, CALLS_DEFERRED};
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof phases / sizeof phases[0]; i++)
        rc = calls_run(&run->parts.calls, phases[i], err);
    if (rc == SMC_OK)
        rc = again_end(&run->job, err);
    return rc == SMC_OK ? ends_check_all(&run->parts.lost.ends, err) : rc;
}

/* ---- joining ---- */

static struct joined joined_of(struct run *run)
{
    return (struct joined){&run->job, &run->parts.tables, &run->parts.extra_tables,
                           &run->parts.lineage, &run->parts.fields};
}

static enum smc_status resolve_tables(struct run *run, struct smc_error *err)
{
    const struct joined joined = joined_of(run);
    enum smc_status rc = joined_want_tables(&joined, false, err);
    return rc == SMC_OK ? tables_resolve(&run->parts.tables, err) : rc;
}

static enum smc_status write_joined(struct run *run, struct smc_error *err)
{
    const struct joined joined = joined_of(run);
    return joined_write(&joined, err);
}

/* ---- extras ---- */

/* What is asked for has been named by listings, then by sources, then by the tables of these. */
static enum smc_status ask_extras(struct run *run, struct smc_error *err)
{
    struct parts *parts = &run->parts;
    const struct joined joined = joined_of(run);
    parts_start_listings(parts, true);
    enum smc_status rc = extras_ask_objects(&parts->extras, err);
    if (rc == SMC_OK)
        rc = joined_want_tables(&joined, true, err);
    if (rc == SMC_OK)
        rc = tables_resolve(&parts->extra_tables, err);
    return rc == SMC_OK ? extras_ask_columns(&parts->extras, err) : rc;
}

static enum smc_status fetch_extras(struct run *run, struct smc_error *err)
{
    if (!extras_are_any(&run->job.selection))
        return SMC_OK;
    enum smc_status rc = extras_settle(&run->parts.extras, ask_extras(run, err), err);
    if (rc == SMC_OK)
        rc = tables_settle(&run->parts.extra_tables, err);
    if (rc == SMC_OK)
        rc = again_end(&run->job, err);
    return rc == SMC_OK ? extras_drop_files(&run->job, &run->parts.lost, err) : rc;
}

/* ---- figures ---- */

/* Nobody must take what a set lacks for deleted on the strength of rights that were not asked
 * about: without a page of workbooks it does not claim to be whole. */
static bool is_whole(const struct run *run)
{
    return run->parts.rights.is_admin && select_knows_rights(&run->job.selection);
}

static struct report report_of(const struct run *run)
{
    struct report report = {.began_ms = run->began_ms,
                            .is_published = run->is_published,
                            .reused = run->parts.reused.count,
                            .oldest_reused_s = run->parts.reused.oldest_s,
                            .is_whole = is_whole(run),
                            .organization = &run->parts.whoami.organization,
                            .changes = &run->changes,
                            .timeline = &run->timeline,
                            .gaps = &run->parts.gaps,
                            .degraded = &run->parts.degraded,
                            .lineage = &run->parts.lineage.counts,
                            .fields = &run->parts.fields};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        report.duplicates[i] = run->parts.listings[i].rows.doubled;
    return report;
}

/* ---- publishing ---- */

static enum smc_status judge(struct run *run, struct smc_error *err)
{
    return degraded_judge(&run->parts.degraded, &run->parts.gaps, &run->parts.lost.ends, err);
}

static enum smc_status write_summary(struct run *run, struct smc_error *err)
{
    const struct summary summary = {.organization = &run->parts.whoami.organization,
                                    .is_whole = is_whole(run),
                                    .gaps = &run->parts.gaps,
                                    .degraded = &run->parts.degraded};
    return summary_write(&run->job, &summary, err);
}

static enum smc_status publish(struct run *run, struct smc_error *err)
{
    const struct job *job = &run->job;
    look_at_time(run);
    const struct report report = report_of(run);
    enum smc_status rc = account_note(job, &report, err);
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
        rc = tables_keep(&run->parts.tables, err);
    if (rc == SMC_OK)
        rc = reuse_end(&run->reuse, err);
    if (rc == SMC_OK)
        rc = resume_forget_set(job, err);
    return rc == SMC_OK ? smci_store_commit(job->store, err) : rc;
}

/* Before older sets go. */
static enum smc_status compare(struct run *run, struct smc_error *err)
{
    const struct extract_settings *settings = run->job.settings;
    const bool is_wanted = settings->is_json || settings->report || closing_has_table(&run->job);
    return is_wanted ? changes_find(&run->job, &run->changes, err) : SMC_OK;
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
                                    .reused = &run->parts.reused,
                                    .gaps = &run->parts.gaps,
                                    .degraded = &run->parts.degraded,
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

static void end_status(struct run *run, enum smc_status rc, const struct smc_error *why)
{
    const struct status_end end = {.is_published = run->is_published,
                                   .is_degraded = run->parts.degraded.count > 0,
                                   .gaps = run->parts.gaps.total,
                                   .rc = rc,
                                   .err = why};
    if (run->status)
        status_keep_end(run->status, &end);
    else if (rc != SMC_ERR_LOCKED)
        status_keep_failed(run->job.settings, run->job.log, run->job.clock, run->job.store != NULL,
                           rc, why);
}

/* In this order, as long as no answer is doubtful; then what can't begin again. */
typedef enum smc_status phase_fn(struct run *run, struct smc_error *err);

static phase_fn *const making[] = {fetch,        fetch_deferred, resolve_tables, fetch_deferred,
                                   fetch_extras, write_joined,   judge,          write_summary};
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
    parts_clear(&run->parts);
    parts_init(&run->parts, &run->job);
    smc_error_reset(err);
    enum smc_status rc = doubt_forget(&run->doubt, err);
    return rc == SMC_OK ? open_job_again(&run->job, &run->reuse, err) : rc;
}

static void on_answered(void *ctx, const char *kind, const char *id)
{
    struct run *run = ctx;
    doubt_note(&run->doubt, kind, id);
}

static bool is_doubtful(void *ctx, const char *kind, const char *id)
{
    const struct run *run = ctx;
    return doubt_has(&run->doubt, kind, id);
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

static struct run *run_new(const struct extract_settings *settings, struct smc_log *log,
                           int stop_fd, const struct smc_clock *clock)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->job = (struct job){.settings = settings,
                            .clock = clock ? clock : smc_clock_system(),
                            .log = log,
                            .answered = on_answered,
                            .is_doubtful = is_doubtful,
                            .answered_ctx = run,
                            .stop_fd = stop_fd};
    run->began_ms = run->job.clock->now_ms(run->job.clock->ctx);
    timeline_begin(&run->timeline, run->began_ms);
    run->reuse.job = &run->job;
    parts_init(&run->parts, &run->job);
    return run;
}

static void run_free(struct run *run)
{
    close_job(&run->job);
    parts_clear(&run->parts);
    doubt_clear(&run->doubt);
    free(run);
}

static enum smc_status make_and_publish(struct run *run, struct smc_error *err)
{
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
    return rc;
}

/* The last lines of the log, and what a next run is to know, however it ended. */
static enum smc_status close_run(struct run *run, enum smc_status rc, struct smc_error *err)
{
    log_damages(&run->job);
    gaps_log(&run->parts.gaps);
    if (run->is_published) /* whatever failed afterwards */
        tell_end(run);
    if (rc == SMC_OK)
        rc = degraded_check(&run->parts.degraded, &run->parts.gaps, err);
    if (doubt_is_any(&run->doubt))
        (void)doubt_forget(&run->doubt, NULL);
    if (run->job.client)
        (void)rate_keep(&run->job, NULL);
    return rc;
}

/* Says the error in full: a buffer that could not grow tells it by its status alone, and a set that
 * is there must not be taken for missing (`is_late`). */
static void explain(const struct run *run, bool is_late, enum smc_status rc, struct smc_error *err)
{
    const struct job *job = &run->job;
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    if (is_late)
        smc_error_context(err, "the set %" PRId64 " is published all the same",
                          smci_fileset_timestamp(job->set));
    if (rc == SMC_ERR_TIME)
        smc_error_context(err, "%s", smci_settings_name(&job->settings->sources, "--max-time"));
    advice_add(job->settings, rc, err);
}

enum smc_status run_extraction(const struct extract_settings *settings, struct smc_log *log,
                               int stop_fd, const struct smc_clock *clock,
                               struct smci_cli_ending *result, struct smc_error *err)
{
    struct run *run = run_new(settings, log, stop_fd, clock);
    if (!run)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    enum smc_status rc = make_and_publish(run, err);
    const bool is_late = run->is_published && rc != SMC_OK;
    rc = close_run(run, rc, err);
    explain(run, is_late, rc, err);
    const struct report report = report_of(run);
    rc = account_end(&run->job, &report, result, rc, err);
    end_status(run, rc, err);
    if (run->is_published) /* nobody waits for it any more */
        smci_store_shrink(run->job.store, log, stop_fd);
    run_free(run);
    return rc;
}
