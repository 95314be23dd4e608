/* Where a program's log goes, and from which level on. */
#include "support/support.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cli/logging.h"

/* Standard error is a file meanwhile; what was written there is in `text`. */
static int begin(int *file)
{
    int before = dup(STDERR_FILENO);
    *file = memfd_create("stderr", MFD_CLOEXEC);
    assert_true(before >= 0 && *file >= 0);
    assert_int_equal(dup2(*file, STDERR_FILENO), STDERR_FILENO);
    return before;
}

static void end(int before, int file, char *text, size_t size)
{
    (void)dup2(before, STDERR_FILENO);
    (void)close(before);
    ssize_t len = pread(file, text, size - 1, 0);
    text[len < 0 ? 0 : len] = '\0';
    (void)close(file);
}

static void test_levels(void **state)
{
    static const struct {
        struct smci_cli_logging logging;
        enum smc_log_level last; /* that is written */
    } rows[] = {
        {SMCI_CLI_LOGGING_INIT, SMC_LOG_INFO},
        {{.level = SMC_LOG_ERROR}, SMC_LOG_ERROR},
        {{.level = SMC_LOG_INFO, .is_quiet = true}, SMC_LOG_WARN},
        {{.level = SMC_LOG_INFO, .is_verbose = true}, SMC_LOG_DEBUG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smc_log *log = smci_cli_log_new(&rows[i].logging, "program");
        assert_true(smc_log_would(log, rows[i].last));
        assert_false(smc_log_would(log, rows[i].last + 1));
        smc_log_free(log);
    }
}

/* JOURNAL_STREAM counts where it is about our own standard error. */
static void test_journal(void **state)
{
    (void)state;
    const struct smci_cli_logging logging = SMCI_CLI_LOGGING_INIT;
    char text[200];
    struct stat st;
    for (int is_ours = 0; is_ours < 2; is_ours++) {
        int file;
        int before = begin(&file);
        assert_int_equal(fstat(STDERR_FILENO, &st), 0);
        char *stream =
            text_format("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + (is_ours ? 0 : 1));
        (void)setenv("JOURNAL_STREAM", stream, 1);
        struct smc_log *log = smci_cli_log_new(&logging, "program");
        smc_log_write(log, SMC_LOG_WARN, "careful");
        smc_log_free(log);
        end(before, file, text, sizeof text);
        assert_string_equal(text, is_ours ? "<4>WARNING - careful\n" : "WARNING - careful\n");
        free(stream);
    }
    (void)unsetenv("JOURNAL_STREAM");
}

static enum smc_status open_file(const char *path, struct smc_error *err)
{
    const struct smci_cli_logging logging = {.level = SMC_LOG_INFO, .file = path};
    int fd = -1;
    struct smc_log *log = smci_cli_log_new(&logging, "program");
    smc_error_reset(err);
    enum smc_status rc = smci_cli_log_open(&logging, log, &fd, err);
    assert_int_equal(rc == SMC_OK, fd >= 0);
    if (rc == SMC_OK)
        smc_log_write(log, SMC_LOG_INFO, "line");
    smc_log_free(log);
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static void test_file(void **state)
{
    (void)state;
    struct smc_error err = SMC_ERROR_INIT;
    char *dir = temp_dir_make();
    char *path = text_format("%s/log", dir);
    char *link_path = text_format("%s/link", dir);
    char *fifo = text_format("%s/fifo", dir);
    char *missing = text_format("%s/no/log", dir);
    struct stat st;
    mode_t mask = umask(022);
    assert_int_equal(open_file(path, &err), SMC_OK);
    assert_int_equal(open_file(path, &err), SMC_OK);
    (void)umask(mask);
    char *text = file_read(path, NULL);
    assert_string_equal(text, "INFO - line\nINFO - line\n");
    free(text);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(symlink(path, link_path), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const struct {
        const char *path;
        const char *why;
    } refused[] = {{link_path, ": this is a symbolic link; name the file that it leads to"},
                   {fifo, ": can't take the log: a file is expected"},
                   {missing, ": can't be opened for the log: No such file or directory"},
                   {dir, ": can't take the log: a file is expected"}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *want = text_format("%s%s", refused[i].path, refused[i].why);
        assert_int_equal(open_file(refused[i].path, &err), SMC_ERR_IO);
        assert_string_equal(err.detail, want);
        free(want);
    }
    free(path);
    free(link_path);
    free(fifo);
    free(missing);
    temp_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_journal),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests_name("logging", tests, NULL, NULL);
}
