/* Rows of Sigma's answers into a graph. */
#ifndef EXTRACT_FIELDS_LOAD_H
#define EXTRACT_FIELDS_LOAD_H

#include "graph.h"

/* Adds a page: of PART_SPEC the scanned object that /spec answered, else a scanned array of rows.
 * Rows that are not what they should be are passed over. All elements, of all pages, hidden or
 * not, are taken. */
void load_rows(struct graph *graph, uint32_t document, enum field_part part,
               struct smc_json_span rows);

#endif
