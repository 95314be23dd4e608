/* --help and --version, from the settings table. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <sigmacat/buf.h>
#include "settings.h"

/* A program as its help shows it. */
struct smci_cli_program {
    const char *name;
    const char *purpose;         /* one line */
    const char *part;            /* its part of a configuration file, "sigma" */
    const char *prefix;          /* of its variables, "CASTOR_SIGMA_" */
    const char *const *examples; /* ended by NULL */
    const char *variables;       /* a line or two on the variables */
    const struct smci_settings_table *table;
};

/* Appends the help: one screen, lines of at most 80 columns. Errors of smc_buf_add. */
enum smc_status smci_cli_help(const struct smci_cli_program *program, struct smc_buf *out);

/* Writes a text to standard output. SMC_ERR_IO when not all of it got there. */
enum smc_status smci_cli_print(const char *text, struct smc_error *err);

/* Print on stdout, and say whether all bytes got there: SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status smci_cli_print_help(const struct smci_cli_program *program, struct smc_error *err);
enum smc_status smci_cli_print_version(const struct smci_cli_program *program,
                                       struct smc_error *err);

#endif
