/* Going on where an earlier run stopped, and leaving behind what a later one needs for that.
 *
 * The store's answers outlive a run that did not finish; the next one lists everything again and
 * reuses an answer only where the listing still shows the same object (objects.c). What the earlier
 * run left of its set is finished, if its publication had begun, else removed. */
#ifndef EXTRACT_RESUME_H
#define EXTRACT_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>

struct run;

/* How old the answers of one kind of calls may be. Each kind has a past of its own, since a run may
 * leave some out: what a run does not ask for, it neither uses nor drops. */
struct resume_age {
    int64_t began_s; /* Unix time; of the run that is resumed, if one is */
    bool is_full;    /* builds on no finished run */
};

/* After the store was opened and the set's timestamp chosen, before its first file. */
enum smc_status resume_begin(struct run *run, struct smc_error *err);

/* Just before the first file of the set is renamed. */
enum smc_status resume_note_publishing(struct run *run, struct smc_error *err);

/* The publication has failed and was undone. */
enum smc_status resume_note_not_publishing(struct run *run, struct smc_error *err);

/* The set is published: nothing of this run is needed any more. */
enum smc_status resume_end(struct run *run, struct smc_error *err);

/* The limit that a run of the last 24 hours met, in calls a second; 0: none is known. */
enum smc_status resume_learnt_rate(struct run *run, double *rate, struct smc_error *err);

/* Keeps the limit that this run met, for the next one. */
enum smc_status resume_keep_rate(struct run *run, struct smc_error *err);

#endif
