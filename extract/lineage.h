/* Lineage of data models: which tables and hand-written queries their elements read. The rules are
 * in sigmacat-files(5), "LINEAGE". */
#ifndef EXTRACT_LINEAGE_H
#define EXTRACT_LINEAGE_H

#include <stdint.h>

#include "lost.h"
#include "tables.h"

/* How the references of elements ended, by reason. */
struct lineage_counts {
    int64_t tables;     /* resolved to a warehouse table */
    int64_t queries;    /* to hand-written SQL */
    int64_t uploads;    /* to an uploaded CSV: it has no warehouse table */
    int64_t foreign;    /* to no table of the same lineage: another element, another model */
    int64_t unresolved; /* to a table whose path could not be read */
    int64_t empty;      /* to a table whose path is empty */
};

struct lineage {
    struct tables *tables;
    struct lost *lost;
    struct lineage_counts counts;
};

/* Wants the tables that elements refer to. References that are not lists of texts are a gap of
 * their data model, whose other elements stay as they are. */
enum smc_status lineage_collect(struct lineage *lineage, struct smc_error *err);

/* Writes the file, in listing order of the data models. */
enum smc_status lineage_write(struct lineage *lineage, struct smc_error *err);

#endif
