/* The parts of a client, for client.c, which runs it, client_connection.c and client_stats.c. */
#ifndef SMCI_CLIENT_OBJECT_H
#define SMCI_CLIENT_OBJECT_H

#include <sigmacat/client_types.h>

#include "queue.h"
#include "token.h"

struct smc_client {
    struct smci_sender sender;
    struct smci_token token;
    struct smci_queue queue;
    struct smci_call_owner owner; /* of the calls: this */
    struct smc_buf accept;        /* a whole header line */
    struct smc_buf authorization; /* a whole header line, when it is fixed; wiped */
    bool has_token;               /* a bearer token is fetched; else `authorization` */
    int concurrency;
    int64_t deadline_ms; /* 0: none */
    int64_t max_time_ms;
    smci_client_connection_fn *told_connection;
    void *told_ctx;
    struct smc_log
        *own_log; /* of a program that wants none: it writes nothing, but knows secrets */
    void (*refill)(void *ctx);
    void *refill_ctx;
    struct smc_error failure; /* ended the run */
    bool has_failed;
};

/* Ends all calls of a client that has failed. Their callbacks can't begin others. */
void smci_client_cancel(struct smc_client *client);

#endif
