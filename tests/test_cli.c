/* What both programs share: help, version, exit statuses, signals, the start of a process. */
#include "tests/support/program.h"
#include "tests/support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "extract/options.h"
#include "lib/cli/help.h"
#include "lib/cli/network.h"
#include "lib/cli/setup.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"
#include "upload/options.h"

/* ---- exit statuses: castor-extract-sigma(1), "EXIT STATUS" ---- */

struct status_row {
    const char *name;
    enum smc_status status;
    int signal;
    int want;
};

static const struct status_row status_rows[] = {
    {"done", SMC_OK, 0, 0},
    {"done, though a signal came too late", SMC_OK, SIGTERM, 0},
    {"no memory", SMC_ERR_NOMEM, 0, 5},
    {"internal", SMC_ERR_INTERNAL, 0, 1},
    {"usage", SMC_ERR_USAGE, 0, 2},
    {"credentials", SMC_ERR_AUTH, 0, 3},
    {"network", SMC_ERR_NETWORK, 0, 4},
    {"an error of the server", SMC_ERR_HTTP, 0, 4},
    {"an answer that is not JSON", SMC_ERR_SYNTAX, 0, 4},
    {"an answer beyond a cap", SMC_ERR_CAP, 0, 4},
    {"time is over", SMC_ERR_TIME, 0, 4},
    {"a local file", SMC_ERR_IO, 0, 5},
    {"the store", SMC_ERR_STORE, 0, 5},
    {"the lock", SMC_ERR_LOCKED, 0, 5},
    {"too many gaps", SMC_ERR_GAPS, 0, 6},
    {"refused for good", SMC_ERR_REFUSED, 0, 7},
    {"SIGHUP", SMC_ERR_CANCELLED, SIGHUP, 129},
    {"SIGINT", SMC_ERR_CANCELLED, SIGINT, 130},
    {"SIGTERM", SMC_ERR_CANCELLED, SIGTERM, 143},
    {"cancelled by nobody", SMC_ERR_CANCELLED, 0, 1},
    {"an error counts more than a signal", SMC_ERR_IO, SIGINT, 5},
    {"a number that is not one", (enum smc_status)99, 0, 1},
};

static void test_status_row(void **state)
{
    const struct status_row *row = *state;
    assert_int_equal(smci_cli_exit_status(row->status, row->signal), row->want);
}

/* To the library 0 stands for the default; a flag's 0 is 0, for which the library has -1. */
static void test_network_of_flags(void **state)
{
    (void)state;
    const struct smc_network none = {.retries = 0};
    const struct smc_network some = {.retries = 3, .retry_base_ms = 5, .timeout_ms = 7};
    struct smc_network network = smci_cli_network(&none, -1, NULL, NULL);
    assert_int_equal(network.retries, -1);
    assert_int_equal(network.retry_base_ms, -1);
    assert_int_equal(network.stop_fd, 0);
    network = smci_cli_network(&some, 9, NULL, NULL);
    assert_int_equal(network.retries, 3);
    assert_int_equal(network.retry_base_ms, 5);
    assert_int_equal(network.timeout_ms, 7);
    assert_int_equal(network.stop_fd, 9);
}

static void test_gaps_are_6(void **state)
{
    (void)state;
    assert_int_equal(SMCI_CLI_EXIT_GAPS, 6);
}

/* ---- help ---- */

static void check_help(const struct smci_cli_program *program)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    assert_int_equal(smci_cli_help(program, &text), SMC_OK);
    size_t lines = 0;
    for (const char *at = smc_buf_str(&text); *at; at += strcspn(at, "\n") + 1) {
        size_t len = strcspn(at, "\n");
        assert_in_range(len, 0, 80);
        assert_int_equal(at[len], '\n');
        lines++;
    }
    assert_in_range(lines, 10, 70);
    size_t examples = 0;
    while (program->examples[examples])
        assert_contains(text.data, program->examples[examples++]);
    assert_int_equal(examples, 3);
    for (size_t i = 0; i < program->table->count; i++) {
        const struct smci_setting *row = &program->table->rows[i];
        char *flag = text_format(" %s%s%s  ", row->flag, row->metavar ? " " : "",
                                 row->metavar ? row->metavar : "");
        const char *line = strstr(text.data, flag);
        assert_non_null(line);
        const char *help = strstr(line, row->help);
        assert_non_null(help);
        assert_true(help < strchr(line, '\n'));
        free(flag);
    }
    smc_buf_clear(&text);
}

