#include "lib/net/pace_noise.h"

#include <math.h>

#define FADE       0.99 /* of what was counted, per call: the last hundred count */
#define SENT_MORE  5.0  /* so many calls and refusals are counted besides, */
#define REFUSED    0.1  /*   so that the first ones do not decide */
#define SHARE_MIN  0.002
#define SHARE_MAX  0.6
#define SHARE_GONE 0.006 /* below it, all refusals are a limit's again */
#define EXCESS     0.2   /* the share beyond it that a limit is expected to refuse */
#define PROOF      5.0   /* a hundred and fifty times as likely with a limit as without */

double smci_pace_noise_share(const struct smci_pace_noise *noise)
{
    if (!noise->is_on)
        return SHARE_MIN;
    return fmin(fmax((noise->refused + REFUSED) / (noise->sent + SENT_MORE), SHARE_MIN), SHARE_MAX);
}

void smci_pace_noise_count(struct smci_pace_noise *noise, bool is_refused, bool is_slow)
{
    if (!noise->is_on || is_slow) {
        noise->sent = FADE * noise->sent + 1;
        noise->refused = FADE * noise->refused + is_refused;
        noise->is_on = noise->is_on && smci_pace_noise_share(noise) >= SHARE_GONE;
    }
    double share = smci_pace_noise_share(noise);
    double step = is_refused ? log(EXCESS / share + 1 - EXCESS) : log(1 - EXCESS);
    noise->evidence = fmax(noise->evidence + step, 0);
}

bool smci_pace_noise_explains(const struct smci_pace_noise *noise)
{
    return (noise->is_on || noise->names_wait) && noise->evidence < PROOF;
}

void smci_pace_noise_begin(struct smci_pace_noise *noise)
{
    noise->is_on = true;
    noise->evidence = 0;
}
