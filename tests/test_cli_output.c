/* Whatever is written to a path that a person has named. */
#include "support/program.h"
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cli/output.h"

struct fixture {
    char *dir;
    char *path; /* DIR/r */
    int stop[2];
    struct smc_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_dir_make();
    f->path = text_format("%s/r", f->dir);
    assert_int_equal(pipe(f->stop), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    (void)(close(f->stop[0]) + close(f->stop[1]));
    free(f->path);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* Writes `count` times the text there. */
static enum smc_status write_text(struct fixture *f, const char *path, const char *text,
                                  size_t count)
{
    struct smci_cli_output *out = NULL;
    smc_error_reset(&f->err);
    enum smc_status rc = smci_cli_output_open(&out, path, f->stop[0], &f->err);
    if (rc != SMC_OK)
        return rc;
    for (size_t i = 0; i < count; i++)
        smci_cli_output_text(out, text);
    return smci_cli_output_commit(out, &f->err);
}

static size_t count_entries(const struct fixture *f)
{
    char *command = text_format("ls -A '%s' | wc -l", f->dir);
    FILE *lines = popen(command, "r");
    char text[32] = "";
    assert_non_null(lines);
    assert_non_null(fgets(text, sizeof text, lines));
    (void)pclose(lines);
    free(command);
    return (size_t)strtoul(text, NULL, 10);
}

static void assert_content(const char *path, const char *expected)
{
    char *text = file_read(path, NULL);
    assert_string_equal(text, expected);
    free(text);
}

/* ---- what a path may be ---- */

enum scene {
    NOTHING,
    A_FILE,
    A_DIRECTORY,
    A_LINK,
    A_LINK_TO_NOTHING,
    A_FIFO,
    A_SOCKET,
    A_LINKED_DIRECTORY
};

static void set(struct fixture *f, enum scene scene)
{
    char *victim = text_format("%s/victim", f->dir);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1;
    switch (scene) {
    case NOTHING:
        break;
    case A_FILE:
        file_write(f->path, "old", 3);
        assert_int_equal(chmod(f->path, 0400), 0);
        break;
    case A_DIRECTORY:
        assert_int_equal(mkdir(f->path, 0700), 0);
        break;
    case A_LINK:
        file_write(victim, "precious", 8);
        assert_int_equal(symlink("victim", f->path), 0);
        break;
    case A_LINK_TO_NOTHING:
        assert_int_equal(symlink("victim", f->path), 0);
        break;
    case A_FIFO:
        assert_int_equal(mkfifo(f->path, 0600), 0);
        break;
    case A_SOCKET:
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", f->path);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
        (void)close(fd);
        break;
    case A_LINKED_DIRECTORY:
        assert_int_equal(mkdir(victim, 0700), 0);
        assert_int_equal(symlink("victim", f->path), 0);
        break;
    }
    free(victim);
}

struct row {
    const char *name;
    enum scene scene;
    const char *path; /* behind the folder's, whose "r" is the scene; or, without a slash, itself */
    const char *check;   /* what is wrong with it; NULL: nothing */
    const char *open;    /* what is found wrong only then; NULL: nothing */
    const char *content; /* of the path, once it was written; NULL: not read */
};
static const struct row rows[] = {
    {"nothing yet", NOTHING, "/r", NULL, NULL, "new"},
    {"a file, which nobody may write", A_FILE, "/r", NULL, NULL, "new"},
    {"a directory", A_DIRECTORY, "/r", "/r: this is a directory; a file is expected", NULL, NULL},
    {"a slash at the end", A_DIRECTORY, "/r/", "/r/: this is a directory", NULL, NULL},
    {"a link", A_LINK, "/r", "/r: this is a symbolic link; name the file", NULL, NULL},
    {"a link to nothing", A_LINK_TO_NOTHING, "/r", "/r: this is a symbolic link", NULL, NULL},
    {"in a directory by a link", A_LINKED_DIRECTORY, "/r/x", NULL, NULL, "new"},
    {"a FIFO without a reader", A_FIFO, "/r", NULL, "/r: can't be written: nobody reads from it",
     NULL},
    {"a socket", A_SOCKET, "/r", "/r: this is not a file, a FIFO or a character device", NULL,
     NULL},
    {"no directory", NOTHING, "/none/r", "/none: the directory does not exist", NULL, NULL},
    {"below a file", A_FILE, "/r/x", "/r: this is not a directory", NULL, NULL},
    {"a device", NOTHING, "/../../../../../../../../dev/null", NULL, NULL, NULL},
    {"a device that is full", NOTHING, "/../../../../../../../../dev/full", NULL,
     "/dev/full: can't be written: No space left", NULL},
    {"a descriptor that is not open", NOTHING, "/dev/fd/999",
     "/dev/fd/999 is closed or can't be written to", NULL, NULL},
    {"below /proc", NOTHING, "/../../../../../../../../proc/r",
     "/proc: can't be written to: on this file system nothing can be made", "can't be written",
     NULL},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    void *made = NULL;
    assert_int_equal(setup(&made), 0);
    struct fixture *f = made;
    set(f, row->scene);
    size_t before = count_entries(f);
    char *path = strncmp(row->path, "/dev/", 5) == 0 ? text_format("%s", row->path)
                                                     : text_format("%s%s", f->dir, row->path);
    enum smc_status rc = smci_cli_output_check(path, NULL, &f->err);
    assert_int_equal(rc, row->check ? SMC_ERR_IO : SMC_OK);
    assert_contains(f->err.detail, row->check ? row->check : "");
    assert_int_equal(count_entries(f), before);
    const char *wrong = row->open ? row->open : row->check;
    rc = write_text(f, path, "new", 1);
    assert_int_equal(rc, wrong ? SMC_ERR_IO : SMC_OK);
    assert_contains(f->err.detail, wrong ? wrong : "");
    if (row->content)
        assert_content(path, row->content);
    else
        assert_int_equal(count_entries(f), before);
    free(path);
    (void)teardown(&made);
}

static void test_victims(void **state)
{
    struct fixture *f = *state;
    char *victim = text_format("%s/victim", f->dir);
    set(f, A_LINK);
    assert_int_equal(write_text(f, f->path, "new", 1), SMC_ERR_IO);
    assert_content(victim, "precious");
    /* Nor by a link in the place of the temporary file. */
    assert_int_equal(unlink(f->path), 0);
    char *part = text_format("%s/.r.part", f->dir);
    assert_int_equal(symlink("victim", part), 0);
    assert_int_equal(write_text(f, f->path, "new", 1), SMC_OK);
    assert_content(victim, "precious");
    assert_content(f->path, "new");
    free(part);
    free(victim);
}

/* Directories that the run makes do not count against it; others do. */
static void test_made(void **state)
{
    struct fixture *f = *state;
    char *output = text_format("%s/out", f->dir);
    char *inside = text_format("%s/out/r", f->dir);
    const char *const made[] = {"/nowhere/else", output, NULL};
    assert_int_equal(smci_cli_output_check(inside, made, NULL), SMC_OK);
    assert_int_equal(smci_cli_output_check(inside, NULL, NULL), SMC_ERR_IO);
    char *beside = text_format("%s/other/r", f->dir);
    assert_int_equal(smci_cli_output_check(beside, made, NULL), SMC_ERR_IO);
    free(beside);
    free(inside);
    free(output);
}

/* ---- files ---- */

static void test_whole_or_not(void **state)
{
    struct fixture *f = *state;
    struct smci_cli_output *out = NULL;
    struct stat st;
    set(f, A_FILE);
    assert_int_equal(smci_cli_output_open(&out, f->path, -1, &f->err), SMC_OK);
    smci_cli_output_text(out, "new");
    assert_content(f->path, "old");
    smci_cli_output_abort(out);
    smci_cli_output_abort(NULL);
    assert_content(f->path, "old");
    assert_int_equal(count_entries(f), 1);
    mode_t umask_was = umask(027);
    assert_int_equal(write_text(f, f->path, "0123456789", 20000), SMC_OK);
    (void)umask(umask_was);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_size, 200000);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(count_entries(f), 1);
}

/* A temporary file that a killed run left goes, one that another run has at this moment stays. */
static void test_other_runs(void **state)
{
    struct fixture *f = *state;
    char *left = text_format("%s/.r.part", f->dir);
    file_write(left, "of a run that was killed, and longer than what comes", 52);
    assert_int_equal(write_text(f, f->path, "1", 1), SMC_OK);
    assert_content(f->path, "1");
    assert_int_equal(count_entries(f), 1);
    struct smci_cli_output *out = NULL;
    assert_int_equal(smci_cli_output_open(&out, f->path, -1, &f->err), SMC_OK);
    assert_int_equal(write_text(f, f->path, "2", 1), SMC_OK);
    assert_content(f->path, "2");
    assert_true(file_exists(left));
    smci_cli_output_text(out, "3");
    assert_int_equal(smci_cli_output_commit(out, &f->err), SMC_OK);
    assert_content(f->path, "3");
    assert_int_equal(count_entries(f), 1);
    free(left);
}

static void test_longest_name(void **state)
{
    struct fixture *f = *state;
    char name[256];
    (void)memset(name, 'n', 255);
    name[255] = '\0';
    char *path = text_format("%s/%s", f->dir, name);
    assert_int_equal(smci_cli_output_check(path, NULL, &f->err), SMC_OK);
    assert_int_equal(write_text(f, path, "new", 1), SMC_OK);
    assert_content(path, "new");
    char *longer = text_format("%sn", path);
    assert_int_equal(smci_cli_output_check(longer, NULL, &f->err), SMC_ERR_IO);
    assert_contains(f->err.detail, "File name too long");
    free(longer);
    free(path);
}

/* ---- what is written to as it is ---- */

#define MUCH 30000 /* times 10 bytes: more than a FIFO holds */

/* Reads all, and says whether it was as much as it should be. */
static int read_fifo(void *ctx)
{
    const struct fixture *f = ctx;
    char bytes[1000];
    size_t sum = 0;
    int fd = open(f->path, O_RDONLY);
    for (ssize_t got = 1; got > 0; sum += got > 0 ? (size_t)got : 0)
        got = read(fd, bytes, sizeof bytes);
    return sum == (size_t)MUCH * 10 ? 0 : 1;
}

static void test_fifo(void **state)
{
    struct fixture *f = *state;
    int status = 0;
    set(f, A_FIFO);
    pid_t pid = child_start(read_fifo, f);
    int keep = open(f->path, O_WRONLY); /* returns when the reader is there */
    assert_int_equal(write_text(f, f->path, "0123456789", MUCH), SMC_OK);
    (void)close(keep);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

/* It has it open and reads nothing: only the signal ends that. */
static void test_fifo_that_is_full(void **state)
{
    struct fixture *f = *state;
    set(f, A_FIFO);
    int reader = open(f->path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_int_equal(write(f->stop[1], "", 1), 1);
    assert_int_equal(write_text(f, f->path, "0123456789", MUCH), SMC_ERR_CANCELLED);
    assert_contains(f->err.detail, "/r: stopped before its reader had taken it all");
    (void)close(reader);
}

static void test_reader_that_goes(void **state)
{
    struct fixture *f = *state;
    struct smci_cli_output *out = NULL;
    set(f, A_FIFO);
    int reader = open(f->path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(smci_cli_output_open(&out, f->path, -1, &f->err), SMC_OK);
    (void)close(reader);
    smci_cli_output_text(out, "new");
    assert_int_equal(smci_cli_output_commit(out, &f->err), SMC_ERR_IO);
    assert_contains(f->err.detail, "/r: can't be written: Broken pipe");
}

/* As a shell's >(command) gives it; and not a file that the program itself has open. */
static void test_descriptor(void **state)
{
    struct fixture *f = *state;
    int fd = open(f->path, O_WRONLY | O_CREAT, 0600);
    char *path = text_format("/dev/fd/%d", fd);
    assert_int_equal(smci_cli_output_check(path, NULL, &f->err), SMC_OK);
    assert_int_equal(write_text(f, path, "new", 1), SMC_OK);
    assert_content(f->path, "new");
    assert_int_equal(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(smci_cli_output_check(path, NULL, &f->err), SMC_ERR_IO);
    (void)close(fd);
    fd = open(f->path, O_RDONLY);
    assert_int_equal(smci_cli_output_check(path, NULL, NULL), SMC_ERR_IO);
    (void)close(fd);
    free(path);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        ALONE(test_victims),           ALONE(test_made),
        ALONE(test_whole_or_not),      ALONE(test_other_runs),
        ALONE(test_longest_name),      ALONE(test_fifo),
        ALONE(test_fifo_that_is_full), ALONE(test_reader_that_goes),
        ALONE(test_descriptor),
    };
    int failed = RUN_TABLE("targets", rows, test_row);
    return failed + cmocka_run_group_tests_name("cli_output", tests, NULL, NULL);
}
