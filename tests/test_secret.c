/* Secrets by file and by command. */
#include "tests/support/log_sink.h"
#include "tests/support/program.h"
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cli/secret.h"

#define NAME "--token-file"

/* Numbers that a command can write after "<&": one digit, and not one of the standard ones. */
#define FD_GIVEN 9

/* A hang is a failure, not a wait for ever. */
#define HANG_MS 600000

struct fixture {
    struct smci_cli_secret from;
    struct smc_buf secret;
    struct smc_error err;
    struct log_sink log;
    char *dir;
    char *path;
    int alive[2]; /* whoever was started has the write end */
    int given[2];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    log_sink_init(&f->log);
    f->dir = temp_dir_make();
    f->path = text_format("%s/token", f->dir);
    f->from = (struct smci_cli_secret){.name = NAME, .stop_fd = -1, .log = f->log.log};
    *state = f;
    return pipe(f->alive) == 0 && pipe2(f->given, O_CLOEXEC) == 0 ? 0 : -1;
}

static void close_all(const int fds[2])
{
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smc_buf_wipe(&f->secret);
    log_sink_clear(&f->log);
    close_all(f->alive);
    close_all(f->given);
    free(f->path);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* Of the table that is running; *state is the fixture. */
static const void *current_row;

static int open_count(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        count++;
    if (dir)
        (void)closedir(dir);
    return count;
}

static bool has_end(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char byte;
    return poll(&p, 1, HANG_MS) == 1 && read(fd, &byte, 1) == 0;
}

/* Reads, and checks what always holds: nothing stays open, no signal blocked, nothing told. */
static enum smc_status read_secret(struct fixture *f)
{
    sigset_t mask;
    int open_before = open_count();
    enum smc_status rc = smci_cli_secret_read(&f->from, &f->secret, &f->err);
    assert_int_equal(f->err.code, rc);
    assert_int_equal(open_count(), open_before);
    assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
    assert_int_equal(sigismember(&mask, SIGCHLD), 0);
    assert_lacks(f->err.detail, "tiger");
    assert_lacks(log_sink_text(&f->log), "tiger");
    if (rc != SMC_OK)
        assert_null(f->secret.data);
    return rc;
}

/* An '@' at the start of an error's text stands for the file. */
static void check_outcome(struct fixture *f, enum smc_status status, const char *want)
{
    assert_int_equal(read_secret(f), status);
    if (status != SMC_OK) {
        bool has_file = want[0] == '@';
        char *text = text_format(NAME ": %s%s", has_file ? f->from.file : "", want + has_file);
        assert_string_equal(f->err.detail, text);
        free(text);
        return;
    }
    assert_string_equal(f->secret.data, want);
    assert_int_equal(f->secret.len, strlen(want));
    /* It never grew: nothing of it was left behind by realloc. */
    assert_int_equal(f->secret.allocated, SMCI_CLI_SECRET_MAX + 2);
}

/* ---- files ---- */

struct file_row {
    const char *name;
    const char *bytes;
    size_t len; /* 0: up to the NUL */
    size_t pad; /* so many 'a' go before */
    enum smc_status status;
    const char *want; /* the secret without its padding, or the error's text */
};

#define NO_SPACE "a space or a control character (a line end?) can't be part of it"
#define TOO_LONG "@ holds more than 16384 bytes, which can't be a secret"

static const struct file_row file_rows[] = {
    {"a line", "tiger\n", 0, 0, SMC_OK, "tiger"},
    {"without a line end", "tiger", 0, 0, SMC_OK, "tiger"},
    {"a line of Windows", "tiger\r\n", 0, 0, SMC_OK, "tiger"},
    {"a line after a byte order mark", "\xef\xbb\xbftiger\r\n", 0, 0, SMC_OK, "tiger"},
    {"what a shell would change", "$ti\"g\\er'%s\n", 0, 0, SMC_OK, "$ti\"g\\er'%s"},
    {"not only ASCII", "t\xc3\xafger\n", 0, 0, SMC_OK, "t\xc3\xafger"},
    {"as long as it may be", "tiger\n", 0, SMCI_CLI_SECRET_MAX - 6, SMC_OK, "tiger"},
    {"too long by a byte", "tiger\n", 0, SMCI_CLI_SECRET_MAX - 5, SMC_ERR_USAGE, TOO_LONG},
    {"far too long", "tiger\n", 0, 3000000, SMC_ERR_USAGE, TOO_LONG},
    {"an empty line", "\n", 0, 0, SMC_ERR_USAGE, "@ holds an empty line"},
    {"nothing but a byte order mark", "\xef\xbb\xbf", 0, 0, SMC_ERR_USAGE, "@ holds an empty line"},
    {"two lines", "tiger\nlion\n", 0, 0, SMC_ERR_USAGE,
     "@ holds more than one line; the secret alone is expected"},
    {"an empty line after it", "tiger\n\n", 0, 0, SMC_ERR_USAGE,
     "@ holds more than one line; the secret alone is expected"},
    {"an empty line before it", "\ntiger\n", 0, 0, SMC_ERR_USAGE,
     "@ holds more than one line; the secret alone is expected"},
    {"a space after it", "tiger \n", 0, 0, SMC_ERR_USAGE, "@: " NO_SPACE},
    {"a carriage return in it", "tiger\rlion\n", 0, 0, SMC_ERR_USAGE, "@: " NO_SPACE},
    {"a NUL in it", "tiger\0lion\n", 11, 0, SMC_ERR_USAGE, "@: " NO_SPACE},
    {"UTF-16", "\xff\xfet\0i\0g\0e\0r\0", 12, 0, SMC_ERR_USAGE, "@: " NO_SPACE},
};

static void write_padded(const char *path, size_t pad, const char *bytes, size_t len)
{
    char *all = malloc(pad + len);
    assert_non_null(all);
    memset(all, 'a', pad);
    memcpy(all + pad, bytes, len);
    file_write(path, all, pad + len);
    free(all);
}

static void test_file_row(void **state)
{
    struct fixture *f = *state;
    const struct file_row *row = current_row;
    write_padded(f->path, row->pad, row->bytes, row->len ? row->len : strlen(row->bytes));
    f->from.file = f->path;
    if (row->status != SMC_OK) {
        check_outcome(f, row->status, row->want);
        return;
    }
    assert_int_equal(read_secret(f), SMC_OK);
    assert_int_equal(f->secret.len, row->pad + strlen(row->want));
    assert_string_equal(f->secret.data + row->pad, row->want);
}

static void test_an_empty_file(void **state)
{
    struct fixture *f = *state;
    file_write(f->path, "", 0);
    f->from.file = f->path;
    char *want = text_format("%s is empty", f->path);
    check_outcome(f, SMC_ERR_IO, want);
    free(want);
}

/* Who pastes the secret in place of its file's name should not find it in a log. */
static void test_a_file_that_is_the_secret(void **state)
{
    struct fixture *f = *state;
    f->from.file = "0123456789abcdef0123tiger";
    check_outcome(f, SMC_ERR_IO,
                  "there is no such file; its name is not shown, since it looks like the secret "
                  "itself, which belongs in a file");
}

static void test_quotes_around_it(void **state)
{
    struct fixture *f = *state;
    file_write(f->path, "'lion'\n", 7);
    assert_int_equal(chmod(f->path, 0600), 0);
    f->from.file = f->path;
    assert_int_equal(read_secret(f), SMC_OK);
    assert_string_equal(f->secret.data, "'lion'");
    assert_non_null(
        strstr(log_sink_text(&f->log), "token: the quotes around the secret count as part of it"));
}

static void test_a_missing_file(void **state)
{
    struct fixture *f = *state;
    f->from.file = "/nowhere/token";
    check_outcome(f, SMC_ERR_IO, "/nowhere/token: No such file or directory");
    assert_int_equal(f->err.sys_errno, ENOENT);
}

static void test_a_directory(void **state)
{
    struct fixture *f = *state;
    f->from.file = "/";
    check_outcome(f, SMC_ERR_IO, "/: Is a directory");
}

/* Root can read it all the same, and is somebody else meanwhile. */
static void test_an_unreadable_file(void **state)
{
    struct fixture *f = *state;
    file_write(f->path, "tiger", 5);
    assert_int_equal(chmod(f->path, 0), 0);
    f->from.file = f->path;
    uid_t before = geteuid();
    if (before == 0 && seteuid(65534) != 0)
        skip();
    enum smc_status rc = read_secret(f);
    if (seteuid(before) != 0)
        fail_msg("seteuid failed");
    char *want = text_format(NAME ": %s: Permission denied", f->path);
    assert_int_equal(rc, SMC_ERR_IO);
    assert_string_equal(f->err.detail, want);
    free(want);
}

static void test_a_file_without_end(void **state)
{
    struct fixture *f = *state;
    f->from.file = "/dev/zero";
    check_outcome(f, SMC_ERR_USAGE, TOO_LONG);
}

/* ---- who can read the file ---- */

struct mode_row {
    const char *name;
    mode_t mode;
    bool has_warning;
    bool is_anothers; /* the file's owner is not us */
};

static const struct mode_row mode_rows[] = {
    {"0600", 0600, false, false},
    {"0400", 0400, false, false},
    {"0700", 0700, false, false},
    {"0620: others can spoil it, not read it", 0620, false, false},
    {"0640", 0640, true, false},
    {"0604", 0604, true, false},
    {"0644", 0644, true, false},
    {"0444", 0444, true, false},
    {"0440 of another owner: its group is how we read it", 0440, false, true},
    {"0444 of another owner", 0444, true, true},
};

static void test_mode_row(void **state)
{
    struct fixture *f = *state;
    const struct mode_row *row = current_row;
    file_write(f->path, "tiger\n", 6);
    assert_int_equal(chmod(f->path, row->mode), 0);
    if (row->is_anothers && chown(f->path, 1, (gid_t)-1) != 0)
        skip(); /* root alone can give files away */
    f->from.file = f->path;
    check_outcome(f, SMC_OK, "tiger");
    char *want = row->has_warning ? text_format("WARNING - " NAME ": %s can be read by others "
                                                "than its owner: run chmod 600 on it\n",
                                                f->path)
                                  : text_format("%s", "");
    assert_string_equal(log_sink_text(&f->log), want);
    free(want);
}

/* ---- pipes ---- */

static void give(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->given[1], text, strlen(text)), strlen(text));
    (void)close(f->given[1]);
    f->given[1] = -1;
}

