/* A run from the settings to its end: check, send, report; or show what there is to show. */
#ifndef UPLOAD_RUN_H
#define UPLOAD_RUN_H

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "options_table.h"
#include "result.h"

/* A whole upload, or with --dry-run and --list what these ask for. `settings` has been checked.
 * `stop_fd` is readable when the run is to end (-1: never), `clock` NULL is the system's. `result`
 * (initialized) gets what there is to say of it; the report is written.
 *
 * The status of the first failure that counts most: what ends the run at once (SMC_ERR_AUTH,
 * SMC_ERR_CANCELLED, ...), then SMC_ERR_IO, since no further run will mend it, then
 * SMC_ERR_HTTP, which one may, then SMC_ERR_REFUSED. SMC_ERR_IO is also what choosing and
 * verifying the files found; then nothing was sent. `err` says it in a line; the log has told of
 * each file. */
enum smc_status upload_run(const struct upload_settings *settings, struct smc_log *log,
                           const struct smc_clock *clock, int stop_fd,
                           struct smci_cli_ending *result, struct smc_error *err);

#endif
