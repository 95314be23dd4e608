#include "run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/stop.h"
#include "lib/cli/network.h"
#include "lib/set/prune.h"

#include "elements.h"
#include "lineage.h"
#include "report.h"
#include "resume.h"
#include "sources.h"
#include "summary.h"
#include "whoami.h"

void run_fail(struct run *run, const struct smc_error *err)
{
    smc_client_fail(run->client, err);
}

bool run_check(struct run *run, enum smc_status rc, struct smc_error *err)
{
    if (rc == SMC_OK)
        return true;
    (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    run_fail(run, err);
    return false;
}

size_t run_file_names(const struct selection *selection, const char *names[ASSET_COUNT + 1])
{
    size_t count = 0;
    for (int i = 0; i < ASSET_COUNT; i++)
        if (!selection || selection->is_written[i])
            names[count++] = asset_of((enum asset_id)i)->name;
    names[count++] = "summary";
    return count;
}

enum smc_status run_check_stop(const struct run *run, struct smc_error *err)
{
    return smci_check_stop(run->stop_fd, err);
}

/* ---- opening and closing ---- */

static void log_left_out(const struct run *run)
{
    struct smc_buf names = SMC_BUF_INIT(1024);
    for (int i = 0; i < ASSET_COUNT; i++)
        if (!run->selection.is_written[i])
            (void)smc_buf_addf(&names, "%s%s", names.len ? ", " : "",
                               asset_of((enum asset_id)i)->name);
    if (run->selection.is_partial)
        smc_log_write(
            run->log, SMC_LOG_INFO,
            "The set will be partial, castor-upload sends it with --force alone; left out: %s",
            smc_buf_str(&names));
    smc_buf_clear(&names);
}

static enum smc_status open_client(struct run *run, struct smc_error *err)
{
    struct smc_client_opt opt = extract_options_client(run->settings);
    opt.network = smci_cli_network(&run->settings->network, run->stop_fd, run->clock, run->log);
    enum smc_status rc = resume_learnt_rate(run, &opt.learnt_rate, err);
    if (rc != SMC_OK)
        return rc;
    rc = smc_client_new(&run->client, &opt, err);
    if (rc == SMC_ERR_IO && opt.network.cacert)
        smc_error_context(err, "%s", smci_settings_name(&run->settings->sources, "--cacert"));
    return rc;
}

static enum smc_status open_store(struct run *run, struct smc_error *err)
{
    const struct extract_settings *settings = run->settings;
    struct smc_buf dir = SMC_BUF_INIT(65536);
    enum smc_status rc = settings->state ? smc_buf_addstr(&dir, settings->state)
                                         : smc_buf_addf(&dir, "%s/.sigmacat", settings->output);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "--output: %s", smc_error_text(rc));
    if (rc == SMC_OK)
        rc = smci_store_open(&run->store, dir.data, smc_buf_str(&settings->origin),
                             settings->client_id, run->clock, err);
    smc_buf_clear(&dir);
    run->gaps.store = run->store;
    return rc == SMC_OK ? resume_begin(run, err) : rc;
}

/* A path that is wrong must be known before anything is sent; after the directories that a run makes,
 * since the report may go there. */
static enum smc_status check_report(const struct run *run, struct smc_error *err)
{
    enum smc_status rc = report_check(run->settings, err);
    if (rc != SMC_OK)
        smc_error_context(err, "%s", smci_settings_name(&run->settings->sources, "--report"));
    return rc;
}

static enum smc_status open_files(struct run *run, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (run->selection.is_written[i])
            rc = smci_fileset_file(run->set, asset_of((enum asset_id)i)->name, &run->files[i], err);
    return rc;
}

