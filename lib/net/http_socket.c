#include "http_socket.h"

#include <stdbool.h>
#include <stddef.h>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* False where the kernel's struct ends before `end`. */
static bool ask(int fd, struct tcp_info *info, size_t end)
{
    socklen_t len = sizeof *info;
    return fd >= 0 && getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) == 0 && (size_t)len >= end;
}

#define END_OF(member) (offsetof(struct tcp_info, member) + sizeof((struct tcp_info *)0)->member)

int64_t smci_socket_acknowledged(int fd)
{
    struct tcp_info info;
    return ask(fd, &info, END_OF(tcpi_bytes_acked)) ? (int64_t)info.tcpi_bytes_acked : -1;
}

int64_t smci_socket_read(int fd)
{
    struct tcp_info info;
    int unread;
    /* In this order: what comes in between counts as unread. */
    if (!ask(fd, &info, END_OF(tcpi_bytes_received)) || ioctl(fd, FIONREAD, &unread) != 0)
        return -1;
    return (int64_t)info.tcpi_bytes_received - unread;
}
