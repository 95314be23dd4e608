/* HTTP/1.1 transfers over one libcurl multi handle: what is started here is on the wire at once;
 * who may start, and when, is decided above. The only file that knows curl.
 *
 * One thread owns it. https with TLS 1.2 or better, verified; http where the URL says so, which
 * only a loopback origin does, and then never through a proxy. No redirects. */
#ifndef SMCI_HTTP_H
#define SMCI_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/client_types.h>

#include "special.h"

struct smci_http;

struct smci_http_opt {
    struct smc_network network; /* as smci_client_options leaves it: with its defaults */
    int connections;            /* kept alive at most */
};

/* `opt` is copied, its clock borrowed. SMC_ERR_IO for certificates that can't be read. */
enum smc_status smci_http_new(struct smci_http **http, const struct smci_http_opt *opt,
                              struct smc_error *err);
/* Drops what is in flight without calling back. */
void smci_http_drop(struct smci_http *http);
/* The same, and frees; NULL is harmless. */
void smci_http_free(struct smci_http *http);

struct smci_http_request {
    const char *url;
    const char *const *headers; /* "Name: value", ended by NULL; copied and wiped after use */
    const void *body;           /* bytes to POST; NULL: none; borrowed until the callback */
    size_t body_len;
    const struct smci_upload *upload; /* a multipart body to POST; NULL: none; copied */
    bool is_probe;                    /* fills the response's `probe` */
};

/* Borrowed during the callback. */
struct smci_http_response {
    int status;              /* 0: none, or the answer was cut short */
    struct smc_buf body;     /* decompressed; at most SMC_BODY_MAX */
    char retry_after[64];    /* the header's value; "" when absent */
    char date[64];           /* the same of this one */
    bool is_html;            /* by its Content-Type */
    bool is_permanent;       /* status 0, and no retry will mend it */
    int64_t moved;           /* bytes in both directions so far */
    struct smc_error error;  /* for status 0: why */
    struct smci_probe probe; /* of a request that is one */
};

typedef void smci_http_done_fn(void *ctx, struct smci_http_response *response);

/* Starts a transfer. SMC_ERR_NOMEM; then `done` is not called. */
enum smc_status smci_http_start(struct smci_http *http, const struct smci_http_request *request,
                                smci_http_done_fn *done, void *ctx, struct smc_error *err);

int smci_http_in_flight(const struct smci_http *http);

/* Moves all transfers on and calls back for those that ended (callbacks may start more), after
 * waiting up to `wait_ms` for something to happen. SMC_ERR_CANCELLED when stop_fd is readable. */
enum smc_status smci_http_poll(struct smci_http *http, int64_t wait_ms, struct smc_error *err);

#endif
