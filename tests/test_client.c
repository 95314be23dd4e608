/* The client against the stand-in: retries, refusals, the queue, and how a run ends. */
#include "support/support.h"

#include <unistd.h>

#include "support/client_case.h"
#include "support/live_clock.h"

/* ---- one call ---- */

struct call_row {
    const char *name;
    const char *fault;   /* of call=whoami */
    int tries;           /* as the server counts them */
    enum smc_status rc;  /* of the run */
    enum smc_status got; /* of the call, when the run is SMC_OK */
    bool is_transient;
    int64_t wait_min_ms;
    int64_t wait_max_ms;
    const char *said;
};

#define ONCE(name, what)                                                                           \
    {                                                                                              \
        name, what ",attempt=1", 2, SMC_OK, SMC_OK, false, 500, 1000, ""                           \
    }
#define FATAL(name, what, code)                                                                    \
    {                                                                                              \
        name, what, 1, SMC_OK, code, false, 0, 0, "GET /v2/whoami: HTTP "                          \
    }
#define QUARTER ((int64_t)900000)

/* Of a refusal's waits only the bounds are held here: how long they are is the pace's. */
static const struct call_row call_rows[] = {
    {"none", "do=status:503,attempt=9", 1, SMC_OK, SMC_OK, false, 0, 0, ""},
    ONCE("cut", "do=cut"),
    ONCE("page_of_html", "do=html"),
    ONCE("broken_json", "do=broken"),
    ONCE("empty", "do=empty"),
    ONCE("status_408", "do=status:408"),
    ONCE("status_502", "do=status:502"),
    ONCE("status_503", "do=status:503"),
    ONCE("status_503_page", "do=status:503,html=1"),
    ONCE("status_504", "do=status:504"),
    ONCE("status_520", "do=status:520"),
    ONCE("status_524", "do=status:524"),
    ONCE("status_402_timedout", "do=status:402,code=timedout"),
    {"waits_grow", "do=status:503,attempt=1-4", 5, SMC_OK, SMC_OK, false, 7500, 15000, ""},
    {"retries_end", "do=status:503", 5, SMC_OK, SMC_ERR_HTTP, true, 7500, 15000,
     "GET /v2/whoami: HTTP 503 fault: as told (requestId sim-request)"},
    {"resets_end", "do=cut", 5, SMC_OK, SMC_ERR_NETWORK, true, 7500, 15000, "GET /v2/whoami: "},
    {"broken_ends", "do=broken", 5, SMC_OK, SMC_ERR_SYNTAX, true, 7500, 15000,
     "GET /v2/whoami: HTTP 200: byte 53: the text ends"},
    FATAL("status_400", "do=status:400", SMC_ERR_REFUSED),
    FATAL("status_402", "do=status:402,code=payment", SMC_ERR_REFUSED),
    FATAL("status_403", "do=status:403", SMC_ERR_HTTP),
    FATAL("status_404", "do=status:404", SMC_ERR_REFUSED),
    FATAL("status_409", "do=status:409", SMC_ERR_REFUSED),
    FATAL("status_410", "do=status:410", SMC_ERR_REFUSED),
    FATAL("status_418", "do=status:418", SMC_ERR_REFUSED),
    ONCE("status_500", "do=status:500"),
    ONCE("status_201", "do=status:201,body={}"),
    ONCE("status_206_once", "do=status:206,body={}"),
    FATAL("status_501", "do=status:501", SMC_ERR_HTTP),
    FATAL("status_525", "do=status:525", SMC_ERR_HTTP),
    {"redirect", "do=redirect:http://me:pw@127.0.0.1:9/there?token=x#y", 1, SMC_OK, SMC_ERR_REFUSED,
     false, 0, 0,
     "GET /v2/whoami: HTTP 302: a redirect to http://127.0.0.1:9/there, which is not fo"},
    {"page_with_403", "do=status:403,html=1,attempt=1", 2, SMC_OK, SMC_OK, false, 30000, 33000, ""},
    {"page_with_403_always", "do=status:403,html=1", -1, SMC_ERR_NETWORK, SMC_OK, false, QUARTER,
     QUARTER + 132000, "for 15 minutes the server refused every call (HTTP 403)"},
    FATAL("page_with_404", "do=status:404,html=1", SMC_ERR_REFUSED),
    {"status_500_always", "do=status:500", 5, SMC_OK, SMC_ERR_HTTP, true, 7500, 15000, "HTTP 500"},
    {"status_206", "do=status:206,body=[]", 5, SMC_OK, SMC_ERR_HTTP, true, 7500, 15000,
     "GET /v2/whoami: HTTP 206, and only 200 is a whole answer"},
    {"page_with_200_always", "do=html", 5, SMC_OK, SMC_ERR_SYNTAX, true, 7500, 15000,
     "GET /v2/whoami: HTTP 200: a web page answered and not the API: a login, a proxy or an edge"},
    {"timedout_with_200", "do=status:200,body={\"code\":\"timedout\"},attempt=1", 2, SMC_OK, SMC_OK,
     false, 500, 1000, ""},
    {"error_with_200", "do=status:200,body={\"code\":\"busy\"%2C\"message\":\"not now\"}", 1,
     SMC_OK, SMC_ERR_HTTP, false, 0, 0, "GET /v2/whoami: HTTP 200 busy: not now"},
    {"rows_with_an_error_s_members",
     "do=status:200,body={\"code\":\"a\"%2C\"message\":\"b\"%2C\"entries\":[]}", 1, SMC_OK, SMC_OK,
     false, 0, 0, ""},
    {"code_alone", "do=status:200,body={\"code\":\"a\"}", 1, SMC_OK, SMC_OK, false, 0, 0, ""},
    {"retry_after", "do=status:503,retry-after=7,attempt=1", 2, SMC_OK, SMC_OK, false, 7000, 7000,
     ""},
    {"retry_after_less_than_the_wait", "do=status:503,retry-after=0,attempt=1", 2, SMC_OK, SMC_OK,
     false, 500, 1000, ""},
    {"retry_after_negative", "do=status:503,retry-after=-5,attempt=1", 2, SMC_OK, SMC_OK, false,
     500, 1000, ""},
    {"retry_after_an_hour", "do=status:503,retry-after=3600,attempt=1", 2, SMC_OK, SMC_OK, false,
     3600000, 3600000, ""},
    {"retry_after_too_long", "do=status:503,retry-after=3601", 1, SMC_OK, SMC_ERR_HTTP, true, 0, 0,
     "HTTP 503"},
    {"refused_once", "do=status:429,attempt=1", 2, SMC_OK, SMC_OK, false, 0, 2200, ""},
    {"refused_with_a_time", "do=status:429,retry-after=7,attempt=1", 2, SMC_OK, SMC_OK, false, 7000,
     7000, ""},
    {"refused_for_too_long", "do=status:429,retry-after=3601", 1, SMC_OK, SMC_ERR_HTTP, true, 0, 0,
     "HTTP 429"},
    {"refused_ten_times_costs_no_try", "do=status:429,attempt=1-10", 11, SMC_OK, SMC_OK, false,
     60000, 400000, ""},
    {"refused_for_15_minutes", "do=status:429", -1, SMC_ERR_NETWORK, SMC_OK, false, QUARTER,
     QUARTER + 67000, "for 15 minutes the server refused every call"},
    {"blocked_once", "do=status:429,html=1,attempt=1", 2, SMC_OK, SMC_OK, false, 30000, 33000, ""},
    {"blocked_for_15_minutes", "do=status:429,html=1", -1, SMC_ERR_NETWORK, SMC_OK, false, QUARTER,
     QUARTER + 132000, "for 15 minutes the server refused every call"},
    {"token_renewed_once", "do=status:401,attempt=1", 2, SMC_OK, SMC_OK, false, 1000, 1000, ""},
    {"renewed_token_refused", "do=status:401", 2, SMC_ERR_AUTH, SMC_OK, false, 1000, 1000,
     "a new token was refused as well: GET /v2/whoami: HTTP 401"},
    {"huge", "do=huge:67108870", 1, SMC_OK, SMC_ERR_CAP, false, 0, 0, "cap of 64 MiB"},
    {"bomb", "do=bomb:68157440", 1, SMC_OK, SMC_ERR_CAP, false, 0, 0, "cap of 64 MiB"},
    {"big_header", "do=bigheader", 1, SMC_OK, SMC_ERR_CAP, false, 0, 0, "cap of 100 KiB"},
};

