/* The files that are made of objects' answers, each by the part that its form has. */
#ifndef EXTRACT_JOINED_H
#define EXTRACT_JOINED_H

#include "field_lineage.h"
#include "lineage.h"
#include "tables.h"

/* All borrowed. */
struct joined {
    struct job *job;
    struct tables *tables;
    struct tables *extra_tables; /* of files beyond what Catalog asks for */
    struct lineage *lineage;
    struct field_lineage *fields;
};

/* Wants the tables that the files of extras name, or those that the others name. */
enum smc_status joined_want_tables(const struct joined *joined, bool are_extras,
                                   struct smc_error *err);

/* Writes and ends all that are not written as they come. */
enum smc_status joined_write(const struct joined *joined, struct smc_error *err);

#endif
