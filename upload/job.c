#include "job.h"

#include "lib/cli/network.h"

struct smc_client_opt upload_job_client(const struct upload_job *job)
{
    const struct upload_settings *settings = job->settings;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    opt.origin = smc_buf_str(&settings->origin);
    opt.policy = SMC_POLICY_CATALOG;
    opt.service = "Catalog";
    opt.concurrency = settings->parallel;
    opt.network = smci_cli_network(&settings->network, job->stop_fd, job->clock, job->log);
    return opt;
}
