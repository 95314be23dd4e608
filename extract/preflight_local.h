/* A part of --check: what a run needs on this machine. */
#ifndef EXTRACT_PREFLIGHT_LOCAL_H
#define EXTRACT_PREFLIGHT_LOCAL_H

#include "lib/cli/checklist.h"

#include "options_table.h"

/* Adds lines on output, state and report. SMC_ERR_NOMEM. */
enum smc_status preflight_local(const struct extract_settings *settings,
                                struct smci_cli_checklist *list, struct smc_error *err);

#endif
