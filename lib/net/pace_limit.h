/* The rate: what is let through between refusals, and how it climbs in between. Part of the pace,
 * see pace.c. */
#ifndef SMCI_PACE_LIMIT_H
#define SMCI_PACE_LIMIT_H

#include <stdbool.h>

struct smci_pace_limit {
    double rate;    /* calls a second; 0: no limit was met */
    double base;    /* where its climb began */
    double horizon; /* the accepted calls that take it to 1.1 x base */
    double climbed; /* accepted calls since, of those that the rate held back */
    double burst;   /* calls let through before the first refusal: no limit's burst is larger, as
                       far as they were refused by one; 0: that is not known */
    double least,
        most;         /* a steady limit that explains the refusals is between these; 0: none yet */
    bool is_anchored; /* there was a refusal from which to count: */
    double calls, ms; /*   what was let through since, and in how long */
    int few;          /* refusals in a row, each after next to nothing */
};

/* From a refusal, or from the start, to the next refusal. */
struct smci_pace_gap {
    double calls;   /* that were let through */
    double ms;      /* it took, */
    double idle_ms; /*   of which so many were waited longer than was proved to be needed */
    int in_flight;  /* calls of which nothing is known yet */
    double dense;   /* calls a second that a limit refills at least, as some were let through that
                       close to each other */
    double noise;   /* this share of the calls is refused whatever the rate */
    bool is_html;   /* the refusal is a page of the edge */
    bool is_sure;   /* a limit's for sure: it says how long to wait, or is a page of the edge */
};

/* As an earlier run left it, or 0. */
void smci_pace_limit_init(struct smci_pace_limit *limit, double learnt_rate);

/* An accepted call that the rate had held back. */
void smci_pace_limit_climb(struct smci_pace_limit *limit);

/* The rate was blamed wrongly: it stays, climbs fast, and what was concluded is forgotten. */
void smci_pace_limit_acquit(struct smci_pace_limit *limit);

/* Back to `rate` at most, to climb from there fast. */
void smci_pace_limit_calm(struct smci_pace_limit *limit, double rate);

/* Learns from a refusal. False when no steady limit explains it and those before: then the rate is
 * again what was proved to be let through. */
bool smci_pace_limit_learn(struct smci_pace_limit *limit, const struct smci_pace_gap *gap);

/* What refusals cost makes the climb to the next one longer: a pause that loses many calls, or a
 * large share of the calls that a limit has `refused` up to now. */
void smci_pace_limit_widen(struct smci_pace_limit *limit, double pause_ms, double refused);

#endif
