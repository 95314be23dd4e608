/* A set of ids, kept as 64-bit hashes: the one thing of a run that grows with the estate, by about
 * 16 bytes a row. Two different ids share a hash once in 10^7 listings of a million rows. */
#ifndef SMCI_IDSET_H
#define SMCI_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smci_idset {
    uint64_t *slots; /* 0: free */
    size_t size;     /* a power of two, or 0 */
    size_t used;
};

#define SMCI_IDSET_INIT                                                                            \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* Adds; `added` tells whether it was new. False when memory ran out. */
bool smci_idset_add(struct smci_idset *set, const char *bytes, size_t len, bool *added);

/* Empties and frees; twice is harmless. */
void smci_idset_clear(struct smci_idset *set);

#endif