static void test_help_of_extract(void **state)
{
    (void)state;
    check_help(extract_program());
}

static void test_help_of_upload(void **state)
{
    (void)state;
    check_help(upload_program());
}

static void test_help_begins_with_examples(void **state)
{
    (void)state;
    struct smc_buf text = SMC_BUF_INIT(65536);
    assert_int_equal(smci_cli_help(upload_program(), &text), SMC_OK);
    const char *example = strstr(smc_buf_str(&text), upload_program()->examples[2]);
    const char *option = strstr(smc_buf_str(&text), "--source_id");
    assert_non_null(
        strstr(smc_buf_str(&text), "  -z, --zone ZONE           EU or US (default: EU)\n"));
    assert_true(example && option && example < option);
    smc_buf_clear(&text);
}

/* A table where two rows can be confused is one that no user understands. */
static void check_table(const struct smci_cli_program *program)
{
    const struct smci_settings_table *table = program->table;
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *row = &table->rows[i];
        assert_int_equal(strncmp(row->flag, "--", 2), 0);
        assert_true((row->type == SMCI_SETTING_FLAG) == !row->metavar);
        assert_true(row->type != SMCI_SETTING_CHOICE || row->choices);
        assert_true(row->is_query || row->is_unkeyed || row->variable);
        for (size_t j = i + 1; j < table->count; j++) {
            const struct smci_setting *other = &table->rows[j];
            assert_string_not_equal(row->flag, other->flag);
            assert_true(row->letter == 0 || row->letter != other->letter);
            assert_int_not_equal(row->offset, other->offset);
            if (row->variable && other->variable)
                assert_string_not_equal(row->variable, other->variable);
        }
    }
}

static void test_table_of_extract(void **state)
{
    (void)state;
    check_table(extract_program());
}

static void test_table_of_upload(void **state)
{
    (void)state;
    check_table(upload_program());
}

/* ---- in a process of its own ---- */

static int run_body(void *body)
{
    (*(void (**)(void))body)();
    return 0;
}

/* Runs `body` in a child and returns how it ended, as wait(2) says. */
static int child_of(void (*body)(void))
{
    return in_child(run_body, &body);
}

static void child_must(bool is_true, int code)
{
    if (!is_true)
        _exit(code);
}

static void print_to(const char *path, enum smc_status want, bool is_help)
{
    struct smc_error err = SMC_ERROR_INIT;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    child_must(fd >= 0 && dup2(fd, 1) == 1, 10);
    enum smc_status rc = is_help ? smci_cli_print_help(extract_program(), &err)
                                 : smci_cli_print_version(extract_program(), &err);
    child_must(rc == want && err.code == want, 11);
}

static void print_help_to_full(void)
{
    print_to("/dev/full", SMC_ERR_IO, true);
}

static void print_version_to_full(void)
{
    print_to("/dev/full", SMC_ERR_IO, false);
}

static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    assert_int_equal(child_of(print_help_to_full), 0);
    assert_int_equal(child_of(print_version_to_full), 0);
}

/* Where the child prints to: a function without parameters can't be told otherwise. */
static char *print_path;

static void print_version_to_file(void)
{
    print_to(print_path, SMC_OK, false);
}

static void test_version_on_stdout(void **state)
{
    (void)state;
    char *dir = temp_dir_make();
    print_path = text_format("%s/out", dir);
    int status = child_of(print_version_to_file);
    char *text = status == 0 ? file_read(print_path, NULL) : NULL;
    free(print_path);
    temp_dir_remove(dir);
    assert_int_equal(status, 0);
    assert_string_equal(text, "castor-extract-sigma (sigmacat) " SMC_VERSION "\n");
    free(text);
}

