/* Sends files, several at once, and notes what became of each. */
#ifndef UPLOAD_SEND_H
#define UPLOAD_SEND_H

#include "job.h"

/* Sends what is waiting, begun in the files' order, a summary only after the rest of its set was
 * accepted. SMC_OK when each file has had its turn, whatever became of it (`job->worst` tells);
 * else what ended the run: errors as smc_client_new and smc_client_run, SMC_ERR_AUTH on a 401 or
 * 403. */
enum smc_status upload_send(struct upload_job *job, struct smc_error *err);

#endif
