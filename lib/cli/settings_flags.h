/* The command line as a source of settings. */
#ifndef CLI_SETTINGS_FLAGS_H
#define CLI_SETTINGS_FLAGS_H

#include "settings.h"

/* Reads all words of `argv` (argv[0] is passed over) even after an error, so that no query is
 * missed and no secret stays: the bytes of secrets are replaced by asterisks where they stand.
 * The first error is told: SMC_ERR_USAGE, with a text that says what, where and what was
 * expected; SMC_ERR_NOMEM. */
enum smc_status smci_settings_read_flags(struct smci_settings *settings, int argc, char **argv,
                                         struct smc_error *err);

#endif
