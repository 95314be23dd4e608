#include "http_socket.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tcp.h>

#include <curl/curl.h>

/* ---- opened and closed ---- */

/* One that finds no memory in the list works all the same; it is not known, then. */
static void add(struct smci_sockets *sockets, int fd)
{
    if (sockets->count == sockets->allocated) {
        size_t more = sockets->allocated ? 2 * sockets->allocated : 8;
        struct smci_socket *items = reallocarray(sockets->items, more, sizeof *items);
        if (!items)
            return;
        sockets->items = items;
        sockets->allocated = more;
    }
    sockets->items[sockets->count++] = (struct smci_socket){.fd = fd};
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    (void)purpose;
    if (fd < 0)
        return CURL_SOCKET_BAD;
    add(ctx, fd);
    return fd;
}

static int on_close(void *ctx, curl_socket_t fd)
{
    struct smci_sockets *sockets = ctx;
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->items[i].fd == fd)
            sockets->items[i--] = sockets->items[--sockets->count];
    return close(fd);
}

int smci_sockets_watch(struct smci_sockets *sockets, void *easy)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets);
    return (int)rc;
}

void smci_sockets_clear(struct smci_sockets *sockets)
{
    free(sockets->items);
    *sockets = (struct smci_sockets){NULL, 0, 0};
}

/* ---- asked ---- */

static int port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

int smci_sockets_find(struct smci_sockets *sockets, int port)
{
    for (size_t i = 0; port > 0 && i < sockets->count; i++) {
        struct smci_socket *one = &sockets->items[i];
        if (one->port == 0)
            one->port = port_of(one->fd);
        if (one->port == port)
            return one->fd;
    }
    return -1;
}

int64_t smci_socket_acknowledged(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    const size_t wanted =
        offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked;
    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 || len < wanted)
        return -1;
    return (int64_t)info.tcpi_bytes_acked;
}
