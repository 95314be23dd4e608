#include "counts.h"

#include <stdlib.h>
#include <string.h>

static struct counts_slot *find(const struct counts *c, uint64_t key)
{
    size_t at = (size_t)key & (c->size - 1);

    while (c->slots[at].key != 0 && c->slots[at].key != key)
        at = (at + 1) & (c->size - 1);
    return &c->slots[at];
}

static int grow(struct counts *c)
{
    struct counts bigger = {NULL, c->size > 0 ? c->size * 2 : 64, c->used};
    size_t i;

    bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
    if (!bigger.slots)
        return -1;
    for (i = 0; i < c->size; i++)
        if (c->slots[i].key != 0)
            *find(&bigger, c->slots[i].key) = c->slots[i];
    free(c->slots);
    *c = bigger;
    return 0;
}

uint64_t counts_up(struct counts *c, uint64_t key)
{
    struct counts_slot *slot;

    if (key == 0)
        key = 1;
    if (c->used * 2 >= c->size && grow(c) != 0)
        return 0;
    slot = find(c, key);
    if (slot->key == 0) {
        slot->key = key;
        c->used++;
    }
    return ++slot->count;
}

void counts_clear(struct counts *c)
{
    free(c->slots);
    memset(c, 0, sizeof(*c));
}
