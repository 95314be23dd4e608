#include "stats.h"

#include <stdlib.h>
#include <string.h>

enum smc_status smci_stats_reserve(struct smci_stats *stats, size_t more)
{
    if (stats->used + more <= stats->allocated)
        return SMC_OK;
    size_t size = 2 * (stats->used + more);
    struct smci_count *counts = reallocarray(stats->counts, size, sizeof *counts);
    if (!counts)
        return SMC_ERR_NOMEM;
    stats->counts = counts;
    stats->allocated = size;
    return SMC_OK;
}

void smci_stats_count(struct smci_stats *stats, const char *kind, int http_status)
{
    stats->sums.calls++;
    stats->sums.refused += http_status == 429;
    size_t at = stats->used; /* behind the last of its kind */
    for (size_t i = 0; i < stats->used; i++) {
        struct smci_count *one = &stats->counts[i];
        if (strcmp(one->kind, kind) != 0)
            continue;
        at = i + 1;
        if (one->http_status == http_status) {
            one->count++;
            return;
        }
    }
    struct smci_count *place = stats->counts + at;
    (void)memmove(place + 1, place, (stats->used++ - at) * sizeof *place);
    *place = (struct smci_count){kind, http_status, 1};
}

void smci_stats_clear(struct smci_stats *stats)
{
    free(stats->counts);
    stats->counts = NULL;
    stats->used = stats->allocated = 0;
}
