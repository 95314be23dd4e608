#include "report.h"

#include <string.h>

#include "field_coverage.h"

#include "lib/net/pace_text.h"
#include "lib/net/special.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum smci_cli_word report_word(const struct report *report, enum smc_status rc)
{
    if (rc != SMC_OK && rc != SMC_ERR_GAPS)
        return SMCI_CLI_WORD_BY_STATUS;
    if (report->degraded->count > 0)
        return SMCI_CLI_WORD_DEGRADED;
    return report->gaps->total > 0 ? SMCI_CLI_WORD_GAPS : SMCI_CLI_WORD_OK;
}

/* A name and what it counts. */
struct counted {
    const char *name;
    int64_t count;
};

static void add_counted(struct smci_writer *json, const struct counted *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        smci_write_int(json, rows[i].name, rows[i].count);
}

/* An item of an array of such. */
static void add_item(struct smci_writer *json, const char *of, const char *name, const char *what,
                     int64_t count)
{
    smci_write_object(json, NULL);
    smci_write_text(json, of, name);
    smci_write_int(json, what, count);
    smci_write_close(json);
}

/* ---- the set ---- */

static void add_organization(struct smci_writer *json, const struct report *report)
{
    struct smc_buf id = SMC_BUF_INIT(65536);
    const struct smc_buf *text = report ? report->organization : NULL;
    if (text && text->len &&
        smc_json_decode((struct smc_json_span){text->data, text->len}, &id) != SMC_OK)
        smc_buf_reset(&id);
    smci_write_text(json, "organization_id", id.len ? smc_buf_str(&id) : NULL);
    smc_buf_clear(&id);
}

static void add_file(struct smci_writer *json, const struct job *job, enum asset_id asset)
{
    const struct smci_part *file = job->files[asset];
    smci_write_object(json, NULL);
    smci_write_text(json, "name", asset_of(asset)->name);
    smci_write_text(json, "path", smci_part_path(file));
    smci_write_int(json, "records", smci_part_records(file));
    smci_write_int(json, "bytes", smci_part_bytes(file));
    smci_write_close(json);
}

static const char *state_of(const struct report *report)
{
    if (report->degraded->count > 0)
        return "degraded";
    return report->gaps->total > 0 ? "gaps" : "complete";
}

static void add_set(struct smci_writer *json, const struct job *job, const struct report *report)
{
    if (!job || !report || !report->is_published) {
        smci_write_null(json, "set");
        return;
    }
    smci_write_object(json, "set");
    smci_write_int(json, "timestamp", smci_fileset_timestamp(job->set));
    smci_write_text(json, "directory", job->settings->output);
    smci_write_text(json, "state", state_of(report));
    smci_write_array(json, "degraded");
    for (size_t i = 0; i < report->degraded->count; i++)
        smci_write_text(json, NULL, report->degraded->kinds[i]);
    smci_write_close(json);
    smci_write_bool(json, "is_partial", job->selection.is_partial);
    smci_write_bool(json, "is_whole_organization", report->is_whole);
    smci_write_array(json, "files");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->files[i])
            add_file(json, job, i);
    smci_write_close(json);
    smci_write_close(json);
}

/* ---- how it was got ---- */

static void add_calls(struct smci_writer *json, const struct job *job, const struct report *report)
{
    struct smc_client_stats stats;
    if (!job || !report || !job->client) {
        smci_write_null(json, "calls");
        return;
    }
    smc_client_get_stats(job->client, &stats);
    smci_write_object(json, "calls");
    smci_cli_result_calls(json, &stats);
    smci_write_int(json, "reused", report->reused);
    smci_write_time(json, "oldest_reused", report->oldest_reused_s * 1000);
    smci_write_close(json);
}

static void add_gaps(struct smci_writer *json, const struct job *job, const struct report *report)
{
    if (!job || !report || !job->client) {
        smci_write_null(json, "gaps");
        return;
    }
    smci_write_object(json, "gaps");
    smci_write_int(json, "total", report->gaps->total);
    smci_write_array(json, "by_asset");
    for (size_t i = 0; i < GAP_KINDS_MAX && report->gaps->kinds[i].kind; i++)
        add_item(json, "asset", report->gaps->kinds[i].kind, "count", report->gaps->kinds[i].count);
    smci_write_close(json);
    smci_write_close(json);
}

static void add_changes(struct smci_writer *json, const struct report *report)
{
    if (!report || !report->is_published || !report->changes->is_known) {
        smci_write_null(json, "changes");
        return;
    }
    smci_write_object(json, "changes");
    smci_write_int(json, "since", report->changes->before);
    smci_write_array(json, "files");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        const struct smci_changes *found = &report->changes->files[i];
        const struct counted rows[] = {
            {"new", found->came}, {"gone", found->went}, {"changed", found->changed}};
        if (!report->changes->is_compared[i])
            continue;
        smci_write_object(json, NULL);
        smci_write_text(json, "name", asset_of(i)->name);
        add_counted(json, rows, COUNT(rows));
        smci_write_close(json);
    }
    smci_write_close(json);
    smci_write_close(json);
}

/* ---- details ---- */

