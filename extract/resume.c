#include "resume.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "run.h"

/* Values in the store; all but the first are about the set that was being written. */
#define VALUE_BEGAN      "run.began_s" /* there while a run has not finished */
#define VALUE_TIMESTAMP  "set.timestamp"
#define VALUE_DIRECTORY  "set.directory"
#define VALUE_PUBLISHING "set.is_publishing"
/* These outlive a finished run. */
#define VALUE_FULL   "full.began_s" /* of the last run that asked for everything; --incremental */
#define VALUE_RATE   "pace.rate"    /* thousandths of a call a second */
#define VALUE_RATE_S "pace.rate_s"  /* when it was learnt */

#define RATE_KEPT_S 86400

/* A table's path can change without anything that a listing shows. */
#define PATH_KEPT_S ((int64_t)7 * 86400)

static int64_t wall_s(const struct run *run)
{
    return run->clock->wall_ms(run->clock->ctx) / 1000;
}

static enum smc_status set_number(struct run *run, const char *name, int64_t number,
                                  struct smc_error *err)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    return smc_store_set(run->store, name, text, err);
}

/* -1 when there is no such value. */
static enum smc_status get_number(struct run *run, const char *name, int64_t *number,
                                  struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(64);
    bool found = false;
    enum smc_status rc = smc_store_value(run->store, name, &found, &text, err);
    *number = rc == SMC_OK && found ? strtoll(smc_buf_str(&text), NULL, 10) : -1;
    smc_buf_clear(&text);
    return rc;
}

static enum smc_status forget_set(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smc_store_set(run->store, VALUE_PUBLISHING, NULL, err);
    if (rc == SMC_OK)
        rc = smc_store_set(run->store, VALUE_TIMESTAMP, NULL, err);
    return rc == SMC_OK ? smc_store_set(run->store, VALUE_DIRECTORY, NULL, err) : rc;
}

/* ---- what an earlier run left ---- */

static enum smc_status recover_set(struct run *run, struct smc_error *err)
{
    const char *names[ASSET_COUNT + 1];
    struct smc_buf directory = SMC_BUF_INIT(65536);
    int64_t timestamp;
    int64_t publishing;
    bool found = false;
    bool is_complete = false;
    run_file_names(names);
    enum smc_status rc = get_number(run, VALUE_TIMESTAMP, &timestamp, err);
    if (rc == SMC_OK)
        rc = get_number(run, VALUE_PUBLISHING, &publishing, err);
    if (rc == SMC_OK)
        rc = smc_store_value(run->store, VALUE_DIRECTORY, &found, &directory, err);
    if (rc == SMC_OK && timestamp >= 0 && found) {
        rc = smc_set_recover(directory.data, timestamp, names, ASSET_COUNT + 1, publishing == 1,
                             &is_complete, run->log, err);
        if (rc == SMC_OK)
            rc = forget_set(run, err);
    }
    if (rc == SMC_OK && is_complete) /* that run is done after all */
        rc = smc_store_set(run->store, VALUE_BEGAN, NULL, err);
    smc_buf_clear(&directory);
    return rc;
}

/* Whether the answers of a run that began at `began_s` may be reused. A clock that was set back
 * makes it begin in the future: then its age is unknown. */
static bool may_resume(const struct run *run, int64_t began_s)
{
    int64_t age_s = wall_s(run) - began_s;
    return began_s >= 0 && !run->settings->is_no_resume && age_s >= 0 &&
           age_s <= run->settings->resume_within_ms / 1000;
}

/* Whether the last full pass is recent enough for --incremental. What a run that is not to be gone on
 * with (--no-resume; it began at `began_s`) has fetched can't be told from what was kept before it. */
static bool may_build_on(const struct run *run, int64_t began_s, int64_t full_s)
{
    int64_t age_s = wall_s(run) - full_s;
    bool is_mixed = run->settings->is_no_resume && began_s >= 0;
    return run->settings->is_incremental && !is_mixed && full_s >= 0 && age_s >= 0 &&
           age_s <= run->settings->full_after_ms / 1000;
}

/* Leaves those answers in the store that are as good as new ones. */
static enum smc_status drop_answers(struct run *run, bool is_resuming, struct smc_error *err)
{
    struct smc_store *store = run->store;
    if (run->is_full && !is_resuming)
        return smc_store_forget_answers(store, err);
    /* A run that goes on asks for gaps again; one that builds on a finished run does not, where Sigma
     * would only answer the same. */
    enum smc_status rc = smc_store_forget_failures(store, !run->is_full, err);
    if (rc == SMC_OK && run->is_full)
        rc = smc_store_forget_older(store, NULL, run->began_s, err);
    return rc == SMC_OK ? smc_store_forget_older(store, KIND_PATH, wall_s(run) - PATH_KEPT_S, err)
                        : rc;
}

