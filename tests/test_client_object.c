/* The client as an object of a library: what it refuses, when callbacks come, what it sends. */
#include "tests/support/support.h"

#include <sigmacat/client.h>

#include "tests/support/log_sink.h"
#include "tests/support/net.h"

#define ANSWER(status, body) "HTTP/1.1 " status "\r\nContent-Length: " body

static const struct net_step good = {ANSWER("200 OK", "2\r\n\r\nhi"), 0, NET_KEEP, false};

struct fixture {
    struct net_server *server;
    struct fake_clock fake;
    const struct smc_clock *clock; /* NULL: `fake` */
    int retries;
    int concurrency; /* 0: the default */
    struct smc_log *log;
    struct smc_client *client;
    int done_count;
    int cancelled_count;
    struct smc_error error; /* of the last callback */
    int status;
    char body[64];
    int begun_count;
    enum smc_status sent_again; /* by the last callback, see on_answer_send */
};

static void start(struct fixture *f, const struct net_step *steps, size_t count)
{
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    f->server = net_start(steps, count);
    fake_clock_init(&f->fake);
    opt.origin = net_url(f->server);
    opt.authorization = "Bearer s3cret";
    opt.network.retries = f->retries;
    opt.concurrency = f->concurrency;
    opt.network.log = f->log;
    opt.network.clock = f->clock ? f->clock : &f->fake.clock;
    assert_int_equal(smc_client_new(&f->client, &opt, NULL), SMC_OK);
}

static void stop(struct fixture *f)
{
    smc_client_free(f->client);
    net_stop(f->server);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct fixture *f = ctx;
    (void)why;
    f->done_count++;
    f->cancelled_count += answer->error.code == SMC_ERR_CANCELLED;
    f->error = answer->error;
    f->status = answer->http_status;
    assert_int_equal(strlen(answer->body), answer->len);
    (void)snprintf(f->body, sizeof f->body, "%s", answer->body);
    return SMC_TAKE;
}

static struct smc_request get(struct fixture *f, const char *target)
{
    return (struct smc_request){.kind = "x", .target = target, .done = on_answer, .ctx = f};
}

static void queue(struct fixture *f, int count)
{
    struct smc_request request = get(f, "/x");
    for (int i = 0; i < count; i++)
        assert_int_equal(smc_client_send(f->client, &request), SMC_OK);
}

/* ---- where a call may go ---- */

struct target_row {
    const char *name;
    const char *target;
    const char *rest; /* behind the port of another server; NULL: `target` is all */
    enum smc_status rc;
};

static const struct target_row target_rows[] = {
    {"path", "/x", NULL, SMC_OK},
    {"path_alone", "/", NULL, SMC_OK},
    {"user_and_host", "@127.0.0.1:", "/x", SMC_ERR_USAGE},
    {"password_and_host", ":p@127.0.0.1:", "/x", SMC_ERR_USAGE},
    {"digits_for_the_port", "0/x", NULL, SMC_ERR_USAGE},
    {"rest_of_a_name", ".example.com/x", NULL, SMC_ERR_USAGE},
    {"whole_address", "http://127.0.0.1:", "/x", SMC_ERR_USAGE},
    {"query_alone", "?a=b", NULL, SMC_ERR_USAGE},
    {"empty", "", NULL, SMC_ERR_USAGE},
    {"none", NULL, NULL, SMC_ERR_USAGE},
    /* With the server's name before it this is a path, and stays one. */
    {"two_slashes", "//127.0.0.1:", "/x", SMC_OK},
    {"back_slash", "/\\127.0.0.1:", "/x", SMC_OK},
    {"user_in_a_path", "/@127.0.0.1:", "/x", SMC_OK},
};

static void test_target(void **state)
{
    const struct target_row *row = *state;
    struct fixture f = {NULL};
    struct net_server *other = net_start(&good, 1);
    char target[128];
    start(&f, &good, 1);
    if (row->rest)
        (void)snprintf(target, sizeof target, "%s%u%s", row->target, net_port(other), row->rest);
    struct smc_request request = get(&f, row->rest ? target : row->target);
    assert_int_equal(smc_client_send(f.client, &request), row->rc);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.done_count, row->rc == SMC_OK);
    assert_int_equal(net_requests(f.server), row->rc == SMC_OK);
    assert_int_equal(net_connections(other), 0);
    net_stop(other);
    stop(&f);
}

