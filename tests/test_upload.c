/* castor-upload in process, against the stand-in for Catalog's ingest. */
#include "support/support.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "lib/cli/status.h"
#include "support/live_clock.h"
#include "support/net.h"
#include "support/stand_in.h"
#include "support/uploading.h"

#define BIG ((size_t)3 * 1024 * 1024)

/* ---- types and names ---- */

struct type_row {
    const char *name;
    const char *type;
    const char *file;
    const char *path;
    const char *filename; /* as it comes in the part's header */
};

static const struct type_row type_rows[] = {
    {"dbt", "DBT", "manifest.json", "transformation-" ID "/" NOW "-manifest.json", "manifest.json"},
    {"lookml", "LOOKML", "p.json", "visualization-" ID "/lookml/my%20shop/" NOW "-p.json",
     "p.json"},
    {"quality", "QUALITY", "q.csv", "quality-" ID "/" NOW "-q.csv", "q.csv"},
    {"viz", "VIZ", "1-files.json", "visualization-" ID "/1-files.json", "1-files.json"},
    {"warehouse", "WAREHOUSE", "w.csv", "warehouse-" ID "/w.csv", "w.csv"},
    {"name_with_spaces", "VIZ", "a b.json", "visualization-" ID "/a%20b.json", "a b.json"},
    {"name_with_quote", "VIZ", "a\"b.json", "visualization-" ID "/a%22b.json", "a%22b.json"},
    {"name_with_apostrophe", "VIZ", "a'b.json", "visualization-" ID "/a%27b.json", "a'b.json"},
    {"name_with_percent", "VIZ", "a%2Fb.json", "visualization-" ID "/a%252Fb.json", "a%2Fb.json"},
    {"name_with_utf8", "VIZ", "\xc3\xa4\xf0\x9f\x98\x80.json",
     "visualization-" ID "/%C3%A4%F0%9F%98%80.json", "\xc3\xa4\xf0\x9f\x98\x80.json"},
    {"name_with_newlines", "VIZ", "a\r\nX-Evil: 1\n.json",
     "visualization-" ID "/a%0D%0AX-Evil%3A%201%0A.json", "a%0D%0AX-Evil: 1%0A.json"},
    {"name_with_query", "VIZ", "a?b#c&d;e.json", "visualization-" ID "/a%3Fb%23c%26d%3Be.json",
     "a?b#c&d;e.json"},
};

static void test_type(void **state)
{
    const struct type_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, row->file, 12345);
    const char *args[] = {"-t", row->type, "-f", path, NULL, NULL, NULL};
    if (strcmp(row->type, "LOOKML") == 0) {
        args[4] = "--project_name";
        args[5] = "my shop";
    }
    assert_int_equal(upload(f, &f->clock, args, &err), SMC_OK);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 1);
    assert_string_equal(taken(f, 0)->path, row->path);
    assert_string_equal(taken(f, 0)->filename, row->filename);
    assert_same_bytes(taken(f, 0), path);
    char *line = text_format("INFO - Uploaded %s/", f->dir);
    assert_logged(f, line);
    free(line);
    line = text_format(" as %s to %s\n", row->type, row->path);
    assert_logged(f, line);
    free(line);
    free(path);
    (void)fixture_teardown(&made);
}

/* ---- one file and what can go wrong ---- */

struct fault_row {
    const char *name;
    const char *fault;
    int calls;
    enum smc_status rc;
    int wait_min_ms; /* in all */
    int wait_max_ms;
    const char *said; /* in the log */
};

#define ONCE(name, what)                                                                           \
    {                                                                                              \
        name, what ",attempt=1", 2, SMC_OK, 500, 1000, "INFO - Uploaded"                           \
    }
#define FATAL(name, what)                                                                          \
    {                                                                                              \
        name, "do=status:" what ",body=as told", 1, SMC_ERR_REFUSED, 0, 0,                         \
            "HTTP " what ": as told"                                                               \
    }

