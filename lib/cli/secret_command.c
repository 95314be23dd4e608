#include "secret_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sigmacat/clock.h>

#include "lib/base/stop.h"

/* How often it is seen whether the command has ended: another thread of the process, such as
 * libcurl's for names, may have taken the signal. */
#define LOOK_MS 100

ssize_t smci_cli_read_some(int fd, struct smc_buf *out)
{
    ssize_t got = read(fd, out->data + out->len, out->cap - out->len);
    if (got > 0) {
        out->len += (size_t)got;
        out->data[out->len] = '\0';
    }
    return got;
}

bool smci_cli_has_more(ssize_t got)
{
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

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

static enum smc_status start(struct child *child, const struct smci_cli_command *command,
                             struct smc_error *err)
{
    int ends[2];
    enum smc_status rc = watch_children(child, err);
    if (rc != SMC_OK)
        return rc;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't make a pipe", command->name);
    child->out = ends[0];
    int failure = fcntl(child->out, F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
    if (failure == 0)
        failure = spawn(child, command->text, ends[1]);
    (void)close(ends[1]);
    if (failure != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, failure, "%s: can't run /bin/sh",
                                   command->name);
    return SMC_OK;
}

/* Takes what is there. */
static void take_output(struct child *child, struct smc_buf *out)
{
    ssize_t got;
    do
        got = child->out >= 0 ? smci_cli_read_some(child->out, out) : 0;
    while (got > 0);
    if (!smci_cli_has_more(got) && child->out >= 0) {
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
static enum smc_status attend(struct child *child, const struct smci_cli_command *command,
                              struct smc_buf *out, struct smc_error *err)
{
    int64_t deadline = now_ms() + command->limit_ms;
    while (child->pid != 0) {
        struct pollfd fds[] = {
            {.fd = child->out, .events = POLLIN},
            {.fd = child->ended, .events = POLLIN},
            {.fd = command->stop_fd > 0 ? command->stop_fd : -1, .events = POLLIN}};
        int64_t left = deadline - now_ms();
        if (left <= 0)
            return smc_error_set(err, SMC_ERR_USAGE,
                                 "%s: the command was killed, since it still ran after %g s",
                                 command->name, (double)command->limit_ms / 1000);
        if (poll(fds, 3, left < LOOK_MS ? (int)left : LOOK_MS) < 0 && errno != EINTR)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: poll", command->name);
        if (fds[2].revents != 0)
            return smc_error_set(err, SMC_ERR_CANCELLED, SMCI_STOPPED);
        if (fds[0].revents != 0)
            take_output(child, out);
        if (out->len == out->cap)
            return SMC_OK;
        take_end(child);
    }
    take_output(child, out);
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

static enum smc_status check_end(const struct child *child, const struct smci_cli_command *command,
                                 const struct smc_buf *out, struct smc_error *err)
{
    /* It was killed for that, so its status says nothing. */
    if (out->len == out->cap)
        return SMC_OK;
    if (WIFSIGNALED(child->status))
        return smc_error_set(err, SMC_ERR_USAGE, "%s: the command was ended by signal %d",
                             command->name, WTERMSIG(child->status));
    if (WEXITSTATUS(child->status) != 0)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: the command ended with status %d",
                             command->name, WEXITSTATUS(child->status));
    if (out->len == 0)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: the command printed nothing", command->name);
    return SMC_OK;
}

enum smc_status smci_cli_command_read(const struct smci_cli_command *command, struct smc_buf *out,
                                      struct smc_error *err)
{
    struct child child = {.out = -1, .ended = -1};
    enum smc_status rc = start(&child, command, err);
    if (rc == SMC_OK)
        rc = attend(&child, command, out, err);
    stop(&child);
    return rc == SMC_OK ? check_end(&child, command, out, err) : rc;
}
