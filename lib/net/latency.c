#include "latency.h"

#include <string.h>

/* The first that is above the step: 1, 2, 3, ..., then each a fifth above the one before. */
static int64_t end_of(size_t step)
{
    int64_t end = 1;
    for (size_t i = 0; i < step; i++)
        end += end / 5 > 1 ? end / 5 : 1;
    return end;
}

static size_t step_of(int64_t ms)
{
    size_t step = 0;
    for (int64_t end = 1; end <= ms && step + 1 < SMCI_LATENCY_STEPS; step++)
        end += end / 5 > 1 ? end / 5 : 1;
    return step;
}

void smci_latency_add(struct smci_latency *latency, const char *kind, int64_t ms)
{
    size_t i = 0;
    while (i < latency->count && strcmp(latency->kinds[i].kind, kind) != 0)
        i++;
    if (i == SMCI_LATENCY_KINDS)
        return;
    if (i == latency->count)
        latency->kinds[latency->count++].kind = kind;
    latency->kinds[i].count++;
    latency->kinds[i].steps[step_of(ms)]++;
}

int64_t smci_latency_percentile(const struct smci_latency *latency, size_t i, int percent)
{
    int64_t wanted = (latency->kinds[i].count * percent + 99) / 100;
    int64_t seen = 0;
    size_t step = 0;
    while (step + 1 < SMCI_LATENCY_STEPS && (seen += latency->kinds[i].steps[step]) < wanted)
        step++;
    return end_of(step);
}
