#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sigmacat/clock.h>

#include "given_path.h"
#include "setting.h"

#define CANCELLED "stopped by a signal"

/* ---- reading ---- */

/* One byte more than a secret may have tells that there are too many. All of it is reserved, since
 * growing would leave copies behind. */
static enum smc_status reserve(struct smc_buf *secret, struct smc_error *err)
{
    smc_buf_init(secret, SMCI_CLI_SECRET_MAX + 1);
    enum smc_status rc = smc_buf_reserve(secret, SMCI_CLI_SECRET_MAX + 1);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "out of memory");
}

/* What read(2) returns; 0, too, when the buffer is full. */
static ssize_t read_some(int fd, struct smc_buf *secret)
{
    ssize_t got = read(fd, secret->data + secret->len, secret->cap - secret->len);
    if (got > 0) {
        secret->len += (size_t)got;
        secret->data[secret->len] = '\0';
    }
    return got;
}

static bool is_no_end(ssize_t got)
{
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

/* ---- a file ---- */

static void warn_of_others(const struct smci_cli_secret *from, int fd)
{
    if (smci_secret_is_exposed(fd))
        smc_log_write(from->log, SMC_LOG_WARN,
                      "%s: %s can be read by others than its owner: run chmod 600 on it",
                      from->name, from->file);
}

/* Waits before each read, since a pipe may be slow and a signal must be seen. */
static enum smc_status read_all(const struct smci_cli_secret *from, int fd, const char *shown,
                                struct smc_buf *secret, struct smc_error *err)
{
    ssize_t got = 1;
    while (is_no_end(got)) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                               {.fd = from->stop_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: %s", from->name, shown);
        if (fds[1].revents != 0)
            return smc_error_set(err, SMC_ERR_CANCELLED, CANCELLED);
        if (fds[0].revents != 0)
            got = read_some(fd, secret);
    }
    if (got < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: %s", from->name, shown);
    if (secret->len == 0)
        return smc_error_set(err, SMC_ERR_IO, "%s: %s is empty", from->name, shown);
    return SMC_OK;
}

/* A name without an ending, longer than people give files. */
static bool is_likely_secret(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = strlen(name);
    return len >= 40 || (len >= 20 && !strchr(name, '.'));
}

static enum smc_status read_file(const struct smci_cli_secret *from, struct smc_buf *secret,
                                 struct smc_error *err)
{
    bool is_stdin = strcmp(from->file, "-") == 0;
    if (is_stdin)
        return read_all(from, STDIN_FILENO, "standard input", secret, err);
    /* A pipe that nobody writes to would block open(2). */
    int fd = open(from->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT && is_likely_secret(from->file))
        return smc_error_set(
            err, SMC_ERR_IO,
            "%s: there is no such file; its name is not shown, since it looks like the "
            "secret itself, which belongs into a file",
            from->name);
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: %s", from->name, from->file);
    warn_of_others(from, fd);
    enum smc_status rc = read_all(from, fd, from->file, secret, err);
    (void)close(fd);
    return rc;
}

/* ---- a command ---- */

struct child {
    pid_t pid;  /* and its process group; 0: none, or reaped */
    int status; /* as wait(2) says, once it is reaped */
    int out;    /* what it prints; -1 after its end */
    int ended;  /* a signalfd: readable once the child has ended */
    sigset_t mask_before;
    struct sigaction action_before;
};

/* Makes the end of a child readable. Where SIGCHLD is ignored, as a parent may have left it to us,
 * children leave no status. */
static enum smc_status watch_children(struct child *child, struct smc_error *err)
{
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t mask;
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGCHLD);
    (void)sigaction(SIGCHLD, &by_default, &child->action_before);
    (void)sigprocmask(SIG_BLOCK, &mask, &child->mask_before);
    child->ended = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    return child->ended >= 0 ? SMC_OK : smc_error_set_errno(err, SMC_ERR_IO, errno, "signalfd");
}

/* A session of its own: no terminal that it could ask at and be stopped for, and one process group
 * to kill. */
static int set_attributes(posix_spawnattr_t *attr, const struct child *child)
{
    sigset_t by_default;
    (void)sigemptyset(&by_default);
    (void)sigaddset(&by_default, SIGPIPE);
    (void)sigaddset(&by_default, SIGXFSZ);
    (void)sigaddset(&by_default, SIGCHLD);
    int rc = posix_spawnattr_setsigmask(attr, &child->mask_before);
    if (rc == 0)
        rc = posix_spawnattr_setsigdefault(attr, &by_default);
    if (rc == 0)
        rc = posix_spawnattr_setflags(
            attr, (short)(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    return rc;
}

static int spawn(struct child *child, const char *command, int out)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, NULL, NULL};
    char *text = strdup(command);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    if (!text)
        return ENOMEM;
    argv[2] = text;
    /* These two can't fail on Linux. */
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attr);
    int rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (rc == 0)
        rc = set_attributes(&attr, child);
    if (rc == 0)
        rc = posix_spawn(&child->pid, "/bin/sh", &actions, &attr, argv, environ);
    if (rc != 0)
        child->pid = 0;
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&actions);
    free(text);
    return rc;
}