struct origin_row {
    const char *name;
    const char *origin;
    enum smc_status rc;
};

static const struct origin_row origin_rows[] = {
    {"bare", "api.example.com", SMC_OK},
    {"https", "https://api.example.com/", SMC_OK},
    {"loopback", "http://127.0.0.1:8080", SMC_OK},
    {"plain", "http://api.example.com", SMC_ERR_USAGE},
    {"user", "https://user@api.example.com", SMC_ERR_USAGE},
    {"path", "https://api.example.com/v2", SMC_ERR_USAGE},
    {"other_scheme", "ftp://api.example.com", SMC_ERR_USAGE},
    {"empty", "", SMC_ERR_USAGE},
    {"none", NULL, SMC_ERR_USAGE},
};

static void test_origin(void **state)
{
    const struct origin_row *row = *state;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    struct smc_client *client = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    opt.origin = row->origin;
    opt.authorization = "Bearer s3cret";
    assert_int_equal(smc_client_new(&client, &opt, &err), row->rc);
    assert_int_equal(client != NULL, row->rc == SMC_OK);
    if (row->rc != SMC_OK)
        assert_memory_equal(err.detail, "origin: ", 8);
    smc_client_free(client);
}

/* ---- requests that can't be ---- */

static void test_requests_that_cant_be(void **state)
{
    static const struct smc_query unnamed = {NULL, "v"};
    struct fixture f = {NULL};
    (void)state;
    start(&f, &good, 1);
    struct smc_request bad[] = {get(&f, "/x"), get(&f, "/x"), get(&f, "/x"), get(&f, "/x"),
                                get(&f, "/x")};
    bad[0].kind = NULL;
    bad[1].done = NULL;
    bad[2].query_count = 1;
    bad[3].query = &unnamed;
    bad[3].query_count = 1;
    bad[4].body = "";
    bad[4].content_type = "text/plain\r\nX-Evil: 1";
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(smc_client_send(f.client, &bad[i]), SMC_ERR_USAGE);
    assert_int_equal(smc_client_send(f.client, NULL), SMC_ERR_USAGE);
    assert_int_equal(smc_client_send(NULL, &bad[0]), SMC_ERR_USAGE);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.done_count, 0);
    assert_int_equal(net_connections(f.server), 0);
    stop(&f);
}

/* ---- one last callback, whatever happens ---- */

static void test_freed_before_the_run(void **state)
{
    struct fixture f = {NULL};
    (void)state;
    start(&f, &good, 1);
    queue(&f, 3);
    stop(&f);
    assert_int_equal(f.done_count, 3);
    assert_int_equal(f.cancelled_count, 3);
    assert_int_equal(f.status, 0);
    assert_string_equal(f.error.detail, "GET /x: not done, since: the client was closed");
}

static void test_freed_in_flight(void **state)
{
    static const struct net_step silent = {NULL, 0, NET_STALL, false};
    struct fixture f = {.clock = smc_clock_system()};
    bool is_idle = true;
    (void)state;
    start(&f, &silent, 1);
    queue(&f, 9); /* more than go at once */
    while (net_requests(f.server) == 0)
        assert_int_equal(smc_client_step(f.client, 1, &is_idle, NULL), SMC_OK);
    assert_false(is_idle);
    assert_int_equal(f.done_count, 0);
    stop(&f);
    assert_int_equal(f.cancelled_count, 9);
}

static enum smc_verdict on_answer_fail(void *ctx, const struct smc_answer *answer,
                                       struct smc_error *why)
{
    struct fixture *f = ctx;
    struct smc_request again = get(f, "/again");
    struct smc_error reason = {SMC_ERR_IO, 0, 0, "disk full"};
    f->sent_again = smc_client_send(f->client, &again);
    if (answer->error.code == SMC_OK)
        smc_client_fail(f->client, &reason);
    return on_answer(ctx, answer, why);
}

