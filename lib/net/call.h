/* One call, from smc_client_send to its callback's last time. */
#ifndef SMCI_CALL_H
#define SMCI_CALL_H

#include <sigmacat/buf.h>

#include "sender.h"
#include "special.h"

/* It is in one place at a time: queued, waiting, or in flight. */
struct smci_call {
    struct smci_call *next; /* of the list that it is in */
    const char *kind;       /* static */
    struct smc_buf target;  /* with the query */
    smc_answer_fn *done;
    void (*begun)(void *ctx); /* may be NULL */
    void *ctx;
    struct smc_buf body;         /* of a POST */
    size_t body_max;             /* of the answer's */
    int64_t timeout_min_ms;      /* see smc_request */
    struct smc_buf content_type; /* a whole header line; empty: a GET */
    struct smci_upload upload;
    struct smci_probe *probe; /* NULL: this is not one */
    bool is_upload;
    bool asks_first; /* an attempt was lost: the next has the server's consent before its body */
    bool is_single_attempt;
    bool is_urgent;
    bool is_object;
    bool was_reauthorized; /* its one repetition after a 401 is spent */
    int spent;             /* attempts that count against the retries */
    int sent;              /* attempts in all */
    int generation;        /* of the token that the last attempt carried */
    int64_t due_ms;        /* while waiting: when it is queued again */
    int64_t successes;     /* the client's count when this call began; -1: it has not */
    struct smci_sending sending;
    const struct smci_call_owner *owner; /* while in flight */
};

/* Who sends calls, and is told when an attempt has ended. With SMCI_DONE and SMCI_FAIL the
 * caller has had its callback and the call is to be freed; with the rest it goes on. */
struct smci_call_owner {
    struct smci_sender *sender;
    void (*ended)(void *ctx, struct smci_call *call, const struct smci_decision *decision,
                  const struct smci_attempt *attempt);
    void *ctx;
};

/* Makes a call of a request, which has been checked; all but `kind` is copied. NULL when memory
 * runs out. */
struct smci_call *smci_call_new(const struct smc_request *request);

/* Frees a call that is in no list, without a callback. */
void smci_call_free(struct smci_call *call);

/* Sends it. `accept` and `authorization` are whole header lines; the second is left out of
 * probes. When it fails, nothing was sent. SMC_ERR_NOMEM, SMC_ERR_CAP. */
enum smc_status smci_call_start(struct smci_call *call, const struct smci_call_owner *owner,
                                const char *accept, const char *authorization,
                                struct smc_error *err);

/* The last callback of a call that gets no answer: SMC_ERR_CANCELLED, for the reason `why`.
 * Frees it. */
void smci_call_cancel(struct smci_call *call, const struct smc_error *why);

/* "GET" or "POST". */
const char *smci_call_method(const struct smci_call *call);

#endif
