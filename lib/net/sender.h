/* Puts attempts on the wire, judges how each ends, and tells statistics and pace. Who may start,
 * and what follows from an end, is decided above. */
#ifndef SMCI_SENDER_H
#define SMCI_SENDER_H

#include "lib/base/rng.h"

#include "attempt.h"
#include "http.h"
#include "pace.h"
#include "retry.h"
#include "stats.h"

struct smci_sender {
    struct smci_http *http;
    struct smci_pace pace;
    struct smci_stats stats;
    struct smci_retry_opt retry;
    struct smci_rng rng; /* of the retries' jitter */
    enum smc_policy policy;
    bool was_accepted; /* something was in this run: a 2xx that was taken, the token's included */
    char *service;     /* what the server is called in texts, owned; may be NULL */
    const struct smc_clock *clock;
    struct smc_log *log;     /* never NULL: it knows the secrets */
    char *origin;            /* "https://host[:port]", owned */
    int64_t connection;      /* by which the answer came that is dealt with; 0: none is */
    int refused_status;      /* of the last refusal */
    int64_t asked_until_ms;  /* the server has asked to wait until then (Retry-After) */
    int64_t refusal_told_ms; /* when the log last had a refusal; INT64_MIN: never */
};

/* Milliseconds of the sender's clock. */
static inline int64_t smci_sender_now(const struct smci_sender *sender)
{
    return sender->clock->now_ms(sender->clock->ctx);
}

/* How an attempt ended. Borrowed during the callback. */
typedef void smci_sent_fn(void *ctx, struct smci_attempt *attempt,
                          struct smci_http_response *response);

/* One attempt on its way. The caller's, who sets all below `kind`, and keeps it in its place until
 * `ended` or smci_http_drop. */
struct smci_sending {
    struct smci_sender *sender;
    int64_t sent_ms;
    int64_t body_bytes; /* of what it carries */
    bool is_get;
    const char *kind; /* static */
    const char *name; /* what the log calls it; NULL: by its method and path. Borrowed, and kept */
    int attempt;      /* which of the call's, from 1 */
    bool is_object;   /* see smc_request */
    bool is_token;    /* the token call */
    bool is_plain; /* no compression is asked for; set when an answer was garbled, and to be kept */
    const char *target; /* as smci_sender_start was told; borrowed until it has ended */
    smci_sent_fn *ended;
    void *ctx;
};

/* Starts an attempt at `target`, a path that begins with '/', of the sender's server. `request`
 * has all but the address. When it fails, `ended` is not called. SMC_ERR_NOMEM, SMC_ERR_CAP. */
enum smc_status smci_sender_start(struct smci_sender *sender, struct smci_sending *sending,
                                  const char *target, const struct smci_http_request *request,
                                  struct smc_error *err);

/* smci_attempt_describe, with the secrets that the log knows masked: errors also go elsewhere. */
enum smc_status smci_sender_describe(const struct smci_sender *sender,
                                     const struct smci_attempt *attempt, const char *method,
                                     const char *target, struct smc_error *err);

/* The decision that follows from an attempt, for a call of which `spent` are spent. An answer whose
 * compression can't be read is asked for once more without. A retry is a line in the log. */
struct smci_decision smci_sender_decide(struct smci_sender *sender, struct smci_sending *sending,
                                        const struct smci_attempt *attempt, int spent,
                                        bool is_single_attempt);

#endif
