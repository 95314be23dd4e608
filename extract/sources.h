/* Sources of workbooks, data models and data sets, joined with the paths of their tables:
 * sigmacat-files(5), "SOURCES". */
#ifndef EXTRACT_SOURCES_H
#define EXTRACT_SOURCES_H

#include "tables.h"

/* Wants the tables of all sources of `asset`, in listing order. */
enum smc_status sources_collect(struct tables *tables, enum asset_id asset, struct smc_error *err);

/* Calls `fn` for each table that sources of `asset` name, as often as they do: `id` is its key,
 * `user` the name of the object. */
typedef enum smc_status source_table_fn(void *ctx, const char *id, const char *user,
                                        struct smc_error *err);
enum smc_status sources_each_table(const struct job *job, enum asset_id asset, source_table_fn *fn,
                                   void *ctx, struct smc_error *err);

/* Writes the file of `asset`: one record for each listed object. */
enum smc_status sources_write(struct tables *tables, enum asset_id asset, struct smc_error *err);

#endif
