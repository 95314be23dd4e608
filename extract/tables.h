/* The tables that sources and lineages name, and how their connection paths are found: in the
 * listing of all paths where that takes fewer calls, else one by one. */
#ifndef EXTRACT_TABLES_H
#define EXTRACT_TABLES_H

#include "calls.h"
#include "job.h"
#include "table_listing.h"
#include "table_path.h"

struct tables {
    const struct job *job;
    struct calls *calls;
    enum asset_id path;         /* the calls for single ones; its objects are the tables */
    const struct tables *known; /* what these have is not asked again; NULL: none */
    struct table_listing listing;
};

/* Those of the files that Catalog asks for; of `known`, those beyond them, which are asked for one
 * by one. */
void tables_init(struct tables *tables, const struct job *job, struct calls *calls,
                 const struct tables *known);
void tables_clear(struct tables *tables);

/* Wants a table's path; `id` is a key, `user` the name of an object that uses the table: the first
 * one stands for it in the log. */
enum smc_status tables_want(const struct tables *tables, const char *id, const char *user,
                            struct smc_error *err);

/* Resolves all that are wanted, as far as single calls do not fail for a while; runs the client. */
enum smc_status tables_resolve(struct tables *tables, struct smc_error *err);

/* Of extras, when no more is asked: the tables that were not asked about could not be read, which is
 * a gap, one for all. */
enum smc_status tables_settle(const struct tables *tables, struct smc_error *err);

/* The path of a table that was wanted: its text is appended to `text`, the spans point into it.
 * SMC_ERR_STORE when nothing is known of it, not even that it could not be read. */
enum smc_status tables_find(const struct tables *tables, const char *id, struct smc_buf *text,
                            struct table_path *found, struct smc_error *err);

/* The same of one that nobody may know of, which `is_known` tells. */
enum smc_status tables_look(const struct tables *tables, const char *id, struct smc_buf *text,
                            bool *is_known, struct table_path *found, struct smc_error *err);

/* Makes answers of single calls out of the listing's rows, so that a later run can reuse them. */
enum smc_status tables_keep(struct tables *tables, struct smc_error *err);

#endif
