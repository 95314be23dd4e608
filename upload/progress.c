#include "progress.h"

#include <stdlib.h>
#include <unistd.h>

#include <sigmacat/client.h>

#include "lib/cli/live.h"

struct slot {
    const char *name; /* NULL: free */
    int64_t size;
    int64_t at;
};

struct upload_progress {
    struct smci_cli_live *live;
    const struct smc_clock *clock;
    const struct smc_client *client;
    int64_t begun_ms;
    int64_t byte_count; /* of all files */
    size_t file_count;
    int64_t done_bytes; /* of files that have ended */
    size_t done_files;
    size_t slot_count;
    struct slot slots[];
};

static int64_t now_ms(const struct upload_progress *p)
{
    return p->clock->now_ms(p->clock->ctx);
}

static int percent(int64_t part, int64_t whole)
{
    return whole > 0 ? (int)((double)part * 100 / (double)whole) : 100;
}

static void compose(void *ctx, struct smci_cli_line *line)
{
    const struct upload_progress *p = ctx;
    struct smc_client_stats stats;
    int64_t moved = p->done_bytes;
    for (size_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].name)
            moved += p->slots[i].at;
    double elapsed_s = (double)(now_ms(p) - p->begun_ms) / 1000;
    double rate = elapsed_s > 0 ? (double)moved / elapsed_s : 0;
    smci_cli_line_add(line, "%zu/%zu files, %d%% of ", p->done_files, p->file_count,
                      percent(moved, p->byte_count));
    smci_cli_line_add_bytes(line, (double)p->byte_count);
    if (rate >= 1) {
        smci_cli_line_add(line, ", ");
        smci_cli_line_add_bytes(line, rate);
        smci_cli_line_add(line, "/s, ");
        smci_cli_line_add_time(line, (int64_t)((double)(p->byte_count - moved) / rate));
        smci_cli_line_add(line, " left");
    }
    smc_client_get_stats(p->client, &stats);
    smci_cli_line_add_waits(line, "Catalog", &stats);
    line->facts.total = (int64_t)p->file_count;
    line->facts.done = (int64_t)p->done_files;
    for (size_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].name)
            smci_cli_line_add(line, " | %s %d%%", p->slots[i].name,
                              percent(p->slots[i].at, p->slots[i].size));
}

struct upload_progress *upload_progress_new(const struct upload_job *job,
                                            const struct smc_client *client, size_t slot_count)
{
    struct upload_progress *p = calloc(1, sizeof *p + slot_count * sizeof *p->slots);
    if (!p)
        return NULL;
    const struct smci_cli_live_opt opt = {
        .fd = STDERR_FILENO,
        .log = job->log,
        .when = (enum smci_cli_progress_when)job->settings->logging.progress,
        .clock = job->clock,
        .compose = compose,
        .ctx = p};
    p->clock = job->clock;
    p->client = client;
    p->begun_ms = now_ms(p);
    p->slot_count = slot_count;
    for (size_t i = 0; i < job->files.count; i++) {
        if (job->files.items[i].state != UPLOAD_WAITING)
            continue;
        p->byte_count += job->files.items[i].identity.size;
        p->file_count++;
    }
    p->live = smci_cli_live_new(&opt);
    return p;
}

void upload_progress_free(struct upload_progress *progress)
{
    if (progress)
        smci_cli_live_free(progress->live);
    free(progress);
}

void upload_progress_begin(struct upload_progress *progress, size_t slot, const char *name,
                           int64_t size)
{
    if (progress)
        progress->slots[slot] = (struct slot){name, size, 0};
}

void upload_progress_at(struct upload_progress *progress, size_t slot, int64_t byte_count)
{
    if (!progress)
        return;
    progress->slots[slot].at = byte_count;
    smci_cli_live_tick(progress->live);
}

void upload_progress_end(struct upload_progress *progress, size_t slot)
{
    if (!progress)
        return;
    progress->done_files++;
    progress->done_bytes += progress->slots[slot].size;
    progress->slots[slot].name = NULL;
}

void upload_progress_tick(struct upload_progress *progress)
{
    if (progress)
        smci_cli_live_tick(progress->live);
}
