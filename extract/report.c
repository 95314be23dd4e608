#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/cli/output.h"
#include "lib/json/write.h"

#include "outputs.h"

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

/* ---- writing ---- */

static enum smc_status write_gap(void *ctx, const struct smci_item *gap, struct smc_error *err)
{
    (void)err;
    smci_cli_output_text(ctx, gap->position > 1 ? ",\n  " : "\n  ");
    smci_cli_output_text(ctx, gap->tag);
    return SMC_OK;
}

/* The gaps follow the head one by one, since there may be as many as objects. */
static enum smc_status write_all(const struct job *job, const struct smc_buf *head,
                                 struct smc_error *err)
{
    struct smci_cli_output *out = NULL;
    enum smc_status rc = smci_cli_output_open(&out, job->settings->report, job->stop_fd, err);
    if (rc != SMC_OK)
        return rc;
    /* Without the "\n}\n" of its end. */
    smci_cli_output_add(out, head->data, head->len - 3);
    smci_cli_output_text(out, ",\n \"gaps\": [");
    if (job->store)
        rc = job_each_item(job, LIST_GAPS, write_gap, out, err);
    smci_cli_output_text(out, "]\n}\n");
    if (rc == SMC_OK)
        return smci_cli_output_commit(out, err);
    smci_cli_output_abort(out);
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
    if (!job->client && outputs_check(job->settings, job->settings->report, NULL) != SMC_OK)
        return rc;
    enum smc_status made = add_head(job, report, rc, err, &head, &own);
    if (made == SMC_OK)
        made = write_all(job, &head, &own);
    smc_buf_clear(&head);
    return outputs_end(job, "--report", made, &own, rc, err);
}
