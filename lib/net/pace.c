/* Finds how fast the server lets calls through, and stays just under it.
 *
 * The window opens from 2 to `concurrency`, by one per success. Before a limit is met nothing else
 * holds calls back (but max_rate); from then on calls start evenly, at a rate:
 * 1. Between two refusals, each after an acceptance, a limiter lets through what it refills,
 *    whatever its burst: calls / time is the estimate. Calls count as they are sent, less those
 *    refused; time waited without need (a Retry-After's rounding, the rests of 4 and 5) does not.
 *    The very first estimate still holds the burst: 0.7 of it, more once the burst is outweighed.
 *    A refusal before anything was let through sets none. As many calls as were let through before
 *    the first refusal are the largest burst there can be: where it is small, calls that went
 *    through close to each other just before a refusal make the estimate higher, as do those that
 *    went through since the evidence of 7 began.
 * 2. From 0.95 x estimate the rate climbs by the fourth power of the calls accepted since: slowly
 *    around the limit, fast where that has moved. 90 calls take it to 1.1 x, fewer while little is
 *    known, more where a refusal costs a long pause or more than 1 % were refused; only those count
 *    that the rate held back. After a long climb an estimate is low, as a full bucket gains
 *    nothing: so the rate at the refusal has up to a quarter of a say in it.
 * 3. A pause is Retry-After (0 means none), else 4 calls' time (1.5 where 7 found a share), at most
 *    1 s, and three times as long, up to a minute, with each refusal while nothing is accepted;
 *    then, and after the very first pause, calls go one by one. A refusal of a call sent before
 *    the last decision belongs to it (its Retry-After is obeyed).
 * 4. An HTML refusal is the edge's block: one probe at a time, 30, 60, 120 s apart.
 * 5. Refusals of the last ten seconds and calls in flight (up to 18) stay below 20: the window
 *    narrows. A share that is refused whatever the rate is kept to 1.7 refusals a second.
 * 6. Where most calls beyond a number in flight are refused, that is a cap on calls at once: the
 *    window narrows, and tries one more every 200 calls, more rarely each time in vain. Refusals
 *    among fewer in flight say that there is no cap.
 * 7. Some servers refuse a share of the calls whatever the rate, so one refusal says little. The
 *    evidence is that a fifth more are refused than that share: a log of likelihoods to which a
 *    refusal adds, and of which an acceptance takes. At 3.5 it is a limit's refusal, and 1 to 3
 *    follow; at 0 the refusals came to nothing and count for the share, as do all that come below
 *    what was proved to be let through. The share begins with 2 %, and quiet calls bring it down
 *    until one refusal is enough. A limit's at once are: one with a Retry-After (one without needs
 *    twice the evidence from then on), a page of the edge, one before anything was accepted, and a
 *    row of them that is too long for chance.
 *    A limit is above what was let through between refusals, less one call, and below the rate at
 *    each. Where these cross, or refusals go on at the slowest rate, or five times in a row after
 *    next to no call, no limit explains them: the rate is what was proved, the share the latest.
 * 8. What is kept for the next run is no more than was ever sent, give or take a tenth.
 * tests/bench/README.md has what each kind of limit makes of this. */
#include "lib/net/pace.h"

#include <math.h>

#define HELD         0.25 /* of a spacing: started no later, a call was held by the rate */
#define CATCH_UP_MS  10.0
#define DENSE_CALLS  8
#define CALM         1.1   /* of the speed: tries a wider window without a jump of the rate */
#define SEEN_CALLS   32    /* that tell how fast calls are sent, */
#define SEEN_AHEAD   1.1   /*   and a rate is learnt up to so many times that */
#define UNCLIMBED    1.001 /* of the base: still there */
#define FELL         0.4   /* of a rate that was proved */
#define STREAK_SURE  3     /* refusals in a row, with pauses between: those are a limit's */
#define PAUSE_CALLS  4.0
#define PAUSE_NOISY  1.5
#define PAUSE_GROWTH 3.0
#define PAUSE_MIN_MS 10.0
#define PAUSE_MAX_MS 60000.0
#define FIRST_MS     1000.0 /* the first pause at most */
#define BUCKET_CALLS 8.0    /* what a bucket is trusted to hold after a pause */
#define BLOCK_MS     30000.0
#define CROWD_RATE   1.7   /* refusals a second, of those that come whatever the rate */
#define CROWD_MS     10100 /* ten seconds of the edge's, and what the way there may vary by */
#define HOUR_MS      ((int64_t)3600 * 1000)

