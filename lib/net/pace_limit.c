#include "lib/net/pace_limit.h"

#include <math.h>

#define RATE_MIN      0.5 /* calls a second */
#define RATE_MAX      10000.0
#define KEEP          0.95  /* of the estimate */
#define KEEP_BLOCKED  0.7   /*   after an edge's page: the next one costs half a minute or more */
#define KEEP_FIRST    0.7   /*   of the first one, */
#define BURST         50.0  /*   or all but so many calls, if that is more */
#define WEIGHT_MAX    0.25  /* of the rate at the refusal, */
#define WEIGHT_CALLS  100.0 /*  in proportion to the calls: few of them do not show overflow */
#define WEIGHT_NOISY  0.15
#define SAY_MAX       5.0  /* times the estimate */
#define POWER         4.0  /* of the climb */
#define HORIZON_MIN   10.0 /* accepted calls that take the rate to 1.1 x */
#define HORIZON_MAX   90.0
#define HORIZON_NOISY 50
#define HORIZON_KEEP  0.75
#define DROP          0.4 /* of the base: an estimate below it is a new one */
#define FEW_PROVE     10.0
#define CHEAP_CALLS   20.0 /* a pause that loses more calls widens the horizon, */
#define WIDEN_MAX     10.0 /*   up to so many times, */
#define CHEAP_SHARE   0.01 /* and a larger share of refusals, */
#define SHARE_MAX     2.5  /*   up to so many times */
#define FEW_CALLS     3
#define FEW_MAX       5

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

static void set_base(struct smci_pace_limit *limit, double rate, double horizon)
{
    limit->base = clamp(rate, RATE_MIN, RATE_MAX);
    limit->rate = limit->base;
    limit->horizon = horizon;
    limit->climbed = 0;
}

/* Forgets what limits would explain the refusals; the next gap is the first to count. */
static void forget(struct smci_pace_limit *limit)
{
    limit->least = limit->most = 0;
    limit->calls = limit->ms = 0;
    limit->few = 0;
}

void smci_pace_limit_init(struct smci_pace_limit *limit, double learnt_rate)
{
    *limit = (struct smci_pace_limit){.rate = 0};
    if (learnt_rate > 0)
        set_base(limit, KEEP * learnt_rate, HORIZON_MAX);
}

void smci_pace_limit_climb(struct smci_pace_limit *limit)
{
    if (limit->rate <= 0)
        return;
    double x = ++limit->climbed / limit->horizon;
    limit->rate = clamp(limit->base * (1 + 0.1 * pow(x, POWER)), RATE_MIN, RATE_MAX);
}

void smci_pace_limit_acquit(struct smci_pace_limit *limit)
{
    forget(limit);
    set_base(limit, limit->rate, HORIZON_MIN);
}

void smci_pace_limit_calm(struct smci_pace_limit *limit, double rate)
{
    if (limit->rate > rate)
        set_base(limit, rate, HORIZON_MIN);
}

void smci_pace_limit_widen(struct smci_pace_limit *limit, double pause_ms, double refused)
{
    double widen = clamp(limit->rate * pause_ms / 1000 / CHEAP_CALLS, 1, WIDEN_MAX) *
                   clamp(refused / CHEAP_SHARE, 1, SHARE_MAX);
    limit->horizon = fmin(limit->horizon, HORIZON_MAX * widen);
}

/* What a bucket with any burst refills at least, since of so many calls one was left over. */
static double refilled(double calls, const struct smci_pace_gap *gap, double ms)
{
    return (calls - gap->in_flight - 1) * 1000 / fmax(ms, 1);
}

/* Whether some steady limit explains this refusal and those before. */
static bool is_steady(struct smci_pace_limit *limit, const struct smci_pace_gap *gap)
{
    limit->calls += gap->calls;
    limit->ms += gap->ms;
    limit->few = gap->calls < FEW_CALLS && !gap->is_sure ? limit->few + 1 : 0;
    double least = fmax(refilled(gap->calls, gap, gap->ms), refilled(limit->calls, gap, limit->ms));
    limit->least = fmax(limit->least, least);
    limit->most = limit->most > 0 ? fmin(limit->most, limit->rate) : limit->rate;
    return limit->least <= limit->most && limit->few < FEW_MAX && limit->base > RATE_MIN;
}

/* The first estimate still holds the burst. */
static void guess(struct smci_pace_limit *limit, const struct smci_pace_gap *gap, double measured)
{
    double keep = gap->is_html ? KEEP_BLOCKED : KEEP;
    double kept = fmax(KEEP_FIRST, 1 - BURST / fmax(gap->calls, 1)) * measured;
    set_base(limit, keep * fmin(fmax(kept, gap->dense), measured), HORIZON_MIN);
}

/* What the limit refills, as this gap has it. */
static double estimate(const struct smci_pace_limit *limit, const struct smci_pace_gap *gap,
                       double measured)
{
    double found = fmax(measured, gap->dense);
    if (gap->calls < FEW_PROVE && limit->least <= limit->most)
        found = fmax(found, limit->least);
    return clamp(found, RATE_MIN, limit->rate);
}

static void slow_down(struct smci_pace_limit *limit, const struct smci_pace_gap *gap,
                      double measured)
{
    double keep = gap->is_html ? KEEP_BLOCKED : KEEP;
    double found = estimate(limit, gap, measured);
    bool is_noisy = gap->noise > 0 && !gap->is_sure;
    double weight = is_noisy ? WEIGHT_NOISY : fmin(gap->calls / WEIGHT_CALLS, WEIGHT_MAX);
    double kept = found > DROP * limit->base ? HORIZON_KEEP * limit->horizon : 0;
    double horizon = fmax(fmax(2 * gap->calls, kept), HORIZON_MIN);
    set_base(limit, keep * found * pow(fmin(limit->rate / found, SAY_MAX), weight),
             is_noisy ? fmin(horizon, HORIZON_NOISY) : horizon);
}

bool smci_pace_limit_learn(struct smci_pace_limit *limit, const struct smci_pace_gap *gap)
{
    double measured = gap->calls * 1000 / fmax(gap->ms - gap->idle_ms, 1);
    if (limit->rate <= 0 && gap->calls <= 0)
        return true; /* nothing was let through yet: no ground to set a rate on */
    bool is_first = limit->rate <= 0;
    bool is_counted = limit->is_anchored;
    limit->is_anchored = true;
    if (is_first) {
        guess(limit, gap, measured);
        limit->burst = gap->calls;
        return true;
    }
    if (is_counted && !is_steady(limit, gap)) {
        double proved = limit->least;
        forget(limit);
        if (!gap->is_sure) {
            set_base(limit, proved, HORIZON_MIN);
            limit->burst = 0;
            return false;
        }
    }
    slow_down(limit, gap, measured);
    return true;
}
