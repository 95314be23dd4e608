/* The rate limit and the edge's block. */
#include "priv.h"

#include <stdlib.h>
#include <time.h>

enum { EDGE_WINDOW_MS = 10000 };

int64_t sim_now(const struct sim *sim)
{
    struct timespec now;

    if (sim->opt.now_ms)
        return sim->opt.now_ms(sim->opt.now_ctx);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int limits_start(struct sim *sim)
{
    struct limits *l = &sim->limits;

    l->tokens = sim->opt.burst > 0 ? (double)sim->opt.burst : 1.0;
    l->filled_ms = sim_now(sim);
    if (sim->opt.edge_after <= 0)
        return 0;
    l->refused_ms = calloc((size_t)sim->opt.edge_after, sizeof(*l->refused_ms));
    return l->refused_ms ? 0 : -1;
}

void limits_stop(struct sim *sim)
{
    free(sim->limits.refused_ms);
}

static bool take_token(struct sim *sim, int64_t now)
{
    struct limits *l = &sim->limits;
    double full = sim->opt.burst > 0 ? (double)sim->opt.burst : 1.0;

    if (now > l->filled_ms) {
        l->tokens += sim->opt.rate * (double)(now - l->filled_ms) / 1000.0;
        l->filled_ms = now;
    }
    if (l->tokens > full)
        l->tokens = full;
    if (l->tokens < 1.0)
        return false;
    l->tokens -= 1.0;
    return true;
}

/* A refusal; when the oldest of the last `edge_after` is within the window, a block begins. */
static void note_refusal(struct sim *sim, int64_t now)
{
    struct limits *l = &sim->limits;
    long n = sim->opt.edge_after;
    int64_t oldest;

    if (n <= 0)
        return;
    l->refused_ms[l->refused_count++ % n] = now;
    if (l->refused_count < n)
        return;
    oldest = l->refused_ms[l->refused_count % n];
    if (now - oldest <= EDGE_WINDOW_MS) {
        l->blocked_until_ms = now + sim->opt.edge_seconds * 1000;
        l->refused_count = 0;
        sim->stats.blocks++;
    }
}

/* Whether this call is one of those refused at random. */
static bool is_unlucky(struct sim *sim)
{
    long number = sim->limits.asked++;
    uint64_t hash = hash_bytes(&number, sizeof(number), sim->opt.seed << 16);

    return (double)(hash % 10000) < 100 * sim->opt.refuse;
}

static enum admission decide(struct sim *sim, bool is_token)
{
    struct limits *l = &sim->limits;
    int64_t now = sim_now(sim);

    if (now < l->blocked_until_ms)
        return BLOCKED;
    if (!is_token && (is_unlucky(sim) || (sim->opt.rate > 0 && !take_token(sim, now)))) {
        note_refusal(sim, now);
        return REFUSED;
    }
    l->calls++;
    return sim->opt.down_after > 0 && l->calls > sim->opt.down_after ? DOWN : ADMITTED;
}

enum admission limits_admit(struct sim *sim, bool is_token)
{
    enum admission admission;

    pthread_mutex_lock(&sim->lock);
    admission = decide(sim, is_token);
    if (admission == REFUSED || admission == BLOCKED)
        sim->stats.refusals++;
    pthread_mutex_unlock(&sim->lock);
    return admission;
}