/* A call was refused. */
struct refusal {
    int64_t sent_ms, now_ms;
    int64_t retry_after_ms; /* -1: none named */
    bool is_html;
    int level; /* calls in flight with it */
};

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
    double learnt = pace->rate.rate > 0 ? 1000 / pace->rate.rate : 0;
    double given = pace->opt.max_rate > 0 ? 1000 / pace->opt.max_rate : 0;
    double crowd = 1000 * smci_pace_noise_found(&pace->noise) / CROWD_RATE;
    return fmin(fmax(fmax(learnt, crowd), given), (double)HOUR_MS);
}

void smci_pace_init(struct smci_pace *pace, const struct smci_pace_opt *opt, int64_t now_ms)
{
    *pace = (struct smci_pace){.opt = *opt,
                               .next_ms = (double)now_ms,
                               .counted_from_ms = now_ms,
                               .paused_ms = now_ms,
                               .decided_ms = INT64_MIN};
    smci_rng_seed(&pace->rng, opt->seed);
    smci_pace_window_init(&pace->window, opt->concurrency);
    smci_pace_limit_init(&pace->rate, opt->learnt_rate);
}

static int64_t pause_left_ms(const struct smci_pace *pace, int64_t now_ms)
{
    int64_t gone = elapsed_ms(pace->paused_ms, now_ms);
    return gone < pace->pause_ms ? pace->pause_ms - gone : 0;
}

/* How long until the oldest refusals are so far past that one more call may be refused. */
static int64_t crowd_left_ms(const struct smci_pace *pace, int64_t now_ms)
{
    int64_t oldest = pace->refusals - SMCI_PACE_REFUSALS + pace->in_flight;
    if (oldest < 0 || pace->in_flight >= SMCI_PACE_REFUSALS)
        return 0;
    int64_t since = elapsed_ms(pace->refusals_ms[oldest % SMCI_PACE_REFUSALS], now_ms);
    return since < CROWD_MS ? CROWD_MS - since : 0;
}

int64_t smci_pace_wait_ms(struct smci_pace *pace, int64_t now_ms)
{
    bool is_guess = pace->rate.burst > 0 && pace->rate.most <= 0 && !pace->noise.names_wait;
    bool is_probing = pace->streak > (is_guess ? 0 : 1) || pace->blocked > 0;
    if (pace->in_flight >= (is_probing ? 1 : pace->window.size))
        return SMCI_PACE_FULL;
    /* Should the clock go back, no wait gets longer than it was, and what comes is still news. */
    pace->paused_ms = pace->paused_ms < now_ms ? pace->paused_ms : now_ms;
    pace->decided_ms = pace->decided_ms < now_ms ? pace->decided_ms : now_ms;
    pace->next_ms = fmin(pace->next_ms, (double)now_ms + spacing_ms(pace));
    int64_t pause = pause_left_ms(pace, now_ms);
    int64_t crowd = crowd_left_ms(pace, now_ms);
    pause = pause > crowd ? pause : crowd;
    int64_t wait = (int64_t)ceil(fmax(pace->next_ms - (double)now_ms, 0));
    return wait > pause ? wait : pause;
}

/* How many calls a second are sent, over a few dozen of them. Where the window or the latency
 * holds them back, the rate climbs and climbs by those few that it seemed to hold. */
static void see(struct smci_pace *pace, int64_t now_ms)
{
    if (pace->sent < SEEN_CALLS)
        return;
    int64_t from_ms = pace->calls[(pace->sent - SEEN_CALLS) % SMCI_PACE_CALLS].sent_ms;
    double ms = fmax((double)elapsed_ms(from_ms, now_ms), 1);
    pace->speed = SEEN_CALLS * 1000 / ms;
    pace->fastest = fmax(pace->fastest, pace->speed);
}

