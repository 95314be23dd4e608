#include "preflight_local.h"

#include <string.h>
#include <sys/stat.h>

#include "lib/cli/place.h"
#include "lib/store/store.h"

#include "outputs.h"

/* The lines. */
#define OUTPUT  "output"
#define SPACE   "space"
#define STATE   "state"
#define REPORT  "report"
#define METRICS "metrics"

static const char *setting(const struct extract_settings *settings, const char *flag)
{
    return smci_settings_name(&settings->sources, flag);
}

static enum smc_status check_lock(struct smci_cli_checklist *list, const char *directory)
{
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = smci_store_look(directory, &why);
    if (rc == SMC_ERR_LOCKED) {
        smci_cli_warn(list, STATE, "%.*s", (int)strcspn(why.detail, ";"), why.detail);
        smci_cli_remedy(list, "wait until that run has ended: one that begins now is refused");
    } else if (rc == SMC_ERR_IO) {
        smci_cli_failed(list, rc, STATE, "%s", why.detail);
        smci_cli_remedy(list, "give its files to the user who runs this");
    }
    return rc == SMC_ERR_NOMEM ? rc : SMC_OK;
}

/* What the setting `flag`, if it is given, is to be written to; `item` is its name in the list. */
static enum smc_status check_output(const struct extract_settings *settings,
                                    struct smci_cli_checklist *list, const char *item,
                                    const char *flag, const char *path)
{
    struct smc_error why = SMC_ERROR_INIT;
    if (!path)
        return SMC_OK;
    enum smc_status rc = outputs_check(settings, path, &why);
    if (rc == SMC_OK) {
        bool is_file = strcmp(path, "-") != 0;
        smci_cli_ok(list, item, "%s%s", is_file ? path : "on standard output",
                    is_file ? " can be written" : "");
    } else if (rc != SMC_ERR_NOMEM) {
        smci_cli_failed(list, rc, item, "%s", why.detail);
        smci_cli_remedy(list,
                        "give %s a file in a directory that the user who runs this may write to",
                        setting(settings, flag));
    }
    return rc == SMC_ERR_NOMEM ? rc : SMC_OK;
}

enum smc_status preflight_local(const struct extract_settings *settings,
                                struct smci_cli_checklist *list, struct smc_error *err)
{
    struct smc_buf state = SMC_BUF_INIT(65536);
    struct stat output_st;
    struct stat state_st;
    enum smc_status rc = settings->state ? smc_buf_addstr(&state, settings->state)
                                         : smc_buf_addf(&state, "%s/.sigmacat", settings->output);
    if (rc == SMC_OK) {
        if (smci_cli_check_place(list, OUTPUT, settings->output, setting(settings, "--output"),
                                 true))
            smci_cli_check_space(list, settings->output);
        else
            smci_cli_untried(list, SPACE);
        if (smci_cli_check_place(list, STATE, state.data,
                                 setting(settings, settings->state ? "--state" : "--output"), true))
            rc = check_lock(list, state.data);
        bool is_elsewhere = settings->state && stat(settings->output, &output_st) == 0 &&
                            stat(settings->state, &state_st) == 0 &&
                            output_st.st_dev != state_st.st_dev;
        if (rc == SMC_OK && is_elsewhere)
            smci_cli_check_space(list, settings->state);
        if (rc == SMC_OK)
            rc = check_output(settings, list, REPORT, "--report", settings->report);
        if (rc == SMC_OK)
            rc = check_output(settings, list, METRICS, "--metrics-file", settings->metrics_file);
    }
    smc_buf_clear(&state);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", smc_error_text(rc));
}