/* What a shell makes of <(command). */
static void test_a_pipe_by_number(void **state)
{
    struct fixture *f = *state;
    char *path = text_format("/dev/fd/%d", f->given[0]);
    give(f, "tiger\n");
    f->from.file = path;
    check_outcome(f, SMC_OK, "tiger");
    free(path);
}

static int write_secret(void *ctx)
{
    int fd = open(ctx, O_WRONLY);
    return fd >= 0 && write(fd, "tiger\n", 6) == 6 ? 0 : 1;
}

static void test_a_named_pipe(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkfifo(f->path, 0600), 0);
    pid_t pid = child_start(write_secret, f->path);
    f->from.file = f->path;
    check_outcome(f, SMC_OK, "tiger");
    assert_int_equal(child_end(pid), 0);
}

static void test_a_signal_while_nobody_writes(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkfifo(f->path, 0600), 0);
    assert_int_equal(write(f->given[1], "x", 1), 1);
    f->from.file = f->path;
    f->from.stop_fd = f->given[0];
    assert_int_equal(read_secret(f), SMC_ERR_CANCELLED);
}

/* Runs with `fd` as standard input. */
static enum smc_status read_from(struct fixture *f, int fd)
{
    int before = dup(STDIN_FILENO);
    if (dup2(fd, STDIN_FILENO) < 0)
        fail_msg("dup2 failed");
    f->from.file = "-";
    enum smc_status rc = read_secret(f);
    (void)dup2(before, STDIN_FILENO);
    (void)close(before);
    return rc;
}

