/* The summary: the last file of a set, and the sign that it is complete:
 * sigmacat-files(5), "SUMMARY". */
#ifndef EXTRACT_SUMMARY_H
#define EXTRACT_SUMMARY_H

#include "degraded.h"
#include "gaps.h"
#include "job.h"

/* What it tells, besides the files themselves. */
struct summary {
    const struct smc_buf *organization; /* its id as JSON text; empty: unknown */
    bool is_whole;                      /* the account is known to see the whole organisation */
    const struct gaps *gaps;
    const struct degraded *degraded;
};

/* Writes TS-summary.json; all other files are finished. */
enum smc_status summary_write(const struct job *job, const struct summary *summary,
                              struct smc_error *err);

#endif
