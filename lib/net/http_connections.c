#include "http_connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "http_socket.h"

#define CALLS_MAX   100  /* by one connection */
#define SPOILT_MAX  3    /* then each call gets its own */
#define WATCHED_MS  1000 /* after an answer: one too many comes soon or never */
#define LEFT_MAX    32   /* closed ones that are watched at a time */
#define ANSWER_MIN  17   /* bytes of "HTTP/1.1 200 \r\n\r\n" */
#define RECORD_HEAD 5
#define RECORD_DATA 23 /* RFC 8446, 5.1: application_data */
#define RECORD_MORE 17 /* what encryption adds to a record: kind and tag; elsewhere it is more */

enum unread {
    UNREAD_NOTHING,
    UNREAD_LITTLE, /* less than an answer */
    UNREAD_ANSWER,
    UNREAD_END /* nothing, and nothing will come */
};

struct connection {
    int64_t id;   /* 0: this place is free */
    int fd;       /* -1: closed */
    ino_t socket; /* which one that is: see forget_lost */
    int calls;
    bool is_tls;
    bool is_sole;
    bool is_watched;
    bool is_busy;
    bool is_left;   /* libcurl has closed it, and its descriptor is ours */
    bool is_cut;    /* an answer was given up: what lies unread belongs to that */
    bool is_spoilt; /* there was an answer too many */
    bool is_told;
    int64_t since_ms; /* it was last in use, or left */
    int64_t read;     /* bytes, up to the last answer's end; -1: not known */
};

struct smci_connections {
    int lack; /* errno: why this machine gave no socket the last time; 0: it did */
    const struct smc_clock *clock;
    int64_t last_id;
    int spoilt;
    bool is_used_once;
    size_t count;
    struct connection all[];
};

static int64_t now_ms(const struct smci_connections *connections)
{
    return connections->clock->now_ms(connections->clock->ctx);
}

/* ---- what lies unread ---- */

/* By the heads of the records, as far as they were seen. */
static enum unread judge_records(const unsigned char *bytes, size_t len)
{
    size_t data = 0;
    for (size_t at = 0; at + RECORD_HEAD <= len;) {
        size_t size = (size_t)bytes[at + 3] << 8 | bytes[at + 4];
        if (bytes[at] == RECORD_DATA && size > RECORD_MORE)
            data += size - RECORD_MORE;
        at += RECORD_HEAD + size;
    }
    return data >= ANSWER_MIN ? UNREAD_ANSWER : UNREAD_LITTLE;
}

static bool has_ended(int fd)
{
    struct pollfd ended = {.fd = fd, .events = POLLRDHUP};
    return poll(&ended, 1, 0) > 0;
}

static enum unread peek(const struct connection *one)
{
    unsigned char bytes[2048];
    bool is_over = has_ended(one->fd); /* before the look: what lies there then is all */
    ssize_t got;
    do
        got = recv(one->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? UNREAD_NOTHING : UNREAD_END;
    if (got == 0)
        return UNREAD_END;
    enum unread seen = got >= ANSWER_MIN ? UNREAD_ANSWER : UNREAD_LITTLE;
    if (one->is_tls)
        seen = judge_records(bytes, (size_t)got);
    return seen == UNREAD_LITTLE && is_over && one->is_left ? UNREAD_END : seen;
}

/* ---- ends of connections ---- */

/* Whether it could tell more of answers that are taken for right. */
static bool is_of_interest(const struct connection *one)
{
    return !one->is_spoilt && !one->is_cut && (!one->is_sole || one->is_watched);
}

static void spoil(struct smci_connections *connections, struct connection *one)
{
    if (one->is_spoilt)
        return;
    one->is_spoilt = true;
    if (++connections->spoilt >= SPOILT_MAX)
        connections->is_used_once = true;
}

static void close_fd(struct connection *one)
{
    if (one->fd >= 0)
        (void)close(one->fd);
    one->fd = -1;
}

/* Once more looks at one that was left; closes it when that tells all that it can. */
static void look_at_left(struct smci_connections *connections, struct connection *one)
{
    enum unread seen = one->fd >= 0 ? peek(one) : UNREAD_END;
    if (seen == UNREAD_ANSWER && !one->is_cut)
        spoil(connections, one);
    if (!is_of_interest(one) || seen == UNREAD_END ||
        now_ms(connections) - one->since_ms >= WATCHED_MS)
        close_fd(one);
}

/* Not too many descriptors at a time: the oldest one goes. */
static void make_room(struct smci_connections *connections)
{
    struct connection *oldest = NULL;
    int count = 0;
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (one->id == 0 || !one->is_left || one->fd < 0 || one->is_busy)
            continue;
        count++;
        if (!oldest || one->since_ms < oldest->since_ms)
            oldest = one;
    }
    if (oldest && count > LEFT_MAX)
        close_fd(oldest);
}

