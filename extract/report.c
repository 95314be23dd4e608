#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/json/tree.h"

#include "lib/cli/place.h"

#include "run.h"

static void add_time(struct smci_tree *root, const char *name, int64_t wall_ms)
{
    time_t at = (time_t)(wall_ms / 1000);
    struct tm utc;
    char text[40] = "";
    if (gmtime_r(&at, &utc))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    (void)smci_tree_add_text(root, name, text);
}

static void add_count(void *ctx, const char *kind, int http_status, int64_t count)
{
    struct smci_tree *calls = ctx;
    char status[16];
    struct smci_tree *by_status = smci_tree_get(calls, kind);
    if (!by_status)
        by_status = smci_tree_add_object(calls, kind);
    (void)snprintf(status, sizeof status, "%d", http_status);
    (void)smci_tree_add_int(by_status, http_status ? status : "none", count);
}

static void add_calls(struct smci_tree *root, const struct run *run)
{
    struct smc_client_stats stats = {0};
    struct smci_tree *calls = smci_tree_add_object(root, "calls");
    if (run->client) {
        smc_client_get_stats(run->client, &stats);
        smc_client_each_stat(run->client, add_count, calls);
    }
    (void)smci_tree_add_int(root, "calls_total", stats.calls);
    (void)smci_tree_add_int(root, "retries", stats.retries);
    (void)smci_tree_add_int(root, "refusals", stats.refused);
    (void)smci_tree_add_int(root, "waited_ms", stats.waited_ms);
    (void)smci_tree_add_int(root, "received_bytes", stats.received);
    (void)smci_tree_add_int(root, "reused", run->reused);
    if (run->reused)
        add_time(root, "oldest_reused", run->oldest_reused_s * 1000);
}

static void add_records(struct smci_tree *root, const struct run *run)
{
    struct smci_tree *records = smci_tree_add_object(root, "records");
    for (int i = 0; i < ASSET_COUNT; i++)
        if (run->files[i])
            (void)smci_tree_add_int(records, asset_of((enum asset_id)i)->name,
                                    smci_part_records(run->files[i]));
}

/* Rows whose id was listed before. */
static void add_duplicates(struct smci_tree *root, const struct run *run)
{
    struct smci_tree *duplicates = smci_tree_add_object(root, "duplicate_ids");
    for (int i = 0; i < ASSET_COUNT; i++)
        if (run->selection.is_asked[i] && asset_of((enum asset_id)i)->role == ROLE_LISTING)
            (void)smci_tree_add_int(duplicates, asset_of((enum asset_id)i)->name,
                                    run->listings[i].rows - run->listings[i].distinct);
}

static void add_lineage(struct smci_tree *root, const struct run *run)
{
    struct smci_tree *lineage = smci_tree_add_object(root, "lineage_references");
    (void)smci_tree_add_int(lineage, "tables", run->lineage.tables);
    (void)smci_tree_add_int(lineage, "queries", run->lineage.queries);
    struct smci_tree *without = smci_tree_add_object(lineage, "without_table");
    (void)smci_tree_add_int(without, "csv_upload", run->lineage.uploads);
    (void)smci_tree_add_int(without, "not_in_this_lineage", run->lineage.foreign);
    (void)smci_tree_add_int(without, "path_not_readable", run->lineage.unresolved);
    (void)smci_tree_add_int(without, "path_empty", run->lineage.empty);
}

