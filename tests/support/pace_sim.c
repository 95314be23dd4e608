#include "pace_sim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/net/pace.h"

#define IN_FLIGHT_MAX 256
#define BLOCK_MS      180000.0
#define NEVER         1e300

struct call {
    int id;
    bool was_refused;
    int64_t sent_ms;
    double arrives_ms, done_ms, answered_ms; /* at the server; served; back here */
    bool is_decided, is_refused, is_html, is_chance;
    int64_t retry_after_ms;
};

struct sim {
    const struct sim_case *c;
    struct smci_rng rng;
    double now_ms;
    struct call calls[IN_FLIGHT_MAX];
    int in_flight;
    double tokens, filled_ms;
    double kind_tokens, kind_filled_ms;
    int queued;                       /* ids handed out */
    struct call again[IN_FLIGHT_MAX]; /* refused, to be sent before others */
    int again_count;
    double share, share_until_ms, allow_share;
    bool is_share_on;
    double minute_offset_ms;
    int64_t minute;
    int in_minute;
    double blocked_until_ms;
    double refusals_ms[4096];
    int64_t refused;
    int accepted;
    double allowed, allowed_from_ms, burst_left, forbidden_until_ms;
    struct sim_result result;
};

static double between(struct sim *s, double low, double high)
{
    return low + (high - low) * smci_rng_unit(&s->rng);
}

static const struct sim_limit *limit_now(const struct sim *s)
{
    return s->c->change_at && s->accepted >= s->c->change_at ? &s->c->then : &s->c->limit;
}

/* 2 of 100 calls take three times as long. */
static double served_ms(struct sim *s)
{
    double factor = between(s, 0.7, 1.3);
    return s->c->latency_ms * (smci_rng_unit(&s->rng) < 0.02 ? 3 * factor : factor) / 1.04;
}

static double one_way_ms(struct sim *s)
{
    double ms = s->c->latency_ms / 4.0;
    return (ms < 25 ? ms : 25) * between(s, 0.5, 1.5);
}

/* ---- the server ---- */

static void allow(struct sim *s);

static void move_share(struct sim *s, double at)
{
    while (at >= s->share_until_ms) {
        allow(s);
        s->is_share_on = !s->is_share_on;
        s->share = s->is_share_on ? between(s, 0, 0.8) : 0;
        s->share_until_ms += between(s, 60000, 300000);
    }
}

/* Milliseconds until this call would be let through; 0: it is, and is counted. */
static double refusal_ms(struct sim *s, double at, struct call *call)
{
    const struct sim_limit *limit = limit_now(s);
    double wait = 0;
    call->is_chance = (s->c->is_first_refused && !call->was_refused) ||
                      (s->c->random > 0 && smci_rng_unit(&s->rng) < s->c->random);
    if (call->is_chance)
        return 1;
    if (s->c->kind.rate > 0 && call->id % 2 == 1) {
        s->kind_tokens = fmin(s->c->kind.burst,
                              s->kind_tokens + (at - s->kind_filled_ms) * s->c->kind.rate / 1000);
        s->kind_filled_ms = at;
        if (s->kind_tokens < 1)
            return (1 - s->kind_tokens) * 1000 / s->c->kind.rate;
        s->kind_tokens -= 1;
    }
    if (limit->rate > 0) {
        if (s->c->is_shared)
            move_share(s, at);
        s->tokens = fmin(limit->burst,
                         s->tokens + (at - s->filled_ms) * limit->rate * (1 - s->share) / 1000);
        s->filled_ms = at;
        if (s->tokens < 1)
            wait = (1 - s->tokens) * 1000 / limit->rate;
    }
    if (limit->per_minute > 0) {
        double in = at + s->minute_offset_ms;
        int64_t minute = (int64_t)(in / 60000);
        if (minute != s->minute)
            s->in_minute = 0;
        s->minute = minute;
        if (s->in_minute >= limit->per_minute)
            wait = fmax(wait, (double)(minute + 1) * 60000 - in);
    }
    int serving = 0;
    for (int i = 0; i < s->in_flight; i++)
        serving += s->calls[i].is_decided && !s->calls[i].is_refused && s->calls[i].done_ms > at;
    if (limit->cap > 0 && serving >= limit->cap)
        wait = fmax(wait, 1);
    if (wait <= 0) {
        s->tokens -= 1;
        s->in_minute++;
    }
    return wait;
}

