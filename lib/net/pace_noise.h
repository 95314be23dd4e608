/* Which refusals come of a limit: some servers refuse a share of all calls, however slow they are.
 * Part of the pace, see pace.c. */
#ifndef SMCI_PACE_NOISE_H
#define SMCI_PACE_NOISE_H

#include <stdbool.h>

struct smci_pace_noise {
    bool names_wait;      /* a limit's refusals have a Retry-After: one without is doubtful */
    double sent, refused; /* the latest calls that no limit had a part in, fading */
    double all_sent, all_refused;           /* all of the latest calls, fading */
    double evidence;                        /* that more than the share are refused: a log of */
    double doubtful_sent, doubtful_refused; /*   likelihoods, from 0 on, and the calls since */
};

/* The share of calls that is refused whatever the rate, as far as it can be told: before anything
 * is known of the server, two in a hundred. */
double smci_pace_noise_share(const struct smci_pace_noise *noise);

/* The same where it was seen, else 0. */
double smci_pace_noise_found(const struct smci_pace_noise *noise);

/* A call was accepted or refused; `is_slow` when it was sent more slowly than the limit allows, as
 * far as that is known. */
void smci_pace_noise_count(struct smci_pace_noise *noise, bool is_refused, bool is_slow);

/* Whether the refusals up to now may well be this share alone. */
bool smci_pace_noise_explains(const struct smci_pace_noise *noise);

/* Whether so many refusals in a row may be this share alone. */
bool smci_pace_noise_explains_row(const struct smci_pace_noise *noise, int refusals);

/* They are a limit's and were acted upon: the evidence is used up. */
void smci_pace_noise_decide(struct smci_pace_noise *noise);

/* No steady limit explains the refusals: all of the latest ones are taken to be none's. */
void smci_pace_noise_begin(struct smci_pace_noise *noise);

/* There is a limit for sure: refusals are its own, until others are seen again. */
void smci_pace_noise_end(struct smci_pace_noise *noise);

#endif
