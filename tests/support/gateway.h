/* A gateway on loopback between a client and the stand-in that sends answers too many: on each kept
 * connection, after `skip` answers, one that was given before is sent a second time, whole.
 * With TLS if wanted. It serves one request after the other. */
#ifndef TESTS_GATEWAY_H
#define TESTS_GATEWAY_H

#include <stdbool.h>

#include "tls.h"

enum gateway_when {
    GATEWAY_NEVER,   /* it only passes on */
    GATEWAY_AT_ONCE, /* right behind the answer, by the same write */
    GATEWAY_BEFORE,  /* 20 ms after the answer; nothing is read before */
    GATEWAY_WITH,    /* with the answer to the next request, before it, by the same write */
    GATEWAY_AFTER,   /* when the next request has come, 20 ms before its own answer */
    GATEWAY_REFUSE,  /* as AFTER, but it is a 404, and all others wait for as long */
    GATEWAY_SHORT,   /* as AT_ONCE, but it is an empty list: all fits into one record of TLS */
    GATEWAY_TICKET,  /* TLS alone: not an answer, but a session ticket, 20 ms after the answer */
    GATEWAY_LINE     /* a stray line break behind each answer */
};

struct gateway_opt {
    unsigned port;              /* of the stand-in */
    const struct tls_pair *tls; /* NULL: none */
    enum gateway_when when;
    int skip;         /* answers on a connection that are in order */
    int spoilt_max;   /* connections that are treated so; 0: all */
    const char *only; /* a text that the answer's request has; NULL: any GET */
};

struct gateway;

/* Fails the test when it can't start. `opt` is copied, its texts are borrowed. */
struct gateway *gateway_start(const struct gateway_opt *opt);
void gateway_stop(struct gateway *gateway); /* NULL is harmless */

const char *gateway_url(const struct gateway *gateway);
long gateway_connections(struct gateway *gateway);
/* Connections on which an answer too many was sent. */
long gateway_spoilt(struct gateway *gateway);
/* The most requests that came by one connection. */
long gateway_most(struct gateway *gateway);

#endif
