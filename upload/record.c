#include "record.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/store/ledger.h"

#include "path.h"
#include "sets.h"

char *upload_record_directory(const struct upload_settings *settings)
{
    char *path = NULL;
    int len = settings->state ? asprintf(&path, "%s", settings->state)
                              : asprintf(&path, "%s/.sigmacat", settings->directory_path);
    return len < 0 ? NULL : path;
}

enum smc_status upload_record_open(struct upload_job *job, struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    bool is_needed = settings->is_skipping || settings->is_listing;
    bool is_reading = settings->is_dry_run || settings->is_listing;
    struct smc_error why = SMC_ERROR_INIT;
    if (!is_needed && !settings->state)
        return SMC_OK;
    char *directory = upload_record_directory(settings);
    enum smc_status rc =
        directory ? smci_ledger_open(&job->ledger, directory, !is_reading, &why)
                  : smc_error_set(&why, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    free(directory);
    if (rc == SMC_OK)
        return SMC_OK;
    if (is_needed || rc == SMC_ERR_NOMEM)
        return smc_error_set(err, rc, "%s", why.detail);
    smc_log_write(job->log, SMC_LOG_WARN, "Accepted files will not be recorded: %s", why.detail);
    return SMC_OK;
}

/* A file's entry without its time. Its path goes to `address`: where the file goes at Catalog, but
 * for the time that some paths have. */
static enum smc_status describe(const struct upload_job *job, size_t index, int64_t size,
                                struct smc_buf *address, struct smci_ledger_entry *entry,
                                struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    (void)smc_buf_addf(address, "%s%s/", smc_buf_str(&settings->origin),
                       smc_buf_str(&settings->prefix));
    enum smc_status rc = upload_path(settings, upload_files_base(&job->files, index), -1, address);
    *entry = (struct smci_ledger_entry){.source_id = settings->source_uuid,
                                        .path = smc_buf_str(address),
                                        .size = size,
                                        .sha256 = job->files.items[index].sha256};
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", smc_error_text(rc));
}

static enum smc_status is_accepted(const struct upload_job *job, size_t index, bool *found,
                                   struct smc_error *err)
{
    struct smc_buf address = SMC_BUF_INIT(SIZE_MAX);
    struct smci_ledger_entry entry;
    *found = false;
    enum smc_status rc =
        describe(job, index, job->files.items[index].identity.size, &address, &entry, err);
    if (rc == SMC_OK && *entry.sha256)
        rc = smci_ledger_has(job->ledger, &entry, found, err);
    smc_buf_clear(&address);
    return rc;
}

enum smc_status upload_record_leave_out(struct upload_job *job, struct smc_error *err)
{
    for (size_t i = 0; i < job->files.count && job->settings->is_skipping; i++) {
        struct upload_file *file = &job->files.items[i];
        bool found = false;
        if (upload_is_summary(file->name) &&
            upload_set_standing(&job->files, i) == UPLOAD_SET_UNDER_WAY)
            continue;
        enum smc_status rc = is_accepted(job, i, &found, err);
        if (rc != SMC_OK)
            return rc;
        if (!found)
            continue;
        file->state = UPLOAD_SKIPPED;
        smc_log_write(job->log, SMC_LOG_INFO, "Left out %s: accepted before, and unchanged",
                      file->name);
    }
    return SMC_OK;
}

void upload_record_add(struct upload_job *job, size_t index, int64_t size)
{
    bool is_needed = job->settings->is_skipping;
    struct smc_buf address = SMC_BUF_INIT(SIZE_MAX);
    struct smci_ledger_entry entry;
    struct smc_error why = SMC_ERROR_INIT;
    if (!job->ledger || !job->files.items[index].sha256[0])
        return;
    enum smc_status rc = describe(job, index, size, &address, &entry, &why);
    entry.time_s = job->clock->wall_ms(job->clock->ctx) / 1000;
    if (rc == SMC_OK)
        rc = smci_ledger_put(job->ledger, &entry, &why);
    smc_buf_clear(&address);
    if (rc == SMC_OK)
        return;
    smc_log_write(job->log, is_needed ? SMC_LOG_ERROR : SMC_LOG_WARN,
                  "Files accepted from now on are not recorded: %s", why.detail);
    if (is_needed)
        job->worst = SMC_ERR_IO;
    smci_ledger_close(job->ledger);
    job->ledger = NULL;
}