static void init(struct run *run)
{
    run->rights = (struct rights)RIGHTS_INIT;
    run->gaps.log = run->log;
    run->began_ms = run->clock->now_ms(run->clock->ctx);
    smc_buf_init(&run->organization, 65536);
    for (int i = 0; i < ASSET_COUNT; i++)
        listing_init(&run->listings[i], run, (enum asset_id)i);
    objects_init(&run->objects, run);
    paths_init(&run->paths, run);
}

static enum smc_status open_all(struct run *run, struct smc_error *err)
{
    int64_t start_s = run->clock->wall_ms(run->clock->ctx) / 1000;
    enum smc_status rc = select_read(run->settings, &run->selection, err);
    if (rc == SMC_OK)
        log_left_out(run);
    /* The output directory first: a wrong one must be known before anything is sent. */
    if (rc == SMC_OK)
        rc = smci_fileset_open(&run->set, run->settings->output, start_s, run->log, err);
    if (rc == SMC_OK)
        rc = open_store(run, err);
    if (rc == SMC_OK)
        rc = check_report(run, err);
    if (rc == SMC_OK)
        rc = open_files(run, err);
    if (rc == SMC_OK)
        rc = open_client(run, err);
    return rc;
}

static void close_all(struct run *run)
{
    smc_client_free(run->client);
    smci_fileset_free(run->set);
    for (int i = 0; i < ASSET_COUNT; i++)
        listing_clear(&run->listings[i]);
    objects_clear(&run->objects);
    paths_clear(&run->paths);
    smc_buf_clear(&run->organization);
    smci_store_close(run->store);
}

/* ---- the phases ---- */

static enum smc_status run_phase(struct run *run, enum objects_phase phase, struct smc_error *err)
{
    objects_begin(&run->objects, phase);
    return smc_client_run(run->client, err);
}

/* Listings, and the calls for the objects that they name, beside each other. The first workbooks
 * page goes first; data models and data sets follow once it has decided (listing.c). */
static enum smc_status fetch(struct run *run, struct smc_error *err)
{
    listing_start(&run->listings[ASSET_WORKBOOKS]);
    whoami_ask(run);
    listing_start(&run->listings[ASSET_CONNECTIONS]);
    listing_start(&run->listings[ASSET_FILES]);
    listing_start(&run->listings[ASSET_MEMBERS]);
    return run_phase(run, OBJECTS_LIST, err);
}

/* What failed for a while is asked once more, at the end. An answer that comes now may name a data
 * model that no other workbook uses: its lineage is asked for then. */
static enum smc_status fetch_deferred(struct run *run, struct smc_error *err)
{
    enum smc_status rc = run_phase(run, OBJECTS_DEFERRED, err);
    if (rc == SMC_OK)
        rc = run_phase(run, OBJECTS_LIST, err);
    if (rc == SMC_OK)
        rc = run_phase(run, OBJECTS_DEFERRED, err);
    return rc == SMC_OK ? objects_check_rights(&run->objects, err) : rc;
}

static enum smc_status resolve_tables(struct run *run, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (run->files[i] && asset_of((enum asset_id)i)->table_id_member)
            rc = sources_collect(run, (enum asset_id)i, err);
    if (rc == SMC_OK && run->files[ASSET_DATAMODEL_LINEAGE])
        rc = lineage_collect(run, err);
    if (rc == SMC_OK)
        rc = paths_resolve(&run->paths, err);
    return rc == SMC_OK ? fetch_deferred(run, err) : rc;
}

