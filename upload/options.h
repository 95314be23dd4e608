/* The options of castor-upload, read and checked. */
#ifndef UPLOAD_OPTIONS_H
#define UPLOAD_OPTIONS_H

#include <sigmacat/log.h>

#include "options_table.h"

/* Reads flags, variables and configuration file; see smci_cli_configure. `settings` need not be
 * prepared, must not move afterwards, and is to be cleared also after an error. */
enum smc_status upload_options_read(struct upload_settings *settings, int argc, char **argv,
                                    char *const *envp, struct smc_error *err);

/* Whether a run could start: all that is required is there and fits together. Files are not looked
 * at. SMC_ERR_USAGE. */
enum smc_status upload_options_check(struct upload_settings *settings, struct smc_error *err);

/* Reads the token where it is given by file or command. After the check; both `stop_fd` and
 * `log` as in smci_cli_secret, whose errors these are. */
enum smc_status upload_options_load_secret(struct upload_settings *settings, int stop_fd,
                                           struct smc_log *log, struct smc_error *err);

/* Frees and wipes; twice is harmless. */
void upload_options_clear(struct upload_settings *settings);

#endif