static const struct fault_row fault_rows[] = {
    ONCE("reset_before_the_body", "do=reset"),
    ONCE("reset_in_the_middle", "do=reset-mid"),
    ONCE("reset_after_the_body", "do=reset-late"),
    ONCE("status_408", "do=status:408"),
    ONCE("status_429", "do=status:429"),
    ONCE("status_429_page", "do=status:429,html=1"),
    ONCE("status_500", "do=status:500"),
    ONCE("status_502", "do=status:502"),
    ONCE("status_503", "do=status:503"),
    ONCE("status_504", "do=status:504"),
    ONCE("status_599", "do=status:599"),
    {"three_resets", "do=reset-mid,attempt=1-3", 4, SMC_OK, 3500, 7000, "INFO - Uploaded"},
    {"retry_after_503", "do=status:503,retry-after=7,attempt=1", 2, SMC_OK, 7000, 7000,
     "WARNING - f.json: HTTP 503: as told, again in 7.0 s (try 2 of 5)\n"},
    {"retry_after_429", "do=status:429,retry-after=7,attempt=1", 2, SMC_OK, 7000, 7000, "Uploaded"},
    {"retry_after_zero", "do=status:503,retry-after=0,attempt=1", 2, SMC_OK, 500, 1000, "Uploaded"},
    {"retry_after_date", "do=status:503,retry-after=Mon%2C 21 Sep 2026 14:13:30 GMT,attempt=1", 2,
     SMC_OK, 10000, 10000, "Uploaded"},
    {"retry_after_half_an_hour", "do=status:429,retry-after=1800,attempt=1", 2, SMC_OK, 1800000,
     1800000, "Uploaded"},
    {"retry_after_an_hour", "do=status:503,retry-after=3600,attempt=1", 2, SMC_OK, 3600000, 3600000,
     "Uploaded"},
    {"retry_after_too_long", "do=status:503,retry-after=3601", 1, SMC_ERR_HTTP, 0, 0,
     "HTTP 503: as told; its Retry-After asks for more than an hour, which is not waited for\n"},
    {"retry_after_of_years", "do=status:429,retry-after=99999999999", 1, SMC_ERR_HTTP, 0, 0,
     "HTTP 429: as told; its Retry-After asks for more than an hour"},
    {"always_503", "do=status:503,body=gone fishing", 5, SMC_ERR_HTTP, 7500, 15000,
     "HTTP 503: gone fishing (5 tries)\n"},
    {"the_last_try_is_told", "do=status:503,body=gone fishing", 5, SMC_ERR_HTTP, 7500, 15000,
     "WARNING - f.json: HTTP 503: gone fishing, again in "},
    {"always_429", "do=status:429", 5, SMC_ERR_HTTP, 7500, 15000, "HTTP 429"},
    {"always_reset", "do=reset-late", 5, SMC_ERR_HTTP, 7500, 15000,
     "f.json was cut off before an answer came, and is perhaps accepted: POST /visual"},
    FATAL("status_400", "400"),
    FATAL("status_402", "402"),
    FATAL("status_404", "404"),
    FATAL("status_409", "409"),
    FATAL("status_413", "413"),
    FATAL("status_418", "418"),
    FATAL("status_422", "422"),
    {"json_words", "do=status:400,body={\"message\":\"no such source\"}", 1, SMC_ERR_REFUSED, 0, 0,
     "HTTP 400: no such source\n"},
    {"json_in_other_form", "do=status:400,body={\"detail\":\"no such source\"}", 1, SMC_ERR_REFUSED,
     0, 0, "HTTP 400: {\"detail\":\"no such source\"}\n"},
    {"words_with_controls", "do=status:400,body=a\x1b[31mb\r\nERROR - forged", 1, SMC_ERR_REFUSED,
     0, 0, "HTTP 400: a [31mb  ERROR - forged\n"},
    {"words_with_the_token", "do=status:400,body=no " TOKEN "!", 1, SMC_ERR_REFUSED, 0, 0,
     "HTTP 400: no ***!\n"},
    {"redirect", "do=redirect:http://127.0.0.1:9/", 1, SMC_ERR_REFUSED, 0, 0, "HTTP 302"},
    {"status_401", "do=status:401", 1, SMC_ERR_AUTH, 0, 0, "Catalog refused the token"},
    {"status_403", "do=status:403", 1, SMC_ERR_AUTH, 0, 0, "Catalog refused the token"},
};

static void test_fault(void **state)
{
    const struct fault_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, "f.json", BIG);
    add_fault(f, row->fault);
    enum smc_status rc = upload_one(f, "VIZ", path, &err);
    if (rc != row->rc)
        fail_msg("status %d (%s):\n%s", (int)rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    assert_int_equal(sim_calls(f->sim, NULL, 0), row->calls);
    assert_in_range(f->fake.advanced_ms, row->wait_min_ms, row->wait_max_ms);
    assert_int_equal(taken_count(f), rc == SMC_OK);
    if (rc == SMC_OK)
        assert_same_bytes(taken(f, 0), path);
    free(path);
    (void)fixture_teardown(&made);
}

