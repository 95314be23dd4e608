/* The line at the bottom of a terminal, on a terminal of the test's own. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/cli/progress.h"

struct fixture {
    int master;
    int terminal;
    struct smc_log *log;
    struct fake_clock fake;
    struct smci_cli_progress_opt opt;
    char text[8192]; /* what was shown */
};

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
    f->opt = (struct smci_cli_progress_opt){.fd = f->terminal,
                                            .log = f->log,
                                            .clock = &f->fake.clock,
                                            .byte_count = 4000000,
                                            .file_count = 3,
                                            .slot_count = 2};
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

static void test_line(void **state)
{
    struct fixture *f = *state;
    struct smci_cli_progress *p = smci_cli_progress_new(&f->opt);
    assert_string_equal(shown(f), "\r\x1b[K0/3 files, 0% of 4.0 MB");
    smci_cli_progress_begin(p, 0, "1-a.json", 2000000);
    smci_cli_progress_begin(p, 1, "1-\xc3\xa4\x1b.json", 1000000);
    smci_cli_progress_at(p, 0, 10000);
    assert_string_equal(shown(f), ""); /* too soon */
    f->fake.now_ms += 1000;
    smci_cli_progress_at(p, 0, 500000);
    assert_string_equal(shown(f), "\r\x1b[K0/3 files, 12% of 4.0 MB, 500 kB/s, 0:07 left"
                                  " | 1-a.json 25% | 1-???.json 0%");
    f->fake.now_ms += 1000;
    smci_cli_progress_end(p, 0);
    smci_cli_progress_at(p, 1, 0); /* begun again */
    assert_string_equal(shown(f), "\r\x1b[K1/3 files, 50% of 4.0 MB, 1.0 MB/s, 0:02 left"
                                  " | 1-???.json 0%");
    smci_cli_progress_free(p);
    assert_string_equal(shown(f), "\r\x1b[K");
}

static void test_log_goes_above(void **state)
{
    struct fixture *f = *state;
    struct smci_cli_progress *p = smci_cli_progress_new(&f->opt);
    (void)shown(f);
    smc_log_write(f->log, SMC_LOG_WARN, "careful");
    assert_string_equal(shown(f), "\r\x1b[KWARNING - careful\n\r\x1b[K0/3 files, 0% of 4.0 MB");
    smci_cli_progress_free(p);
    (void)shown(f);
    smc_log_write(f->log, SMC_LOG_WARN, "careful");
    assert_string_equal(shown(f), "WARNING - careful\n");
}

static void test_narrow_terminal(void **state)
{
    struct fixture *f = *state;
    struct winsize size = {.ws_col = 12, .ws_row = 24};
    (void)ioctl(f->terminal, TIOCSWINSZ, &size);
    struct smci_cli_progress *p = smci_cli_progress_new(&f->opt);
    assert_string_equal(shown(f), "\r\x1b[K0/3 files, ");
    smci_cli_progress_free(p);
}

static void test_where_there_is_none(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    (void)setenv("TERM", "dumb", 1);
    assert_null(smci_cli_progress_new(&f->opt));
    (void)setenv("TERM", "xterm", 1);
    assert_int_equal(pipe(ends), 0);
    f->opt.fd = ends[1];
    assert_null(smci_cli_progress_new(&f->opt));
    (void)close(ends[0]);
    (void)close(ends[1]);
    smci_cli_progress_begin(NULL, 0, "a", 1);
    smci_cli_progress_at(NULL, 0, 1);
    smci_cli_progress_end(NULL, 0);
    smci_cli_progress_free(NULL);
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
        WITH_TERMINAL(test_narrow_terminal),
        WITH_TERMINAL(test_where_there_is_none),
    };
    static const struct CMUnitTest none[] = {cmocka_unit_test(test_no_terminal_here)};
    if (!has_terminals())
        return cmocka_run_group_tests_name("progress", none, NULL, NULL);
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
