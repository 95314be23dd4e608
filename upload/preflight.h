/* --check: whether an upload would work, as far as that can be told without one. */
#ifndef UPLOAD_PREFLIGHT_H
#define UPLOAD_PREFLIGHT_H

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "options_table.h"
#include "result.h"

/* Looks at what a run needs, in a run's order, and says so line by line on the settings' `out`, or
 * with --json in the log and in `result` (initialized); `settings` has been checked. Files are read as --dry-run reads them, with their problems in the
 * log. Catalog is asked one thing, without the token: only an upload can prove that. Nothing is
 * written, and the record of uploads is read alone. `stop_fd` and `clock` as in upload_run.
 *
 * SMC_OK: it would work. The status of the first failure, which is a run's: then `err` is empty,
 * since the lines have said it, but for --json. What ended the check itself (SMC_ERR_USAGE, SMC_ERR_CANCELLED,
 * SMC_ERR_NOMEM, SMC_ERR_IO for `out`): with `err`. */
enum smc_status upload_preflight(const struct upload_settings *settings, struct smc_log *log,
                                 const struct smc_clock *clock, int stop_fd,
                                 struct smci_cli_ending *result, struct smc_error *err);

#endif