/* ---- signals ---- */

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void one_signal(int number)
{
    struct smci_cli_signals signals;
    child_must(smci_cli_signals_start(&signals, NULL) == SMC_OK, 10);
    child_must(!is_readable(signals.fd) && smci_cli_signals_caught() == 0, 11);
    child_must(raise(number) == 0, 12);
    child_must(is_readable(signals.fd) && smci_cli_signals_caught() == number, 13);
    smci_cli_signals_stop(&signals);
    child_must(signals.fd == -1 && smci_cli_signals_caught() == number, 14);
    smci_cli_signals_stop(&signals);
}

static void one_sigint(void)
{
    one_signal(SIGINT);
}

static void one_sighup(void)
{
    one_signal(SIGHUP);
}

static void one_sigterm(void)
{
    one_signal(SIGTERM);
}

static void two_signals(int first, int second)
{
    struct smci_cli_signals signals;
    child_must(smci_cli_signals_start(&signals, NULL) == SMC_OK, 10);
    (void)raise(first);
    (void)raise(second);
}

static void sigint_twice(void)
{
    two_signals(SIGINT, SIGINT);
}

static void sigint_sigterm(void)
{
    two_signals(SIGINT, SIGTERM);
}

static void sighup_sigint(void)
{
    two_signals(SIGHUP, SIGINT);
}

static void sighup_ignored_before(void)
{
    struct smci_cli_signals signals;
    (void)signal(SIGHUP, SIG_IGN);
    child_must(smci_cli_signals_start(&signals, NULL) == SMC_OK, 10);
    (void)raise(SIGHUP);
    child_must(smci_cli_signals_caught() == 0 && !is_readable(signals.fd), 11);
}

static void stopped_then_sigterm(void)
{
    struct smci_cli_signals signals;
    child_must(smci_cli_signals_start(&signals, NULL) == SMC_OK, 10);
    smci_cli_signals_stop(&signals);
    (void)raise(SIGTERM);
}

static void sigint_ignored_before(void)
{
    struct smci_cli_signals signals;
    (void)signal(SIGINT, SIG_IGN);
    child_must(smci_cli_signals_start(&signals, NULL) == SMC_OK, 10);
    (void)raise(SIGINT);
    (void)raise(SIGINT);
    child_must(smci_cli_signals_caught() == 0 && !is_readable(signals.fd), 11);
    (void)raise(SIGTERM);
    child_must(smci_cli_signals_caught() == SIGTERM && is_readable(signals.fd), 12);
}

static void broken_pipe(void)
{
    int ends[2];
    child_must(smci_cli_setup(NULL) == SMC_OK && pipe(ends) == 0, 10);
    (void)close(ends[0]);
    child_must(write(ends[1], "x", 1) == -1 && errno == EPIPE, 11);
}

static void file_limit(void)
{
    struct rlimit limit = {0, RLIM_INFINITY};
    FILE *file = tmpfile();
    child_must(file && smci_cli_setup(NULL) == SMC_OK, 10);
    child_must(setrlimit(RLIMIT_FSIZE, &limit) == 0, 11);
    child_must(write(fileno(file), "x", 1) == -1 && errno == EFBIG, 12);
    (void)fclose(file);
}

static void no_descriptors(void)
{
    struct smci_cli_signals signals;
    struct smc_error err = SMC_ERROR_INIT;
    struct rlimit limit = {3, 3};
    child_must(setrlimit(RLIMIT_NOFILE, &limit) == 0, 10);
    child_must(smci_cli_signals_start(&signals, &err) == SMC_ERR_IO, 11);
    child_must(err.code == SMC_ERR_IO && signals.fd == -1, 12);
    smci_cli_signals_stop(&signals);
}

struct child_row {
    const char *name;
    void (*body)(void);
    int exit_status; /* or */
    int signal;      /* by which it ended */
};

