/* An object's answer with fewer rows than its own total, or with an end that may be none, is kept, and asked for once more: the first
 * reading stays until the second is there with all its pages, and has no fewer rows. */
#ifndef EXTRACT_AGAIN_H
#define EXTRACT_AGAIN_H

#include "call.h"

/* Whether the pages, all of which are there, have fewer rows than they say, or nobody knows. */
bool again_is_short(const struct call *call);

/* Keeps a reading that is short as the object's answer, so that no later run reuses it. */
enum smc_status again_keep(const struct call *call, struct smc_error *err);

/* Makes the call one that reads once more: its pages go beside those of the first reading. False
 * without memory. */
bool again_begin(struct call *call);

/* Puts the second reading in the place of the first. */
enum smc_status again_take(const struct call *call, struct smc_error *err);

/* What is lacking in the object's answer, in words, to `text`: its cause, ": ", and what is its own.
 */
enum smc_status again_reason(const struct call *call, struct smc_buf *text, struct smc_error *err);

/* Forgets the second readings. */
enum smc_status again_end(const struct job *job, struct smc_error *err);

#endif