static void test_failed_run(void **state)
{
    struct fixture f = {NULL};
    struct smc_error err = SMC_ERROR_INIT;
    (void)state;
    start(&f, &good, 1);
    struct smc_request request = get(&f, "/x");
    request.done = on_answer_fail;
    for (int i = 0; i < 9; i++)
        assert_int_equal(smc_client_send(f.client, &request), SMC_OK);
    assert_int_equal(smc_client_run(f.client, &err), SMC_ERR_IO);
    assert_string_equal(err.detail, "disk full");
    /* all that were sent, and the one or more that the callbacks sent before the failure */
    int done = f.done_count;
    assert_true(done >= 10);
    assert_true(f.cancelled_count >= 5);
    assert_int_equal(f.sent_again, SMC_ERR_IO);
    /* It stays failed, takes no more, and nobody is called again. */
    assert_int_equal(smc_client_send(f.client, &request), SMC_ERR_IO);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_ERR_IO);
    stop(&f);
    assert_int_equal(f.done_count, done);
}

/* ---- step ---- */

static void test_step(void **state)
{
    static const struct net_step steps[] = {{ANSWER("503 No", "0\r\n\r\n"), 0, NET_KEEP, false},
                                            {ANSWER("200 OK", "2\r\n\r\nhi"), 0, NET_KEEP, false}};
    struct fixture f = {NULL};
    bool is_idle = true;
    int steps_made = 0;
    (void)state;
    start(&f, steps, 2);
    assert_int_equal(smc_client_step(f.client, 0, &is_idle, NULL), SMC_OK);
    assert_true(is_idle);
    queue(&f, 1);
    for (is_idle = false; !is_idle; steps_made++) {
        int64_t before = f.fake.advanced_ms;
        assert_int_equal(smc_client_step(f.client, 10, &is_idle, NULL), SMC_OK);
        assert_in_range(f.fake.advanced_ms - before, 0, 10);
        assert_true(steps_made < 100000);
    }
    /* the wait before the retry was cut into pieces of 10 ms */
    assert_in_range(f.fake.advanced_ms, 500, 1000);
    assert_true(steps_made >= 50);
    assert_int_equal(f.status, 200);
    stop(&f);
}

/* ---- what is sent, what comes back ---- */

static void test_post(void **state)
{
    static const struct smc_query query[] = {{"a b", "c&d"}, {"none", NULL}, {"e", ""}};
    struct fixture f = {NULL};
    (void)state;
    start(&f, &good, 1);
    struct smc_request request = get(&f, "/x?y=z");
    char body[] = "{\"n\":1}";
    request.body = body;
    request.body_len = 7;
    request.query = query;
    request.query_count = 3;
    assert_int_equal(smc_client_send(f.client, &request), SMC_OK);
    body[0] = '?'; /* it was copied */
    request.body = "";
    request.body_len = 0;
    request.content_type = "text/plain";
    request.target = "/x";
    assert_int_equal(smc_client_send(f.client, &request), SMC_OK);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.done_count, 2);
    bool is_first = strstr(net_request(f.server, 0), "?y=z") != NULL;
    const char *one = net_request(f.server, is_first ? 0 : 1);
    const char *two = net_request(f.server, is_first ? 1 : 0);
    assert_ptr_equal(strstr(one, "POST /x?y=z&a%20b=c%26d&e= HTTP/1.1\r\n"), one);
    assert_contains(one, "\r\nContent-Type: application/json\r\n");
    assert_contains(one, "\r\n\r\n{\"n\":1}");
    assert_ptr_equal(strstr(two, "POST /x?a%20b=c%26d&e= HTTP/1.1\r\n"), two);
    assert_contains(two, "\r\nContent-Type: text/plain\r\n");
    assert_contains(two, "\r\nContent-Length: 0\r\n");
    stop(&f);
}

static void test_body_of_an_error(void **state)
{
    static const struct net_step step = {ANSWER("404 No", "9\r\n\r\nnot there"), 0, NET_KEEP,
                                         false};
    struct fixture f = {NULL};
    (void)state;
    start(&f, &step, 1);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.status, 404);
    assert_int_equal(f.error.code, SMC_ERR_REFUSED);
    assert_string_equal(f.body, "not there");
    stop(&f);
}