static void test_words_are_capped(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *words =
        text_format("do=status:400,body=%0194d\xc3\xa4\xc3\xa4\xc3\xa4%s", 0, " and so on");
    char *path = make_file(f, "f.json", 10);
    add_fault(f, words);
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_ERR_REFUSED);
    /* 199 bytes, less the half character at the end */
    assert_logged(f, "0\xc3\xa4\xc3\xa4\n");
    assert_lacks(log_sink_text(&f->log), "and so");
    free(words);
    free(path);
}

/* A name may be longer than an error has room for; the reason must not suffer. */
static void test_long_name_leaves_room(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char name[256] = "";
    for (size_t i = 0; i < 120; i++) {
        name[2 * i] = '\xc3';
        name[2 * i + 1] = '\xa4';
    }
    char *path = make_file(f, name, 10);
    add_fault(f, "do=status:400,body=far too long a name");
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_ERR_REFUSED);
    assert_logged(f, "far too long a name");
    free(path);
}

/* Where another run may send one file of two, it is worth one. */
static void test_refused_beside_failed(void **state)
{
    static const char *const names[] = {"a.json", "b.json", NULL};
    static const char *const faults[2][2] = {{"do=status:413,object=a.json", "do=status:503"},
                                             {"do=status:503,object=a.json", "do=status:413"}};
    struct fixture *f = *state;
    make_files(f, names);
    for (size_t i = 0; i < 2; i++) {
        struct smc_error err = SMC_ERROR_INIT;
        sim_faults_clear(f->sim);
        add_fault(f, faults[i][0]);
        add_fault(f, faults[i][1]);
        enum smc_status rc = upload_all(f, &err);
        assert_int_equal(smci_cli_exit_status(rc, 0), 4);
    }
}

/* Of a file that nobody can have got there is no doubt. */
static void test_nobody_there(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, "f.json", 10);
    f->endpoint = "http://127.0.0.1:1";
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_ERR_HTTP);
    assert_logged(f, "f.json was not sent: POST /visual");
    assert_logged(f, "ERROR - Failed: ");
    assert_string_equal(err.detail, "1 of 1 files were not sent");
    free(path);
}

static void test_path_keeps_its_time(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, "q.csv", 10);
    add_fault(f, "do=status:503,retry-after=7,attempt=1");
    assert_int_equal(upload_one(f, "QUALITY", path, &err), SMC_OK);
    assert_int_equal(f->fake.advanced_ms, 7000);
    assert_string_equal(taken(f, 0)->path, "quality-" ID "/" NOW "-q.csv");
    assert_int_equal(taken(f, 0)->attempt, 2);
    free(path);
}

static void test_silent_server(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    struct live_clock live;
    live_clock_init(&live);
    stand_in_clock(&live, f->sim);
    char *path = make_file(f, "f.json", BIG);
    const char *const args[] = {"-t",  "VIZ",       "-f", path, "--timeout",
                                "0.2", "--retries", "1",  NULL};
    add_fault(f, "do=silent");
    assert_int_equal(upload(f, &live.clock, args, &err), SMC_ERR_HTTP);
    assert_logged(f, "no byte came or went for 0.2 s");
    assert_logged(f, "WARNING - f.json: no byte came or went for 0.2 s, again in ");
    free(path);
}

/* ---- answers that do not wait for the body ---- */

struct early_row {
    const char *name;
    struct net_step steps[2];
    long requests;
    enum smc_status rc;
    const char *said;
};

#define HEAD(status, more) "HTTP/1.1 " status "\r\nContent-Length: 4\r\n" more "\r\nwhy?"

static const struct early_row early_rows[] = {
    {"413",
     {{HEAD("413 Too Large", ""), 0, NET_STALL, true}},
     1,
     SMC_ERR_REFUSED,
     "HTTP 413: why?"},
    {"413_with_close",
     {{HEAD("413 Too Large", "Connection: close\r\n"), 0, NET_STALL, true}},
     1,
     SMC_ERR_REFUSED,
     "HTTP 413: why?"},
    {"401", {{HEAD("401 No", ""), 0, NET_STALL, true}}, 1, SMC_ERR_AUTH, "HTTP 401: why?"},
    {"503_then_taken",
     {{HEAD("503 Later", ""), 0, NET_STALL, true}, {HEAD("201 Created", ""), 0, NET_KEEP, false}},
     2,
     SMC_OK,
     "WARNING - f.json: HTTP 503: why?, again in "},
};

