/* The window: how many calls may be in flight, and whether the server accepts no more at once. Part
 * of the pace, see pace.c. */
#ifndef SMCI_PACE_WINDOW_H
#define SMCI_PACE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define SMCI_PACE_LEVELS 64 /* more calls in flight than that blame no cap */

struct smci_pace_window {
    int most;                           /* as the user has it */
    int limit;                          /* at most `most`, less where refusals blame the window */
    int size;                           /* calls that may be in flight now */
    int refused_level;                  /* of which the limit was narrowed last; 0: never */
    int below;                          /* refusals since then at fewer calls in flight */
    int64_t quiet;                      /* accepted calls since the last decision */
    int64_t reopen;                     /* so many of them open the limit by one */
    double blame[SMCI_PACE_LEVELS + 1]; /* by calls in flight: were more refused than accepted? */
};

void smci_pace_window_init(struct smci_pace_window *window, int concurrency);

/* A call was accepted that was one of `level` in flight; 0: that is forgotten. True when one more
 * than before is tried from now on. */
bool smci_pace_window_accepted(struct smci_pace_window *window, int level);

/* A decision on a refused call. `is_rated`: there is a rate already. True when it is the window
 * that is too wide, not the rate that is too high: it is narrower now. */
bool smci_pace_window_refused(struct smci_pace_window *window, int level, bool is_rated,
                              bool is_html);

#endif
