/* The line at the bottom of a terminal, on a terminal of the test's own. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <sigmacat/client.h>

#include "lib/cli/live.h"
#include "tests/support/log_lines.h"
#include "upload/progress.h"

struct fixture {
    int master;
    int terminal;
    struct smc_log *log;
    struct fake_clock fake;
    struct smci_cli_live_opt opt;
    char text[8192]; /* what was shown */
    int composed;
};

static void compose(void *ctx, struct smci_cli_line *line)
{
    struct fixture *f = ctx;
    f->composed++;
    smci_cli_line_add(line, "%d: ", f->composed);
    smci_cli_line_add_bytes(line, 1234567);
    smci_cli_line_add(line, ", ");
    smci_cli_line_add_time(line, 3723);
    line->facts.total = 7;
    line->facts.done = 3;
    smci_cli_line_add(line, " | \xc3\xa4\x1b.json");
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct winsize size = {.ws_col = 100, .ws_row = 24};
    struct termios raw;
    if (!f)
        return -1;
    f->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (f->master < 0 || grantpt(f->master) != 0 || unlockpt(f->master) != 0)
        return -1;
    f->terminal = open(ptsname(f->master), O_RDWR | O_NOCTTY);
    if (f->terminal < 0 || tcgetattr(f->terminal, &raw) != 0)
        return -1;
    cfmakeraw(&raw);
    (void)tcsetattr(f->terminal, TCSANOW, &raw);
    (void)ioctl(f->terminal, TIOCSWINSZ, &size);
    (void)fcntl(f->master, F_SETFL, O_NONBLOCK);
    (void)setenv("TERM", "xterm", 1);
    fake_clock_init(&f->fake);
    f->log = smc_log_new(f->terminal, SMC_LOG_INFO, SMC_LOG_TEXT);
    f->opt = (struct smci_cli_live_opt){
        .fd = f->terminal, .log = f->log, .clock = &f->fake.clock, .compose = compose, .ctx = f};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smc_log_free(f->log);
    (void)close(f->terminal);
    (void)close(f->master);
    free(f);
    return 0;
}

static const char *shown(struct fixture *f)
{
    size_t len = 0;
    ssize_t got;
    while ((got = read(f->master, f->text + len, sizeof f->text - len - 1)) > 0)
        len += (size_t)got;
    f->text[len] = '\0';
    return f->text;
}

#define TEXT "1.2 MB, 1:02:03 | ???.json"

static void test_line(void **state)
{
    struct fixture *f = *state;
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    assert_string_equal(shown(f), "\r\x1b[K1: " TEXT);
    f->fake.now_ms += 199;
    smci_cli_live_tick(live);
    assert_string_equal(shown(f), ""); /* too soon */
    f->fake.now_ms += 1;
    smci_cli_live_tick(live);
    assert_string_equal(shown(f), "\r\x1b[K2: " TEXT);
    smci_cli_live_free(live);
    assert_string_equal(shown(f), "\r\x1b[K");
}

static void test_log_goes_above(void **state)
{
    struct fixture *f = *state;
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    (void)shown(f);
    smc_log_write(f->log, SMC_LOG_WARN, "careful");
    assert_string_equal(shown(f), "\r\x1b[KWARNING - careful\n\r\x1b[K2: " TEXT);
    smci_cli_live_free(live);
    (void)shown(f);
    smc_log_write(f->log, SMC_LOG_WARN, "careful");
    assert_string_equal(shown(f), "WARNING - careful\n");
}

static void test_log_keeps_its_format(void **state)
{
    struct fixture *f = *state;
    smc_log_free(f->log);
    f->log = smc_log_new(f->terminal, SMC_LOG_INFO, SMC_LOG_JSON);
    f->opt.log = f->log;
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    (void)shown(f);
    smc_log_write(f->log, SMC_LOG_WARN, "careful");
    const char *line = shown(f);
    assert_true(strncmp(line, "\r\x1b[K{", 5) == 0);
    assert_non_null(strstr(line, "\"careful\"}\n\r\x1b[K2: "));
    smci_cli_live_free(live);
}

/* The width is asked for each time: a window is made smaller, then larger. */
static void test_width_changes(void **state)
{
    struct fixture *f = *state;
    struct winsize size = {.ws_col = 12, .ws_row = 24};
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    (void)shown(f);
    (void)ioctl(f->terminal, TIOCSWINSZ, &size);
    f->fake.now_ms += 200;
    smci_cli_live_tick(live);
    assert_string_equal(shown(f), "\r\x1b[K2: 1.2 MB"); /* three columns stay free */
    size.ws_col = 1000;
    (void)ioctl(f->terminal, TIOCSWINSZ, &size);
    f->fake.now_ms += 200;
    smci_cli_live_tick(live);
    assert_string_equal(shown(f), "\r\x1b[K3: " TEXT);
    smci_cli_live_free(live);
}

