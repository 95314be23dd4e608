#include "retry.h"

#define WAIT_MAX_MS ((int64_t)60 * 1000)

/* Jitter keeps calls that failed together from coming back together. */
static int64_t backoff_ms(int64_t base_ms, int spent, struct smci_rng *rng)
{
    int64_t wait = base_ms > 0 ? base_ms : 0;
    for (int i = 0; i < spent && wait > 0 && wait < WAIT_MAX_MS; i++)
        wait *= 2;
    if (wait > WAIT_MAX_MS)
        wait = WAIT_MAX_MS;
    int64_t half = wait / 2;
    return wait - half + (int64_t)(smci_rng_unit(rng) * (double)(half + 1));
}

struct smci_decision smci_retry_decide(const struct smci_retry_opt *opt,
                                       const struct smci_attempt *attempt, int spent,
                                       struct smci_rng *rng)
{
    switch (attempt->meaning) {
    case SMCI_SUCCESS:
        return (struct smci_decision){.action = SMCI_DONE};
    case SMCI_UNAUTHORIZED:
        return (struct smci_decision){.action = SMCI_REAUTH};
    case SMCI_FINAL:
        return (struct smci_decision){.action = SMCI_FAIL};
    case SMCI_REFUSED:
    case SMCI_TRANSIENT:
        break;
    }
    if (attempt->retry_after_ms > SMCI_RETRY_AFTER_MAX_MS)
        return (struct smci_decision){.action = SMCI_FAIL, .is_transient = true};
    if (attempt->meaning == SMCI_REFUSED)
        return (struct smci_decision){.action = SMCI_THROTTLED};
    if (spent >= opt->retries)
        return (struct smci_decision){.action = SMCI_FAIL, .is_transient = true};
    int64_t wait = backoff_ms(opt->base_ms, spent, rng);
    return (struct smci_decision){
        .action = SMCI_RETRY,
        .wait_ms = wait < attempt->retry_after_ms ? attempt->retry_after_ms : wait};
}