static void test_call(void **state)
{
    const struct call_row *row = *state;
    struct client_case *f = client_case_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    client_case_start(f);
    char *fault = text_format("call=whoami,%s", row->fault);
    stand_in_fault(f->sim, fault);
    enum smc_status rc = client_case_run(f, &err);
    if (rc != row->rc)
        fail_msg("the run: %d %s", (int)rc, err.detail);
    if (row->tries >= 0)
        assert_int_equal(sim_calls(f->sim, "whoami", 0), row->tries);
    assert_in_range(f->fake.advanced_ms, row->wait_min_ms, row->wait_max_ms);
    if (rc == SMC_OK) {
        assert_int_equal(f->seen_count, 1);
        assert_int_equal(f->seen[0].error.code, row->got);
        assert_int_equal(f->seen[0].tries, row->tries);
        assert_int_equal(f->seen[0].is_transient, row->is_transient);
        assert_contains(f->seen[0].error.detail, row->said);
    } else {
        assert_int_equal(f->seen_count, 1);
        assert_int_equal(f->seen[0].error.code, SMC_ERR_CANCELLED);
        assert_contains(err.detail, row->said);
    }
    assert_int_equal(sim_token_violations(f->sim), 0);
    free(fault);
    (void)client_case_teardown(&made);
}

