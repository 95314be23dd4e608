#include "preflight.h"

#include <inttypes.h>
#include <stdlib.h>

#include <sigmacat/client.h>

#include "lib/cli/place.h"
#include "lib/cli/server.h"

#include "check.h"

/* A check should end soon: what fails twice within seconds is worth a line. */
#define RETRIES_MAX 1

struct preflight {
    const struct upload_settings *settings;
    struct smc_log *log;
    const struct smc_clock *clock;
    int stop_fd;
    struct smc_cli_checklist list;
};

static const char *setting(const struct preflight *check, const char *flag)
{
    return smc_settings_name(&check->settings->sources, flag);
}

/* ---- files ---- */

static void advise_on_files(struct preflight *check)
{
    const struct upload_settings *settings = check->settings;
    bool is_sets = settings->directory_path && settings->file_type == UPLOAD_VIZ;
    if (!settings->directory_path)
        smc_cli_remedy(&check->list, "give %s a file that can be read and is not empty",
                       setting(check, "--file_path"));
    else if (is_sets && (settings->is_latest || settings->set))
        smc_cli_remedy(&check->list, "extract again into %s, to the end of the run",
                       settings->directory_path);
    else if (is_sets)
        smc_cli_remedy(&check->list, "choose a whole set by --latest, or extract again");
    else
        smc_cli_remedy(&check->list, "mend or remove what the log names in %s",
                       settings->directory_path);
}

static enum smc_status check_files(struct preflight *check, struct smc_error *err)
{
    struct upload_files files = UPLOAD_FILES_INIT;
    struct smc_error why = SMC_ERROR_INIT;
    int64_t bytes = 0;
    enum smc_status rc = upload_check(check->settings, &files, check->log, check->stop_fd, &why);
    for (size_t i = 0; i < files.count; i++)
        bytes += files.items[i].identity.size;
    if (rc == SMC_OK) {
        smc_cli_ok(&check->list, "files", "%zu with %" PRId64 " bytes, the first is %s",
                   files.count, bytes, files.count > 0 ? upload_files_base(&files, 0) : "");
    } else if (rc == SMC_ERR_IO) {
        smc_cli_failed(&check->list, rc, "files", "%s", why.detail);
        advise_on_files(check);
        rc = SMC_OK;
    } else {
        (void)smc_fail(err, rc, "%s", why.detail);
    }
    upload_files_clear(&files);
    return rc;
}

/* ---- where accepted files are recorded ---- */

static enum smc_status check_record(struct preflight *check, struct smc_error *err)
{
    const struct upload_settings *settings = check->settings;
    char *made = NULL;
    if (!settings->is_skipping && !settings->state)
        return SMC_OK;
    if (!settings->state && asprintf(&made, "%s/.sigmacat", settings->directory_path) < 0)
        return smc_fail(err, SMC_ERR_NOMEM, "%s", smc_strerror(SMC_ERR_NOMEM));
    (void)smc_cli_check_place(&check->list, "record", settings->state ? settings->state : made,
                              setting(check, "--state"), settings->is_skipping);
    free(made);
    return SMC_OK;
}

/* ---- Catalog ---- */

static enum smc_status open_client(struct preflight *check, struct smc_client **client,
                                   struct smc_error *err)
{
    const struct upload_settings *settings = check->settings;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    struct smc_error why = SMC_ERROR_INIT;
    opt.origin = smc_buf_str(&settings->origin);
    opt.policy = SMC_POLICY_CATALOG;
    opt.authorization = ""; /* the token stays here */
    opt.cacert = settings->cacert;
    opt.concurrency = 1;
    opt.retries = settings->retries < RETRIES_MAX ? settings->retries : RETRIES_MAX;
    opt.retry_base_ms = settings->retry_base_ms;
    opt.timeout_ms = settings->timeout_ms;
    opt.stop_fd = check->stop_fd;
    opt.clock = check->clock;
    opt.log = check->log;
    enum smc_status rc = smc_client_new(client, &opt, &why);
    if (rc == SMC_ERR_IO) {
        smc_cli_failed(&check->list, rc, "certificates", "%s", why.detail);
        smc_cli_remedy(&check->list, "name a PEM file that the user who runs this can read");
        return SMC_OK;
    }
    return rc == SMC_OK ? rc : smc_fail(err, rc, "%s", why.detail);
}

static enum smc_status check_catalog(struct preflight *check, struct smc_error *err)
{
    struct smc_client *client = NULL;
    bool is_reached = false;
    enum smc_status rc = open_client(check, &client, err);
    if (rc == SMC_OK && client) {
        const struct smc_cli_server server = {
            .origin = smc_buf_str(&check->settings->origin),
            .target = "/",
            .owner = "Catalog",
            .setting = setting(check, check->settings->endpoint ? "--endpoint" : "--zone"),
            .advice = "",
            .client = client,
            .clock = check->clock};
        rc = smc_cli_check_server(&check->list, &server, &is_reached, err);
    }
    smc_client_free(client);
    if (rc == SMC_OK)
        smc_cli_untold(&check->list, "token", "proven only by an upload");
    return rc;
}

enum smc_status upload_preflight(const struct upload_settings *settings, struct smc_log *log,
                                 const struct smc_clock *clock, int stop_fd, struct smc_error *err)
{
    struct preflight check = {.settings = settings,
                              .log = log,
                              .clock = clock ? clock : smc_clock_system(),
                              .stop_fd = stop_fd};
    if (settings->is_listing)
        return smc_fail(err, SMC_ERR_USAGE, "--check and --list exclude each other");
    if (smc_log_hide(log, settings->token) != SMC_OK)
        return smc_fail(err, SMC_ERR_NOMEM, "%s", smc_strerror(SMC_ERR_NOMEM));
    smc_cli_checklist_init(&check.list, settings->out, log);
    enum smc_status rc = check_files(&check, err);
    if (rc == SMC_OK)
        rc = check_record(&check, err);
    if (rc == SMC_OK)
        rc = check_catalog(&check, err);
    return rc == SMC_OK ? smc_cli_checklist_end(&check.list, "castor-upload", err) : rc;
}