static void test_standard_input(void **state)
{
    struct fixture *f = *state;
    give(f, "tiger\n");
    assert_int_equal(read_from(f, f->given[0]), SMC_OK);
    assert_string_equal(f->secret.data, "tiger");
}

static void test_standard_input_with_nothing(void **state)
{
    struct fixture *f = *state;
    give(f, "");
    assert_int_equal(read_from(f, f->given[0]), SMC_ERR_IO);
    assert_string_equal(f->err.detail, NAME ": standard input is empty");
}

static void test_a_signal_before_standard_input(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(write(f->given[1], "x", 1), 1);
    f->from.stop_fd = f->given[0];
    assert_int_equal(read_from(f, f->alive[0]), SMC_ERR_CANCELLED);
}

/* Zero is what a struct has that says nothing of it, not standard input. */
static void test_no_stop_signal(void **state)
{
    struct fixture *f = *state;
    give(f, "tiger\n");
    f->from.stop_fd = 0;
    assert_int_equal(read_from(f, f->given[0]), SMC_OK);
    assert_string_equal(f->secret.data, "tiger");
}

/* ---- commands ---- */

struct command_row {
    const char *name;
    const char *command;
    int64_t limit_ms;
    enum smc_status status;
    const char *want;
};

#define LONG_OUTPUT(bytes) "head -c " bytes " /dev/zero | tr '\\0' a; echo"

