/* castor-upload on the wire: answers that are odd or come early, connections that are lost in the
 * middle of a body, and what becomes of what is under way when a run ends. */
#include "support/support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cli/status.h"
#include "support/net.h"
#include "support/tls.h"
#include "support/uploading.h"

#define MIB     ((size_t)1024 * 1024)
#define CREATED "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

static size_t count_in(const char *text, const char *what)
{
    size_t count = 0;
    for (text = strstr(text, what); text; text = strstr(text + 1, what))
        count++;
    return count;
}

/* ---- the body of an answer ---- */

struct answer_row {
    const char *name;
    const char *head;
    size_t body_len; /* 'x' so often */
    int status;
    const char *said;
    size_t sent_again; /* by a run after it that leaves out what is recorded */
};

static const struct answer_row answer_rows[] = {
    {"large_success", "HTTP/1.1 201 Created", 70 * MIB, 0, "INFO - Uploaded", 0},
    {"large_refusal", "HTTP/1.1 400 No", 70 * MIB, 7, "HTTP 400", 1},
    {"page", "HTTP/1.1 200 OK\r\nContent-Type: text/html", 10, 0,
     "WARNING - a.json: a web page answered with HTTP 200, which Catalog does not do: see whether",
     1},
    {"no_page", "HTTP/1.1 200 OK\r\nContent-Type: text/plain", 10, 0, "INFO - Uploaded", 0},
    {"empty", "HTTP/1.1 204 No Content", 0, 0, "INFO - Uploaded", 0},
};

static void test_answer(void **state)
{
    const struct answer_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    char *head = text_format("%s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", row->head,
                             row->body_len);
    size_t head_len = strlen(head);
    char *answer = malloc(head_len + row->body_len + 1);
    assert_non_null(answer);
    (void)memcpy(answer, head, head_len);
    (void)memset(answer + head_len, 'x', row->body_len);
    const struct net_step step = {answer, head_len + row->body_len, NET_CLOSE, false};
    struct net_server *server = net_start(&step, 1);
    static const char *const more[] = {"--skip-uploaded", NULL};
    write_text(f, "a.json", "[]");
    f->endpoint = net_url(server);
    enum smc_status rc = upload_with(f, &err, more);
    if (smci_cli_exit_status(rc, 0) != row->status)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    assert_int_equal(net_requests(server), 1);
    (void)upload_with(f, &err, more);
    assert_int_equal(net_requests(server), 1 + row->sent_again);
    net_stop(server);
    free(answer);
    free(head);
    (void)fixture_teardown(&made);
}

/* ---- a connection that is lost ---- */

struct lost_row {
    const char *name;
    struct net_step steps[3];
    long requests;
    enum smc_status rc;
    const char *said;
    long whole; /* the request that has the whole body; -1: none */
};

#define LOST                                                                                       \
    {                                                                                              \
        NULL, 0, NET_RESET, true                                                                   \
    }

