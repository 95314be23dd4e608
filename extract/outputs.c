#include "outputs.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/cli/output.h"

enum smc_status outputs_check(const struct extract_settings *settings, const char *path,
                              struct smc_error *err)
{
    char *state = NULL;
    if (!path)
        return SMC_OK;
    if (!settings->state && asprintf(&state, "%s/.sigmacat", settings->output) < 0)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    const char *const made[] = {settings->output, settings->state ? settings->state : state, NULL};
    enum smc_status rc = smci_cli_output_check(path, made, err);
    free(state);
    return rc;
}

enum smc_status outputs_check_all(const struct extract_settings *settings, struct smc_error *err)
{
    const struct {
        const char *flag;
        const char *path;
    } outputs[] = {{"--report", settings->report},
                   {"--metrics-file", settings->metrics_file},
                   {"--html", settings->html}};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        enum smc_status rc = outputs_check(settings, outputs[i].path, err);
        if (rc != SMC_OK) {
            smc_error_context(err, "%s", smci_settings_name(&settings->sources, outputs[i].flag));
            return rc;
        }
    }
    return SMC_OK;
}

void outputs_warn(const struct job *job)
{
    const struct extract_settings *settings = job->settings;
    if (settings->report && smci_cli_output_is_data(settings->report, settings->output))
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_SETTING, NULL,
                       "%s: castor-upload -d %s sends %s, too, unless --latest or --set chooses a "
                       "set: name a file elsewhere",
                       smci_settings_name(&settings->sources, "--report"), settings->output,
                       settings->report);
}

enum smc_status outputs_end(const struct job *job, const char *flag, enum smc_status made,
                            struct smc_error *own, enum smc_status rc, struct smc_error *err)
{
    if (made == SMC_OK)
        return rc;
    smc_error_context(own, "%s", smci_settings_name(&job->settings->sources, flag));
    if (rc == SMC_ERR_GAPS) { /* the run has not failed */
        if (err)
            smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_GAPS_EXCEEDED, NULL, "%s",
                           err->detail);
        smc_error_reset(err);
        rc = SMC_OK;
    }
    if (rc != SMC_OK) { /* `err` is taken */
        smci_log_event(job->log, SMC_LOG_ERROR, SMCI_EVENT_OUTPUT_FAILED,
                       SMCI_FACTS(.reason = own->detail), "%s", own->detail);
        return rc;
    }
    (void)smc_error_copy(err, own);
    return made;
}
