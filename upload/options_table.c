#include "options_table.h"

#include "lib/cli/rows.h"

#define PLACE(member) .offset = offsetof(struct upload_settings, member)

/* -f and -d exclude each other. */
#define GROUP_WHAT 1

/* So do the ways of giving the token. */
#define GROUP_SECRET 2

/* And the ways of choosing a set. */
#define GROUP_SET 3

/* In the order of the enums. */
static const char *const types[] = {"DBT", "LOOKML", "QUALITY", "VIZ", "WAREHOUSE", NULL};
static const char *const zones[] = {"EU", "US", NULL};

/* The first seven are fixed: scripts depend on their flags, letters and variables, and on
 * the two aliases. */
static const struct smci_setting rows[] = {
    {.section = "What is sent, and where to",
     .flag = "--token",
     .letter = 'k',
     .metavar = "TOKEN",
     .variable = "CASTOR_UPLOADER_TOKEN",
     .type = SMCI_SETTING_SECRET,
     PLACE(token),
     .group = GROUP_SECRET,
     .is_fixed = true,
     .help = "Catalog's API token"},
    {.flag = "--source_id",
     .letter = 's',
     .metavar = "UUID",
     .variable = "CASTOR_UPLOADER_SOURCE_ID",
     .type = SMCI_SETTING_TEXT,
     PLACE(source_id),
     .is_fixed = true,
     .help = "the source's id in Catalog"},
    {.flag = "--file_type",
     .letter = 't',
     .metavar = "TYPE",
     .variable = "CASTOR_UPLOADER_FILE_TYPE",
     .type = SMCI_SETTING_CHOICE,
     PLACE(file_type),
     .choices = types,
     .is_fixed = true,
     .help = "DBT, LOOKML, QUALITY, VIZ or WAREHOUSE"},
    {.flag = "--file_path",
     .letter = 'f',
     .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_FILE_PATH",
     .type = SMCI_SETTING_PATH,
     PLACE(file_path),
     .group = GROUP_WHAT,
     .is_fixed = true,
     .help = "one file to send"},
    {.flag = "--directory_path",
     .letter = 'd',
     .metavar = "DIR",
     .variable = "CASTOR_UPLOADER_DIRECTORY_PATH",
     .type = SMCI_SETTING_PATH,
     PLACE(directory_path),
     .group = GROUP_WHAT,
     .is_fixed = true,
     .is_own = true,
     .help = "directory: its .json and .csv files"},
    {.flag = "--zone",
     .letter = 'z',
     .metavar = "ZONE",
     .variable = "CASTOR_UPLOADER_ZONE",
     .type = SMCI_SETTING_CHOICE,
     PLACE(zone),
     .choices = zones,
     .fallback = "EU",
     .is_fixed = true,
     .help = "EU or US"},
    {.flag = "--project_name",
     .metavar = "NAME",
     .variable = "CASTOR_UPLOADER_PROJECT_NAME",
     .type = SMCI_SETTING_TEXT,
     PLACE(project_name),
     .is_fixed = true,
     .help = "Looker project, with LOOKML"},
    {.section = "Secrets and profiles",
     .flag = "--token-file",
     .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_TOKEN_FILE",
     .type = SMCI_SETTING_PATH,
     PLACE(token_file),
     .group = GROUP_SECRET,
     .help = "file with the token; -: stdin"},
    {.flag = "--token-command",
     .metavar = "CMD",
     .variable = "CASTOR_UPLOADER_TOKEN_COMMAND",
     .type = SMCI_SETTING_TEXT,
     PLACE(token_command),
     .group = GROUP_SECRET,
     .help = "shell command that prints the token"},
    SMCI_CLI_FILE_ROWS(struct upload_settings),
    {.section = "Sets, checks and the record",
     .flag = "--latest",
     .variable = "CASTOR_UPLOADER_LATEST",
     .type = SMCI_SETTING_FLAG,
     PLACE(is_latest),
     .group = GROUP_SET,
     .help = "only the newest complete set, with VIZ"},
    {.flag = "--set",
     .metavar = "TS",
     .variable = "CASTOR_UPLOADER_SET",
     .type = SMCI_SETTING_TEXT,
     PLACE(set),
     .group = GROUP_SET,
     .help = "only the set whose names begin with TS-"},
    {.flag = "--force",
     .variable = "CASTOR_UPLOADER_FORCE",
     .type = SMCI_SETTING_FLAG,
     PLACE(is_forced),
     .help = "send also what the checks object to"},
    {.flag = "--dry-run",
     .variable = "CASTOR_UPLOADER_DRY_RUN",
     .type = SMCI_SETTING_FLAG,
     PLACE(is_dry_run),
     .help = "check, say what would go where; send nothing"},
    {.flag = "--skip-uploaded",
     .variable = "CASTOR_UPLOADER_SKIP_UPLOADED",
     .type = SMCI_SETTING_FLAG,
     PLACE(is_skipping),
     .help = "leave out what was accepted before"},
    {.flag = "--list",
     .variable = "CASTOR_UPLOADER_LIST",
     .type = SMCI_SETTING_FLAG,
     PLACE(is_listing),
     .help = "show what was accepted; send nothing"},
    {.flag = "--state",
     .metavar = "DIR",
     .variable = "CASTOR_UPLOADER_STATE",
     .type = SMCI_SETTING_PATH,
     PLACE(state),
     .help = "directory of the record; else DIR/.sigmacat"},
    {.flag = "--json",
     .variable = "CASTOR_UPLOADER_JSON",
     .type = SMCI_SETTING_FLAG,
     PLACE(is_json),
     .help = "print a JSON object on the files at the end"},
    {.section = "Pace and network",
     .flag = "--parallel",
     .metavar = "N",
     .variable = "CASTOR_UPLOADER_PARALLEL",
     .type = SMCI_SETTING_WHOLE,
     PLACE(parallel),
     .min = 1,
     .max = 64,
     .fallback = "3",
     .help = "files at once, at most 64"},
    SMCI_CLI_NETWORK_ROWS(struct upload_settings, "CASTOR_UPLOADER_", "a file",
                          "CASTOR_TIMEOUT_OVERRIDE", "CASTOR_RETRY_OVERRIDE"),
    {.flag = "--endpoint",
     .metavar = "URL",
     .variable = "CASTOR_UPLOADER_ENDPOINT",
     .type = SMCI_SETTING_TEXT,
     PLACE(endpoint),
     .help = "send here in place of the zone's address"},
    SMCI_CLI_LOG_ROWS(struct upload_settings, "CASTOR_UPLOADER_",
                      "Log, and what is done in place of an upload"),
    SMCI_CLI_MODE_ROWS(struct upload_settings, "say whether it would work; send nothing"),
    SMCI_CLI_QUERY_ROWS(struct upload_settings),
};

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
    .prefix = "CASTOR_UPLOADER_",
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

const char *upload_type_name(int type)
{
    return type >= UPLOAD_DBT && type <= UPLOAD_WAREHOUSE ? types[type] : "";
}
