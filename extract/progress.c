#include "progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cli/live.h"

struct progress {
    struct progress_of of;
    struct smci_cli_live *live;
    int64_t begun_ms;
};

static int64_t now_ms(const struct progress *p)
{
    return p->of.job->clock->now_ms(p->of.job->clock->ctx);
}

static void add_listing(const struct listing *listing, struct smci_cli_line *line)
{
    const char *name = asset_of(listing->asset)->name;
    if (listing->pages == 0 || listing->is_ended)
        return;
    smci_cli_line_add(line, " | %s %" PRId64, name, listing->rows.count);
    if (listing->total >= 0)
        smci_cli_line_add(line, "/%" PRId64, listing->total);
}

static void compose(void *ctx, struct smci_cli_line *line)
{
    const struct progress *p = ctx;
    struct smc_client_stats stats;
    int64_t wanted = 0;
    int64_t done = 0;
    smc_client_get_stats(p->of.job->client, &stats);
    for (int i = 0; i < CALL_COUNT; i++) {
        wanted += p->of.calls->wanted[i];
        done += p->of.calls->done[i];
    }
    double seconds = (double)(now_ms(p) - p->begun_ms) / 1000;
    /* Of less than a second it would say nothing. */
    double rate = seconds >= 1 ? (double)stats.calls / seconds : 0;
    smci_cli_line_add(line, "%" PRId64 " calls", stats.calls);
    if (rate > 0)
        smci_cli_line_add(line, ", %.1f/s", rate);
    smci_cli_line_add_waits(line, "Sigma", &stats);
    line->facts.total = wanted;
    line->facts.done = done;
    if (rate > 0 && wanted > done) {
        smci_cli_line_add(line, ", ");
        smci_cli_line_add_time(line, (int64_t)((double)(wanted - done) / rate));
        smci_cli_line_add(line, " left");
    }
    for (int i = 0; i < ASSET_COUNT; i++)
        if (asset_of(i)->role == ROLE_LISTING)
            add_listing(&p->of.listings[i], line);
    for (int i = 0; i < CALL_COUNT; i++)
        if (p->of.calls->wanted[i] > p->of.calls->done[i])
            smci_cli_line_add(line, " | %s %" PRId64 "/%" PRId64, asset_of(i)->name,
                              p->of.calls->done[i], p->of.calls->wanted[i]);
}

struct progress *progress_new(const struct progress_of *of)
{
    struct progress *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    const struct extract_settings *settings = of->job->settings;
    const struct smci_cli_live_opt opt = {
        .fd = STDERR_FILENO,
        .log = of->job->log,
        .when = (enum smci_cli_progress_when)settings->logging.progress,
        .clock = of->job->clock,
        .compose = compose,
        .ctx = p};
    p->of = *of;
    p->begun_ms = now_ms(p);
    p->live = smci_cli_live_new(&opt);
    return p;
}

void progress_tick(struct progress *progress)
{
    if (progress)
        smci_cli_live_tick(progress->live);
}

void progress_free(struct progress *progress)
{
    if (progress)
        smci_cli_live_free(progress->live);
    free(progress);
}
