#include "outputs.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/cli/output.h"

#include "record.h"

/* Whether the next upload with these settings would take it for a file to send. */
static bool would_be_sent(const struct upload_settings *settings, const char *path)
{
    return settings->directory_path && !settings->is_latest && !settings->set &&
           smci_cli_output_is_data(path, settings->directory_path);
}

enum smc_status upload_outputs_check(const struct upload_settings *settings, const char *flag,
                                     const char *path, struct smc_error *err)
{
    char *record = NULL;
    if (!path)
        return SMC_OK;
    if (settings->state || settings->directory_path) {
        record = upload_record_directory(settings);
        if (!record)
            return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    }
    const char *const made[] = {record, NULL};
    enum smc_status rc = smci_cli_output_check(path, made, err);
    free(record);
    if (rc == SMC_OK && would_be_sent(settings, path))
        rc = smc_error_set(
            err, SMC_ERR_USAGE,
            "%s would be sent, too, with the next upload of %s: name a file in another "
            "directory, or one that ends in neither .json nor .csv",
            path, settings->directory_path);
    if (rc != SMC_OK)
        smc_error_context(err, "%s", smci_settings_name(&settings->sources, flag));
    return rc;
}

enum smc_status upload_outputs_write(const struct upload_job *job, const char *path,
                                     const struct smc_buf *text, struct smc_error *err)
{
    struct smci_cli_output *out = NULL;
    enum smc_status rc = smci_cli_output_open(&out, path, job->stop_fd, err);
    if (rc != SMC_OK)
        return rc;
    smci_cli_output_add(out, smc_buf_str(text), text->len);
    return smci_cli_output_commit(out, err);
}

enum smc_status upload_outputs_end(const struct upload_job *job, const char *flag,
                                   enum smc_status made, struct smc_error *own, enum smc_status rc,
                                   struct smc_error *err)
{
    if (made == SMC_OK)
        return rc;
    smc_error_context(own, "%s", smci_settings_name(&job->settings->sources, flag));
    if (rc == SMC_OK)
        return smc_error_copy(err, own);
    smci_log_event(job->log, SMC_LOG_ERROR, SMCI_EVENT_OUTPUT_FAILED,
                   SMCI_FACTS(.reason = own->detail), "%s", own->detail);
    return rc;
}
