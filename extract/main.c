/* castor-extract-sigma: from the command line to the exit status. */
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/cli/configure.h"
#include "lib/cli/logging.h"
#include "lib/cli/regions.h"
#include "lib/cli/setup.h"
#include "lib/cli/show.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"

#include "options.h"
#include "page_made.h"
#include "preflight.h"
#include "result.h"
#include "run.h"
#include "status.h"
#include "status_keep.h"

/* A run that fails here has been one for those who ask by --status. */
static enum smc_status load_secret(struct extract_settings *settings, int stop_fd,
                                   struct smc_log *log, struct smc_error *err)
{
    enum smc_status rc = extract_options_load_secret(settings, stop_fd, log, err);
    if (rc != SMC_OK && !settings->is_checking)
        status_keep_failed(settings, log, NULL, false, rc, err);
    return rc;
}

static enum smc_status extract(struct extract_settings *settings, struct smc_log *log,
                               struct smci_cli_ending *result, struct smc_error *err)
{
    struct smci_cli_signals signals = {.fd = -1};
    enum smc_status rc = extract_options_check(settings, err);
    if (rc == SMC_OK)
        rc = smci_cli_signals_start(&signals, err);
    if (rc == SMC_OK)
        rc = load_secret(settings, signals.fd, log, err);
    if (rc == SMC_OK && smc_log_hide(log, settings->api_token) != SMC_OK)
        rc = smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    if (rc == SMC_OK && settings->is_checking)
        rc = preflight(settings, log, NULL, signals.fd, NULL, result, err);
    else if (rc == SMC_OK)
        rc = run_extraction(settings, log, signals.fd, NULL, result, err);
    smci_cli_signals_stop(&signals);
    return rc;
}

static enum smc_status tell_status(struct extract_settings *settings, const struct smc_log *log,
                                   struct smci_cli_ending *result, struct smc_error *err)
{
    enum smc_status rc = extract_options_check_status(settings, err);
    struct smc_buf *members = settings->is_json ? &result->members : NULL;
    return rc == SMC_OK ? status_tell(settings, log, NULL, NULL, members, err) : rc;
}

static enum smc_status make_page(struct extract_settings *settings, struct smc_log *log,
                                 struct smc_error *err)
{
    struct smci_cli_signals signals = {.fd = -1};
    enum smc_status rc = extract_options_check_page(settings, err);
    if (rc == SMC_OK)
        rc = smci_cli_signals_start(&signals, err);
    if (rc == SMC_OK)
        rc = page_from(settings, log, signals.fd, err);
    smci_cli_signals_stop(&signals);
    return rc;
}

/* Gives what was asked for: a text, a page, or a run. */
static enum smc_status answer(struct extract_settings *settings, struct smc_log *log,
                              struct smci_cli_ending *result, struct smc_error *err)
{
    if (settings->is_help)
        return smci_cli_print_help(extract_program(), err);
    if (settings->is_version)
        return smci_cli_print_version(extract_program(), err);
    if (settings->is_listing_regions)
        return smci_regions_print(err);
    smci_cli_log_warnings(&settings->sources, log);
    if (settings->is_showing)
        return smci_cli_show_settings(&settings->sources, extract_program(), err);
    if (settings->is_status)
        return tell_status(settings, log, result, err);
    return settings->from ? make_page(settings, log, err) : extract(settings, log, result, err);
}

int main(int argc, char **argv)
{
    struct smc_error err = SMC_ERROR_INIT;
    /* For the log, until the options say otherwise. */
    struct extract_settings settings = {.logging = SMCI_CLI_LOGGING_INIT};
    struct smci_cli_ending result;
    int log_fd = -1;
    smci_cli_ending_init(&result, SMC_BODY_MAX);
    enum smc_status rc = smci_cli_setup(&err);
    if (rc == SMC_OK)
        rc = extract_options_read(&settings, argc, argv, environ, &err);
    struct smc_log *log = smci_cli_log_new(&settings.logging, extract_program()->name);
    if (rc == SMC_OK)
        rc = smci_cli_log_open(&settings.logging, log, &log_fd, &err);
    if (rc == SMC_OK)
        rc = answer(&settings, log, &result, &err);
    int exit_status = smci_cli_exit_status(rc, smci_cli_signals_caught());
    if (rc != SMC_OK && err.code != SMC_OK) /* a check that failed has said so */
        smci_log_event(log, SMC_LOG_ERROR, SMCI_EVENT_FAILED,
                       SMCI_FACTS(.exit_status = exit_status), "%s", err.detail);
    rc = extract_result_print(&result, &settings, log, rc, &err);
    smci_cli_ending_clear(&result);
    extract_options_clear(&settings);
    smc_log_free(log);
    if (log_fd >= 0)
        (void)close(log_fd);
    return smci_cli_exit_status(rc, smci_cli_signals_caught());
}
