#include "history.h"

#include "lib/store/history.h"

static int64_t key_of(const struct job *job)
{
    return smci_fileset_timestamp(job->set);
}

enum smc_status history_begin(const struct job *job, struct smc_error *err)
{
    return smci_history_begin(job->store, key_of(job), job->selection.is_partial, err);
}

enum smc_status history_add_gap(const struct job *job, const struct gap *gap, const char *json,
                                struct smc_error *err)
{
    const struct smci_run_gap one = {gap->kind, gap->id ? gap->id : "", gap->http_status, json};
    return smci_history_add_gap(job->store, key_of(job), &one, err);
}

enum smc_status history_last(const struct job *job, bool *found, int64_t *key,
                             struct smc_error *err)
{
    return smci_history_newest(job->store, SMCI_RUN_PUBLISHED, !job->selection.is_partial, found,
                               key, err);
}

static enum smc_status take_end(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    (void)err;
    *(int64_t *)ctx = run->ended_s;
    return SMC_OK;
}

enum smc_status history_last_end(const struct job *job, bool *found, int64_t *ended_s,
                                 struct smc_error *err)
{
    int64_t key;
    enum smc_status rc =
        smci_history_newest(job->store, SMCI_RUN_PUBLISHED, false, found, &key, err);
    return rc == SMC_OK && *found ? smci_history_get(job->store, key, found, take_end, ended_s, err)
                                  : rc;
}

enum smc_status history_had_gap(const struct job *job, int64_t key, const char *kind,
                                const char *id, int http_status, bool *found, struct smc_error *err)
{
    const struct smci_run_gap gap = {kind, id ? id : "", http_status, ""};
    return smci_history_has_gap(job->store, key, &gap, found, err);
}

enum smc_status history_note(const struct job *job, const char *figures, struct smc_error *err)
{
    return smci_history_end(job->store, key_of(job), SMCI_RUN_UNFINISHED, figures, err);
}

enum smc_status history_settle(const struct job *job, int64_t timestamp, bool is_published,
                               struct smc_error *err)
{
    return smci_history_end(job->store, timestamp,
                            is_published ? SMCI_RUN_PUBLISHED : SMCI_RUN_FAILED, NULL, err);
}

enum smc_status history_end(const struct job *job, bool is_published, enum smc_status rc,
                            const char *figures, struct smc_error *err)
{
    enum smci_run_result result = SMCI_RUN_FAILED;
    if (is_published)
        result = SMCI_RUN_PUBLISHED;
    else if (rc == SMC_ERR_CANCELLED || rc == SMC_ERR_TIME)
        result = SMCI_RUN_STOPPED;
    return smci_history_end(job->store, key_of(job), result, figures, err);
}
