/* How one attempt at a call ended, judged once: statistics, pace and retry all go by this. */
#ifndef SMCI_ATTEMPT_H
#define SMCI_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/client_types.h>

#include "http_message.h"

/* The members of a JSON error body (Sigma's have these names): cleaned and cut, secrets masked; ""
 * where absent. A body in no form that we know is a message as a whole. */
struct smci_api_error {
    char code[64];
    char message[200];
    char request_id[64];
};

/* What was asked, as far as the meaning of an answer depends on it. */
struct smci_asked {
    enum smc_policy policy;
    bool is_get;
    bool is_token;       /* the token call: of its answer no word is quoted but "timedout" */
    bool is_object;      /* about one object of many: see smc_request */
    bool is_first;       /* nothing has been accepted in this run */
    const char *service; /* what the server is called in texts; borrowed */
};

enum smci_meaning {
    SMCI_SUCCESS,
    SMCI_REFUSED, /* too many calls (429), or the edge's block: the pace's affair, not the call's */
    SMCI_UNAUTHORIZED, /* 401: the token may have run out */
    SMCI_TRANSIENT,    /* another attempt may mend it */
    SMCI_FINAL         /* none will */
};

struct smci_attempt {
    struct smci_asked asked;
    int http_status; /* 0: no answer, or one that was cut short */
    bool is_html;
    bool is_error_object;   /* a 200 whose body is an error, not what was asked for */
    bool is_garbled;        /* status 0: its compression can't be read */
    bool is_permanent;      /* status 0, and no retry will mend it: a cap, a bad certificate */
    int64_t retry_after_ms; /* as in retry_after.h; -1: the server named none */
    struct smci_api_error api_error;
    struct smc_error error; /* status 0: why; a 2xx that was rejected: what is wrong with it */
    char location[256];     /* of a redirect, without query, cleaned; "" for none, or not told */
    enum smci_meaning meaning;
};

/* Makes an attempt of a response. `log` (may be NULL) knows the secrets to mask. Dates count
 * from the answer's own, or where it has none from `wall_ms`, Unix time: clocks differ. */
void smci_attempt_read(struct smci_attempt *attempt, const struct smci_asked *asked,
                       const struct smci_http_response *response, const struct smc_log *log,
                       int64_t wall_ms);

/* Sets `meaning` from all that stands before it. The tables are those of
 * castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS", and castor-upload(1), "WHEN
 * CATALOG OR THE NETWORK FAILS". */
void smci_attempt_judge(struct smci_attempt *attempt);

/* Takes a success back: its body is not what it should be, for the reason `why`. With the code
 * SMC_ERR_SYNTAX that is transient for Sigma, whose answers an edge may replace by a page; a page
 * before anything was accepted is somebody else's answer. */
void smci_attempt_reject(struct smci_attempt *attempt, const struct smc_error *why);

/* Appends why an attempt failed: "HTTP 404 not_found: message (requestId r-1)", or the reason why
 * there is no answer; where the server asks for a longer wait than is obeyed, that too. What finds
 * no room in `text` is missing. */
void smci_attempt_reason(const struct smci_attempt *attempt, struct smc_buf *text);

/* The attempt in words, the query left out: "GET /v2/x: " and the reason as above. Returns err->code: SMC_ERR_REFUSED for a status
 * that no later try changes, SMC_ERR_HTTP for the others. */
enum smc_status smci_attempt_describe(const struct smci_attempt *attempt, const char *method,
                                      const char *target, struct smc_error *err);

#endif