static const struct child_row signal_rows[] = {
    {"SIGINT", one_sigint, 0, 0},
    {"SIGTERM", one_sigterm, 0, 0},
    {"SIGHUP", one_sighup, 0, 0},
    {"SIGHUP, then SIGINT ends at once", sighup_sigint, 130, 0},
    {"nohup: SIGHUP stays ignored", sighup_ignored_before, 0, 0},
    {"SIGINT twice ends at once", sigint_twice, 130, 0},
    {"SIGINT, then SIGTERM ends at once", sigint_sigterm, 143, 0},
    {"after the end SIGTERM kills again", stopped_then_sigterm, 0, SIGTERM},
    {"what was ignored stays so", sigint_ignored_before, 0, 0},
    {"a broken pipe is an error", broken_pipe, 0, 0},
    {"a file limit is an error", file_limit, 0, 0},
    {"no descriptor left", no_descriptors, 0, 0},
};

static void test_child_row(void **state)
{
    const struct child_row *row = *state;
    int status = child_of(row->body);
    if (row->signal != 0) {
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), row->signal);
    } else {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), row->exit_status);
    }
}

/* ---- the start of a process ---- */

static void setup_with_closed(int first, int last)
{
    for (int fd = first; fd <= last; fd++)
        (void)close(fd);
    child_must(smci_cli_setup(NULL) == SMC_OK, 10);
    for (int fd = 0; fd <= 2; fd++)
        child_must(fcntl(fd, F_GETFD) != -1, 11 + fd);
    int fd = open("/dev/null", O_RDONLY);
    child_must(fd > 2, 14);
    /* What is printed on a standard output that was closed has failed; the log may be lost. */
    child_must((write(last, "x", 1) == 1) == (last != STDOUT_FILENO), 15);
}

static void setup_without_any(void)
{
    setup_with_closed(0, 2);
}

static void setup_without_stdout(void)
{
    setup_with_closed(1, 1);
}

static void setup_without_stderr(void)
{
    setup_with_closed(2, 2);
}

static void setup_without_stdin(void)
{
    setup_with_closed(0, 0);
}

static void setup_leaves_open_ones(void)
{
    int ends[2];
    char byte;
    child_must(pipe(ends) == 0 && dup2(ends[1], 1) == 1, 10);
    child_must(smci_cli_setup(NULL) == SMC_OK, 11);
    child_must(write(1, "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x', 12);
}

static void setup_forbids_core_dumps(void)
{
    struct rlimit limit;
    child_must(smci_cli_setup(NULL) == SMC_OK, 10);
    child_must(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0,
               11);
#ifndef __SANITIZE_ADDRESS__
    child_must(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0, 12);
#endif
}

static void setup_without_descriptors(void)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct rlimit limit = {0, 0};
    (void)close(0);
    child_must(setrlimit(RLIMIT_NOFILE, &limit) == 0, 10);
    child_must(smci_cli_setup(&err) == SMC_ERR_IO && err.code == SMC_ERR_IO, 11);
}

static const struct child_row setup_rows[] = {
    {"all three closed", setup_without_any, 0, 0},
    {"stdin closed", setup_without_stdin, 0, 0},
    {"stdout closed", setup_without_stdout, 0, 0},
    {"stderr closed", setup_without_stderr, 0, 0},
    {"what is open stays", setup_leaves_open_ones, 0, 0},
    {"no core dumps", setup_forbids_core_dumps, 0, 0},
    {"no descriptor left", setup_without_descriptors, 0, 0},
};

int main(void)
{
    /* Where the tests run in the background, it is ignored. */
    (void)signal(SIGINT, SIG_DFL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network_of_flags),
        cmocka_unit_test(test_gaps_are_6),
        cmocka_unit_test(test_help_of_extract),
        cmocka_unit_test(test_help_of_upload),
        cmocka_unit_test(test_help_begins_with_examples),
        cmocka_unit_test(test_table_of_extract),
        cmocka_unit_test(test_table_of_upload),
        cmocka_unit_test(test_a_full_disk_is_told),
        cmocka_unit_test(test_version_on_stdout),
    };
    int failed = RUN_TABLE("cli: exit statuses", status_rows, test_status_row);
    failed += RUN_TABLE("cli: signals", signal_rows, test_child_row);
    failed += RUN_TABLE("cli: setup", setup_rows, test_child_row);
    failed += cmocka_run_group_tests_name("cli", tests, NULL, NULL);
    return failed;
}
