#include <sigmacat/client.h>

#include <string.h>

#include "client_object.h"

/* How long until a call may start, as far as that is the pace's or a retry's affair. */
static int64_t wait_ms_of(const struct smc_client *client, int64_t now)
{
    struct smci_pace pace = client->sender.pace;
    bool is_idle = smci_http_in_flight(client->sender.http) == 0;
    int64_t wait = 0;
    if (smci_queue_next(&client->queue) || (is_idle && !client->queue.waiting))
        wait = smci_pace_wait_ms(&pace, now);
    else if (is_idle)
        wait = smci_queue_due_ms(&client->queue) - now;
    return wait == SMCI_PACE_FULL || wait < 0 ? 0 : wait;
}

void smc_client_get_stats_sized(const struct smc_client *client, struct smc_client_stats *stats,
                                size_t size)
{
    struct smc_client_stats sums = client->sender.stats.sums;
    int64_t now = smci_sender_now(&client->sender);
    sums.wait_ms = wait_ms_of(client, now);
    sums.asked_ms = client->sender.asked_until_ms > now ? client->sender.asked_until_ms - now : 0;
    sums.rate = smci_pace_rate(&client->sender.pace);
    (void)memset(stats, 0, size);
    (void)memcpy(stats, &sums, size < sizeof sums ? size : sizeof sums);
}

void smci_client_found(const struct smc_client *client, struct smci_pace_found *found)
{
    *found = smci_pace_found(&client->sender.pace);
}

void smc_client_each_stat(const struct smc_client *client, smc_stat_fn *fn, void *ctx)
{
    const struct smci_stats *stats = &client->sender.stats;
    for (size_t i = 0; i < stats->used; i++)
        fn(ctx, stats->counts[i].kind, stats->counts[i].http_status, stats->counts[i].count);
}

const struct smci_latency *smci_client_latency(const struct smc_client *client)
{
    return &client->sender.stats.latency;
}