static void test_error_body_is_told(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "one"};
    client_case_start(f);
    stand_in_fault(f->sim, "do=status:404,code=not_found");
    client_case_queue(f, "/v2/workbooks?page=s3cret-cursor", &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_string_equal(f->seen[0].api_code, "not_found");
    assert_string_equal(f->seen[0].request_id, "sim-request");
    assert_int_equal(f->seen[0].error.http_status, 404);
    assert_string_equal(f->seen[0].error.detail,
                        "GET /v2/workbooks: HTTP 404 not_found: as told (requestId sim-request)");
    assert_lacks(log_sink_text(&f->log), "s3cret-cursor");
}

/* A server may repeat what it was sent. */
static void test_error_body_with_a_secret(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "one"};
    f->opt.network.log = NULL; /* errors have none either way */
    client_case_start(f);
    stand_in_fault(f->sim, "do=status:404,code=" CLIENT_CASE_SECRET);
    client_case_queue(f, "/v2/workbooks", &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_string_equal(f->seen[0].api_code, "***");
    assert_contains(f->seen[0].error.detail, "HTTP 404 ***: as told");
}

/* A text that is too long ends between two characters, wherever these begin. */
static void test_error_body_of_long_characters(void **state)
{
    static const char before[] = "GET /v2/workbooks: HTTP 404: ";
    struct client_case *f = *state;
    struct tag tag = {f, "one"};
    client_case_start(f);
    for (int shift = 0; shift < 3; shift++) {
        struct smc_buf fault = SMC_BUF_INIT(4096);
        (void)smc_buf_addf(&fault, "do=status:404,body=%.*s", shift, "abc");
        for (int i = 0; i < 80; i++)
            (void)smc_buf_addstr(&fault, "\xe2\x82\xac");
        sim_faults_clear(f->sim);
        stand_in_fault(f->sim, smc_buf_str(&fault));
        smc_buf_clear(&fault);
        client_case_queue(f, "/v2/workbooks", &tag);
        assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
        const char *detail = f->seen[f->seen_count - 1].error.detail;
        assert_contains(detail, before);
        size_t len = strlen(detail) - strlen(before) - (size_t)shift;
        assert_in_range(len, 180, 199);
        assert_int_equal(len % 3, 0);
    }
}

