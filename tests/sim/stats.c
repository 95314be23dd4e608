/* What was seen. */
#include "priv.h"

#include <stdlib.h>
#include <string.h>

void stats_begin(struct request *req)
{
    struct stats *s = &req->sim->stats;

    if (req->own)
        return;
    pthread_mutex_lock(&req->sim->lock);
    req->serial = ++req->sim->serial;
    req->in_flight = true;
    s->in_flight++;
    if (s->in_flight > s->max_in_flight)
        s->max_in_flight = s->in_flight;
    pthread_mutex_unlock(&req->sim->lock);
}

void stats_end(struct request *req, int status, size_t bytes)
{
    struct stats *s = &req->sim->stats;

    if (req->own || req->counted)
        return;
    pthread_mutex_lock(&req->sim->lock);
    req->counted = true;
    if (req->in_flight)
        s->in_flight--;
    req->in_flight = false;
    s->by_status[req->kind][status > 0 && status < STATUS_MAX ? status : 0]++;
    s->bytes += (long)bytes;
    if (status == 200 && req->kind != K_TOKEN && req->kind != K_UPLOAD &&
        counts_up(&s->answered, hash_bytes(req->uri, strlen(req->uri), 0)) > 1)
        s->repeats[req->kind]++;
    pthread_mutex_unlock(&req->sim->lock);
}

void stats_unexpected(struct sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    sim->stats.unexpected++;
    pthread_mutex_unlock(&sim->lock);
}

void stats_add(struct sim *sim, long *count, long more)
{
    pthread_mutex_lock(&sim->lock);
    *count += more;
    pthread_mutex_unlock(&sim->lock);
}

void stats_clear(struct sim *sim)
{
    const struct stats before = sim->stats;

    counts_clear(&sim->stats.answered);
    memset(&sim->stats, 0, sizeof(sim->stats));
    sim->stats.in_flight = before.in_flight;
    sim->stats.open = before.open;
    sim->stats.silent = before.silent;
    sim->stats.stalled = before.stalled;
}

void sim_stats_reset(struct sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    stats_clear(sim);
    uploads_clear(sim);
    pthread_mutex_unlock(&sim->lock);
}

static long sum(const struct stats *s, int kind, int status)
{
    long n = 0;
    int i;

    if (status != 0)
        return s->by_status[kind][status > 0 && status < STATUS_MAX ? status : 0];
    for (i = 0; i < STATUS_MAX; i++)
        n += s->by_status[kind][i];
    return n;
}

long sim_calls(struct sim *sim, const char *kind, int status)
{
    enum kind only = kind ? kind_of(kind) : KIND_COUNT;
    long n = 0;
    int i;

    pthread_mutex_lock(&sim->lock);
    for (i = 0; i < KIND_COUNT; i++)
        if (!kind || i == (int)only)
            n += sum(&sim->stats, i, status);
    pthread_mutex_unlock(&sim->lock);
    return n;
}

static long locked(struct sim *sim, const long *value)
{
    long n;

    pthread_mutex_lock(&sim->lock);
    n = *value;
    pthread_mutex_unlock(&sim->lock);
    return n;
}

bool sim_is_silent(struct sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    const struct stats *s = &sim->stats;
    bool is_silent = s->silent + s->stalled > 0 && s->in_flight == s->silent;
    pthread_mutex_unlock(&sim->lock);
    return is_silent;
}

long sim_max_in_flight(struct sim *sim)
{
    return locked(sim, &sim->stats.max_in_flight);
}

long sim_connections(struct sim *sim)
{
    return locked(sim, &sim->stats.connections);
}

long sim_open(struct sim *sim)
{
    return locked(sim, &sim->stats.open);
}

long sim_bytes(struct sim *sim)
{
    return locked(sim, &sim->stats.bytes);
}

long sim_token_violations(struct sim *sim)
{
    return locked(sim, &sim->stats.token_violations);
}

long sim_unexpected(struct sim *sim)
{
    return locked(sim, &sim->stats.unexpected);
}

long sim_refusals(struct sim *sim)
{
    return locked(sim, &sim->stats.refusals);
}

long sim_blocks(struct sim *sim)
{
    return locked(sim, &sim->stats.blocks);
}

long sim_repeats(struct sim *sim, const char *kind)
{
    enum kind only = kind ? kind_of(kind) : KIND_COUNT;
    long n = 0;
    int i;

    for (i = 0; i < KIND_COUNT; i++)
        if (!kind || i == (int)only)
            n += locked(sim, &sim->stats.repeats[i]);
    return n;
}

static void put_kind(const struct stats *s, int kind, struct text *t)
{
    int i;

    text_lit(t, "{\"all\":");
    text_long(t, sum(s, kind, 0));
    for (i = 0; i < STATUS_MAX; i++) {
        if (s->by_status[kind][i] == 0)
            continue;
        text_lit(t, ",\"");
        text_long(t, i);
        text_lit(t, "\":");
        text_long(t, s->by_status[kind][i]);
    }
    text_lit(t, ",\"repeats\":");
    text_long(t, s->repeats[kind]);
    text_lit(t, "}");
}

char *sim_stats_json(struct sim *sim)
{
    const struct stats *s = &sim->stats;
    const struct {
        const char *name;
        const long *value;
    } numbers[] = {
        {"max_in_flight", &s->max_in_flight},
        {"connections", &s->connections},
        {"bytes", &s->bytes},
        {"token_violations", &s->token_violations},
        {"unexpected", &s->unexpected},
        {"refusals", &s->refusals},
        {"blocks", &s->blocks},
        {"uploads", &sim->upload_count},
    };
    struct text t = TEXT_INIT;
    size_t i;
    int kind;

    pthread_mutex_lock(&sim->lock);
    text_lit(&t, "{\"calls\":{");
    for (kind = 0; kind < KIND_COUNT; kind++) {
        text_str(&t, kind > 0 ? ",\"" : "\"");
        text_str(&t, kind_name((enum kind)kind));
        text_lit(&t, "\":");
        put_kind(s, kind, &t);
    }
    text_lit(&t, "}");
    for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        text_lit(&t, ",\"");
        text_str(&t, numbers[i].name);
        text_lit(&t, "\":");
        text_long(&t, *numbers[i].value);
    }
    pthread_mutex_unlock(&sim->lock);
    text_lit(&t, "}");
    return text_take(&t, NULL);
}
