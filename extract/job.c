#include "job.h"

void job_fail(const struct job *job, const struct smc_error *err)
{
    smc_client_fail(job->client, err);
}

bool job_check(const struct job *job, enum smc_status rc, struct smc_error *err)
{
    if (rc == SMC_OK)
        return true;
    (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    job_fail(job, err);
    return false;
}

void job_answered(const struct job *job, const char *kind, const char *id)
{
    if (job->answered)
        job->answered(job->answered_ctx, kind, id);
}

bool job_is_doubtful(const struct job *job, const char *kind, const char *id)
{
    return job->is_doubtful && job->is_doubtful(job->answered_ctx, kind, id);
}

int64_t job_wall_s(const struct job *job)
{
    return job->clock->wall_ms(job->clock->ctx) / 1000;
}

enum smc_status job_each_item(const struct job *job, const char *list, job_item_fn *fn, void *ctx,
                              struct smc_error *err)
{
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smci_item item;
    bool found = true;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found) {
        rc = smci_list_next(job->store, list, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        at = item.position;
        smc_buf_reset(&id);
        rc = smc_buf_addstr(&id, item.id);
        item.id = smc_buf_str(&id);
        if (rc == SMC_OK)
            rc = fn(ctx, &item, err);
    }
    smc_buf_clear(&id);
    return rc;
}
