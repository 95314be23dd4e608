#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort(double *values)
{
    qsort(values, ROUNDS, sizeof *values, by_value);
}

void figure_print_head(void)
{
    (void)printf("%-46s %9s %9s %-9s %7s %-15s  %s\n", "", "measured", "floor", "", "ratio",
                 "(range)", "floor: what it is");
}

bool figure_print(struct figure *f)
{
    double ratios[ROUNDS];
    char range[32];
    for (int i = 0; i < ROUNDS; i++)
        ratios[i] = f->measured[i] / f->floor[i];
    sort(ratios);
    sort(f->measured);
    sort(f->floor);
    double ratio = ratios[ROUNDS / 2];
    bool is_missed = (f->most > 0 && ratio > f->most) || (f->least > 0 && ratio < f->least);
    (void)snprintf(range, sizeof range, "(%.2f-%.2f)", ratios[0], ratios[ROUNDS - 1]);
    (void)printf("%-46s %9.4g %9.4g %-9s %7.2f %-15s  %s", f->name, f->measured[ROUNDS / 2],
                 f->floor[ROUNDS / 2], f->unit, ratio, range, f->floor_name);
    if (f->most > 0)
        (void)printf("; aim %g%s", f->most, is_missed ? ": MISSED" : "");
    if (f->least > 0)
        (void)printf("; aim %g or more%s", f->least, is_missed ? ": MISSED" : "");
    (void)printf("\n");
    (void)fflush(stdout);
    return !is_missed;
}

double bench_now_s(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void bench_must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

bool bench_has_curl(void)
{
    struct program_cost cost;
    const char *argv[] = {"curl", "--version", NULL};
    return program_measure(argv, &cost);
}

void bench_use_memory(void)
{
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK | X_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
}
