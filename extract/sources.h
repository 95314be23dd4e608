/* Sources of workbooks, data models and data sets, joined with the paths of their tables. */
#ifndef EXTRACT_SOURCES_H
#define EXTRACT_SOURCES_H

#include <sigmacat/error.h>
#include <sigmacat/json.h>

#include "assets.h"

struct run;

/* Notes the data models that a workbook's sources (one array) name, so that their lineage is asked
 * for; if this run wants lineage. */
enum smc_status sources_note_models(struct run *run, struct smc_json_span sources,
                                    struct smc_error *err);

/* Asks for the lineage of a data model that is used, if it is listed. */
enum smc_status sources_want_lineage(struct run *run, const char *id, struct smc_error *err);

/* Puts the tables of all sources of `asset` on LIST_TABLES, in listing order. */
enum smc_status sources_collect(struct run *run, enum asset_id asset, struct smc_error *err);

/* Writes the file of `asset`: one record for each listed object. */
enum smc_status sources_write(struct run *run, enum asset_id asset, struct smc_error *err);

#endif