/* libcurl itself sends a GET again when a kept connection turns out to be dead; only a reset on the
 * fresh one that follows is a try of ours. */
static void test_reset(void **state)
{
    struct client_case *f = *state;
    client_case_start(f);
    stand_in_fault(f->sim, "do=reset,attempt=1-2");
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    assert_int_equal(f->seen[0].status, 200);
    assert_int_equal(f->seen[0].tries, 3);
    assert_int_equal(sim_calls(f->sim, "whoami", 0), 3);
    assert_in_range(f->fake.advanced_ms, 1500, 3000);
}

static void test_single_try(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "one"};
    struct smc_request request = {.kind = "whoami",
                                  .target = "/v2/whoami",
                                  .is_single_attempt = true,
                                  .done = client_case_note,
                                  .ctx = &tag};
    client_case_start(f);
    stand_in_fault(f->sim, "do=status:429,attempt=1");
    stand_in_fault(f->sim, "do=status:503");
    assert_int_equal(smc_client_send(f->client, &request), SMC_OK);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_int_equal(f->seen[0].status, 503);
    assert_int_equal(sim_calls(f->sim, "whoami", 429), 1);
    assert_int_equal(sim_calls(f->sim, "whoami", 503), 1);
}

/* Only real time brings a time-out about; the waits for retries are skipped. */
static void test_stall(void **state)
{
    struct client_case *f = *state;
    struct live_clock live;
    live_clock_init(&live);
    f->opt.network.clock = &live.clock;
    f->opt.network.timeout_ms = 200;
    f->opt.network.retries = 1;
    client_case_start(f);
    stand_in_clock(&live, f->sim);
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    stand_in_fault(f->sim, "do=stall");
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    const struct seen *last = &f->seen[f->seen_count - 1];
    assert_int_equal(last->error.code, SMC_ERR_NETWORK);
    assert_int_equal(last->tries, 2);
    assert_true(last->is_transient);
    assert_contains(last->error.detail, "no byte came or went for 0.2 s");
}

/* ---- the queue ---- */

static void assert_order(const struct client_case *f, const char *order)
{
    char got[CLIENT_CASE_SEEN * 2] = "";
    for (int i = 0; i < f->seen_count; i++)
        (void)strncat(got, f->seen[i].tag, 1);
    assert_string_equal(got, order);
}

static void test_urgent_goes_first(void **state)
{
    struct client_case *f = *state;
    struct tag tags[] = {{f, "a"}, {f, "b"}, {f, "c"}, {f, "d"}};
    f->opt.concurrency = 1;
    client_case_start(f);
    for (int i = 0; i < 4; i++) {
        struct smc_request request = {.kind = "whoami",
                                      .target = "/v2/whoami",
                                      .is_urgent = i >= 2,
                                      .done = client_case_note,
                                      .ctx = &tags[i]};
        assert_int_equal(smc_client_send(f->client, &request), SMC_OK);
    }
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_order(f, "cdab");
    assert_int_equal(sim_connections(f->sim), 2); /* the token's own, and one that is kept */
}

static void test_others_go_on_while_one_waits(void **state)
{
    struct client_case *f = *state;
    struct tag tags[] = {{f, "a"}, {f, "b"}, {f, "c"}};
    f->opt.concurrency = 1;
    f->opt.network.retries = 1;
    client_case_start(f);
    stand_in_fault(f->sim, "call=members,do=status:503");
    client_case_queue(f, "/v2/members", &tags[0]);
    client_case_queue(f, "/v2/whoami", &tags[1]);
    client_case_queue(f, "/v2/whoami", &tags[2]);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_order(f, "bca");
    assert_false(f->seen[2].was_alone);
    client_case_queue(f, "/v2/members?limit=1", &tags[0]);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_true(f->seen[3].was_alone);
}

