#include "pace.h"

#include <math.h>

#define RATE_MIN     0.5 /* calls a second */
#define RATE_MAX     10000.0
#define KEEP         0.95 /* of what was found, after a refusal */
#define KEEP_BLOCKED 0.7  /*   by the edge's page: the next one costs half a minute or more */
#define KEEP_FIRST   0.7  /* of what was measured up to the very first refusal */
#define BURST        50.0 /* calls that a limiter may have let through beyond its rate */
#define CATCH_UP_MS  10.0

#define HORIZON_MIN   10.0
#define HORIZON_MAX   150.0
#define HORIZON_COST  20.0 /* calls lost by a pause above which the horizon is widened */
#define WIDEN_MAX     10.0
#define WEIGHT_MAX    0.25
#define WEIGHT_CALLS  100.0

#ifndef STRIKES_MIN
#define STRIKES_MIN  3
#endif
#ifndef STRIKES_MAX
#define STRIKES_MAX 5
#endif
#ifndef REOPEN_CALLS
#define REOPEN_CALLS 200
#endif

#define PAUSE_CALLS  4.0
#define PAUSE_GROWTH 3.0
#define PAUSE_MIN_MS 10.0
#define PAUSE_MAX_MS 60000.0
#define FIRST_MS     1000.0
#define BUCKET       8.0 /* calls' worth of a pause that a bucket is trusted to have stored */
#define BLOCK_MS     30000.0
#define BLOCK_MAX_MS 120000.0
#define CROWD_MS     10000
#define HOUR_MS      ((int64_t)3600 * 1000)

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Never negative, whatever the clock does. */
static int64_t elapsed_ms(int64_t from_ms, int64_t to_ms)
{
    int64_t ms;
    if (__builtin_sub_overflow(to_ms, from_ms, &ms))
        return from_ms < to_ms ? INT64_MAX : 0;
    return ms > 0 ? ms : 0;
}

static int64_t later(int64_t at_ms, int64_t ms)
{
    int64_t sum;
    return __builtin_add_overflow(at_ms, ms, &sum) ? INT64_MAX : sum;
}

static double spacing_ms(const struct smci_pace *pace)
{
    double rate = pace->rate;
    if (pace->opt.max_rate > 0 && (rate <= 0 || rate > pace->opt.max_rate))
        rate = pace->opt.max_rate;
    return rate > 0 ? fmin(1000 / rate, (double)HOUR_MS) : 0;
}

void smci_pace_init(struct smci_pace *pace, const struct smci_pace_opt *opt, int64_t now_ms)
{
    *pace = (struct smci_pace){.opt = *opt,
                               .limit = opt->concurrency > 1 ? opt->concurrency : 1,
                               .next_ms = (double)now_ms,
                               .counted_from_ms = now_ms,
                               .pause_until_ms = now_ms,
                               .decided_ms = INT64_MIN};
    smci_rng_seed(&pace->rng, opt->seed);
    pace->window = pace->limit < 2 ? pace->limit : 2;
    if (opt->learnt_rate > 0) {
        pace->base = clamp(KEEP * opt->learnt_rate, RATE_MIN, RATE_MAX);
        pace->rate = pace->base;
        pace->horizon = HORIZON_MAX;
    }
}

int64_t smci_pace_wait_ms(struct smci_pace *pace, int64_t now_ms)
{
    bool is_probing = pace->streak > 1 || pace->blocked > 0;
    if (pace->in_flight >= (is_probing ? 1 : pace->window)) {
        pace->is_held = false;
        return SMCI_PACE_FULL;
    }
    /* Neither wait is ever longer than it was meant to be, should the clock go back. */
    int64_t pause = elapsed_ms(now_ms, pace->pause_until_ms);
    if (pause > pace->pause_ms) {
        pause = pace->pause_ms;
        pace->pause_until_ms = later(now_ms, pause);
    }
    double spacing = spacing_ms(pace);
    if (pace->next_ms > (double)now_ms + spacing)
        pace->next_ms = (double)now_ms + spacing;
    double wait = pace->next_ms - (double)now_ms;
    if (wait <= 0)
        return pause;
    pace->is_held = true;
    int64_t wait_ms = (int64_t)ceil(wait);
    return wait_ms > pause ? wait_ms : pause;
}

