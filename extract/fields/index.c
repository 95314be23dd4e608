#include "index.h"

#include <stdlib.h>

bool index_add(struct index *index, uint32_t a, uint32_t b, uint32_t value)
{
    if (index->count == index->allocated) {
        uint32_t size = index->allocated ? index->allocated * 2 : 64;
        struct index_row *rows =
            size > index->allocated ? reallocarray(index->rows, size, sizeof *rows) : NULL;
        if (!rows)
            return false;
        index->rows = rows;
        index->allocated = size;
    }
    index->rows[index->count++] = (struct index_row){a, b, value};
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct index_row *x = left;
    const struct index_row *y = right;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

void index_sort(struct index *index)
{
    uint32_t kept = 0;
    if (index->count > 1)
        qsort(index->rows, index->count, sizeof *index->rows, compare);
    for (uint32_t i = 0; i < index->count; i++)
        if (!kept || compare(&index->rows[kept - 1], &index->rows[i]) != 0)
            index->rows[kept++] = index->rows[i];
    index->count = kept;
}

/* The first row that is not before the pair, or beyond it with `is_behind`. */
static uint32_t bound(const struct index *index, uint32_t a, uint32_t b, bool is_behind)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct index_row *row = &index->rows[middle];
        bool is_before = row->a != a ? row->a < a : row->b < b || (row->b == b && is_behind);
        if (is_before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct index_row *index_find(const struct index *index, uint32_t a, uint32_t b,
                                   uint32_t *count)
{
    uint32_t from = bound(index, a, b, false);
    *count = bound(index, a, b, true) - from;
    return *count ? &index->rows[from] : NULL;
}

const struct index_row *index_find_all(const struct index *index, uint32_t a, uint32_t *count)
{
    uint32_t from = bound(index, a, 0, false);
    *count = bound(index, a, UINT32_MAX, true) - from;
    return *count ? &index->rows[from] : NULL;
}

void index_clear(struct index *index)
{
    free(index->rows);
    *index = (struct index){.count = 0};
}
