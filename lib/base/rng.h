/* Random numbers for jitter: seeded, so that tests repeat. Not for secrets. */
#ifndef SMCI_RNG_H
#define SMCI_RNG_H

#include <stdint.h>

struct smci_rng {
    uint64_t state;
};

void smci_rng_seed(struct smci_rng *rng, uint64_t seed);

/* Evenly distributed in [0, 1). */
double smci_rng_unit(struct smci_rng *rng);

#endif
