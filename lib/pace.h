/* The pace: how many calls may be in flight and when the next one may start, learnt from refusals.
 * Values and times in, decisions out; no clock, no socket. The caller keeps the struct. */
#ifndef SMCI_PACE_H
#define SMCI_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

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
 * acceptance. The contract ends a run at 15 minutes. */
int64_t smci_pace_refused_for_ms(const struct smci_pace *pace, int64_t now_ms);

/* The learnt limit, calls a second; 0 while none was met. */
double smci_pace_rate(const struct smci_pace *pace);

#define SMCI_PACE_MEMORY 14

struct smci_pace {
    struct smci_pace_opt opt;
    struct smci_rng rng;
    int window;    /* calls that may be in flight */
    int in_flight;

    double rate;      /* calls a second; 0: no limit was met */
    double base;      /* where the climb began, after the last refusal */
    double horizon;   /* how many accepted calls take the climb to 1.1 x base */
    double climbed;   /* accepted calls since, counted while the rate held them back */
    bool is_held;     /* the next call had to wait for the rate */
    double next_ms;   /* when it may start, as the rate has it */

    int64_t pause_until_ms; /* no call starts before */
    int64_t pause_ms;       /* how long that pause is in all */
    int64_t decided_ms;     /* of the last decision */
    int64_t counted_from_ms; /* since when `counted` calls were sent and not refused */
    int64_t counted;
    int64_t idle_ms; /* of that time: waited longer than was proved to be needed */
    int streak;  /* decisions with nothing accepted between them */
    int blocked; /* of these, by the edge's page */

    bool is_refused;          /* the last word was a refusal */
    int64_t refused_since_ms; /* the first of its row */
    int64_t refusals_ms[SMCI_PACE_MEMORY]; /* when the last ones came, a ring */
    int64_t refusal_count;
};

#endif