static const struct command_row command_rows[] = {
    {"a line", "echo tiger", 0, SMC_OK, "tiger"},
    {"without a line end", "printf %s tiger", 0, SMC_OK, "tiger"},
    {"in pieces", "printf ti; printf ger; echo", 0, SMC_OK, "tiger"},
    {"a pipeline", "echo lion | tr a-z A-Z", 0, SMC_OK, "LION"},
    {"its input is empty", "cat; echo tiger", 0, SMC_OK, "tiger"},
    {"it sees the environment", "echo $SMC_TEST_WORD", 0, SMC_OK, "lion"},
    {"a session of its own: no terminal to ask at",
     "read pid comm state parent group session rest </proc/$$/stat; test $session = $$ && echo own",
     0, SMC_OK, "own"},
    {"a long one", LONG_OUTPUT("16384"), 0, SMC_ERR_USAGE,
     "the command printed more than 16384 bytes, which can't be a secret"},
    {"without end", "exec yes tiger", 0, SMC_ERR_USAGE,
     "the command printed more than 16384 bytes, which can't be a secret"},
    {"two lines", "echo tiger; echo lion", 0, SMC_ERR_USAGE,
     "the command printed more than one line; the secret alone is expected"},
    {"two words", "echo tiger lion", 0, SMC_ERR_USAGE, NO_SPACE},
    {"silent", ":", 0, SMC_ERR_USAGE, "the command printed nothing"},
    {"an empty line", "echo", 0, SMC_ERR_USAGE, "the command printed an empty line"},
    {"it fails", "exit 3", 0, SMC_ERR_USAGE, "the command ended with status 3"},
    {"it fails after printing", "echo tiger; exit 1", 0, SMC_ERR_USAGE,
     "the command ended with status 1"},
    {"there is no such command", "exec 2>/dev/null; no-such-command-tiger", 0, SMC_ERR_USAGE,
     "the command ended with status 127"},
    {"killed", "kill -KILL $$", 0, SMC_ERR_USAGE, "the command was ended by signal 9"},
    {"killed after printing", "echo tiger; kill -TERM $$", 0, SMC_ERR_USAGE,
     "the command was ended by signal 15"},
    {"a broken pipe ends it, as it does not us", "kill -PIPE $$; echo tiger", 0, SMC_ERR_USAGE,
     "the command was ended by signal 13"},
    {"it hangs", "exec sleep 1000", 50, SMC_ERR_USAGE,
     "the command was killed, since it still ran after 0.05 s"},
    {"it hangs after printing", "echo tiger; exec sleep 1000", 50, SMC_ERR_USAGE,
     "the command was killed, since it still ran after 0.05 s"},
    {"it hangs with its output closed", "exec >&-; exec sleep 1000", 50, SMC_ERR_USAGE,
     "the command was killed, since it still ran after 0.05 s"},
    {"what it has started hangs", "sleep 1000 | sleep 1000; echo tiger", 50, SMC_ERR_USAGE,
     "the command was killed, since it still ran after 0.05 s"},
    {"it ignores being asked to end", "trap '' TERM INT HUP; sleep 1000; sleep 1000", 50,
     SMC_ERR_USAGE, "the command was killed, since it still ran after 0.05 s"},
};

/* Everything that was started has ended: nobody has the write end any more. */
static void assert_all_gone(struct fixture *f)
{
    (void)close(f->alive[1]);
    f->alive[1] = -1;
    assert_true(has_end(f->alive[0]));
}

static void test_command_row(void **state)
{
    struct fixture *f = *state;
    const struct command_row *row = current_row;
    f->from.command = row->command;
    f->from.limit_ms = row->limit_ms;
    assert_int_equal(setenv("SMC_TEST_WORD", "lion", 1), 0);
    check_outcome(f, row->status, row->want);
    assert_all_gone(f);
}

/* Gives the commands an end of the second pipe, as FD_GIVEN. */
static void hand_down(int fd)
{
    if (dup2(fd, FD_GIVEN) != FD_GIVEN)
        fail_msg("dup2 failed");
}

/* ssh and gpg leave something that keeps the output open: nobody waits for that. */
static void test_what_stays_in_the_background(void **state)
{
    struct fixture *f = *state;
    hand_down(f->given[0]);
    f->from.command = "cat <&9 & echo tiger";
    check_outcome(f, SMC_OK, "tiger");
    (void)close(FD_GIVEN);
    give(f, "");
    assert_all_gone(f);
}

static void test_a_signal_before_a_command(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(write(f->given[1], "x", 1), 1);
    f->from.command = "sleep 1000 | sleep 1000";
    f->from.stop_fd = f->given[0];
    assert_int_equal(read_secret(f), SMC_ERR_CANCELLED);
    assert_all_gone(f);
}

