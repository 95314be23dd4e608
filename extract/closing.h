/* What is said at the end of a run that has published: the last lines of the log, and at a terminal
 * a table of what there is and what changed. */
#ifndef EXTRACT_CLOSING_H
#define EXTRACT_CLOSING_H

#include "changes.h"
#include "degraded.h"
#include "gaps.h"
#include "job.h"
#include "reused.h"

struct closing {
    const struct job *job;
    int64_t took_ms;
    const struct reused *reused;
    const struct gaps *gaps;
    const struct degraded *degraded;
    const struct changes *changes;
};

/* Whether the table is shown: where standard error is a terminal and the log is a text of INFO or
 * more. Only then is it worth while to find the changes. */
bool closing_has_table(const struct job *job);

/* Says it. */
void closing_tell(const struct closing *closing);

#endif
