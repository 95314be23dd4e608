/* What is in a directory of sets that nobody works on any more: it is taken away. */
#ifndef SMCI_SWEEP_H
#define SMCI_SWEEP_H

#include <sigmacat/log.h>

#include "site.h"

/* Removes what runs have left that were stopped while they wrote, published or removed a set,
 * whosever they were. The rule is that of sigmacat-files(5), "COMPLETE SETS": a set whose summary is
 * a .part file with a lock is being written, and nothing of it is touched; without a lock it is left
 * over. Then its .part files go, and, unless the summary is empty, since nothing is renamed before
 * it is written, what has its own name. What can't be removed is a warning. SMC_ERR_IO when the
 * directory can't be read; SMC_ERR_NOMEM. */
enum smc_status smci_sweep(const struct smci_site *site, struct smc_log *log,
                           struct smc_error *err);

#endif
