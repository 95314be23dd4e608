/* castor-upload: sends files to Coalesce Catalog. */
#include <unistd.h>

#include <sigmacat/log.h>

#include "lib/base/log.h"
#include "lib/cli/configure.h"
#include "lib/cli/logging.h"
#include "lib/cli/help.h"
#include "lib/cli/setup.h"
#include "lib/cli/show.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"
#include "options.h"
#include "preflight.h"
#include "run.h"

static enum smc_status send_files(struct upload_settings *settings, struct smc_log *log,
                                  struct smci_cli_ending *result, struct smc_error *err)
{
    struct smci_cli_signals signals = {.fd = -1};
    enum smc_status rc = upload_options_check(settings, err);
    if (rc == SMC_OK)
        rc = smci_cli_signals_start(&signals, err);
    if (rc == SMC_OK && !settings->is_dry_run && !settings->is_listing)
        rc = upload_options_load_secret(settings, signals.fd, log, err);
    if (rc == SMC_OK && settings->is_checking)
        rc = upload_preflight(settings, log, NULL, signals.fd, result, err);
    else if (rc == SMC_OK)
        rc = upload_run(settings, log, NULL, signals.fd, result, err);
    smci_cli_signals_stop(&signals);
    return rc;
}

/* Gives what was asked for: a text, or a run. */
static enum smc_status answer(struct upload_settings *settings, struct smc_log *log,
                              struct smci_cli_ending *result, struct smc_error *err)
{
    if (settings->is_help)
        return smci_cli_print_help(upload_program(), err);
    if (settings->is_version)
        return smci_cli_print_version(upload_program(), err);
    smci_cli_log_warnings(&settings->sources, log);
    if (settings->is_showing)
        return smci_cli_show_settings(&settings->sources, upload_program(), err);
    return send_files(settings, log, result, err);
}

int main(int argc, char **argv)
{
    struct smc_error err = SMC_ERROR_INIT;
    /* For the log, until the options say otherwise. */
    struct upload_settings settings = {.logging = SMCI_CLI_LOGGING_INIT};
    struct smci_cli_ending result;
    int log_fd = -1;
    smci_cli_ending_init(&result, SIZE_MAX);
    enum smc_status rc = smci_cli_setup(&err);
    if (rc == SMC_OK)
        rc = upload_options_read(&settings, argc, argv, environ, &err);
    struct smc_log *log = smci_cli_log_new(&settings.logging, upload_program()->name);
    if (rc == SMC_OK)
        rc = smci_cli_log_open(&settings.logging, log, &log_fd, &err);
    if (rc == SMC_OK)
        rc = answer(&settings, log, &result, &err);
    int exit_status = smci_cli_exit_status(rc, smci_cli_signals_caught());
    if (rc != SMC_OK && err.code != SMC_OK) /* a check that failed has said so */
        smci_log_event(log, SMC_LOG_ERROR, SMCI_EVENT_FAILED,
                       SMCI_FACTS(.exit_status = exit_status), "%s", err.detail);
    rc = upload_result_print(&result, &settings, log, rc, &err);
    smci_cli_ending_clear(&result);
    upload_options_clear(&settings);
    smc_log_free(log);
    if (log_fd >= 0)
        (void)close(log_fd);
    return smci_cli_exit_status(rc, smci_cli_signals_caught());
}