/* Before it closes a TLS connection libcurl reads one record, in the hope of a close_notify. */
static bool has_lost_an_answer(const struct connection *one)
{
    int64_t more = one->is_tls && one->read >= 0 ? smci_socket_read(one->fd) - one->read : 0;
    return more >= ANSWER_MIN + RECORD_HEAD + RECORD_MORE;
}

/* libcurl has closed it, and its last transfer has ended. */
static void leave(struct smci_connections *connections, struct connection *one)
{
    one->since_ms = now_ms(connections);
    make_room(connections);
    if (!one->is_cut && has_lost_an_answer(one))
        spoil(connections, one);
    if (one->fd >= 0)
        (void)shutdown(one->fd, SHUT_WR);
    look_at_left(connections, one);
}

/* ---- sockets ---- */

static struct connection *find_place(struct smci_connections *connections)
{
    for (size_t i = 0; i < connections->count; i++)
        if (connections->all[i].id == 0)
            return &connections->all[i];
    return NULL;
}

static ino_t socket_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}

/* A socket that is given up while it connects, libcurl 7.88.1 closes without on_close: its number may
 * be another file's by now. */
static void forget_lost(struct smci_connections *connections)
{
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (one->id && one->calls == 0 && !one->is_left && socket_of(one->fd) != one->socket)
            one->id = 0;
    }
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct smci_connections *connections = ctx;
    (void)purpose;
    forget_lost(connections);
    struct connection *one = find_place(connections);
    if (!one)
        return CURL_SOCKET_BAD;
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    connections->lack = fd < 0 ? errno : 0;
    if (fd >= 0)
        *one = (struct connection){
            .id = ++connections->last_id, .fd = fd, .socket = socket_of(fd), .read = -1};
    return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

static int on_close(void *ctx, curl_socket_t fd)
{
    struct smci_connections *connections = ctx;
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (one->id == 0 || one->fd != fd)
            continue;
        one->is_left = true;
        if (one->calls == 0) {
            close_fd(one);
            one->id = 0;
        } else if (!one->is_busy) {
            leave(connections, one);
        }
        return 0;
    }
    return close(fd);
}

int smci_connections_serve(struct smci_connections *connections, void *easy)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, connections);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, connections);
    return (int)rc;
}

/* ---- life ---- */

struct smci_connections *smci_connections_new(int count, const struct smc_clock *clock)
{
    /* Two sockets race for one connection; some are closed, and watched. */
    size_t places = 4 * ((size_t)count + 1) + LEFT_MAX;
    struct smci_connections *made = calloc(1, sizeof *made + places * sizeof made->all[0]);
    if (!made)
        return NULL;
    made->clock = clock;
    made->count = places;
    return made;
}

void smci_connections_free(struct smci_connections *connections)
{
    for (size_t i = 0; connections && i < connections->count; i++)
        if (connections->all[i].id && connections->all[i].is_left) /* others are libcurl's */
            close_fd(&connections->all[i]);
    free(connections);
}

/* ---- use ---- */

static int port_of(int fd, bool is_remote)
{
    struct sockaddr_storage at = {0};
    struct sockaddr *address = (struct sockaddr *)&at;
    socklen_t len = sizeof at;
    if ((is_remote ? getpeername(fd, address, &len) : getsockname(fd, address, &len)) != 0)
        return -1;
    if (at.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    return at.ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)address)->sin6_port) : -1;
}

static struct connection *find(struct smci_connections *connections,
                               const struct smci_connection_ends *ends)
{
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (one->id && !one->is_left && port_of(one->fd, false) == ends->local_port &&
            port_of(one->fd, true) == ends->remote_port)
            return one;
    }
    return NULL;
}

