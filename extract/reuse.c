#include "reuse.h"

#include <inttypes.h>

#include "lib/base/log.h"

#include "numbers.h"

/* Values in the store, with the name of a kind of calls behind the dot. */
#define VALUE_BEGAN "run.began_s."  /* there while the run that asked for it has not finished */
#define VALUE_FULL  "full.began_s." /* of the last run that asked for all of it; --incremental */

/* What can change without anything that a listing shows, as a table's path, is kept so long. */
#define AGEING_KEPT_S ((int64_t)7 * 86400)

enum smc_status reuse_note_finished(const struct job *job, const struct selection *selection,
                                    struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < CALL_COUNT; i++)
        if (select_asks_objects(selection, i))
            rc = numbers_put(job->store, VALUE_BEGAN, asset_of(i)->name, -1, err);
    return rc;
}

/* ---- what an earlier run left ---- */

/* Whether the answers of a run that began at `began_s` may be reused. A clock that was set back
 * makes it begin in the future: then its age is unknown. */
static bool may_resume(const struct reuse *reuse, int64_t began_s)
{
    const struct job *job = reuse->job;
    int64_t age_s = job_wall_s(job) - began_s;
    bool is_recent = age_s >= 0 && age_s <= job->settings->resume_within_ms / 1000;
    return began_s >= 0 && (reuse->is_same_run || (!job->settings->is_no_resume && is_recent));
}

/* Whether the last full pass is recent enough for --incremental. What a run that is not to be gone
 * on with (--no-resume; it began at `began_s`) has fetched can't be told from what was kept before
 * it. */
static bool may_build_on(const struct job *job, int64_t began_s, int64_t full_s)
{
    int64_t age_s = job_wall_s(job) - full_s;
    bool is_mixed = job->settings->is_no_resume && began_s >= 0;
    return job->settings->is_incremental && !is_mixed && full_s >= 0 && age_s >= 0 &&
           age_s <= job->settings->full_after_ms / 1000;
}

/* Kinds of answers that are to be forgotten, all at once: that is quicker by far. */
struct forgotten {
    const char *kinds[CALL_COUNT + 1];
    size_t count;
};

static void forget_kind(struct forgotten *forgotten, enum asset_id kind)
{
    forgotten->kinds[forgotten->count++] = asset_of(kind)->name;
    if (kind == CALL_PATH)
        forgotten->kinds[forgotten->count++] = KIND_BULK;
}

/* Leaves those answers of the kind in the store that are as good as new ones. */
static enum smc_status drop_answers(const struct reuse *reuse, enum asset_id kind, bool is_resuming,
                                    struct forgotten *forgotten, struct smc_error *err)
{
    const struct job *job = reuse->job;
    const struct reuse_age *age = &reuse->ages[kind];
    if (age->is_full && !is_resuming) {
        forget_kind(forgotten, kind);
        return SMC_OK;
    }
    int64_t from_s = age->is_full ? age->began_s : 0;
    if (asset_of(kind)->is_ageing && from_s < job_wall_s(job) - AGEING_KEPT_S)
        from_s = job_wall_s(job) - AGEING_KEPT_S;
    /* A run that goes on asks for gaps again; one that builds on a finished run does not, where
     * Sigma would only answer the same. */
    enum smc_status rc =
        smci_store_forget_failures(job->store, asset_of(kind)->name, !age->is_full, err);
    return rc == SMC_OK && from_s
               ? smci_store_forget_older(job->store, asset_of(kind)->name, from_s, err)
               : rc;
}

/* Of all kinds together; the first two are for a line in the log. */
struct past {
    int64_t resumed_s; /* when the oldest run began that is gone on with; INT64_MAX: none is */
    int64_t full_s;    /* likewise, that is built on */
    struct forgotten forgotten;
};

