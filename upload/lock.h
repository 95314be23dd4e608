/* One upload at a time of a directory to a source: its own lock, so that an extraction into the
 * directory and uploads to other sources are not in its way. */
#ifndef UPLOAD_LOCK_H
#define UPLOAD_LOCK_H

#include "job.h"

/* Takes the lock on the endpoint, the source and the directory as a file in `record`, the record's
 * directory, which is made where it is missing. The directory is known by what it is, not by its
 * name. `job->lock_fd` is the caller's, for smci_lock_release. SMC_ERR_LOCKED when another upload
 * has it; SMC_ERR_IO; SMC_ERR_NOMEM. */
enum smc_status upload_lock_take(struct upload_job *job, const char *record, struct smc_error *err);

/* Whether another has it, without making anything. Errors likewise. */
enum smc_status upload_lock_look(const struct upload_job *job, const char *record,
                                 struct smc_error *err);

#endif
