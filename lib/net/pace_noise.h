/* Which refusals come of a limit: some servers refuse a share of all calls, however slow they are.
 * Part of the pace, see pace.c. */
#ifndef SMCI_PACE_NOISE_H
#define SMCI_PACE_NOISE_H

#include <stdbool.h>

struct smci_pace_noise {
    bool is_on;           /* a share of the calls is refused whatever the rate */
    bool names_wait;      /* a limit's refusals have a Retry-After: one without is doubtful */
    double sent, refused; /* the latest calls, fading; once on, only those slower than the limit */
    double evidence; /* that more are refused than this share: a log of likelihoods, from 0 on */
};

/* The share of calls that is refused whatever the rate. */
double smci_pace_noise_share(const struct smci_pace_noise *noise);

/* A call was accepted or refused; `is_slow` when it was sent more slowly than the limit allows, as
 * far as that is known. */
void smci_pace_noise_count(struct smci_pace_noise *noise, bool is_refused, bool is_slow);

/* Whether the refusals up to now may well be this share alone. */
bool smci_pace_noise_explains(const struct smci_pace_noise *noise);

/* No steady limit explains the refusals: from now on a share of them is taken to be none's. */
void smci_pace_noise_begin(struct smci_pace_noise *noise);

#endif
