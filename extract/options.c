#include "options.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sigmacat/client.h>

#include "lib/cli/configure.h"
#include "lib/cli/regions.h"
#include "lib/cli/result.h"
#include "lib/cli/secret.h"
#include "lib/cli/words.h"

#include "credentials.h"
#include "select.h"
#include "lib/net/address.h"

enum smc_status extract_options_read(struct extract_settings *settings, int argc, char **argv,
                                     char *const *envp, struct smc_error *err)
{
    *settings = (struct extract_settings){.origin = SMC_BUF_INIT(512), .secret = SMC_BUF_INIT(0)};
    enum smc_status rc =
        smci_settings_init(&settings->sources, extract_program()->table, settings, err);
    if (rc != SMC_OK)
        return rc;
    rc = smci_cli_configure(&settings->sources, extract_program(), argc, argv, envp, err);
    if (rc != SMC_OK || smci_settings_is_query(&settings->sources))
        return rc;
    if (!settings->is_status)
        return credentials_read(settings, err);
    (void)credentials_read(settings, NULL); /* which who asks may not be allowed to read */
    return SMC_OK;
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

static bool is_listing(const char *name)
{
    for (enum asset_id i = 0; i < FEED_COUNT; i++)
        if (asset_of(i)->role == ROLE_LISTING && strcmp(asset_of(i)->name, name) == 0)
            return true;
    return false;
}

static enum smc_status check_short_listings(const struct extract_settings *settings,
                                            struct smc_error *err)
{
    const char *list = settings->accept_short;
    const char *one;
    size_t len;
    while (smci_next_name(&list, &one, &len)) {
        char name[32];
        (void)snprintf(name, sizeof name, "%.*s", (int)(len < 31 ? len : 31), one);
        if (!is_listing(name))
            return smc_error_set(
                err, SMC_ERR_USAGE,
                "%s: '%s' is not a listing; expected one of connections, workbooks, "
                "datamodels, datasets, files, members, or several with commas",
                smci_settings_name(&settings->sources, "--accept-short-listing"),
                smci_word_shown(name));
    }
    return SMC_OK;
}

/* A region's name stands for its host; the summary has what was given. */
static enum smc_status check_host(struct extract_settings *settings, struct smc_error *err)
{
    const char *name = smci_settings_name(&settings->sources, "--host");
    const char *host = smci_region_host(settings->host);
    if (is_app_host(host))
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "%s: this is the host of Sigma's app; give the host of its API, such as "
            "aws-api.sigmacomputing.com, or a region's name: see --list-regions",
            name);
    const char *region = strpbrk(host, ".:/") ? NULL : smci_region_nearest(host);
    if (region)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: '%.60s' is not a region: did you mean '%s'?",
                             name, host, region);
    smc_buf_reset(&settings->origin);
    enum smc_status rc = smci_origin_parse(host, name, &settings->origin, err);
    if (rc != SMC_OK)
        smc_error_append(err, "; --list-regions has Sigma's API hosts");
    return rc;
}

static enum smc_status check_json(struct extract_settings *settings, struct smc_error *err)
{
    const struct smci_cli_result_path paths[] = {{"--report", &settings->report},
                                                 {"--metrics-file", &settings->metrics_file},
                                                 {"--html", &settings->html}};
    return smci_cli_result_check(&settings->sources, &settings->is_json, paths,
                                 sizeof paths / sizeof paths[0], err);
}

enum smc_status extract_options_check(struct extract_settings *settings, struct smc_error *err)
{
    static const char *const required[] = {"--host", "--client-id", "--api-token", "--output"};
    enum smc_status rc = smci_settings_require(&settings->sources, required,
                                               sizeof required / sizeof required[0], err);
    if (rc != SMC_OK)
        return rc;
    if (settings->client_id[strcspn(settings->client_id, " \t\r\n")] != '\0')
        return smc_error_set(err, SMC_ERR_USAGE, "%s: a space or a line end can't be part of it",
                             smci_settings_name(&settings->sources, "--client-id"));
    rc = check_json(settings, err);
    if (rc == SMC_OK)
        rc = check_short_listings(settings, err);
    if (rc == SMC_OK)
        rc = select_check(settings, err);
    if (rc != SMC_OK)
        return rc;
    return check_host(settings, err);
}

enum smc_status extract_options_check_status(struct extract_settings *settings,
                                             struct smc_error *err)
{
    static const char *const required[] = {"--output"};
    enum smc_status rc =
        settings->state ? SMC_OK : smci_settings_require(&settings->sources, required, 1, err);
    if (rc == SMC_OK)
        rc = check_json(settings, err);
    return rc == SMC_OK && settings->host ? check_host(settings, err) : rc;
}

enum smc_status extract_options_check_page(struct extract_settings *settings, struct smc_error *err)
{
    return check_json(settings, err);
}

struct smc_client_opt extract_options_client(const struct extract_settings *settings)
{
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    opt.origin = smc_buf_str(&settings->origin);
    opt.policy = SMC_POLICY_SIGMA;
    opt.service = "Sigma's API";
    opt.client_id = settings->client_id;
    opt.client_secret = settings->api_token;
    opt.concurrency = settings->concurrency;
    opt.max_rate = settings->max_rate;
    opt.max_time_ms = settings->max_time_ms;
    return opt;
}

enum smc_status extract_options_load_secret(struct extract_settings *settings, int stop_fd,
                                            struct smc_log *log, struct smc_error *err)
{
    struct smci_cli_secret from = {.file = settings->api_token_file,
                                   .command = settings->api_token_command,
                                   .name = extract_options_secret_name(settings),
                                   .stop_fd = stop_fd,
                                   .log = log};
    if (!from.file && !from.command)
        return SMC_OK;
    enum smc_status rc = smci_cli_secret_read(&from, &settings->secret, err);
    if (rc == SMC_OK)
        settings->api_token = settings->secret.data;
    return rc;
}

const char *extract_options_secret_name(const struct extract_settings *settings)
{
    const char *flag = settings->api_token_file      ? "--api-token-file"
                       : settings->api_token_command ? "--api-token-command"
                                                     : "--api-token";
    return smci_settings_name(&settings->sources, flag);
}

void extract_options_clear(struct extract_settings *settings)
{
    smci_settings_clear(&settings->sources);
    smc_buf_clear(&settings->origin);
    smc_buf_wipe(&settings->secret);
}
