/* What a client tells while it works: a line for each attempt, and for how long it waits. */
#include "support/support.h"

#include <unistd.h>

#include <sigmacat/client.h>

#include "lib/base/log.h"
#include "support/log_lines.h"
#include "support/stand_in.h"

struct fixture {
    struct sim *sim;
    struct smc_client *client;
    struct smc_log *log;
    struct fake_clock fake;
    struct smc_buf lines; /* in JSON, those of `event` */
    const char *event;
};

static void keep(void *ctx, const char *line)
{
    struct fixture *f = ctx;
    struct json_tree *root = log_line_read(line, strlen(line), NULL);
    if (strcmp(json_tree_text(root, "event"), f->event) == 0)
        assert_int_equal(smc_buf_addstr(&f->lines, line), SMC_OK);
    json_tree_free(root);
}

static int64_t sim_clock(void *ctx)
{
    return ((struct fixture *)ctx)->fake.now_ms;
}

static void begin(struct fixture *f, const char *event, const char *fault)
{
    struct sim_options sim_opt = SIM_OPTIONS_INIT;
    struct smc_client_opt opt = {.client_id = "sim-client", .client_secret = "sim-secret"};
    *f = (struct fixture){.event = event, .lines = SMC_BUF_INIT(SIZE_MAX)};
    fake_clock_init(&f->fake);
    sim_opt.now_ms = sim_clock;
    sim_opt.now_ctx = f;
    f->log = smc_log_new(-1, SMC_LOG_DEBUG, SMC_LOG_JSON);
    smci_log_set_writer(f->log, keep, f);
    f->sim = stand_in_new(&sim_opt);
    stand_in_fault(f->sim, fault);
    opt.origin = sim_url(f->sim);
    opt.network.clock = &f->fake.clock;
    opt.network.log = f->log;
    opt.seed = 7;
    assert_int_equal(smc_client_new(&f->client, &opt, NULL), SMC_OK);
}

static void end(struct fixture *f)
{
    smc_client_free(f->client);
    sim_stop(f->sim);
    smc_log_free(f->log);
    smc_buf_clear(&f->lines);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    (void)ctx;
    (void)answer;
    (void)why;
    return SMC_TAKE;
}

static void queue(struct fixture *f, const char *kind, const char *target)
{
    const struct smc_request request = {.kind = kind, .target = target, .done = on_answer};
    assert_int_equal(smc_client_send(f->client, &request), SMC_OK);
}

/* The n-th line from 0, which is to be freed with json_tree_free. */
static struct json_tree *line_of(const struct fixture *f, size_t n)
{
    const char *at = smc_buf_str(&f->lines);
    for (; n > 0; n--)
        at += strcspn(at, "\n") + 1;
    return log_line_read(at, strcspn(at, "\n") + 1, NULL);
}

/* ---- a line for each attempt ---- */

struct line {
    const char *asset, *method, *path, *request_id;
    int status, try;
    const char *text; /* in the message */
};

static void assert_line(const struct fixture *f, size_t n, const struct line *expected)
{
    struct json_tree *root = line_of(f, n);
    const char *id = json_tree_text(root, "requestId");
    assert_string_equal(json_tree_text(root, "asset"), expected->asset);
    assert_string_equal(json_tree_text(root, "method"), expected->method);
    assert_string_equal(json_tree_text(root, "path"), expected->path);
    assert_string_equal(id ? id : "", expected->request_id);
    assert_int_equal(json_tree_int(root, "status", 0), expected->status);
    assert_int_equal(json_tree_int(root, "try", 0), expected->try);
    assert_contains(json_tree_text(root, "message"), expected->text);
    assert_int_equal(json_tree_int(root, "ms", -1), 0); /* the clock stands still */
    if (expected->status == 200)
        assert_true(json_tree_int(root, "bytes", -1) > 0);
    json_tree_free(root);
}