static void test_early(void **state)
{
    const struct early_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    struct net_server *server = net_start(row->steps, 2);
    char *path = make_file(f, "f.json", 4 * BIG);
    f->endpoint = net_url(server);
    enum smc_status rc = upload_one(f, "VIZ", path, &err);
    long requests = net_requests(server);
    net_stop(server);
    if (rc != row->rc)
        fail_msg("status %d (%s):\n%s", (int)rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    assert_int_equal(requests, row->requests);
    free(path);
    (void)fixture_teardown(&made);
}

/* One that answers and closes resets the connection when more comes in. The answer is lost if our
 * sending meets that before our reading: then the next try meets it. */
static void test_early_and_closed(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, "f.json", BIG);
    add_fault(f, "do=early");
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_ERR_REFUSED);
    assert_logged(f, "HTTP 413: not read at all");
    free(path);
}

/* A success that comes before the body was sent does not count. */
static void test_success_too_early(void **state)
{
    static const struct net_step steps[] = {
        {"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 0, NET_STALL,
         true},
        {"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP, false}};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    struct live_clock live;
    live_clock_init(&live);
    struct net_server *server = net_start(steps, 2);
    live_clock_run_while(&live, net_is_silent, server);
    char *path = make_file(f, "f.json", 8 * BIG / 3);
    char *endpoint = text_format("%s/catalog/v1/", net_url(server));
    const char *const args[] = {"-t", "VIZ", "-f", path, "--timeout", "0.2", NULL};
    f->endpoint = endpoint;
    enum smc_status rc = upload(f, &live.clock, args, &err);
    long requests = net_requests(server);
    bool is_prefixed = strstr(net_request(server, 1),
                              "POST /catalog/v1/visualization-" ID "/f.json HTTP/1.1\r\n") != NULL;
    net_stop(server);
    free(endpoint);
    free(path);
    assert_int_equal(rc, SMC_OK);
    assert_int_equal(requests, 2);
    assert_true(is_prefixed);
}

/* ---- directories ---- */

static const char *const two_sets[] = {"1-a.json",       "1-summary.json", "1-z.json", "2-a.json",
                                       "2-summary.json", "2-z.json",       "x.csv",    NULL};

static void test_directory(void **state)
{
    static const char *const sent[] = {"1-a.json", "1-z.json",       "1-summary.json", "2-a.json",
                                       "2-z.json", "2-summary.json", "x.csv",          NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, two_sets);
    free(make_file(f, "notes.txt", 10));
    assert_int_equal(upload_all(f, &err), SMC_OK);
    assert_taken_names(f, sent);
    assert_int_equal(sim_connections(f->sim), 1);
    assert_int_equal(sim_max_in_flight(f->sim), 1);
    assert_logged(f, "INFO - Passed over notes.txt in ");
    assert_logged(f, "INFO - Sent 7 of 7 files\n");
}

static void test_one_failure_holds_its_summary(void **state)
{
    static const char *const sent[] = {"1-a.json",       "2-a.json", "2-z.json",
                                       "2-summary.json", "x.csv",    NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, two_sets);
    add_fault(f, "do=status:400,body=I dislike it,object=1-z.json");
    enum smc_status rc = upload_all(f, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 7);
    assert_taken_names(f, sent);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 6);
    assert_string_equal(err.detail, "2 of 7 files were not sent");
    assert_logged(f, "ERROR - 1-z.json was not sent: POST /visualization-" ID
                     "/1-z.json: HTTP 400: I dislike it\n");
    assert_logged(f, "WARNING - 1-summary.json is held back: ");
    assert_logged(f, "WARNING - Sent: 1-a.json, 2-a.json, 2-z.json, 2-summary.json, x.csv\n");
    assert_logged(f, "ERROR - Failed: 1-z.json\n");
    assert_logged(f, "ERROR - Held back until the rest of the set is sent: 1-summary.json\n");
}

static void test_resets_on_a_kept_connection(void **state)
{
    static const char *const names[] = {"a.json", "b.json", "c.json", "d.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    add_fault(f, "do=reset,object=b.json,attempt=1");
    add_fault(f, "do=reset-mid,object=c.json,attempt=1");
    add_fault(f, "do=reset-late,object=d.json,attempt=1");
    assert_int_equal(upload_all(f, &err), SMC_OK);
    assert_taken_names(f, names);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 7);
}

static void test_refused_token_ends_the_run(void **state)
{
    static const char *const names[] = {"a.json", "b.json", "c.json", "d.json", NULL};
    static const char *const sent[] = {"a.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    add_fault(f, "do=status:401,object=b.json");
    enum smc_status rc = upload_all(f, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 3);
    assert_taken_names(f, sent);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 2);
    assert_logged(f, "ERROR - b.json was not sent: Catalog refused the token");
    assert_logged(f, "ERROR - Failed: b.json\n");
    assert_logged(f, "ERROR - Not sent, since the run ended before: c.json, d.json\n");
    assert_contains(err.detail, "3 of 4 files were not sent: Catalog refused the token");
}

static void test_empty_file_stops_before_the_first_byte(void **state)
{
    static const char *const names[] = {"a.json", "b.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    free(make_file(f, "z.json", 0));
    enum smc_status rc = upload_all(f, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_int_equal(sim_connections(f->sim), 0);
    assert_contains(err.detail, "z.json: the file is empty");
    assert_contains(err.detail, "nothing was sent: 1 problem");
}

static void test_missing_file(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = upload_one(f, "VIZ", "/nonexistent/x.json", &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_int_equal(sim_connections(f->sim), 0);
}

/* ---- while it runs ---- */

static void remove_victim(struct fixture *f)
{
    (void)unlink(f->victim);
}

static void test_file_removed_before_its_turn(void **state)
{
    static const char *const names[] = {"1-a.json", "1-b.json", "1-c.json", "1-summary.json", NULL};
    static const char *const sent[] = {"1-a.json", "1-c.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    f->victim = text_format("%s/1-b.json", f->dir);
    f->hook = remove_victim;
    f->line = "/1-a.json as VIZ";
    enum smc_status rc = upload_all(f, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_taken_names(f, sent);
    assert_logged(f, "1-b.json: can't be read: No such file");
    assert_logged(f, "WARNING - 1-summary.json is held back");
}

static void cut_victim(struct fixture *f)
{
    assert_int_equal(truncate(f->victim, (off_t)BIG / 2), 0);
}

/* The hook runs while the second try is waited for. */
static void test_file_cut_between_tries(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    f->victim = make_file(f, "a.json", BIG);
    f->hook = cut_victim;
    add_fault(f, "do=reset-mid,attempt=1");
    enum smc_status rc = upload_one(f, "VIZ", f->victim, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_int_equal(taken_count(f), 0);
    assert_logged(f, "the file became shorter while it was sent");
    assert_in_range(f->fake.advanced_ms, 500, 1000);
}

static void grow_victim(struct fixture *f)
{
    assert_int_equal(truncate(f->victim, (off_t)BIG * 2), 0);
}

/* What was announced is what is sent, and what has grown meanwhile is not whole. */
static void test_file_grown_between_tries(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    f->victim = make_file(f, "a.json", BIG);
    f->hook = grow_victim;
    add_fault(f, "do=reset-mid,attempt=1");
    enum smc_status rc = upload_one(f, "VIZ", f->victim, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_int_equal(taken(f, 0)->length, BIG);
    assert_logged(f, "a.json was accepted, but it changed: ");
    assert_string_equal(err.detail, "1 of the files was accepted, but changed");
}

static void stop_now(struct fixture *f)
{
    (void)!write(f->stop[1], "", 1);
}

static void test_stopped_by_a_signal(void **state)
{
    static const char *const names[] = {"a.json", "b.json", "c.json", NULL};
    static const char *const sent[] = {"a.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    f->hook = stop_now;
    add_fault(f, "do=status:503,object=b.json");
    enum smc_status rc = upload_all(f, &err);
    assert_int_equal(smci_cli_exit_status(rc, SIGINT), 130);
    assert_int_equal(smci_cli_exit_status(rc, SIGTERM), 143);
    assert_taken_names(f, sent);
    assert_logged(f, "ERROR - Not sent, since the run ended before: b.json, c.json\n");
}

/* What was under way when the run ended may have arrived: it is not said to be lost. */
static void test_stopped_without_an_answer(void **state)
{
    static const char *const names[] = {"1-a.json", "1-b.json", "1-summary.json", "c.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    f->hook = stop_now;
    add_fault(f, "do=reset-late,object=1-b.json");
    assert_int_equal(upload_all(f, &err), SMC_ERR_CANCELLED);
    assert_logged(f, "ERROR - Cut off before an answer came, and perhaps accepted: 1-b.json\n");
    assert_logged(f, "ERROR - Not sent, since the run ended before: 1-summary.json, c.json\n");
    assert_contains(err.detail, "2 of 4 files were not sent, 1 was cut off and perhaps accepted: ");
}

/* Nor is the set complete then. */
static void test_summary_is_held_after_a_cut(void **state)
{
    static const char *const names[] = {"1-a.json", "1-b.json", "1-summary.json", NULL};
    static const char *const sent[] = {"1-a.json", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_files(f, names);
    add_fault(f, "do=reset-late,object=1-b.json");
    enum smc_status rc = upload_all(f, &err);
    assert_int_equal(smci_cli_exit_status(rc, 0), 4);
    assert_taken_names(f, sent);
    assert_logged(f, "ERROR - Cut off before an answer came, and perhaps accepted: 1-b.json\n");
    assert_logged(f, "WARNING - 1-summary.json is held back");
    assert_lacks(log_sink_text(&f->log), "Failed: ");
}

static void test_many_files(void **state)
{
    enum { COUNT = 1000 };
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%04d.json", i);
        free(make_file(f, name, 10));
    }
    assert_int_equal(upload_all(f, &err), SMC_OK);
    assert_int_equal(taken_count(f), COUNT);
    assert_int_equal(sim_connections(f->sim), COUNT / 100); /* calls by one connection */
    assert_string_equal(taken(f, COUNT - 1)->filename, "0999.json");
}

/* ---- the zone ---- */

struct zone_row {
    const char *name;
    const char *flag; /* NULL: neither */
    const char *value;
    const char *origin;
    const char *prefix;
};

static const struct zone_row zone_rows[] = {
    {"default", NULL, NULL, "https://ingest.castordoc.com", ""},
    {"eu", "-z", "EU", "https://ingest.castordoc.com", ""},
    {"us", "-z", "US", "https://ingest.us.castordoc.com", ""},
    {"endpoint", "--endpoint", "https://proxy.example:99/", "https://proxy.example:99", ""},
    {"endpoint_with_path", "--endpoint", "https://proxy.example/a/b/", "https://proxy.example",
     "/a/b"},
};

static void test_zone(void **state)
{
    const struct zone_row *row = *state;
    char texts[][64] = {"castor-upload", "-k", "abcd", "-s", ID, "-t", "VIZ", "-f", "x", "", ""};
    char *argv[12] = {NULL};
    char *const no_variables[] = {NULL};
    struct upload_settings settings;
    int argc = row->flag ? 11 : 9;
    (void)snprintf(texts[9], sizeof texts[9], "%s", row->flag ? row->flag : "");
    (void)snprintf(texts[10], sizeof texts[10], "%s", row->value ? row->value : "");
    for (int i = 0; i < argc; i++)
        argv[i] = texts[i];
    assert_int_equal(upload_options_read(&settings, argc, argv, no_variables, NULL), SMC_OK);
    assert_int_equal(upload_options_check(&settings, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&settings.origin), row->origin);
    assert_string_equal(smc_buf_str(&settings.prefix), row->prefix);
    upload_options_clear(&settings);
}

#define TABLE(rows, test)                                                                          \
    run_table(#rows, rows, sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], test)
#define WITH_SIM(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_words_are_capped),
        WITH_SIM(test_long_name_leaves_room),
        WITH_SIM(test_nobody_there),
        WITH_SIM(test_refused_beside_failed),
        WITH_SIM(test_path_keeps_its_time),
        WITH_SIM(test_silent_server),
        WITH_SIM(test_early_and_closed),
        WITH_SIM(test_success_too_early),
        WITH_SIM(test_directory),
        WITH_SIM(test_one_failure_holds_its_summary),
        WITH_SIM(test_resets_on_a_kept_connection),
        WITH_SIM(test_refused_token_ends_the_run),
        WITH_SIM(test_empty_file_stops_before_the_first_byte),
        WITH_SIM(test_missing_file),
        WITH_SIM(test_file_removed_before_its_turn),
        WITH_SIM(test_file_cut_between_tries),
        WITH_SIM(test_file_grown_between_tries),
        WITH_SIM(test_stopped_by_a_signal),
        WITH_SIM(test_stopped_without_an_answer),
        WITH_SIM(test_summary_is_held_after_a_cut),
        WITH_SIM(test_many_files),
    };
    int failed = TABLE(type_rows, test_type);
    failed += TABLE(fault_rows, test_fault);
    failed += TABLE(early_rows, test_early);
    failed += TABLE(zone_rows, test_zone);
    return failed + cmocka_run_group_tests_name("upload", tests, NULL, NULL);
}
