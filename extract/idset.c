#include "idset.h"

#include <stdlib.h>

/* FNV-1a, with a last round that spreads it over all bits (Fowler, Noll, Vo; public domain). */
static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

static bool put(uint64_t *slots, size_t size, uint64_t hash)
{
    size_t at = (size_t)hash & (size - 1);
    while (slots[at]) {
        if (slots[at] == hash)
            return false;
        at = (at + 1) & (size - 1);
    }
    slots[at] = hash;
    return true;
}

static bool grow(struct idset *set)
{
    size_t size = set->size ? set->size * 2 : 256;
    uint64_t *slots = calloc(size, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < set->size; i++)
        if (set->slots[i])
            (void)put(slots, size, set->slots[i]);
    free(set->slots);
    set->slots = slots;
    set->size = size;
    return true;
}

bool idset_add(struct idset *set, const char *bytes, size_t len, bool *added)
{
    if (set->used >= set->size / 4 * 3 && !grow(set))
        return false;
    *added = put(set->slots, set->size, hash_of(bytes, len));
    set->used += *added;
    return true;
}

void idset_clear(struct idset *set)
{
    free(set->slots);
    *set = (struct idset)IDSET_INIT;
}
