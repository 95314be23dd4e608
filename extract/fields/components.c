#include "components.h"

#include <stdlib.h>

/* Of a node under way. */
struct node {
    uint32_t number; /* in the order in which they were come to, from 1 on; 0: not yet */
    uint32_t low;    /* the least number that can be come to */
    uint32_t next;   /* the next arrow to follow */
    uint32_t from;   /* the node that it was come to from, plus one */
    bool is_open;    /* its component is not known yet */
};

struct search {
    const struct arrows *arrows;
    struct components *found;
    struct node *nodes;
    uint32_t *open; /* a stack */
    uint32_t open_count;
    uint32_t number;
};

static void enter(struct search *s, uint32_t node, uint32_t from)
{
    s->number++;
    s->nodes[node] = (struct node){s->number, s->number, s->arrows->first[node], from, true};
    s->open[s->open_count++] = node;
}

/* Takes a component from the stack, down to its first node. */
static void close_component(struct search *s, uint32_t root)
{
    struct components *found = s->found;
    uint32_t at = found->first[found->count];
    uint32_t node;
    do {
        node = s->open[--s->open_count];
        s->nodes[node].is_open = false;
        found->order[at++] = node;
    } while (node != root);
    found->first[++found->count] = at;
}

/* Behind all arrows of a node; returns the node to go on with, plus one. */
static uint32_t leave(struct search *s, uint32_t node)
{
    const struct node *n = &s->nodes[node];
    if (n->low == n->number)
        close_component(s, node);
    if (n->from && n->low < s->nodes[n->from - 1].low)
        s->nodes[n->from - 1].low = n->low;
    return n->from;
}

static void search_from(struct search *s, uint32_t root)
{
    uint32_t at = root + 1;
    enter(s, root, 0);
    while (at) {
        struct node *n = &s->nodes[at - 1];
        if (n->next == s->arrows->first[at]) {
            at = leave(s, at - 1);
            continue;
        }
        uint32_t to = s->arrows->to[n->next++];
        if (!s->nodes[to].number) {
            enter(s, to, at);
            at = to + 1;
        } else if (s->nodes[to].is_open && s->nodes[to].number < n->low) {
            n->low = s->nodes[to].number;
        }
    }
}

bool components_find(const struct arrows *arrows, struct components *found)
{
    const size_t count = (size_t)arrows->nodes + 1;
    struct search s = {.arrows = arrows, .found = found};
    *found = (struct components){.order = calloc(count, sizeof *found->order),
                                 .first = calloc(count, sizeof *found->first)};
    s.nodes = calloc(count, sizeof *s.nodes);
    s.open = calloc(count, sizeof *s.open);
    bool ok = found->order && found->first && s.nodes && s.open;
    for (uint32_t i = 0; ok && i < arrows->nodes; i++)
        if (!s.nodes[i].number)
            search_from(&s, i);
    free(s.nodes);
    free(s.open);
    return ok;
}

void components_clear(struct components *found)
{
    free(found->order);
    free(found->first);
    *found = (struct components){.count = 0};
}
