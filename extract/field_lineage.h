/* What each column of workbooks and data models reads, and which columns of the warehouse it
 * reaches: sigmacat-files(5), "FIELD LINEAGE". The rules are in fields/; this reads what is stored,
 * a document at a time, and writes. */
#ifndef EXTRACT_FIELD_LINEAGE_H
#define EXTRACT_FIELD_LINEAGE_H

#include "extract/fields/coverage.h"

#include "job.h"
#include "tables.h"

struct field_lineage {
    const struct job *job;
    const struct tables *tables;
    struct field_coverage total;
    bool is_written;
};

/* Wants the paths of all tables that the documents' lineages name. */
enum smc_status field_lineage_want_tables(struct field_lineage *fields, struct smc_error *err);

/* Writes the file, workbooks first, each kind in listing order, and tells the log how much is
 * known. */
enum smc_status field_lineage_write(struct field_lineage *fields, struct smc_error *err);

#endif
