/* The sockets of the connections, which libcurl does not tell of while a transfer is under way: it
 * names their local ports. For lib/net/http*.c alone.
 *
 * libcurl opens and closes them by callbacks that we set (CURLOPT_OPENSOCKETFUNCTION,
 * CURLOPT_CLOSESOCKETFUNCTION), so that the list always has those that are open. */
#ifndef SMCI_HTTP_SOCKET_H
#define SMCI_HTTP_SOCKET_H

#include <stddef.h>
#include <stdint.h>

struct smci_socket {
    int fd;
    int port; /* the local one; 0: not asked yet */
};

/* Begin with all 0. */
struct smci_sockets {
    struct smci_socket *items;
    size_t count;
    size_t allocated;
};

/* Has a handle (CURL) use the list, which lives longer than its connections. Returns a CURLcode. */
int smci_sockets_watch(struct smci_sockets *sockets, void *easy);

/* The open socket that is bound to a local port; -1: there is none, or it is not known. Borrowed. */
int smci_sockets_find(struct smci_sockets *sockets, int port);

/* Once libcurl has closed them all. */
void smci_sockets_clear(struct smci_sockets *sockets);

/* The bytes that the other side of a TCP connection has acknowledged since it was made; -1 where
 * the kernel does not tell (Linux before 4.1). Only differences mean anything. */
int64_t smci_socket_acknowledged(int fd);

#endif
