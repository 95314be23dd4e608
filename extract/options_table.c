#include "options_table.h"

#include "lib/cli/rows.h"

#define PREFIX           "CASTOR_SIGMA_"
#define IN(type, member) SMCI_SETTING_IN(type, struct extract_settings, member)

/* The ways of giving the client secret exclude each other. */
#define GROUP_SECRET 1

/* So do the ways of choosing what is written. */
#define GROUP_SELECTION 2

#define GROUP_LEVEL 3

/* What is done in place of a run is one thing. */
#define GROUP_MODE 4

/* The words that completions offer. A test holds each against the table that checks it. */
static const char *const regions[] = {
    "aws-us-west", "aws-us-east", "aws-ca",   "aws-eu",   "aws-au", "aws-uk", "azure-us",
    "azure-eu",    "azure-ca",    "azure-uk", "azure-au", "gcp-us", "gcp-sa", NULL};
static const char *const files[] = {"connections", "workbooks",         "workbook_sources",
                                    "datamodels",  "datamodel_sources", "datamodel_lineage",
                                    "datasets",    "dataset_sources",   "files",
                                    "members",     "elements",          NULL};
static const char *const extras[] = {"workbook_pages",
                                     "workbook_columns",
                                     "workbook_lineage",
                                     "workbook_queries",
                                     "datamodel_elements",
                                     "datamodel_columns",
                                     "reports",
                                     "report_sources",
                                     "teams",
                                     "tags",
                                     "workspaces",
                                     "grants",
                                     "table_columns",
                                     "field_lineage",
                                     "all",
                                     "spec",
                                     NULL};
static const char *const listings[] = {"connections", "workbooks", "datamodels", "datasets",
                                       "files",       "members",   NULL};

/* A row: the flag and its default, the variable and the member, the line of --help. The first four
 * are fixed: scripts depend on their flags, letters and variables. */
