#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/dir.h"
#include "lib/store/ledger.h"

#include "lock.h"
#include "owner.h"
#include "path.h"
#include "sets.h"

/* What a crash may cost: the files that were accepted in this time are sent again. */
#define WRITE_MS 1000

/* ---- opening ---- */

char *upload_record_directory(const struct upload_settings *settings)
{
    char *path = NULL;
    int len = settings->state ? asprintf(&path, "%s", settings->state)
                              : asprintf(&path, "%s/.sigmacat", settings->directory_path);
    return len < 0 ? NULL : path;
}

/* Says what is not guarded without a record, without the lock, or without both. */
static void warn_of_lack(const struct upload_job *job, const struct smc_error *no_record,
                         const struct smc_error *no_lock)
{
    bool has_sets = job->settings->directory_path && job->settings->file_type == UPLOAD_VIZ;
    bool is_locked = no_lock->code == SMC_OK;
    bool is_one_reason = strcmp(no_record->detail, no_lock->detail) == 0;
    if (no_record->code != SMC_OK)
        smci_log_event(
            job->log, SMC_LOG_WARN, SMCI_EVENT_RECORD_LACKING,
            SMCI_FACTS(.reason = no_record->detail), "Accepted files will not be recorded: %s%s%s",
            no_record->detail,
            has_sets ? "; later on nothing will keep another organisation's set from this "
                       "source"
                     : "",
            is_one_reason ? "; a second upload at the same time would not be noticed" : "");
    if (!is_locked && !is_one_reason)
        smci_log_event(
            job->log, SMC_LOG_WARN, SMCI_EVENT_UNLOCKED, SMCI_FACTS(.reason = no_lock->detail),
            "A second upload at the same time would not be noticed: %s", no_lock->detail);
}

static enum smc_status open_to_write(struct upload_job *job, const char *directory,
                                     struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    struct smc_error no_lock = SMC_ERROR_INIT;
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc =
        settings->directory_path ? upload_lock_take(job, directory, &no_lock) : SMC_OK;
    if (rc != SMC_OK && rc != SMC_ERR_IO)
        return smc_error_copy(err, &no_lock);
    rc = smci_ledger_open(&job->ledger, directory, true, &why);
    job->is_record_kept = rc == SMC_OK;
    if (rc != SMC_OK && (settings->is_skipping || rc == SMC_ERR_NOMEM))
        return smc_error_copy(err, &why);
    if (rc != SMC_OK) /* what it knows counts all the same */
        (void)smci_ledger_open(&job->ledger, directory, false, NULL);
    warn_of_lack(job, &why, &no_lock);
    return SMC_OK;
}

enum smc_status upload_record_open(struct upload_job *job, struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    bool is_reading = settings->is_dry_run || settings->is_listing || settings->is_checking;
    bool is_needed = settings->is_skipping || settings->is_listing;
    struct smc_error why = SMC_ERROR_INIT;
    if (!settings->directory_path && !settings->state)
        return SMC_OK;
    char *directory = upload_record_directory(settings);
    if (!directory)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    enum smc_status rc = is_reading ? smci_ledger_open(&job->ledger, directory, false, &why)
                                    : open_to_write(job, directory, err);
    free(directory);
    if (!is_reading || rc == SMC_OK)
        return rc;
    if (is_needed || rc == SMC_ERR_NOMEM)
        return smc_error_copy(err, &why);
    smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_RECORD_LACKING,
                   SMCI_FACTS(.reason = why.detail),
                   "The record of what was accepted is left aside: %s", why.detail);
    return SMC_OK;
}

void upload_record_close(struct upload_job *job)
{
    smci_ledger_close(job->ledger);
    job->ledger = NULL;
    job->is_record_kept = false;
    smci_lock_release(job->lock_fd);
    job->lock_fd = -1;
}

/* ---- reading ---- */

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

/* Of a set that is to come back: the acceptance of a file after which others of it count no more. */
static enum smc_status find_last_other(const struct upload_job *job, int64_t *number,
                                       struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    struct smc_buf place = SMC_BUF_INIT(SIZE_MAX);
    *number = 0;
    if (!settings->set)
        return SMC_OK;
    (void)smc_buf_addf(&place, "%s%s/", smc_buf_str(&settings->origin),
                       smc_buf_str(&settings->prefix));
    enum smc_status rc = upload_path(settings, "", -1, &place);
    if (rc == SMC_OK)
        rc = smci_ledger_last_other(job->ledger, smc_buf_str(&place), settings->set, number, err);
    else
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&place);
    return rc;
}

static enum smc_status is_accepted(const struct upload_job *job, size_t index, int64_t after,
                                   bool *found, struct smc_error *err)
{
    struct smc_buf address = SMC_BUF_INIT(SIZE_MAX);
    struct smci_ledger_entry entry;
    int64_t number = 0;
    enum smc_status rc =
        describe(job, index, job->files.items[index].identity.size, &address, &entry, err);
    if (rc == SMC_OK && *entry.sha256)
        rc = smci_ledger_find(job->ledger, &entry, &number, err);
    *found = number > after;
    smc_buf_clear(&address);
    return rc;
}

