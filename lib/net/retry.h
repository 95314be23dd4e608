/* Whether a try that ended is made again, and when. Values in, a decision out. */
#ifndef SMCI_RETRY_H
#define SMCI_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/client.h>

#include "lib/base/rng.h"

/* How a try ended. */
struct smci_attempt {
    int http_status;        /* 0: no answer, or one that was cut short */
    bool is_malformed;      /* a 2xx whose body is not JSON */
    bool is_timedout_code;  /* the error body's `code` is "timedout" (Sigma's 402) */
    bool is_permanent;      /* no answer, and no retry will mend that: a cap, a bad certificate */
    int64_t retry_after_ms; /* -1: the server named none */
};

enum smci_action {
    SMCI_DONE,      /* a success */
    SMCI_RETRY,     /* wait, then again; a try is spent */
    SMCI_THROTTLED, /* refused (429): belongs to the pace, no try is spent */
    SMCI_REAUTH,    /* 401: renew the token once, then again */
    SMCI_FAIL       /* no more tries */
};

struct smci_decision {
    enum smci_action action;
    int64_t wait_ms;   /* for SMCI_RETRY */
    bool is_transient; /* for SMCI_FAIL: another run may mend it */
};

struct smci_retry_opt {
    enum smc_policy policy;
    int retries;     /* tries after the first */
    int64_t base_ms; /* the first wait; doubled each time, at most 60 s, jittered to 50..100 % */
};

/* `spent` is the number of tries spent before this one. Retry-After is obeyed up to an hour; a longer
 * one is SMCI_FAIL. The tables are those of the contract: section 3 for Sigma, section 2 for
 * Catalog. */
struct smci_decision smci_retry_decide(const struct smci_retry_opt *opt,
                                       const struct smci_attempt *end, int spent,
                                       struct smci_rng *rng);

/* The value of a Retry-After header (RFC 9110 section 10.2.3): seconds or a date, as milliseconds
 * from `wall_ms` (Unix time); a date that is over and a negative number count as 0; -1 for NULL and
 * for what can't be read. Saturates at SMCI_RETRY_AFTER_TOO_LONG. */
int64_t smci_retry_after_parse(const char *value, int64_t wall_ms);

#define SMCI_RETRY_AFTER_MAX_MS   ((int64_t)3600 * 1000)
#define SMCI_RETRY_AFTER_TOO_LONG (SMCI_RETRY_AFTER_MAX_MS + 1)

#endif
