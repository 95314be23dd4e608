/* HTTP/1.1 transfers over one libcurl multi handle: what is started here is on the wire at once;
 * who may start, and when, is decided above. One thread owns it. No redirects are followed.
 *
 * https with TLS 1.2 or better, verified; http where the URL says so, which only a loopback origin
 * does, and then never through a proxy.
 *
 * The files lib/net/http*.c alone know curl: http.c has the loop, http_transfer.c one transfer's
 * options and data, http_body.c what is taken of a body, http_certificate.c whose server it is,
 * http_end.c the end, http_probe.c what a probe learns; http_connections.c
 * watches the connections for answers too many; http_url.c and http_date.c read addresses and
 * dates. */
#ifndef SMCI_HTTP_H
#define SMCI_HTTP_H

#include <sigmacat/client_types.h>

#include "http_message.h"

struct smci_http;

struct smci_http_opt {
    struct smc_network network; /* as smci_client_options leaves it: with its defaults */
    int connections;            /* kept alive at most */
};

/* `opt` is copied, its clock borrowed. SMC_ERR_IO for certificates that can't be read,
 * SMC_ERR_NOMEM. */
enum smc_status smci_http_new(struct smci_http **http, const struct smci_http_opt *opt,
                              struct smc_error *err);
/* Drops what is in flight without calling back. */
void smci_http_drop(struct smci_http *http);
/* The same, and frees; NULL is harmless. */
void smci_http_free(struct smci_http *http);

/* Called once for a transfer that ended, however it did. It may start others. */
typedef void smci_http_done_fn(void *ctx, struct smci_http_response *response);

/* Starts a transfer. SMC_ERR_NOMEM; then `done` is not called. */
enum smc_status smci_http_start(struct smci_http *http, const struct smci_http_request *request,
                                smci_http_done_fn *done, void *ctx, struct smc_error *err);

/* Told once of each connection that has brought answers: that it has ended, or that they are
 * doubtful, since there was one too many (http_connections.h). From smci_http_poll and
 * smci_http_settle alone. NULL takes it away. */
typedef void smci_http_connection_fn(void *ctx, int64_t connection, bool is_doubtful);
void smci_http_set_connection(struct smci_http *http, smci_http_connection_fn *fn, void *ctx);

/* Each call is to get a connection of its own, from now on. */
void smci_http_use_once(struct smci_http *http);

/* Waits until all connections were idle for a second, then looks at them; does nothing while a
 * transfer is in flight. SMC_ERR_CANCELLED when the network's stop_fd is readable: it has looked
 * all the same. */
enum smc_status smci_http_settle(struct smci_http *http, struct smc_error *err);

/* The number of transfers that were started and have not ended. */
int smci_http_in_flight(const struct smci_http *http);

/* Called when all that has arrived is dealt with, before a poll would sleep. It starts nothing.
 * NULL takes it away. */
typedef void smci_idle_fn(void *ctx);
void smci_http_set_idle(struct smci_http *http, smci_idle_fn *idle, void *ctx);

/* Moves all transfers on and calls back for those that ended, after waiting up to `wait_ms` for
 * something to happen. SMC_ERR_CANCELLED when the network's stop_fd is readable, SMC_ERR_NOMEM. */
enum smc_status smci_http_poll(struct smci_http *http, int64_t wait_ms, struct smc_error *err);

/* For the end of a run: drops, without calling back, all but uploads that have gone out whole and,
 * `with_kept`, what goes by connections that were used before; gives these up to `wait_ms` for their
 * answers, whether or not stop_fd is readable. Those that got none are dropped, too. */
void smci_http_finish(struct smci_http *http, bool with_kept, int64_t wait_ms);

#endif
