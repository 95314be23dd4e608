/* The objects that the last reading of their listing lacks: they were deleted while it was read.
 * Where a listing was read once, none has gone. */
#ifndef EXTRACT_GONE_H
#define EXTRACT_GONE_H

#include <stdbool.h>

#include "lib/base/idset.h"

#include "job.h"

/* Notes those objects of the listing, once it has ended, that `reading` did not have. */
enum smc_status gone_note(const struct job *job, enum asset_id listing,
                          const struct smci_idset *ids, int reading, struct smc_error *err);

/* Whether an object of the listing has gone. Known once the listing has ended, not before. */
enum smc_status gone_has(const struct job *job, enum asset_id listing, const char *id,
                         bool *is_gone, struct smc_error *err);

#endif
