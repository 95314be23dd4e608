#include "rate.h"

#include "numbers.h"

#define VALUE_RATE   "pace.rate"   /* thousandths of a call a second */
#define VALUE_RATE_S "pace.rate_s" /* when it was learnt */

#define RATE_KEPT_S 86400

enum smc_status rate_learnt(const struct job *job, double *rate, struct smc_error *err)
{
    int64_t thousandths = -1;
    int64_t learnt_s = -1;
    *rate = 0;
    enum smc_status rc = numbers_get(job->store, VALUE_RATE, "", &thousandths, err);
    if (rc == SMC_OK)
        rc = numbers_get(job->store, VALUE_RATE_S, "", &learnt_s, err);
    int64_t age_s = job_wall_s(job) - learnt_s;
    if (rc == SMC_OK && thousandths > 0 && age_s >= 0 && age_s <= RATE_KEPT_S)
        *rate = (double)thousandths / 1000;
    return rc;
}

enum smc_status rate_keep(const struct job *job, struct smc_error *err)
{
    struct smc_client_stats stats;
    smc_client_get_stats(job->client, &stats);
    if (!(stats.rate > 0))
        return SMC_OK;
    enum smc_status rc = numbers_put(job->store, VALUE_RATE, "", (int64_t)(stats.rate * 1000), err);
    return rc == SMC_OK ? numbers_put(job->store, VALUE_RATE_S, "", job_wall_s(job), err) : rc;
}
