/* The stand-in for Sigma and Catalog: in process as tests want it, which fail where it can't do
 * what they ask; or as a process of its own, so that its cost is not that of a measured program. */
#ifndef TESTS_STAND_IN_H
#define TESTS_STAND_IN_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "tests/support/json_tree.h"
#include "tests/support/live_clock.h"
#include "tests/sim/sim.h"

/* sim_start and sim_fault, which fail the test and say why; NULL adds none. */
struct sim *stand_in_new(const struct sim_options *opt);
void stand_in_fault(struct sim *sim, const char *fault);

/* Has the clock run only while the stand-in says nothing: see sim_is_silent. */
void stand_in_clock(struct live_clock *live, struct sim *sim);

struct stand_in {
    pid_t pid;
    int in; /* it ends when this is closed */
    FILE *out;
    char url[128];
};

/* Starts it with options that are divided by spaces. */
bool stand_in_start(struct stand_in *s, const char *options);

/* Ends it; returns its statistics, to be freed with json_tree_free, or NULL. */
struct json_tree *stand_in_stop(struct stand_in *s);

/* Calls of a kind (NULL: all kinds) in such statistics. */
long stand_in_calls(struct json_tree *stats, const char *kind);

#endif
