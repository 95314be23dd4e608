/* Whether a set is degraded: so much could not be read that Catalog, which deletes what a set
 * lacks, would lose it. Its summary says so, the run ends with 6, castor-upload sends it when it
 * is told to alone: castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS". */
#ifndef EXTRACT_DEGRADED_H
#define EXTRACT_DEGRADED_H

#include "ends.h"
#include "gaps.h"

struct degraded {
    const char *kinds[GAP_KINDS_MAX]; /* static; of the calls of which too much is lacking */
    size_t count;                     /* 0: it is not */
    struct smc_buf words;             /* the same with their numbers */
};

void degraded_init(struct degraded *degraded);
void degraded_clear(struct degraded *degraded);

/* Decides, by --max-gaps, when all calls have ended. SMC_ERR_NOMEM. */
enum smc_status degraded_judge(struct degraded *degraded, const struct gaps *gaps,
                               const struct ends *ends, struct smc_error *err);

/* Adds ["KIND", ...] as "degraded", if it is. */
void degraded_to_json(const struct degraded *degraded, struct smci_writer *json);

/* Says so in the log, if it is. */
void degraded_log(const struct degraded *degraded, const struct job *job);

/* SMC_ERR_GAPS when it is, or when there are gaps and --fail-on-gaps was given. */
enum smc_status degraded_check(const struct degraded *degraded, const struct gaps *gaps,
                               struct smc_error *err);

#endif
