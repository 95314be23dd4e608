/* The completions that bash, zsh and fish offer while a command line is typed, made from the table
 * of options when the programs are built. Each shell has a template, completion.SHELL, with marks
 * for what is made:
 *
 *   @PROGRAM@   castor-upload
 *   @NAME@      castor_upload, which a function's name can have in it
 *   @OPTIONS@   a line for each option, as this shell has them
 *   @FLAGS@     all flags, for bash */
#ifndef CLI_COMPLETIONS_H
#define CLI_COMPLETIONS_H

#include <sigmacat/buf.h>

#include "help.h"

enum smci_cli_shell { SMCI_CLI_BASH, SMCI_CLI_ZSH, SMCI_CLI_FISH };

/* Appends the template's text with the marks replaced. Errors of smc_buf_add. */
enum smc_status smci_cli_completions(const struct smci_cli_program *program,
                                     enum smci_cli_shell shell, const char *template_text,
                                     struct smc_buf *out);

/* The main function of the small programs that the build runs: argv[1] is the path of a template,
 * "completion.zsh", and the completions go to standard output. Returns the exit status, 0 or 1. */
int smci_cli_completions_main(const struct smci_cli_program *program, int argc, char **argv);

#endif