static void test_calls(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, "call", "call=whoami,attempt=1,do=cut");
    queue(&f, "members", "/v2/members?limit=1000&x=secret");
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    queue(&f, "whoami", "/v2/whoami");
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    queue(&f, "elements", "/v2/workbooks/none/elements?limit=1000");
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    static const struct line lines[] = {
        {"token", "POST", "/v2/auth/token", "", 200, 1, "try 1, new connection"},
        {"members", "GET", "/v2/members", "", 200, 1, "try 1, new connection"},
        {"whoami", "GET", "/v2/whoami", "", 0, 1, "GET /v2/whoami: no answer in 0 ms, "},
        {"whoami", "GET", "/v2/whoami", "", 200, 2, "try 2, new connection"},
        {"elements", "GET", "/v2/workbooks/none/elements", "sim-request", 404, 1,
         "try 1, kept connection, requestId sim-request"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_line(&f, i, &lines[i]);
    assert_int_equal(log_lines_check(smc_buf_str(&f.lines), NULL, NULL), 5);
    assert_lacks(smc_buf_str(&f.lines), "secret");
    assert_lacks(smc_buf_str(&f.lines), "limit");
    struct json_tree *token = line_of(&f, 0);
    assert_true(json_tree_int(token, "bodyBytes", 0) > 20);
    json_tree_free(token);
    end(&f);
}

/* ---- waits ---- */

struct wait_row {
    const char *name;
    const char *fault;
    int64_t wait_min_ms, wait_max_ms;
    int64_t asked_ms;
};

static const struct wait_row wait_rows[] = {
    {"none", NULL, 0, 0, 0},
    {"a refusal that names its wait", "call=whoami,attempt=1,do=status:429,retry-after=12", 12000,
     12000, 12000},
    {"a lone refusal that names none", "call=whoami,attempt=1,do=status:429", 0, 0, 0},
    {"the edge's block", "call=whoami,attempt=1,do=status:429,html=1", 30000, 33000, 0},
    {"a retry whose wait is named", "call=whoami,attempt=1,do=status:503,retry-after=7", 7000, 7000,
     7000},
    {"a retry", "call=whoami,attempt=1,do=status:503", 500, 1000, 0},
};

/* The clock stands still: what is told is what there is to wait just after the answer. */
static void test_wait(void **state)
{
    const struct wait_row *row = *state;
    struct smc_client_stats stats = {.calls = 0};
    struct fixture f;
    bool is_idle = false;
    begin(&f, "call", row->fault);
    queue(&f, "whoami", "/v2/whoami");
    while (!is_idle && stats.calls < 2) { /* the token, and the call */
        assert_int_equal(smc_client_step(f.client, 0, &is_idle, NULL), SMC_OK);
        smc_client_get_stats(f.client, &stats);
    }
    if (stats.wait_ms < row->wait_min_ms || stats.wait_ms > row->wait_max_ms)
        fail_msg("%lld ms", (long long)stats.wait_ms);
    assert_int_equal(stats.asked_ms, row->asked_ms);
    f.fake.now_ms += stats.wait_ms;
    smc_client_get_stats(f.client, &stats);
    assert_int_equal(stats.wait_ms, 0);
    assert_int_equal(stats.asked_ms, 0);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    end(&f);
}

/* What a program of before knows of the counts is filled, and no more. */
static void test_older_program(void **state)
{
    struct smc_client_stats stats;
    struct fixture f;
    (void)state;
    begin(&f, "call", NULL);
    (void)memset(&stats, 0x55, sizeof stats);
    smc_client_get_stats_sized(f.client, &stats, offsetof(struct smc_client_stats, wait_ms));
    assert_int_equal(stats.calls, 0);
    assert_int_equal(stats.wait_ms, 0x5555555555555555);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_older_program),
    };
    int failed = RUN_TABLE("waits", wait_rows, test_wait);
    return failed + cmocka_run_group_tests_name("what a client tells", tests, NULL, NULL);
}
