/* Whether an attempt that ended is followed by another, and when. Values in, a decision out. */
#ifndef SMCI_RETRY_H
#define SMCI_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/rng.h"

#include "attempt.h"
#include "retry_after.h"

enum smci_action {
    SMCI_DONE,      /* a success */
    SMCI_RETRY,     /* wait, then again; an attempt is spent */
    SMCI_THROTTLED, /* again when the pace lets it, no attempt is spent: refused, or garbled */
    SMCI_REAUTH,    /* 401: renew the token once, then again */
    SMCI_FAIL       /* no more attempts */
};

struct smci_decision {
    enum smci_action action;
    int64_t wait_ms;   /* for SMCI_RETRY */
    bool is_transient; /* for SMCI_FAIL: another run may mend it */
};

struct smci_retry_opt {
    int retries;     /* attempts after the first; 0 or less: none */
    int64_t base_ms; /* the first wait; doubled each time, at most 60 s, jittered to 50..100 % */
};

/* `spent` is the number of attempts spent before this one. Retry-After is obeyed up to an hour;
 * a longer one is SMCI_FAIL. */
struct smci_decision smci_retry_decide(const struct smci_retry_opt *opt,
                                       const struct smci_attempt *attempt, int spent,
                                       struct smci_rng *rng);

#endif