static void test_no_body_of_an_answer_that_is_cut(void **state)
{
    static const struct net_step step = {ANSWER("200 OK", "9\r\n\r\nhi"), 0, NET_CLOSE, false};
    struct fixture f = {NULL};
    (void)state;
    start(&f, &step, 1);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.status, 0);
    assert_string_equal(f.body, "");
    assert_int_equal(net_requests(f.server), 5); /* by default there are four retries */
    assert_in_range(f.fake.advanced_ms, 7500, 15000);
    stop(&f);
}

/* ---- older and newer programs ---- */

struct newer_opt {
    struct smc_client_opt opt;
    long more;
};

static void test_sizes(void **state)
{
    struct fixture f = {NULL};
    struct smc_client *client = NULL;
    struct newer_opt newer = {.opt = {.origin = "h", .authorization = "x"}};
    (void)state;
    assert_int_equal(smc_client_new_sized(&client, &newer.opt, sizeof newer, NULL), SMC_OK);
    smc_client_free(client);
    newer.more = 1; /* which nobody here knows */
    assert_int_equal(smc_client_new_sized(&client, &newer.opt, sizeof newer, NULL), SMC_ERR_USAGE);
    assert_null(client);
    newer.opt.network.reserved[3] = 1;
    assert_int_equal(smc_client_new(&client, &newer.opt, NULL), SMC_ERR_USAGE);
    assert_int_equal(smc_client_new(&client, NULL, NULL), SMC_ERR_USAGE);

    start(&f, &good, 1);
    struct smc_request request = get(&f, "/x");
    request.body = "not known to one who passes so few bytes";
    assert_int_equal(smc_client_send_sized(f.client, &request, offsetof(struct smc_request, query)),
                     SMC_OK);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_memory_equal(net_request(f.server, 0), "GET ", 4);
    struct smc_client_stats stats = {.retries = 77};
    smc_client_get_stats_sized(f.client, &stats, sizeof stats.calls);
    assert_int_equal(stats.calls, 1);
    assert_int_equal(stats.retries, 77);
    stop(&f);
}

