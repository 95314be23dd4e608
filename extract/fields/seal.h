/* What the rows of a graph stand for: which element a column is of, what an element's sources
 * are. */
#ifndef EXTRACT_FIELDS_SEAL_H
#define EXTRACT_FIELDS_SEAL_H

#include "graph.h"

/* To be called once, when all rows are loaded. Asks the services for data models, their elements
 * and tables' paths. */
void graph_seal(struct graph *graph);

#endif
