/* A clock that runs, but skips what the code under test would wait for: for tests of time-outs,
 * which only real time brings about. */
#ifndef TESTS_LIVE_CLOCK_H
#define TESTS_LIVE_CLOCK_H

#include <stdint.h>

#include <sigmacat/clock.h>

struct live_clock {
    int64_t skipped_ms; /* sum of all waits */
    struct smc_clock clock;
};

void live_clock_init(struct live_clock *live);

#endif
