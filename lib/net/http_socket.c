#include "http_socket.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include <linux/tcp.h>

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
