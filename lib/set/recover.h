/* A set that an earlier run has left, whose state tells of it: its publication is finished, or it is
 * taken away. */
#ifndef SMCI_RECOVER_H
#define SMCI_RECOVER_H

#include <sigmacat/log.h>

#include "site.h"

/* With `is_publishing`, all files of the set `timestamp` were finished and had begun to be renamed:
 * that is finished, if every file of the site's names is still there. Else what is left of the set
 * is removed, so that it never looks complete. `is_complete` tells which. One that another run has
 * to do with, as its lock tells, is left to it. SMC_ERR_IO. */
enum smc_status smci_recover(const struct smci_site *site, int64_t timestamp, bool is_publishing,
                             bool *is_complete, struct smc_log *log, struct smc_error *err);

#endif
