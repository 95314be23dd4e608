#include "report_file.h"

#include <string.h>

#include "lib/cli/output.h"

#include "field_coverage.h"
#include "outputs.h"

static enum smc_status write_item(void *ctx, const struct smci_item *item, struct smc_error *err)
{
    (void)err;
    smci_cli_output_text(ctx, item->position > 1 ? ",\n   " : "\n   ");
    smci_cli_output_text(ctx, item->tag);
    return SMC_OK;
}

/* Documents and gaps go into their arrays one by one, since there may be as many as objects. */
static enum smc_status write_all(const struct job *job, const struct smc_buf *text,
                                 struct smc_error *err)
{
    struct smci_cli_output *out = NULL;
    const char *array = strrchr(smc_buf_str(text), ']');
    if (!array)
        return smc_error_set(err, SMC_ERR_INTERNAL, "a report without an array of gaps");
    enum smc_status rc = smci_cli_output_open(&out, job->settings->report, job->stop_fd, err);
    if (rc != SMC_OK)
        return rc;
    const char *at = smc_buf_str(text);
    const char *documents = strstr(at, REPORT_DOCUMENTS);
    if (documents && job->store) {
        documents += strlen(REPORT_DOCUMENTS);
        smci_cli_output_add(out, at, (size_t)(documents - at));
        rc = job_each_item(job, LIST_COVERAGE, write_item, out, err);
        at = documents;
    }
    smci_cli_output_add(out, at, (size_t)(array - at));
    if (rc == SMC_OK && job->store)
        rc = job_each_item(job, LIST_GAPS, write_item, out, err);
    smci_cli_output_text(out, array);
    if (rc == SMC_OK)
        return smci_cli_output_commit(out, err);
    smci_cli_output_abort(out);
    return rc;
}

enum smc_status report_file_write(const struct job *job, const struct report *report,
                                  const struct smci_cli_ending *result, enum smc_status rc,
                                  struct smc_error *err)
{
    struct smc_error own = SMC_ERROR_INIT;
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    if (!job->settings->report)
        return rc;
    /* Then that is why the run has ended, or the lesser of its troubles. */
    if (!job->client && outputs_check(job->settings, job->settings->report, NULL) != SMC_OK)
        return rc;
    const struct smci_cli_result head =
        extract_result_head(result, job->settings, job->log, rc, err);
    enum smc_status made = report_object(job, report, &head, REPORT_DETAILS, &text, &own);
    if (made == SMC_OK)
        made = write_all(job, &text, &own);
    smc_buf_clear(&text);
    return outputs_end(job, "--report", made, &own, rc, err);
}