/* clang-format off */
static const struct smci_setting rows[] = {
    {.section = "What is extracted, and where to",
     .flag = "--host", .letter = 'H', .metavar = "HOST",
     .variable = "CASTOR_SIGMA_HOST", IN(TEXT, host), .choices = regions,
     .is_fixed = true, .help = "region, such as aws-us-west, or API host"},
    {.flag = "--client-id", .letter = 'c', .metavar = "ID",
     .variable = "CASTOR_SIGMA_CLIENT_ID", IN(TEXT, client_id),
     .is_fixed = true, .help = "client id of the API credentials"},
    {.flag = "--api-token", .letter = 'a', .metavar = "TOKEN",
     .variable = "CASTOR_SIGMA_API_TOKEN", IN(SECRET, api_token), .group = GROUP_SECRET,
     .is_fixed = true, .help = "client secret of the API credentials"},
    {.flag = "--output", .letter = 'o', .metavar = "DIR",
     .variable = "CASTOR_OUTPUT_DIRECTORY", IN(PATH, output),
     .is_fixed = true, .help = "directory to write to; made if missing"},
    {.section = "Secrets and profiles",
     .flag = "--api-token-file", .metavar = "FILE",
     .variable = "CASTOR_SIGMA_API_TOKEN_FILE", IN(PATH, api_token_file), .group = GROUP_SECRET,
     .help = "file with the client secret; -: stdin"},
    {.flag = "--api-token-command", .metavar = "CMD",
     .variable = "CASTOR_SIGMA_API_TOKEN_COMMAND", IN(TEXT, api_token_command),
     .group = GROUP_SECRET,
     .help = "shell command that prints the client secret"},
    {.flag = "--credentials", .metavar = "FILE",
     .variable = "CASTOR_SIGMA_CREDENTIALS", IN(PATH, credentials),
     .help = "JSON file with apiToken, clientId and host"},
    SMCI_CLI_FILE_ROWS,
    {.section = "A run and its files",
     .flag = "--only", .metavar = "NAMES",
     .variable = "CASTOR_SIGMA_ONLY", IN(LIST, only), .choices = files, .group = GROUP_SELECTION,
     .help = "only these files (A,B,C): a partial set"},
    {.flag = "--skip", .metavar = "NAMES",
     .variable = "CASTOR_SIGMA_SKIP", IN(LIST, skip), .choices = files, .group = GROUP_SELECTION,
     .help = "all files except these: a partial set"},
    {.flag = "--with", .metavar = "NAMES",
     .variable = "CASTOR_SIGMA_WITH", IN(LIST, with), .choices = extras,
     .help = "files beyond Catalog's (A,B,C); all: each"},
    {.flag = "--incremental",
     .variable = "CASTOR_SIGMA_INCREMENTAL", IN(FLAG, is_incremental),
     .help = "ask only for what changed since the last run"},
    {.flag = "--full-after", .metavar = "SECONDS", .fallback = "604800",
     .variable = "CASTOR_SIGMA_FULL_AFTER", IN(SECONDS, full_after_ms),
     .help = "oldest full run to build on"},
    {.flag = "--no-resume",
     .variable = "CASTOR_SIGMA_NO_RESUME", IN(FLAG, is_no_resume),
     .help = "start over, not where a run stopped"},
    {.flag = "--resume-within", .metavar = "SECONDS", .fallback = "86400",
     .variable = "CASTOR_SIGMA_RESUME_WITHIN", IN(SECONDS, resume_within_ms),
     .help = "oldest run to go on with"},
    {.flag = "--keep", .metavar = "N", .max = INT32_MAX,
     .variable = "CASTOR_SIGMA_KEEP", IN(WHOLE, keep),
     .help = "newest sets to keep; 0, the default: all"},
    {.flag = "--state", .metavar = "DIR",
     .variable = "CASTOR_SIGMA_STATE", IN(PATH, state),
     .help = "directory for state; else OUTPUT/.sigmacat"},
    {.flag = "--json",
     .variable = "CASTOR_SIGMA_JSON", IN(FLAG, is_json),
     .help = "print the result as JSON, alone on stdout"},
    {.flag = "--report", .metavar = "FILE",
     .variable = "CASTOR_SIGMA_REPORT", IN(PATH, report),
     .help = "the same with every gap; -: stdout"},
    {.flag = "--metrics-file", .metavar = "FILE",
     .variable = "CASTOR_SIGMA_METRICS_FILE", IN(PATH, metrics_file),
     .help = "figures of the run for Prometheus"},
    {.flag = "--html", .metavar = "FILE",
     .variable = "CASTOR_SIGMA_HTML", IN(PATH, html),
     .help = "page that shows the set and the run"},
    {.flag = "--html-with-emails",
     .variable = "CASTOR_SIGMA_HTML_WITH_EMAILS", IN(FLAG, is_html_with_emails),
     .help = "members' e-mail addresses in it, too"},
    {.flag = "--fail-on-gaps",
     .variable = "CASTOR_SIGMA_FAIL_ON_GAPS", IN(FLAG, is_fail_on_gaps),
     .help = "exit with 6 when anything could not be read"},
    {.flag = "--max-gaps", .metavar = "N|P%", .fallback = "10%",
     .variable = "CASTOR_SIGMA_MAX_GAPS", IN(LIMIT, max_gaps),
     .help = "gaps before a set is degraded"},
    {.flag = "--accept-short-listing", .metavar = "NAME",
     .variable = "CASTOR_SIGMA_ACCEPT_SHORT_LISTING", IN(LIST, accept_short), .choices = listings,
     .help = "take a listing with fewer rows than its total"},
    {.section = "Pace and network",
     .flag = "--concurrency", .metavar = "N", .fallback = "5", .min = 1, .max = 64,
     .variable = "CASTOR_SIGMA_CONCURRENCY", IN(WHOLE, concurrency),
     .help = "calls at once, at most 64"},
    {.flag = "--max-rate", .metavar = "R",
     .variable = "CASTOR_SIGMA_MAX_RATE", IN(DECIMAL, max_rate),
     .help = "calls a second; 0, the default: no limit"},
    {.flag = "--max-time", .metavar = "SECONDS",
     .variable = "CASTOR_SIGMA_MAX_TIME", IN(SECONDS, max_time_ms),
     .help = "longest run; 0, the default: no limit"},
    SMCI_CLI_NETWORK_ROWS(NULL, NULL),
    SMCI_CLI_LOG_ROWS("Log, and what is done in place of a run", GROUP_LEVEL),
    SMCI_CLI_MODE_ROWS("say whether a run would work; write nothing", GROUP_MODE),
    {.flag = "--status",
     IN(FLAG, is_status), .group = GROUP_MODE,
     .is_unkeyed = true, .help = "say how the last run went, or how far it is"},
    {.flag = "--from", .metavar = "DIR", IN(PATH, from), .group = GROUP_MODE, .is_unkeyed = true,
     .help = "make --html of the newest set there"},
    {.flag = "--list-regions",
     IN(FLAG, is_listing_regions),
     .is_query = true, .help = "print the names of Sigma's regions and exit"},
    SMCI_CLI_QUERY_ROWS,
};
/* clang-format on */

/* Words of the other program, of the API and of other tools. */
static const struct smci_setting_synonym synonyms[] = {
    {"--token", "--api-token"},
    {"--client-secret", "--api-token"},
    {"--secret", "--api-token"},
    {"--token-file", "--api-token-file"},
    {"--client-secret-file", "--api-token-file"},
    {"--token-command", "--api-token-command"},
    {"--directory_path", "--output"},
    {"--directory", "--output"},
    {"--region", "--host"},
    {"--zone", "--host"},
    {"--parallel", "--concurrency"},
    {"--dry-run", "--check"},
    {"--skip-uploaded", "--incremental"},
    {NULL, NULL},
};

static const struct smci_settings_table table = {rows, sizeof rows / sizeof rows[0], synonyms};

static const char *const examples[] = {
    "castor-extract-sigma -H aws-us-west -c ID --api-token-file token -o sigma",
    "castor-extract-sigma --profile acme --check",
    "castor-extract-sigma --profile acme --incremental --keep 7",
    NULL,
};

static const struct smci_cli_program program = {
    .name = "castor-extract-sigma",
    .purpose = "write a Sigma organisation's metadata to JSON files",
    .part = "sigma",
    .prefix = PREFIX,
    .examples = examples,
    .variables = "Variables: CASTOR_SIGMA_ and the flag, CASTOR_SIGMA_CLIENT_ID; --output has\n"
                 "CASTOR_OUTPUT_DIRECTORY. Keys of sigmacat.yaml(5): the flag with _, client_id.\n"
                 "Flags go before variables, variables before the file.",
    .table = &table,
};

const struct smci_cli_program *extract_program(void)
{
    return &program;
}
