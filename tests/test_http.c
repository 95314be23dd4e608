/* Transfers: what libcurl makes of good, bad and missing answers, against a server with a
 * script. */
#include "support/support.h"

#include <sys/resource.h>
#include <unistd.h>

#include <zlib.h>

#include "lib/net/http.h"
#include "support/live_clock.h"
#include "support/net.h"

#define MIB ((size_t)1024 * 1024)

struct result {
    bool is_done;
    int status;
    size_t len;
    char body[256]; /* its beginning */
    char retry_after[64];
    bool is_html;
    bool is_permanent;
    struct smc_error error;
};

struct fixture {
    struct net_server *server;
    struct smci_http *http;
    struct live_clock live;
    int done_count;
    struct result result;
};

static void on_done(void *ctx, struct smci_http_response *response)
{
    struct fixture *f = ctx;
    struct result *r = &f->result;
    *r = (struct result){.is_done = true,
                         .status = response->status,
                         .len = response->body.len,
                         .is_html = response->is_html,
                         .is_permanent = response->is_permanent,
                         .error = response->error};
    (void)snprintf(r->body, sizeof r->body, "%s", smc_buf_str(&response->body));
    (void)snprintf(r->retry_after, sizeof r->retry_after, "%s", response->retry_after);
    f->done_count++;
}

static void open_http(struct fixture *f, int64_t timeout_ms, int stop_fd)
{
    live_clock_init(&f->live);
    struct smci_http_opt opt = {
        {.timeout_ms = timeout_ms, .stop_fd = stop_fd, .clock = &f->live.clock}, 2};
    assert_int_equal(smci_http_new(&f->http, &opt, NULL), SMC_OK);
}

static void close_all(struct fixture *f)
{
    smci_http_free(f->http);
    net_stop(f->server);
}

static void start(struct fixture *f, const char *target, smci_http_done_fn *done)
{
    static const char *const headers[] = {"Authorization: Bearer t0ken", NULL};
    char *url = text_format("%s%s", net_url(f->server), target);
    struct smci_http_request request = {.url = url, .headers = headers};
    assert_int_equal(smci_http_start(f->http, &request, done, f, NULL), SMC_OK);
    free(url);
}

static void finish(struct fixture *f)
{
    while (smci_http_in_flight(f->http) > 0)
        assert_int_equal(smci_http_poll(f->http, 1000, NULL), SMC_OK);
}

static void fetch(struct fixture *f, const char *target)
{
    f->result.is_done = false;
    start(f, target, on_done);
    finish(f);
    assert_true(f->result.is_done);
}

static void assert_says(const struct fixture *f, const char *text)
{
    assert_contains(f->result.error.detail, text);
}

/* ---- one answer ---- */

