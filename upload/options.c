#include "options.h"

#include "lib/cli/secret.h"

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
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const log_formats[] = {"text", "json", NULL};

/* The first seven are the contract's: scripts depend on their flags, letters and variables, and on
 * the two aliases. */
static const struct smc_setting rows[] = {
    {.flag = "--token",
     .letter = 'k',
     .metavar = "TOKEN",
     .variable = "CASTOR_UPLOADER_TOKEN",
     .type = SMC_SETTING_SECRET,
     PLACE(token),
     .group = GROUP_SECRET,
     .is_fixed = true,
     .help = "Catalog's API token"},
    {.flag = "--source_id",
     .letter = 's',
     .metavar = "UUID",
     .variable = "CASTOR_UPLOADER_SOURCE_ID",
     .type = SMC_SETTING_TEXT,
     PLACE(source_id),
     .is_fixed = true,
     .help = "the source's id in Catalog"},
    {.flag = "--file_type",
     .letter = 't',
     .metavar = "TYPE",
     .variable = "CASTOR_UPLOADER_FILE_TYPE",
     .type = SMC_SETTING_CHOICE,
     PLACE(file_type),
     .choices = types,
     .is_fixed = true,
     .help = "DBT, LOOKML, QUALITY, VIZ or WAREHOUSE"},
    {.flag = "--file_path",
     .letter = 'f',
     .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_FILE_PATH",
     .type = SMC_SETTING_TEXT,
     PLACE(file_path),
     .group = GROUP_WHAT,
     .is_fixed = true,
     .help = "one file to send"},
    {.flag = "--directory_path",
     .letter = 'd',
     .metavar = "DIR",
     .variable = "CASTOR_UPLOADER_DIRECTORY_PATH",
     .type = SMC_SETTING_TEXT,
     PLACE(directory_path),
     .group = GROUP_WHAT,
     .is_fixed = true,
     .help = "a directory: its .json and .csv files"},
    {.flag = "--zone",
     .letter = 'z',
     .metavar = "ZONE",
     .variable = "CASTOR_UPLOADER_ZONE",
     .type = SMC_SETTING_CHOICE,
     PLACE(zone),
     .choices = zones,
     .fallback = "EU",
     .is_fixed = true,
     .help = "EU or US"},
    {.flag = "--project_name",
     .metavar = "NAME",
     .variable = "CASTOR_UPLOADER_PROJECT_NAME",
     .type = SMC_SETTING_TEXT,
     PLACE(project_name),
     .is_fixed = true,
     .help = "Looker project, with LOOKML"},
    {.flag = "--token-file",
     .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_TOKEN_FILE",
     .type = SMC_SETTING_TEXT,
     PLACE(token_file),
     .group = GROUP_SECRET,
     .help = "file that holds the token; -: standard input"},
    {.flag = "--token-command",
     .metavar = "CMD",
     .variable = "CASTOR_UPLOADER_TOKEN_COMMAND",
     .type = SMC_SETTING_TEXT,
     PLACE(token_command),
     .group = GROUP_SECRET,
     .help = "shell command that prints the token"},
    {.flag = "--latest",
     .variable = "CASTOR_UPLOADER_LATEST",
     .type = SMC_SETTING_FLAG,
     PLACE(is_latest),
     .group = GROUP_SET,
     .help = "only the newest complete set, with VIZ"},
    {.flag = "--set",
     .metavar = "TS",
     .variable = "CASTOR_UPLOADER_SET",
     .type = SMC_SETTING_TEXT,
     PLACE(set),
     .group = GROUP_SET,
     .help = "only the set whose names begin with TS-"},
    {.flag = "--force",
     .variable = "CASTOR_UPLOADER_FORCE",
     .type = SMC_SETTING_FLAG,
     PLACE(is_forced),
     .help = "send also what the checks object to"},
    {.flag = "--dry-run",
     .variable = "CASTOR_UPLOADER_DRY_RUN",
     .type = SMC_SETTING_FLAG,
     PLACE(is_dry_run),
     .help = "check, say what would go where, send nothing"},
    {.flag = "--parallel",
     .metavar = "N",
     .variable = "CASTOR_UPLOADER_PARALLEL",
     .type = SMC_SETTING_WHOLE,
     PLACE(parallel),
     .min = 1,
     .max = 64,
     .fallback = "3",
     .help = "files at once"},
    {.flag = "--skip-uploaded",
     .variable = "CASTOR_UPLOADER_SKIP_UPLOADED",
     .type = SMC_SETTING_FLAG,
     PLACE(is_skipping),
     .help = "leave out what was accepted before"},
    {.flag = "--list",
     .variable = "CASTOR_UPLOADER_LIST",
     .type = SMC_SETTING_FLAG,
     PLACE(is_listing),
     .help = "show what was accepted, send nothing"},
    {.flag = "--state",
     .metavar = "DIR",
     .variable = "CASTOR_UPLOADER_STATE",
     .type = SMC_SETTING_TEXT,
     PLACE(state),
     .help = "where the record is, else in DIR/.sigmacat"},
    {.flag = "--json",
     .variable = "CASTOR_UPLOADER_JSON",
     .type = SMC_SETTING_FLAG,
     PLACE(is_json),
     .help = "print a JSON object on the files at the end"},
    {.flag = "--endpoint",
     .metavar = "URL",
     .variable = "CASTOR_UPLOADER_ENDPOINT",
     .type = SMC_SETTING_TEXT,
     PLACE(endpoint),
     .help = "send here in place of the zone's address"},
    {.flag = "--retries",
     .metavar = "N",
     .variable = "CASTOR_UPLOADER_RETRIES",
     .alias = "CASTOR_RETRY_OVERRIDE",
     .type = SMC_SETTING_WHOLE,
     PLACE(retries),
     .min = 0,
     .max = 100,
     .fallback = "4",
     .help = "tries after a file's first one"},
    {.flag = "--retry-base",
     .metavar = "SECONDS",
     .variable = "CASTOR_UPLOADER_RETRY_BASE",
     .type = SMC_SETTING_SECONDS,
     PLACE(retry_base_ms),
     .fallback = "1",
     .help = "first wait between tries, then doubled"},
    {.flag = "--timeout",
     .metavar = "SECONDS",
     .variable = "CASTOR_UPLOADER_TIMEOUT",
     .alias = "CASTOR_TIMEOUT_OVERRIDE",
     .type = SMC_SETTING_SECONDS,
     PLACE(timeout_ms),
     .min = 1,
     .fallback = "60",
     .help = "gives up a try without progress"},
    {.flag = "--cacert",
     .metavar = "FILE",
     .variable = "CASTOR_UPLOADER_CACERT",
     .type = SMC_SETTING_TEXT,
     PLACE(cacert),
     .help = "PEM file of certificates to trust"},
    {.flag = "--log-level",
     .metavar = "LEVEL",
     .variable = "CASTOR_UPLOADER_LOG_LEVEL",
     .type = SMC_SETTING_CHOICE,
     PLACE(log_level),
     .choices = log_levels,
     .fallback = "info",
     .help = "log error, warn, info or debug"},
    {.flag = "--log-format",
     .metavar = "FORMAT",
     .variable = "CASTOR_UPLOADER_LOG_FORMAT",
     .type = SMC_SETTING_CHOICE,
     PLACE(log_format),
     .choices = log_formats,
     .fallback = "text",
     .help = "log lines as text or json"},
    {.flag = "--help",
     .letter = 'h',
     .type = SMC_SETTING_FLAG,
     PLACE(is_help),
     .is_query = true,
     .help = "print this and exit"},
    {.flag = "--version",
     .type = SMC_SETTING_FLAG,
     PLACE(is_version),
     .is_query = true,
     .help = "print the version and exit"},
};

