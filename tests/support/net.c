#include "net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define CONNS_MAX    16
#define REQUESTS_MAX 64
#define REQUEST_MAX  ((size_t)16 * 1024 * 1024)

struct conn {
    int fd;       /* -1: free */
    bool is_deaf; /* stalled: what comes is not read */
    struct smc_buf in;
};

struct net_server {
    const struct net_step *steps;
    size_t count;
    int listener;
    int stop[2];
    unsigned port;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    long connections;
    long requests;
    long answered;
    bool is_silent;
    char *seen[REQUESTS_MAX];
    struct conn conns[CONNS_MAX]; /* the thread's own */
};

static void drop(struct conn *conn, bool is_reset)
{
    struct linger hard = {1, 0};
    if (is_reset)
        (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    (void)close(conn->fd);
    conn->fd = -1;
    conn->is_deaf = false;
    smc_buf_clear(&conn->in);
}

/* Where the head of a request ends; 0: not yet. */
static size_t head_len(const struct smc_buf *in)
{
    const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
    return end ? (size_t)(end - in->data) + 4 : 0;
}

static size_t body_len(const struct smc_buf *in)
{
    const char *at = strcasestr(in->data, "\r\nContent-Length:");
    return at ? strtoul(at + 17, NULL, 10) : 0;
}

static void keep_request(struct net_server *server, const struct smc_buf *in)
{
    (void)pthread_mutex_lock(&server->lock);
    if (server->requests < REQUESTS_MAX)
        server->seen[server->requests] = strdup(in->data);
    server->requests++;
    server->is_silent = false;
    (void)pthread_mutex_unlock(&server->lock);
}

static void note_answered(struct net_server *server, bool is_silent)
{
    (void)pthread_mutex_lock(&server->lock);
    server->answered++;
    server->is_silent = is_silent;
    (void)pthread_mutex_unlock(&server->lock);
}

static bool put(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static void play(struct net_server *server, struct conn *conn)
{
    size_t at = (size_t)server->requests;
    const struct net_step *step = &server->steps[at < server->count ? at : server->count - 1];
    keep_request(server, &conn->in);
    smc_buf_reset(&conn->in);
    bool is_whole = true;
    if (step->answer)
        is_whole = put(conn->fd, step->answer, step->len ? step->len : strlen(step->answer));
    if (!is_whole || step->then == NET_CLOSE || step->then == NET_RESET)
        drop(conn, step->then == NET_RESET);
    else
        conn->is_deaf = step->then == NET_STALL;
    note_answered(server, step->then == NET_STALL);
}

static void take(struct net_server *server, struct conn *conn)
{
    char bytes[65536];
    ssize_t n = recv(conn->fd, bytes, sizeof bytes, 0);
    if (n <= 0 || smc_buf_add(&conn->in, bytes, (size_t)n) != SMC_OK) {
        drop(conn, false);
        return;
    }
    size_t head = head_len(&conn->in);
    size_t at = (size_t)server->requests;
    bool is_early = server->steps[at < server->count ? at : server->count - 1].is_early;
    if (head > 0 && (is_early || conn->in.len >= head + body_len(&conn->in)))
        play(server, conn);
}

static void welcome(struct net_server *server)
{
    int fd = accept(server->listener, NULL, NULL);
    for (size_t i = 0; fd >= 0 && i < CONNS_MAX; i++) {
        struct conn *conn = &server->conns[i];
        if (conn->fd >= 0)
            continue;
        conn->fd = fd;
        smc_buf_init(&conn->in, REQUEST_MAX);
        (void)pthread_mutex_lock(&server->lock);
        server->connections++;
        server->is_silent = false;
        (void)pthread_mutex_unlock(&server->lock);
        return;
    }
    if (fd >= 0)
        (void)close(fd);
}

static void *serve(void *ctx)
{
    struct net_server *server = ctx;
    for (;;) {
        struct pollfd fds[CONNS_MAX + 2] = {{server->stop[0], POLLIN, 0},
                                            {server->listener, POLLIN, 0}};
        nfds_t count = 2; /* poll takes no more than there may be descriptors, used or not */
        for (size_t i = 0; i < CONNS_MAX; i++) {
            const struct conn *conn = &server->conns[i];
            fds[i + 2] = (struct pollfd){conn->is_deaf ? -1 : conn->fd, POLLIN, 0};
            if (conn->fd >= 0)
                count = i + 3;
        }
        if (poll(fds, count, -1) < 0 || fds[0].revents)
            return NULL;
        for (size_t i = 0; i < CONNS_MAX; i++)
            if (fds[i + 2].revents)
                take(server, &server->conns[i]);
        if (fds[1].revents)
            welcome(server);
    }
}

struct net_server *net_start(const struct net_step *steps, size_t count)
{
    struct net_server *server = calloc(1, sizeof *server);
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof where;
    if (!server)
        abort();
    server->steps = steps;
    server->count = count;
    for (size_t i = 0; i < CONNS_MAX; i++)
        server->conns[i].fd = -1;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&where, len) != 0 ||
        listen(server->listener, CONNS_MAX) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&where, &len) != 0 ||
        pipe(server->stop) != 0 || pthread_mutex_init(&server->lock, NULL) != 0)
        fail_msg("no server on loopback");
    server->port = ntohs(where.sin_port);
    (void)snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u", server->port);
    if (pthread_create(&server->thread, NULL, serve, server) != 0)
        fail_msg("no thread");
    return server;
}

void net_stop(struct net_server *server)
{
    if (!server)
        return;
    (void)close(server->stop[1]);
    (void)pthread_join(server->thread, NULL);
    for (size_t i = 0; i < CONNS_MAX; i++)
        if (server->conns[i].fd >= 0)
            drop(&server->conns[i], true);
    for (size_t i = 0; i < REQUESTS_MAX; i++)
        free(server->seen[i]);
    (void)close(server->listener);
    (void)close(server->stop[0]);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *net_url(const struct net_server *server)
{
    return server->url;
}

unsigned net_port(const struct net_server *server)
{
    return server->port;
}

static long locked(struct net_server *server, const long *number)
{
    (void)pthread_mutex_lock(&server->lock);
    long value = *number;
    (void)pthread_mutex_unlock(&server->lock);
    return value;
}

long net_connections(struct net_server *server)
{
    return locked(server, &server->connections);
}

long net_answered(struct net_server *server)
{
    return locked(server, &server->answered);
}

bool net_is_silent(void *ctx)
{
    struct net_server *server = ctx;
    (void)pthread_mutex_lock(&server->lock);
    bool is_silent = server->is_silent;
    (void)pthread_mutex_unlock(&server->lock);
    return is_silent;
}

long net_requests(struct net_server *server)
{
    return locked(server, &server->requests);
}

const char *net_request(struct net_server *server, long index)
{
    (void)pthread_mutex_lock(&server->lock);
    const char *text = index >= 0 && index < REQUESTS_MAX ? server->seen[index] : NULL;
    (void)pthread_mutex_unlock(&server->lock);
    return text ? text : "";
}