static const struct lost_row lost_rows[] = {
    {"refused_when_asked",
     {LOST, {"HTTP/1.1 413 Large\r\nContent-Length: 4\r\n\r\nwhy?", 0, NET_RESET, true}},
     2,
     SMC_ERR_REFUSED,
     "HTTP 413: why?",
     -1},
    {"nobody_knows_of_asking", {LOST, {CREATED, 0, NET_KEEP, false}}, 2, SMC_OK, "Uploaded", 1},
    {"asking_is_refused",
     {LOST,
      {"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP, true},
      {CREATED, 0, NET_KEEP, false}},
     3,
     SMC_OK,
     "Uploaded",
     2},
};

/* In the middle of a body the loss may be a refusal that could not be read any more. The next try
 * asks before it sends the body. */
static void test_lost(void **state)
{
    const struct lost_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    struct net_server *server = net_start(row->steps, 3);
    char *path = make_file(f, "f.json", 12 * MIB);
    const char *const args[] = {"-t", "VIZ", "-f", path, "--timeout", "0.4", NULL};
    f->endpoint = net_url(server);
    enum smc_status rc = upload(f, &f->clock, args, &err);
    if (rc != row->rc)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    assert_int_equal(net_requests(server), row->requests);
    assert_lacks(net_request(server, 0), "Expect");
    assert_contains(net_request(server, 1), "\r\nExpect: 100-continue\r\n");
    for (long i = 0; i < row->requests; i++)
        assert_int_equal(strlen(net_request(server, i)) > 12 * MIB, i == row->whole);
    net_stop(server);
    free(path);
    (void)fixture_teardown(&made);
}

/* A server that answers at once and closes, over TLS: the answer is read at the second try at the
 * latest. */
static void test_early_over_tls(void **state)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    struct tls_pair pair;
    char why[256] = "";
    tls_make(&pair, NULL, 1);
    opt.tls_cert_pem = pair.cert_pem;
    opt.tls_key_pem = pair.key_pem;
    struct sim *sim = sim_start(&opt, why, sizeof why);
    assert_non_null(sim);
    char *cacert = text_format("%s/cacert.pem", f->dir);
    file_write(cacert, pair.cert_pem, strlen(pair.cert_pem));
    tls_clear(&pair);
    char *path = make_file(f, "f.json", 4 * MIB);
    const char *const args[] = {"-t", "VIZ", "-f", path, "--cacert", cacert, NULL};
    assert_int_equal(sim_fault(sim, "do=early", why, sizeof why), 0);
    f->endpoint = sim_url(sim);
    enum smc_status rc = upload(f, &f->clock, args, &err);
    assert_int_equal(rc, SMC_ERR_REFUSED);
    assert_logged(f, "HTTP 413");
    assert_in_range(sim_calls(sim, NULL, 0), 1, 2);
    sim_stop(sim);
    free(cacert);
    free(path);
}

/* ---- the end of a run ---- */

static void stop_now(struct fixture *f)
{
    (void)!write(f->stop[1], "", 1);
}

static void do_nothing(struct fixture *f)
{
    (void)f;
}

/* An answer that comes is there in time, however slow the machine. */
static void advance_slowly(void *ctx, int64_t ms)
{
    struct fixture *f = ctx;
    f->fake.clock.advance(&f->fake, (ms + 19) / 20);
}

/* Time runs faster than the server: the two seconds that an answer may take. */
static void advance_fast(void *ctx, int64_t ms)
{
    struct fixture *f = ctx;
    f->fake.clock.advance(&f->fake, 20 * ms);
}

struct end_row {
    const char *name;
    const char *faults[2];
    void (*hook)(struct fixture *f); /* once a.json is sent */
    size_t size;                     /* of b.json */
    bool is_fast;
    enum smc_status rc;
    const char *said;
    const char *summed; /* in the run's error */
    int64_t waited_min_ms;
    int64_t waited_max_ms;
};

#define AFTER_A "do=wait:60,object=a.json"
#define LATER_B "do=wait:200,object=b.json"

static const struct end_row end_rows[] = {
    {"answered_after_a_signal",
     {AFTER_A, LATER_B},
     stop_now,
     1000,
     false,
     SMC_ERR_CANCELLED,
     "WARNING - Sent: a.json, b.json\n",
     "1 of 3 files were not sent: ",
     0,
     2000},
    {"answered_after_a_401",
     {"do=status:401,object=a.json", LATER_B},
     do_nothing,
     1000,
     false,
     SMC_ERR_AUTH,
     "WARNING - Sent: b.json\n",
     "2 of 3 files were not sent: ",
     0,
     2000},
    {"refused_after_a_signal",
     {AFTER_A, "do=status:503,object=b.json"},
     stop_now,
     1000,
     false,
     SMC_ERR_CANCELLED,
     "WARNING - Sent: a.json\n",
     "2 of 3 files were not sent: ",
     0,
     2000},
    {"never_answered",
     {AFTER_A, "do=stall,object=b.json"},
     stop_now,
     1000,
     true,
     SMC_ERR_CANCELLED,
     "ERROR - Cut off before an answer came, and perhaps accepted: b.json\n",
     "1 of 3 files were not sent, 1 was cut off and perhaps accepted: ",
     2000,
     4000},
    {"not_whole",
     {AFTER_A, "do=silent,object=b.json"},
     stop_now,
     64 * MIB,
     true,
     SMC_ERR_CANCELLED,
     "ERROR - Not sent, since the run ended before: b.json, c.json\n",
     "2 of 3 files were not sent: ",
     0,
     0},
};

