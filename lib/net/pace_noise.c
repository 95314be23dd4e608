#include "lib/net/pace_noise.h"

#include <math.h>

#define FADE        0.99 /* of what was counted, per call: the last hundred count */
#define SENT_MORE   10.0 /* so many calls and refusals are counted besides, */
#define REFUSED     0.2  /*   so that the first ones do not decide */
#define SHARE_MIN   0.002
#define SHARE_MAX   0.6
#define SHARE_FOUND 0.01
#define QUIET       0.5   /* calls without a refusal, not known to be slow, count half */
#define SURE_CALLS  60.0  /* a limit for sure is as good as so many slow calls without a refusal */
#define EXCESS      0.2   /* the share beyond it that a limit is expected to refuse */
#define PROOF       3.5   /* thirty times as likely with a limit as without */
#define CHANCE      0.001 /* a row of refusals that is less likely is a limit's */

double smci_pace_noise_share(const struct smci_pace_noise *noise)
{
    return fmin(fmax((noise->refused + REFUSED) / (noise->sent + SENT_MORE), SHARE_MIN), SHARE_MAX);
}

double smci_pace_noise_found(const struct smci_pace_noise *noise)
{
    double share =
        fmin(smci_pace_noise_share(noise), noise->all_refused / fmax(noise->all_sent, 1));
    return noise->refused > 1 && share > SHARE_FOUND ? share : 0;
}

/* What came to nothing was noise; of what became a decision nothing is counted. */
static void count_doubtful(struct smci_pace_noise *noise, double weight)
{
    double sent = weight * noise->doubtful_sent;
    noise->sent = pow(FADE, sent) * noise->sent + sent;
    noise->refused = pow(FADE, sent) * noise->refused + noise->doubtful_refused;
    smci_pace_noise_decide(noise);
}

void smci_pace_noise_count(struct smci_pace_noise *noise, bool is_refused, bool is_slow)
{
    double share = smci_pace_noise_share(noise);
    double step = is_refused ? log(EXCESS / share + 1 - EXCESS) : log(1 - EXCESS);
    double evidence = fmax(noise->evidence + step, 0);
    noise->all_sent = FADE * noise->all_sent + 1;
    noise->all_refused = FADE * noise->all_refused + is_refused;
    noise->doubtful_sent++;
    noise->doubtful_refused += is_refused;
    if (is_slow || evidence <= 0)
        count_doubtful(noise, is_slow || noise->doubtful_refused > 0 ? 1 : QUIET);
    noise->evidence = evidence;
}

bool smci_pace_noise_explains(const struct smci_pace_noise *noise)
{
    bool is_any_accepted = noise->all_refused < noise->all_sent;
    return is_any_accepted && noise->evidence < (noise->names_wait ? 2 * PROOF : PROOF);
}

bool smci_pace_noise_explains_row(const struct smci_pace_noise *noise, int refusals)
{
    return pow(smci_pace_noise_share(noise), refusals) > CHANCE;
}

void smci_pace_noise_decide(struct smci_pace_noise *noise)
{
    noise->evidence = noise->doubtful_sent = noise->doubtful_refused = 0;
}

void smci_pace_noise_begin(struct smci_pace_noise *noise)
{
    noise->sent = noise->all_sent;
    noise->refused = noise->all_refused;
}

void smci_pace_noise_end(struct smci_pace_noise *noise)
{
    noise->sent = SURE_CALLS;
    noise->refused = 0;
    smci_pace_noise_decide(noise);
}
