/* One extraction, from the settings to the published set. */
#ifndef EXTRACT_RUN_H
#define EXTRACT_RUN_H

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "options_table.h"
#include "result.h"

/* Extracts what is asked for and publishes the set. `stop_fd` as in smc_client_opt; `clock` NULL:
 * the system's. `result` (initialized) gets what there is to say of it. What goes wrong is returned
 * and described; it is not logged. */
enum smc_status run_extraction(const struct extract_settings *settings, struct smc_log *log,
                               int stop_fd, const struct smc_clock *clock,
                               struct smci_cli_ending *result, struct smc_error *err);

#endif
