/* Answers that turn out to be doubtful: an answer too many lay on the connection that they came by,
 * so that each may be the answer to another call (castor-extract-sigma(1), "WHEN SIGMA OR THE
 * NETWORK FAILS"). They are forgotten in the store; run.c begins again then, with the listings, and
 * finds there all that is not doubtful. */
#ifndef EXTRACT_DOUBT_H
#define EXTRACT_DOUBT_H

#include <stdbool.h>

#include "job.h"

struct doubt_connection;

struct doubt {
    const struct job *job;
    struct doubt_connection *open;   /* not at their end, or cut: taken for right so far */
    struct doubt_connection *proven; /* whose are doubtful */
    bool has_more;                   /* among these is something other than an object's answer */
};

/* For once the job has its client. */
void doubt_begin(struct doubt *doubt, const struct job *job);
/* Twice is harmless. */
void doubt_clear(struct doubt *doubt);

/* The answer whose callback is running is that to an object's call; `kind` is as in the store. NULL
 * for both: it is another's. Should memory run out, the client's run fails. */
void doubt_note(struct doubt *doubt, const char *kind, const char *id);

/* Whether an answer of this object's is doubtful, one of its pages say. */
bool doubt_has(const struct doubt *doubt, const char *kind, const char *id);

/* Whether there is anything doubtful. */
bool doubt_is_any(const struct doubt *doubt);

/* Whether a run that ended so may have been misled by answers that were meant for other calls. */
bool doubt_explains(enum smc_status rc);

/* Forgets it, also what was put into the store since, and all that came by a connection that was
 * not seen to its end. No call may be under way. */
enum smc_status doubt_forget(struct doubt *doubt, struct smc_error *err);

#endif
