/* When a bearer token is fetched and renewed, and what the calls carry. Pure but for its own
 * memory: the caller does the calls. Sigma's tokens live for an hour, and it takes one token call a
 * second: castor-extract-sigma(1), "CALLS". */
#ifndef SMCI_AUTH_H
#define SMCI_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

/* A token longer than this is refused. */
#define SMCI_TOKEN_MAX 16384

struct smci_auth {
    struct smc_buf header; /* "Authorization: Bearer TOKEN"; wiped */
    struct smc_buf form;   /* the token call's body; wiped */
    int generation;        /* counts the tokens got; 0: none yet */
    int64_t renew_at_ms;
    int64_t last_asked_ms; /* of the last token call; INT64_MIN/2 before the first */
    bool is_refused;       /* the current token was answered with 401 */
};

/* Prepares the token call's form fields (percent-encoded). SMC_ERR_NOMEM. */
enum smc_status smci_auth_init(struct smci_auth *auth, const char *client_id,
                               const char *client_secret);

/* Wipes all; twice is harmless. */
void smci_auth_clear(struct smci_auth *auth);

/* Whether a token must be fetched before the next call. */
bool smci_auth_needs_token(const struct smci_auth *auth, int64_t now_ms);

/* Milliseconds until a token call may start: at most one a second. */
int64_t smci_auth_wait_ms(const struct smci_auth *auth, int64_t now_ms);

/* A token call starts now. */
void smci_auth_asked(struct smci_auth *auth, int64_t now_ms);

/* Takes the answer {"access_token", "token_type", "expires_in"}: the token is renewed 5 minutes
 * before it runs out, at half its life if that is shorter; expires_in missing or senseless counts
 * as 3600. SMC_ERR_SYNTAX: not JSON (transient); SMC_ERR_AUTH: no usable token in it (none, control
 * characters or spaces in it, too long). The text never holds any of the body. */
enum smc_status smci_auth_take(struct smci_auth *auth, const char *body, size_t len, int64_t now_ms,
                               struct smc_error *err);

/* A call that carried the token of `generation` got a 401. */
void smci_auth_refused(struct smci_auth *auth, int generation);

/* The bare token, for masking in logs; "" before the first. */
const char *smci_auth_token(const struct smci_auth *auth);

#endif
