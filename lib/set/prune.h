/* Old sets are removed, so that a directory does not grow for ever. */
#ifndef SMCI_PRUNE_H
#define SMCI_PRUNE_H

#include <sigmacat/log.h>

#include "site.h"

struct smci_prune {
    size_t keep;    /* so many sets are left, 1 or more */
    int64_t spared; /* the timestamp of one that stays in any case */
    int64_t
        now_s; /* sets that are further ahead of it than SMCI_SITE_AHEAD_S do not count, and stay
                     */
};

/* Removes older sets until `keep` that have their summary are left, the newest by timestamp. Sets
 * may lack files: one counts if it has all that `spared` has, and stays if it has any that `spared`
 * lacks, so that no set ever takes the place of a fuller one. Only files of the site's names are
 * touched. */
enum smc_status smci_prune(const struct smci_site *site, const struct smci_prune *what,
                           struct smc_log *log, struct smc_error *err);

#endif
