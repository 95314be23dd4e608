/* The configuration file as a source of settings; sigmacat.yaml(5) describes it. */
#ifndef CLI_SETTINGS_FILE_H
#define CLI_SETTINGS_FILE_H

#include "settings_keys.h"

/* Reads a YAML file into the target, below flags and variables: the profile's part, then the
 * part for all profiles. The whole file is checked; of other programs' parts only the form.
 * SMC_ERR_IO when it can't be read; errors of smci_settings_read_keys. A file that others can
 * change, or that holds a secret which they can read, becomes a warning. */
enum smc_status smci_settings_read_file(struct smci_settings *settings,
                                        const struct smci_settings_file *file,
                                        struct smc_error *err);

#endif
