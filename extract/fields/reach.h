/* The warehouse columns at the end of all chains. */
#ifndef EXTRACT_FIELDS_REACH_H
#define EXTRACT_FIELDS_REACH_H

#include "graph.h"

/* More of them are not told: then the column's `is_cut` is set. */
#define REACH_MAX 1000

/* Finds them for all columns, each once, and marks the edges of circles; after resolve_columns. */
void reach_find(struct graph *graph);

#endif
