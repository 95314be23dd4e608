#include "closing.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/cli/live.h"
#include "lib/cli/terminal.h"

#include "report.h"

/* For a person, in the order of interest. */
static const struct {
    enum upload_state state;
    const char *word;
    enum smci_cli_state color;
} states[] = {{UPLOAD_SENT, "sent", SMCI_CLI_GOOD},
              {UPLOAD_SKIPPED, "accepted before", SMCI_CLI_GOOD},
              {UPLOAD_CHANGED, "changed meanwhile", SMCI_CLI_BAD},
              {UPLOAD_CUT, "perhaps accepted", SMCI_CLI_DOUBTFUL},
              {UPLOAD_HELD, "held back", SMCI_CLI_DOUBTFUL},
              {UPLOAD_FAILED, "failed", SMCI_CLI_BAD},
              {UPLOAD_WAITING, "not sent", SMCI_CLI_BAD}};

struct sums {
    int64_t files;
    int64_t bytes;
    int64_t tries;
};

static void add_file(struct sums *sums, const struct upload_file *file)
{
    sums->files++;
    sums->bytes += file->identity.size;
    sums->tries += file->tries;
}

static void add_sums(struct smc_buf *text, const struct sums *sums)
{
    struct smci_cli_line size = {.columns = SMCI_CLI_LINE_MAX};
    smci_cli_line_add_bytes(&size, (double)sums->bytes);
    (void)smc_buf_addf(text, " %5" PRId64 " %8s %5" PRId64 "\n", sums->files, size.text,
                       sums->tries);
}

static void add_rows(struct smc_buf *text, const struct upload_files *files)
{
    struct sums all = {0};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct sums sums = {0};
        for (size_t k = 0; k < files->count; k++)
            if (files->items[k].state == states[i].state)
                add_file(&sums, &files->items[k]);
        if (sums.files == 0)
            continue;
        (void)smc_buf_addf(text, "  %s%-17s%s", smci_cli_color(STDERR_FILENO, states[i].color),
                           states[i].word, smci_cli_color_end(STDERR_FILENO));
        add_sums(text, &sums);
    }
    for (size_t k = 0; k < files->count; k++)
        add_file(&all, &files->items[k]);
    (void)smc_buf_addf(text, "  %-17s", "in all");
    add_sums(text, &all);
}

/* In a word, and its colour; what the log says above is not said again. */
static void add_end(struct smc_buf *text, const struct upload_job *job, enum smc_status rc)
{
    size_t there = upload_report_count(&job->files, UPLOAD_SENT) +
                   upload_report_count(&job->files, UPLOAD_SKIPPED);
    enum smci_cli_state state = SMCI_CLI_BAD;
    const char *word = "not complete";
    if (there == job->files.count) {
        state = rc == SMC_OK ? SMCI_CLI_GOOD : SMCI_CLI_DOUBTFUL;
        word = rc == SMC_OK ? "complete" : "complete, but not recorded";
    }
    int64_t took_ms = job->clock->now_ms(job->clock->ctx) - job->began_ms;
    (void)smc_buf_addf(text, "\n  Upload %s%s%s: %" PRId64 " call%s in %.1f s",
                       smci_cli_color(STDERR_FILENO, state), word,
                       smci_cli_color_end(STDERR_FILENO), job->stats.calls,
                       job->stats.calls == 1 ? "" : "s", (double)took_ms / 1000);
    if (job->stats.refused)
        (void)smc_buf_addf(text, ", %" PRId64 " refused", job->stats.refused);
    (void)smc_buf_addstr(text, ".\n");
}

void upload_closing_tell(const struct upload_job *job, enum smc_status rc)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    if (!smci_cli_is_for_person(&job->settings->logging, job->log))
        return;
    (void)smc_buf_addf(&text, "\n  %-17s %5s %8s %5s\n", "what became of it", "files", "size",
                       "tries");
    add_rows(&text, &job->files);
    add_end(&text, job, rc);
    ssize_t ignored = write(STDERR_FILENO, smc_buf_str(&text), text.len);
    (void)ignored;
    smc_buf_clear(&text);
}
