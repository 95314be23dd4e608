#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/set/inspect.h"

#include "path.h"
#include "record.h"

static const char *words_of(enum upload_state state)
{
    switch ((int)state) {
    case UPLOAD_CUT:
        return "cut off before an answer came, and is perhaps accepted";
    case UPLOAD_CHANGED:
        return "accepted, but it changed";
    default:
        return "not sent";
    }
}

void upload_outcome_failed(struct upload_job *job, size_t index, enum upload_state state,
                           const struct smc_error *why)
{
    struct upload_file *file = &job->files.items[index];
    file->state = state;
    free(file->why);
    if (asprintf(&file->why, "%s", why->detail) < 0)
        file->why = NULL; /* the log has it in any case */
    smci_log_event(job->log, SMC_LOG_ERROR, SMCI_EVENT_FILE_FAILED,
                   SMCI_FACTS(.file = file->name, .state = upload_state_name(state),
                              .reason = why->detail, .status = file->http_status,
                              .attempt = file->tries),
                   "%s was %s: %s", file->name, words_of(state), why->detail);
    /* The local side counts most: no further run mends it. Then what one may mend. */
    enum smc_status code = why->code;
    if (code != SMC_ERR_IO && code != SMC_ERR_REFUSED)
        code = SMC_ERR_HTTP;
    if (code == SMC_ERR_IO || (code == SMC_ERR_HTTP && job->worst != SMC_ERR_IO) ||
        job->worst == SMC_OK)
        job->worst = code;
}

/* Where only the time of its last change of any kind differs, nobody knows whether it was written
 * to (`touch -r` puts the other time back) or linked or renamed: its bytes do. */
static bool has_other_bytes(const struct upload_job *job, const struct upload_delivery *delivery)
{
    struct smci_inspection found = {.byte_count = 0};
    if (upload_files_is_untouched(delivery->fd, &delivery->identity) || !*delivery->sha256)
        return false;
    enum smc_status rc =
        smci_inspect(delivery->fd, SMCI_INSPECT_DIGEST, job->stop_fd, &found, NULL);
    return rc != SMC_OK || strcmp(found.sha256, delivery->sha256) != 0;
}

static bool has_changed(const struct upload_job *job, const struct upload_delivery *delivery)
{
    const char *checked = job->files.items[delivery->index].sha256;
    return !upload_files_is_same(delivery->fd, &delivery->identity) ||
           (*checked && *delivery->sha256 && strcmp(checked, delivery->sha256) != 0) ||
           has_other_bytes(job, delivery);
}

static void tell_success(struct upload_job *job, const struct upload_delivery *delivery)
{
    struct smc_buf shown = SMC_BUF_INIT(SIZE_MAX);
    const struct upload_file *file = &job->files.items[delivery->index];
    const char *name = upload_files_path(&job->files, delivery->index, &shown) == SMC_OK
                           ? smc_buf_str(&shown)
                           : file->name;
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_FILE_UPLOADED,
                   SMCI_FACTS(.file = file->name,
                              .type = upload_type_name(job->settings->file_type),
                              .path = delivery->path, .attempt = file->tries,
                              .bytes = delivery->identity.size),
                   "Uploaded %s as %s to %s", name, upload_type_name(job->settings->file_type),
                   delivery->path);
    smc_buf_clear(&shown);
}

/* What was sent is not known, so that the record can't have it. */
static void tell_unrecorded(struct upload_job *job, const char *name)
{
    smci_log_event(
        job->log, SMC_LOG_ERROR, SMCI_EVENT_FILE_UNRECORDED,
        SMCI_FACTS(.file = name, .reason = "SHA-256: out of memory, or libcrypto has none"),
        "%s is not recorded: SHA-256: out of memory, or libcrypto has none", name);
    job->worst = SMC_ERR_IO;
}

void upload_outcome_accepted(struct upload_job *job, const struct upload_delivery *delivery)
{
    struct upload_file *file = &job->files.items[delivery->index];
    if (has_changed(job, delivery)) {
        struct smc_error why = SMC_ERROR_INIT;
        (void)smc_error_set(&why, SMC_ERR_IO,
                            "what Catalog has is perhaps neither the old file nor the new: send it "
                            "again once nothing writes to it");
        upload_outcome_failed(job, delivery->index, UPLOAD_CHANGED, &why);
        return;
    }
    file->state = UPLOAD_SENT;
    (void)snprintf(file->sha256, sizeof file->sha256, "%s", delivery->sha256);
    tell_success(job, delivery);
    if (delivery->is_html)
        smci_log_event(
            job->log, SMC_LOG_WARN, SMCI_EVENT_WEB_PAGE,
            SMCI_FACTS(.file = file->name, .status = file->http_status),
            "%s: a web page answered with HTTP %d, which Catalog does not do: see whether "
            "the file has arrived; it is not recorded",
            file->name, file->http_status);
    else if (job->ledger && !*delivery->sha256)
        tell_unrecorded(job, file->name);
    else
        upload_record_add(job, delivery->index, delivery->identity.size);
}