void smci_pace_sent(struct smci_pace *pace, int64_t now_ms)
{
    double spacing = spacing_ms(pace);
    /* Woken a little late, by rounding or by a busy loop, it catches up; after a rest it does
     * not. */
    double late = fmax((double)now_ms - pace->next_ms, 0);
    pace->is_held = late < HELD * spacing;
    pace->next_ms = (double)now_ms - fmin(late, fmin(spacing, CATCH_UP_MS)) + spacing;
    see(pace, now_ms);
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

/* A call is slow at a rate of which less than was proved is let through. */
static void count_noise(struct smci_pace *pace, bool is_refused)
{
    double let_through = pace->rate.rate * (1 - smci_pace_noise_share(&pace->noise));
    smci_pace_noise_count(&pace->noise, is_refused,
                          pace->rate.rate > 0 && let_through <= pace->rate.least);
}

void smci_pace_accepted(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms)
{
    (void)now_ms;
    int level = end_call(pace, sent_ms, false);
    pace->is_refused = false;
    if (sent_ms <= pace->decided_ms)
        return; /* sent before the refusal, it says nothing of what came after */
    count_noise(pace, false);
    pace->streak = 0;
    pace->blocked = 0;
    bool is_opened = smci_pace_window_accepted(&pace->window, level);
    if (is_opened && pace->speed > 0) /* or the rate, long unused, would be what is refused */
        smci_pace_limit_calm(&pace->rate, CALM * pace->speed);
    if (pace->is_held)
        smci_pace_limit_climb(&pace->rate);
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

/* What a limit whose burst is small refills at least, in calls a second, as the latest calls before
 * the one sent at `sent_ms` were let through so close to each other; 0: not known. */
static double dense_rate(const struct smci_pace *pace, int64_t sent_ms)
{
    double rate = 0;
    int64_t last_ms = 0;
    int calls = 0;
    if (pace->rate.burst <= 0)
        return 0;
    for (unsigned back = 1; back <= SMCI_PACE_CALLS && back <= pace->sent; back++) {
        int64_t from_ms = pace->calls[(pace->sent - back) % SMCI_PACE_CALLS].sent_ms;
        if (from_ms >= sent_ms)
            continue;
        if (from_ms <= pace->counted_from_ms)
            break;
        last_ms = calls++ == 0 ? from_ms : last_ms;
        double ms = fmax((double)elapsed_ms(from_ms, last_ms), 1);
        if (calls >= DENSE_CALLS)
            rate = fmax(rate, (calls - pace->rate.burst) * 1000 / ms);
    }
    return rate;
}

/* What was let through since refusals were more than noise explains, in calls a second: a limit's
 * bucket was empty all the while. */
static double doubtful_rate(const struct smci_pace *pace, const struct refusal *refusal)
{
    const struct smci_pace_noise *noise = &pace->noise;
    double refused = noise->doubtful_refused / fmax(noise->doubtful_sent, 1);
    double calls = (double)(pace->counted - pace->doubtful_from) - refused * pace->in_flight - 1;
    double ms = (double)elapsed_ms(pace->doubtful_from_ms, refusal->now_ms);
    return ms > 0 ? calls * 1000 / ms : 0;
}

/* What happened since the refusal before this one. */
static struct smci_pace_gap last_gap(const struct smci_pace *pace, const struct refusal *refusal)
{
    return (struct smci_pace_gap){
        .calls = pace->counted > 0 ? (double)pace->counted : 0,
        .ms = (double)elapsed_ms(pace->counted_from_ms, refusal->now_ms),
        .idle_ms = (double)pace->idle_ms,
        .in_flight = pace->in_flight,
        .dense = fmax(dense_rate(pace, refusal->sent_ms), doubtful_rate(pace, refusal)),
        .noise = smci_pace_noise_found(&pace->noise),
        .is_html = refusal->is_html,
        .is_sure = refusal->is_html || refusal->retry_after_ms > 0 || pace->was_long};
}

/* Acts on the first refusal after an acceptance. */
static void learn(struct smci_pace *pace, const struct refusal *refusal)
{
    struct smci_pace_gap gap = last_gap(pace, refusal);
    bool is_rated = pace->rate.rate > 0;
    double proved = pace->rate.rate <= UNCLIMBED * pace->rate.base ? pace->rate.base : 0;
    if (smci_pace_window_refused(&pace->window, refusal->level, is_rated, refusal->is_html))
        smci_pace_limit_acquit(&pace->rate);
    else if (!smci_pace_limit_learn(&pace->rate, &gap))
        smci_pace_noise_begin(&pace->noise);
    if (pace->rate.rate < FELL * proved) /* it was not noise: the limit has moved */
        smci_pace_noise_end(&pace->noise);
    pace->counted = 0;
    pace->counted_from_ms = refusal->now_ms;
}

/* How long to wait when the server does not say, or says so again and again. */
static double own_pause_ms(const struct smci_pace *pace, const struct refusal *refusal)
{
    if (refusal->is_html)
        return BLOCK_MS * (1 << (pace->blocked < 2 ? pace->blocked : 2));
    if (refusal->retry_after_ms >= 0 && pace->streak == 1)
        return 1; /* none, but what is sent next is to be told from what was sent before */
    double calls = smci_pace_noise_found(&pace->noise) > 0 ? PAUSE_NOISY : PAUSE_CALLS;
    if (pace->rate.burst > 0)
        calls = fmin(calls, pace->rate.burst + 1);
    double first = pace->rate.rate > 0 ? calls * 1000 / pace->rate.rate : FIRST_MS;
    int steps = pace->streak < 20 ? pace->streak - 1 : 19;
    return fmin(clamp(first, PAUSE_MIN_MS, FIRST_MS) * pow(PAUSE_GROWTH, steps), PAUSE_MAX_MS);
}

/* Pauses, and says how many milliseconds of that are needed, as far as is known. */
static double decide(struct smci_pace *pace, const struct refusal *refusal)
{
    pace->decided_ms = refusal->now_ms;
    if (++pace->streak == 1)
        learn(pace, refusal);
    smci_pace_noise_decide(&pace->noise);
    pace->was_long =
        pace->streak >= STREAK_SURE && !smci_pace_noise_explains_row(&pace->noise, pace->streak);
    if (pace->was_long)
        smci_pace_noise_end(&pace->noise);
    double own = own_pause_ms(pace, refusal);
    pace->blocked = refusal->is_html ? pace->blocked + 1 : 0;
    pause_for(pace, refusal->now_ms, (int64_t)(own * (1 + 0.1 * smci_rng_unit(&pace->rng))));
    /* A Retry-After is rounded up to whole seconds, a block's rest is a guess, and a bucket that is
     * known to be small has no room for what a pause would refill. */
    bool is_small = pace->rate.burst > 0 && pace->rate.burst < PAUSE_CALLS;
    double held = is_small ? pace->rate.burst : BUCKET_CALLS;
    double proved =
        fmax((double)refusal->retry_after_ms - 1000, refusal->is_html || is_small ? 0 : own);
    return fmax(proved, held * 1000 / pace->rate.rate);
}

/* Whether this refusal may be acted upon, or rather comes to others whatever the rate. */
static bool is_limits(struct smci_pace *pace, const struct refusal *refusal)
{
    if (pace->noise.evidence <= 0) {
        pace->doubtful_from_ms = refusal->now_ms;
        pace->doubtful_from = pace->counted;
    }
    count_noise(pace, true);
    bool is_sure = refusal->is_html || refusal->retry_after_ms > 0;
    pace->noise.names_wait = pace->noise.names_wait || refusal->retry_after_ms > 0;
    bool is_row = pace->streak > 0 && !smci_pace_noise_explains_row(&pace->noise, pace->streak + 1);
    return is_sure || is_row || !smci_pace_noise_explains(&pace->noise);
}

/* It says nothing new when it was sent before the last decision, which it belongs to. */
static void count_refusal(struct smci_pace *pace, const struct refusal *refusal)
{
    bool is_counted = refusal->sent_ms > pace->counted_from_ms || pace->rate.rate <= 0;
    if (!pace->is_refused)
        pace->refused_since_ms = refusal->now_ms;
    pace->is_refused = true;
    pace->counted -= is_counted;
    pace->rate.calls -= !is_counted;
    pace->refusals_ms[pace->refusals++ % SMCI_PACE_REFUSALS] = refusal->now_ms;
}

void smci_pace_refused(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms,
                       int64_t retry_after_ms, bool is_html)
{
    struct refusal refusal = {.sent_ms = sent_ms,
                              .now_ms = now_ms,
                              .retry_after_ms = retry_after_ms < HOUR_MS ? retry_after_ms : HOUR_MS,
                              .is_html = is_html,
                              .level = end_call(pace, sent_ms, true)};
    bool is_news = sent_ms > pace->decided_ms;
    count_refusal(pace, &refusal);
    if (is_news && !is_limits(pace, &refusal))
        return;
    pace->limited++;
    double needed = is_news ? decide(pace, &refusal) : 0;
    pause_for(pace, now_ms, refusal.retry_after_ms);
    if (!is_news)
        return;
    double pause = (double)pause_left_ms(pace, now_ms);
    pace->idle_ms = (int64_t)fmax(pause - needed, 0);
    smci_pace_limit_widen(&pace->rate, pause, (double)pace->limited / fmax(pace->sent, 1));
}

int64_t smci_pace_refused_for_ms(const struct smci_pace *pace, int64_t now_ms)
{
    return pace->is_refused ? elapsed_ms(pace->refused_since_ms, now_ms) : 0;
}

double smci_pace_rate(const struct smci_pace *pace)
{
    double rate = pace->rate.rate;
    return pace->fastest > 0 ? fmin(rate, fmax(SEEN_AHEAD * pace->fastest, pace->rate.base)) : rate;
}

struct smci_pace_found smci_pace_found(const struct smci_pace *pace)
{
    const struct smci_pace_limit *rate = &pace->rate;
    bool is_known = rate->least > 0 && rate->most >= rate->least;
    return (struct smci_pace_found){
        .rate = smci_pace_rate(pace),
        .least = is_known ? rate->least : 0,
        .most = is_known ? rate->most : 0,
        .at_once = pace->window.limit < pace->window.most ? pace->window.limit : 0,
        .noise = smci_pace_noise_found(&pace->noise),
    };
}