/* What does not fit is left off whole: half of a number would be another number. */
static const struct cut {
    const char *name;
    unsigned short columns; /* three of them stay free */
    const char *text;
} cuts[] = {
    {"all of it", 32, "1: 1.2 MB, 1:02:03 | ???.json"},
    {"one column less", 31, "1: 1.2 MB, 1:02:03"},
    {"just that", 21, "1: 1.2 MB, 1:02:03"},
    {"in a time", 20, "1: 1.2 MB"},
    {"just before a comma", 12, "1: 1.2 MB"},
    {"in the first part", 11, "1: 1.2 M"},
};

static void test_cut(void **state)
{
    const struct cut *row = *state;
    struct fixture *f = NULL;
    struct winsize size = {.ws_col = row->columns, .ws_row = 24};
    void *own = NULL;
    assert_int_equal(setup(&own), 0);
    f = own;
    (void)ioctl(f->terminal, TIOCSWINSZ, &size);
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    assert_string_equal(shown(f) + 4, row->text);
    smci_cli_live_free(live);
    (void)teardown(&own);
}

/* One line of the log a minute, with the same figures. */
static void expect_minutes(struct fixture *f)
{
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    f->fake.now_ms += 59999;
    smci_cli_live_tick(live);
    assert_string_equal(shown(f), "");
    f->fake.now_ms += 1;
    smci_cli_live_tick(live);
    smci_cli_live_tick(live);
    assert_string_equal(shown(f), "INFO - 1: " TEXT "\n");
    smci_cli_live_free(live);
    assert_string_equal(shown(f), "");
    f->composed = 0;
}

static void test_where_there_is_none(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    (void)setenv("TERM", "dumb", 1);
    expect_minutes(f);
    (void)unsetenv("TERM");
    expect_minutes(f);
    (void)setenv("TERM", "xterm", 1);
    f->opt.when = SMCI_CLI_NEVER;
    expect_minutes(f);
    f->opt.when = SMCI_CLI_AUTO;
    assert_int_equal(pipe(ends), 0);
    f->opt.fd = ends[1];
    expect_minutes(f);
    (void)close(ends[0]);
    (void)close(ends[1]);
    smci_cli_live_tick(NULL);
    smci_cli_live_free(NULL);
}

