/* How far an extraction is, for the line at the bottom of a terminal: the time left, the calls a
 * second, and each kind of call with how many are done and known to be wanted. */
#ifndef EXTRACT_PROGRESS_H
#define EXTRACT_PROGRESS_H

#include "calls.h"
#include "listing.h"

/* Where the facts are; all borrowed. */
struct progress_of {
    const struct job *job;
    const struct listing *listings; /* ASSET_COUNT of them */
    const struct calls *calls;
};

struct progress;

/* Begins to show it. NULL when memory ran out: then nothing is shown, which both functions below
 * accept. */
struct progress *progress_new(const struct progress_of *of);

/* Time has passed, or there is news. */
void progress_tick(struct progress *progress);

/* Takes the line away. */
void progress_free(struct progress *progress);

#endif
