/* A server on loopback that plays a script of raw answers, for what the stand-in is too polite to
 * do. It keeps what it was sent. */
#ifndef TESTS_NET_H
#define TESTS_NET_H

#include <stdbool.h>
#include <stddef.h>

struct net_server;

enum net_then { NET_KEEP, NET_CLOSE, NET_RESET, NET_STALL };

/* What becomes of one request, in the order in which requests come; the last step goes on for all
 * that come after. */
struct net_step {
    const char *answer; /* raw, head and body; NULL: none */
    size_t len;         /* 0: up to the NUL */
    enum net_then then;
    bool is_early; /* as soon as the request's head is there; the body is never read */
};

/* Fails the test when it can't start. The steps are borrowed until net_stop. */
struct net_server *net_start(const struct net_step *steps, size_t count);
void net_stop(struct net_server *server); /* NULL is harmless */

const char *net_url(const struct net_server *server); /* "http://127.0.0.1:PORT" */
unsigned net_port(const struct net_server *server);

long net_connections(struct net_server *server);
long net_requests(struct net_server *server);
long net_answered(struct net_server *server); /* requests whose answer has gone out */
/* Whether it has done its last step and stalls there; `server` is a net_server. */
bool net_is_silent(void *server);
/* The head and body of a request as they came; borrowed until net_stop, "" when there is none. */
const char *net_request(struct net_server *server, long index);

#endif
