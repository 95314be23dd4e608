/* From ids to what they stand for: elements, tables and other things, data models' elements. */
#ifndef EXTRACT_FIELDS_LINK_H
#define EXTRACT_FIELDS_LINK_H

#include "graph.h"

/* The element with this id, or NOWHERE. */
uint32_t link_element(const struct graph *graph, uint32_t document, uint32_t id);

/* A source that is an element of another data model, "dmU/s1", gets that model's key; others stay as
 * they are. */
void link_split_model(struct graph *graph, struct field_link *link);

/* The steps of graph_seal, in this order. */
void link_sources(struct graph *graph);
void link_further(struct graph *graph);

#endif