static void test_always(void **state)
{
    struct fixture *f = *state;
    char text[200] = "";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    f->opt.fd = ends[1];
    f->opt.when = SMCI_CLI_ALWAYS;
    (void)setenv("TERM", "dumb", 1);
    smci_cli_live_free(smci_cli_live_new(&f->opt));
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_string_equal(text, "\r\x1b[K1: " TEXT "\r\x1b[K");
    (void)setenv("TERM", "xterm", 1);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* ---- refusals and waits ---- */

struct waits_row {
    const char *name;
    struct smc_client_stats stats;
    const char *text;
    double seconds; /* of the facts */
};

static const struct waits_row waits_rows[] = {
    {"nothing to say", {.calls = 5}, "", 0},
    {"refusals", {.calls = 5, .refused = 2}, ", 2 refused", 0},
    {"a wait that was asked for",
     {.refused = 1, .wait_ms = 11001, .asked_ms = 11001},
     ", 1 refused, Sigma asked to wait 12 s",
     11.001},
    {"a pause", {.refused = 3, .wait_ms = 30000}, ", 3 refused, next call in 30 s", 30},
    {"calls that go on meanwhile", {.asked_ms = 5000}, "", 0},
    {"too short to be news", {.wait_ms = 999, .asked_ms = 999}, "", 0},
    {"what was waited before", {.refused = 1, .waited_ms = 61999}, ", 1 refused, waited 1:01", 0},
};

static void test_waits(void **state)
{
    const struct waits_row *row = *state;
    struct smci_cli_line line = {.columns = SMCI_CLI_LINE_MAX};
    smci_cli_line_add_waits(&line, "Sigma", &row->stats);
    assert_string_equal(line.text, row->text);
    assert_int_equal(line.facts.calls, row->stats.calls);
    assert_int_equal(line.facts.refused, row->stats.refused);
    assert_true(line.facts.seconds == row->seconds);
}

/* The minute's line has its figures for programs, too. */
static void test_minute_as_json(void **state)
{
    struct fixture *f = *state;
    smc_log_free(f->log);
    f->log = smc_log_new(f->terminal, SMC_LOG_INFO, SMC_LOG_JSON);
    f->opt.log = f->log;
    f->opt.when = SMCI_CLI_NEVER;
    struct smci_cli_live *live = smci_cli_live_new(&f->opt);
    f->fake.now_ms += 60000;
    smci_cli_live_tick(live);
    smci_cli_live_free(live);
    const char *line = shown(f);
    assert_contains(line, "\"total\": 7, \"done\": 3, \"calls\": 0, \"refused\": 0, \"seconds\": "
                          "0.000}");
    assert_int_equal(log_lines_check(line, NULL, "progress"), 1);
}

/* What an upload shows; standard error is the terminal meanwhile. */
static void test_upload(void **state)
{
    struct fixture *f = *state;
    struct upload_settings settings = {.logging = SMCI_CLI_LOGGING_INIT};
    struct upload_file files[] = {{.state = UPLOAD_WAITING, .identity.size = 2000000},
                                  {.state = UPLOAD_WAITING, .identity.size = 1000000},
                                  {.state = UPLOAD_SKIPPED, .identity.size = 5000000},
                                  {.state = UPLOAD_WAITING, .identity.size = 1000000}};
    struct upload_job job = {.settings = &settings,
                             .log = f->log,
                             .clock = &f->fake.clock,
                             .files = {.items = files, .count = 4}};
    const struct smc_client_opt opt = {.origin = "http://127.0.0.1:1",
                                       .authorization = "Token x",
                                       .network.clock = &f->fake.clock};
    struct smc_client *client = NULL;
    int before = dup(STDERR_FILENO);
    assert_int_equal(smc_client_new(&client, &opt, NULL), SMC_OK);
    (void)dup2(f->terminal, STDERR_FILENO);
    struct upload_progress *p = upload_progress_new(&job, client, 2);
    assert_string_equal(shown(f), "\r\x1b[K0/3 files, 0% of 4.0 MB");
    upload_progress_begin(p, 0, "1-a.json", 2000000);
    upload_progress_begin(p, 1, "1-\xc3\xa4\x1b.json", 1000000);
    upload_progress_at(p, 0, 10000);
    assert_string_equal(shown(f), ""); /* too soon */
    f->fake.now_ms += 1000;
    upload_progress_at(p, 0, 500000);
    assert_string_equal(shown(f), "\r\x1b[K0/3 files, 12% of 4.0 MB, 500 kB/s, 0:07 left"
                                  " | 1-a.json 25% | 1-???.json 0%");
    f->fake.now_ms += 1000;
    upload_progress_end(p, 0);
    upload_progress_at(p, 1, 0); /* begun again */
    assert_string_equal(shown(f), "\r\x1b[K1/3 files, 50% of 4.0 MB, 1.0 MB/s, 0:02 left"
                                  " | 1-???.json 0%");
    f->fake.now_ms += 1000;
    upload_progress_tick(p);
    assert_string_equal(shown(f), "\r\x1b[K1/3 files, 50% of 4.0 MB, 667 kB/s, 0:03 left"
                                  " | 1-???.json 0%");
    upload_progress_free(p);
    smc_client_free(client);
    (void)dup2(before, STDERR_FILENO);
    (void)close(before);
    assert_string_equal(shown(f), "\r\x1b[K");
    upload_progress_begin(NULL, 0, "a", 1);
    upload_progress_at(NULL, 0, 1);
    upload_progress_end(NULL, 0);
    upload_progress_tick(NULL);
    upload_progress_free(NULL);
}

/* A bare chroot may have no /dev/pts. */
static bool has_terminals(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    bool is_usable = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0;
    const char *name = is_usable ? ptsname(master) : NULL;
    is_usable = name && access(name, R_OK | W_OK) == 0;
    if (master >= 0)
        (void)close(master);
    return is_usable;
}

static void test_no_terminal_here(void **state)
{
    (void)state;
    skip();
}

#define WITH_TERMINAL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_TERMINAL(test_line),
        WITH_TERMINAL(test_log_goes_above),
        WITH_TERMINAL(test_log_keeps_its_format),
        WITH_TERMINAL(test_width_changes),
        WITH_TERMINAL(test_where_there_is_none),
        WITH_TERMINAL(test_always),
        WITH_TERMINAL(test_minute_as_json),
        WITH_TERMINAL(test_upload),
    };
    static const struct CMUnitTest none[] = {cmocka_unit_test(test_no_terminal_here)};
    int failed = RUN_TABLE("waits", waits_rows, test_waits);
    if (!has_terminals())
        return failed + cmocka_run_group_tests_name("progress", none, NULL, NULL);
    failed += RUN_TABLE("cuts", cuts, test_cut);
    return failed + cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