enum smci_connection_state smci_connections_begin(struct smci_connections *connections,
                                                  const struct smci_connection_ends *ends,
                                                  struct smci_connection_use *use)
{
    struct connection *one = find(connections, ends);
    if (!one)
        return SMCI_CONNECTION_GOOD;
    one->is_tls = ends->is_tls;
    one->is_sole = ends->is_sole;
    one->is_watched = ends->is_watched;
    enum unread seen = peek(one);
    if (one->calls == 0 && seen == UNREAD_ANSWER && !one->is_tls) /* in TLS: tickets */
        return SMCI_CONNECTION_EARLY;
    if (one->calls > 0 && seen == UNREAD_ANSWER)
        spoil(connections, one);
    if (one->is_spoilt || one->calls >= CALLS_MAX || (one->calls > 0 && seen == UNREAD_LITTLE))
        return SMCI_CONNECTION_STALE;
    one->is_busy = true;
    *use = (struct smci_connection_use){one->id, ++one->calls};
    return SMCI_CONNECTION_GOOD;
}

/* NULL: it was closed, and told of. */
static struct connection *find_used(struct smci_connections *connections,
                                    const struct smci_connection_use *use)
{
    for (size_t i = 0; use->id && i < connections->count; i++)
        if (connections->all[i].id == use->id)
            return &connections->all[i];
    return NULL;
}

bool smci_connections_is_too_much(struct smci_connections *connections,
                                  const struct smci_connection_use *use)
{
    struct connection *one = find_used(connections, use);
    if (!one || one->fd < 0 || one->calls != use->call)
        return false;
    one->read = smci_socket_read(one->fd);
    return peek(one) == UNREAD_ANSWER;
}

void smci_connections_end(struct smci_connections *connections,
                          const struct smci_connection_use *use, bool is_whole, bool has_surplus)
{
    struct connection *one = find_used(connections, use);
    if (!one)
        return;
    if (has_surplus)
        spoil(connections, one);
    if (one->calls != use->call)
        return;
    one->is_busy = false;
    one->is_cut = !is_whole;
    one->since_ms = now_ms(connections);
    if (one->is_left)
        leave(connections, one);
}

int smci_connections_find(const struct smci_connections *connections, int local_port)
{
    for (size_t i = 0; i < connections->count; i++) {
        const struct connection *one = &connections->all[i];
        if (one->id && !one->is_left && port_of(one->fd, false) == local_port)
            return one->fd;
    }
    return -1;
}

void smci_connections_look(struct smci_connections *connections)
{
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (one->id && !one->is_left && !one->is_busy && one->calls > 0 &&
            peek(one) == UNREAD_ANSWER)
            spoil(connections, one);
    }
}

void smci_connections_use_once(struct smci_connections *connections)
{
    connections->is_used_once = true;
}

bool smci_connections_are_used_once(const struct smci_connections *connections)
{
    return connections->is_used_once;
}

/* ---- telling ---- */

void smci_connections_tend(struct smci_connections *connections, smci_connection_fn *fn, void *ctx)
{
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (one->id == 0)
            continue;
        if (one->is_left && !one->is_busy && one->fd >= 0)
            look_at_left(connections, one);
        bool is_over = one->fd < 0 && !one->is_busy;
        bool is_news = !one->is_told && (is_over || (one->is_spoilt && !one->is_busy));
        int64_t id = one->id;
        bool is_doubtful = one->is_spoilt && (!one->is_sole || one->is_watched);
        bool is_known = is_doubtful || !one->is_cut;
        one->is_told = one->is_told || is_news;
        if (is_over)
            one->id = 0;
        if (is_news && is_known && fn)
            fn(ctx, id, is_doubtful);
    }
}

int64_t smci_connections_settle(struct smci_connections *connections)
{
    int64_t now = now_ms(connections);
    int64_t most = 0;
    smci_connections_look(connections);
    for (size_t i = 0; i < connections->count; i++) {
        struct connection *one = &connections->all[i];
        if (!one->id || one->is_busy || one->fd < 0 || !is_of_interest(one))
            continue;
        int64_t left = one->since_ms + WATCHED_MS - now;
        if (left > most)
            most = left;
    }
    return most;
}

int smci_connections_lack(const struct smci_connections *connections)
{
    return connections->lack;
}
