/* A set whose publication an earlier run had begun and did not end: it is finished, or taken
 * away. */
#ifndef SMCI_RECOVER_H
#define SMCI_RECOVER_H

#include <sigmacat/log.h>

#include "site.h"

/* Finishes the publication of the set `timestamp`, all whose files were finished and had begun to
 * be renamed, if every file of the site's names is still there; else removes what is left of it,
 * so that it never looks complete. `is_complete` tells which. One that another run is removing is
 * left to it. SMC_ERR_IO. */
enum smc_status smci_recover(const struct smci_site *site, int64_t timestamp, bool *is_complete,
                             struct smc_log *log, struct smc_error *err);

#endif
