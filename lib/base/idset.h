/* A set of ids, kept as 60-bit hashes: the one thing of a run that grows with the estate, by about
 * 16 bytes a row. Two different ids share a hash once in 10^6 listings of a million rows. What is
 * read several times is marked in the bits that are left, and costs no second set. */
#ifndef SMCI_IDSET_H
#define SMCI_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct smci_idset {
    uint64_t *slots; /* the hash, the first reading that had the id, the last one; 0: free */
    size_t size;     /* a power of two, or 0 */
    size_t used;
};

#define SMCI_IDSET_INIT                                                                            \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* Adds; `added` tells whether it was new. False when memory ran out. */
bool smci_idset_add(struct smci_idset *set, const char *bytes, size_t len, bool *added);

/* Which readings had an id. */
struct smci_idset_seen {
    int first; /* the one that is under way, if the id is new */
    int last;  /* before this row; 0: none */
};

#define SMCI_IDSET_READINGS_MAX 3

/* Notes that `reading`, from 1 to SMCI_IDSET_READINGS_MAX and never less than before, has the id.
 * False when memory ran out. */
bool smci_idset_see(struct smci_idset *set, const char *bytes, size_t len, int reading,
                    struct smci_idset_seen *seen);

/* The last reading that had the id; 0: none. */
int smci_idset_last(const struct smci_idset *set, const char *bytes, size_t len);

/* Empties and frees; twice is harmless. */
void smci_idset_clear(struct smci_idset *set);

#endif
