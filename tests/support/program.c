#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define PATIENCE_S 600 /* ends what hangs, not what is slow */

extern char **environ;

char *program_path(const char *name)
{
    const char *build = getenv("SMC_BUILD");
    return text_format("%s/%s", build && *build ? build : "build", name);
}

/* ---- below ---- */

static int direct(posix_spawn_file_actions_t *actions, int fd, int to)
{
    if (fd >= 0)
        return posix_spawn_file_actions_adddup2(actions, fd, to);
    return posix_spawn_file_actions_addopen(actions, to, "/dev/null", O_RDWR, 0);
}

/* Where the tests run in the background, SIGINT is ignored, under nohup SIGHUP, and children inherit
 * that. */
static int spawn_by_default(posix_spawnattr_t *attr)
{
    sigset_t all;
    (void)sigfillset(&all);
    int error = posix_spawnattr_setsigdefault(attr, &all);
    return error ? error : posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF);
}

void signals_by_default(void)
{
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        (void)signal(ignored[i], SIG_DFL);
}

pid_t program_spawn(char *const *argv, char *const *envp, const int fds[3])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    pid_t pid = -1;
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attr) != 0)
        return -1;
    int error = spawn_by_default(&attr);
    for (int i = 0; i < 3 && error == 0; i++)
        error = direct(&actions, fds[i], i);
    if (error == 0)
        error = posix_spawnp(&pid, argv[0], &actions, &attr, argv, envp ? envp : environ);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error == 0 ? pid : -1;
}

static double seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static double now_s(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* As wait4: the process, 0 while it runs (with WNOHANG), or -1. */
static pid_t reap(pid_t pid, struct program_cost *cost, int options)
{
    struct rusage usage;
    int status = 0;
    pid_t ended;
    do
        ended = wait4(pid, &status, options, &usage);
    while (ended < 0 && errno == EINTR);
    if (ended == pid)
        *cost = (struct program_cost){.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime),
                                      .peak_kib = usage.ru_maxrss,
                                      .status = WIFEXITED(status) ? WEXITSTATUS(status)
                                                                  : 128 + WTERMSIG(status)};
    return ended;
}

bool program_wait(pid_t pid, struct program_cost *cost)
{
    return pid > 0 && reap(pid, cost, 0) == pid && cost->status == 0;
}

bool program_measure(const char *const *argv, struct program_cost *cost)
{
    static const int fds[] = {-1, -1, STDERR_FILENO};
    double began_s = now_s();
    /* It does not write to them. */
    pid_t pid = program_spawn((char *const *)(uintptr_t)argv, NULL, fds);
    *cost = (struct program_cost){.status = -1};
    bool ok = program_wait(pid, cost);
    cost->wall_s = now_s() - began_s;
    if (!ok)
        (void)fprintf(stderr, "%s ended with %d\n", argv[0], cost->status);
    return ok;
}

/* ---- a program of a test ---- */

static void forget_outputs(struct program *p)
{
    free(p->out);
    free(p->err);
    p->out = p->err = NULL;
}

void program_start(struct program *p, const struct words *argv, const struct words *envp,
                   const char *input)
{
    forget_outputs(p);
    int in = open(input ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2; i++)
        p->outputs[i] = memfd_create("output", MFD_CLOEXEC);
    const int fds[] = {in, p->outputs[0], p->outputs[1]};
    p->pid = program_spawn(argv->v, envp ? envp->v : NULL, fds);
    (void)close(in);
    if (p->pid < 0) {
        p->pid = 0;
        fail_msg("%s can't be run: %s", argv->v[0], strerror(errno));
    }
}

bool program_runs(const struct program *p)
{
    siginfo_t info = {.si_pid = 0};
    return p->pid > 0 && waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

/* What it wrote, from the first byte on. */
static char *take_output(int fd, size_t *len)
{
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    char chunk[65536];
    ssize_t got;
    (void)lseek(fd, 0, SEEK_SET);
    while ((got = read(fd, chunk, sizeof chunk)) > 0)
        (void)smc_buf_add(&text, chunk, (size_t)got);
    (void)close(fd);
    if (smc_buf_reserve(&text, 1) != SMC_OK)
        fail_msg("out of memory");
    *len = text.len;
    return text.data;
}

int program_end(struct program *p)
{
    double until_s = now_s() + PATIENCE_S;
    pid_t ended;
    while ((ended = reap(p->pid, &p->cost, WNOHANG)) == 0 && now_s() < until_s)
        (void)poll(NULL, 0, 1);
    if (ended == 0) {
        (void)kill(p->pid, SIGKILL);
        (void)reap(p->pid, &p->cost, 0);
    }
    p->pid = 0;
    p->out = take_output(p->outputs[0], &p->out_len);
    p->err = take_output(p->outputs[1], &p->err_len);
    if (ended == 0)
        fail_msg("no end within %d s; it printed:\n%s%s", PATIENCE_S, p->out, p->err);
    return p->cost.status;
}

int program_run(struct program *p, const struct words *argv, const struct words *envp,
                const char *input)
{
    program_start(p, argv, envp, input);
    return program_end(p);
}

void program_clear(struct program *p)
{
    if (p->pid > 0) {
        (void)kill(p->pid, SIGKILL);
        (void)program_end(p);
    }
    forget_outputs(p);
}

/* ---- a function in a process of its own ---- */

pid_t child_start(int (*body)(void *ctx), void *ctx)
{
    static void *volatile kept; /* so that valgrind finds it */
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        fail_msg("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    /* A test that fails must not leave it behind, nor may it hang one. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)alarm(PATIENCE_S);
    signals_by_default();
    kept = ctx;
    _exit(body(kept));
}

int child_end(pid_t pid)
{
    int status = -1;
    pid_t ended;
    do
        ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended != pid)
        fail_msg("waitpid: %s", strerror(errno));
    return status;
}

int in_child(int (*body)(void *ctx), void *ctx)
{
    return child_end(child_start(body, ctx));
}