static enum smc_status write_joined(struct run *run, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (run->files[i] && asset_of((enum asset_id)i)->table_id_member)
            rc = sources_write(run, (enum asset_id)i, err);
    if (rc == SMC_OK && run->files[ASSET_DATAMODEL_LINEAGE])
        rc = lineage_write(run, err);
    if (rc == SMC_OK && run->files[ASSET_ELEMENTS])
        rc = elements_write(run, err);
    for (int i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (run->files[i] && asset_of((enum asset_id)i)->role == ROLE_OBJECT)
            rc = smci_part_finish(run->files[i], err);
    return rc;
}

static enum smc_status publish(struct run *run, struct smc_error *err)
{
    enum smc_status rc = summary_write(run, err);
    if (rc == SMC_OK)
        rc = resume_note_publishing(run, err);
    if (rc != SMC_OK)
        return rc;
    rc = smci_fileset_publish(run->set, err);
    run->is_published = rc == SMC_OK;
    if (rc == SMC_OK)
        return resume_end(run, err);
    /* It has taken back what it had renamed; a next run must not take what else bears these names. */
    (void)resume_note_not_publishing(run, NULL);
    return rc;
}

/* --keep: the new set is published, so older ones may go. */
static enum smc_status remove_old_sets(const struct run *run, struct smc_error *err)
{
    const char *names[ASSET_COUNT + 1];
    if (run->settings->keep == 0)
        return SMC_OK;
    size_t count = run_file_names(NULL, names); /* older sets may have any of them */
    return smci_fileset_prune(run->settings->output, names, count, (size_t)run->settings->keep,
                              smci_fileset_timestamp(run->set), run->log, err);
}

static void log_end(const struct run *run)
{
    struct smc_client_stats stats;
    smc_client_get_stats(run->client, &stats);
    double seconds = (double)(run->clock->now_ms(run->clock->ctx) - run->began_ms) / 1000;
    smc_log_write(run->log, SMC_LOG_INFO,
                  "Done in %.1f s with %" PRId64 " calls, %" PRId64 " refused, %" PRId64 " retried",
                  seconds, stats.calls, stats.refused, stats.retries);
    if (run->reused)
        smc_log_write(
            run->log, SMC_LOG_INFO,
            "%" PRId64 " answers of earlier runs were reused, the oldest %" PRId64 " s old",
            run->reused, run->clock->wall_ms(run->clock->ctx) / 1000 - run->oldest_reused_s);
    gaps_log_summary(&run->gaps);
}

static enum smc_status check_gaps(const struct run *run, struct smc_error *err)
{
    const struct extract_settings *settings = run->settings;
    int64_t gaps = run->gaps.total;
    if (settings->is_fail_on_gaps && gaps > 0)
        return smc_error_set(err, SMC_ERR_GAPS, "%" PRId64 " gaps, and --fail-on-gaps was given",
                             gaps);
    if (settings->is_max_gaps_set && gaps > settings->max_gaps)
        return smc_error_set(err, SMC_ERR_GAPS, "%" PRId64 " gaps, more than --max-gaps %d", gaps,
                             settings->max_gaps);
    return SMC_OK;
}

enum smc_status run_extraction(const struct extract_settings *settings, struct smc_log *log,
                               int stop_fd, const struct smc_clock *clock, struct smc_error *err)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    run->settings = settings;
    run->log = log;
    run->stop_fd = stop_fd;
    run->clock = clock ? clock : smc_clock_system();
    init(run);
    enum smc_status rc = open_all(run, err);
    if (rc == SMC_OK)
        rc = fetch(run, err);
    if (rc == SMC_OK)
        rc = fetch_deferred(run, err);
    if (rc == SMC_OK)
        rc = resolve_tables(run, err);
    if (rc == SMC_OK)
        rc = write_joined(run, err);
    if (rc == SMC_OK)
        rc = publish(run, err);
    if (rc == SMC_OK)
        rc = remove_old_sets(run, err);
    if (run->is_published) /* whatever failed afterwards */
        log_end(run);
    if (rc == SMC_OK)
        rc = check_gaps(run, err);
    if (run->client) /* however it ended */
        (void)resume_keep_rate(run, NULL);
    if (rc != SMC_OK) /* a buffer that could not grow says it by its status alone */
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    if (rc == SMC_ERR_TIME)
        smc_error_context(err, "%s", smci_settings_name(&settings->sources, "--max-time"));
    rc = report_write(run, rc, err);
    close_all(run);
    free(run);
    return rc;
}
