/* What each column reads: the rules of sigmacat-files(5), "FIELD LINEAGE", in their order. An edge
 * is there only when Sigma's own data say so. */
#ifndef EXTRACT_FIELDS_RESOLVE_H
#define EXTRACT_FIELDS_RESOLVE_H

#include "graph.h"

/* Edges and doubts of all columns of the graph's documents, after graph_seal. */
void resolve_columns(struct graph *graph);

#endif