static enum smc_status choose_answers(struct run *run, struct smc_error *err)
{
    int64_t began_s;
    int64_t full_s;
    int64_t count = 0;
    enum smc_status rc = get_number(run, VALUE_BEGAN, &began_s, err);
    if (rc == SMC_OK)
        rc = get_number(run, VALUE_FULL, &full_s, err);
    if (rc != SMC_OK)
        return rc;
    bool is_resuming = may_resume(run, began_s);
    run->began_s = is_resuming ? began_s : wall_s(run);
    run->is_full = !may_build_on(run, began_s, full_s);
    rc = drop_answers(run, is_resuming, err);
    if (rc == SMC_OK)
        rc = smc_store_count(run->store, &count, err);
    if (rc == SMC_OK && is_resuming && count > 0)
        smc_logf(run->log, SMC_LOG_INFO,
                 "Resuming a run that began %" PRId64 " s ago and did not finish: %" PRId64
                 " answers are there already",
                 wall_s(run) - began_s, count);
    else if (rc == SMC_OK && !run->is_full)
        smc_logf(run->log, SMC_LOG_INFO,
                 "Building on earlier runs: %" PRId64
                 " answers are there, the last full pass began "
                 "%" PRId64 " s ago",
                 count, wall_s(run) - full_s);
    return rc == SMC_OK ? set_number(run, VALUE_BEGAN, run->began_s, err) : rc;
}

/* ---- what this run leaves ---- */

static enum smc_status note_set(struct run *run, struct smc_error *err)
{
    char *directory = realpath(run->settings->output, NULL);
    enum smc_status rc = smc_store_set(run->store, VALUE_DIRECTORY,
                                       directory ? directory : run->settings->output, err);
    free(directory);
    if (rc == SMC_OK)
        rc = set_number(run, VALUE_TIMESTAMP, smc_set_timestamp(run->set), err);
    return rc == SMC_OK ? smc_store_commit(run->store, err) : rc;
}

enum smc_status resume_begin(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smc_store_forget_lists(run->store, err);
    if (rc == SMC_OK)
        rc = recover_set(run, err);
    if (rc == SMC_OK)
        rc = choose_answers(run, err);
    return rc == SMC_OK ? note_set(run, err) : rc;
}

enum smc_status resume_note_publishing(struct run *run, struct smc_error *err)
{
    enum smc_status rc = set_number(run, VALUE_PUBLISHING, 1, err);
    return rc == SMC_OK ? smc_store_commit(run->store, err) : rc;
}

enum smc_status resume_note_not_publishing(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smc_store_set(run->store, VALUE_PUBLISHING, NULL, err);
    return rc == SMC_OK ? smc_store_commit(run->store, err) : rc;
}

/* What --incremental keeps: the answers for what was listed now. */
static enum smc_status keep_answers(struct run *run, struct smc_error *err)
{
    enum smc_status rc = paths_keep(&run->paths, err);
    for (int i = 0; rc == SMC_OK && i < ASSET_COUNT; i++) {
        const struct asset *asset = asset_of((enum asset_id)i);
        if (asset->role == ROLE_OBJECT)
            rc = smc_store_prune(run->store, asset->name, asset_of(asset->of)->name, err);
    }
    if (rc == SMC_OK)
        rc = smc_store_prune(run->store, KIND_PATH, LIST_TABLES, err);
    if (rc == SMC_OK)
        rc = smc_store_forget_failures(run->store, true, err);
    if (rc == SMC_OK && run->is_full)
        rc = set_number(run, VALUE_FULL, run->began_s, err);
    return rc;
}

static enum smc_status forget_answers(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smc_store_forget_answers(run->store, err);
    return rc == SMC_OK ? smc_store_set(run->store, VALUE_FULL, NULL, err) : rc;
}

enum smc_status resume_end(struct run *run, struct smc_error *err)
{
    enum smc_status rc =
        run->settings->is_incremental ? keep_answers(run, err) : forget_answers(run, err);
    if (rc == SMC_OK)
        rc = forget_set(run, err);
    if (rc == SMC_OK)
        rc = smc_store_set(run->store, VALUE_BEGAN, NULL, err);
    return rc == SMC_OK ? smc_store_commit(run->store, err) : rc;
}

/* ---- the pace ---- */

enum smc_status resume_learnt_rate(struct run *run, double *rate, struct smc_error *err)
{
    int64_t thousandths = -1;
    int64_t learnt_s = -1;
    *rate = 0;
    enum smc_status rc = get_number(run, VALUE_RATE, &thousandths, err);
    if (rc == SMC_OK)
        rc = get_number(run, VALUE_RATE_S, &learnt_s, err);
    int64_t age_s = wall_s(run) - learnt_s;
    if (rc == SMC_OK && thousandths > 0 && age_s >= 0 && age_s <= RATE_KEPT_S)
        *rate = (double)thousandths / 1000;
    return rc;
}

enum smc_status resume_keep_rate(struct run *run, struct smc_error *err)
{
    struct smc_client_stats stats;
    smc_client_get_stats(run->client, &stats);
    if (!(stats.rate > 0))
        return SMC_OK;
    enum smc_status rc = set_number(run, VALUE_RATE, (int64_t)(stats.rate * 1000), err);
    return rc == SMC_OK ? set_number(run, VALUE_RATE_S, wall_s(run), err) : rc;
}
