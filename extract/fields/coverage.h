/* How much of the columns' lineage is known. */
#ifndef EXTRACT_FIELDS_COVERAGE_H
#define EXTRACT_FIELDS_COVERAGE_H

#include "graph.h"

/* Counts it for each document of the graph, after reach_find. Of a reference that leads nowhere each
 * reason counts once a column. A document whose columns were not read counts once, as that. */
void coverage_count(struct graph *graph);

/* Adds to a sum. */
void coverage_add(struct field_coverage *sum, const struct field_coverage *more);

#endif
