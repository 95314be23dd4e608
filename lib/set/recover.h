/* A set whose publication an earlier run did not end: it is finished, or taken away. */
#ifndef SMCI_RECOVER_H
#define SMCI_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>
#include <sigmacat/log.h>

/* Deals with what an earlier run left of the set `timestamp` in `directory`, whose files are
 * `names` in the order of their publication. With `is_publishing` (all its files were finished and
 * their renaming had begun) the publication is finished, if every file is still there; in any
 * other case all that is left of the set is removed, so that it never looks complete.
 * `is_complete` (may be NULL) tells which. A directory that is gone is no error. */
enum smc_status smci_fileset_recover(const char *directory, int64_t timestamp,
                                     const char *const *names, size_t count, bool is_publishing,
                                     bool *is_complete, struct smc_log *log, struct smc_error *err);

#endif