static void test_a_signal_during_a_command(void **state)
{
    struct fixture *f = *state;
    hand_down(f->given[1]);
    f->from.command = "echo tiger; echo >&9; sleep 1000 | sleep 1000";
    f->from.stop_fd = f->given[0];
    enum smc_status rc = read_secret(f);
    (void)close(FD_GIVEN);
    assert_int_equal(rc, SMC_ERR_CANCELLED);
    assert_all_gone(f);
}

static void test_no_stop_signal_for_a_command(void **state)
{
    struct fixture *f = *state;
    int before = dup(STDIN_FILENO);
    assert_int_equal(write(f->given[1], "x", 1), 1);
    (void)dup2(f->given[0], STDIN_FILENO);
    f->from.command = "echo tiger";
    f->from.stop_fd = 0;
    enum smc_status rc = smci_cli_secret_read(&f->from, &f->secret, &f->err);
    (void)dup2(before, STDIN_FILENO);
    (void)close(before);
    assert_int_equal(rc, SMC_OK);
    assert_string_equal(f->secret.data, "tiger");
}

/* A parent may have left us with this, which makes children end without a status. */
static void test_children_ignored(void **state)
{
    struct fixture *f = *state;
    struct sigaction after;
    (void)signal(SIGCHLD, SIG_IGN);
    f->from.command = "exit 3";
    enum smc_status rc = read_secret(f);
    assert_int_equal(sigaction(SIGCHLD, NULL, &after), 0);
    (void)signal(SIGCHLD, SIG_DFL);
    assert_int_equal(rc, SMC_ERR_USAGE);
    assert_string_equal(f->err.detail, NAME ": the command ended with status 3");
    assert_true(after.sa_handler == SIG_IGN);
}

static void test_words_of_a_command(void **state)
{
    struct fixture *f = *state;
    int before = dup(STDERR_FILENO);
    (void)dup2(f->given[1], STDERR_FILENO);
    f->from.command = "echo oops >&2; echo tiger";
    enum smc_status rc = smci_cli_secret_read(&f->from, &f->secret, &f->err);
    (void)dup2(before, STDERR_FILENO);
    (void)close(before);
    char words[16] = "";
    assert_int_equal(rc, SMC_OK);
    assert_int_equal(read(f->given[0], words, sizeof words - 1), 5);
    assert_string_equal(words, "oops\n");
}

/* With no descriptor to be had, then one, then two and so on: an error, and in the end none. */
static void test_no_descriptor_left(void **state)
{
    struct fixture *f = *state;
    struct rlimit limit;
    int next = dup(STDIN_FILENO);
    int failures = 0;
    (void)close(next);
    f->from.command = "echo tiger";
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit low = {(rlim_t)next, limit.rlim_max};
    (void)setrlimit(RLIMIT_NOFILE, &low);
    while (failures < 10 && smci_cli_secret_read(&f->from, &f->secret, &f->err) == SMC_ERR_IO) {
        failures++;
        low.rlim_cur++;
        (void)setrlimit(RLIMIT_NOFILE, &low);
        f->err = (struct smc_error)SMC_ERROR_INIT;
    }
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    assert_in_range(failures, 3, 9); /* the signals' and the pipe's two */
    assert_string_equal(f->secret.data, "tiger");
}

/* ---- running ---- */

static int setup_row(void **state)
{
    current_row = *state;
    return setup(state);
}

#define TABLE(name, rows, test) RUN_TABLE_WITH(name, rows, test, setup_row, teardown)
#define TEST(name)              cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_empty_file),
        TEST(test_a_file_that_is_the_secret),
        TEST(test_quotes_around_it),
        TEST(test_a_missing_file),
        TEST(test_a_directory),
        TEST(test_an_unreadable_file),
        TEST(test_a_file_without_end),
        TEST(test_a_pipe_by_number),
        TEST(test_a_named_pipe),
        TEST(test_a_signal_while_nobody_writes),
        TEST(test_standard_input),
        TEST(test_standard_input_with_nothing),
        TEST(test_a_signal_before_standard_input),
        TEST(test_what_stays_in_the_background),
        TEST(test_a_signal_before_a_command),
        TEST(test_a_signal_during_a_command),
        TEST(test_no_stop_signal),
        TEST(test_no_stop_signal_for_a_command),
        TEST(test_children_ignored),
        TEST(test_words_of_a_command),
        TEST(test_no_descriptor_left),
    };
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    /* As in the programs. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(HANG_MS / 1000);
    int failed = TABLE("secret: files", file_rows, test_file_row);
    failed += TABLE("secret: who can read the file", mode_rows, test_mode_row);
    failed += TABLE("secret: commands", command_rows, test_command_row);
    failed += cmocka_run_group_tests_name("secret", tests, NULL, NULL);
    return failed;
}
