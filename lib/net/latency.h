/* How long answers took, by kind of call: counted in steps of a fifth, so that memory does not grow
 * with the calls, and a percentile is right within 20 %. */
#ifndef SMCI_LATENCY_H
#define SMCI_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#define SMCI_LATENCY_STEPS 64 /* the last one begins at two minutes */
#define SMCI_LATENCY_KINDS 32 /* kinds beyond these are not counted */

struct smci_latency {
    struct {
        const char *kind; /* static */
        int64_t count;
        int64_t steps[SMCI_LATENCY_STEPS];
    } kinds[SMCI_LATENCY_KINDS];
    size_t count; /* of kinds */
};

/* Counts an answer that came `ms` after its call was sent. Begin with all zero. */
void smci_latency_add(struct smci_latency *latency, const char *kind, int64_t ms);

/* The time in ms that `percent` of this kind's answers (of place `i`) did not exceed, as the end of
 * its step. */
int64_t smci_latency_percentile(const struct smci_latency *latency, size_t i, int percent);

#endif
