/* The options of castor-upload: the struct that they are read into, and the table that names them,
 * with their defaults. */
#ifndef UPLOAD_OPTIONS_TABLE_H
#define UPLOAD_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <sigmacat/buf.h>
#include <sigmacat/client_types.h>

#include "lib/base/uuid.h"
#include "lib/cli/help.h"
#include "lib/cli/logging.h"
#include "lib/cli/settings.h"

/* In the order of the words that --file_type takes. */
enum upload_type { UPLOAD_DBT, UPLOAD_LOOKML, UPLOAD_QUALITY, UPLOAD_VIZ, UPLOAD_WAREHOUSE };
enum upload_zone { UPLOAD_ZONE_EU, UPLOAD_ZONE_US };

/* What the checks may object to, in the order of the words that --allow takes. */
enum upload_objection {
    UPLOAD_PARTIAL,      /* the set was not to have all files */
    UPLOAD_DEGRADED,     /* too much of it could not be read from Sigma */
    UPLOAD_FUTURE,       /* it is of a time that is yet to come */
    UPLOAD_ORGANIZATION, /* it is another organisation's than the source's, or may be */
    UPLOAD_BROKEN        /* anything else, which --force alone passes over */
};

/* All texts are owned by the settings and end with upload_options_clear. */
struct upload_settings {
    struct smci_settings sources; /* where each value came from */
    struct smc_buf origin;        /* "https://host[:port]" of zone or endpoint, made by the check */
    struct smc_buf prefix;        /* the endpoint's path, "/x" or ""; made by the check */
    struct smc_buf secret;        /* what was read from token_file or token_command */
    char source_uuid[SMCI_UUID_TEXT_LEN + 1]; /* source_id in lower case; made by the check */

    const char *token; /* given by file or command: NULL until it is loaded */
    const char *token_file;
    const char *token_command;
    const char *config; /* NULL: that of the default places, if there is one */
    const char *profile;
    const char *source_id; /* as given */
    int file_type;         /* enum upload_type; -1 while not given */
    const char *file_path; /* exactly one of these two is not NULL after the check */
    const char *directory_path;
    int zone;                    /* enum upload_zone */
    const char *project_name;    /* NULL unless given; as given, not encoded */
    const char *endpoint;        /* NULL: the zone's */
    const char *organization_id; /* whose sets may be sent; NULL: as the record knows it */
    const char *allow;           /* names with commas, or NULL */
    unsigned allowed;           /* 1 << enum upload_objection for each of them; made by the check */
    struct smc_network network; /* as smci_cli_network takes it */
    const char *set;            /* the digits that a set's names begin with; NULL: all */
    const char *state;          /* NULL: .sigmacat in the directory */
    const char *metrics_file;   /* NULL: none */
    FILE *out;                  /* for --list and --check; NULL: standard output */
    bool is_latest;             /* the newest complete set */
    bool is_with_extras;
    bool is_forced;   /* what the checks find does not stop it */
    bool is_dry_run;  /* no network, and no token */
    bool is_skipping; /* what was accepted before is left out */
    bool is_listing;  /* shows the ledger in place of an upload */
    bool is_json;
    const char *report; /* a file, "-" for standard output, NULL: none */
    bool is_showing;    /* settings, in place of a run */
    bool is_checking;   /* whether a run would work, in place of one */
    int parallel;
    struct smci_cli_logging logging;
    bool is_help;
    bool is_version;
};

/* Name, examples and table, for help and manual page. Static. */
const struct smci_cli_program *upload_program(void);

/* The word of an objection, as --allow takes it; "" of one that it does not take. */
const char *upload_objection_name(enum upload_objection objection);

/* The word of a type, as --file_type takes it: "VIZ". */
const char *upload_type_name(int type);

#endif
