/* Which of the answers that earlier runs have paid for are as good as new ones.
 *
 * The store's answers outlive a run that did not finish, with --incremental also one that did; the
 * next one lists everything again and reuses an answer only where the listing still shows the same
 * object (reused.h). Each kind of calls has a past of its own, since a run may leave some out: what
 * a run does not ask for, it neither uses nor drops. */
#ifndef EXTRACT_REUSE_H
#define EXTRACT_REUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "job.h"

/* How old the answers of one kind of calls may be. */
struct reuse_age {
    int64_t began_s; /* Unix time; of the run that is resumed, if one is */
    bool is_full;    /* builds on no finished run */
};

struct reuse {
    const struct job *job;
    bool is_same_run; /* what it resumes is itself */
    struct reuse_age ages[CALL_COUNT];
};

/* Drops the answers that are too old. */
enum smc_status reuse_begin(struct reuse *reuse, struct smc_error *err);

/* The set is published: drops the answers, but with --incremental those for what was listed now. */
enum smc_status reuse_end(const struct reuse *reuse, struct smc_error *err);

/* Notes that the run which wrote these files has finished. */
enum smc_status reuse_note_finished(const struct job *job, const struct selection *selection,
                                    struct smc_error *err);

#endif
