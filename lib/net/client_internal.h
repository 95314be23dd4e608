/* What the parts of the client share: client.c (queue, admission, loop), client_call.c (a call's
 * life), client_token.c (the token call), client_stats.c (counts). */
#ifndef SMCI_CLIENT_INTERNAL_H
#define SMCI_CLIENT_INTERNAL_H

#include <sigmacat/client.h>

#include "auth.h"
#include "http.h"
#include "pace.h"
#include "retry.h"

/* A call from smc_client_send to its callback. It is in one place at a time: queued, waiting, or in
 * flight. */
struct smci_call {
    struct smc_client *client;
    struct smci_call *next;
    const char *kind;
    char *target;
    smc_answer_fn *done;
    void *ctx;
    struct smc_upload_body upload;
    bool is_upload;
    bool is_single_try;
    bool is_urgent;
    bool is_probe;
    bool was_reauthorized; /* its one repetition after a 401 is spent */
    int spent;             /* tries that count against the retries */
    int sent;              /* tries in all */
    int generation;        /* of the token that the last try carried */
    int64_t sent_ms;       /* of the last try */
    int64_t due_ms;        /* while waiting: when it is queued again */
    int64_t successes;     /* the client's count when this call began */
};

struct smci_queue {
    struct smci_call *first;
    struct smci_call **last;
};

struct smci_count {
    const char *kind;
    int http_status;
    int64_t count;
};

struct smc_client {
    struct smci_http *http;
    struct smci_auth auth;
    struct smci_pace pace;
    struct smci_rng rng;
    struct smci_retry_opt retry;
    const struct smc_clock *clock;
    struct smc_log *log;
    char *origin;
    char *accept;                 /* a whole header line */
    struct smc_buf authorization; /* a whole header line, when it is fixed; wiped */
    bool has_token;               /* a bearer token is fetched; else `authorization` */
    int concurrency;
    int64_t deadline_ms; /* 0: none */
    int64_t max_time_ms;

    struct smci_queue urgent;
    struct smci_queue queue;
    struct smci_call *waiting; /* for their due_ms; unordered, few */
    int waiting_count;
    struct smci_call *flying; /* in flight */

    bool is_token_asked; /* the token call is in flight */
    int token_spent;
    int64_t token_due_ms; /* after a failure: not before */
    int64_t token_sent_ms;
    int64_t refusal_told_ms; /* when the log last had a refusal; INT64_MIN: never */

    smc_refill_fn *refill;
    void *refill_ctx;

    int64_t successes;        /* calls that ended with a 2xx that was taken */
    struct smc_error failure; /* ends the run */
    bool has_failed;
    struct smc_client_stats stats;
    struct smci_count *counts;
    size_t counts_used;
    size_t counts_size;
};

static inline int64_t smci_client_now(const struct smc_client *client)
{
    return client->clock->now_ms(client->clock->ctx);
}

void smci_queue_push(struct smci_queue *queue, struct smci_call *call);

/* Puts a call back at the head of its queue. */
void smci_client_requeue(struct smc_client *client, struct smci_call *call);
void smci_client_wait(struct smc_client *client, struct smci_call *call, int64_t wait_ms);

/* client_call.c: puts a call on the wire; frees one that never got there. */
void smci_call_start(struct smci_call *call, int64_t now_ms);
void smci_call_free(struct smci_call *call);

/* client_token.c: asks for a token now. */
void smci_client_ask_token(struct smc_client *client, int64_t now_ms);

/* client_stats.c: counts one try. */
void smci_client_count(struct smc_client *client, const char *kind, int http_status);

/* What a JSON error body says: cleaned and cut; "" where absent. */
struct smci_api_error {
    char code[64];
    char message[200];
    char request_id[64];
};
void smci_client_read_error(const struct smc_client *client,
                            const struct smci_http_response *response, struct smci_api_error *said);

/* What the retry rule is to decide by. */
struct smci_attempt smci_client_attempt(const struct smc_client *client,
                                        const struct smci_http_response *response,
                                        const struct smci_api_error *said, bool is_malformed);

/* Tells the pace how the call sent at `sent_ms` ended. */
void smci_client_tell_pace(struct smc_client *client, const struct smci_http_response *response,
                           int64_t sent_ms);

/* "GET /v2/x: HTTP 404 not_found: message (requestId r-1)" or the reason why there was no answer;
 * the query is left out. */
enum smc_status smci_client_describe(const char *method, const char *target,
                                     const struct smci_http_response *response,
                                     const struct smci_api_error *said, struct smc_error *err);

#endif
