/* The timestamp of a new set: it is picked, and no other run has it. */
#ifndef SMCI_STAMP_H
#define SMCI_STAMP_H

#include <sigmacat/log.h>

#include "site.h"

/* Picks `start_s` or, where there are sets of that time or later, the second after the last of
 * them; those further ahead than SMCI_SITE_AHEAD_S do not count, and are warned of. It is taken by
 * making the summary's .part file, whose lock `fd` holds: the caller's to close once the set is
 * published or removed. SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status smci_stamp_take(const struct smci_site *site, int64_t start_s, struct smc_log *log,
                                int64_t *timestamp, int *fd, struct smc_error *err);

#endif
