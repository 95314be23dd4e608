/* castor-extract-sigma: from the command line to the exit status. */
#include <unistd.h>

#include "lib/cli/setup.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"

#include "options.h"
#include "run.h"

static enum smc_status extract(struct extract_settings *settings, struct smc_log *log,
                               struct smc_error *err)
{
    struct smc_cli_signals signals = {.fd = -1};
    enum smc_status rc = extract_options_check(settings, err);
    if (rc == SMC_OK)
        rc = smc_cli_signals_start(&signals, err);
    if (rc == SMC_OK)
        rc = extract_options_load_secret(settings, signals.fd, log, err);
    if (rc == SMC_OK && smc_log_hide(log, settings->api_token) != SMC_OK)
        rc = smc_fail(err, SMC_ERR_NOMEM, "out of memory");
    if (rc == SMC_OK)
        rc = run_extraction(settings, log, signals.fd, NULL, err);
    smc_cli_signals_stop(&signals);
    return rc;
}

int main(int argc, char **argv)
{
    struct extract_settings settings;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_log *log = NULL;
    enum smc_status rc = smc_cli_setup(&err);
    if (rc == SMC_OK) {
        rc = extract_options_read(&settings, argc, argv, environ, &err);
        log = smc_log_new(STDERR_FILENO, (enum smc_log_level)settings.log_level,
                          (enum smc_log_format)settings.log_format);
        if (rc == SMC_OK && settings.is_help)
            rc = smc_cli_print_help(extract_program(), &err);
        else if (rc == SMC_OK && settings.is_version)
            rc = smc_cli_print_version(extract_program(), &err);
        else if (rc == SMC_OK)
            rc = extract(&settings, log, &err);
        extract_options_clear(&settings);
    }
    if (rc != SMC_OK)
        smc_logf(log, SMC_LOG_ERROR, "%s", err.detail);
    smc_log_free(log);
    return smc_cli_exit_status(rc, smc_cli_signals_caught());
}
