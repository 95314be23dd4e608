/* One transfer: what is known of it, for the parts that deal with its body, its certificate and its
 * end. http_transfer.h makes one. For lib/net/http*.c alone. */
#ifndef SMCI_HTTP_EXCHANGE_H
#define SMCI_HTTP_EXCHANGE_H

#include <sigmacat/client_types.h>

#include "http_connections.h"
#include "http_message.h"
#include "trust.h"

/* See http_body.h. */
struct smci_room {
    const struct smci_exchange *large; /* the one whose body may be large; NULL: none */
};

/* Shared by all transfers of one multi handle. Borrowed. */
struct smci_exchange_common {
    const struct smc_network *network;
    const struct smci_trust *trust;
    struct smci_room *room;
    struct smci_connections *connections;
};

struct smci_exchange {
    struct smci_exchange *next; /* of those in flight, or of the spare ones */
    const struct smci_exchange_common *common;
    void *easy; /* CURL */
    struct curl_mime *mime;
    struct curl_slist *headers;
    struct smci_upload upload;
    int64_t upload_at;   /* bytes of the file read so far */
    int port;            /* the connection's local one; 0: there is none yet */
    int64_t ack_base;    /* bytes that were acknowledged when the request began; -1: not known */
    int64_t acked;       /* bytes of the request that were acknowledged since */
    int64_t looked_ms;   /* when that was last asked */
    bool is_out;         /* all of the body has gone out, as far as libcurl knows */
    int64_t moved;       /* bytes in both directions so far; where acknowledgements are known, of
                            what comes */
    int64_t progress_ms; /* when a byte last went either way */
    int64_t timeout_ms;  /* so long none may */
    bool is_coming;      /* the first byte of the answer has come, */
    int64_t coming_ms;   /*   for so long, pauses left out */
    /* While it is paused, and for as long as it was, nothing can come: no bound of time counts
     * that. */
    bool is_paused;
    int64_t paused_at_ms; /* when the pause began that is not over */
    int64_t paused_ms;    /* what the pauses before it took, in all */
    size_t header_bytes;
    bool is_head_whole;             /* the empty line behind the last header came */
    int compressions;               /* of the body, by its head */
    bool is_strange;                /* they are not what was asked for */
    bool is_error;                  /* by its status, once the head is whole */
    bool is_body_cut;               /* the rest of an error's body was not wanted */
    bool is_dropped;                /* the body is not wanted at all */
    struct smci_connection_use use; /* of a connection; id 0: none yet, or it has ended */
    bool has_surplus;               /* by what was seen last, there is more than the answer */
    bool is_excess;                 /* libcurl has read more than the answer */
    bool is_turned_away; /* from a connection that is not to be used again: nothing was sent */
    bool is_local_fault; /* the body to be sent could not be read */
    bool is_nameless;    /* the server's certificate says in no valid way whose it is */
    bool is_probe;
    bool is_plain; /* no compression is asked for */
    bool is_tls;
    bool is_sole;              /* no other call will go by its connection */
    bool is_watched;           /* see smci_http_request */
    int sent;                  /* how often libcurl has sent it */
    void (*resent)(void *ctx); /* may be NULL */
    char detail[256];          /* libcurl's own words; CURL_ERROR_SIZE */
    struct smci_http_response response;
    void (*done)(void *ctx, struct smci_http_response *response);
    void *ctx;
};

/* Milliseconds of the network's clock. */
static inline int64_t smci_exchange_now(const struct smci_exchange *x)
{
    return x->common->network->clock->now_ms(x->common->network->clock->ctx);
}

#endif
