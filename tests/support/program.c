#include "program.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 48

extern char **environ;

static double now_s(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int direct(posix_spawn_file_actions_t *actions, int fd, int to)
{
    if (fd >= 0)
        return posix_spawn_file_actions_adddup2(actions, fd, to);
    return posix_spawn_file_actions_addopen(actions, to, "/dev/null", O_RDWR, 0);
}

pid_t program_start(const char *const *argv, int in, int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    int error = direct(&actions, in, STDIN_FILENO);
    if (error == 0)
        error = direct(&actions, out, STDOUT_FILENO);
    if (error == 0)
        /* It does not write to them. */
        error =
            posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(error));
    return error == 0 ? pid : -1;
}

static double seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

bool program_wait(pid_t pid, struct program_cost *cost)
{
    struct rusage usage;
    int status = 0;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return false;
    cost->cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    cost->peak_kib = usage.ru_maxrss;
    cost->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return cost->status == 0;
}

bool program_run(const char *const *argv, struct program_cost *cost)
{
    double began_s = now_s();
    bool ok = program_wait(program_start(argv, -1, -1), cost);
    cost->wall_s = now_s() - began_s;
    if (!ok)
        (void)fprintf(stderr, "%s ended with %d\n", argv[0], cost->status);
    return ok;
}

char *program_path(const char *name)
{
    const char *build = getenv("SMC_BUILD");
    char *path = NULL;
    return asprintf(&path, "%s/%s", build ? build : "build", name) < 0 ? NULL : path;
}

/* ---- the stand-in ---- */

static bool read_url(struct stand_in *s)
{
    char line[sizeof s->url];
    return fgets(line, sizeof line, s->out) && sscanf(line, "listening on %127s", s->url) == 1;
}

bool stand_in_start(struct stand_in *s, const char *options)
{
    char *path = program_path("sigmacat-sim");
    const char *argv[WORDS_MAX] = {path, "--until-eof", "--stats-at-end"};
    char *words = strdup(options);
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    char *rest = NULL;
    size_t count = 3;
    *s = (struct stand_in){.pid = -1, .in = -1};
    bool ok = path && words && pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0;
    for (char *word = ok ? strtok_r(words, " ", &rest) : NULL; word && count < WORDS_MAX - 1;
         word = strtok_r(NULL, " ", &rest))
        argv[count++] = word;
    if (ok)
        s->pid = program_start(argv, in[0], out[1]);
    (void)close(in[0]);
    (void)close(out[1]);
    s->in = in[1];
    s->out = fdopen(out[0], "r");
    ok = ok && s->pid > 0 && s->out && read_url(s);
    free(words);
    free(path);
    if (!ok)
        smci_tree_free(stand_in_stop(s));
    return ok;
}

struct smci_tree *stand_in_stop(struct stand_in *s)
{
    struct program_cost cost;
    char *line = NULL;
    size_t size = 0;
    struct smci_tree *stats = NULL;
    if (s->in >= 0)
        (void)close(s->in);
    ssize_t len = s->out ? getline(&line, &size, s->out) : -1;
    if (len > 0)
        stats = smci_tree_parse(line, (size_t)len, NULL);
    free(line);
    if (s->out)
        (void)fclose(s->out);
    (void)program_wait(s->pid, &cost);
    *s = (struct stand_in){.pid = -1, .in = -1};
    return stats;
}

long stand_in_calls(struct smci_tree *stats, const char *kind)
{
    static const char *const kinds[] = {"token",
                                        "whoami",
                                        "connections",
                                        "workbooks",
                                        "datamodels",
                                        "datasets",
                                        "files",
                                        "members",
                                        "workbook_sources",
                                        "elements",
                                        "path",
                                        "datamodel_sources",
                                        "paths",
                                        "datamodel_lineage",
                                        "dataset_sources",
                                        "other"};
    struct smci_tree *calls = smci_tree_get(stats, "calls");
    long sum = 0;
    if (kind)
        return (long)smci_tree_int(smci_tree_get(calls, kind), "all", 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        sum += stand_in_calls(stats, kinds[i]);
    return sum;
}
