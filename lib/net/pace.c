/* Finds how fast the server lets calls through, and stays just under it.
 *
 * The window opens from 2 to `concurrency`, by one per success. Before the first refusal nothing
 * else holds calls back (but max_rate); from it on calls start evenly, at a rate:
 * 1. Between two refusals, each after an acceptance, a limiter lets through what it refills,
 *    whatever its burst: calls / time is the estimate. Calls count as they are sent, less those
 *    refused; time waited without need (a Retry-After's rounding, the rests of 4 and 5) does not.
 *    The very first estimate still holds the burst: 0.7 of it, more once the burst is outweighed.
 *    A refusal before anything was let through sets none.
 * 2. From 0.95 x estimate the rate climbs by the cube of the calls accepted since: slowly around
 *    the limit, fast where that has moved. 150 calls take it to 1.1 x, fewer while little is
 *    known, more where a refusal costs a long pause; only those count that the rate held back.
 *    After a long climb an estimate is low, as a full bucket gains nothing: so the rate at the
 *    refusal has up to a quarter of a say in it.
 * 3. A pause is Retry-After (0 means none), else 4 calls' time, at most 1 s, and three times as
 *    long, up to a minute, with each refusal while nothing is accepted; then calls go one by one.
 *    A refusal of a call sent before the last decision belongs to it (its Retry-After is obeyed).
 * 4. An HTML refusal is the edge's block: one probe at a time, 30, 60, 120 s apart.
 * 5. On the fourteenth refusal in ten seconds it rests until the first one is ten seconds past.
 * 6. Refusals only above a number in flight up to which calls are accepted mean a cap on calls at
 *    once: the window narrows, and tries one more every 200 calls.
 * `make bench-pace`, 1000 calls, the worst row by the mean of 20 runs: buckets of 1 to 200/s with
 * bursts of 5 to 50: used 94 %, refused 1.96 % (of 10,000 calls: 94 %, 0.74 %); refused with a
 * burst of 1: 1.4 %, minutes: 1.8 %, calls at once: 1.1 %, changes: 2.2 %; no block by the 20th. */
#include "pace.h"

#include <math.h>

#define RATE_MIN     0.5 /* calls a second */
#define RATE_MAX     10000.0
#define KEEP         0.95  /* of the estimate */
#define KEEP_BLOCKED 0.7   /*   after an edge's page: the next one costs half a minute or more */
#define KEEP_FIRST   0.7   /*   of the first one, */
#define BURST        50.0  /*   or all but so many calls, if that is more */
#define WEIGHT_MAX   0.25  /* of the rate at the refusal, */
#define WEIGHT_CALLS 100.0 /*  in proportion to the calls: few of them do not show overflow */
#define HORIZON_MIN  10.0  /* accepted calls that take the rate to 1.1 x */
#define HORIZON_MAX  150.0
#define HORIZON_KEEP 0.75
#define CHEAP_CALLS  20.0 /* a pause that loses more calls widens the horizon, */
#define WIDEN_MAX    10.0 /*   up to so many times */
#define HELD         0.25 /* of a spacing: started no later, a call was held by the rate */
#define CATCH_UP_MS  10.0
#define STRIKES_MIN  2
#define STRIKES_MAX  3
#define REOPEN_CALLS 200
#define PAUSE_CALLS  4.0
#define PAUSE_GROWTH 3.0
#define PAUSE_MIN_MS 10.0
#define PAUSE_MAX_MS 60000.0
#define FIRST_MS     1000.0 /* the first pause at most */
#define BUCKET_CALLS 8.0    /* what a bucket is trusted to hold after a pause */
#define BLOCK_MS     30000.0
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
    if (to_ms <= from_ms)
        return 0;
    return __builtin_sub_overflow(to_ms, from_ms, &ms) ? INT64_MAX : ms;
}

