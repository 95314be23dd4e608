/* What the kernel tells of a connection. For lib/net/http*.c alone. */
#ifndef SMCI_HTTP_SOCKET_H
#define SMCI_HTTP_SOCKET_H

#include <stdint.h>

/* The bytes that the other side of a TCP connection has acknowledged since it was made; -1 where
 * the kernel does not tell (Linux before 4.1). Only differences mean anything. */
int64_t smci_socket_acknowledged(int fd);

/* The bytes of a TCP connection that were read from it since it was made: what has come, less what
 * lies unread. -1 where the kernel does not tell. */
int64_t smci_socket_read(int fd);

#endif
