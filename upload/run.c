#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "lib/cli/given_path.h"
#include "lib/store/ledger.h"

#include "choose.h"
#include "closing.h"
#include "metrics.h"
#include "outputs.h"
#include "path.h"
#include "record.h"
#include "report.h"
#include "send.h"

/* ---- without sending ---- */

static enum smc_status plan(struct upload_job *job, size_t index, int64_t seconds,
                            struct smc_buf *path)
{
    const struct upload_settings *settings = job->settings;
    smc_buf_reset(path);
    (void)smc_buf_addf(path, "%s/", smc_buf_str(&settings->prefix));
    enum smc_status rc =
        upload_path(settings, upload_files_base(&job->files, index), seconds, path);
    if (rc == SMC_OK)
        rc = upload_files_set_destination(&job->files, index, smc_buf_str(&settings->origin),
                                          smc_buf_str(path));
    return rc;
}

static enum smc_status show_plan(struct upload_job *job, struct smc_error *err)
{
    int64_t seconds = job->clock->wall_ms(job->clock->ctx) / 1000;
    struct smc_buf path = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status rc = SMC_OK;
    int64_t bytes = 0;
    size_t count = 0;
    for (size_t i = 0; i < job->files.count && rc == SMC_OK; i++) {
        const struct upload_file *file = &job->files.items[i];
        char records[40] = "";
        if (file->state != UPLOAD_WAITING)
            continue;
        rc = plan(job, i, seconds, &path);
        if (file->record_count >= 0)
            (void)snprintf(records, sizeof records, ", %" PRId64 " records", file->record_count);
        smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_FILE_WOULD_UPLOAD,
                       SMCI_FACTS(.file = file->name,
                                  .type = upload_type_name(job->settings->file_type),
                                  .path = smc_buf_str(&path) + job->settings->prefix.len + 1,
                                  .records = file->record_count, .bytes = file->identity.size),
                       "Would upload %s (%" PRId64 " bytes%s) as %s to %s%s", file->name,
                       file->identity.size, records, upload_type_name(job->settings->file_type),
                       smc_buf_str(&job->settings->origin), smc_buf_str(&path));
        bytes += file->identity.size;
        count++;
    }
    smc_buf_clear(&path);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_DRY_RUN,
                   SMCI_FACTS(.count = (int64_t)count, .bytes = bytes),
                   "Nothing was sent: %zu files with %" PRId64 " bytes would be", count, bytes);
    return SMC_OK;
}

/* ---- the run ---- */

static enum smc_status conclude(const struct upload_job *job, enum smc_status rc,
                                struct smc_error *err)
{
    size_t all = job->files.count;
    size_t sent = upload_report_count(&job->files, UPLOAD_SENT);
    size_t skipped = upload_report_count(&job->files, UPLOAD_SKIPPED);
    size_t missing = all - sent - skipped;
    if (missing == 0 && rc == SMC_OK) {
        if (skipped > 0)
            smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_SENT,
                           SMCI_FACTS(.total = (int64_t)all, .done = (int64_t)sent),
                           "Sent %zu of %zu files; %zu were accepted before", sent, all, skipped);
        else
            smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_SENT,
                           SMCI_FACTS(.total = (int64_t)all, .done = (int64_t)sent),
                           "Sent %zu of %zu files", sent, all);
        if (job->worst != SMC_OK)
            return smc_error_set(err, job->worst,
                                 "all files were sent, but not all of them are recorded");
        return SMC_OK;
    }
    upload_report_log(&job->files, job->log);
    struct smc_buf lack = SMC_BUF_INIT(1024);
    (void)upload_report_lack(&job->files, &lack);
    if (rc == SMC_OK)
        rc = smc_error_set(err, job->worst != SMC_OK ? job->worst : SMC_ERR_INTERNAL, "%s",
                           smc_buf_str(&lack));
    else
        smc_error_context(err, "%s", smc_buf_str(&lack));
    smc_buf_clear(&lack);
    return rc;
}

