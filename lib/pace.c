#include "pace.h"

#include <math.h>
#include <string.h>

#define RATE_MIN      0.5
#define RATE_MAX      10000.0
#ifndef KEEP
#define KEEP          0.95
#endif
#ifndef WMAX
#define WMAX 0.25
#endif
#ifndef WN
#define WN 100
#endif
#ifndef HDEC
#define HDEC 0.75
#endif
#ifndef HFAC
#define HFAC 2
#endif
// /* of the estimate, after a refusal */
#define KEEP_BLOCKED  0.7
#ifndef FIRST
#define FIRST 0.7
#endif
#ifndef HFIRST
#define HFIRST 10
#endif
#define BURST         50.0
#define CATCH_UP_MS   10.0
#define HORIZON_MIN   10.0
#ifndef HORIZON_MAX
#define HORIZON_MAX   130.0
#endif
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#ifndef PAUSE_CALLS
#define PAUSE_CALLS   3.0
#endif
#endif
#endif
#endif
#endif
#endif
#endif
#endif
#endif
#endif
#endif
#endif
#ifndef PMIN
#define PMIN 10.0
#endif
#ifndef GROW
#define GROW 3
#endif
#define PAUSE_MAX_MS  60000.0
#ifndef BUCKET
#define BUCKET 8.0
#endif
#ifndef COST
#define COST 20.0
#endif
#ifndef POWER
#define POWER 3
#endif
#define BLOCK_MS      30000.0
#define BLOCK_MAX_MS  120000.0
#define HOUR_MS       ((int64_t)3600 * 1000)

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static int64_t elapsed_ms(int64_t from_ms, int64_t to_ms)
{
    int64_t ms;
    if (__builtin_sub_overflow(to_ms, from_ms, &ms))
        return from_ms < to_ms ? INT64_MAX : 0;
    return ms > 0 ? ms : 0;
}

static int64_t add_ms(int64_t at_ms, int64_t ms)
{
    int64_t sum;
    return __builtin_add_overflow(at_ms, ms, &sum) ? INT64_MAX : sum;
}

void smci_pace_init(struct smci_pace *pace, const struct smci_pace_opt *opt, int64_t now_ms)
{
    *pace = (struct smci_pace){.opt = *opt};
    if (pace->opt.concurrency < 1)
        pace->opt.concurrency = 1;
    smci_rng_seed(&pace->rng, opt->seed);
    pace->window = pace->opt.concurrency < 2 ? 1 : 2;
    pace->next_ms = (double)now_ms;
    pace->pause_until_ms = now_ms;
    pace->decided_ms = INT64_MIN;
    pace->counted_from_ms = now_ms;
    if (opt->learnt_rate > 0) {
        pace->rate = clamp(KEEP * opt->learnt_rate, RATE_MIN, RATE_MAX);
        pace->base = pace->rate;
        pace->horizon = HORIZON_MAX;
    }
}

static double spacing_ms(const struct smci_pace *pace)
{
    double rate = pace->rate > 0 ? pace->rate : RATE_MAX;
    double spacing = pace->rate > 0 ? 1000 / rate : 0;
    if (pace->opt.max_rate > 0 && spacing < 1000 / pace->opt.max_rate)
        spacing = 1000 / pace->opt.max_rate;
    return spacing;
}

int64_t smci_pace_wait_ms(struct smci_pace *pace, int64_t now_ms)
{
    int window = pace->streak > 1 || pace->blocked ? 1 : pace->window;
    if (pace->in_flight >= window) {
        pace->is_held = false;
        return SMCI_PACE_FULL;
    }

    int64_t pause = elapsed_ms(now_ms, pace->pause_until_ms);
    if (pause > pace->pause_ms) { /* the clock went back */
        pause = pace->pause_ms;
        pace->pause_until_ms = add_ms(now_ms, pause);
    }
    double spacing = pace->next_ms - (double)now_ms;
    if (spacing > spacing_ms(pace)) {
        spacing = spacing_ms(pace);
        pace->next_ms = (double)now_ms + spacing;
    }
    if (spacing > 0)
        pace->is_held = true;
    int64_t wait = spacing > 0 ? (int64_t)ceil(spacing) : 0;
    return wait > pause ? wait : pause;
}

void smci_pace_sent(struct smci_pace *pace, int64_t now_ms)
{
    double spacing = spacing_ms(pace);
    double late = (double)now_ms - pace->next_ms;
    /* A loop that woke late may catch up by a little, or rounding alone would slow it down. */
    double credit = clamp(late, 0, spacing < CATCH_UP_MS ? spacing : CATCH_UP_MS);
    pace->next_ms = (double)now_ms - credit + spacing;
    pace->in_flight++;
    pace->counted++;
}

static void end_call(struct smci_pace *pace)
{
    if (pace->in_flight > 0)
        pace->in_flight--;
}

void smci_pace_accepted(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms)
{
    (void)now_ms;
    end_call(pace);
    pace->is_refused = false;
    if (pace->window < pace->opt.concurrency)
        pace->window++;
    if (sent_ms <= pace->decided_ms)
        return;
    pace->streak = 0;
    pace->blocked = 0;
    if (pace->rate > 0 && pace->is_held) {
        pace->climbed++;
        double x = pace->climbed / pace->horizon;
        pace->rate = clamp(pace->base * (1 + 0.1 * pow(x, POWER)), RATE_MIN, RATE_MAX);
    }
}

