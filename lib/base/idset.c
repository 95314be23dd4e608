#include "idset.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* The bits of a slot beside the hash: the first reading in the upper two, the last in the lower. */
#define MARKS UINT64_C(15)

static uint64_t hash_of(const char *bytes, size_t len)
{
    return smci_hash_end(smci_hash_add(SMCI_HASH_INIT, bytes, len)) & ~MARKS;
}

/* The slot of a hash, or the free one where it belongs. */
static uint64_t *find(uint64_t *slots, size_t size, uint64_t hash)
{
    size_t at = (size_t)(hash >> 4) & (size - 1);
    while (slots[at] && (slots[at] & ~MARKS) != hash)
        at = (at + 1) & (size - 1);
    return &slots[at];
}

/* Doubles the table in place, so that it is never there twice. Going through it from behind a free
 * slot, no hash comes to lie beyond where it was in either half: what was not yet moved is never
 * passed. */
static bool grow(struct smci_idset *set)
{
    size_t old = set->size;
    size_t size = old ? old * 2 : 256;
    size_t from = 0;
    uint64_t *slots = realloc(set->slots, size * sizeof *slots);
    if (!slots)
        return false;
    memset(slots + old, 0, (size - old) * sizeof *slots);
    set->slots = slots;
    set->size = size;
    while (old && slots[from])
        from++;
    for (size_t i = 1; i <= old; i++) {
        uint64_t *slot = &slots[(from + i) & (old - 1)];
        uint64_t moved = *slot;
        *slot = 0;
        if (moved)
            *find(slots, size, moved & ~MARKS) = moved;
    }
    return true;
}

bool smci_idset_see(struct smci_idset *set, const char *bytes, size_t len, int reading,
                    struct smci_idset_seen *seen)
{
    if (set->used >= set->size / 4 * 3 && !grow(set))
        return false;
    uint64_t hash = hash_of(bytes, len);
    uint64_t *slot = find(set->slots, set->size, hash);
    *seen = (struct smci_idset_seen){.first = *slot ? (int)(*slot >> 2 & 3) : reading,
                                     .last = (int)(*slot & 3)};
    set->used += !*slot;
    *slot = hash | (uint64_t)seen->first << 2 | (uint64_t)reading;
    return true;
}

bool smci_idset_add(struct smci_idset *set, const char *bytes, size_t len, bool *added)
{
    struct smci_idset_seen seen;
    if (!smci_idset_see(set, bytes, len, 1, &seen))
        return false;
    *added = seen.last == 0;
    return true;
}

int smci_idset_last(const struct smci_idset *set, const char *bytes, size_t len)
{
    return set->size ? (int)(*find(set->slots, set->size, hash_of(bytes, len)) & 3) : 0;
}

void smci_idset_clear(struct smci_idset *set)
{
    free(set->slots);
    *set = (struct smci_idset)SMCI_IDSET_INIT;
}