static void refill(void *ctx)
{
    struct tag *tag = ctx;
    if (tag->f->left > 0) {
        tag->f->left--;
        client_case_queue(tag->f, "/v2/whoami", tag);
    }
}

static void refill_and_watch(void *ctx)
{
    struct tag *tag = ctx;
    refill(ctx);
    int open = 60 - tag->f->left - tag->f->seen_count;
    assert_in_range(open, 0, 5);
}

/* When all fails, no more are begun than can be finished soon. */
static void test_calls_that_wait_hold_a_place(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "x"};
    f->opt.concurrency = 2;
    f->opt.network.retries = 1;
    f->left = 60;
    client_case_start(f);
    stand_in_fault(f->sim, "do=status:503");
    smc_client_set_refill(f->client, refill_and_watch, &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_int_equal(f->seen_count, 60);
}

struct window_row {
    const char *name;
    int concurrency;
    int wanted;
};

static const struct window_row window_rows[] = {
    {"one", 1, 1}, {"two", 2, 2}, {"default", 0, 5}, {"eight", 8, 8}};

static void test_window(void **state)
{
    const struct window_row *row = *state;
    struct client_case *f = client_case_new();
    void *made = f;
    struct tag tag = {f, "x"};
    f->opt.concurrency = row->concurrency;
    f->sim_opt.latency_ms = 10;
    f->left = 60;
    client_case_start(f);
    smc_client_set_refill(f->client, refill, &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_int_equal(f->seen_count, 60);
    assert_int_equal(sim_max_in_flight(f->sim), row->wanted);
    assert_true(sim_connections(f->sim) <= row->wanted + 1); /* the token has its own */
    assert_int_equal(f->fake.advanced_ms, 0);
    (void)client_case_teardown(&made);
}

static enum smc_verdict on_answer_send_more(void *ctx, const struct smc_answer *answer,
                                            struct smc_error *why)
{
    struct tag *tag = ctx;
    struct smc_request request = {
        .kind = "whoami", .target = "/v2/whoami", .done = on_answer_send_more, .ctx = ctx};
    if (tag->f->left-- > 0)
        assert_int_equal(smc_client_send(tag->f->client, &request), SMC_OK);
    return client_case_note(ctx, answer, why);
}

static void test_callback_sends_more(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "x"};
    struct smc_error none = SMC_ERROR_INIT;
    const struct smc_answer begin = {.body = "{}", .len = 2};
    f->left = 10;
    client_case_start(f);
    (void)on_answer_send_more(&tag, &begin, &none);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_int_equal(f->seen_count, 11);
    assert_int_equal(sim_calls(f->sim, "whoami", 200), 10);
}

static void test_max_rate(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "x"};
    f->opt.max_rate = 10;
    client_case_start(f);
    for (int i = 0; i < 20; i++)
        client_case_queue(f, "/v2/whoami", &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    /* 21 calls with the token's */
    assert_in_range(f->fake.advanced_ms, 1900, 2000);
}

/* ---- how a run ends ---- */

static void test_time_is_over(void **state)
{
    struct client_case *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    f->opt.max_time_ms = 5000;
    f->opt.network.retries = 100;
    client_case_start(f);
    stand_in_fault(f->sim, "do=status:503");
    assert_int_equal(client_case_run(f, &err), SMC_ERR_TIME);
    assert_int_equal(f->fake.advanced_ms, 5000);
    assert_contains(err.detail, "the time for the whole run (5 s) is over");
    assert_int_equal(f->seen_count, 1);
    assert_int_equal(f->seen[0].error.code, SMC_ERR_CANCELLED);
}

