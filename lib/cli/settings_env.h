/* The environment as a source of settings. */
#ifndef CLI_SETTINGS_ENV_H
#define CLI_SETTINGS_ENV_H

#include "settings.h"

/* Reads the variables of `envp` (ended by NULL); an empty one counts as not set. One that is wrong
 * keeps none of the others from being read; the first decides: SMC_ERR_USAGE, SMC_ERR_NOMEM. */
enum smc_status smci_settings_read_env(struct smci_settings *settings, char *const *envp,
                                       struct smc_error *err);

/* Overwrites the values of secrets' variables where they stand, those of both programs, whatever the
 * letter case of their names: what remains counts as not set, for us and for our children, such as
 * commands that print one secret and need no other. */
void smci_settings_empty_env(const struct smci_settings_table *table, char *const *envp);

#endif
