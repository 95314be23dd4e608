/* The client's counts: sums, and one for each kind of call and status. */
#ifndef SMCI_STATS_H
#define SMCI_STATS_H

#include <stddef.h>
#include <stdint.h>

#include <sigmacat/client_types.h>

#include "latency.h"

struct smci_count {
    const char *kind; /* static */
    int http_status;
    int64_t count;
};

struct smci_stats {
    struct smc_client_stats sums; /* `rate` is the pace's and stays 0 */
    int64_t successes;            /* calls that ended with a 2xx that was taken */
    struct smci_count *counts;    /* one for each pair of kind and status that was met */
    size_t used;
    size_t allocated;
    struct smci_latency latency; /* of answers that were not refusals */
};

/* Makes room for `more` new pairs, so that counting needs no memory. SMC_ERR_NOMEM. */
enum smc_status smci_stats_reserve(struct smci_stats *stats, size_t more);

/* Counts one attempt, for which room was made. */
void smci_stats_count(struct smci_stats *stats, const char *kind, int http_status);

/* Frees the counts; twice is harmless. */
void smci_stats_clear(struct smci_stats *stats);

#endif
