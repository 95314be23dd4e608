/* Programs in processes of their own: started, looked at, signalled, waited for, with what they
 * printed and what they cost. None outlives its test, or hangs it. */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "words.h"

struct program_cost {
    double wall_s;
    double cpu_s; /* user and system */
    long peak_kib;
    int status; /* of its exit; 128 and more: a signal */
};

struct program {
    pid_t pid;      /* 0: none runs */
    int outputs[2]; /* of its standard output and error, while it runs */
    char *out;      /* what it printed on them; never NULL after its end, and terminated */
    char *err;
    size_t out_len;
    size_t err_len;
    struct program_cost cost;
};

/* The path of a program of this build (SMC_BUILD, or build); to be freed. */
char *program_path(const char *name);

/* Starts argv->v[0], searched in PATH unless it has a slash. `envp` NULL: our environment.
 * `input` is the path of what it reads, NULL: nothing. Fails the test when it can't be started.
 * `p` is zero, or what an earlier program left. Signals are as by default in it. */
void program_start(struct program *p, const struct words *argv, const struct words *envp,
                   const char *input);

/* Whether it still runs. */
bool program_runs(const struct program *p);

/* Waits for its end; returns its exit status, or 128 + the signal that ended it. Fails the test
 * after ten minutes. */
int program_end(struct program *p);

/* Both. */
int program_run(struct program *p, const struct words *argv, const struct words *envp,
                const char *input);

/* Kills what still runs; frees what was printed. */
void program_clear(struct program *p);

/* Below these: starts argv[0] with descriptors for its input, output and errors (negative:
 * /dev/null); returns its process id, or -1 and errno. */
pid_t program_spawn(char *const *argv, char *const *envp, const int fds[3]);

/* Waits for it; false when it can't be waited for, or did not end with 0. `cost` has no wall_s. */
bool program_wait(pid_t pid, struct program_cost *cost);

/* Runs it with our errors and without input and output, for measurements; false when it failed. */
bool program_measure(const char *const *argv, struct program_cost *cost);

/* In a child: the signals that whoever started the tests may have left ignored, as by default. */
void signals_by_default(void);

/* Runs `body` in a child, for at most ten minutes, with these signals. Returns how it ended, as
 * wait(2) says; the child's exit status is what `body` returns. */
int in_child(int (*body)(void *ctx), void *ctx);

/* The same in two steps. */
pid_t child_start(int (*body)(void *ctx), void *ctx);
int child_end(pid_t pid);

#endif
