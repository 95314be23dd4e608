/* A document's stored answers into a graph. */
#ifndef EXTRACT_FIELD_LOAD_H
#define EXTRACT_FIELD_LOAD_H

#include "extract/fields/graph.h"

#include "document.h"

/* Adds the document that `join` is at, with these parts of it, a bit each (1U << PART_...);
 * `document` gets its place. */
#define FIELD_PARTS_ALL   (~0U)
#define FIELD_PARTS_LINKS (1U << PART_LINEAGE | 1U << PART_SOURCES)
enum smc_status field_load(struct graph *graph, struct join *join, enum document_type type,
                           unsigned parts, uint32_t *document, struct smc_error *err);

#endif
