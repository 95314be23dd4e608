#include "metrics.h"

#include "lib/cli/metrics.h"
#include "lib/cli/output.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"

#include "history.h"
#include "outputs.h"

static void add_time(struct smci_cli_metrics *metrics, const char *name, const char *help,
                     int64_t unix_s)
{
    smci_cli_metrics_family(metrics, name, help);
    smci_cli_metrics_int(metrics, NULL, unix_s);
}

static void add_run(struct smci_cli_metrics *metrics, const struct job *job,
                    const struct report *report, enum smc_status rc)
{
    struct smc_client_stats stats = {0};
    int64_t now_s = job_wall_s(job);
    int64_t success_s = now_s;
    bool has_success = report->is_published;
    if (job->client)
        smc_client_get_stats(job->client, &stats);
    if (!has_success && job->store)
        (void)history_last_end(job, &has_success, &success_s, NULL);
    add_time(metrics, "last_run_timestamp_seconds", "When the last run ended, Unix time.", now_s);
    if (has_success)
        add_time(metrics, "last_success_timestamp_seconds",
                 "When a run last published a set, Unix time.", success_s);
    smci_cli_metrics_family(metrics, "duration_seconds", "How long the last run took.");
    smci_cli_metrics_ms(metrics, NULL, job->clock->now_ms(job->clock->ctx) - report->began_ms);
    smci_cli_metrics_family(metrics, "exit_status", "The last run's exit status.");
    smci_cli_metrics_int(metrics, NULL, smci_cli_exit_status(rc, smci_cli_signals_caught()));
    smci_cli_metrics_family(metrics, "calls", "Calls to Sigma's API in the last run.");
    smci_cli_metrics_int(metrics, NULL, stats.calls);
    smci_cli_metrics_family(metrics, "refused_calls", "Of these, calls that were answered 429.");
    smci_cli_metrics_int(metrics, NULL, stats.refused);
    smci_cli_metrics_family(metrics, "received_bytes", "Bytes of answers, decompressed.");
    smci_cli_metrics_int(metrics, NULL, stats.received);
    smci_cli_metrics_family(
        metrics, "degraded",
        "1: too much of the last set could not be read, so that it is not sent.");
    smci_cli_metrics_int(metrics, NULL, report->degraded->count > 0);
}

static void add_gaps(struct smci_cli_metrics *metrics, const struct gaps *gaps)
{
    smci_cli_metrics_family(metrics, "gaps", "What could not be read, by kind of call.");
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        smci_cli_metrics_int(metrics, &(struct smci_cli_label){"asset", gaps->kinds[i].kind},
                             gaps->kinds[i].count);
    if (!gaps->kinds[0].kind)
        smci_cli_metrics_int(metrics, &(struct smci_cli_label){"asset", ""}, 0);
}

static void add_files(struct smci_cli_metrics *metrics, const struct job *job)
{
    smci_cli_metrics_family(metrics, "records", "Records of the last set, by file.");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->files[i])
            smci_cli_metrics_int(metrics, &(struct smci_cli_label){"asset", asset_of(i)->name},
                                 smci_part_records(job->files[i]));
    smci_cli_metrics_family(metrics, "bytes", "Bytes of the last set, by file.");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->files[i])
            smci_cli_metrics_int(metrics, &(struct smci_cli_label){"asset", asset_of(i)->name},
                                 smci_part_bytes(job->files[i]));
}

static enum smc_status compose(const struct job *job, const struct report *report,
                               enum smc_status rc, struct smc_buf *text, struct smc_error *err)
{
    const struct smc_buf *organization = report->organization;
    struct smc_buf id = SMC_BUF_INIT(4096);
    if (organization->len)
        (void)smc_json_decode((struct smc_json_span){organization->data, organization->len}, &id);
    const struct smci_cli_label common[] = {
        {"profile", job->settings->profile ? job->settings->profile : ""},
        {"organization", smc_buf_str(&id)}};
    struct smci_cli_metrics metrics = {
        .text = text, .prefix = "castor_extract_sigma_", .common = common, .common_count = 2};
    add_run(&metrics, job, report, rc);
    add_gaps(&metrics, report->gaps);
    if (report->is_published)
        add_files(&metrics, job);
    smc_buf_clear(&id);
    enum smc_status made = smc_buf_status(text);
    return made == SMC_OK ? made : smc_error_set(err, made, "%s", smc_error_text(made));
}

enum smc_status metrics_write(const struct job *job, const struct report *report,
                              enum smc_status rc, struct smc_error *err)
{
    const char *path = job->settings->metrics_file;
    struct smc_error own = SMC_ERROR_INIT;
    struct smc_buf text = SMC_BUF_INIT(1000000);
    struct smci_cli_output *out = NULL;
    /* Then that is why the run has ended, or the lesser of its troubles. */
    if (!path || (!job->client && outputs_check(job->settings, path, NULL) != SMC_OK))
        return rc;
    enum smc_status made = compose(job, report, rc, &text, &own);
    if (made == SMC_OK)
        made = smci_cli_output_open(&out, path, job->stop_fd, &own);
    if (made == SMC_OK) {
        smci_cli_output_text(out, smc_buf_str(&text));
        made = smci_cli_output_commit(out, &own);
    }
    smc_buf_clear(&text);
    return outputs_end(job, "--metrics-file", made, &own, rc, err);
}