static double spacing_ms(const struct smci_pace *pace)
{
    double learnt = pace->rate > 0 ? 1000 / pace->rate : 0;
    double given = pace->opt.max_rate > 0 ? 1000 / pace->opt.max_rate : 0;
    return fmin(fmax(learnt, given), (double)HOUR_MS);
}

void smci_pace_init(struct smci_pace *pace, const struct smci_pace_opt *opt, int64_t now_ms)
{
    *pace = (struct smci_pace){.opt = *opt,
                               .limit = opt->concurrency > 1 ? opt->concurrency : 1,
                               .next_ms = (double)now_ms,
                               .counted_from_ms = now_ms,
                               .paused_ms = now_ms,
                               .decided_ms = INT64_MIN};
    smci_rng_seed(&pace->rng, opt->seed);
    pace->window = pace->limit < 2 ? pace->limit : 2;
    if (opt->learnt_rate > 0) {
        pace->base = clamp(KEEP * opt->learnt_rate, RATE_MIN, RATE_MAX);
        pace->rate = pace->base;
        pace->horizon = HORIZON_MAX;
    }
}

static int64_t pause_left_ms(const struct smci_pace *pace, int64_t now_ms)
{
    int64_t gone = elapsed_ms(pace->paused_ms, now_ms);
    return gone < pace->pause_ms ? pace->pause_ms - gone : 0;
}

int64_t smci_pace_wait_ms(struct smci_pace *pace, int64_t now_ms)
{
    bool is_probing = pace->streak > 1 || pace->blocked > 0;
    if (pace->in_flight >= (is_probing ? 1 : pace->window))
        return SMCI_PACE_FULL;
    /* Should the clock go back, no wait gets longer than it was, and what comes is still news. */
    pace->paused_ms = pace->paused_ms < now_ms ? pace->paused_ms : now_ms;
    pace->decided_ms = pace->decided_ms < now_ms ? pace->decided_ms : now_ms;
    pace->next_ms = fmin(pace->next_ms, (double)now_ms + spacing_ms(pace));
    int64_t pause = pause_left_ms(pace, now_ms);
    int64_t wait = (int64_t)ceil(fmax(pace->next_ms - (double)now_ms, 0));
    return wait > pause ? wait : pause;
}

void smci_pace_sent(struct smci_pace *pace, int64_t now_ms)
{
    double spacing = spacing_ms(pace);
    /* Woken a little late, by rounding or by a busy loop, it catches up; after a rest it does not. */
    double late = fmax((double)now_ms - pace->next_ms, 0);
    pace->is_held = late < HELD * spacing;
    pace->next_ms = (double)now_ms - fmin(late, fmin(spacing, CATCH_UP_MS)) + spacing;
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
        if (pace->calls[i].level > 0 && pace->calls[i].sent_ms == sent_ms &&
            (found < 0 || (pace->calls[i].level > pace->calls[found].level) == is_refused))
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
    pace->window += pace->window < pace->limit;
    if (pace->rate > 0 && pace->is_held) {
        double x = ++pace->climbed / pace->horizon;
        pace->rate = clamp(pace->base * (1 + 0.1 * x * x * x), RATE_MIN, RATE_MAX);
    }
}

static void pause_for(struct smci_pace *pace, int64_t now_ms, int64_t ms)
{
    if (ms <= pause_left_ms(pace, now_ms))
        return;
    pace->paused_ms = now_ms;
    pace->pause_ms = ms;
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
    bool is_above = pace->rate > 0 && pace->peak > 0 && level > pace->peak;
    pace->strikes += is_above ? pace->strikes < STRIKES_MAX : -(pace->strikes > 0);
    return is_above && pace->strikes >= STRIKES_MIN;
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
    if (pace->rate <= 0 && calls <= 0)
        return; /* nothing was let through yet: no ground to set a rate on */
    if (pace->rate <= 0) {
        double share = fmax(KEEP_FIRST, 1 - BURST / fmax(calls, 1));
        set_base(pace, keep * share * measured, HORIZON_MIN);
        return;
    }
    double found = clamp(measured, RATE_MIN, pace->rate);
    double weight = fmin(calls / WEIGHT_CALLS, WEIGHT_MAX);
    double horizon = fmax(2 * calls, HORIZON_KEEP * pace->horizon);
    set_base(pace, keep * found * pow(pace->rate / found, weight), fmax(horizon, HORIZON_MIN));
}