struct answer_row {
    const char *name;
    const char *answer;
    enum net_then then;
    int status; /* 0: lost */
    const char *body;
    const char *retry_after; /* NULL: "" */
    bool is_html;
};

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static const struct answer_row answer_rows[] = {
    {"length", OK_HEAD "Content-Length: 2\r\n\r\nhi", NET_KEEP, 200, "hi", NULL, false},
    {"chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", NET_KEEP,
     200, "hi", NULL, false},
    {"trailer", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX: y\r\n\r\n", NET_KEEP,
     200, "hi", NULL, false},
    {"head_cut_after_a_hint", "HTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nX", NET_CLOSE,
     0, NULL, NULL, false},
    {"until_closed", OK_HEAD "\r\nhi", NET_CLOSE, 200, "hi", NULL, false},
    {"no_content", "HTTP/1.1 204 No\r\n\r\n", NET_KEEP, 204, "", NULL, false},
    {"http_1_0", "HTTP/1.0 200 OK\r\n\r\nhi", NET_CLOSE, 200, "hi", NULL, false},
    {"early_hint", "HTTP/1.1 103 Early\r\nX: y\r\n\r\n" OK_HEAD "Content-Length: 2\r\n\r\nhi",
     NET_KEEP, 200, "hi", NULL, false},
    {"error_body", "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", NET_KEEP, 404, "no", NULL,
     false},
    {"html", "HTTP/1.1 429 No\r\nContent-Type: Text/HTML; charset=x\r\nContent-Length: 0\r\n\r\n",
     NET_KEEP, 429, "", NULL, true},
    {"retry_after", "HTTP/1.1 429 No\r\nRETRY-AFTER: \t 12 \r\nContent-Length: 0\r\n\r\n", NET_KEEP,
     429, "", "12", false},
    {"retry_after_empty", "HTTP/1.1 429 No\r\nRetry-After:\r\nContent-Length: 0\r\n\r\n", NET_KEEP,
     429, "", "", false},
    {"retry_after_cut",
     "HTTP/1.1 429 No\r\nRetry-After: "
     "1234567890123456789012345678901234567890123456789012345678901234567890\r\n"
     "Content-Length: 0\r\n\r\n",
     NET_KEEP, 429, "", "123456789012345678901234567890123456789012345678901234567890123", false},
    {"like_retry_after", "HTTP/1.1 429 No\r\nX-Retry-After: 5\r\nContent-Length: 0\r\n\r\n",
     NET_KEEP, 429, "", NULL, false},
    {"redirect_is_not_followed",
     "HTTP/1.1 302 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", NET_KEEP, 302, "",
     NULL, false},
    {"redirect_to_a_file",
     "HTTP/1.1 301 Go\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n"
     "\r\n",
     NET_KEEP, 301, "", NULL, false},
    {"cut_body", OK_HEAD "Content-Length: 100\r\n\r\nhi", NET_CLOSE, 0, NULL, NULL, false},
    {"cut_chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhi", NET_CLOSE, 0, NULL, NULL,
     false},
    {"cut_head", OK_HEAD "Content-Le", NET_CLOSE, 0, NULL, NULL, false},
    {"reset", NULL, NET_RESET, 0, NULL, NULL, false},
    {"reset_in_the_body", OK_HEAD "Content-Length: 100\r\n\r\nhi", NET_RESET, 0, NULL, NULL, false},
    {"nothing", NULL, NET_CLOSE, 0, NULL, NULL, false},
    {"no_http", "SSH-2.0-OpenSSH_9.2\r\n", NET_CLOSE, 0, NULL, NULL, false},
    {"broken_gzip", OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", NET_KEEP, 0,
     NULL, NULL, false},
    {"announces_10_gb", OK_HEAD "Content-Length: 10000000000\r\n\r\nhi", NET_CLOSE, 0, NULL, NULL,
     false},
};

static void test_answer(void **state)
{
    const struct answer_row *row = *state;
    struct fixture f = {NULL};
    const struct net_step step = {row->answer, 0, row->then, false};
    f.server = net_start(&step, 1);
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    assert_int_equal(f.result.status, row->status);
    assert_false(f.result.is_permanent);
    assert_int_equal(net_requests(f.server), 1);
    if (row->status == 0) {
        assert_int_equal(f.result.error.code, SMC_ERR_NETWORK);
        assert_string_not_equal(f.result.error.detail, "");
    } else {
        assert_int_equal(f.result.error.code, SMC_OK);
        assert_string_equal(f.result.body, row->body);
        assert_string_equal(f.result.retry_after, row->retry_after ? row->retry_after : "");
        assert_int_equal(f.result.is_html, row->is_html);
    }
    close_all(&f);
}

/* ---- what is sent ---- */

static void test_get(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 0\r\n\r\n", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    fetch(&f, "/v2/a/../b?c=%2F");
    const char *sent = net_request(f.server, 0);
    assert_ptr_equal(strstr(sent, "GET /v2/a/../b?c=%2F HTTP/1.1\r\n"), sent);
    assert_contains(sent, "\r\nUser-Agent: sigmacat/" SMC_VERSION "\r\n");
    assert_contains(sent, "\r\nAuthorization: Bearer t0ken\r\n");
    assert_contains(sent, "gzip");
    close_all(&f);
}

