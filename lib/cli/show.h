/* --show-config: the settings in effect, and where each came from. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "help.h"
#include "settings.h"

/* Appends the settings as YAML that could be a configuration file, with where each came from as a
 * comment; secrets as asterisks. Errors of smc_buf_add. */
enum smc_status smci_cli_settings_text(const struct smci_settings *settings,
                                       const struct smci_cli_program *program, struct smc_buf *out);

/* Prints that on stdout. SMC_ERR_USAGE with the flag --json, which would print an object there;
 * SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status smci_cli_show_settings(const struct smci_settings *settings,
                                       const struct smci_cli_program *program,
                                       struct smc_error *err);

#endif
