/* Sends answers, and breaks them where a fault says so. */
#include "priv.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <zlib.h>

enum { GZIP_FROM_BYTES = 512, GZIP_WINDOW = 15 + 16 };

void answer_error(struct answer *a, int status, const char *code, const char *message)
{
    text_clear(&a->body);
    a->status = status;
    text_lit(&a->body, "{\"requestId\":\"sim-request\",\"message\":");
    text_json(&a->body, message, strlen(message));
    text_lit(&a->body, ",\"code\":");
    text_json(&a->body, code, strlen(code));
    text_lit(&a->body, "}");
}

void answer_text(struct answer *a, int status, const char *text)
{
    text_clear(&a->body);
    a->status = status;
    a->type = "text/plain; charset=utf-8";
    text_str(&a->body, text);
}

void answer_blocked_page(struct answer *a, int status)
{
    text_clear(&a->body);
    a->status = status;
    a->type = "text/html; charset=UTF-8";
    text_lit(&a->body, "<!doctype html><html><head><title>Access denied</title></head><body>"
                       "<h1>Error</h1><p>You are being rate limited.</p>"
                       "<p>error code: 1015</p></body></html>\n");
}

bool sim_wait(const struct sim *sim, int fd, long ms)
{
    struct pollfd wait[2] = {{sim->stop_pipe[0], POLLIN, 0}, {fd, POLLRDHUP, 0}};
    struct timespec now;
    int64_t end;
    long left = ms;

    clock_gettime(CLOCK_MONOTONIC, &now);
    end = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
    while (left > 0) {
        int n = poll(wait, fd >= 0 ? 2 : 1, left < 1000000 ? (int)left : 1000000);
        if (n > 0)
            return false;
        if (n < 0 && errno != EINTR)
            return false;
        clock_gettime(CLOCK_MONOTONIC, &now);
        left = (long)(end - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000));
    }
    return true;
}

void sim_latency(struct request *req)
{
    const struct sim_options *o = &req->sim->opt;
    long ms = o->latency_ms;

    if (o->jitter_ms > 0)
        ms += (long)(hash_bytes(&req, sizeof(req), (uint64_t)sim_now(req->sim)) %
                     (uint64_t)(o->jitter_ms + 1));
    if (ms > 0)
        (void)sim_wait(req->sim, -1, ms);
}

/* Deflates `in` to the end of `out`; `finish` ends the stream. */
static bool deflate_into(z_stream *z, const char *in, size_t len, bool finish, struct text *out)
{
    int rc = Z_OK;

    z->next_in = (unsigned char *)(uintptr_t)in;
    z->avail_in = (uInt)len;
    do {
        char *to = text_room(out, 64 << 10);
        if (!to)
            return false;
        z->next_out = (unsigned char *)to;
        z->avail_out = 64 << 10;
        rc = deflate(z, finish ? Z_FINISH : Z_NO_FLUSH);
        out->len += (64 << 10) - z->avail_out;
    } while (rc == Z_OK && (z->avail_in > 0 || z->avail_out == 0 || finish));
    return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR;
}

