/* Numbers found by pairs of numbers: rows that are added, sorted once, and searched. */
#ifndef EXTRACT_FIELDS_INDEX_H
#define EXTRACT_FIELDS_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct index_row {
    uint32_t a;
    uint32_t b;
    uint32_t value;
};

/* A struct of zeros is an empty one. */
struct index {
    struct index_row *rows;
    uint32_t count;
    uint32_t allocated;
};

/* False without memory. */
bool index_add(struct index *index, uint32_t a, uint32_t b, uint32_t value);

/* By pair, and of equal pairs by value; a row that stands there twice is kept once. */
void index_sort(struct index *index);

/* The rows of a pair in a sorted index: the first, and how many there are. */
const struct index_row *index_find(const struct index *index, uint32_t a, uint32_t b,
                                   uint32_t *count);

/* The rows of all pairs that begin with `a`. */
const struct index_row *index_find_all(const struct index *index, uint32_t a, uint32_t *count);

void index_clear(struct index *index); /* twice is harmless */

#endif
