#include "result.h"

#include <string.h>

#include "outputs.h"

/* ---- members ---- */

static void add_known(struct smci_writer *json, const char *name, bool is_known, int64_t number)
{
    if (is_known)
        smci_write_int(json, name, number);
    else
        smci_write_null(json, name);
}

static void add_file(struct smci_writer *json, const struct upload_files *files, size_t index)
{
    const struct upload_file *file = &files->items[index];
    struct smc_buf path = SMC_BUF_INIT(SIZE_MAX);
    if (upload_files_path(files, index, &path) != SMC_OK)
        (void)smc_buf_fail(json->out, SMC_ERR_NOMEM);
    smci_write_object(json, NULL);
    smci_write_text(json, "path", smc_buf_str(&path));
    add_known(json, "size", file->identity.size > 0, file->identity.size);
    smci_write_text_or_null(json, "sha256", file->sha256);
    add_known(json, "records", file->record_count >= 0, file->record_count);
    smci_write_text(json, "state", upload_state_name(file->state));
    smci_write_text(json, "destination", file->destination);
    smci_write_int(json, "tries", file->tries);
    add_known(json, "http_status", file->http_status > 0, file->http_status);
    smci_write_text_or_null(json, "error", file->why);
    smci_write_close(json);
    smc_buf_clear(&path);
}

static void add_files(struct smci_writer *json, const struct upload_job *job)
{
    if (!job) {
        smci_write_null(json, "files");
        return;
    }
    smci_write_array(json, "files");
    for (size_t i = 0; i < job->files.count; i++)
        add_file(json, &job->files, i);
    smci_write_close(json);
}

static void add_calls(struct smci_writer *json, const struct upload_job *job)
{
    if (!job || !job->has_stats) {
        smci_write_null(json, "calls");
        return;
    }
    smci_write_object(json, "calls");
    smci_cli_result_calls(json, &job->stats);
    smci_write_close(json);
}

/* The member of an object of its own, or null. */
static void add_part(struct smci_writer *json, const char *name, const struct smc_buf *part)
{
    if (part)
        smci_write_members(json, part);
    else
        smci_write_null(json, name);
}

static void add_details(struct smci_writer *json, const struct upload_job *job)
{
    smci_write_object(json, "details");
    smci_write_array(json, "answers");
    for (int status = 0; job && status < UPLOAD_ANSWERS; status++) {
        if (job->answers[status] == 0)
            continue;
        smci_write_object(json, NULL);
        add_known(json, "http_status", status > 0, status);
        smci_write_int(json, "count", job->answers[status]);
        smci_write_close(json);
    }
    smci_write_close(json);
    smci_write_close(json);
}

enum smc_status upload_result_members(const struct upload_result_of *of, struct smc_buf *text,
                                      struct smc_error *err)
{
    const struct upload_settings *settings = of->settings;
    struct smci_writer json = smci_write_begin(text, SMCI_WRITE_LINES);
    json.log = of->job ? of->job->log : NULL;
    smci_write_text_or_null(&json, "source_id", settings ? settings->source_uuid : NULL);
    smci_write_text_or_null(&json, "file_type",
                            settings ? upload_type_name(settings->file_type) : NULL);
    add_files(&json, of->job);
    add_calls(&json, of->job);
    add_part(&json, "uploads", of->uploads);
    add_part(&json, "checks", of->checks);
    if (of->has_details)
        add_details(&json, of->job);
    else
        smci_write_null(&json, "details");
    return smci_write_end(&json, err);
}

enum smci_cli_word upload_result_word(const struct upload_files *files, enum smc_status rc)
{
    size_t sent = 0;
    size_t open = 0;
    for (size_t i = 0; i < files->count; i++) {
        sent += files->items[i].state == UPLOAD_SENT;
        open += files->items[i].state != UPLOAD_SENT && files->items[i].state != UPLOAD_SKIPPED;
    }
    return rc != SMC_OK && rc != SMC_ERR_CANCELLED && sent > 0 && open > 0
               ? SMCI_CLI_WORD_PARTIAL
               : SMCI_CLI_WORD_BY_STATUS;
}

/* ---- the whole ---- */

static enum smci_cli_mode mode_of(const struct upload_settings *settings)
{
    if (settings->is_checking)
        return SMCI_CLI_MODE_CHECK;
    if (settings->is_listing)
        return SMCI_CLI_MODE_LIST;
    return settings->is_dry_run ? SMCI_CLI_MODE_DRY_RUN : SMCI_CLI_MODE_RUN;
}

/* `address` is filled, and lent to it. */
static struct smci_cli_result head_of(const struct smci_cli_ending *result,
                                      const struct upload_settings *settings,
                                      const struct smc_log *log, enum smc_status rc,
                                      const struct smc_error *err, struct smc_buf *address)
{
    (void)smc_buf_addf(address, "%s%s", smc_buf_str(&settings->origin),
                       smc_buf_str(&settings->prefix));
    struct smci_cli_result head = smci_cli_ending_head(result, &settings->sources, log, rc, err);
    head.program = upload_program()->name;
    head.mode = mode_of(settings);
    head.address_name = "endpoint";
    head.address = smc_buf_str(address);
    return head;
}

enum smc_status upload_result_report(const struct smci_cli_ending *result,
                                     const struct upload_job *job,
                                     const struct upload_result_of *of, enum smc_status rc,
                                     const struct smc_error *why, struct smc_error *err)
{
    struct upload_result_of whole = *of;
    whole.has_details = true;
    struct smc_buf members = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf address = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status made = upload_result_members(&whole, &members, err);
    const struct smci_cli_result head = head_of(result, job->settings, job->log, rc, why, &address);
    if (made == SMC_OK) {
        struct smci_writer json = smci_cli_result_begin(&text, SMCI_WRITE_LINES, &head);
        smci_write_members(&json, &members);
        made = smci_write_end(&json, err);
    }
    if (made == SMC_OK)
        made = upload_outputs_write(job, job->settings->report, &text, err);
    smc_buf_clear(&members);
    smc_buf_clear(&address);
    smc_buf_clear(&text);
    return made;
}

enum smc_status upload_result_print(struct smci_cli_ending *result,
                                    const struct upload_settings *settings, struct smc_log *log,
                                    enum smc_status rc, const struct smc_error *err)
{
    const struct smc_clock *clock = smc_clock_system();
    struct smc_buf address = SMC_BUF_INIT(SIZE_MAX);
    if (!smci_cli_result_is_due(&settings->sources, settings->is_json, settings->is_showing, rc))
        return rc;
    if (!result->ended_ms)
        result->ended_ms = clock->wall_ms(clock->ctx);
    if (!result->members.len) /* nothing was begun */
        (void)upload_result_members(&(const struct upload_result_of){.settings = settings},
                                    &result->members, NULL);
    const struct smci_cli_result head = head_of(result, settings, log, rc, err, &address);
    rc = smci_cli_result_print(&head, &result->members, log);
    smc_buf_clear(&address);
    return rc;
}
