/* --check: whether an extraction would work, found out without writing anything. */
#ifndef EXTRACT_PREFLIGHT_H
#define EXTRACT_PREFLIGHT_H

#include <stdio.h>

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "options.h"
#include "result.h"

/* Looks at what a run needs, in a run's order, and says so line by line on `out` (NULL: standard
 * output), or with --json in the log and in `result` (initialized); `settings` has been checked and
 * its secret loaded. `stop_fd` as in smc_client_opt, `clock` NULL: the system's. Makes no file and
 * no directory and opens no state.
 *
 * SMC_OK: it would work. The status of the first failure, which is a run's: then `err` is empty,
 * since the lines have said it, but for --json. What ended the check itself (SMC_ERR_CANCELLED, SMC_ERR_NOMEM,
 * SMC_ERR_IO for `out`): with `err`. */
enum smc_status preflight(const struct extract_settings *settings, struct smc_log *log, FILE *out,
                          int stop_fd, const struct smc_clock *clock,
                          struct smci_cli_ending *result, struct smc_error *err);

#endif