void smci_pace_lost(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms)
{
    (void)sent_ms;
    (void)now_ms;
    end_call(pace);
}

/* Sets the rate from the calls that were let through since the refusal before this one. */
static void estimate(struct smci_pace *pace, int64_t now_ms, bool is_html)
{
    double calls = pace->counted > 0 ? (double)pace->counted : 0;
    double ms = (double)(elapsed_ms(pace->counted_from_ms, now_ms) - pace->idle_ms);
    double seconds = (ms < 1 ? 1 : ms) / 1000;
    double keep = is_html ? KEEP_BLOCKED : KEEP;
    if (pace->rate > 0) {
        double found = clamp(calls / seconds, RATE_MIN, pace->rate);
        double weight = clamp(calls / WN, 0, WMAX);
        pace->base = keep * found * pow(pace->rate / found, weight);
        pace->horizon = fmax(fmax(HFAC * calls, HDEC * pace->horizon), HORIZON_MIN);
    } else {
        double steady = fmax(calls * FIRST, calls - BURST);
        pace->base = keep * steady / seconds;
        pace->horizon = HFIRST;
    }
    pace->base = clamp(pace->base, RATE_MIN, RATE_MAX);
    pace->rate = pace->base;
    pace->climbed = 0;
    pace->counted = 0;
    pace->counted_from_ms = now_ms;
    pace->idle_ms = 0;
}

static double own_pause_ms(struct smci_pace *pace, int64_t retry_after_ms, bool is_html)
{
    if (is_html) {
        double ms = ldexp(BLOCK_MS, pace->blocked < 3 ? pace->blocked++ : 2);
        return ms < BLOCK_MAX_MS ? ms : BLOCK_MAX_MS;
    }
    if (retry_after_ms >= 0 && pace->streak <= 1)
        return 0;
    double first = pace->rate > 0 ? PAUSE_CALLS * 1000 / pace->rate : 1000;
    first = clamp(first, PMIN, 1000);
    double ms = first * pow(GROW, pace->streak < 20 ? pace->streak - 1 : 19);
    return ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
}

static void pause_for(struct smci_pace *pace, int64_t now_ms, int64_t ms)
{
    int64_t left = elapsed_ms(now_ms, pace->pause_until_ms);
    if (ms <= left)
        return;
    pace->pause_ms = ms;
    pace->pause_until_ms = add_ms(now_ms, ms);
}

/* Whatever the limiter, the last ten refusals never lie within ten seconds for long. */
static void guard(struct smci_pace *pace, int64_t now_ms)
{
    int64_t oldest = pace->refusals_ms[pace->refusal_count % SMCI_PACE_MEMORY];
    if (pace->refusal_count >= SMCI_PACE_MEMORY)
        pause_for(pace, now_ms, 10000 - elapsed_ms(oldest, now_ms));
}

static void decide(struct smci_pace *pace, int64_t now_ms, int64_t retry_after_ms, bool is_html)
{
    pace->decided_ms = now_ms;
    if (++pace->streak == 1)
        estimate(pace, now_ms, is_html);
    double own = own_pause_ms(pace, retry_after_ms, is_html);
    pause_for(pace, now_ms, (int64_t)(own * (1 + 0.1 * smci_rng_unit(&pace->rng))));
    pause_for(pace, now_ms, retry_after_ms);
    guard(pace, now_ms);
    double needed = fmax(BUCKET * 1000 / pace->rate, (double)retry_after_ms - 1000);
    if (!is_html)
        needed = fmax(needed, own);
    double pause = (double)elapsed_ms(now_ms, pace->pause_until_ms);
    pace->idle_ms = (int64_t)fmax(0, pause - needed);
    double lost = pace->rate * pause / 1000;
    double most = HORIZON_MAX * clamp(lost / COST, 1, 10);
    pace->horizon = fmin(pace->horizon, most);
}

void smci_pace_refused(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms,
                       int64_t retry_after_ms, bool is_html)
{
    end_call(pace);
    if (!pace->is_refused)
        pace->refused_since_ms = now_ms;
    pace->is_refused = true;
    if (retry_after_ms > HOUR_MS)
        retry_after_ms = HOUR_MS;
    if (sent_ms > pace->counted_from_ms || pace->rate <= 0)
        pace->counted--;
    pace->refusals_ms[pace->refusal_count++ % SMCI_PACE_MEMORY] = now_ms;
    if (sent_ms > pace->decided_ms)
        decide(pace, now_ms, retry_after_ms, is_html);
    else
        pause_for(pace, now_ms, retry_after_ms);
}

int64_t smci_pace_refused_for_ms(const struct smci_pace *pace, int64_t now_ms)
{
    return pace->is_refused ? elapsed_ms(pace->refused_since_ms, now_ms) : 0;
}

double smci_pace_rate(const struct smci_pace *pace)
{
    return pace->rate;
}
