/* The record of what Catalog has accepted, as a run uses it: lib/store/ledger.h keeps it. */
#ifndef UPLOAD_RECORD_H
#define UPLOAD_RECORD_H

#include "job.h"

/* The directory of the record: --state, else .sigmacat in the directory that is sent. The caller
 * frees it; NULL when memory runs out. One of the two settings is there. */
char *upload_record_directory(const struct upload_settings *settings);

/* Opens the record as `job->ledger`: of each upload of a directory, and of a file where the
 * settings name its place. Of a directory it takes the lock too. With --dry-run, --list and --check
 * it is read alone, and nothing is made. One that can't be opened and is not needed is a line in
 * the log that says what is not guarded now; it may be read all the same. SMC_ERR_LOCKED; errors as
 * smci_ledger_open; the caller ends it by upload_record_close. */
enum smc_status upload_record_open(struct upload_job *job, struct smc_error *err);
void upload_record_close(struct upload_job *job);

/* With --skip-uploaded: marks the files that were accepted before and are unchanged as skipped,
 * with a line in the log each. A summary is sent once more if any file of its set is to be sent. A
 * file of the set that --set names counts only if no other set was accepted since: then it is to
 * come back. Errors as smci_ledger_find. */
enum smc_status upload_record_leave_out(struct upload_job *job, struct smc_error *err);

/* Records a file that was accepted, of `size` bytes, and with its summary whose the set is. Where
 * that fails the log tells it once and the record is left alone; it counts as a failure
 * (`job->worst`) with --skip-uploaded. */
void upload_record_add(struct upload_job *job, size_t index, int64_t size);

/* Leaves a record alone that has failed, in these words. */
void upload_record_give_up(struct upload_job *job, const struct smc_error *why);

/* Writes what was added, if the last time is a second ago or `is_end`. To be called once a second
 * and at the end; failures likewise. */
void upload_record_write(struct upload_job *job, bool is_end);

#endif