static void test_stopped(void **state)
{
    struct client_case *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    f->opt.network.stop_fd = ends[0];
    client_case_start(f);
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    (void)!write(ends[1], "", 1);
    assert_int_equal(client_case_run(f, &err), SMC_ERR_CANCELLED);
    assert_int_equal(err.code, SMC_ERR_CANCELLED);
    assert_int_equal(f->seen_count, 2);
    assert_int_equal(f->seen[1].error.code, SMC_ERR_CANCELLED);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static enum smc_verdict on_answer_fail(void *ctx, const struct smc_answer *answer,
                                       struct smc_error *why)
{
    struct tag *tag = ctx;
    struct smc_error first = {SMC_ERR_IO, 0, 0, "the first reason"};
    struct smc_error second = {SMC_ERR_STORE, 0, 0, "the second reason"};
    smc_client_fail(tag->f->client, &first);
    smc_client_fail(tag->f->client, &second);
    return client_case_note(ctx, answer, why);
}

static void test_callback_ends_the_run(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "x"};
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_request request = {
        .kind = "whoami", .target = "/v2/whoami", .done = on_answer_fail, .ctx = &tag};
    f->opt.concurrency = 1;
    client_case_start(f);
    assert_int_equal(smc_client_send(f->client, &request), SMC_OK);
    client_case_queue(f, "/v2/whoami", &tag);
    assert_int_equal(smc_client_run(f->client, &err), SMC_ERR_IO);
    assert_string_equal(err.detail, "the first reason");
    assert_int_equal(f->seen_count, 2);
    assert_int_equal(f->seen[1].error.code, SMC_ERR_CANCELLED);
    assert_int_equal(sim_calls(f->sim, "whoami", 0), 1);
}

struct counts {
    int kinds;
    int64_t ok, bad, token;
};

static void on_count(void *ctx, const char *kind, int http_status, int64_t count)
{
    struct counts *c = ctx;
    c->kinds++;
    if (strcmp(kind, "token") == 0)
        c->token += count;
    else if (http_status == 200)
        c->ok += count;
    else
        c->bad += count;
}

static void test_counts(void **state)
{
    struct client_case *f = *state;
    struct smc_client_stats stats;
    struct counts counts = {0};
    client_case_start(f);
    stand_in_fault(f->sim, "do=status:503,attempt=1-2");
    stand_in_fault(f->sim, "do=cut,attempt=3");
    stand_in_fault(f->sim, "do=status:429,attempt=4");
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    smc_client_get_stats(f->client, &stats);
    smc_client_each_stat(f->client, on_count, &counts);
    assert_int_equal(stats.calls, 6);
    assert_int_equal(stats.refused, 1);
    assert_int_equal(stats.retries, 3);
    assert_int_equal(stats.waited_ms, f->fake.advanced_ms);
    assert_true(stats.received > 0);
    assert_int_equal(counts.kinds, 5); /* token 200; whoami 200, 503, none, 429 */
    assert_int_equal(counts.token, 1);
    assert_int_equal(counts.ok, 1);
    assert_int_equal(counts.bad, 4);
}

#define WITH_SIM(test)                                                                             \
    cmocka_unit_test_setup_teardown(test, client_case_setup, client_case_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_error_body_is_told),
        WITH_SIM(test_error_body_with_a_secret),
        WITH_SIM(test_error_body_of_long_characters),
        WITH_SIM(test_reset),
        WITH_SIM(test_single_try),
        WITH_SIM(test_stall),
        WITH_SIM(test_urgent_goes_first),
        WITH_SIM(test_calls_that_wait_hold_a_place),
        WITH_SIM(test_others_go_on_while_one_waits),
        WITH_SIM(test_callback_sends_more),
        WITH_SIM(test_max_rate),
        WITH_SIM(test_time_is_over),
        WITH_SIM(test_stopped),
        WITH_SIM(test_callback_ends_the_run),
        WITH_SIM(test_counts),
    };
    int failed = RUN_TABLE("call_rows", call_rows, test_call);
    failed += RUN_TABLE("window_rows", window_rows, test_window);
    return failed + cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
