/* lib/pace against a model of a server that limits: virtual time, seeded, thousands of calls in
 * milliseconds. Used by tests/test_pace_aims.c (the aims hold) and tests/bench/bench_pace.c (the
 * table). */
#ifndef TESTS_PACE_SIM_H
#define TESTS_PACE_SIM_H

#include <stdbool.h>
#include <stdint.h>

/* What the server lets through; 0 switches a part off. */
struct sim_limit {
    double rate;    /* a token bucket's refill, calls a second */
    double burst;   /*   and its size */
    int per_minute; /* calls in each minute of the server's clock */
    int cap;        /* calls being served at once */
};

enum sim_after { SIM_AFTER_NONE, SIM_AFTER_SECONDS }; /* Retry-After: whole seconds, rounded up */

struct sim_case {
    const char *name;
    struct sim_limit limit;
    struct sim_limit then; /* from `change_at` accepted calls on; 0: never */
    int change_at;
    int block_after; /* refusals within 10 s that bring the edge's block; 0: none */
    int latency_ms;  /* of an accepted call, on average */
    enum sim_after after;
    bool is_html;    /* every refusal is a page of the edge */
    int calls;       /* to be accepted */
    int concurrency; /* 0: 5 */
    double max_rate;
    double learnt_rate;
    double random;         /* share of calls that are refused at random: JSON, no token taken */
    bool is_first_refused; /* the first try of every call is refused */
    struct sim_limit kind; /* of every second call alone */
    bool is_shared;        /* another client takes 0 to 80 % of the bucket for 1 to 5 minutes */
};

struct sim_result {
    double used;    /* accepted calls, of what limit and window / latency allowed */
    double refused; /* refusals, of all calls sent */
    int blocks;
    int most_refused; /* in any 10 s */
    double seconds;
    double rate; /* what was learnt */
};

struct sim_result sim_run(const struct sim_case *c, uint64_t seed);

#endif
