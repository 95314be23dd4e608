#include "options.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sigmacat/client.h>

#include "lib/cli/secret.h"

#define PLACE(member) .offset = offsetof(struct extract_settings, member)

/* The ways of giving the client secret exclude each other. */
#define GROUP_SECRET 1

/* In the order of enum smc_log_level and enum smc_log_format. */
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const log_formats[] = {"text", "json", NULL};

/* The first four are the contract's: scripts depend on their flags, letters and variables. */
static const struct smc_setting rows[] = {
    {.flag = "--host",
     .letter = 'H',
     .metavar = "HOST",
     .variable = "CASTOR_SIGMA_HOST",
     .type = SMC_SETTING_TEXT,
     PLACE(host),
     .is_fixed = true,
     .help = "Sigma's API host, such as aws-api.sigmacomputing.com"},
    {.flag = "--client-id",
     .letter = 'c',
     .metavar = "ID",
     .variable = "CASTOR_SIGMA_CLIENT_ID",
     .type = SMC_SETTING_TEXT,
     PLACE(client_id),
     .is_fixed = true,
     .help = "client id of the API credentials"},
    {.flag = "--api-token",
     .letter = 'a',
     .metavar = "TOKEN",
     .variable = "CASTOR_SIGMA_API_TOKEN",
     .type = SMC_SETTING_SECRET,
     PLACE(api_token),
     .group = GROUP_SECRET,
     .is_fixed = true,
     .help = "client secret of the API credentials"},
    {.flag = "--output",
     .letter = 'o',
     .metavar = "DIR",
     .variable = "CASTOR_OUTPUT_DIRECTORY",
     .type = SMC_SETTING_TEXT,
     PLACE(output),
     .is_fixed = true,
     .help = "directory to write to; made if missing"},
    {.flag = "--api-token-file",
     .metavar = "FILE",
     .variable = "CASTOR_SIGMA_API_TOKEN_FILE",
     .type = SMC_SETTING_TEXT,
     PLACE(api_token_file),
     .group = GROUP_SECRET,
     .help = "file that holds the client secret; -: stdin"},
    {.flag = "--api-token-command",
     .metavar = "CMD",
     .variable = "CASTOR_SIGMA_API_TOKEN_COMMAND",
     .type = SMC_SETTING_TEXT,
     PLACE(api_token_command),
     .group = GROUP_SECRET,
     .help = "shell command that prints the client secret"},
    {.flag = "--concurrency",
     .metavar = "N",
     .variable = "CASTOR_SIGMA_CONCURRENCY",
     .type = SMC_SETTING_WHOLE,
     PLACE(concurrency),
     .min = 1,
     .max = 64,
     .fallback = "5",
     .help = "calls under way at once, at most 64"},
    {.flag = "--max-rate",
     .metavar = "R",
     .variable = "CASTOR_SIGMA_MAX_RATE",
     .type = SMC_SETTING_DECIMAL,
     PLACE(max_rate),
     .help = "calls a second at most; 0, the default, is no bound"},
    {.flag = "--retries",
     .metavar = "N",
     .variable = "CASTOR_SIGMA_RETRIES",
     .type = SMC_SETTING_WHOLE,
     PLACE(retries),
     .min = 0,
     .max = 100,
     .fallback = "4",
     .help = "tries after a call's first one"},
    {.flag = "--retry-base",
     .metavar = "SECONDS",
     .variable = "CASTOR_SIGMA_RETRY_BASE",
     .type = SMC_SETTING_SECONDS,
     PLACE(retry_base_ms),
     .fallback = "1",
     .help = "first wait between tries, then doubled"},
    {.flag = "--timeout",
     .metavar = "SECONDS",
     .variable = "CASTOR_SIGMA_TIMEOUT",
     .type = SMC_SETTING_SECONDS,
     PLACE(timeout_ms),
     .min = 1,
     .fallback = "60",
     .help = "gives up a try without progress"},
    {.flag = "--max-time",
     .metavar = "SECONDS",
     .variable = "CASTOR_SIGMA_MAX_TIME",
     .type = SMC_SETTING_SECONDS,
     PLACE(max_time_ms),
     .help = "for the whole run; 0, the default, is no bound"},
    {.flag = "--incremental",
     .variable = "CASTOR_SIGMA_INCREMENTAL",
     .type = SMC_SETTING_FLAG,
     PLACE(is_incremental),
     .help = "asks only for objects that have changed since"},
    {.flag = "--full-after",
     .metavar = "SECONDS",
     .variable = "CASTOR_SIGMA_FULL_AFTER",
     .type = SMC_SETTING_SECONDS,
     PLACE(full_after_ms),
     .fallback = "604800",
     .help = "all is asked for when older"},
    {.flag = "--keep",
     .metavar = "N",
     .variable = "CASTOR_SIGMA_KEEP",
     .type = SMC_SETTING_WHOLE,
     PLACE(keep),
     .min = 0,
     .max = INT32_MAX,
     .help = "sets to keep in the directory; 0, the default: all"},
    {.flag = "--no-resume",
     .variable = "CASTOR_SIGMA_NO_RESUME",
     .type = SMC_SETTING_FLAG,
     PLACE(is_no_resume),
     .help = "starts over instead of going on where a run stopped"},
    {.flag = "--resume-within",
     .metavar = "SECONDS",
     .variable = "CASTOR_SIGMA_RESUME_WITHIN",
     .type = SMC_SETTING_SECONDS,
     PLACE(resume_within_ms),
     .fallback = "86400",
     .help = "oldest run that is gone on with"},
    {.flag = "--report",
     .metavar = "FILE",
     .variable = "CASTOR_SIGMA_REPORT",
     .type = SMC_SETTING_TEXT,
     PLACE(report),
     .help = "file for what was done and all gaps; -: stdout"},
    {.flag = "--fail-on-gaps",
     .variable = "CASTOR_SIGMA_FAIL_ON_GAPS",
     .type = SMC_SETTING_FLAG,
     PLACE(is_fail_on_gaps),
     .help = "ends with 6 when anything could not be read"},
    {.flag = "--max-gaps",
     .metavar = "N",
     .variable = "CASTOR_SIGMA_MAX_GAPS",
     .type = SMC_SETTING_WHOLE,
     PLACE(max_gaps),
     .min = 0,
     .max = INT32_MAX,
     .help = "ends with 6 when there are more gaps"},
    {.flag = "--accept-short-listing",
     .metavar = "NAME",
     .variable = "CASTOR_SIGMA_ACCEPT_SHORT_LISTING",
     .type = SMC_SETTING_TEXT,
     PLACE(accept_short),
     .help = "takes a listing with fewer rows than its total"},
    {.flag = "--cacert",
     .metavar = "FILE",
     .variable = "CASTOR_SIGMA_CACERT",
     .type = SMC_SETTING_TEXT,
     PLACE(cacert),
     .help = "PEM file of certificates to trust"},
    {.flag = "--state",
     .metavar = "DIR",
     .variable = "CASTOR_SIGMA_STATE",
     .type = SMC_SETTING_TEXT,
     PLACE(state),
     .help = "directory for state (default: OUTPUT/.sigmacat)"},
    {.flag = "--log-level",
     .metavar = "LEVEL",
     .variable = "CASTOR_SIGMA_LOG_LEVEL",
     .type = SMC_SETTING_CHOICE,
     PLACE(log_level),
     .choices = log_levels,
     .fallback = "info",
     .help = "log error, warn, info or debug"},
    {.flag = "--log-format",
     .metavar = "FORMAT",
     .variable = "CASTOR_SIGMA_LOG_FORMAT",
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
    "castor-extract-sigma -H aws-api.sigmacomputing.com -c ID -a TOKEN -o sigma",
    "castor-extract-sigma -H HOST -c ID --api-token-file token -o sigma",
    "castor-extract-sigma --output sigma --concurrency 3 --log-level warn",
    NULL,
};

static const struct smc_cli_program program = {
    .name = "castor-extract-sigma",
    .purpose = "write a Sigma organisation's metadata to JSON files",
    .examples = examples,
    .variables = "Each option has a variable: CASTOR_SIGMA_ and the flag in capitals, such as\n"
                 "CASTOR_SIGMA_CLIENT_ID; --output has CASTOR_OUTPUT_DIRECTORY. Flags go first.",
    .table = &table,
};

const struct smc_cli_program *extract_program(void)
{
    return &program;
}

enum smc_status extract_options_read(struct extract_settings *settings, int argc, char **argv,
                                     char *const *envp, struct smc_error *err)
{
    *settings = (struct extract_settings){.origin = SMC_BUF_INIT(512), .secret = SMC_BUF_INIT(0)};
    enum smc_status rc = smc_settings_init(&settings->sources, &table, settings, err);
    if (rc != SMC_OK)
        return rc;
    return smc_settings_read(&settings->sources, argc, argv, envp, err);
}

/* Whether the host of an address is Sigma's app, which people know from their browser: below
 * sigmacomputing.com, with the label "app". */
static bool is_app_host(const char *text)
{
    static const char domain[] = ".sigmacomputing.com";
    const char *scheme_end = strstr(text, "://");
    const char *host = scheme_end ? scheme_end + 3 : text;
    size_t len = strcspn(host, "/:?#");
    while (len > 0 && host[len - 1] == '.')
        len--;
    size_t domain_len = sizeof domain - 1;
    if (len < domain_len || strncasecmp(host + len - domain_len, domain, domain_len) != 0)
        return false;
    for (size_t at = 0; at < len; at += strcspn(host + at, ".") + 1)
        if (strncasecmp(host + at, "app.", 4) == 0)
            return true;
    return false;
}

/* One name of a list of them, separated by commas. */
static bool has_name(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = list; *at; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strcspn(at, ",") == len && strncmp(at, name, len) == 0)
            return true;
    }
    return false;
}

