/* How often each of many 64-bit keys was seen: a hash table that only grows. */
#ifndef SIM_COUNTS_H
#define SIM_COUNTS_H

#include <stddef.h>
#include <stdint.h>

struct counts_slot {
    uint64_t key; /* 0: empty */
    uint64_t count;
};

struct counts {
    struct counts_slot *slots;
    size_t size; /* 0 or a power of two */
    size_t used;
};

/* Counts `key` and returns how often it was seen by now, from 1; 0 when memory ran out. */
uint64_t counts_up(struct counts *c, uint64_t key);
void counts_clear(struct counts *c);

#endif
