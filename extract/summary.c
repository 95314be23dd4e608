#include "summary.h"

#include <time.h>

#include <sigmacat/json.h>

#include "lib/json/write.h"

/* Of the format, not of this toolkit: what Catalog expects to read. */
#define FORMAT_VERSION "0.26.131"

static void add_time(struct smci_writer *json, int64_t timestamp)
{
    time_t at = (time_t)timestamp;
    struct tm local;
    char text[40] = "";
    if (localtime_r(&at, &local))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
    smci_write_text(json, "executed_at", text);
}

/* The organisation's id came as JSON text; a tree wants what it means. */
static enum smc_status add_identity(struct smci_writer *json, const struct job *job,
                                    const struct smc_buf *organization)
{
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_json_span given = {organization->data, organization->len};
    smci_write_object(json, "connection_identity");
    smci_write_text(json, "host", job->settings->host);
    if (smc_json_type_of(given) == SMC_JSON_STRING && smc_json_decode(given, &id) == SMC_OK)
        smci_write_text(json, "organization_id", smc_buf_str(&id));
    smci_write_close(json);
    enum smc_status rc = smc_buf_status(&id);
    smc_buf_clear(&id);
    return rc;
}

/* Which of the files Catalog does not ask for, if there are any. */
static void add_extras(struct smci_writer *json, const struct job *job)
{
    bool is_any = false;
    for (enum asset_id i = FEED_COUNT; i < ASSET_COUNT; i++) {
        if (!job->files[i])
            continue;
        if (!is_any)
            smci_write_array(json, "extras");
        is_any = true;
        smci_write_text(json, NULL, asset_of(i)->name);
    }
    if (is_any)
        smci_write_close(json);
}

static void add_extraction(struct smci_writer *json, const struct job *job,
                           const struct summary *summary)
{
    smci_write_object(json, "extraction");
    smci_write_text(json, "toolkit", "sigmacat");
    smci_write_text(json, "version", SMC_VERSION);
    smci_write_object(json, "files");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        if (!job->files[i])
            continue;
        smci_write_object(json, asset_of(i)->name);
        smci_write_int(json, "records", smci_part_records(job->files[i]));
        smci_write_int(json, "bytes", smci_part_bytes(job->files[i]));
        smci_write_close(json);
    }
    smci_write_close(json);
    add_extras(json, job);
    gaps_to_json(summary->gaps, json);
    degraded_to_json(summary->degraded, json);
    if (job->selection.is_partial)
        smci_write_bool(json, "partial", true);
    smci_write_close(json);
}

enum smc_status summary_write(const struct job *job, const struct summary *summary,
                              struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT((size_t)1024 * 1024);
    struct smci_part *file = NULL;
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_LINES);
    json.log = job->log;
    smci_write_text(&json, "python_version", "not Python");
    smci_write_text(&json, "version", FORMAT_VERSION);
    add_time(&json, smci_fileset_timestamp(job->set));
    enum smc_status rc = add_identity(&json, job, summary->organization);
    smci_write_bool(&json, "extracts_whole_organization", summary->is_whole);
    add_extraction(&json, job, summary);
    rc = rc == SMC_OK ? smci_write_end(&json, err)
                      : smc_error_set(err, rc, "organization_id: %s", smc_error_text(rc));
    if (rc == SMC_OK)
        rc = smci_fileset_file(job->set, "summary", &file, err);
    if (rc == SMC_OK)
        rc = smci_part_text(file, text.data, text.len, err);
    if (rc == SMC_OK)
        rc = smci_part_finish(file, err);
    smc_buf_clear(&text);
    return rc;
}