static void note_refusal(struct sim *s, double at)
{
    s->refusals_ms[s->refused++ % 4096] = at;
    int recent = 0;
    for (int64_t i = s->refused - 1; i >= 0 && i > s->refused - 4096; i--, recent++)
        if (s->refusals_ms[i % 4096] <= at - 10000)
            break;
    if (recent > s->result.most_refused)
        s->result.most_refused = recent;
    if (s->c->block_after > 0 && recent >= s->c->block_after && at >= s->blocked_until_ms) {
        s->blocked_until_ms = at + BLOCK_MS;
        s->result.blocks++;
    }
}

static void arrive(struct sim *s, struct call *call)
{
    double at = call->arrives_ms;
    bool is_blocked = at < s->blocked_until_ms;
    double wait = is_blocked ? 1 : refusal_ms(s, at, call);
    call->is_decided = true;
    call->is_refused = wait > 0;
    call->is_html = is_blocked || s->c->is_html;
    call->retry_after_ms = -1;
    if (!call->is_refused)
        return;
    if (s->c->after == SIM_AFTER_SECONDS && !is_blocked && !call->is_chance)
        call->retry_after_ms = (int64_t)ceil(wait / 1000) * 1000;
    note_refusal(s, at);
    call->answered_ms = at + one_way_ms(s);
}

/* ---- the client ---- */

/* What one stretch of time with one limit, `ms` long, let through at most. */
static double allowed_in(struct sim *s, const struct sim_limit *limit, double ms)
{
    double window = s->c->concurrency ? s->c->concurrency : 5;
    if (limit->cap > 0 && limit->cap < window)
        window = limit->cap;
    double most = window / s->c->latency_ms * ms;
    if (s->c->max_rate > 0)
        most = fmin(most, s->c->max_rate * ms / 1000);
    if (s->c->random > 0)
        most = fmin(most * (1 - s->c->random), 1.9 / s->c->random * (1 - s->c->random) * ms / 1000);
    if (s->c->is_first_refused)
        most = fmin(most / 2, 1.9 * ms / 1000);
    if (s->c->kind.rate > 0)
        most = fmin(most, 2 * s->c->kind.rate * ms / 1000);
    if (limit->rate > 0) {
        double limited = limit->rate * (1 - s->allow_share) * ms / 1000;
        double burst = fmax(0, fmin(s->burst_left, most - limited));
        s->burst_left -= burst;
        most = fmin(most, limited + burst);
    }
    return limit->per_minute > 0 ? fmin(most, limit->per_minute) : most;
}

/* Adds what was allowed since the last time, minute by minute of the server's clock. */
static void allow(struct sim *s)
{
    while (s->allowed_from_ms < s->now_ms) {
        double in_minute = fmod(s->allowed_from_ms + s->minute_offset_ms, 60000);
        double ms = fmin(60000 - in_minute, s->now_ms - s->allowed_from_ms);
        s->allow_share = s->share;
        s->allowed += allowed_in(s, limit_now(s), ms);
        s->allowed_from_ms += fmax(ms, 0.001);
    }
}

/* A wait that the server imposes allows no more than its bucket can hold meanwhile. */
static void forbid(struct sim *s, int64_t ms)
{
    const struct sim_limit *limit = limit_now(s);
    double until = s->now_ms + (double)ms;
    double from = fmax(s->now_ms, s->forbidden_until_ms);
    if (limit->rate > 0 && until > from)
        s->allowed -= fmax(0, limit->rate * (until - from) / 1000 - limit->burst);
    s->forbidden_until_ms = fmax(until, s->forbidden_until_ms);
}

