#include "result.h"

#include "report.h"
#include "status_view.h"

static enum smci_cli_mode mode_of(const struct extract_settings *settings)
{
    if (settings->is_status)
        return SMCI_CLI_MODE_STATUS;
    if (settings->from)
        return SMCI_CLI_MODE_PAGE;
    return settings->is_checking ? SMCI_CLI_MODE_CHECK : SMCI_CLI_MODE_RUN;
}

struct smci_cli_result extract_result_head(const struct smci_cli_ending *result,
                                           const struct extract_settings *settings,
                                           const struct smc_log *log, enum smc_status rc,
                                           const struct smc_error *err)
{
    struct smci_cli_result head = smci_cli_ending_head(result, &settings->sources, log, rc, err);
    head.program = extract_program()->name;
    head.mode = mode_of(settings);
    head.address_name = "host";
    head.address = smc_buf_str(&settings->origin);
    return head;
}

enum smc_status extract_result_print(struct smci_cli_ending *result,
                                     const struct extract_settings *settings, struct smc_log *log,
                                     enum smc_status rc, const struct smc_error *err)
{
    const struct smc_clock *clock = smc_clock_system();
    if (!smci_cli_result_is_due(&settings->sources, settings->is_json, settings->is_showing, rc))
        return rc;
    if (!result->ended_ms)
        result->ended_ms = clock->wall_ms(clock->ctx);
    if (!result->members.len) /* nothing was begun */
        (void)(settings->is_status
                   ? status_view_json_none(&result->members, NULL)
                   : report_members(NULL, NULL, NULL, REPORT_RESULT, &result->members, NULL));
    const struct smci_cli_result head = extract_result_head(result, settings, log, rc, err);
    return smci_cli_result_print(&head, &result->members, log);
}
