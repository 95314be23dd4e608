#include "options_table.h"

#include "lib/cli/rows.h"

#define PREFIX           "CASTOR_UPLOADER_"
#define IN(type, member) SMCI_SETTING_IN(type, struct upload_settings, member)

/* -f and -d exclude each other. */
#define GROUP_WHAT 1

/* So do the ways of giving the token. */
#define GROUP_SECRET 2

/* And the ways of choosing a set. */
#define GROUP_SET 3

#define GROUP_LEVEL 4

/* What is done in place of an upload is one thing. */
#define GROUP_MODE 5

/* In the order of the enums. */
static const char *const types[] = {"DBT", "LOOKML", "QUALITY", "VIZ", "WAREHOUSE", NULL};
static const char *const zones[] = {"EU", "US", NULL};
static const char *const objections[] = {"partial", "degraded", "future", "organization", NULL};

/* The first seven are fixed: scripts depend on their flags, letters and variables, and on
 * the two aliases. */
/* clang-format off */
static const struct smci_setting rows[] = {
    {.section = "What is sent, and where to",
     .flag = "--token", .letter = 'k', .metavar = "TOKEN",
     .variable = "CASTOR_UPLOADER_TOKEN", IN(SECRET, token), .group = GROUP_SECRET,
     .is_fixed = true, .help = "Catalog's API token"},
    {.flag = "--source_id", .letter = 's', .metavar = "UUID",
     .variable = "CASTOR_UPLOADER_SOURCE_ID", IN(TEXT, source_id),
     .is_fixed = true, .help = "the source's id in Catalog"},
    {.flag = "--file_type", .letter = 't', .metavar = "TYPE",
     .variable = "CASTOR_UPLOADER_FILE_TYPE", IN(CHOICE, file_type), .choices = types,
     .is_fixed = true, .help = "DBT, LOOKML, QUALITY, VIZ or WAREHOUSE"},
    {.flag = "--file_path", .letter = 'f', .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_FILE_PATH", IN(PATH, file_path), .group = GROUP_WHAT,
     .is_fixed = true, .help = "one file to send"},
    {.flag = "--directory_path", .letter = 'd', .metavar = "DIR",
     .variable = "CASTOR_UPLOADER_DIRECTORY_PATH", IN(PATH, directory_path), .group = GROUP_WHAT,
     .is_fixed = true, .help = "directory: its .json and .csv files"},
    {.flag = "--zone", .letter = 'z', .metavar = "ZONE", .fallback = "EU",
     .variable = "CASTOR_UPLOADER_ZONE", IN(CHOICE, zone), .choices = zones,
     .is_fixed = true, .help = "EU or US"},
    {.flag = "--project_name", .metavar = "NAME",
     .variable = "CASTOR_UPLOADER_PROJECT_NAME", IN(TEXT, project_name),
     .is_fixed = true, .help = "Looker project, with LOOKML"},
    {.section = "Secrets and profiles",
     .flag = "--token-file", .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_TOKEN_FILE", IN(PATH, token_file), .group = GROUP_SECRET,
     .help = "file with the token; -: stdin"},
    {.flag = "--token-command", .metavar = "CMD",
     .variable = "CASTOR_UPLOADER_TOKEN_COMMAND", IN(TEXT, token_command), .group = GROUP_SECRET,
     .help = "shell command that prints the token"},
    SMCI_CLI_FILE_ROWS,
    {.section = "Sets, checks and the record",
     .flag = "--latest",
     .variable = "CASTOR_UPLOADER_LATEST", IN(FLAG, is_latest), .group = GROUP_SET,
     .help = "only the newest complete set, or batch"},
    {.flag = "--set", .metavar = "TS",
     .variable = "CASTOR_UPLOADER_SET", IN(TEXT, set), .group = GROUP_SET,
     .help = "only the set whose names begin with TS-"},
    {.flag = "--force",
     .variable = "CASTOR_UPLOADER_FORCE", IN(FLAG, is_forced),
     .help = "also send what the checks object to"},
    {.flag = "--allow", .metavar = "NAMES",
     .variable = "CASTOR_UPLOADER_ALLOW", IN(LIST, allow), .choices = objections,
     .help = "let pass: partial, degraded, future, organization"},
    {.flag = "--with-extras",
     .variable = "CASTOR_UPLOADER_WITH_EXTRAS", IN(FLAG, is_with_extras),
     .help = "also send what an extraction's --with wrote"},
    {.flag = "--organization-id", .metavar = "ID",
     .variable = "CASTOR_UPLOADER_ORGANIZATION_ID", IN(TEXT, organization_id),
     .help = "id of the organisation whose sets may go"},
    {.flag = "--dry-run",
     .variable = "CASTOR_UPLOADER_DRY_RUN", IN(FLAG, is_dry_run),
     .help = "check, say what would go where; send nothing"},
    {.flag = "--skip-uploaded",
     .variable = "CASTOR_UPLOADER_SKIP_UPLOADED", IN(FLAG, is_skipping),
     .help = "leave out what was accepted before"},
    {.flag = "--list",
     .variable = "CASTOR_UPLOADER_LIST", IN(FLAG, is_listing),
     .help = "show what was accepted; send nothing"},
    {.flag = "--state", .metavar = "DIR",
     .variable = "CASTOR_UPLOADER_STATE", IN(PATH, state),
     .help = "directory of the record; else DIR/.sigmacat"},
    {.flag = "--json",
     .variable = "CASTOR_UPLOADER_JSON", IN(FLAG, is_json),
     .help = "print the result as JSON, alone on stdout"},
    {.flag = "--report", .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_REPORT", IN(PATH, report),
     .help = "the same with details; -: stdout"},
    {.flag = "--metrics-file", .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_METRICS_FILE", IN(PATH, metrics_file),
     .help = "figures of the upload for Prometheus"},
    {.section = "Pace and network",
     .flag = "--parallel", .metavar = "N", .fallback = "3", .min = 1, .max = 64,
     .variable = "CASTOR_UPLOADER_PARALLEL", IN(WHOLE, parallel),
     .help = "files at once, at most 64"},
    SMCI_CLI_NETWORK_ROWS("CASTOR_TIMEOUT_OVERRIDE", "CASTOR_RETRY_OVERRIDE"),
    {.flag = "--endpoint", .metavar = "URL",
     .variable = "CASTOR_UPLOADER_ENDPOINT", IN(TEXT, endpoint),
     .help = "send here in place of the zone's address"},
    SMCI_CLI_LOG_ROWS("Log, and what is done in place of an upload", GROUP_LEVEL),
    SMCI_CLI_MODE_ROWS("say whether it would work; send nothing", GROUP_MODE),
    SMCI_CLI_QUERY_ROWS,
};
/* clang-format on */

