/* Lineage of data models: which tables and hand-written queries their elements read. */
#ifndef EXTRACT_LINEAGE_H
#define EXTRACT_LINEAGE_H

#include <sigmacat/error.h>

struct run;

/* Puts the tables that elements refer to on LIST_TABLES. */
enum smc_status lineage_collect(struct run *run, struct smc_error *err);

/* Writes the file, in listing order of the data models. */
enum smc_status lineage_write(struct run *run, struct smc_error *err);

#endif