/* What has gone out whole gets up to two seconds for its answer; all else ends at once. */
static void test_end(void **state)
{
    const struct end_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    static const char *const two[] = {"--parallel", "2", NULL};
    free(make_file(f, "a.json", 1000));
    free(make_file(f, "b.json", row->size));
    free(make_file(f, "c.json", 1000));
    add_fault(f, row->faults[0]);
    add_fault(f, row->faults[1]);
    f->line = "/a.json as VIZ";
    f->hook = row->hook;
    f->clock.advance = row->is_fast ? advance_fast : advance_slowly;
    enum smc_status rc = upload_with(f, &err, two);
    if (rc != row->rc)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    assert_contains(err.detail, row->summed);
    assert_lacks(err.detail, "go on");
    assert_int_equal(count_in(log_sink_text(&f->log), ", again in"),
                     strcmp(row->name, "refused_after_a_signal") == 0);
    assert_in_range(f->fake.advanced_ms, row->waited_min_ms, row->waited_max_ms);
    (void)fixture_teardown(&made);
}

/* A body that went out whole in one try is in doubt whatever the next ones are answered. */
static void test_doubt_stays(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, "f.json", 1000);
    add_fault(f, "do=reset-late,attempt=1");
    add_fault(f, "do=status:503");
    enum smc_status rc = upload_one(f, "VIZ", path, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 4);
    assert_logged(f, "f.json was cut off before an answer came, and is perhaps accepted: POST ");
    assert_logged(f, "HTTP 503: as told (5 tries)\n");
    free(path);
}

/* ---- files that change ---- */

/* The same length, and the time of its last change put back. */
static void rewrite_victim(struct fixture *f)
{
    struct stat st;
    assert_int_equal(stat(f->victim, &st), 0);
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    int fd = open(f->victim, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "[1]", 3, 0), 3);
    (void)close(fd);
    assert_int_equal(utimensat(AT_FDCWD, f->victim, times, 0), 0);
}

static void link_victim(struct fixture *f)
{
    char *other = text_format("%s.link", f->victim);
    assert_int_equal(link(f->victim, other), 0);
    free(other);
}

struct change_row {
    const char *name;
    void (*hook)(struct fixture *f);
    const char *option;
    const char *line; /* when */
    const char *fault;
    int status;
    const char *said;
};

#define CHANGED "ERROR - b.json was accepted, but it changed: "

static const struct change_row change_rows[] = {
    {"put_back_while_it_is_answered", rewrite_victim, "--force", "/a.json as VIZ", LATER_B, 5,
     CHANGED},
    {"put_back_before_its_turn", rewrite_victim, "--skip-uploaded", ", again in",
     "do=status:503,object=b.json,attempt=1", 5, CHANGED},
    {"linked_meanwhile", link_victim, "--skip-uploaded", "/a.json as VIZ", LATER_B, 0,
     "INFO - Sent 2 of 2 files"},
};

static void test_change(void **state)
{
    const struct change_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const more[] = {"--parallel", "2", row->option, NULL};
    write_text(f, "a.json", "[0]");
    write_text(f, "b.json", "[0]");
    f->victim = text_format("%s/b.json", f->dir);
    f->hook = row->hook;
    f->line = row->line;
    add_fault(f, AFTER_A);
    add_fault(f, row->fault);
    enum smc_status rc = upload_with(f, &err, more);
    if (smci_cli_exit_status(rc, 0) != row->status)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    if (row->status == 5) {
        assert_string_equal(err.detail, "1 of the files was accepted, but changed");
        assert_logged(f, "ERROR - Accepted, but changed while they were sent: b.json\n");
    }
    (void)fixture_teardown(&made);
}

#define WITH_SIM(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_early_over_tls),
        WITH_SIM(test_doubt_stays),
    };
    int failed = RUN_TABLE("answer_rows", answer_rows, test_answer);
    failed += RUN_TABLE("lost_rows", lost_rows, test_lost);
    failed += RUN_TABLE("end_rows", end_rows, test_end);
    failed += RUN_TABLE("change_rows", change_rows, test_change);
    return failed + cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
