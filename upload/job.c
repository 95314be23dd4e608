#include "job.h"

struct smc_client_opt upload_job_client(const struct upload_job *job)
{
    const struct upload_settings *settings = job->settings;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    opt.origin = smc_buf_str(&settings->origin);
    opt.policy = SMC_POLICY_CATALOG;
    opt.cacert = settings->cacert;
    opt.concurrency = settings->parallel;
    opt.retries = settings->retries;
    opt.retry_base_ms = settings->retry_base_ms;
    opt.timeout_ms = settings->timeout_ms;
    opt.stop_fd = job->stop_fd;
    opt.clock = job->clock;
    opt.log = job->log;
    return opt;
}