static enum smc_status add_head(const struct run *run, enum smc_status rc,
                                const struct smc_error *why, struct smc_buf *text,
                                struct smc_error *err)
{
    int64_t now = run->clock->wall_ms(run->clock->ctx);
    int64_t took = run->clock->now_ms(run->clock->ctx) - run->began_ms;
    struct smci_tree *root = smci_tree_object();
    (void)smci_tree_add_text(root, "toolkit", "sigmacat " SMC_VERSION);
    (void)smci_tree_add_text(root, "host", run->settings->host);
    add_time(root, "start", now - took);
    add_time(root, "end", now);
    (void)smci_tree_add_text(root, "result", run->is_published ? "published" : "failed");
    (void)smci_tree_add_text(root, "error", rc == SMC_OK || !why ? "" : why->detail);
    if (run->selection.is_partial)
        (void)smci_tree_add_bool(root, "partial", true);
    if (run->set)
        (void)smci_tree_add_int(root, "timestamp", smci_fileset_timestamp(run->set));
    add_calls(root, run);
    add_records(root, run);
    add_duplicates(root, run);
    add_lineage(root, run);
    (void)smci_tree_add_int(root, "gaps_total", run->gaps.total);
    enum smc_status made = smci_tree_dump(root, false, text, err);
    smci_tree_free(root);
    return made;
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
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be looked at", directory);
        if (is_made_by_run(settings, directory))
            return SMC_OK;
        return smc_error_set(err, SMC_ERR_IO, "%s: the directory does not exist", directory);
    }
    if (!S_ISDIR(st.st_mode))
        return smc_error_set(err, SMC_ERR_IO, "%s: a directory is expected, and this is none",
                             directory);
    const char *why = smci_cli_why_unwritable(directory);
    return why ? smc_error_set(err, SMC_ERR_IO, "%s: can't be written to: %s", directory, why)
               : SMC_OK;
}

enum smc_status report_check(const struct extract_settings *settings, struct smc_error *err)
{
    const char *path = settings->report;
    struct stat st;
    if (!path || strcmp(path, "-") == 0)
        return SMC_OK;
    bool is_there = stat(path, &st) == 0;
    if (!is_there && errno == ENAMETOOLONG)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%.80s...: can't be written", path);
    if (is_there && S_ISDIR(st.st_mode))
        return smc_error_set(err, SMC_ERR_IO, "%s: a directory, where a file is expected", path);
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

/* The gaps follow the head one by one, since there may be as many as objects. */
static enum smc_status write_gaps(struct run *run, FILE *fp, struct smc_error *err)
{
    struct smci_item item;
    bool found = run->store != NULL;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found) {
        rc = smci_list_next(run->store, LIST_GAPS, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        (void)fprintf(fp, "%s\n  %s", at ? "," : "", item.tag);
        at = item.position;
    }
    return rc;
}

static enum smc_status write_all(struct run *run, const struct smc_buf *head, FILE *fp,
                                 struct smc_error *err)
{
    /* Without the "\n}\n" of its end. */
    (void)fwrite(head->data, 1, head->len - 3, fp);
    (void)fputs(",\n \"gaps\": [", fp);
    enum smc_status rc = write_gaps(run, fp, err);
    (void)fputs("]\n}\n", fp);
    if (rc == SMC_OK && (fflush(fp) != 0 || ferror(fp)))
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: %s: can't be written",
                                   run->settings->report);
    return rc;
}

/* A file appears whole or not at all; what is no file (a pipe, a terminal) is written to as it is. */
static bool is_file_or_nothing(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static enum smc_status write_file(struct run *run, const struct smc_buf *head,
                                  struct smc_error *err)
{
    const char *path = run->settings->report;
    bool is_renamed = is_file_or_nothing(path);
    struct smc_buf part = SMC_BUF_INIT(65536);
    enum smc_status rc = smc_buf_addf(&part, "%s%s", path, is_renamed ? ".part" : "");
    FILE *fp = rc == SMC_OK ? fopen(part.data, "we") : NULL;
    if (!fp) {
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "--report: %s: can't be written", path);
        smc_buf_clear(&part);
        return rc;
    }
    rc = write_all(run, head, fp, err);
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

enum smc_status report_write(struct run *run, enum smc_status rc, struct smc_error *err)
{
    struct smc_error own = SMC_ERROR_INIT;
    struct smc_buf head = SMC_BUF_INIT(SMC_BODY_MAX);
    if (!run->settings->report)
        return rc;
    /* Then that is why the run has ended, or the lesser of its troubles. */
    if (!run->client && report_check(run->settings, NULL) != SMC_OK)
        return rc;
    enum smc_status made = add_head(run, rc, err, &head, &own);
    if (made == SMC_OK)
        made = strcmp(run->settings->report, "-") == 0 ? write_all(run, &head, stdout, &own)
                                                       : write_file(run, &head, &own);
    smc_buf_clear(&head);
    if (made == SMC_OK)
        return rc;
    if (rc != SMC_OK) { /* `err` is taken */
        smc_log_write(run->log, SMC_LOG_ERROR, "%s", own.detail);
        return rc;
    }
    if (err)
        *err = own;
    return made;
}
