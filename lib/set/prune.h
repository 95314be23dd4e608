/* Old sets are removed, so that a directory does not grow for ever. */
#ifndef SMCI_PRUNE_H
#define SMCI_PRUNE_H

#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>
#include <sigmacat/log.h>

/* Removes older sets from `directory` until `keep` (1 or more) that have their summary are left,
 * the newest by timestamp; of each the summary goes first. The set `spared` stays in any case: it
 * may be the newest with a lower timestamp, after a clock was set back. Sets may lack files: one
 * counts if it has all that `spared` has, and stays if it has any that `spared` lacks, so that no
 * set ever takes the place of a fuller one. Only files named by `names` (the summary last) are
 * touched. */
enum smc_status smci_fileset_prune(const char *directory, const char *const *names, size_t count,
                                   size_t keep, int64_t spared, struct smc_log *log,
                                   struct smc_error *err);

#endif
