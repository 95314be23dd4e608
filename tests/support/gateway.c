#include "gateway.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "support.h"

#define CONNS_MAX   32
#define DELAY_MS    20
#define MESSAGE_MAX ((size_t)16 * 1024 * 1024)

struct conn {
    int fd; /* -1: free */
    gnutls_session_t tls;
    struct smc_buf in;
    struct smc_buf before; /* the answer that is to be sent a second time */
    struct smc_buf later;  /* to be sent at `due_ms` */
    int64_t due_ms;
    bool is_ticket_due;
    bool is_spoilt;
    long requests;
    int answers; /* that could have been sent twice */
};

struct gateway {
    struct gateway_opt opt;
    int listener;
    int stop[2];
    char url[64];
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t ticket_key;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    long connections;
    long spoilt;
    long most;
    struct conn conns[CONNS_MAX]; /* the thread's own */
};

static void add(struct gateway *gateway, long *number, long more)
{
    (void)pthread_mutex_lock(&gateway->lock);
    *number += more;
    (void)pthread_mutex_unlock(&gateway->lock);
}

/* ---- bytes ---- */

static int64_t now_ms(void)
{
    return smc_clock_system()->now_ms(smc_clock_system()->ctx);
}

static bool put(struct conn *conn, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = conn->tls ? gnutls_record_send(conn->tls, bytes, len)
                              : send(conn->fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static void drop(struct conn *conn)
{
    if (conn->tls) {
        (void)gnutls_bye(conn->tls, GNUTLS_SHUT_WR);
        gnutls_deinit(conn->tls);
    }
    (void)close(conn->fd);
    smc_buf_clear(&conn->in);
    smc_buf_clear(&conn->before);
    smc_buf_clear(&conn->later);
    *conn = (struct conn){.fd = -1};
}

/* The length of the message at the beginning of the buffer; 0: it is not all there. */
static size_t message_len(const struct smc_buf *in)
{
    const char *end = in->len ? strstr(in->data, "\r\n\r\n") : NULL;
    const char *at = in->len ? strcasestr(in->data, "\r\nContent-Length:") : NULL;
    if (!end)
        return 0;
    size_t len = (size_t)(end - in->data) + 4;
    if (at && at < end)
        len += strtoul(at + 17, NULL, 10);
    return in->len >= len ? len : 0;
}

/* ---- the stand-in's answer ---- */

static bool ask(const struct gateway *gateway, const char *request, size_t len,
                struct smc_buf *answer)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)gateway->opt.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct conn up = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    bool ok = connect(up.fd, (struct sockaddr *)&to, sizeof to) == 0 && put(&up, request, len);
    while (ok && message_len(answer) == 0) {
        char bytes[65536];
        ssize_t n = recv(up.fd, bytes, sizeof bytes, 0);
        ok = n > 0 && smc_buf_add(answer, bytes, (size_t)n) == SMC_OK;
    }
    (void)close(up.fd);
    return ok;
}

/* ---- answers too many ---- */

static bool is_chosen(struct gateway *gateway, struct conn *conn, const char *request)
{
    const struct gateway_opt *opt = &gateway->opt;
    if (opt->only ? !strstr(request, opt->only) : strncmp(request, "GET ", 4) != 0)
        return false;
    if (conn->answers++ < opt->skip || conn->is_spoilt)
        return false;
    if (opt->when == GATEWAY_NEVER || (opt->spoilt_max && gateway->spoilt >= opt->spoilt_max))
        return false;
    conn->is_spoilt = opt->when != GATEWAY_LINE;
    add(gateway, &gateway->spoilt, 1);
    return true;
}

static void keep(struct smc_buf *to, const struct smc_buf *answer)
{
    smc_buf_reset(to);
    if (smc_buf_add(to, answer->data, answer->len) != SMC_OK)
        fail_msg("out of memory");
}

/* An answer that is to come first, which was given before. */
static bool put_both(struct gateway *gateway, struct conn *conn, const struct smc_buf *answer)
{
    bool ok = true;
    if (gateway->opt.when == GATEWAY_WITH) {
        (void)smc_buf_add(&conn->before, answer->data, answer->len);
        ok = put(conn, conn->before.data, conn->before.len);
    } else {
        ok = put(conn, conn->before.data, conn->before.len);
        keep(&conn->later, answer);
        conn->due_ms = now_ms() + DELAY_MS;
        if (gateway->opt.when == GATEWAY_REFUSE)
            (void)poll(NULL, 0, DELAY_MS);
    }
    smc_buf_clear(&conn->before);
    smc_buf_init(&conn->before, MESSAGE_MAX);
    return ok;
}

