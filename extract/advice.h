/* What a person can do about how a run ended, behind the words of its error. */
#ifndef EXTRACT_ADVICE_H
#define EXTRACT_ADVICE_H

#include "options_table.h"

/* Adds it to `err` (may be NULL), which describes `rc`, where there is something to add. */
void advice_add(const struct extract_settings *settings, enum smc_status rc, struct smc_error *err);

#endif
