#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cli/place.h"
#include "lib/json/write.h"

static void add_time(struct smci_writer *json, const char *name, int64_t wall_ms)
{
    time_t at = (time_t)(wall_ms / 1000);
    struct tm utc;
    char text[40] = "";
    if (gmtime_r(&at, &utc))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    smci_write_text(json, name, text);
}

/* One kind of call after the other. */
struct counting {
    struct smci_writer *json;
    const char *kind; /* whose object is open; NULL: none */
};

static void add_count(void *ctx, const char *kind, int http_status, int64_t count)
{
    struct counting *counting = ctx;
    char status[16];
    if (!counting->kind || strcmp(counting->kind, kind) != 0) {
        if (counting->kind)
            smci_write_close(counting->json);
        smci_write_object(counting->json, kind);
        counting->kind = kind;
    }
    (void)snprintf(status, sizeof status, "%d", http_status);
    smci_write_int(counting->json, http_status ? status : "none", count);
}

static void add_calls(struct smci_writer *json, const struct job *job, const struct report *report)
{
    struct smc_client_stats stats = {0};
    struct counting counting = {json, NULL};
    smci_write_object(json, "calls");
    if (job->client) {
        smc_client_get_stats(job->client, &stats);
        smc_client_each_stat(job->client, add_count, &counting);
    }
    if (counting.kind)
        smci_write_close(json);
    smci_write_close(json);
    smci_write_int(json, "calls_total", stats.calls);
    smci_write_int(json, "retries", stats.retries);
    smci_write_int(json, "refusals", stats.refused);
    smci_write_int(json, "waited_ms", stats.waited_ms);
    smci_write_int(json, "received_bytes", stats.received);
    smci_write_int(json, "reused", report->reused);
    if (report->reused)
        add_time(json, "oldest_reused", report->oldest_reused_s * 1000);
}

static void add_records(struct smci_writer *json, const struct job *job)
{
    smci_write_object(json, "records");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->files[i])
            smci_write_int(json, asset_of(i)->name, smci_part_records(job->files[i]));
    smci_write_close(json);
}

/* Rows whose id was listed before. */
static void add_duplicates(struct smci_writer *json, const struct job *job,
                           const struct report *report)
{
    smci_write_object(json, "duplicate_ids");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->selection.is_asked[i] && asset_of(i)->role == ROLE_LISTING)
            smci_write_int(json, asset_of(i)->name, report->duplicates[i]);
    smci_write_close(json);
}

static void add_lineage(struct smci_writer *json, const struct lineage_counts *counts)
{
    smci_write_object(json, "lineage_references");
    smci_write_int(json, "tables", counts->tables);
    smci_write_int(json, "queries", counts->queries);
    smci_write_object(json, "without_table");
    smci_write_int(json, "csv_upload", counts->uploads);
    smci_write_int(json, "not_in_this_lineage", counts->foreign);
    smci_write_int(json, "path_not_readable", counts->unresolved);
    smci_write_int(json, "path_empty", counts->empty);
    smci_write_close(json);
    smci_write_close(json);
}

static void add_figures(struct smci_writer *json, const struct job *job,
                        const struct report *report)
{
    degraded_to_json(report->degraded, json);
    add_calls(json, job, report);
    add_records(json, job);
    add_duplicates(json, job, report);
    add_lineage(json, report->lineage);
    smci_write_int(json, "gaps_total", report->gaps->total);
}

enum smc_status report_figures(const struct job *job, const struct report *report,
                               enum smc_status rc, const struct smc_error *why,
                               struct smc_buf *text, struct smc_error *err)
{
    struct smci_writer json = smci_write_begin(text, SMCI_WRITE_COMPACT);
    json.log = job->log;
    smci_write_text(&json, "toolkit", "sigmacat " SMC_VERSION);
    smci_write_text(&json, "error", rc == SMC_OK || !why ? "" : why->detail);
    add_figures(&json, job, report);
    return smci_write_end(&json, err);
}

static enum smc_status add_head(const struct job *job, const struct report *report,
                                enum smc_status rc, const struct smc_error *why,
                                struct smc_buf *text, struct smc_error *err)
{
    int64_t now = job->clock->wall_ms(job->clock->ctx);
    int64_t took = job->clock->now_ms(job->clock->ctx) - report->began_ms;
    struct smci_writer writer = smci_write_begin(text, SMCI_WRITE_LINES);
    writer.log = job->log;
    struct smci_writer *json = &writer;
    smci_write_text(json, "toolkit", "sigmacat " SMC_VERSION);
    smci_write_text(json, "host", job->settings->host);
    add_time(json, "start", now - took);
    add_time(json, "end", now);
    smci_write_text(json, "result", report->is_published ? "published" : "failed");
    smci_write_text(json, "error", rc == SMC_OK || !why ? "" : why->detail);
    if (job->selection.is_partial)
        smci_write_bool(json, "partial", true);
    if (job->set && smci_fileset_timestamp(job->set))
        smci_write_int(json, "timestamp", smci_fileset_timestamp(job->set));
    add_figures(json, job, report);
    return smci_write_end(json, err);
}

/* ---- whether it could be written ---- */

/* One that is missing now may be there when the report is written. */
static bool is_made_by_run(const struct extract_settings *settings, const char *directory)
{
    char *made = NULL;
    if (smci_cli_makes(settings->output, directory))
        return true;
    if (!settings->state && asprintf(&made, "%s/.sigmacat", settings->output) < 0)
        return false;
    bool is_made = smci_cli_makes(settings->state ? settings->state : made, directory);
    free(made);
    return is_made;
}

