/* Chooses the files that are sent: those that the settings ask for, if they are whole. */
#ifndef UPLOAD_CHOOSE_H
#define UPLOAD_CHOOSE_H

#include "job.h"

/* Finds the files that the settings ask for and verifies them; with --latest or --set, the others
 * of the directory are taken from `job->files`. Every problem is a line in the log. SMC_ERR_IO
 * when there are some and they are not forced; SMC_ERR_CANCELLED when the job's stop signal came;
 * SMC_ERR_NOMEM. `job->files` is to be cleared also after an error. */
enum smc_status upload_choose(struct upload_job *job, struct smc_error *err);

#endif
