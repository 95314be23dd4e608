/* For measurements: programs that are run to their end, with what they cost, and the stand-in as a
 * process of its own, so that its cost is not theirs. Failures are told on stderr. */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/json/tree.h"

struct program_cost {
    double wall_s;
    double cpu_s; /* user and system */
    long peak_kib;
    int status; /* of its exit; 128 and more: a signal */
};

/* Starts argv[0], searched in PATH unless it has a slash; its input and output are `in`, `out`
 * (negative: /dev/null), its errors our own. Returns its process id, or -1. */
pid_t program_start(const char *const *argv, int in, int out);

/* Waits for it. False when it can't be waited for or did not end with 0. */
bool program_wait(pid_t pid, struct program_cost *cost);

/* Both, without input and output. */
bool program_run(const char *const *argv, struct program_cost *cost);

/* The path of a program of this build; to be freed. */
char *program_path(const char *name);

struct stand_in {
    pid_t pid;
    int in; /* it ends when this is closed */
    FILE *out;
    char url[128];
};

/* Starts it with options that are divided by spaces. */
bool stand_in_start(struct stand_in *s, const char *options);

/* Ends it; returns its statistics, to be freed with smci_tree_free, or NULL. */
struct smci_tree *stand_in_stop(struct stand_in *s);

/* Calls of a kind (NULL: all kinds) in such statistics. */
long stand_in_calls(struct smci_tree *stats, const char *kind);

#endif