/* ---- writing ---- */

void upload_record_give_up(struct upload_job *job, const struct smc_error *why)
{
    bool is_needed = job->settings->is_skipping;
    smci_log_event(job->log, is_needed ? SMC_LOG_ERROR : SMC_LOG_WARN, SMCI_EVENT_RECORD_LACKING,
                   SMCI_FACTS(.reason = why->detail),
                   "Accepted files are not recorded any more: %s", why->detail);
    if (is_needed)
        job->worst = SMC_ERR_IO;
    smci_ledger_close(job->ledger);
    job->ledger = NULL;
    job->is_record_kept = false;
}

static enum smc_status put_set(const struct upload_job *job, size_t index, struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    const struct upload_file *file = &job->files.items[index];
    struct upload_owner owner = upload_owner_of(file);
    if (!*owner.organization && !*owner.host)
        return SMC_OK;
    struct smc_buf endpoint = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf name = SMC_BUF_INIT(SIZE_MAX);
    (void)smc_buf_add(&name, file->name, (size_t)upload_set_digits(file->name));
    enum smc_status rc = smc_buf_status(&name);
    if (rc == SMC_OK)
        rc = smc_buf_addf(&endpoint, "%s%s", smc_buf_str(&settings->origin),
                          smc_buf_str(&settings->prefix));
    const struct smci_ledger_set set = {.endpoint = smc_buf_str(&endpoint),
                                        .source_id = settings->source_uuid,
                                        .name = smc_buf_str(&name),
                                        .organization = owner.organization,
                                        .host = owner.host,
                                        .time_s = job->clock->wall_ms(job->clock->ctx) / 1000};
    rc = rc == SMC_OK ? smci_ledger_put_set(job->ledger, &set, err)
                      : smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&endpoint);
    smc_buf_clear(&name);
    return rc;
}

void upload_record_write(struct upload_job *job, bool is_end)
{
    struct smc_error why = SMC_ERROR_INIT;
    int64_t now = job->clock->now_ms(job->clock->ctx);
    bool is_due = is_end || job->recorded_ms == 0 || now - job->recorded_ms >= WRITE_MS;
    if (!job->is_record_kept || !is_due || smci_ledger_waiting(job->ledger) == 0)
        return;
    if (smci_ledger_flush(job->ledger, &why) != SMC_OK)
        upload_record_give_up(job, &why);
    job->recorded_ms = job->clock->now_ms(job->clock->ctx);
}

void upload_record_add(struct upload_job *job, size_t index, int64_t size)
{
    const struct upload_file *file = &job->files.items[index];
    struct smc_buf address = SMC_BUF_INIT(SIZE_MAX);
    struct smci_ledger_entry entry;
    struct smc_error why = SMC_ERROR_INIT;
    if (!job->is_record_kept)
        return;
    if (!file->sha256[0]) { /* what was sent could not be digested */
        (void)smc_error_set(&why, SMC_ERR_NOMEM, "SHA-256: out of memory");
        upload_record_give_up(job, &why);
        return;
    }
    bool is_set_end = upload_is_summary(file->name);
    enum smc_status rc = describe(job, index, size, &address, &entry, &why);
    entry.time_s = job->clock->wall_ms(job->clock->ctx) / 1000;
    if (rc == SMC_OK)
        rc = smci_ledger_put(job->ledger, &entry, &why);
    if (rc == SMC_OK && is_set_end)
        rc = put_set(job, index, &why);
    smc_buf_clear(&address);
    if (rc != SMC_OK)
        upload_record_give_up(job, &why);
    else
        upload_record_write(job, is_set_end);
}

/* ---- what was accepted before ---- */

/* What an older program has recorded does not say whose a set was. */
static void skip(struct upload_job *job, size_t index)
{
    struct upload_file *file = &job->files.items[index];
    struct smc_error why = SMC_ERROR_INIT;
    file->state = UPLOAD_SKIPPED;
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_FILE_SKIPPED, SMCI_FACTS(.file = file->name),
                   "Left out %s: accepted before, and unchanged", file->name);
    if (job->is_record_kept && put_set(job, index, &why) != SMC_OK)
        upload_record_give_up(job, &why);
}

enum smc_status upload_record_leave_out(struct upload_job *job, struct smc_error *err)
{
    int64_t after = 0;
    if (!job->settings->is_skipping)
        return SMC_OK;
    enum smc_status rc = find_last_other(job, &after, err);
    for (size_t i = 0; i < job->files.count && rc == SMC_OK; i++) {
        bool found = false;
        if (upload_is_summary(job->files.items[i].name) &&
            upload_set_standing(&job->files, i) == UPLOAD_SET_UNDER_WAY)
            continue;
        rc = is_accepted(job, i, after, &found, err);
        if (rc == SMC_OK && found)
            skip(job, i);
    }
    return rc;
}
