/* The options of castor-extract-sigma: the struct that they are read into, and the table that names
 * them, with their defaults. */
#ifndef EXTRACT_OPTIONS_TABLE_H
#define EXTRACT_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/client_types.h>

#include "lib/cli/help.h"
#include "lib/cli/logging.h"
#include "lib/cli/settings.h"

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
    const char *state;          /* NULL: OUTPUT/.sigmacat */
    struct smc_network network; /* as smci_cli_network takes it */
    int concurrency;
    int64_t max_time_ms; /* 0: no bound */
    double max_rate;     /* calls a second; 0: no bound */
    bool is_incremental;
    int64_t full_after_ms;
    int keep; /* sets; 0: all */
    int64_t resume_within_ms;
    bool is_no_resume;
    bool is_json;             /* the result on standard output */
    const char *report;       /* a file, "-" for standard output, NULL: none */
    const char *metrics_file; /* NULL: none */
    const char *html;         /* the page; NULL: none */
    bool is_html_with_emails;
    const char *from; /* a directory, whose newest set's page is made in place of a run */
    bool is_fail_on_gaps;
    struct smci_limit max_gaps;
    const char *accept_short; /* names of listings, separated by commas; NULL: none */
    const char *only;         /* names of files, separated by commas; NULL: all */
    const char *skip;         /* the same, of those that are not written */
    const char *with;         /* the same, of those beyond what Catalog asks for; NULL: none */
    bool is_showing;          /* settings, in place of a run */
    bool is_checking;         /* whether a run would work, in place of one */
    bool is_status;           /* how runs went, in place of one */
    bool is_listing_regions;
    struct smci_cli_logging logging;
    bool is_help;
    bool is_version;
};

/* Name, examples and table, for help and manual page. Static. */
const struct smci_cli_program *extract_program(void);

#endif
