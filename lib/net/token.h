/* The token call: POST /v2/auth/token with form fields (Sigma's documentation, "Get access
 * token"). It goes by the pace like every call, is retried like every call, and holds all others
 * back until it is answered. */
#ifndef SMCI_TOKEN_H
#define SMCI_TOKEN_H

#include "auth.h"
#include "sender.h"

struct smci_token {
    struct smci_auth auth;
    struct smci_sender *sender;
    void (*failed)(void *ctx, const struct smc_error *why); /* no token can be had */
    void *ctx;
    struct smci_sending sending;
    bool is_asked;      /* the call is in flight */
    int64_t connection; /* by which the token came */
    int spent;
    int64_t due_ms; /* after a failure: not before */
};

/* Milliseconds until the call may go: its own waits and the pace. */
int64_t smci_token_wait_ms(const struct smci_token *token, int64_t now_ms);

/* Asks for a token now. All that goes wrong is told by `failed`. */
void smci_token_ask(struct smci_token *token, int64_t now_ms);

#endif
