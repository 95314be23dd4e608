#include "rng.h"

void smci_rng_seed(struct smci_rng *rng, uint64_t seed)
{
    rng->state = seed;
}

/* splitmix64, by Sebastiano Vigna (public domain): small, and good from any seed. */
double smci_rng_unit(struct smci_rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1.0p-53;
}
