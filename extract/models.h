/* Data models that the sources of workbooks name: those whose lineage is asked for. */
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
};

/* Notes the models that sources (one array) name; if this run wants lineage. */
enum smc_status models_note(const struct models *models, struct smc_json_span sources,
                            struct smc_error *err);

/* All data models are listed: the lineage of those that were named before is wanted now. */
enum smc_status models_listed(struct models *models, struct smc_error *err);

#endif