void smci_pace_sent(struct smci_pace *pace, int64_t now_ms)
{
    double spacing = spacing_ms(pace);
    /* Woken a little late, by rounding or by a busy loop, it catches up; after a rest it does not. */
    double late = clamp((double)now_ms - pace->next_ms, 0, fmin(spacing, CATCH_UP_MS));
    pace->next_ms = (double)now_ms - late + spacing;
    pace->counted++;
    pace->in_flight++;
    unsigned slot = pace->sent++ % SMCI_PACE_CALLS;
    pace->calls[slot].sent_ms = now_ms;
    pace->calls[slot].level = pace->in_flight;
}

/* Ends a call and says how many were in flight with it; 0 when that is forgotten. Of calls sent in
 * the same millisecond the last ones are taken to be the refused ones. */
static int end_call(struct smci_pace *pace, int64_t sent_ms, bool is_refused)
{
    int found = -1;
    for (int i = 0; i < SMCI_PACE_CALLS; i++) {
        if (pace->calls[i].level == 0 || pace->calls[i].sent_ms != sent_ms)
            continue;
        if (found < 0 || (pace->calls[i].level > pace->calls[found].level) == is_refused)
            found = i;
    }
    if (pace->in_flight > 0)
        pace->in_flight--;
    if (found < 0)
        return 0;
    int level = pace->calls[found].level;
    pace->calls[found].level = 0;
    return level;
}

static void climb(struct smci_pace *pace)
{
    pace->climbed++;
    double x = pace->climbed / pace->horizon;
    pace->rate = clamp(pace->base * (1 + 0.1 * x * x * x), RATE_MIN, RATE_MAX);
}

void smci_pace_accepted(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms)
{
    (void)now_ms;
    int level = end_call(pace, sent_ms, false);
    pace->is_refused = false;
    if (sent_ms <= pace->decided_ms)
        return; /* sent before the refusal, it says nothing of what came after */
    pace->streak = 0;
    pace->blocked = 0;
    if (level > pace->peak)
        pace->peak = level;
    if (++pace->quiet % REOPEN_CALLS == 0 && pace->limit < pace->opt.concurrency)
        pace->limit++;
    if (pace->window < pace->limit)
        pace->window++;
    if (pace->rate > 0 && pace->is_held)
        climb(pace);
}

static void pause_for(struct smci_pace *pace, int64_t now_ms, int64_t ms)
{
    if (ms <= elapsed_ms(now_ms, pace->pause_until_ms))
        return;
    pace->pause_ms = ms;
    pace->pause_until_ms = later(now_ms, ms);
}

void smci_pace_lost(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms)
{
    (void)end_call(pace, sent_ms, false);
    if (pace->blocked > 0) /* the probe of a block: the next one comes no sooner for that */
        pause_for(pace, now_ms, pace->pause_ms);
}

/* Whether the refusals come from too many calls at once, not from too many a second: then calls
 * are refused only above a number in flight at which none was accepted. */
static bool blames_window(struct smci_pace *pace, int level)
{
    bool is_above = level > 1 && level > pace->peak && pace->peak > 0;
    if (is_above && pace->strikes < STRIKES_MAX)
        pace->strikes++;
    else if (!is_above && pace->strikes > 0)
        pace->strikes--;
    return pace->strikes >= STRIKES_MIN;
}

static void set_base(struct smci_pace *pace, double rate, double horizon)
{
    pace->base = clamp(rate, RATE_MIN, RATE_MAX);
    pace->rate = pace->base;
    pace->horizon = horizon;
    pace->climbed = 0;
}

/* Sets the rate by what was let through since the refusal before this one. */
static void estimate(struct smci_pace *pace, int64_t now_ms, bool is_html)
{
    double calls = pace->counted > 0 ? (double)pace->counted : 0;
    double ms = (double)elapsed_ms(pace->counted_from_ms, now_ms) - (double)pace->idle_ms;
    double measured = calls * 1000 / fmax(ms, 1);
    double keep = is_html ? KEEP_BLOCKED : KEEP;
    if (pace->rate <= 0) {
        double share = fmax(KEEP_FIRST, 1 - BURST / fmax(calls, 1));
        set_base(pace, keep * share * measured, HORIZON_MIN);
        return;
    }
    double found = clamp(measured, RATE_MIN, pace->rate);
    double weight = fmin(calls / WEIGHT_CALLS, WEIGHT_MAX);
    double horizon = fmax(2 * calls, 0.75 * pace->horizon);
    set_base(pace, keep * found * pow(pace->rate / found, weight), fmax(horizon, HORIZON_MIN));
}