static void answer(struct sim *s, struct smci_pace *pace, int index)
{
    struct call call = s->calls[index];
    s->calls[index] = s->calls[--s->in_flight];
    int64_t now = (int64_t)s->now_ms;
    if (call.is_refused) {
        if (call.retry_after_ms > 0)
            forbid(s, call.retry_after_ms);
        call.was_refused = true;
        s->again[s->again_count++] = call;
        smci_pace_refused(pace, call.sent_ms, now, call.retry_after_ms, call.is_html);
        return;
    }
    if (s->accepted + 1 == s->c->change_at)
        allow(s);
    s->accepted++;
    smci_pace_accepted(pace, call.sent_ms, now);
}

static void send_call(struct sim *s, struct smci_pace *pace)
{
    struct call call = {.id = 0};
    if (s->again_count)
        call = s->again[--s->again_count];
    else
        call.id = s->queued++;
    call = (struct call){
        .id = call.id, .was_refused = call.was_refused, .sent_ms = (int64_t)s->now_ms};
    double served = served_ms(s);
    double way = one_way_ms(s);
    call.arrives_ms = s->now_ms + way;
    call.answered_ms = s->now_ms + fmax(served, 1.2 * way);
    call.done_ms = call.answered_ms - 0.2 * way;
    s->calls[s->in_flight++] = call;
    smci_pace_sent(pace, call.sent_ms);
}

/* The next thing that happens in the network; NEVER when nothing is under way. */
static double next_event(const struct sim *s, int *index)
{
    double at = NEVER;
    for (int i = 0; i < s->in_flight; i++) {
        const struct call *call = &s->calls[i];
        double when = call->is_decided ? call->answered_ms : call->arrives_ms;
        if (when < at) {
            at = when;
            *index = i;
        }
    }
    return at;
}

/* One step: a call is sent, or time moves on to what comes next. */
static void step(struct sim *s, struct smci_pace *pace)
{
    int64_t wait = smci_pace_wait_ms(pace, (int64_t)s->now_ms);
    if (wait == 0) {
        send_call(s, pace);
        return;
    }
    int index = 0;
    double event = next_event(s, &index);
    double free_at = wait == SMCI_PACE_FULL ? NEVER : floor(s->now_ms) + (double)wait;
    if (free_at >= NEVER && event >= NEVER)
        abort(); /* nothing is in flight and nothing may start: the pace is stuck */
    if (free_at <= event) {
        s->now_ms = free_at;
        return;
    }
    s->now_ms = event;
    if (s->calls[index].is_decided)
        answer(s, pace, index);
    else
        arrive(s, &s->calls[index]);
}

struct sim_result sim_run(const struct sim_case *c, uint64_t seed)
{
    struct sim *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->c = c;
    smci_rng_seed(&s->rng, seed);
    s->tokens = c->limit.burst;
    s->burst_left = c->limit.burst;
    s->kind_tokens = c->kind.burst;
    if (c->is_shared)
        s->share_until_ms = between(s, 0, 300000);
    s->minute_offset_ms = between(s, 0, 60000);
    struct smci_pace pace;
    struct smci_pace_opt opt = {c->concurrency ? c->concurrency : 5, c->max_rate, c->learnt_rate,
                                seed + 1};
    smci_pace_init(&pace, &opt, 0);
    while (s->accepted < c->calls && s->now_ms < 1e9)
        step(s, &pace);
    allow(s);
    struct sim_result result = s->result;
    result.used = s->accepted / s->allowed;
    result.refused = (double)s->refused / (double)(s->refused + s->accepted);
    result.seconds = s->now_ms / 1000;
    result.rate = smci_pace_rate(&pace);
    free(s);
    return result;
}
