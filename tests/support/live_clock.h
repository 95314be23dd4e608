/* A clock that runs, but skips what the code under test would wait for: for tests of time-outs,
 * which only real time brings about. So that nothing else times out on a slow machine, it stands
 * still while a server is at work: time passes while `is_silent` says so alone. */
#ifndef TESTS_LIVE_CLOCK_H
#define TESTS_LIVE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/clock.h>

struct live_clock {
    int64_t skipped_ms;           /* sum of all waits, less the time that did not pass */
    bool (*is_silent)(void *ctx); /* NULL: time always passes */
    void *ctx;
    int64_t looked_ms; /* when the time was looked at, by the system's clock */
    bool was_silent;
    struct smc_clock clock;
};

void live_clock_init(struct live_clock *live);

/* Sets `is_silent`, called with `ctx` at each look. */
void live_clock_run_while(struct live_clock *live, bool (*is_silent)(void *ctx), void *ctx);

#endif
