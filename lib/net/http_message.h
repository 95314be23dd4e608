/* Messages to a server and from it, as lib/net/http.h moves them. */
#ifndef SMCI_HTTP_MESSAGE_H
#define SMCI_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

#include "special.h"

struct smci_http_request {
    const char *url;
    const char *const *headers; /* "Name: value", ended by NULL; copied and wiped after use */
    const void *body;           /* bytes to POST; NULL: none; borrowed until the callback */
    size_t body_len;
    const struct smci_upload *upload; /* a multipart body to POST; NULL: none; copied */
    bool is_probe;                    /* fills the response's `probe` */
    bool is_plain;                    /* no compression is asked for */
    size_t body_max;                  /* of a 2xx's body, decompressed, bytes; 0: SMC_BODY_MAX */
    int64_t timeout_min_ms;           /* it may be silent for so long, if the network's is less */
    bool
        is_watched; /* should more come than one answer, it does not count; see http_connections.h */
    /* Called when libcurl sends it once more by itself, since a kept connection died before an
     * answer. With the `ctx` of `done`; may be NULL. */
    void (*resent)(void *ctx);
};

/* Borrowed during the callback. */
struct smci_http_response {
    int status;           /* 0: none, or the answer was cut short */
    int64_t connection;   /* by which it came, from 1; 0: it was not sent */
    bool is_reused;       /*   which had been used before */
    struct smc_buf body;  /* decompressed; of an error that has more than 64 KiB, empty */
    char retry_after[64]; /* the header's value; "" when absent. What does not fit is cut off: that
                                is not a date, and its first digits say "too long" just as well */
    bool is_html;         /* by its Content-Type */
    int64_t date_s;       /* of its Date header, Unix time; 0: none */
    char location[256];   /* where a redirect leads to: scheme, host and path; "" where none does */
    bool is_permanent;    /* status 0, and no retry will mend it */
    bool is_upload_lost;  /* status 0: the connection was lost after an upload had begun */
    bool is_compressed;   /* it came compressed, */
    bool is_garbled;      /*   in a way that can't be read; the status is 0 */
    struct smc_error error;  /* for status 0: why */
    struct smci_probe probe; /* of a request that is one */
};

#endif
