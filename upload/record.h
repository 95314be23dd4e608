/* The record of what Catalog has accepted, as a run uses it: lib/store/ledger.h keeps it. */
#ifndef UPLOAD_RECORD_H
#define UPLOAD_RECORD_H

#include "job.h"

/* The directory of the record: --state, else .sigmacat in the directory that is sent. The caller
 * frees it; NULL when memory runs out. One of the two settings is there. */
char *upload_record_directory(const struct upload_settings *settings);

/* Opens the record as `job->ledger` where the settings want one. With --dry-run and --list nothing
 * is made. One that can't be opened and is not needed is a line in the log. Errors as
 * smci_ledger_open; the caller closes it. */
enum smc_status upload_record_open(struct upload_job *job, struct smc_error *err);

/* With --skip-uploaded: marks the files that were accepted before and are unchanged as skipped,
 * with a line in the log each. A summary is sent once more if any file of its set is to be sent.
 * Errors as smci_ledger_has. */
enum smc_status upload_record_leave_out(struct upload_job *job, struct smc_error *err);

/* Records a file that was accepted, of `size` bytes. Where that fails the log tells it once and the
 * record is left alone; it counts as a failure (`job->worst`) with --skip-uploaded. */
void upload_record_add(struct upload_job *job, size_t index, int64_t size);

#endif