#define TABLE(rows, test)                                                                          \
    run_table(#rows, rows, sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], test)

/* ---- options that can't be ---- */

struct option_row {
    const char *name;
    struct smc_client_opt opt;
    const char *said;
};

#define ORIGIN .origin = "https://h", .policy = SMC_POLICY_SIGMA
#define FIXED  ORIGIN, .authorization = "Token x"

static const struct option_row option_rows[] = {
    {"no_origin", {.authorization = "x"}, "origin"},
    {"no_credentials", {ORIGIN}, "credentials: missing"},
    {"half_credentials", {ORIGIN, .client_id = "x"}, "credentials: missing"},
    {"line_break_in_token", {ORIGIN, .authorization = "Token x\r\nX-Evil: 1"}, "credentials: "},
    {"newline_after_token", {ORIGIN, .authorization = "Token x\n"}, "credentials: "},
    {"token_beyond_ascii", {ORIGIN, .authorization = "Token \xc3\xa4"}, "credentials: "},
    {"line_break_in_accept", {FIXED, .accept = "a\r\nX: y"}, "accept: "},
    {"negative_concurrency", {FIXED, .concurrency = -1}, "concurrency"},
    {"negative_retries", {FIXED, .network.retries = -2}, "retries"},
    {"negative_timeout", {FIXED, .network.timeout_ms = -1}, "timeout_ms"},
    {"negative_rate", {FIXED, .max_rate = -1}, "rates"},
    {"rate_that_is_not_a_number", {FIXED, .max_rate = 0.0 / 0.0}, "rates"},
};

static void test_option(void **state)
{
    const struct option_row *row = *state;
    struct smc_client *client = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    assert_int_equal(smc_client_new(&client, &row->opt, &err), SMC_ERR_USAGE);
    assert_null(client);
    assert_contains(err.detail, row->said);
    assert_lacks(err.detail, "Token x");
}

static void on_begun(void *ctx)
{
    struct fixture *f = ctx;
    assert_int_equal(net_requests(f->server), 0);
    f->begun_count++;
}

/* Once a call, whatever its tries, before the first. */
static void test_begun(void **state)
{
    static const struct net_step steps[] = {
        {ANSWER("503 Unavailable", "2\r\n\r\nno"), 0, NET_KEEP, false},
        {ANSWER("200 OK", "2\r\n\r\nhi"), 0, NET_KEEP, false}};
    struct fixture f = {NULL};
    (void)state;
    start(&f, steps, 2);
    struct smc_request request = get(&f, "/x");
    request.begun = on_begun;
    assert_int_equal(smc_client_send(f.client, &request), SMC_OK);
    assert_int_equal(f.begun_count, 0);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(net_requests(f.server), 2);
    assert_int_equal(f.begun_count, 1);
    stop(&f);
}

#define MEMBERS /* {"a":1}, gzipped in two members */                                              \
    "\037\213\010\000\000\000\000\000\002\003\253\126\112\124\262\002\000\363"                     \
    "\177\260\152\005\000\000\000\037\213\010\000\000\000\000\000\002\003\063"                     \
    "\254\005\000\314\030\060\251\002\000\000\000"

struct coding_row {
    const char *name;
    struct net_step steps[2];
    long requests;
    const char *body; /* NULL: it ended without an answer */
};

#define GZIP_HEAD(len)                                                                             \
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " len "\r\n\r\n"
#define GOOD_STEP                                                                                  \
    {                                                                                              \
        ANSWER("200 OK", "7\r\n\r\n{\"a\":1}"), 0, NET_KEEP, false                                 \
    }

static const struct coding_row coding_rows[] = {
    {"a_mark",
     {{ANSWER("200 OK", "10\r\n\r\n\xef\xbb\xbf{\"a\":1}"), 0, NET_KEEP, false}, GOOD_STEP},
     1,
     "{\"a\":1}"},
    {"half_a_mark",
     {{ANSWER("200 OK", "2\r\n\r\n\xef\xbb"), 0, NET_KEEP, false}, GOOD_STEP},
     1,
     "\xef\xbb"},
    {"not_gzip_at_all",
     {{GZIP_HEAD("7") "{\"a\":1}", 0, NET_KEEP, false}, GOOD_STEP},
     2,
     "{\"a\":1}"},
    {"two_members",
     {{GZIP_HEAD("47") MEMBERS, sizeof(GZIP_HEAD("47") MEMBERS) - 1, NET_KEEP, false}, GOOD_STEP},
     2,
     "{\"a\":1}"},
    {"garbled_twice",
     {{GZIP_HEAD("7") "{\"a\":1}", 0, NET_KEEP, false},
      {GZIP_HEAD("7") "{\"a\":1}", 0, NET_KEEP, false}},
     3,
     NULL},
    {"two_members_twice",
     {{GZIP_HEAD("47") MEMBERS, sizeof(GZIP_HEAD("47") MEMBERS) - 1, NET_KEEP, false},
      {GZIP_HEAD("47") MEMBERS, sizeof(GZIP_HEAD("47") MEMBERS) - 1, NET_KEEP, false}},
     3,
     NULL},
};

static enum smc_verdict on_json(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    if (answer->error.code == SMC_OK && answer->body[0] == '{' && !strchr(answer->body, '}')) {
        (void)smc_error_set(why, SMC_ERR_SYNTAX, "cut");
        return SMC_REJECT;
    }
    return on_answer(ctx, answer, why);
}

/* What can't be read is asked for once more, uncompressed, and no try is spent on it. */
static void test_coding(void **state)
{
    const struct coding_row *row = *state;
    struct fixture f = {.retries = row->body ? -1 : 1};
    start(&f, row->steps, 2);
    struct smc_request request = get(&f, "/x");
    request.done = on_json;
    assert_int_equal(smc_client_send(f.client, &request), SMC_OK);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.done_count, 1);
    assert_int_equal(net_requests(f.server), row->requests);
    if (row->body) {
        assert_string_equal(f.body, row->body);
    } else {
        assert_int_equal(f.error.code, SMC_ERR_NETWORK);
        assert_contains(f.error.detail, "the answer's compression can't be read");
    }
    assert_contains(net_request(f.server, 0), "gzip");
    if (row->requests > 1)
        assert_contains(net_request(f.server, 1), "Accept-Encoding: identity\r\n");
    stop(&f);
}

/* A kept connection that has died: libcurl sends it once more, and that is a call as well. The one
 * that was lost is no longer in flight: else there were no room for the next, and no end. */