static const struct smc_settings_table table = {rows, sizeof rows / sizeof rows[0]};

static const char *const examples[] = {
    "castor-upload -k TOKEN -s SOURCE_ID -t VIZ -d sigma --latest",
    "castor-upload --token-file token -s SOURCE_ID -t VIZ -d sigma --dry-run",
    "castor-upload -k TOKEN -s SOURCE_ID -t DBT -f target/manifest.json --zone US",
    NULL,
};

static const struct smc_cli_program program = {
    .name = "castor-upload",
    .purpose = "send files to Coalesce Catalog",
    .examples = examples,
    .variables = "Each option has a variable: CASTOR_UPLOADER_ and the flag in capitals, such as\n"
                 "CASTOR_UPLOADER_TOKEN. Flags go first.",
    .table = &table,
};

const struct smc_cli_program *upload_program(void)
{
    return &program;
}

const char *upload_type_name(int type)
{
    return type >= UPLOAD_DBT && type <= UPLOAD_WAREHOUSE ? types[type] : "";
}

enum smc_status upload_options_read(struct upload_settings *settings, int argc, char **argv,
                                    char *const *envp, struct smc_error *err)
{
    *settings = (struct upload_settings){
        .origin = SMC_BUF_INIT(512), .prefix = SMC_BUF_INIT(1024), .secret = SMC_BUF_INIT(0)};
    enum smc_status rc = smc_settings_init(&settings->sources, &table, settings, err);
    if (rc != SMC_OK)
        return rc;
    return smc_settings_read(&settings->sources, argc, argv, envp, err);
}

enum smc_status upload_options_load_secret(struct upload_settings *settings, int stop_fd,
                                           struct smc_log *log, struct smc_error *err)
{
    const char *flag = settings->token_file ? "--token-file" : "--token-command";
    struct smc_cli_secret from = {.file = settings->token_file,
                                  .command = settings->token_command,
                                  .name = smc_settings_name(&settings->sources, flag),
                                  .stop_fd = stop_fd,
                                  .log = log};
    if (!from.file && !from.command)
        return SMC_OK;
    enum smc_status rc = smc_cli_secret_read(&from, &settings->secret, err);
    if (rc == SMC_OK)
        settings->token = settings->secret.data;
    return rc;
}

void upload_options_clear(struct upload_settings *settings)
{
    smc_settings_clear(&settings->sources);
    smc_buf_clear(&settings->origin);
    smc_buf_clear(&settings->prefix);
    smc_buf_wipe(&settings->secret);
}