bool extract_options_accepts_short(const struct extract_settings *settings, const char *name)
{
    return settings->accept_short && has_name(settings->accept_short, name);
}

static enum smc_status check_short_listings(const struct extract_settings *settings,
                                            struct smc_error *err)
{
    static const char listings[] = "connections,workbooks,datamodels,datasets,files,members";
    const char *at = settings->accept_short;
    while (at) {
        char name[32];
        size_t len = strcspn(at, ",");
        (void)snprintf(name, sizeof name, "%.*s", (int)(len < 31 ? len : 31), at);
        if (!len || !has_name(listings, name))
            return smc_fail(err, SMC_ERR_USAGE,
                            "%s: '%s' is no listing; expected one of %s, or several with commas",
                            smc_settings_name(&settings->sources, "--accept-short-listing"), name,
                            listings);
        at = at[len] ? at + len + 1 : NULL;
    }
    return SMC_OK;
}

enum smc_status extract_options_check(struct extract_settings *settings, struct smc_error *err)
{
    static const char *const required[] = {"--host", "--client-id", "--api-token", "--output"};
    enum smc_status rc = smc_settings_require(&settings->sources, required,
                                              sizeof required / sizeof required[0], err);
    if (rc != SMC_OK)
        return rc;
    const char *name = smc_settings_name(&settings->sources, "--host");
    if (is_app_host(settings->host))
        return smc_fail(err, SMC_ERR_USAGE,
                        "%s: this is the host of Sigma's app; the host of its API is wanted, such "
                        "as aws-api.sigmacomputing.com: see the table of hosts in "
                        "castor-extract-sigma(1)",
                        name);
    if (settings->client_id[strcspn(settings->client_id, " \t\r\n")] != '\0')
        return smc_fail(err, SMC_ERR_USAGE, "%s: a space or a line end can't be part of it",
                        smc_settings_name(&settings->sources, "--client-id"));
    settings->is_max_gaps_set = smc_settings_is_set(&settings->sources, "--max-gaps");
    rc = check_short_listings(settings, err);
    if (rc != SMC_OK)
        return rc;
    smc_buf_reset(&settings->origin);
    rc = smc_origin_parse(settings->host, name, &settings->origin, err);
    if (rc != SMC_OK)
        smc_error_append(err, "; castor-extract-sigma(1) has the table of Sigma's API hosts");
    return rc;
}

enum smc_status extract_options_load_secret(struct extract_settings *settings, int stop_fd,
                                            struct smc_log *log, struct smc_error *err)
{
    const char *flag = settings->api_token_file ? "--api-token-file" : "--api-token-command";
    struct smc_cli_secret from = {.file = settings->api_token_file,
                                  .command = settings->api_token_command,
                                  .name = smc_settings_name(&settings->sources, flag),
                                  .stop_fd = stop_fd,
                                  .log = log};
    if (!from.file && !from.command)
        return SMC_OK;
    enum smc_status rc = smc_cli_secret_read(&from, &settings->secret, err);
    if (rc == SMC_OK)
        settings->api_token = settings->secret.data;
    return rc;
}

void extract_options_clear(struct extract_settings *settings)
{
    smc_settings_clear(&settings->sources);
    smc_buf_clear(&settings->origin);
    smc_buf_wipe(&settings->secret);
}
