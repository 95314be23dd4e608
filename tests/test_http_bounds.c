/* The bound in time of one answer, which no way of dripping stretches. The test is server and client in
 * turns, on a clock that it moves itself. */
#include "support/support.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/http.h"

#define TIMEOUT_MS 1000
#define STEP_MS    900 /* between two pieces: never a time without progress */
#define TURNS_MAX  20000

struct fixture {
    int listener;
    int peer; /* -1: nobody has called */
    struct fake_clock fake;
    struct smci_http *http;
    bool is_done;
    struct smc_error error;
    int status;
    size_t len;
};

static void on_done(void *ctx, struct smci_http_response *response)
{
    struct fixture *f = ctx;
    f->is_done = true;
    f->error = response->error;
    f->status = response->status;
    f->len = response->body.len;
}

/* Lets the client do what it can; it waits for no longer than a moment. */
static void turn(struct fixture *f)
{
    for (int i = 0; i < 3 && !f->is_done; i++)
        assert_int_equal(smci_http_poll(f->http, 1, NULL), SMC_OK);
}

static void begin_patient(struct fixture *f, int64_t timeout_min_ms)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    char url[64];
    char request[4096];
    *f = (struct fixture){.peer = -1, .error = SMC_ERROR_INIT};
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(f->listener, 1), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    fake_clock_init(&f->fake);
    f->fake.clock.advance = NULL; /* the test alone moves it */
    struct smci_http_opt opt = {{.timeout_ms = TIMEOUT_MS, .stop_fd = 0, .clock = &f->fake.clock},
                                1};
    assert_int_equal(smci_http_new(&f->http, &opt, NULL), SMC_OK);
    static const char *const none[] = {NULL};
    const struct smci_http_request call = {
        .url = url, .headers = none, .timeout_min_ms = timeout_min_ms};
    assert_int_equal(smci_http_start(f->http, &call, on_done, f, NULL), SMC_OK);
    for (int i = 0; i < TURNS_MAX && f->peer < 0; i++) {
        turn(f);
        f->peer = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
    }
    assert_true(f->peer >= 0);
    for (int i = 0; i < TURNS_MAX && recv(f->peer, request, sizeof request, MSG_DONTWAIT) <= 0; i++)
        turn(f);
}

static void begin(struct fixture *f)
{
    begin_patient(f, 0);
}

static void end(struct fixture *f)
{
    smci_http_free(f->http);
    (void)close(f->peer);
    (void)close(f->listener);
}

/* Whether what was sent is not all with the client's socket yet. */
static bool is_on_its_way(const struct fixture *f)
{
    int waiting = 0;
    assert_int_equal(ioctl(f->peer, SIOCOUTQ, &waiting), 0);
    return waiting > 0;
}

/* Sends a piece and lets it be read; then time goes by. */
static void drip(struct fixture *f, const char *piece, size_t len, int64_t step_ms)
{
    assert_int_equal(send(f->peer, piece, len, MSG_NOSIGNAL), (ssize_t)len);
    while (!f->is_done && is_on_its_way(f))
        turn(f);
    turn(f);
    f->fake.now_ms += step_ms;
    turn(f);
}

struct row {
    const char *name;
    const char *head; /* sent at once */
    const char *piece;
};

static const struct row rows[] = {
    {"a body, byte by byte", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"},
    {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
    {"the extension of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x=y;"},
    {"header lines", "HTTP/1.1 200 OK\r\n", "X: y\r\n"},
    {"one header line", "HTTP/1.1 200 OK\r\nX: ", "y"},
    {"interim answers", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"},
    {"an error", "HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n", "x"},
};

static void test_drips(void **state)
{
    const struct row *row = *state;
    struct fixture f;
    int drips = 0;
    begin(&f);
    drip(&f, row->head, strlen(row->head), STEP_MS);
    for (; !f.is_done && drips < 100; drips++)
        drip(&f, row->piece, strlen(row->piece), STEP_MS);
    assert_true(f.is_done);
    assert_int_equal(f.error.code, SMC_ERR_NETWORK);
    if (strstr(row->name, "one header line") || strstr(row->name, "extension"))
        assert_in_range(drips, 0, 15); /* libcurl tells of none of these bytes */
    else {
        assert_in_range(drips, 10, 15); /* ten times 1 s, at 0.9 s a piece */
        assert_string_equal(f.error.detail,
                            "the answer has been coming for 10.8 s and is not whole");
    }
    end(&f);
}

/* 16 KB a second is as slow as an answer may be, however long it takes. */
static void test_slow_but_long(void **state)
{
    (void)state;
    static char piece[16384];
    struct fixture f;
    begin(&f);
    memset(piece, 'x', sizeof piece);
    drip(&f, "HTTP/1.1 200 OK\r\nContent-Length: 819200\r\n\r\n", 43, 0);
    for (int i = 0; i < 50 && !f.is_done; i++)
        drip(&f, piece, sizeof piece, STEP_MS);
    for (int i = 0; i < TURNS_MAX && !f.is_done; i++)
        turn(&f);
    assert_true(f.is_done);
    assert_string_equal(f.error.detail, "");
    assert_int_equal(f.status, 200);
    assert_int_equal(f.len, 819200);
    end(&f);
}

/* Until its first byte an answer is bounded by the time without progress alone. */
static void test_time_before_the_answer(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    f.fake.now_ms += TIMEOUT_MS;
    turn(&f);
    assert_true(f.is_done);
    assert_string_equal(f.error.detail, "no byte came or went for 1 s");
    end(&f);
}

/* A call may ask for more time than others have, and not for less. */
static void test_patience(void **state)
{
    (void)state;
    static const int64_t asked[] = {INT64_C(3) * TIMEOUT_MS, TIMEOUT_MS / 2};
    static const char *const said[] = {"no byte came or went for 3 s",
                                       "no byte came or went for 1 s"};
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;
        begin_patient(&f, asked[i]);
        f.fake.now_ms += (asked[i] > TIMEOUT_MS ? asked[i] : TIMEOUT_MS) - 1;
        turn(&f);
        assert_false(f.is_done);
        f.fake.now_ms++;
        turn(&f);
        assert_true(f.is_done);
        assert_string_equal(f.error.detail, said[i]);
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_but_long),
        cmocka_unit_test(test_time_before_the_answer),
        cmocka_unit_test(test_patience),
    };
    int failed = cmocka_run_group_tests_name("bounds of one answer", tests, NULL, NULL);
    return failed + RUN_TABLE("answers that drip", rows, test_drips);
}
