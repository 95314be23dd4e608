/* The connections of one multi handle, watched for answers that nobody has asked for. For
 * lib/net/http*.c alone.
 *
 * A server or gateway that sends an answer too many on a kept connection shifts all that follow:
 * each call gets the answer to another, whole and well formed. libcurl 7.88.1 uses a connection
 * again without a look at what lies unread on it. Whether an answer was one too many is known so:
 *
 * - Each answer says how long it is, so after one too many there is always something that nobody
 *   reads. Sockets are opened here, so that their descriptors are known; which of them a transfer
 *   goes by is told by the two ports that CURLOPT_PREREQFUNCTION gets, just before it sends. Unread
 *   bytes are looked for, with MSG_PEEK, when an answer is whole and before each reuse; when
 *   libcurl has closed a connection, for a second more (the descriptor stays ours so long, half
 *   closed); and at the end of a run once a connection was idle for a second: a shift goes unseen
 *   for as long as the next call takes at once what lies there.
 * - What libcurl has read beyond an answer's end it throws away, and tells in its debug texts alone.
 *   What OpenSSL has decrypted and libcurl has not read yet nobody sees; the next call takes it, and
 *   then that one's own answer lies unread.
 * - Fewer bytes than the shortest answer has are not an answer: a stray line break. In TLS each record tells
 *   its kind and its length. Alerts and handshakes are not answers; of application data the length
 *   counts, less what encryption adds, since in TLS 1.3 alerts and tickets look like it. A
 *   close_notify may be padded, and a ticket come late: such a suspicion costs what is asked
 *   again, no more. (RFC 8446, 5.2; tickets are sent right after the handshake, so that they are
 *   read before the first answer.)
 * - Before it closes a TLS connection, libcurl reads one record and throws it away. The kernel knows
 *   how many bytes were read since the last answer's end.
 *
 * An answer that ends the run, an error to a listing's call say, may be one too many itself. So the
 * calls that go by kept connections then are waited for: what one of them leaves unread tells.
 *
 * Nobody can tell then from which answer on they were shifted: all that came by the connection
 * are doubtful. A connection takes 100 calls at most, which bounds what is asked again. After three
 * with a surplus each call gets one of its own, and what comes first by that is taken for its
 * answer, so that this comes to an end whatever the server does. */
#ifndef SMCI_HTTP_CONNECTIONS_H
#define SMCI_HTTP_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/clock.h>

struct smci_connections;

/* `count` connections are kept at most. `clock` is borrowed. NULL when memory runs out. */
struct smci_connections *smci_connections_new(int count, const struct smc_clock *clock);
/* After the multi handle. NULL is harmless. */
void smci_connections_free(struct smci_connections *connections);

/* Lets a handle (CURL) open and close its sockets here. Returns a CURLcode. */
int smci_connections_serve(struct smci_connections *connections, void *easy);

enum smci_connection_state {
    SMCI_CONNECTION_GOOD,
    SMCI_CONNECTION_STALE, /* another one is to be taken */
    SMCI_CONNECTION_EARLY  /* it is new, and an answer is there before anything was asked */
};

struct smci_connection_ends {
    int local_port;
    int remote_port;
    bool is_tls;
    bool is_sole;    /* no other call will go by it: a surplus makes nothing doubtful, */
    bool is_watched; /*   but for this one */
};

/* One call by one connection. libcurl may have begun the next one before it tells of the end. */
struct smci_connection_use {
    int64_t id; /* the connection's, from 1; 0: not known, or none */
    int call;   /* which of its calls, from 1 */
};

/* A request is about to be sent. `use` is filled for SMCI_CONNECTION_GOOD alone. */
enum smci_connection_state smci_connections_begin(struct smci_connections *connections,
                                                  const struct smci_connection_ends *ends,
                                                  struct smci_connection_use *use);

/* Whether more lies unread than belongs to an answer that is whole. While the transfer lasts; the
 * last time when all of the answer was read, so that what is read later is known. */
bool smci_connections_is_too_much(struct smci_connections *connections,
                                  const struct smci_connection_use *use);

/* The transfer has ended. `is_whole`: with an answer, all of which was read; `has_surplus`: and
 * more than that, or what came was not an answer at all on a connection that was used before. */
void smci_connections_end(struct smci_connections *connections,
                          const struct smci_connection_use *use, bool is_whole, bool has_surplus);

/* The descriptor of the open one with this local port; -1: there is none. Borrowed. */
int smci_connections_find(const struct smci_connections *connections, int local_port);

/* Looks at all that are idle. */
void smci_connections_look(struct smci_connections *connections);

/* Each call is to get a connection of its own, from now on, */
void smci_connections_use_once(struct smci_connections *connections);
/* and whether it is so. */
bool smci_connections_are_used_once(const struct smci_connections *connections);

/* Told once of each connection that has brought answers: that it has ended and they are right, or
 * that they are doubtful. Of one that was cut in mid-answer nobody knows, and nothing is told. */
typedef void smci_connection_fn(void *ctx, int64_t id, bool is_doubtful);

/* Looks after those that were closed, and tells. Not from within libcurl's callbacks. */
void smci_connections_tend(struct smci_connections *connections, smci_connection_fn *fn, void *ctx);

/* How long, in milliseconds, until all that is not in use was idle for a second; 0: it was looked
 * at just now, and the next smci_connections_tend tells. */
int64_t smci_connections_settle(struct smci_connections *connections);

/* Why this machine gave no socket for the last connection, as errno has it, such as EMFILE; 0: it
 * did. libcurl tells such a connection as one that the other side did not take. */
int smci_connections_lack(const struct smci_connections *connections);

#endif
