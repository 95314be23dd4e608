/* A retry in words, for the log: the same for every kind of call. */
#ifndef SMCI_RETRY_TEXT_H
#define SMCI_RETRY_TEXT_H

#include "attempt.h"

/* What a line tells of a retry. */
struct smci_retry_told {
    const struct smci_attempt *attempt; /* the one that failed */
    int64_t wait_ms;                    /* until the next */
    int64_t wall_ms;                    /* Unix time now */
    int tries;                          /* that were made so far */
    int tries_max;
};

/* Appends "HTTP 503: its words, again in 12 s (try 2 of 5)". Where the wait is longer than a minute
 * it says until when, in local time: "again in 1800 s, at 16:43:20". What finds no memory, or no
 * room in `out`, is missing. */
void smci_retry_text(const struct smci_retry_told *told, struct smc_buf *out);

#endif
