/* How much of field lineage is known: for the log and for the report. */
#ifndef EXTRACT_FIELD_COVERAGE_H
#define EXTRACT_FIELD_COVERAGE_H

#include "extract/fields/coverage.h"
#include "lib/json/write.h"

#include "job.h"

/* In the store, while the run lasts: the coverage of each document as JSON, its tag. */
#define LIST_COVERAGE "field_coverage"

/* Notes a document's, and tells the log of it. */
enum smc_status field_coverage_note(const struct job *job, bool is_model, const char *id,
                                    const char *name, const struct field_coverage *coverage,
                                    struct smc_error *err);

/* Tells the log of all of them. */
void field_coverage_tell(const struct job *job, const struct field_coverage *total);

/* Adds "columns", "with_edge", "reaching" and "unresolved" to an object. */
void field_coverage_add(struct smci_writer *json, const struct field_coverage *coverage);

#endif
