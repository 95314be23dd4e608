/* What /spec alone tells: relationships, metrics, and the branches of unions and joins. */
#ifndef EXTRACT_FIELDS_SPEC_H
#define EXTRACT_FIELDS_SPEC_H

#include "graph.h"

/* Reads a scanned /spec: pages[].elements[], or a flat elements[]. What it does not know it passes
 * over. Sources: sigmacat-files(5), "FIELD LINEAGE". */
void spec_load(struct graph *graph, uint32_t document, struct smc_json_span spec);

#endif
