/* The object of --json: what the program has to say at its very end, whichever way it got there. */
#ifndef EXTRACT_RESULT_H
#define EXTRACT_RESULT_H

#include "lib/cli/result.h"

#include "options_table.h"

/* The head for a run that ended with `rc`, described by `err`. Borrows all of them. */
struct smci_cli_result extract_result_head(const struct smci_cli_ending *result,
                                           const struct extract_settings *settings,
                                           const struct smc_log *log, enum smc_status rc,
                                           const struct smc_error *err);

/* Prints it, where the settings ask for it, as the program's last deed; returns how the program
 * ends: as it would (`rc`), or with the failure to print, which is logged. */
enum smc_status extract_result_print(struct smci_cli_ending *result,
                                     const struct extract_settings *settings, struct smc_log *log,
                                     enum smc_status rc, const struct smc_error *err);

#endif