static enum smc_status check_and_send(struct upload_job *job, struct smc_error *err)
{
    enum smc_status rc = upload_choose(job, err);
    if (rc == SMC_OK)
        rc = upload_record_leave_out(job, err);
    if (rc != SMC_OK)
        return rc;
    if (job->settings->is_dry_run)
        return show_plan(job, err);
    rc = upload_send(job, err);
    upload_record_write(job, true);
    rc = conclude(job, rc, err);
    upload_closing_tell(job, rc);
    return rc;
}

/* The record would be made in it, and with it a mistyped directory. */
static enum smc_status check_directory(const struct upload_settings *settings,
                                       struct smc_error *err)
{
    struct stat st;
    const char *directory = settings->directory_path;
    if (settings->is_listing || !directory)
        return SMC_OK;
    if (stat(directory, &st) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read as a directory",
                                   errno == ENOENT ? smci_path_shown_missing(directory)
                                                   : directory);
    if (!S_ISDIR(st.st_mode))
        return smc_error_set_errno(err, SMC_ERR_IO, ENOTDIR, "%s: can't be read as a directory",
                                   directory);
    return SMC_OK;
}

static enum smc_status check_outputs(const struct upload_settings *settings, bool is_upload,
                                     struct smc_error *err)
{
    enum smc_status rc = upload_outputs_check(settings, "--report", settings->report, err);
    return rc == SMC_OK && is_upload
               ? upload_outputs_check(settings, "--metrics-file", settings->metrics_file, err)
               : rc;
}

/* What a person can do about it. */
static void advise(const struct upload_settings *settings, enum smc_status rc,
                   struct smc_error *err)
{
    if (rc == SMC_ERR_NETWORK)
        smc_error_append(err, "; --check tells what is in the way, and what to do");
    if (rc == SMC_ERR_CANCELLED && settings->is_skipping)
        smc_error_append(err, "; run again to go on");
}

/* The report, and what is printed at the program's end. */
static enum smc_status leave(const struct upload_job *job, const struct smc_buf *uploads,
                             struct smci_cli_ending *result, enum smc_status rc,
                             struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    const struct upload_result_of of = {.settings = settings,
                                        .job = settings->is_listing ? NULL : job,
                                        .uploads =
                                            settings->is_listing && rc == SMC_OK ? uploads : NULL};
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status made = SMC_OK;
    result->ended_ms = job->clock->wall_ms(job->clock->ctx);
    result->word = upload_result_word(&job->files, rc);
    if (settings->report)
        made = upload_result_report(result, job, &of, rc, err, &why);
    rc = upload_outputs_end(job, "--report", made, &why, rc, err);
    smc_error_reset(&why);
    made = settings->is_json ? upload_result_members(&of, &result->members, &why) : SMC_OK;
    return upload_outputs_end(job, "--json", made, &why, rc, err);
}

enum smc_status upload_run(const struct upload_settings *settings, struct smc_log *log,
                           const struct smc_clock *clock, int stop_fd,
                           struct smci_cli_ending *result, struct smc_error *err)
{
    struct upload_job job = {.settings = settings,
                             .log = log,
                             .clock = clock ? clock : smc_clock_system(),
                             .stop_fd = stop_fd,
                             .lock_fd = -1,
                             .files = UPLOAD_FILES_INIT};
    const bool is_upload = !settings->is_listing && !settings->is_dry_run;
    struct smc_buf uploads = SMC_BUF_INIT(SIZE_MAX);
    job.began_ms = job.clock->now_ms(job.clock->ctx);
    result->began_ms = job.clock->wall_ms(job.clock->ctx);
    enum smc_status rc = check_outputs(settings, is_upload, err);
    const bool is_writable = rc == SMC_OK;
    if (rc == SMC_OK)
        rc = check_directory(settings, err);
    if (rc == SMC_OK)
        rc = upload_record_open(&job, err);
    if (rc == SMC_OK)
        rc = settings->is_listing ? upload_report_ledger(settings, job.ledger, log, &uploads, err)
                                  : check_and_send(&job, err);
    advise(settings, rc, err);
    if (is_writable)
        rc = leave(&job, &uploads, result, rc, err);
    if (is_writable && is_upload)
        rc = upload_metrics_write(&job, rc, err);
    result->word = upload_result_word(&job.files, rc);
    smc_buf_clear(&uploads);
    upload_files_clear(&job.files);
    upload_record_close(&job);
    return rc;
}
