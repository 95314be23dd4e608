/* The settings of a program, from all places: command line, variables, configuration file. */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include <sigmacat/log.h>

#include "help.h"

/* Reads the command line (argv[0] is passed over), then the variables of `envp` (ended by NULL),
 * into the target. The bytes of secrets in `argv` are replaced by asterisks, those in `envp` by
 * NULs, whatever else is wrong: give it `environ`, and neither /proc nor a child shows them.
 * When a query (--help) is among the flags, the result is SMC_OK and nothing but the flags was
 * read. Else SMC_ERR_USAGE, with a text that says what, where and what was expected;
 * SMC_ERR_NOMEM. */
enum smc_status smci_settings_read(struct smci_settings *settings, int argc, char **argv,
                                   char *const *envp, struct smc_error *err);

/* As smci_settings_read, then the configuration file: the one that --config names, else the
 * first that is there of $XDG_CONFIG_HOME/sigmacat/config.yaml (or
 * ~/.config/sigmacat/config.yaml) and /etc/sigmacat/config.yaml. Errors also of
 * smci_settings_read_file; SMC_ERR_USAGE when a profile was chosen and there is no file. A file
 * that can't be looked for, and a variable that begins as the program's do and is not one of them,
 * become warnings. */
enum smc_status smci_cli_configure(struct smci_settings *settings,
                                   const struct smci_cli_program *program, int argc, char **argv,
                                   char *const *envp, struct smc_error *err);

/* Logs what is worth a warning in how the settings were given. */
void smci_cli_log_warnings(const struct smci_settings *settings, struct smc_log *log);

#endif
