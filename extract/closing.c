#include "closing.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/cli/live.h"
#include "lib/cli/terminal.h"

/* As many as the table has then. */
#define COLUMNS_OF_CHANGES 64

bool closing_has_table(const struct job *job)
{
    return smci_cli_is_for_person(&job->settings->logging, job->log);
}

/* ---- the log ---- */

static void tell_done(const struct closing *closing)
{
    const struct job *job = closing->job;
    struct smc_client_stats stats;
    smc_client_get_stats(job->client, &stats);
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_DONE,
                   SMCI_FACTS(.set = smci_fileset_timestamp(job->set), .calls = stats.calls,
                              .refused = stats.refused, .retries = stats.retries,
                              .seconds = (double)closing->took_ms / 1000),
                   "Done in %.1f s with %" PRId64 " calls, %" PRId64 " refused, %" PRId64
                   " retried",
                   (double)closing->took_ms / 1000, stats.calls, stats.refused, stats.retries);
}

static void tell_log(const struct closing *closing)
{
    const struct job *job = closing->job;
    const struct reused *reused = closing->reused;
    if (!closing_has_table(job)) /* which has it, too */
        tell_done(closing);
    if (reused->count)
        smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_REUSED,
                       SMCI_FACTS(.count = reused->count,
                                  .seconds = (double)(job_wall_s(job) - reused->oldest_s)),
                       "%" PRId64 " answers of earlier runs were reused, the oldest %" PRId64
                       " s old",
                       reused->count, job_wall_s(job) - reused->oldest_s);
    gaps_log_summary(closing->gaps);
    degraded_log(closing->degraded, job);
}

/* ---- the table ---- */

static void add_size(struct smc_buf *text, int64_t bytes)
{
    struct smci_cli_line size = {.columns = SMCI_CLI_LINE_MAX};
    smci_cli_line_add_bytes(&size, (double)bytes);
    (void)smc_buf_addf(text, " %8s", size.text);
}

/* Beside the files, where they fit; else only their sums are told. */
static bool shows_changes(const struct closing *closing)
{
    return closing->changes->is_known && smci_cli_columns(STDERR_FILENO) >= COLUMNS_OF_CHANGES;
}

static void add_file(struct smc_buf *text, const struct closing *closing, enum asset_id asset)
{
    const struct smci_part *file = closing->job->files[asset];
    const struct smci_changes *changes = &closing->changes->files[asset];
    (void)smc_buf_addf(text, "  %-18s %9" PRId64, asset_of(asset)->name, smci_part_records(file));
    add_size(text, smci_part_bytes(file));
    if (shows_changes(closing) && closing->changes->is_compared[asset])
        (void)smc_buf_addf(text, " %8" PRId64 " %7" PRId64 " %7" PRId64, changes->came,
                           changes->went, changes->changed);
    else if (shows_changes(closing))
        (void)smc_buf_addf(text, " %8s %7s %7s", "-", "-", "-");
    (void)smc_buf_addstr(text, "\n");
}

/* How the set is, in its colour. */
static void add_state(struct smc_buf *text, const struct closing *closing)
{
    int64_t gaps = closing->gaps->total;
    char word[64] = "is complete";
    enum smci_cli_state state = SMCI_CLI_GOOD;
    if (closing->degraded->count > 0) {
        state = SMCI_CLI_BAD;
        (void)snprintf(word, sizeof word, "is degraded, with %" PRId64 " gap%s", gaps,
                       gaps == 1 ? "" : "s");
    } else if (gaps > 0) {
        state = SMCI_CLI_DOUBTFUL;
        (void)snprintf(word, sizeof word, "has %" PRId64 " gap%s", gaps, gaps == 1 ? "" : "s");
    }
    (void)smc_buf_addf(text, " %s%s%s", smci_cli_color(STDERR_FILENO, state), word,
                       smci_cli_color_end(STDERR_FILENO));
    if (closing->job->selection.is_partial)
        (void)smc_buf_addstr(text, ", and is partial");
}

static void add_compared(struct smc_buf *text, const struct closing *closing)
{
    struct smci_changes sums = {0};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        sums.came += closing->changes->files[i].came;
        sums.went += closing->changes->files[i].went;
        sums.changed += closing->changes->files[i].changed;
    }
    (void)smc_buf_addf(
        text, "  Since set %" PRId64 ": %" PRId64 " new, %" PRId64 " gone, %" PRId64 " changed.\n",
        closing->changes->before, sums.came, sums.went, sums.changed);
}

static void add_effort(struct smc_buf *text, const struct closing *closing)
{
    struct smc_client_stats stats;
    smc_client_get_stats(closing->job->client, &stats);
    (void)smc_buf_addf(text, "  Read with %" PRId64 " calls in %.1f s", stats.calls,
                       (double)closing->took_ms / 1000);
    if (stats.refused)
        (void)smc_buf_addf(text, ", %" PRId64 " refused", stats.refused);
    if (stats.retries)
        (void)smc_buf_addf(text, ", %" PRId64 " retried", stats.retries);
    (void)smc_buf_addstr(text, ".\n");
}

static void add_table(struct smc_buf *text, const struct closing *closing)
{
    const struct job *job = closing->job;
    int64_t records = 0;
    int64_t bytes = 0;
    (void)smc_buf_addf(text, "\n  %-18s %9s %8s", "file", "records", "size");
    if (shows_changes(closing))
        (void)smc_buf_addf(text, " %8s %7s %7s", "new", "gone", "changed");
    (void)smc_buf_addstr(text, "\n");
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->files[i]) {
            add_file(text, closing, i);
            records += smci_part_records(job->files[i]);
            bytes += smci_part_bytes(job->files[i]);
        }
    (void)smc_buf_addf(text, "  %-18s %9" PRId64, "in all", records);
    add_size(text, bytes);
    (void)smc_buf_addf(text, "\n\n  Set %" PRId64, smci_fileset_timestamp(job->set));
    add_state(text, closing);
    (void)smc_buf_addstr(text, ".\n");
    if (closing->changes->is_known)
        add_compared(text, closing);
    add_effort(text, closing);
}

void closing_tell(const struct closing *closing)
{
    tell_log(closing);
    if (!closing_has_table(closing->job))
        return;
    struct smc_buf text = SMC_BUF_INIT(65536);
    add_table(&text, closing);
    ssize_t ignored = write(STDERR_FILENO, smc_buf_str(&text), text.len);
    (void)ignored;
    smc_buf_clear(&text);
}
