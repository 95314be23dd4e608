/* The calls of a run over its time, in equal steps: what was answered and refused, how long the
 * client waited, and which pace was learnt by then. The steps get longer as the run does. */
#ifndef EXTRACT_TIMELINE_H
#define EXTRACT_TIMELINE_H

#include <stdint.h>

#include <sigmacat/client_types.h>

#include "lib/json/write.h"

#define TIMELINE_STEPS    120
#define TIMELINE_FIRST_MS 250

struct timeline_step {
    int64_t answered; /* or lost */
    int64_t refused;
    int64_t waited_ms;
    double rate; /* calls a second; 0: no limit was met */
};

struct timeline {
    int64_t began_ms; /* by the clock's now_ms */
    int64_t step_ms;
    int count; /* steps that have begun */
    struct timeline_step steps[TIMELINE_STEPS];
    struct smc_client_stats last; /* what was counted by the last look */
};

/* Prepares it. */
void timeline_begin(struct timeline *timeline, int64_t now_ms);

/* Counts what has come since the last look. */
void timeline_look(struct timeline *timeline, const struct smc_client_stats *stats, int64_t now_ms);

/* Adds {"step_ms": N, "steps": [[answered, refused, waited_ms, rate in thousandths], ...]}. */
void timeline_to_json(const struct timeline *timeline, struct smci_writer *json);

#endif
