/* The data models that extras ask about: those that are listed, and those that any source names. A
 * personal one is in no listing. */
#ifndef EXTRACT_EXTRA_MODELS_H
#define EXTRACT_EXTRA_MODELS_H

#include "calls.h"
#include "job.h"

/* When the listing is over: wants what extras ask about each listed model. */
enum smc_status extra_models_want_listed(struct calls *calls, struct smc_error *err);

/* When all that was wanted has its outcome: wants the same of those models that sources name and
 * that are not known yet, in the order of the sources, whenever their answers came. `is_any` tells
 * whether there are such; then what they name themselves is looked for by the next call. */
enum smc_status extra_models_want_named(struct calls *calls, bool *is_any, struct smc_error *err);

#endif