static void test_form(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 0\r\n\r\n", 0, NET_KEEP, false};
    static const char *const headers[] = {"Accept: application/json", NULL};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    struct smci_http_request request = {
        .url = net_url(f.server), .headers = headers, .body = "a=b&c=d", .body_len = 7};
    assert_int_equal(smci_http_start(f.http, &request, on_done, &f, NULL), SMC_OK);
    finish(&f);
    const char *sent = net_request(f.server, 1);
    assert_ptr_equal(strstr(sent, "POST / HTTP/1.1\r\n"), sent);
    assert_contains(sent, "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    assert_contains(sent, "\r\n\r\na=b&c=d");
    assert_lacks(sent, "t0ken");
    /* a form never goes over a connection on which libcurl might send it twice */
    assert_int_equal(net_connections(f.server), 2);
    close_all(&f);
}

struct target_row {
    const char *name;
    const char *target;
};

static const struct target_row target_rows[] = {
    {"line_break", "/x\r\nX-Evil: 1"},
    {"newline", "/x\nX-Evil: 1"},
    {"space", "/x HTTP/1.1"},
    {"tab", "/x\t"},
};

static void test_bad_target(void **state)
{
    const struct target_row *row = *state;
    static const struct net_step step = {OK_HEAD "Content-Length: 0\r\n\r\n", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    fetch(&f, row->target);
    assert_int_equal(f.result.status, 0);
    assert_true(f.result.is_permanent);
    assert_int_equal(net_requests(f.server), 0);
    close_all(&f);
}

/* ---- connections ---- */

static void test_connection_is_kept(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    for (int i = 0; i < 5; i++) {
        fetch(&f, "/x");
        assert_int_equal(f.result.status, 200);
    }
    assert_int_equal(net_requests(f.server), 5);
    assert_int_equal(net_connections(f.server), 1);
    close_all(&f);
}

/* At the end of a run, the answer of a call on a kept connection is still taken, if wanted. */
static void test_end_waits_for_kept_ones(void **state)
{
    (void)state;
    static const struct net_step steps[] = {
        {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false},
        {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false},
        {NULL, 0, NET_STALL, false}};
    struct fixture f = {.server = net_start(steps, 3)};
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    start(&f, "/x", on_done);
    assert_int_equal(smci_http_poll(f.http, 0, NULL), SMC_OK);
    smci_http_finish(f.http, true, 60000);
    assert_int_equal(f.done_count, 2);
    start(&f, "/x", on_done);
    assert_int_equal(smci_http_poll(f.http, 0, NULL), SMC_OK);
    smci_http_finish(f.http, false, 60000);
    assert_int_equal(f.done_count, 2);
    assert_int_equal(smci_http_in_flight(f.http), 0);
    close_all(&f);
}

static void test_two_at_once(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    for (int i = 0; i < 3; i++) {
        start(&f, "/x", on_done);
        start(&f, "/y", on_done);
        assert_int_equal(smci_http_in_flight(f.http), 2);
        finish(&f);
    }
    assert_int_equal(f.done_count, 6);
    assert_int_equal(net_connections(f.server), 2);
    close_all(&f);
}

static void on_done_start_one(void *ctx, struct smci_http_response *response)
{
    on_done(ctx, response);
    start(ctx, "/second", on_done);
}

static void test_callback_starts_more(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    start(&f, "/first", on_done_start_one);
    finish(&f);
    assert_int_equal(f.done_count, 2);
    close_all(&f);
}

static void test_kept_connection_that_died(void **state)
{
    (void)state;
    static const struct net_step steps[] = {
        {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_CLOSE, false},
        {OK_HEAD "Content-Length: 2\r\n\r\nho", 0, NET_KEEP, false}};
    struct fixture f = {.server = net_start(steps, 2)};
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    fetch(&f, "/x");
    assert_string_equal(f.result.body, "ho");
    close_all(&f);
}

/* This machine's trouble, which libcurl tells as the other side's. Another attempt may do better. */
static void test_no_descriptor_is_left(void **state)
{
    static const struct net_step step = {OK_HEAD "Content-Length: 0\r\n\r\n", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    struct rlimit was;
    (void)state;
    open_http(&f, 60000, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    int next = dup(0);
    assert_int_equal(close(next), 0);
    const struct rlimit none = {(rlim_t)next, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    fetch(&f, "/");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(f.result.status, 0);
    assert_int_equal(f.result.error.code, SMC_ERR_IO);
    assert_false(f.result.is_permanent);
    assert_says(&f, "Too many open files");
    fetch(&f, "/");
    assert_int_equal(f.result.status, 200);
    close_all(&f);
}

/* A connection that is given up while it is made is closed once: the number of its descriptor may be
 * another file's when the transfers end. However many are, there is place for one more. */
static void test_given_up_while_connecting(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 0\r\n\r\n", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    for (int i = 0; i < 100; i++) {
        start(&f, "/", on_done);
        (void)smci_http_poll(f.http, 0, NULL);
        smci_http_drop(f.http);
    }
    fetch(&f, "/");
    assert_int_equal(f.result.status, 200);
    smci_http_free(f.http);
    open_http(&f, 60000, 0);
    start(&f, "/", on_done);
    (void)smci_http_poll(f.http, 0, NULL);
    smci_http_drop(f.http);
    int fds[20]; /* among them what was free */
    for (size_t i = 0; i < 20; i++)
        fds[i] = dup(1);
    smci_http_free(f.http);
    f.http = NULL;
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(close(fds[i]), 0);
    close_all(&f);
}

static void test_refused_connection(void **state)
{
    (void)state;
    static const struct net_step step = {"", 0, NET_CLOSE, false};
    struct fixture f = {.server = net_start(&step, 1)};
    char *url = text_format("%s/x", net_url(f.server));
    net_stop(f.server);
    f.server = NULL;
    open_http(&f, 60000, 0);
    static const char *const none[] = {NULL};
    struct smci_http_request request = {.url = url, .headers = none};
    assert_int_equal(smci_http_start(f.http, &request, on_done, &f, NULL), SMC_OK);
    finish(&f);
    assert_int_equal(f.result.status, 0);
    assert_int_equal(f.result.error.code, SMC_ERR_NETWORK);
    assert_false(f.result.is_permanent);
    free(url);
    close_all(&f);
}

/* ---- caps ---- */

/* `len` bytes that deflate well, as a whole answer. */
static char *make_answer(size_t len, bool is_gzip, size_t *answer_len)
{
    char *plain = malloc(len);
    size_t room = compressBound((uLong)len) + 1024;
    char *answer = malloc(room);
    assert_non_null(plain);
    assert_non_null(answer);
    (void)memset(plain, ' ', len);
    char *packed = plain;
    size_t packed_len = len;
    if (is_gzip) {
        z_stream z = {0};
        packed = malloc(room);
        assert_non_null(packed);
        assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
        z.next_in = (unsigned char *)plain;
        z.avail_in = (uInt)len;
        z.next_out = (unsigned char *)packed;
        z.avail_out = (uInt)room;
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        packed_len = z.total_out;
        (void)deflateEnd(&z);
    }
    int head = snprintf(answer, room, OK_HEAD "Content-Length: %zu\r\n%s\r\n", packed_len,
                        is_gzip ? "Content-Encoding: gzip\r\n" : "");
    (void)memcpy(answer + head, packed, packed_len);
    *answer_len = (size_t)head + packed_len;
    if (packed != plain)
        free(packed);
    free(plain);
    return answer;
}

struct cap_row {
    const char *name;
    size_t len;
    bool is_gzip;
    bool fits;
};

static const struct cap_row cap_rows[] = {
    {"gzip", 100000, true, true},
    {"at_the_cap", 64 * MIB, false, true},
    {"above_the_cap", 64 * MIB + 1, false, false},
    {"gzip_at_the_cap", 64 * MIB, true, true},
    {"gzip_above_the_cap", 64 * MIB + 1, true, false},
};

static void test_cap(void **state)
{
    const struct cap_row *row = *state;
    struct fixture f = {NULL};
    size_t len;
    char *answer = make_answer(row->len, row->is_gzip, &len);
    const struct net_step step = {answer, len, NET_KEEP, false};
    f.server = net_start(&step, 1);
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    if (row->fits) {
        assert_int_equal(f.result.status, 200);
        assert_int_equal(f.result.len, row->len);
    } else {
        assert_int_equal(f.result.status, 0);
        assert_int_equal(f.result.error.code, SMC_ERR_CAP);
        assert_true(f.result.is_permanent);
        assert_says(&f, "cap of 64 MiB");
    }
    close_all(&f);
    free(answer);
}

struct head_row {
    const char *name;
    size_t line; /* bytes of one header */
    int count;
    bool fits;
};

static const struct head_row head_rows[] = {
    {"many_headers", 1000, 200, true},    {"too_many_headers", 1000, 300, false},
    {"one_long_header", 90000, 1, true},  {"one_too_long_header", 150000, 1, false},
    {"one_of_a_megabyte", MIB, 1, false},
};

static void test_head(void **state)
{
    const struct head_row *row = *state;
    struct smc_buf answer = SMC_BUF_INIT(8 * MIB);
    struct fixture f = {NULL};
    char *filler = malloc(row->line + 1);
    assert_non_null(filler);
    (void)memset(filler, 'h', row->line);
    filler[row->line] = '\0';
    assert_int_equal(smc_buf_addstr(&answer, OK_HEAD), SMC_OK);
    for (int i = 0; i < row->count; i++)
        assert_int_equal(smc_buf_addf(&answer, "X-%d: %s\r\n", i, filler), SMC_OK);
    assert_int_equal(smc_buf_addstr(&answer, "Content-Length: 2\r\n\r\nhi"), SMC_OK);
    const struct net_step step = {answer.data, answer.len, NET_KEEP, false};
    f.server = net_start(&step, 1);
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    if (row->fits) {
        assert_int_equal(f.result.status, 200);
    } else {
        assert_int_equal(f.result.status, 0);
        assert_int_equal(f.result.error.code, SMC_ERR_CAP);
        assert_true(f.result.is_permanent);
        assert_says(&f, "cap of ");
        assert_says(&f, " KiB");
    }
    close_all(&f);
    free(filler);
    smc_buf_clear(&answer);
}

/* ---- time and stopping ---- */

struct stall_row {
    const char *name;
    const char *answer;
};

static const struct stall_row stall_rows[] = {
    {"before_the_answer", NULL},
    {"in_the_head", OK_HEAD "Content-"},
    {"in_the_body", OK_HEAD "Content-Length: 100\r\n\r\nhi"},
};

static void test_stall(void **state)
{
    const struct stall_row *row = *state;
    const struct net_step steps[] = {{row->answer, 0, NET_STALL, false},
                                     {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false}};
    struct fixture f = {.server = net_start(steps, 2)};
    open_http(&f, 200, 0);
    live_clock_run_while(&f.live, net_is_silent, f.server);
    fetch(&f, "/x");
    assert_int_equal(f.result.status, 0);
    assert_int_equal(f.result.error.code, SMC_ERR_NETWORK);
    assert_false(f.result.is_permanent);
    assert_says(&f, "no byte came or went for 0.2 s");
    smci_http_free(f.http);
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    assert_int_equal(f.result.status, 200);
    close_all(&f);
}

/* A program that was held up (suspended, a slow disk) must not blame the server for it. */
static void test_late_look_is_not_a_stall(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    open_http(&f, 60000, 0);
    start(&f, "/x", on_done);
    while (net_requests(f.server) == 0)
        assert_int_equal(smci_http_poll(f.http, 1, NULL), SMC_OK);
    if (!f.result.is_done) {
        while (net_answered(f.server) == 0) /* it comes while nobody looks */
            (void)usleep(1000);
        f.live.skipped_ms += 3600000;
    }
    finish(&f);
    assert_int_equal(f.result.status, 200);
    close_all(&f);
}

static void test_stopped(void **state)
{
    (void)state;
    static const struct net_step step = {NULL, 0, NET_STALL, false};
    struct fixture f = {.server = net_start(&step, 1)};
    struct smc_error err = SMC_ERROR_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    open_http(&f, 60000, ends[0]);
    start(&f, "/x", on_done);
    assert_int_equal(smci_http_poll(f.http, 1, &err), SMC_OK);
    (void)!write(ends[1], "", 1);
    assert_int_equal(smci_http_poll(f.http, 60000, &err), SMC_ERR_CANCELLED);
    assert_int_equal(err.code, SMC_ERR_CANCELLED);
    close_all(&f); /* with one in flight, which is dropped */
    assert_int_equal(f.done_count, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void test_nothing_is_sent_once_stopped(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    open_http(&f, 60000, ends[0]);
    fetch(&f, "/x");
    (void)!write(ends[1], "", 1);
    start(&f, "/y", on_done);
    assert_int_equal(smci_http_poll(f.http, 60000, NULL), SMC_ERR_CANCELLED);
    (void)usleep(20000); /* for one that was sent after all */
    assert_int_equal(net_requests(f.server), 1);
    close_all(&f);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* ---- proxies and certificates ---- */

static void test_loopback_needs_no_proxy(void **state)
{
    (void)state;
    static const struct net_step step = {OK_HEAD "Content-Length: 2\r\n\r\nhi", 0, NET_KEEP, false};
    struct fixture f = {.server = net_start(&step, 1)};
    struct net_server *proxy = net_start(&step, 1);
    assert_int_equal(setenv("http_proxy", net_url(proxy), 1), 0);
    assert_int_equal(setenv("ALL_PROXY", net_url(proxy), 1), 0);
    open_http(&f, 60000, 0);
    fetch(&f, "/x");
    assert_int_equal(net_connections(proxy), 0);
    assert_int_equal(net_requests(f.server), 1);
    (void)unsetenv("http_proxy");
    (void)unsetenv("ALL_PROXY");
    net_stop(proxy);
    close_all(&f);
}

/* libcurl quotes what it can't read, and that has a password. */
static void test_proxy_with_a_password_that_cant_be_read(void **state)
{
    (void)state;
    static const char *const headers[] = {NULL};
    static const char *const proxies[] = {"http://user:tiger#pw@127.0.0.1:1",
                                          "socks9://user:tiger@127.0.0.1:1",
                                          "http://user:tiger@127.0.0.1:99999"};
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++) {
        static const struct net_step step = {"", 0, NET_CLOSE, false};
        struct fixture f = {.server = net_start(&step, 1)};
        assert_int_equal(setenv("https_proxy", proxies[i], 1), 0);
        open_http(&f, 60000, 0);
        struct smci_http_request request = {.url = "https://api.example.com/x", .headers = headers};
        assert_int_equal(smci_http_start(f.http, &request, on_done, &f, NULL), SMC_OK);
        finish(&f);
        assert_int_equal(f.result.error.code, SMC_ERR_NETWORK);
        assert_true(f.result.is_permanent);
        assert_lacks(f.result.error.detail, "tiger");
        assert_contains(f.result.error.detail, "the proxy that is set can't be read");
        (void)unsetenv("https_proxy");
        close_all(&f);
    }
}

static void test_proxy_never_sees_the_token(void **state)
{
    (void)state;
    static const struct net_step step = {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 0,
                                         NET_CLOSE, false};
    static const char *const headers[] = {"Authorization: Bearer t0ken", NULL};
    struct fixture f = {.server = net_start(&step, 1)};
    assert_int_equal(setenv("https_proxy", net_url(f.server), 1), 0);
    open_http(&f, 60000, 0);
    struct smci_http_request request = {.url = "https://api.example.com/x", .headers = headers};
    assert_int_equal(smci_http_start(f.http, &request, on_done, &f, NULL), SMC_OK);
    finish(&f);
    const char *sent = net_request(f.server, 0);
    assert_ptr_equal(strstr(sent, "CONNECT api.example.com:443 "), sent);
    assert_lacks(sent, "t0ken");
    assert_int_equal(f.result.status, 0);
    assert_int_equal(f.result.error.code, SMC_ERR_NETWORK);
    (void)unsetenv("https_proxy");
    close_all(&f);
}

struct cert_row {
    const char *name;
    const char *cacert;
    const char *variable;
    const char *said;
};

static const struct cert_row cert_rows[] = {
    {"cacert", "/nonexistent/ca.pem", NULL, "can't read the certificates in /nonexistent"},
    {"curl_ca_bundle", NULL, "CURL_CA_BUNDLE", "CURL_CA_BUNDLE: can't read"},
    {"requests_ca_bundle", NULL, "REQUESTS_CA_BUNDLE", "REQUESTS_CA_BUNDLE: can't read"},
    {"ssl_cert_file", NULL, "SSL_CERT_FILE", "SSL_CERT_FILE: can't read"},
    {"ssl_cert_dir", NULL, "SSL_CERT_DIR", "SSL_CERT_DIR: can't read"},
};

static void test_cert_path(void **state)
{
    const struct cert_row *row = *state;
    struct smci_http *http = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_http_opt opt = {
        {.timeout_ms = 1000, .cacert = row->cacert, .clock = smc_clock_system()}, 1};
    if (row->variable)
        assert_int_equal(setenv(row->variable, "/nonexistent/ca.pem", 1), 0);
    enum smc_status rc = smci_http_new(&http, &opt, &err);
    if (row->variable)
        (void)unsetenv(row->variable);
    assert_int_equal(rc, SMC_ERR_IO);
    assert_null(http);
    assert_contains(err.detail, row->said);
}

#define TABLE(rows, test)                                                                          \
    run_table(#rows, rows, sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], test)

int main(void)
{
    static const char *const variables[] = {"http_proxy",    "https_proxy",    "all_proxy",
                                            "HTTPS_PROXY",   "ALL_PROXY",      "no_proxy",
                                            "NO_PROXY",      "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
                                            "SSL_CERT_FILE", "SSL_CERT_DIR"};
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_connection_is_kept),
        cmocka_unit_test(test_end_waits_for_kept_ones),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_callback_starts_more),
        cmocka_unit_test(test_kept_connection_that_died),
        cmocka_unit_test(test_no_descriptor_is_left),
        cmocka_unit_test(test_given_up_while_connecting),
        cmocka_unit_test(test_refused_connection),
        cmocka_unit_test(test_late_look_is_not_a_stall),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_nothing_is_sent_once_stopped),
        cmocka_unit_test(test_loopback_needs_no_proxy),
        cmocka_unit_test(test_proxy_with_a_password_that_cant_be_read),
        cmocka_unit_test(test_proxy_never_sees_the_token),
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        (void)unsetenv(variables[i]);
    int failed = TABLE(answer_rows, test_answer);
    failed += TABLE(target_rows, test_bad_target);
    failed += TABLE(cap_rows, test_cap);
    failed += TABLE(head_rows, test_head);
    failed += TABLE(stall_rows, test_stall);
    failed += TABLE(cert_rows, test_cert_path);
    return failed + cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
