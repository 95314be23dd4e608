/* A hash of 64 bits for tables of ours: FNV-1a (Fowler, Noll and Vo; public domain), with a last
 * round that spreads it over all bits. Not for what an enemy chooses to collide. */
#ifndef SMCI_HASH_H
#define SMCI_HASH_H

#include <stddef.h>
#include <stdint.h>

#define SMCI_HASH_INIT UINT64_C(0xcbf29ce484222325)

/* Goes on with `len` more bytes. */
static inline uint64_t smci_hash_add(uint64_t hash, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static inline uint64_t smci_hash_end(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

#endif
