/* The pace: how many calls may be in flight and when the next one may start, learnt from refusals.
 * Values and times in, decisions out; no clock, no socket. The caller keeps the struct. */
#ifndef SMCI_PACE_H
#define SMCI_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "lib/net/pace_limit.h"
#include "lib/net/pace_noise.h"
#include "lib/net/pace_window.h"

struct smci_pace_opt {
    int concurrency;    /* the window's upper bound, 1 or more */
    double max_rate;    /* calls a second; 0: none */
    double learnt_rate; /* from an earlier run; the pace starts just under it; 0: none */
    uint64_t seed;      /* of the jitter */
};

struct smci_pace; /* the definition follows below, so that callers can hold one; its members are
                     pace.c's own */

void smci_pace_init(struct smci_pace *pace, const struct smci_pace_opt *opt, int64_t now_ms);

/* Milliseconds until a call may start: 0 means now, SMCI_PACE_FULL that one in flight must end
 * first. */
#define SMCI_PACE_FULL INT64_MAX
int64_t smci_pace_wait_ms(struct smci_pace *pace, int64_t now_ms);

/* A call starts now. Remember `now_ms` as the call's `sent_ms`. */
void smci_pace_sent(struct smci_pace *pace, int64_t now_ms);

/* The call sent at `sent_ms` has ended; each sent call ends by exactly one of these.
 * accepted: any answer but a 429. refused: a 429, `retry_after_ms` -1 where the server named none,
 * `is_html` when the body was a page of the edge. lost: no answer at all. */
void smci_pace_accepted(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms);
void smci_pace_refused(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms,
                       int64_t retry_after_ms, bool is_html);
void smci_pace_lost(struct smci_pace *pace, int64_t sent_ms, int64_t now_ms);

/* How long refusals have gone on with nothing accepted in between; 0 when the last word was an
 * acceptance. After 15 minutes the client gives up. */
int64_t smci_pace_refused_for_ms(const struct smci_pace *pace, int64_t now_ms);

/* The learnt limit, calls a second; 0 while none was met. */
double smci_pace_rate(const struct smci_pace *pace);

/* What is known of the server's limits, for people. */
struct smci_pace_found {
    double rate;        /* calls a second, as they are sent now; 0: none was met */
    double least, most; /* a steady limit is between these; 0 where that is not known */
    int at_once;        /* the server accepts no more calls at once; 0: as many as wanted */
    double noise;       /* the share that is refused whatever the rate; 0: none */
};

struct smci_pace_found smci_pace_found(const struct smci_pace *pace);

#define SMCI_PACE_REFUSALS 19
#define SMCI_PACE_CALLS    64

struct smci_pace {
    struct smci_pace_opt opt;
    struct smci_rng rng;

    struct smci_pace_window window;
    int in_flight;
    struct {
        int64_t sent_ms;
        int level; /* calls in flight, this one included; 0: the slot is free */
    } calls[SMCI_PACE_CALLS];
    unsigned sent;

    struct smci_pace_limit rate;
    struct smci_pace_noise noise;
    double speed, fastest; /* calls a second that were sent, lately and ever; 0: too few to say */
    bool is_held;          /* the rate, not the window, holds the calls back */
    double next_ms;        /* when a call may start, as the rate has it */

    int64_t counted;         /* calls sent and not refused */
    int64_t counted_from_ms; /* since the last refusal that followed an acceptance */
    int64_t idle_ms;         /* less the time waited longer than was proved to be needed */

    int64_t doubtful_from; /* the same two, when refusals began to be more than noise explains */
    int64_t doubtful_from_ms;

    int64_t paused_ms;  /* when the last pause began */
    int64_t pause_ms;   /* how long no call starts from then on */
    int64_t decided_ms; /* when a refusal was last acted upon */
    int streak;         /* decisions with nothing accepted since the first of them */
    bool was_long;      /* the latest such row was too long for a bucket */
    int blocked;        /* of these, on a page of the edge */

    bool is_refused;                         /* the last word was a refusal */
    int64_t refused_since_ms;                /* the first one of its row */
    int64_t refusals_ms[SMCI_PACE_REFUSALS]; /* the latest ones, a ring */
    int64_t refusals;
    int64_t limited; /* of these, by a limit as far as can be told */
};

#endif