static bool gzip_start(z_stream *z)
{
    memset(z, 0, sizeof(*z));
    return deflateInit2(z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

void gzip_bomb(struct text *t, long bytes)
{
    struct text blanks = TEXT_INIT;
    z_stream z;

    text_fill(&blanks, ' ', 1UL << 20);
    if (blanks.failed || !gzip_start(&z)) {
        text_clear(&blanks);
        return;
    }
    for (; bytes > 0; bytes -= 1L << 20)
        (void)deflate_into(&z, blanks.data, blanks.len, false, t);
    (void)deflate_into(&z, "[]", 2, true, t);
    deflateEnd(&z);
    text_clear(&blanks);
}

/* One gzip stream of these bytes behind what `to` has. */
static bool add_member(const char *bytes, size_t len, struct text *to)
{
    z_stream z;
    bool good;

    if (!gzip_start(&z))
        return false;
    good = deflate_into(&z, bytes, len, true, to) && !to->failed;
    deflateEnd(&z);
    return good;
}

static void compress_body(const struct request *req, struct answer *a)
{
    const char *accept = request_header(req, "Accept-Encoding");
    bool is_worth_it = a->has_members || (!req->sim->opt.no_gzip && a->body.len >= GZIP_FROM_BYTES);
    size_t first = a->has_members ? a->body.len / 2 : a->body.len;
    struct text packed = TEXT_INIT;

    if (a->encoding || !is_worth_it || a->body.len == 0 || !accept || !strstr(accept, "gzip"))
        return;
    if (add_member(a->body.data, first, &packed) &&
        (!a->has_members || add_member(a->body.data + first, a->body.len - first, &packed))) {
        text_clear(&a->body);
        a->body = packed;
        a->encoding = "gzip";
    } else {
        text_clear(&packed);
    }
}

static void hold_for(struct sim *sim, int fd, long *count, long ms)
{
    stats_add(sim, count, 1);
    (void)sim_wait(sim, fd, ms);
    stats_add(sim, count, -1);
}

/* Says no more until the other side has gone. */
static void hold(struct sim *sim, int fd, long *count)
{
    hold_for(sim, fd, count, INT32_MAX);
}

void answer_wait(const struct request *req)
{
    hold_for(req->sim, request_fd(req), &req->sim->stats.silent, req->fault.number);
}

/* A body that does not come to its end, or hardly does. */
struct stream {
    struct sim *sim;
    int fd;
    enum sending sending;
    size_t stop; /* where it is cut, or ends */
    struct text body;
};

static ssize_t stream_read(void *cls, uint64_t pos, char *buf, size_t max)
{
    static const char head[] = "{\"entries\":[\"";
    struct stream *s = cls;
    size_t left = pos < s->stop ? (size_t)(s->stop - pos) : 0;

    if (left == 0 && s->sending == SEND_HUGE)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (left == 0) {
        if (s->sending == SEND_STALL)
            hold(s->sim, s->fd, &s->sim->stats.stalled);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (max > left)
        max = left;
    if (s->sending != SEND_HUGE) {
        memcpy(buf, s->body.data + pos, max);
    } else {
        memset(buf, 'a', max);
        if (pos == 0)
            memcpy(buf, head, max < sizeof(head) - 1 ? max : sizeof(head) - 1);
    }
    return (ssize_t)max;
}

static void stream_free(void *cls)
{
    struct stream *s = cls;

    text_clear(&s->body);
    free(s);
}

static struct MHD_Response *stream_response(struct request *req, struct answer *a)
{
    struct stream *s = calloc(1, sizeof(*s));
    uint64_t announced = a->body.len;

    if (!s)
        return NULL;
    s->sim = req->sim;
    s->fd = request_fd(req);
    s->sending = a->sending;
    s->stop = a->body.len / 2;
    if (a->sending == SEND_HUGE) {
        s->stop = (size_t)a->huge_bytes;
        announced = MHD_SIZE_UNKNOWN;
    }
    s->body = a->body;
    a->body = (struct text)TEXT_INIT;
    return MHD_create_response_from_callback(announced, 16 << 10, stream_read, s, stream_free);
}

static struct MHD_Response *whole_response(struct answer *a)
{
    size_t len = 0;
    char *data = text_take(&a->body, &len);

    if (!data)
        return NULL;
    return MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
}

/* So many seconds from now, as HTTP has it; the clock is the system's, as for libmicrohttpd's Date. */
static bool put_date(long seconds, char *to, size_t size)
{
    time_t at = time(NULL) + seconds;
    struct tm utc;

    return gmtime_r(&at, &utc) && strftime(to, size, "%a, %d %b %Y %H:%M:%S GMT", &utc) > 0;
}

static void add_headers(struct MHD_Response *r, const struct sim *sim, const struct answer *a)
{
    char date[64];
    char again[64];
    long seconds;

    if (sim->opt.date) /* libmicrohttpd adds its own only where there is none */
        MHD_add_response_header(r, "Date", sim->opt.date);
    else if (a->skew != 0 && put_date(a->skew, date, sizeof(date)))
        MHD_add_response_header(r, "Date", date);
    if (a->type)
        MHD_add_response_header(r, "Content-Type", a->type);
    if (a->encoding)
        MHD_add_response_header(r, "Content-Encoding", a->encoding);
    if (a->retry_after && strncmp(a->retry_after, "date:", 5) == 0 &&
        parse_count(a->retry_after + 5, INT32_MAX, &seconds) &&
        put_date(a->skew + seconds, again, sizeof(again)))
        MHD_add_response_header(r, "Retry-After", again);
    else if (a->retry_after)
        MHD_add_response_header(r, "Retry-After", a->retry_after);
    if (a->location)
        MHD_add_response_header(r, "Location", a->location);
    if (a->allow)
        MHD_add_response_header(r, "Allow", a->allow);
    if (a->header_bytes > 0) {
        struct text big = TEXT_INIT;
        text_fill(&big, 'h', (size_t)a->header_bytes);
        if (!big.failed)
            MHD_add_response_header(r, "X-Big", big.data);
        text_clear(&big);
    }
}

enum MHD_Result answer_send(struct request *req, struct answer *a)
{
    struct MHD_Response *response;
    enum MHD_Result rc;
    size_t bytes;

    compress_body(req, a);
    bytes = a->body.len;
    response = a->sending == SEND_WHOLE ? whole_response(a) : stream_response(req, a);
    text_clear(&a->body);
    if (!response)
        return MHD_NO;
    add_headers(response, req->sim, a);
    /* Before it is sent: the client may begin its next call before we would get to count. */
    stats_end(req, a->status, bytes);
    rc = MHD_queue_response(req->conn, (unsigned)a->status, response);
    MHD_destroy_response(response);
    return rc;
}

enum MHD_Result answer_reset(struct request *req)
{
    struct linger hard = {1, 0};
    struct sockaddr none;
    int fd = request_fd(req);

    stats_end(req, 0, 0);
    /* Dissolving the association makes Linux send a reset at once; closing alone would say
     * goodbye politely first. */
    memset(&none, 0, sizeof(none));
    none.sa_family = AF_UNSPEC;
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    (void)connect(fd, &none, sizeof(none));
    return MHD_NO;
}

enum MHD_Result answer_silence(struct request *req)
{
    hold(req->sim, request_fd(req), &req->sim->stats.silent);
    stats_end(req, 0, 0);
    return MHD_NO;
}
