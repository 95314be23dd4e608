/* The options of castor-extract-sigma: its settings table, read and checked. */
#ifndef EXTRACT_OPTIONS_H
#define EXTRACT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/client.h>
#include "lib/cli/settings.h"
#include <sigmacat/log.h>

#include "lib/cli/help.h"

/* All texts are owned by the settings and end with extract_options_clear. */
struct extract_settings {
    struct smci_settings sources; /* where each value came from */
    struct smc_buf origin;        /* "https://host[:port]", made from `host` by the check */
    struct smc_buf secret;        /* what was read from api_token_file or api_token_command */

    const char *host; /* as given */
    const char *client_id;
    const char *api_token; /* given by file or command: NULL until it is loaded */
    const char *api_token_file;
    const char *api_token_command;
    const char *credentials; /* a file; what it holds is in the members above */
    const char *config;      /* NULL: that of the default places, if there is one */
    const char *profile;
    const char *output;
    const char *cacert; /* NULL: the system's */
    const char *state;  /* NULL: OUTPUT/.sigmacat */
    int concurrency;
    int retries;
    int64_t retry_base_ms;
    int64_t timeout_ms;
    int64_t max_time_ms; /* 0: no bound */
    double max_rate;     /* calls a second; 0: no bound */
    bool is_incremental;
    int64_t full_after_ms;
    int keep; /* sets; 0: all */
    int64_t resume_within_ms;
    bool is_no_resume;
    const char *report; /* a file, "-" for standard output, NULL: none */
    bool is_fail_on_gaps;
    int max_gaps; /* counts only with is_max_gaps_set */
    bool is_max_gaps_set;
    const char *accept_short; /* names of listings, separated by commas; NULL: none */
    const char *only;         /* names of files, separated by commas; NULL: all */
    const char *skip;         /* the same, of those that are not written */
    bool is_showing;          /* settings, in place of a run */
    bool is_checking;         /* whether a run would work, in place of one */
    bool is_listing_regions;
    int log_level;  /* enum smc_log_level */
    int log_format; /* enum smc_log_format */
    bool is_help;
    bool is_version;
};

/* Name, examples and table, for help and manual page. Static. */
const struct smci_cli_program *extract_program(void);

/* Reads flags, variables, configuration and credentials file; see smci_cli_configure and
 * credentials_read. `settings` need not be prepared, must not move afterwards, and is to be cleared
 * also after an error. */
enum smc_status extract_options_read(struct extract_settings *settings, int argc, char **argv,
                                     char *const *envp, struct smc_error *err);

/* A client's options as far as settings make them; what is borrowed lives as long as they. */
struct smc_client_opt extract_options_client(const struct extract_settings *settings);

/* Whether a run could start: all that is required is there, the host can be one. SMC_ERR_USAGE. */
enum smc_status extract_options_check(struct extract_settings *settings, struct smc_error *err);

/* Reads the client secret where it is given by file or command. After the check; both `stop_fd` and `log` as in
 * smci_cli_secret, whose errors these are. */
enum smc_status extract_options_load_secret(struct extract_settings *settings, int stop_fd,
                                            struct smc_log *log, struct smc_error *err);

/* Whether --accept-short-listing has the listing `name`. */
bool extract_options_accepts_short(const struct extract_settings *settings, const char *name);

/* How errors name where the client secret came from. Borrowed. */
const char *extract_options_secret_name(const struct extract_settings *settings);

/* Frees and wipes; twice is harmless. */
void extract_options_clear(struct extract_settings *settings);

#endif