static void test_resent_is_counted(void **state)
{
    static const struct net_step steps[] = {{ANSWER("200 OK", "2\r\n\r\nhi"), 0, NET_KEEP, false},
                                            {NULL, 0, NET_CLOSE, false},
                                            {ANSWER("200 OK", "2\r\n\r\nho"), 0, NET_KEEP, false}};
    struct log_sink sink;
    struct smc_client_stats stats;
    bool is_idle = false;
    (void)state;
    log_sink_init(&sink);
    struct fixture f = {.concurrency = 1, .log = sink.log};
    start(&f, steps, 3);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_string_equal(f.body, "ho");
    assert_int_equal(net_requests(f.server), 3);
    smc_client_get_stats(f.client, &stats);
    assert_int_equal(stats.calls, 3);
    assert_int_equal(stats.retries, 0);
    assert_int_equal(log_sink_count(&sink, "GET /x", NULL), 3);
    assert_int_equal(log_sink_count(&sink, "no answer", "kept connection"), 1);
    queue(&f, 1);
    assert_int_equal(smc_client_step(f.client, 60000, &is_idle, NULL), SMC_OK);
    assert_true(is_idle);
    assert_int_equal(f.done_count, 3);
    stop(&f);
    log_sink_clear(&sink);
}

/* Not told by anybody, a client hides its own secret where a server repeats it. */
static void test_own_secret_is_hidden(void **state)
{
    static const struct net_step step = {ANSWER("400 No", "10\r\n\r\nwhy s3cret"), 0, NET_KEEP,
                                         false};
    struct fixture f = {.log = smc_log_new(-1, SMC_LOG_INFO, SMC_LOG_TEXT)};
    (void)state;
    assert_non_null(f.log);
    start(&f, &step, 1);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_contains(f.error.detail, "HTTP 400: why ***");
    stop(&f);
    smc_log_free(f.log);
}

/* Its date counts from the answer's own, years from our clock's. */
static void test_date_of_a_server_s_clock(void **state)
{
    static const struct net_step steps[] = {
        {"HTTP/1.1 503 Later\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
         "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\nContent-Length: 0\r\n\r\n",
         0, NET_KEEP, false},
        {ANSWER("200 OK", "2\r\n\r\nhi"), 0, NET_KEEP, false}};
    struct fixture f = {NULL};
    struct smc_client_stats stats;
    (void)state;
    start(&f, steps, 2);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_int_equal(f.status, 200);
    smc_client_get_stats(f.client, &stats);
    assert_int_equal(stats.waited_ms, 30000);
    stop(&f);
}

/* A page with 403 counts as a refusal once something was accepted. */
static void test_block_is_counted(void **state)
{
    static const struct net_step steps[] = {
        {ANSWER("200 OK", "2\r\n\r\nhi"), 0, NET_KEEP, false},
        {ANSWER("403 No", "0\r\nContent-Type: text/html\r\n\r\n"), 0, NET_KEEP, false},
        {ANSWER("200 OK", "2\r\n\r\nho"), 0, NET_KEEP, false}};
    struct fixture f = {NULL};
    struct smc_client_stats stats;
    (void)state;
    start(&f, steps, 3);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    queue(&f, 1);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_string_equal(f.body, "ho");
    smc_client_get_stats(f.client, &stats);
    assert_int_equal(stats.refused, 1);
    stop(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_that_cant_be),
        cmocka_unit_test(test_freed_before_the_run),
        cmocka_unit_test(test_freed_in_flight),
        cmocka_unit_test(test_failed_run),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_begun),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_body_of_an_error),
        cmocka_unit_test(test_no_body_of_an_answer_that_is_cut),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_date_of_a_server_s_clock),
        cmocka_unit_test(test_block_is_counted),
        cmocka_unit_test(test_own_secret_is_hidden),
        cmocka_unit_test(test_resent_is_counted),
    };
    int failed = TABLE(target_rows, test_target);
    failed += TABLE(coding_rows, test_coding);
    failed += TABLE(origin_rows, test_origin);
    failed += RUN_TABLE("option_rows", option_rows, test_option);
    return failed + cmocka_run_group_tests_name("client as an object", tests, NULL, NULL);
}
