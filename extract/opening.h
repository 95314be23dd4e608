/* Opens the services of a run, in the order in which faults are to be found. */
#ifndef EXTRACT_OPENING_H
#define EXTRACT_OPENING_H

#include "job.h"
#include "reuse.h"

/* Opens all that a job of settings, clock, log and stop signal lacks, and sees to what an earlier
 * run left: first the output directory, since a wrong one must be known before anything is sent.
 * `reuse` decides which answers stay. close_job ends it also after an error. */
enum smc_status open_job(struct job *job, struct reuse *reuse, struct smc_error *err);

/* Makes an open job one whose run has only just begun: a set of its own, and in the store what this
 * run has paid for, even with --no-resume. Client and store stay open. `files` come anew. */
enum smc_status open_job_again(struct job *job, struct reuse *reuse, struct smc_error *err);

/* Calls that are under way end in it as cancelled: what they belong to must still be there. */
void close_job(struct job *job);

#endif
