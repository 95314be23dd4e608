/* Sends the files one after another and says what became of each. */
#ifndef UPLOAD_RUN_H
#define UPLOAD_RUN_H

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "options.h"

/* A whole upload; `settings` has been checked. `stop_fd` is readable when the run is to end (-1:
 * never), `clock` NULL is the system's. The status of the first failure that counts most: what ends
 * the run at once (SMC_ERR_AUTH, SMC_ERR_CANCELLED, ...), then SMC_ERR_IO, since no further run will
 * mend it, then SMC_ERR_HTTP. `err` says it in a line; the log has told of each file. */
enum smc_status upload_run(const struct upload_settings *settings, struct smc_log *log,
                           const struct smc_clock *clock, int stop_fd, struct smc_error *err);

#endif
