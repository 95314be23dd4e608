#include "account.h"

#include "history.h"
#include "metrics.h"
#include "outputs.h"
#include "page_made.h"
#include "report_file.h"

/* The times of a run that ends now, and its word. */
static void note_end(const struct job *job, const struct report *report, enum smc_status rc,
                     struct smci_cli_ending *result)
{
    int64_t took_ms = job->clock->now_ms(job->clock->ctx) - report->began_ms;
    result->ended_ms = job->clock->wall_ms(job->clock->ctx);
    result->began_ms = result->ended_ms - took_ms;
    result->word = report_word(report, rc);
}

static enum smc_status add_figures(const struct job *job, const struct report *report,
                                   enum smc_status rc, const struct smc_error *why,
                                   struct smc_buf *text, struct smc_error *err)
{
    struct smci_cli_ending result = {.word = SMCI_CLI_WORD_BY_STATUS};
    note_end(job, report, rc, &result);
    const struct smci_cli_result head =
        extract_result_head(&result, job->settings, job->log, rc, why);
    return report_object(job, report, &head, REPORT_FIGURES, text, err);
}

enum smc_status account_note(const struct job *job, const struct report *report,
                             struct smc_error *err)
{
    struct report published = *report;
    struct smc_buf figures = SMC_BUF_INIT(SMC_BODY_MAX);
    published.is_published = true;
    enum smc_status rc = add_figures(job, &published, SMC_OK, NULL, &figures, err);
    if (rc == SMC_OK)
        rc = history_note(job, smc_buf_str(&figures), err);
    smc_buf_clear(&figures);
    return rc;
}

/* Whatever becomes of it: the run ends as it would. */
static void end_history(const struct job *job, const struct report *report, enum smc_status rc,
                        const struct smc_error *why)
{
    struct smc_buf figures = SMC_BUF_INIT(SMC_BODY_MAX);
    if (job->store && add_figures(job, report, rc, why, &figures, NULL) == SMC_OK)
        (void)history_end(job, report->is_published, rc, smc_buf_str(&figures), NULL);
    smc_buf_clear(&figures);
}

/* The page is of a set, and of what the history has of its run. */
static enum smc_status write_page(const struct job *job, const struct report *report,
                                  enum smc_status rc, struct smc_error *err)
{
    struct smc_error own = SMC_ERROR_INIT;
    if (!job->settings->html || !report->is_published)
        return rc;
    return outputs_end(job, "--html", page_of_run(job, &own), &own, rc, err);
}

enum smc_status account_end(const struct job *job, const struct report *report,
                            struct smci_cli_ending *result, enum smc_status rc,
                            struct smc_error *err)
{
    end_history(job, report, rc, err);
    note_end(job, report, rc, result);
    rc = report_file_write(job, report, result, rc, err);
    rc = write_page(job, report, rc, err);
    rc = metrics_write(job, report, rc, err);
    result->word = report_word(report, rc);
    if (job->settings->is_json) /* the buffer remembers a failure */
        (void)report_members(job, report, NULL, REPORT_RESULT, &result->members, NULL);
    return rc;
}
