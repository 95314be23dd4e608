/* Numbers that outlive a run, among the store's values: each has a name, and behind it that of the
 * kind of calls that it is about, or "". */
#ifndef EXTRACT_NUMBERS_H
#define EXTRACT_NUMBERS_H

#include <stdint.h>

#include "lib/store/store.h"

/* A negative number removes the value. */
enum smc_status numbers_put(struct smci_store *store, const char *name, const char *kind,
                            int64_t number, struct smc_error *err);

/* -1 when there is no such value, or it is not a number. */
enum smc_status numbers_get(struct smci_store *store, const char *name, const char *kind,
                            int64_t *number, struct smc_error *err);

#endif