static void add_answers(void *ctx, const char *kind, int http_status, int64_t count)
{
    struct smci_writer *json = ctx;
    smci_write_object(json, NULL);
    smci_write_text(json, "asset", kind);
    if (http_status)
        smci_write_int(json, "http_status", http_status);
    else
        smci_write_null(json, "http_status");
    smci_write_int(json, "count", count);
    smci_write_close(json);
}

static void add_lineage(struct smci_writer *json, const struct lineage_counts *counts)
{
    const struct counted rows[] = {{"tables", counts->tables},
                                   {"queries", counts->queries},
                                   {"csv_upload", counts->uploads},
                                   {"not_in_this_lineage", counts->foreign},
                                   {"path_not_readable", counts->unresolved},
                                   {"path_empty", counts->empty}};
    smci_write_object(json, "lineage_references");
    add_counted(json, rows, COUNT(rows));
    smci_write_close(json);
}

static void add_fields(struct smci_writer *json, const struct field_lineage *fields)
{
    if (!fields->is_written) {
        smci_write_null(json, "field_lineage");
        return;
    }
    smci_write_object(json, "field_lineage");
    field_coverage_add(json, &fields->total);
    smci_write_array(json, "documents");
    smci_write_close(json);
    smci_write_close(json);
}

static void add_details(struct smci_writer *json, const struct job *job,
                        const struct report *report)
{
    smci_write_object(json, "details");
    smci_write_array(json, "answers");
    if (job->client)
        smc_client_each_stat(job->client, add_answers, json);
    smci_write_close(json);
    smci_write_array(json, "records"); /* also of files that were not published */
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->files[i])
            add_item(json, "name", asset_of(i)->name, "records", smci_part_records(job->files[i]));
    smci_write_close(json);
    smci_write_array(json, "duplicate_ids");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->selection.is_asked[i] && asset_of(i)->role == ROLE_LISTING)
            add_item(json, "asset", asset_of(i)->name, "count", report->duplicates[i]);
    smci_write_close(json);
    add_lineage(json, report->lineage);
    add_fields(json, report->fields);
    smci_write_array(json, "gaps");
    smci_write_close(json);
    smci_write_close(json);
}

/* [kind, answers, median in ms, 95th percentile in ms] */
static void add_latency(struct smci_writer *json, const struct job *job)
{
    const struct smci_latency *latency = smci_client_latency(job->client);
    smci_write_array(json, "latency");
    for (size_t i = 0; i < latency->count; i++) {
        smci_write_array(json, NULL);
        smci_write_text(json, NULL, latency->kinds[i].kind);
        smci_write_int(json, NULL, latency->kinds[i].count);
        smci_write_int(json, NULL, smci_latency_percentile(latency, i, 50));
        smci_write_int(json, NULL, smci_latency_percentile(latency, i, 95));
        smci_write_close(json);
    }
    smci_write_close(json);
}

/* In words; null where none was met. */
static void add_limit(struct smci_writer *json, const struct job *job)
{
    char text[SMCI_PACE_TEXT_MAX];
    struct smci_pace_found found;
    smci_client_found(job->client, &found);
    smci_pace_text(&found, text, sizeof text);
    smci_write_text(json, "limit", found.rate > 0 || found.at_once > 0 ? text : NULL);
}

static void add_course(struct smci_writer *json, const struct job *job, const struct report *report)
{
    if (!job || !report || !job->client) {
        smci_write_null(json, "course");
        return;
    }
    smci_write_object(json, "course");
    add_limit(json, job);
    timeline_to_json(report->timeline, json);
    add_latency(json, job);
    add_lineage(json, report->lineage);
    smci_write_close(json);
}

static enum smci_write_layout layout_of(enum report_extent extent)
{
    return extent == REPORT_FIGURES ? SMCI_WRITE_COMPACT : SMCI_WRITE_LINES;
}

enum smc_status report_members(const struct job *job, const struct report *report,
                               const struct smc_buf *checks, enum report_extent extent,
                               struct smc_buf *text, struct smc_error *err)
{
    struct smci_writer json = smci_write_begin(text, layout_of(extent));
    json.log = job ? job->log : NULL;
    add_organization(&json, report);
    add_set(&json, job, report);
    add_calls(&json, job, report);
    add_gaps(&json, job, report);
    add_changes(&json, report);
    if (checks)
        smci_write_members(&json, checks);
    else
        smci_write_null(&json, "checks");
    if (extent == REPORT_DETAILS && job && report)
        add_details(&json, job, report);
    else
        smci_write_null(&json, "details");
    if (extent == REPORT_FIGURES)
        add_course(&json, job, report);
    return smci_write_end(&json, err);
}

enum smc_status report_object(const struct job *job, const struct report *report,
                              const struct smci_cli_result *head, enum report_extent extent,
                              struct smc_buf *text, struct smc_error *err)
{
    struct smc_buf members = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = report_members(job, report, NULL, extent, &members, err);
    if (rc == SMC_OK) {
        struct smci_writer json = smci_cli_result_begin(text, layout_of(extent), head);
        smci_write_members(&json, &members);
        rc = smci_write_end(&json, err);
    }
    smc_buf_clear(&members);
    return rc;
}
