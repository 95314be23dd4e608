/* An element of a data model as other documents need it: its columns and what each of them reaches,
 * its relationships and metrics, as JSON. Both ends are of one run: nobody else reads it. */
#ifndef EXTRACT_FIELDS_SAVED_H
#define EXTRACT_FIELDS_SAVED_H

#include "graph.h"

/* Appends it, after reach_find. Errors as smc_buf_add. */
enum smc_status saved_write(const struct graph *graph, uint32_t element, struct smc_buf *out);

/* Fills an element that was added for it. */
void saved_read(struct graph *graph, uint32_t element, struct smc_json_span saved);

#endif
