/* The set of files that a run leaves unfinished: what the next run must know of it. If its
 * publication had begun it is finished, else removed. */
#ifndef EXTRACT_RESUME_H
#define EXTRACT_RESUME_H

#include <stdbool.h>

#include "job.h"

/* Finishes or removes what an earlier run left of its set; `is_finished` when that run is done
 * after all, which was to write what `selection` tells. Before this run's own set begins. */
enum smc_status resume_recover(const struct job *job, struct selection *selection,
                               bool *is_finished, struct smc_error *err);

/* Notes this run's set, after its timestamp was chosen, before its first file. */
enum smc_status resume_note_set(const struct job *job, struct smc_error *err);

/* Just before the first file of the set is renamed; or false: that has failed and was undone. */
enum smc_status resume_note_publishing(const struct job *job, bool is_publishing,
                                       struct smc_error *err);

/* Nothing of the set is to be known any more. */
enum smc_status resume_forget_set(const struct job *job, struct smc_error *err);

#endif
