/* Data models that sources name: of those that workbooks use the lineage is asked for. Extras ask
 * about all that are listed or named: a personal one is in no listing. */
#ifndef EXTRACT_MODELS_H
#define EXTRACT_MODELS_H

#include <stdbool.h>

#include <sigmacat/json.h>

#include "calls.h"
#include "job.h"

struct models {
    const struct job *job;
    struct calls *calls; /* which are told what is wanted */
    bool are_listed;     /* all data models are known */
    bool are_wanted;     /* by extras */
};

/* Notes the models that sources name, the rows (one array) of an answer to a call for `asset`; as
 * far as this run wants to know of them. */
enum smc_status models_note(const struct models *models, enum asset_id asset,
                            struct smc_json_span sources, struct smc_error *err);

/* All data models are listed: the lineage of those that were named before is wanted now. */
enum smc_status models_listed(struct models *models, struct smc_error *err);

/* Extras, when the listing is over: wants what they ask about each model, and from now on about each
 * that is named. */
enum smc_status models_want_extras(struct models *models, struct smc_error *err);

#endif
