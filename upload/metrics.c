#include "metrics.h"

#include <string.h>

#include "lib/cli/metrics.h"
#include "lib/cli/result.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"
#include "lib/store/ledger.h"

#include "outputs.h"
#include "owner.h"
#include "report.h"

/* ---- what the record knows of this source ---- */

struct last {
    struct smc_buf endpoint;
    const char *source_id;
    int64_t set_s;  /* when Catalog accepted a set; 0: never */
    int64_t file_s; /* likewise any file */
    struct smc_buf organization;
};

static enum smc_status take_set(void *ctx, const struct smci_ledger_set *set)
{
    struct last *last = ctx;
    if (strcmp(set->source_id, last->source_id) != 0)
        return SMC_OK;
    last->set_s = set->time_s;
    smc_buf_reset(&last->organization);
    return smc_buf_addstr(&last->organization, set->organization);
}

static enum smc_status take_entry(void *ctx, const struct smci_ledger_entry *entry)
{
    struct last *last = ctx;
    size_t len = last->endpoint.len;
    if (strncmp(entry->path, smc_buf_str(&last->endpoint), len) == 0 && entry->path[len] == '/' &&
        entry->time_s > last->file_s)
        last->file_s = entry->time_s;
    return SMC_OK;
}

/* As far as the record can be read: a monitoring system is told what is known. */
static void look_up(const struct upload_job *job, struct last *last)
{
    const struct upload_settings *settings = job->settings;
    (void)smc_buf_addf(&last->endpoint, "%s%s", smc_buf_str(&settings->origin),
                       smc_buf_str(&settings->prefix));
    (void)smci_ledger_each_source(job->ledger, smc_buf_str(&last->endpoint), take_set, last, NULL);
    if (last->set_s == 0) /* of files that are not sets */
        (void)smci_ledger_each(job->ledger, settings->source_uuid, take_entry, last, NULL);
}

/* ---- the figures ---- */

static void add_int(struct smci_cli_metrics *metrics, const char *name, const char *help,
                    int64_t value)
{
    smci_cli_metrics_family(metrics, name, help);
    smci_cli_metrics_int(metrics, NULL, value);
}

static void add_run(struct smci_cli_metrics *metrics, const struct upload_job *job,
                    const struct last *last, enum smc_status rc)
{
    int64_t now_s = job->clock->wall_ms(job->clock->ctx) / 1000;
    int64_t success_s = last->set_s ? last->set_s : last->file_s;
    if (rc == SMC_OK)
        success_s = now_s;
    add_int(metrics, "last_run_timestamp_seconds", "When the last upload ended, Unix time.", now_s);
    if (success_s > 0)
        add_int(metrics, "last_success_timestamp_seconds",
                "When Catalog last had all that was to be sent, Unix time.", success_s);
    smci_cli_metrics_family(metrics, "duration_seconds", "How long the last upload took.");
    smci_cli_metrics_ms(metrics, NULL, job->clock->now_ms(job->clock->ctx) - job->began_ms);
    add_int(metrics, "exit_status", "The last upload's exit status.",
            smci_cli_exit_status(rc, smci_cli_signals_caught()));
    add_int(metrics, "calls", "Calls to Catalog in the last upload, each try counted.",
            job->stats.calls);
    add_int(metrics, "refused_calls", "Of these, calls that were answered 429.",
            job->stats.refused);
}

static void add_files(struct smci_cli_metrics *metrics, const struct upload_files *files)
{
    int64_t bytes = 0;
    smci_cli_metrics_family(metrics, "files", "Files of the last upload, by what became of them.");
    for (int i = 0; i < UPLOAD_STATES; i++) {
        const struct smci_cli_label state = {"state", upload_state_name((enum upload_state)i)};
        smci_cli_metrics_int(metrics, &state,
                             (int64_t)upload_report_count(files, (enum upload_state)i));
    }
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].state == UPLOAD_SENT)
            bytes += files->items[i].identity.size;
    add_int(metrics, "sent_bytes", "Bytes of the files that Catalog accepted.", bytes);
}

/* The organisation of the set that was to go, else that of the last one that went. */
static const char *organization_of(const struct upload_job *job, const struct last *last)
{
    for (size_t i = 0; i < job->files.count; i++)
        if (job->files.items[i].organization)
            return job->files.items[i].organization;
    return smc_buf_str(&last->organization);
}

static enum smc_status compose(const struct upload_job *job, enum smc_status rc,
                               struct smc_buf *text, struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    struct last last = {.endpoint = SMC_BUF_INIT(65536),
                        .source_id = settings->source_uuid,
                        .organization = SMC_BUF_INIT(65536)};
    look_up(job, &last);
    const struct smci_cli_label common[] = {
        {"profile", smci_cli_result_profile(&settings->sources)},
        {"organization", organization_of(job, &last)},
        {"source_id", settings->source_uuid}};
    struct smci_cli_metrics metrics = {
        .text = text, .prefix = "castor_upload_", .common = common, .common_count = 3};
    add_run(&metrics, job, &last, rc);
    add_files(&metrics, &job->files);
    smc_buf_clear(&last.endpoint);
    smc_buf_clear(&last.organization);
    enum smc_status made = smc_buf_status(text);
    return made == SMC_OK ? made : smc_error_set(err, made, "%s", smc_error_text(made));
}

/* ---- the file ---- */

enum smc_status upload_metrics_write(const struct upload_job *job, enum smc_status rc,
                                     struct smc_error *err)
{
    struct smc_error own = SMC_ERROR_INIT;
    struct smc_buf text = SMC_BUF_INIT(1000000);
    const char *path = job->settings->metrics_file;
    if (!path)
        return rc;
    enum smc_status made = compose(job, rc, &text, &own);
    if (made == SMC_OK)
        made = upload_outputs_write(job, path, &text, &own);
    smc_buf_clear(&text);
    return upload_outputs_end(job, "--metrics-file", made, &own, rc, err);
}
