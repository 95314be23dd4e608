/* --status: tells how the last run went and how far the one at work is, in place of a run. */
#ifndef EXTRACT_STATUS_H
#define EXTRACT_STATUS_H

#include <stdio.h>

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "options_table.h"

/* Prints it on `out` (NULL: standard output). With `members` not NULL it is put there as an object
 * instead, as --json has it behind the head that all such objects have (lib/cli/result.h). `clock`
 * NULL: the system's. SMC_OK also when there was no run; SMC_ERR_IO and SMC_ERR_STORE when not all
 * of it could be read, which is told of nevertheless, or when it can't be written. */
enum smc_status status_tell(const struct extract_settings *settings, const struct smc_log *log,
                            const struct smc_clock *clock, FILE *out, struct smc_buf *members,
                            struct smc_error *err);

#endif
