/* The circles of a graph, and an order in which what a node leads to comes before the node: Tarjan's
 * algorithm, without recursion. */
#ifndef EXTRACT_FIELDS_COMPONENTS_H
#define EXTRACT_FIELDS_COMPONENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The arrows of node i are to[first[i]] up to to[first[i + 1]]; borrowed. */
struct arrows {
    uint32_t nodes;
    const uint32_t *first; /* nodes + 1 of them */
    const uint32_t *to;
};

/* Component i are the nodes order[first[i]] up to order[first[i + 1]]: one node, or those of a
 * circle. Arrows lead into the same component or into an earlier one. */
struct components {
    uint32_t *order;
    uint32_t *first;
    uint32_t count;
};

/* False without memory; components_clear ends it anyway. */
bool components_find(const struct arrows *arrows, struct components *found);
void components_clear(struct components *found);

#endif