static enum smc_status check_directory(const struct extract_settings *settings,
                                       const char *directory, struct smc_error *err)
{
    struct stat st;
    if (stat(directory, &st) != 0) {
        if (errno != ENOENT)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't examine it", directory);
        if (is_made_by_run(settings, directory))
            return SMC_OK;
        return smc_error_set(err, SMC_ERR_IO, "%s: the directory does not exist", directory);
    }
    if (!S_ISDIR(st.st_mode))
        return smc_error_set(err, SMC_ERR_IO, "%s: this is not a directory", directory);
    const char *why = smci_cli_why_unwritable(directory);
    return why ? smc_error_set(err, SMC_ERR_IO, "%s: can't be written to: %s", directory, why)
               : SMC_OK;
}

static enum smc_status check_stdout(struct smc_error *err)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags != -1 && (flags & O_ACCMODE) != O_RDONLY)
        return SMC_OK;
    return smc_error_set(err, SMC_ERR_IO, "standard output is closed or can't be written to");
}

enum smc_status report_check(const struct extract_settings *settings, struct smc_error *err)
{
    const char *path = settings->report;
    struct stat st;
    if (!path)
        return SMC_OK;
    if (strcmp(path, "-") == 0)
        return check_stdout(err);
    bool is_there = stat(path, &st) == 0;
    if (!is_there && errno == ENAMETOOLONG)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%.80s...: can't be written", path);
    if (is_there && S_ISDIR(st.st_mode))
        return smc_error_set(err, SMC_ERR_IO, "%s: this is a directory; a file is expected", path);
    if (is_there && !S_ISREG(st.st_mode))
        return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0
                   ? SMC_OK
                   : smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be written", path);
    /* A file is replaced, so it is its directory that counts. */
    const char *slash = strrchr(path, '/');
    char *directory =
        slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    enum smc_status rc =
        directory ? check_directory(settings, directory, err)
                  : smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    free(directory);
    return rc;
}

/* ---- writing ---- */

static enum smc_status write_gap(void *ctx, const struct smci_item *gap, struct smc_error *err)
{
    (void)err;
    (void)fprintf(ctx, "%s\n  %s", gap->position > 1 ? "," : "", gap->tag);
    return SMC_OK;
}

/* The gaps follow the head one by one, since there may be as many as objects. */
static enum smc_status write_all(const struct job *job, const struct smc_buf *head, FILE *fp,
                                 struct smc_error *err)
{
    /* Without the "\n}\n" of its end. */
    (void)fwrite(head->data, 1, head->len - 3, fp);
    (void)fputs(",\n \"gaps\": [", fp);
    enum smc_status rc = SMC_OK;
    if (job->store)
        rc = job_each_item(job, LIST_GAPS, write_gap, fp, err);
    (void)fputs("]\n}\n", fp);
    if (rc == SMC_OK && (fflush(fp) != 0 || ferror(fp)))
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: %s: can't be written",
                                   fp == stdout ? "standard output" : job->settings->report);
    return rc;
}

/* A file appears whole or not at all; a pipe or a terminal is written to as it is. */
static bool is_file_or_nothing(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static enum smc_status write_file(const struct job *job, const struct smc_buf *head,
                                  struct smc_error *err)
{
    const char *path = job->settings->report;
    bool is_renamed = is_file_or_nothing(path);
    struct smc_buf part = SMC_BUF_INIT(65536);
    enum smc_status rc = smc_buf_addf(&part, "%s%s", path, is_renamed ? ".part" : "");
    FILE *fp = rc == SMC_OK ? fopen(part.data, "we") : NULL;
    if (!fp) {
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: %s: can't be written", path);
        smc_buf_clear(&part);
        return rc;
    }
    rc = write_all(job, head, fp, err);
    if (rc == SMC_OK && is_renamed && fsync(fileno(fp)) != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: %s: can't be written", path);
    if (fclose(fp) != 0 && rc == SMC_OK)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: %s: can't be written", path);
    if (rc == SMC_OK && is_renamed && rename(part.data, path) != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: can't rename it to %s", path);
    if (rc != SMC_OK && is_renamed)
        (void)unlink(part.data);
    smc_buf_clear(&part);
    return rc;
}

enum smc_status report_write(const struct job *job, const struct report *report, enum smc_status rc,
                             struct smc_error *err)
{
    struct smc_error own = SMC_ERROR_INIT;
    struct smc_buf head = SMC_BUF_INIT(SMC_BODY_MAX);
    if (!job->settings->report)
        return rc;
    /* Then that is why the run has ended, or the lesser of its troubles. */
    if (!job->client && report_check(job->settings, NULL) != SMC_OK)
        return rc;
    enum smc_status made = add_head(job, report, rc, err, &head, &own);
    if (made == SMC_OK)
        made = strcmp(job->settings->report, "-") == 0 ? write_all(job, &head, stdout, &own)
                                                       : write_file(job, &head, &own);
    smc_buf_clear(&head);
    if (made == SMC_OK)
        return rc;
    if (rc == SMC_ERR_GAPS) { /* the run has not failed */
        if (err)
            smc_log_write(job->log, SMC_LOG_WARN, "%s", err->detail);
        smc_error_reset(err);
        rc = SMC_OK;
    }
    if (rc != SMC_OK) { /* `err` is taken */
        smc_log_write(job->log, SMC_LOG_ERROR, "%s", own.detail);
        return rc;
    }
    (void)smc_error_copy(err, &own);
    return made;
}