/* Words of the other program, of the API and of other tools. */
static const struct smci_setting_synonym synonyms[] = {
    {"--api-token", "--token"},
    {"--api-token-file", "--token-file"},
    {"--api-token-command", "--token-command"},
    {"--output", "--directory_path"},
    {"--directory", "--directory_path"},
    {"--file", "--file_path"},
    {"--type", "--file_type"},
    {"--source", "--source_id"},
    {"--project", "--project_name"},
    {"--host", "--endpoint"},
    {"--region", "--zone"},
    {"--concurrency", "--parallel"},
    {"--incremental", "--skip-uploaded"},
    {NULL, NULL},
};

static const struct smci_settings_table table = {rows, sizeof rows / sizeof rows[0], synonyms};

static const char *const examples[] = {
    "castor-upload --token-file token -s SOURCE_ID -t VIZ -d sigma --latest",
    "castor-upload --profile acme --check",
    "castor-upload --profile acme --skip-uploaded",
    NULL,
};

static const struct smci_cli_program program = {
    .name = "castor-upload",
    .purpose = "send files to Coalesce Catalog",
    .part = "upload",
    .prefix = PREFIX,
    .examples = examples,
    .variables = "Variables: CASTOR_UPLOADER_ and the flag, CASTOR_UPLOADER_TOKEN_FILE.\n"
                 "Keys of sigmacat.yaml(5): the flag with _, token_file.\n"
                 "Flags go before variables, variables before the file.",
    .table = &table,
};

const struct smci_cli_program *upload_program(void)
{
    return &program;
}

const char *upload_objection_name(enum upload_objection objection)
{
    return objection < UPLOAD_BROKEN ? objections[objection] : "";
}

const char *upload_type_name(int type)
{
    return type >= UPLOAD_DBT && type <= UPLOAD_WAREHOUSE ? types[type] : "";
}