/* Acts on the first refusal after an acceptance. */
static void learn(struct smci_pace *pace, int64_t now_ms, bool is_html, int level)
{
    if (!is_html && blames_window(pace, level)) {
        pace->window = pace->limit = level - 1;
        set_base(pace, pace->rate, HORIZON_MIN); /* the rate was blamed wrongly: let it recover */
    } else {
        estimate(pace, now_ms, is_html);
    }
    pace->window = is_html && pace->window > 2 ? 2 : pace->window;
    pace->peak = 0;
    pace->quiet = 0;
    pace->counted = 0;
    pace->counted_from_ms = now_ms;
}

/* How long to wait when the server does not say, or says so again and again. */
static double own_pause_ms(const struct smci_pace *pace, int64_t retry_after_ms, bool is_html)
{
    if (is_html)
        return BLOCK_MS * (1 << (pace->blocked < 2 ? pace->blocked : 2));
    if (retry_after_ms >= 0 && pace->streak == 1)
        return 1; /* none, but what is sent next is to be told from what was sent before */
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

/* Pauses, and says for how many milliseconds it is proved that nothing would have been accepted. */
static double decide(struct smci_pace *pace, int64_t now_ms, int64_t retry_after_ms, bool is_html,
                     int level)
{
    pace->decided_ms = now_ms;
    if (++pace->streak == 1)
        learn(pace, now_ms, is_html, level);
    double own = own_pause_ms(pace, retry_after_ms, is_html);
    pace->blocked = is_html ? pace->blocked + 1 : 0;
    pause_for(pace, now_ms, (int64_t)(own * (1 + 0.1 * smci_rng_unit(&pace->rng))));
    /* A Retry-After is rounded up to whole seconds, and a block's rest is a guess. */
    return fmax((double)retry_after_ms - 1000, is_html ? 0 : own);
}

void smci_pace_refused(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms,
                       int64_t retry_after_ms, bool is_html)
{
    int level = end_call(pace, sent_ms, true);
    bool is_news = sent_ms > pace->decided_ms;
    double proved = 0;
    retry_after_ms = retry_after_ms < HOUR_MS ? retry_after_ms : HOUR_MS;
    if (!pace->is_refused)
        pace->refused_since_ms = now_ms;
    pace->is_refused = true;
    pace->counted -= sent_ms > pace->counted_from_ms || pace->rate <= 0;
    pace->refusals_ms[pace->refusals++ % SMCI_PACE_REFUSALS] = now_ms;
    if (is_news)
        proved = decide(pace, now_ms, retry_after_ms, is_html, level);
    pause_for(pace, now_ms, retry_after_ms);
    avoid_crowd(pace, now_ms);
    if (!is_news)
        return;
    double pause = (double)pause_left_ms(pace, now_ms);
    pace->idle_ms = (int64_t)fmax(pause - fmax(proved, BUCKET_CALLS * 1000 / pace->rate), 0);
    double widen = clamp(pace->rate * pause / 1000 / CHEAP_CALLS, 1, WIDEN_MAX);
    pace->horizon = fmin(pace->horizon, HORIZON_MAX * widen);
}

int64_t smci_pace_refused_for_ms(const struct smci_pace *pace, int64_t now_ms)
{
    return pace->is_refused ? elapsed_ms(pace->refused_since_ms, now_ms) : 0;
}

double smci_pace_rate(const struct smci_pace *pace)
{
    return pace->rate;
}