static enum smc_status choose_kind(struct reuse *reuse, enum asset_id kind, struct past *past,
                                   struct smc_error *err)
{
    const struct job *job = reuse->job;
    struct reuse_age *age = &reuse->ages[kind];
    int64_t began_s;
    int64_t full_s;
    enum smc_status rc = numbers_get(job->store, VALUE_BEGAN, asset_of(kind)->name, &began_s, err);
    if (rc == SMC_OK)
        rc = numbers_get(job->store, VALUE_FULL, asset_of(kind)->name, &full_s, err);
    if (rc != SMC_OK)
        return rc;
    bool is_resuming = may_resume(reuse, began_s);
    age->began_s = is_resuming ? began_s : job_wall_s(job);
    if (!reuse->is_same_run)
        age->is_full = !may_build_on(job, began_s, full_s);
    if (is_resuming && began_s < past->resumed_s)
        past->resumed_s = began_s;
    if (!age->is_full && full_s < past->full_s)
        past->full_s = full_s;
    rc = drop_answers(reuse, kind, is_resuming, &past->forgotten, err);
    return rc == SMC_OK
               ? numbers_put(job->store, VALUE_BEGAN, asset_of(kind)->name, age->began_s, err)
               : rc;
}

enum smc_status reuse_begin(struct reuse *reuse, struct smc_error *err)
{
    const struct job *job = reuse->job;
    struct past past = {INT64_MAX, INT64_MAX, {.count = 0}};
    int64_t count = 0;
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < CALL_COUNT; i++)
        if (select_asks_objects(&job->selection, i))
            rc = choose_kind(reuse, i, &past, err);
    if (rc == SMC_OK)
        rc = smci_store_forget(job->store, past.forgotten.kinds, past.forgotten.count, err);
    if (rc == SMC_OK)
        rc = smci_store_count(job->store, &count, err);
    if (rc == SMC_OK && past.resumed_s < INT64_MAX && count > 0)
        smci_log_event(
            job->log, SMC_LOG_INFO, SMCI_EVENT_RESUMED,
            SMCI_FACTS(.count = count, .seconds = (double)(job_wall_s(job) - past.resumed_s)),
            "Resuming a run that began %" PRId64 " s ago and did not finish: %" PRId64
            " answers are there already",
            job_wall_s(job) - past.resumed_s, count);
    else if (rc == SMC_OK && past.full_s < INT64_MAX)
        smci_log_event(
            job->log, SMC_LOG_INFO, SMCI_EVENT_REUSING,
            SMCI_FACTS(.count = count, .seconds = (double)(job_wall_s(job) - past.full_s)),
            "Building on earlier runs: %" PRId64 " answers are there, the last full run began "
            "%" PRId64 " s ago",
            count, job_wall_s(job) - past.full_s);
    return rc;
}

/* ---- what this run leaves ---- */

/* For --incremental: keeps the answers for what was listed now. */
static enum smc_status keep_kind(const struct reuse *reuse, enum asset_id kind,
                                 struct smc_error *err)
{
    const struct job *job = reuse->job;
    const char *list = asset_of(kind)->objects;
    if (asset_of(kind)->is_ageing && !select_wants_all_tables(&job->selection))
        list = NULL; /* files that were left out may name others */
    enum smc_status rc = smci_store_forget_failures(job->store, asset_of(kind)->name, true, err);
    if (rc == SMC_OK && list)
        rc = smci_store_prune(job->store, asset_of(kind)->name, list, err);
    if (rc == SMC_OK && reuse->ages[kind].is_full)
        rc = numbers_put(job->store, VALUE_FULL, asset_of(kind)->name, reuse->ages[kind].began_s,
                         err);
    return rc;
}

static enum smc_status end_kind(const struct job *job, enum asset_id kind,
                                struct forgotten *forgotten, struct smc_error *err)
{
    forget_kind(forgotten, kind);
    return numbers_put(job->store, VALUE_FULL, asset_of(kind)->name, -1, err);
}

enum smc_status reuse_end(const struct reuse *reuse, struct smc_error *err)
{
    const struct job *job = reuse->job;
    struct forgotten forgotten = {.count = 0};
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < CALL_COUNT; i++)
        if (select_asks_objects(&job->selection, i))
            rc = job->settings->is_incremental ? keep_kind(reuse, i, err)
                                               : end_kind(job, i, &forgotten, err);
    if (rc == SMC_OK)
        rc = smci_store_forget(job->store, forgotten.kinds, forgotten.count, err);
    return rc == SMC_OK ? reuse_note_finished(job, &job->selection, err) : rc;
}
