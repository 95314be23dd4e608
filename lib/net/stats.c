/* What the client counts. */
#include "client_internal.h"

#include <stdlib.h>
#include <string.h>

void smci_client_count(struct smc_client *client, const char *kind, int http_status)
{
    client->stats.calls++;
    if (http_status == 429)
        client->stats.refused++;
    size_t at = client->counts_used; /* behind the last of its kind */
    for (size_t i = 0; i < client->counts_used; i++) {
        struct smci_count *one = &client->counts[i];
        if (strcmp(one->kind, kind) != 0)
            continue;
        at = i + 1;
        if (one->http_status == http_status) {
            one->count++;
            return;
        }
    }
    if (client->counts_used == client->counts_size) {
        size_t size = client->counts_size ? client->counts_size * 2 : 16;
        struct smci_count *more = realloc(client->counts, size * sizeof *more);
        if (!more) {
            struct smc_error why = SMC_ERROR_INIT;
            (void)smc_error_set(&why, SMC_ERR_NOMEM, "out of memory");
            smc_client_fail(client, &why);
            return;
        }
        client->counts = more;
        client->counts_size = size;
    }
    struct smci_count *place = client->counts + at;
    (void)memmove(place + 1, place, (client->counts_used++ - at) * sizeof *place);
    *place = (struct smci_count){kind, http_status, 1};
}

void smc_client_get_stats(const struct smc_client *client, struct smc_client_stats *stats)
{
    *stats = client->stats;
    stats->rate = smci_pace_rate(&client->pace);
}

void smc_client_each_stat(const struct smc_client *client, smc_stat_fn *fn, void *ctx)
{
    for (size_t i = 0; i < client->counts_used; i++)
        fn(ctx, client->counts[i].kind, client->counts[i].http_status, client->counts[i].count);
}