static bool reply(struct gateway *gateway, struct conn *conn, const char *request,
                  struct smc_buf *answer)
{
    if (conn->before.len)
        return put_both(gateway, conn, answer);
    if (!is_chosen(gateway, conn, request))
        return put(conn, answer->data, answer->len);
    switch (gateway->opt.when) {
    case GATEWAY_AT_ONCE:
        keep(&conn->later, answer);
        (void)smc_buf_add(answer, conn->later.data, conn->later.len);
        smc_buf_reset(&conn->later);
        break;
    case GATEWAY_SHORT:
        (void)smc_buf_addstr(answer, "HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n"
                                     "{\"entries\": [], \"nextPage\":  null}  ");
        break;
    case GATEWAY_LINE:
        (void)smc_buf_addstr(answer, "\r\n");
        break;
    case GATEWAY_BEFORE:
        keep(&conn->later, answer);
        break;
    case GATEWAY_TICKET:
        conn->is_ticket_due = true;
        break;
    case GATEWAY_NEVER:
        break;
    case GATEWAY_REFUSE:
        (void)smc_buf_addstr(&conn->before, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
        break;
    case GATEWAY_WITH:
    case GATEWAY_AFTER:
        keep(&conn->before, answer);
        break;
    }
    conn->due_ms = now_ms() + DELAY_MS;
    return put(conn, answer->data, answer->len);
}

/* What was to come later, if it is due; false when it can't be sent. */
static bool put_later(struct conn *conn)
{
    if (conn->fd < 0 || (!conn->later.len && !conn->is_ticket_due) || now_ms() < conn->due_ms)
        return true;
    bool ok = conn->is_ticket_due ? gnutls_session_ticket_send(conn->tls, 1, 0) == 0
                                  : put(conn, conn->later.data, conn->later.len);
    conn->is_ticket_due = false;
    smc_buf_reset(&conn->later);
    return ok;
}

/* ---- the client's side ---- */

static bool serve_requests(struct gateway *gateway, struct conn *conn)
{
    size_t len;
    bool ok = true;
    while (ok && (len = message_len(&conn->in)) > 0) {
        struct smc_buf answer = SMC_BUF_INIT(MESSAGE_MAX);
        char *request = strndup(conn->in.data, len);
        if (++conn->requests > gateway->most)
            add(gateway, &gateway->most, 1);
        ok = request && ask(gateway, request, len, &answer) &&
             reply(gateway, conn, request, &answer);
        free(request);
        smc_buf_clear(&answer);
        (void)memmove(conn->in.data, conn->in.data + len, conn->in.len - len);
        smc_buf_cut(&conn->in, conn->in.len - len);
    }
    return ok;
}

static bool take(struct gateway *gateway, struct conn *conn)
{
    char bytes[65536];
    do {
        ssize_t n = conn->tls ? gnutls_record_recv(conn->tls, bytes, sizeof bytes)
                              : recv(conn->fd, bytes, sizeof bytes, 0);
        if (conn->tls && n == GNUTLS_E_AGAIN)
            return true;
        if (n <= 0 || smc_buf_add(&conn->in, bytes, (size_t)n) != SMC_OK)
            return false;
    } while (conn->tls && gnutls_record_check_pending(conn->tls) > 0);
    return serve_requests(gateway, conn);
}

static bool shake_hands(struct gateway *gateway, struct conn *conn)
{
    int rc = gnutls_init(&conn->tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
    rc = rc ? rc : gnutls_set_default_priority(conn->tls);
    rc = rc ? rc : gnutls_credentials_set(conn->tls, GNUTLS_CRD_CERTIFICATE, gateway->credentials);
    rc = rc ? rc : gnutls_session_ticket_enable_server(conn->tls, &gateway->ticket_key);
    if (rc != 0)
        return false;
    gnutls_transport_set_int(conn->tls, conn->fd);
    return gnutls_handshake(conn->tls) == 0;
}

static void welcome(struct gateway *gateway)
{
    static const int on = 1;
    int fd = accept(gateway->listener, NULL, NULL);
    for (size_t i = 0; fd >= 0 && i < CONNS_MAX; i++) {
        struct conn *conn = &gateway->conns[i];
        if (conn->fd >= 0)
            continue;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        *conn = (struct conn){.fd = fd};
        smc_buf_init(&conn->in, MESSAGE_MAX);
        smc_buf_init(&conn->before, MESSAGE_MAX);
        smc_buf_init(&conn->later, MESSAGE_MAX);
        add(gateway, &gateway->connections, 1);
        if (gateway->opt.tls && !shake_hands(gateway, conn))
            drop(conn);
        return;
    }
    if (fd >= 0)
        (void)close(fd);
}

static int until_due(const struct gateway *gateway)
{
    int64_t least = -1;
    int64_t now = now_ms();
    for (size_t i = 0; i < CONNS_MAX; i++) {
        const struct conn *conn = &gateway->conns[i];
        int64_t left = conn->due_ms > now ? conn->due_ms - now : 0;
        if (conn->fd >= 0 && (conn->later.len || conn->is_ticket_due) &&
            (least < 0 || left < least))
            least = left;
    }
    return (int)least;
}

static void *serve(void *ctx)
{
    struct gateway *gateway = ctx;
    for (;;) {
        struct pollfd fds[CONNS_MAX + 2] = {{gateway->stop[0], POLLIN, 0},
                                            {gateway->listener, POLLIN, 0}};
        for (size_t i = 0; i < CONNS_MAX; i++) {
            const struct conn *conn = &gateway->conns[i];
            bool is_deaf = conn->later.len > 0; /* until that is sent */
            fds[i + 2] = (struct pollfd){is_deaf ? -1 : conn->fd, POLLIN, 0};
        }
        if ((poll(fds, CONNS_MAX + 2, until_due(gateway)) < 0 && errno != EINTR) || fds[0].revents)
            return NULL;
        for (size_t i = 0; i < CONNS_MAX; i++) {
            struct conn *conn = &gateway->conns[i];
            bool ok = put_later(conn);
            if (ok && conn->fd >= 0 && fds[i + 2].revents)
                ok = take(gateway, conn);
            if (!ok)
                drop(conn);
        }
        if (fds[1].revents)
            welcome(gateway);
    }
}

/* ---- life ---- */

static void make_credentials(struct gateway *gateway)
{
    const struct tls_pair *pair = gateway->opt.tls;
    if (!pair)
        return;
    const gnutls_datum_t cert = {(unsigned char *)pair->cert_pem, (unsigned)strlen(pair->cert_pem)};
    const gnutls_datum_t key = {(unsigned char *)pair->key_pem, (unsigned)strlen(pair->key_pem)};
    if (gnutls_certificate_allocate_credentials(&gateway->credentials) != 0 ||
        gnutls_certificate_set_x509_key_mem(gateway->credentials, &cert, &key,
                                            GNUTLS_X509_FMT_PEM) != 0 ||
        gnutls_session_ticket_key_generate(&gateway->ticket_key) != 0)
        fail_msg("no credentials for TLS");
}

struct gateway *gateway_start(const struct gateway_opt *opt)
{
    struct gateway *gateway = calloc(1, sizeof *gateway);
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof where;
    if (!gateway)
        abort();
    gateway->opt = *opt;
    for (size_t i = 0; i < CONNS_MAX; i++)
        gateway->conns[i].fd = -1;
    make_credentials(gateway);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    gateway->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(gateway->listener, (struct sockaddr *)&where, len) != 0 ||
        listen(gateway->listener, CONNS_MAX) != 0 ||
        getsockname(gateway->listener, (struct sockaddr *)&where, &len) != 0 ||
        pipe(gateway->stop) != 0 || pthread_mutex_init(&gateway->lock, NULL) != 0)
        fail_msg("no gateway on loopback");
    (void)snprintf(gateway->url, sizeof gateway->url, "http%s://127.0.0.1:%u", opt->tls ? "s" : "",
                   ntohs(where.sin_port));
    if (pthread_create(&gateway->thread, NULL, serve, gateway) != 0)
        fail_msg("no thread");
    return gateway;
}

void gateway_stop(struct gateway *gateway)
{
    if (!gateway)
        return;
    (void)close(gateway->stop[1]);
    (void)pthread_join(gateway->thread, NULL);
    for (size_t i = 0; i < CONNS_MAX; i++)
        if (gateway->conns[i].fd >= 0)
            drop(&gateway->conns[i]);
    if (gateway->credentials)
        gnutls_certificate_free_credentials(gateway->credentials);
    gnutls_free(gateway->ticket_key.data);
    (void)close(gateway->listener);
    (void)close(gateway->stop[0]);
    (void)pthread_mutex_destroy(&gateway->lock);
    free(gateway);
}

const char *gateway_url(const struct gateway *gateway)
{
    return gateway->url;
}

static long locked(struct gateway *gateway, const long *number)
{
    (void)pthread_mutex_lock(&gateway->lock);
    long value = *number;
    (void)pthread_mutex_unlock(&gateway->lock);
    return value;
}

long gateway_connections(struct gateway *gateway)
{
    return locked(gateway, &gateway->connections);
}

long gateway_spoilt(struct gateway *gateway)
{
    return locked(gateway, &gateway->spoilt);
}

long gateway_most(struct gateway *gateway)
{
    return locked(gateway, &gateway->most);
}
