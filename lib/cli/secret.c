#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/stop.h"

#include "given_path.h"
#include "secret_command.h"
#include "setting.h"

/* ---- reading ---- */

/* One byte more than a secret may have tells that there are too many. All of it is reserved, since
 * growing would leave copies behind. */
static enum smc_status reserve(struct smc_buf *secret, struct smc_error *err)
{
    smc_buf_init(secret, SMCI_CLI_SECRET_MAX + 1);
    enum smc_status rc = smc_buf_reserve(secret, SMCI_CLI_SECRET_MAX + 1);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "out of memory");
}

/* ---- a file ---- */

static void warn_of_others(const struct smci_cli_secret *from, int fd)
{
    if (smci_secret_is_exposed(fd))
        smci_log_event(from->log, SMC_LOG_WARN, SMCI_EVENT_SECRET, SMCI_FACTS(.file = from->file),
                       "%s: %s can be read by others than its owner: run chmod 600 on it",
                       from->name, from->file);
}

/* Waits before each read, since a pipe may be slow and a signal must be seen. */
static enum smc_status read_all(const struct smci_cli_secret *from, int fd, const char *shown,
                                struct smc_buf *secret, struct smc_error *err)
{
    ssize_t got = 1;
    while (smci_cli_has_more(got)) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                               {.fd = from->stop_fd > 0 ? from->stop_fd : -1, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: %s", from->name, shown);
        if (fds[1].revents != 0)
            return smc_error_set(err, SMC_ERR_CANCELLED, SMCI_STOPPED);
        if (fds[0].revents != 0)
            got = smci_cli_read_some(fd, secret);
    }
    if (got < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: %s", from->name, shown);
    if (secret->len == 0)
        return smc_error_set(err, SMC_ERR_IO, "%s: %s is empty", from->name, shown);
    return SMC_OK;
}

static enum smc_status read_file(const struct smci_cli_secret *from, struct smc_buf *secret,
                                 struct smc_error *err)
{
    bool is_stdin = strcmp(from->file, "-") == 0;
    if (is_stdin)
        return read_all(from, STDIN_FILENO, "standard input", secret, err);
    /* A pipe that nobody writes to would block open(2). */
    int fd = open(from->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT &&
        smci_path_shown_missing(from->file) != smci_path_shown(from->file))
        return smc_error_set(
            err, SMC_ERR_IO,
            "%s: there is no such file; its name is not shown, since it looks like the "
            "secret itself, which belongs in a file",
            from->name);
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: %s", from->name, from->file);
    warn_of_others(from, fd);
    enum smc_status rc = read_all(from, fd, from->file, secret, err);
    (void)close(fd);
    return rc;
}

/* ---- the line ---- */

static void cut_end(struct smc_buf *secret, char end)
{
    if (secret->len > 0 && secret->data[secret->len - 1] == end)
        secret->data[--secret->len] = '\0';
}

/* Editors of Windows begin a file with U+FEFF, which nobody sees. */
static void cut_mark(struct smc_buf *secret)
{
    if (secret->len >= 3 && memcmp(secret->data, "\xef\xbb\xbf", 3) == 0) {
        secret->len -= 3;
        (void)memmove(secret->data, secret->data + 3, secret->len + 1);
    }
}

static const char *shown_file(const struct smci_cli_secret *from)
{
    return strcmp(from->file, "-") == 0 ? "standard input" : from->file;
}

static enum smc_status make_line(const struct smci_cli_secret *from, struct smc_buf *secret,
                                 struct smc_error *err)
{
    char whose[256] = "the command printed";
    if (from->file)
        (void)snprintf(whose, sizeof whose, "%.200s holds", shown_file(from));
    if (secret->len > SMCI_CLI_SECRET_MAX)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: %s more than %d bytes, which can't be a secret", from->name,
                             whose, SMCI_CLI_SECRET_MAX);
    cut_mark(secret);
    cut_end(secret, '\n');
    cut_end(secret, '\r');
    if (secret->len == 0)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: %s an empty line", from->name, whose);
    if (memchr(secret->data, '\n', secret->len))
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: %s more than one line; the secret alone is expected", from->name,
                             whose);
    char name[512];
    bool is_file = from->file && strcmp(from->file, "-") != 0;
    (void)snprintf(name, sizeof name, "%s%s%.200s", from->name, is_file ? ": " : "",
                   is_file ? from->file : "");
    char first = secret->data[0];
    if (secret->len > 1 && (first == '"' || first == '\'') &&
        secret->data[secret->len - 1] == first)
        smci_log_event(from->log, SMC_LOG_WARN, SMCI_EVENT_SECRET,
                       SMCI_FACTS(.file = is_file ? from->file : NULL),
                       "%s: the quotes around the secret count as part of it", name);
    return smci_secret_check(secret->data, secret->len, name, err);
}

enum smc_status smci_cli_secret_read(const struct smci_cli_secret *from, struct smc_buf *secret,
                                     struct smc_error *err)
{
    const struct smci_cli_command command = {
        .text = from->command,
        .name = from->name,
        .limit_ms = from->limit_ms > 0 ? from->limit_ms : SMCI_CLI_SECRET_LIMIT_MS,
        .stop_fd = from->stop_fd};
    enum smc_status rc = reserve(secret, err);
    if (rc == SMC_OK)
        rc = from->file ? read_file(from, secret, err)
                        : smci_cli_command_read(&command, secret, err);
    if (rc == SMC_OK)
        rc = make_line(from, secret, err);
    if (rc != SMC_OK)
        smc_buf_wipe(secret);
    return rc;
}
