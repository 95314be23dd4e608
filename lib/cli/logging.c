#include "logging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"

static enum smc_log_level level_of(const struct smci_cli_logging *logging)
{
    if (logging->is_quiet)
        return SMC_LOG_WARN;
    return logging->is_verbose ? SMC_LOG_DEBUG : (enum smc_log_level)logging->level;
}

/* JOURNAL_STREAM is inherited by what has its standard error elsewhere, too. */
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[64];
    struct stat st;
    if (!stream || fstat(fd, &st) != 0)
        return false;
    (void)snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, own) == 0;
}

struct smc_log *smci_cli_log_new(const struct smci_cli_logging *logging, const char *program)
{
    struct smc_log *log =
        smc_log_new(STDERR_FILENO, level_of(logging), (enum smc_log_format)logging->format);
    smci_log_set_program(log, program);
    smci_log_set_style(log, logging->has_time, is_journal(STDERR_FILENO));
    return log;
}

static bool takes_a_log(mode_t mode)
{
    return S_ISREG(mode) || S_ISCHR(mode);
}

/* Says why it could not be opened: open(2)'s own words for a link or a FIFO help nobody. */
static enum smc_status not_opened(const char *path, int error, struct smc_error *err)
{
    struct stat st;
    bool is_there = lstat(path, &st) == 0;
    if (is_there && S_ISLNK(st.st_mode))
        return smc_error_set(err, SMC_ERR_IO,
                             "%s: this is a symbolic link; name the file that it leads to", path);
    if (is_there && !takes_a_log(st.st_mode))
        return smc_error_set(err, SMC_ERR_IO, "%s: can't take the log: a file is expected", path);
    return smc_error_set_errno(err, SMC_ERR_IO, error, "%s: can't be opened for the log", path);
}

enum smc_status smci_cli_log_open(const struct smci_cli_logging *logging, struct smc_log *log,
                                  int *fd, struct smc_error *err)
{
    struct stat st;
    *fd = -1;
    if (!logging->file)
        return SMC_OK;
    *fd =
        open(logging->file,
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0640);
    if (*fd < 0)
        return not_opened(logging->file, errno, err);
    if (fstat(*fd, &st) == 0 && !takes_a_log(st.st_mode)) {
        (void)close(*fd);
        *fd = -1;
        return smc_error_set(err, SMC_ERR_IO, "%s: can't take the log: a file is expected",
                             logging->file);
    }
    smci_log_set_file(log, *fd);
    return SMC_OK;
}