static enum smc_status start(struct child *child, const struct smci_cli_secret *from,
                             struct smc_error *err)
{
    int ends[2];
    enum smc_status rc = watch_children(child, err);
    if (rc != SMC_OK)
        return rc;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't make a pipe", from->name);
    child->out = ends[0];
    int failure = fcntl(child->out, F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
    if (failure == 0)
        failure = spawn(child, from->command, ends[1]);
    (void)close(ends[1]);
    if (failure != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, failure, "%s: can't run /bin/sh", from->name);
    return SMC_OK;
}

/* Takes what is there. */
static void take_output(struct child *child, struct smc_buf *secret)
{
    ssize_t got;
    do
        got = child->out >= 0 ? read_some(child->out, secret) : 0;
    while (got > 0);
    if (!is_no_end(got) && child->out >= 0) {
        (void)close(child->out);
        child->out = -1;
    }
}

static void take_end(struct child *child)
{
    struct signalfd_siginfo info;
    while (read(child->ended, &info, sizeof info) > 0)
        ;
    if (waitpid(child->pid, &child->status, WNOHANG) == child->pid)
        child->pid = 0;
}

static int64_t now_ms(void)
{
    const struct smc_clock *clock = smc_clock_system();
    return clock->now_ms(clock->ctx);
}

/* Until the child has ended, not until its output has: something that it has left in the background
 * may keep that open for ever. */
static enum smc_status attend(struct child *child, const struct smci_cli_secret *from,
                              struct smc_buf *secret, struct smc_error *err)
{
    int64_t limit_ms = from->limit_ms > 0 ? from->limit_ms : SMCI_CLI_SECRET_LIMIT_MS;
    int64_t deadline = now_ms() + limit_ms;
    while (child->pid != 0) {
        struct pollfd fds[] = {{.fd = child->out, .events = POLLIN},
                               {.fd = child->ended, .events = POLLIN},
                               {.fd = from->stop_fd, .events = POLLIN}};
        int64_t left = deadline - now_ms();
        if (left <= 0)
            return smc_error_set(err, SMC_ERR_USAGE,
                                 "%s: the command was killed, since it still ran after %g s",
                                 from->name, (double)limit_ms / 1000);
        if (poll(fds, 3, left < INT_MAX ? (int)left : INT_MAX) < 0 && errno != EINTR)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: poll", from->name);
        if (fds[2].revents != 0)
            return smc_error_set(err, SMC_ERR_CANCELLED, CANCELLED);
        if (fds[0].revents != 0)
            take_output(child, secret);
        if (secret->len == secret->cap)
            return SMC_OK;
        if (fds[1].revents != 0)
            take_end(child);
    }
    take_output(child, secret);
    return SMC_OK;
}

/* Also what it started, as far as that is of its process group. */
static void stop(struct child *child)
{
    if (child->pid != 0) {
        (void)kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
            ;
    }
    if (child->out >= 0)
        (void)close(child->out);
    if (child->ended >= 0)
        (void)close(child->ended);
    (void)sigprocmask(SIG_SETMASK, &child->mask_before, NULL);
    (void)sigaction(SIGCHLD, &child->action_before, NULL);
}

static enum smc_status check_end(const struct child *child, const struct smci_cli_secret *from,
                                 const struct smc_buf *secret, struct smc_error *err)
{
    /* It was killed for that, so its status says nothing. */
    if (secret->len > SMCI_CLI_SECRET_MAX)
        return SMC_OK;
    if (WIFSIGNALED(child->status))
        return smc_error_set(err, SMC_ERR_USAGE, "%s: the command was ended by signal %d",
                             from->name, WTERMSIG(child->status));
    if (WEXITSTATUS(child->status) != 0)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: the command ended with status %d", from->name,
                             WEXITSTATUS(child->status));
    if (secret->len == 0)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: the command printed nothing", from->name);
    return SMC_OK;
}

static enum smc_status read_command(const struct smci_cli_secret *from, struct smc_buf *secret,
                                    struct smc_error *err)
{
    struct child child = {.out = -1, .ended = -1};
    enum smc_status rc = start(&child, from, err);
    if (rc == SMC_OK)
        rc = attend(&child, from, secret, err);
    stop(&child);
    return rc == SMC_OK ? check_end(&child, from, secret, err) : rc;
}

/* ---- what was read ---- */

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
        return smc_error_set(err, SMC_ERR_USAGE, "%s: %s more than %d bytes, which is no secret",
                             from->name, whose, SMCI_CLI_SECRET_MAX);
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
        smc_log_write(from->log, SMC_LOG_WARN,
                      "%s: the quotes around the secret count as part of it", name);
    return smci_secret_check(secret->data, secret->len, name, err);
}

enum smc_status smci_cli_secret_read(const struct smci_cli_secret *from, struct smc_buf *secret,
                                     struct smc_error *err)
{
    enum smc_status rc = reserve(secret, err);
    if (rc == SMC_OK)
        rc = from->file ? read_file(from, secret, err) : read_command(from, secret, err);
    if (rc == SMC_OK)
        rc = make_line(from, secret, err);
    if (rc != SMC_OK)
        smc_buf_wipe(secret);
    return rc;
}
