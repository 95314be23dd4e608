/* What the measurements share: figures beside their floors, of several rounds. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdbool.h>

#define ROUNDS 3

/* One line of a table. A round fills its place in `measured` and `floor`. */
struct figure {
    const char *name;
    const char *unit;
    const char *floor_name;
    double most; /* the aim for the ratio; 0: none */
    double least;
    double measured[ROUNDS];
    double floor[ROUNDS];
};

void figure_print_head(void);

/* Prints the medians and the range of the ratios; sorts the rounds. False: the aim was missed. */
bool figure_print(struct figure *f);

/* Of the system's monotonic clock. */
double bench_now_s(void);

/* What must not fail, or there is nothing to measure: ends the program with 1. */
void bench_must(bool ok, const char *what);

bool bench_has_curl(void);

/* Lets temporary files be in memory where that can be, since the work is what is measured, not the
 * disk. A TMPDIR that is set stays. */
void bench_use_memory(void);

#endif
