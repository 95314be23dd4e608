#include "lib/net/pace_window.h"

#include <math.h>

#define REOPEN_CALLS 200 /* doubled each time in vain, */
#define REOPEN_MAX   800 /*   up to this */
#define BLAME_MIN    1.6 /* refusals at a level, less those accepted there or above: */
#define BLAME_MAX    3.0
#define ACCEPTED     0.3 /*   each for so much, as some in flight are served already */
#define BELOW        2   /* refusals at fewer in flight: there is no cap */
#define BLOCKED_SIZE 2   /* after an edge's page */

void smci_pace_window_init(struct smci_pace_window *window, int concurrency)
{
    int most = concurrency > 1 ? concurrency : 1;
    *window = (struct smci_pace_window){
        .most = most, .limit = most, .size = most < 2 ? most : 2, .reopen = REOPEN_CALLS};
}

bool smci_pace_window_accepted(struct smci_pace_window *window, int level)
{
    for (int i = 0; i <= level && i <= SMCI_PACE_LEVELS; i++)
        window->blame[i] = fmax(window->blame[i] - ACCEPTED, 0);
    bool is_opened = ++window->quiet % window->reopen == 0 && window->limit < window->most;
    window->limit += is_opened;
    window->size += window->size < window->limit;
    return is_opened;
}

/* A call was refused though it was one of fewer than the cap lets through: there is no cap. */
static void acquit(struct smci_pace_window *window)
{
    for (int i = 0; i <= SMCI_PACE_LEVELS; i++)
        window->blame[i] = 0;
    window->limit = window->most;
    window->below = 0;
    window->reopen = REOPEN_CALLS;
}

bool smci_pace_window_refused(struct smci_pace_window *window, int level, bool is_rated,
                              bool is_html)
{
    window->quiet = 0;
    window->below += window->limit < window->most && level > 0 && level < window->refused_level;
    if (window->below >= BELOW)
        acquit(window);
    if (is_html && window->size > BLOCKED_SIZE)
        window->size = BLOCKED_SIZE;
    if (is_html || !is_rated || level < 2 || level > SMCI_PACE_LEVELS)
        return false;
    window->blame[level] = fmin(window->blame[level] + 1, BLAME_MAX);
    if (window->blame[level] < BLAME_MIN)
        return false;
    bool is_in_vain = level == window->refused_level;
    window->refused_level = level;
    window->below = 0;
    window->size = window->limit = level - 1;
    if (is_in_vain && window->reopen < REOPEN_MAX)
        window->reopen *= 2;
    return true;
}
