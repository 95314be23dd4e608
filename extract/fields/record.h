/* The records of TS-field_lineage.json: sigmacat-files(5), "FIELD LINEAGE". */
#ifndef EXTRACT_FIELDS_RECORD_H
#define EXTRACT_FIELDS_RECORD_H

#include "graph.h"

/* Takes one record, which is borrowed. */
typedef enum smc_status record_fn(void *ctx, const char *bytes, size_t len, struct smc_error *err);

/* Calls `fn` for the record of each column of a document, in Sigma's order, after reach_find; once,
 * with the reason, where its columns were not read. SMC_ERR_NOMEM, SMC_ERR_CAP, or what `fn`
 * returned. */
enum smc_status record_each(const struct graph *graph, uint32_t document, record_fn *fn, void *ctx,
                            struct smc_error *err);

#endif