/* Acts on the first refusal after an acceptance. */
static void learn(struct smci_pace *pace, int64_t now_ms, bool is_html, int level)
{
    if (!is_html && blames_window(pace, level)) {
        pace->limit = level - 1;
        pace->window = pace->limit;
        set_base(pace, pace->rate, HORIZON_MIN); /* the rate was blamed wrongly: let it recover */
    } else {
        estimate(pace, now_ms, is_html);
    }
    if (is_html && pace->window > 2)
        pace->window = 2;
    pace->peak = 0;
    pace->quiet = 0;
    pace->counted = 0;
    pace->counted_from_ms = now_ms;
}

/* How long to wait when the server does not say, or says so again and again. */
static double own_pause_ms(const struct smci_pace *pace, int64_t retry_after_ms, bool is_html)
{
    if (is_html)
        return fmin(BLOCK_MS * ldexp(1, pace->blocked < 8 ? pace->blocked : 8), BLOCK_MAX_MS);
    if (retry_after_ms >= 0 && pace->streak == 1)
        return 0;
    double first = pace->rate > 0 ? PAUSE_CALLS * 1000 / pace->rate : FIRST_MS;
    int steps = pace->streak < 20 ? pace->streak - 1 : 19;
    return fmin(clamp(first, PAUSE_MIN_MS, FIRST_MS) * pow(PAUSE_GROWTH, steps), PAUSE_MAX_MS);
}

/* So many refusals within ten seconds that an edge may soon block: rest until they are past. */
static void avoid_crowd(struct smci_pace *pace, int64_t now_ms)
{
    int64_t since = elapsed_ms(pace->refusals_ms[pace->refusals % SMCI_PACE_REFUSALS], now_ms);
    if (pace->refusals >= SMCI_PACE_REFUSALS && since < CROWD_MS)
        pause_for(pace, now_ms, CROWD_MS - since);
}

static void decide(struct smci_pace *pace, int64_t now_ms, int64_t retry_after_ms, bool is_html,
                   int level)
{
    pace->decided_ms = now_ms;
    if (++pace->streak == 1)
        learn(pace, now_ms, is_html, level);
    double own = own_pause_ms(pace, retry_after_ms, is_html);
    pace->blocked = is_html ? pace->blocked + 1 : 0;
    pause_for(pace, now_ms, (int64_t)(own * (1 + 0.1 * smci_rng_unit(&pace->rng))));
    pause_for(pace, now_ms, retry_after_ms);
    avoid_crowd(pace, now_ms);

    /* A Retry-After is rounded up to whole seconds, and ours are guesses: the rest is idleness. */
    double pause = (double)elapsed_ms(now_ms, pace->pause_until_ms);
    double rate = fmax(pace->rate, RATE_MIN);
    double needed = fmax(BUCKET * 1000 / rate, (double)retry_after_ms - 1000);
    pace->idle_ms = (int64_t)fmax(pause - fmax(needed, is_html ? 0 : own), 0);
    double widen = clamp(rate * pause / 1000 / HORIZON_COST, 1, WIDEN_MAX);
    pace->horizon = fmin(pace->horizon, HORIZON_MAX * widen);
}

void smci_pace_refused(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms,
                       int64_t retry_after_ms, bool is_html)
{
    int level = end_call(pace, sent_ms, true);
    if (!pace->is_refused)
        pace->refused_since_ms = now_ms;
    pace->is_refused = true;
    if (retry_after_ms > HOUR_MS)
        retry_after_ms = HOUR_MS;
    if (sent_ms > pace->counted_from_ms || pace->rate <= 0)
        pace->counted--;
    pace->refusals_ms[pace->refusals++ % SMCI_PACE_REFUSALS] = now_ms;
    if (sent_ms > pace->decided_ms) {
        decide(pace, now_ms, retry_after_ms, is_html, level);
    } else {
        pause_for(pace, now_ms, retry_after_ms);
        avoid_crowd(pace, now_ms);
    }
}

int64_t smci_pace_refused_for_ms(const struct smci_pace *pace, int64_t now_ms)
{
    return pace->is_refused ? elapsed_ms(pace->refused_since_ms, now_ms) : 0;
}

double smci_pace_rate(const struct smci_pace *pace)
{
    return pace->rate;
}
