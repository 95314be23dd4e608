/* The options of castor-extract-sigma, read and checked. */
#ifndef EXTRACT_OPTIONS_H
#define EXTRACT_OPTIONS_H

#include <sigmacat/client.h>
#include <sigmacat/log.h>

#include "options_table.h"

/* Reads flags, variables, configuration and credentials file; see smci_cli_configure and
 * credentials_read. `settings` need not be prepared, must not move afterwards, and is to be cleared
 * also after an error. */
enum smc_status extract_options_read(struct extract_settings *settings, int argc, char **argv,
                                     char *const *envp, struct smc_error *err);

/* Whether a page could be made of what is there. SMC_ERR_USAGE; SMC_ERR_IO of standard output. */
enum smc_status extract_options_check_page(struct extract_settings *settings,
                                           struct smc_error *err);

/* A client's options as far as settings make them, but for `network`; they lend what it borrows. */
struct smc_client_opt extract_options_client(const struct extract_settings *settings);

/* Whether a run could start: all that is required is there, the host can be one. SMC_ERR_USAGE. */
enum smc_status extract_options_check(struct extract_settings *settings, struct smc_error *err);

/* The same of --status: where the state is. */
enum smc_status extract_options_check_status(struct extract_settings *settings,
                                             struct smc_error *err);

/* Reads the client secret where it is given by file or command. After the check; both `stop_fd`
 * and `log` as in smci_cli_secret, whose errors these are. */
enum smc_status extract_options_load_secret(struct extract_settings *settings, int stop_fd,
                                            struct smc_log *log, struct smc_error *err);

/* How errors name where the client secret came from. Borrowed. */
const char *extract_options_secret_name(const struct extract_settings *settings);

/* Frees and wipes; twice is harmless. */
void extract_options_clear(struct extract_settings *settings);

#endif
