#include "flood.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define CONNS_MAX   64
#define ANSWERS_MAX 24

struct peer {
    struct flood *flood;
    int fd;
    pthread_t thread;
};

struct flood {
    const struct flood_answer *answers;
    size_t count;
    int listener;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t opened;
    bool is_open;
    bool is_over;
    long keys; /* that were sent whole */
    int64_t sent[ANSWERS_MAX];
    long requests[ANSWERS_MAX];
    struct peer peers[CONNS_MAX];
    size_t peer_count;
};

/* ---- one connection ---- */

static bool put(const struct peer *peer, size_t answer, const void *bytes, size_t len)
{
    struct flood *flood = peer->flood;
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = send(peer->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
        if (answer < flood->count) {
            (void)pthread_mutex_lock(&flood->lock);
            flood->sent[answer] += n;
            (void)pthread_mutex_unlock(&flood->lock);
        }
    }
    return true;
}

static bool wait_at_gate(struct flood *flood, long key)
{
    (void)pthread_mutex_lock(&flood->lock);
    while (!flood->is_open && !flood->is_over && (key == 0 || flood->keys < key))
        (void)pthread_cond_wait(&flood->opened, &flood->lock);
    bool is_over = flood->is_over;
    (void)pthread_mutex_unlock(&flood->lock);
    return !is_over;
}

static bool answer_one(const struct peer *peer, size_t index)
{
    struct flood *flood = peer->flood;
    static const char none[] = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
    if (index == flood->count)
        return put(peer, index, none, strlen(none));
    const struct flood_answer *a = &flood->answers[index];
    (void)pthread_mutex_lock(&flood->lock);
    flood->requests[index]++;
    (void)pthread_mutex_unlock(&flood->lock);
    bool is_sent = put(peer, flood->count, a->head, strlen(a->head)) &&
                   put(peer, index, a->start, a->start_len);
    for (long i = 0; is_sent && (a->blocks < 0 || i < a->blocks); i++) {
        if (a->gate > 0 && i == a->gate)
            is_sent = wait_at_gate(flood, a->key);
        is_sent = is_sent && put(peer, index, a->block, a->block_len);
    }
    is_sent = is_sent && put(peer, index, a->end, a->end_len);
    (void)pthread_mutex_lock(&flood->lock);
    flood->keys += is_sent && a->is_key;
    (void)pthread_cond_broadcast(&flood->opened);
    (void)pthread_mutex_unlock(&flood->lock);
    return is_sent && !strstr(a->head, "Connection: close");
}

static size_t find_answer(const struct flood *flood, const char *request)
{
    const char *target = strchr(request, ' ');
    size_t i = 0;
    for (; target && i < flood->count; i++) {
        const char *path = flood->answers[i].path;
        if (!path || strncmp(target + 1, path, strlen(path)) == 0)
            break;
    }
    return target ? i : flood->count;
}

/* Reads a whole request, whose head begins what is read; false at the connection's end. */
static bool read_request(const struct peer *peer, char *text, size_t size)
{
    size_t len = 0;
    for (;;) {
        ssize_t n = recv(peer->fd, text + len, size - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        text[len] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *body = strcasestr(text, "\r\nContent-Length:");
        size_t body_len = body ? strtoul(body + 17, NULL, 10) : 0;
        if (end && len >= (size_t)(end - text) + 4 + body_len)
            return true;
    }
}

static void *attend(void *ctx)
{
    const struct peer *peer = ctx;
    char text[16384];
    while (read_request(peer, text, sizeof text) &&
           answer_one(peer, find_answer(peer->flood, text)))
        ;
    (void)shutdown(peer->fd, SHUT_RDWR);
    return NULL;
}

/* ---- the server ---- */

static void *serve(void *ctx)
{
    struct flood *flood = ctx;
    for (;;) {
        int fd = accept(flood->listener, NULL, NULL);
        (void)pthread_mutex_lock(&flood->lock);
        bool is_over = flood->is_over;
        struct peer *peer = &flood->peers[flood->peer_count];
        *peer = (struct peer){flood, fd, 0};
        bool is_taken = !is_over && fd >= 0 && flood->peer_count < CONNS_MAX - 1 &&
                        pthread_create(&peer->thread, NULL, attend, peer) == 0;
        flood->peer_count += is_taken;
        (void)pthread_mutex_unlock(&flood->lock);
        if (fd >= 0 && !is_taken)
            (void)close(fd);
        if (is_over || fd < 0)
            return NULL;
    }
}

struct flood *flood_start(const struct flood_answer *answers, size_t count)
{
    struct flood *flood = calloc(1, sizeof *flood);
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof where;
    if (!flood || count > ANSWERS_MAX)
        abort();
    flood->answers = answers;
    flood->count = count;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    flood->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pthread_mutex_init(&flood->lock, NULL) != 0 || pthread_cond_init(&flood->opened, NULL) != 0)
        fail_msg("no lock");
    if (bind(flood->listener, (struct sockaddr *)&where, len) != 0 ||
        listen(flood->listener, CONNS_MAX) != 0 ||
        getsockname(flood->listener, (struct sockaddr *)&where, &len) != 0)
        fail_msg("no server on loopback");
    (void)snprintf(flood->url, sizeof flood->url, "http://127.0.0.1:%u", ntohs(where.sin_port));
    if (pthread_create(&flood->thread, NULL, serve, flood) != 0)
        fail_msg("no thread");
    return flood;
}

static void open_gate(struct flood *flood, bool is_over)
{
    (void)pthread_mutex_lock(&flood->lock);
    flood->is_open = true;
    flood->is_over = flood->is_over || is_over;
    (void)pthread_cond_broadcast(&flood->opened);
    (void)pthread_mutex_unlock(&flood->lock);
}

void flood_open(struct flood *flood)
{
    open_gate(flood, false);
}

void flood_stop(struct flood *flood)
{
    if (!flood)
        return;
    open_gate(flood, true);
    (void)shutdown(flood->listener, SHUT_RDWR);
    (void)pthread_join(flood->thread, NULL);
    for (size_t i = 0; i < flood->peer_count; i++)
        (void)shutdown(flood->peers[i].fd, SHUT_RDWR);
    for (size_t i = 0; i < flood->peer_count; i++) {
        (void)pthread_join(flood->peers[i].thread, NULL);
        (void)close(flood->peers[i].fd);
    }
    (void)close(flood->listener);
    (void)pthread_cond_destroy(&flood->opened);
    (void)pthread_mutex_destroy(&flood->lock);
    free(flood);
}

const char *flood_url(const struct flood *flood)
{
    return flood->url;
}

int64_t flood_sent(struct flood *flood, size_t answer)
{
    (void)pthread_mutex_lock(&flood->lock);
    int64_t sent = flood->sent[answer];
    (void)pthread_mutex_unlock(&flood->lock);
    return sent;
}

bool flood_has_arrived(struct flood *flood)
{
    bool has_arrived = true;
    (void)pthread_mutex_lock(&flood->lock);
    for (size_t i = 0; i < flood->peer_count && has_arrived; i++) {
        int waiting = 0;
        has_arrived = ioctl(flood->peers[i].fd, SIOCOUTQ, &waiting) == 0 && waiting == 0;
    }
    (void)pthread_mutex_unlock(&flood->lock);
    return has_arrived;
}

long flood_requests(struct flood *flood, size_t answer)
{
    (void)pthread_mutex_lock(&flood->lock);
    long requests = flood->requests[answer];
    (void)pthread_mutex_unlock(&flood->lock);
    return requests;
}
