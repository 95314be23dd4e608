/* This run in the store's history: there from its beginning, so that one that was killed is there
 * too, with its gaps as they come up and its figures before it publishes and at its end. */
#ifndef EXTRACT_HISTORY_H
#define EXTRACT_HISTORY_H

#include <stdbool.h>

#include "gap.h"
#include "job.h"

/* Once set and store are open. */
enum smc_status history_begin(const struct job *job, struct smc_error *err);

/* A gap of this run, and how the report has it. */
enum smc_status history_add_gap(const struct job *job, const struct gap *gap, const char *json,
                                struct smc_error *err);

/* The newest run that was published, of the whole organisation where this one is. */
enum smc_status history_last(const struct job *job, bool *found, int64_t *key,
                             struct smc_error *err);

/* When a run was last published, Unix seconds. */
enum smc_status history_last_end(const struct job *job, bool *found, int64_t *ended_s,
                                 struct smc_error *err);

/* Whether that run had a gap, too. */
enum smc_status history_had_gap(const struct job *job, int64_t key, const char *kind,
                                const char *id, int http_status, bool *found,
                                struct smc_error *err);

/* Just before publication: should that be cut off, a later run finishes it. `figures` is a JSON
 * object. */
enum smc_status history_note(const struct job *job, const char *figures, struct smc_error *err);

/* The publication of an earlier run, whose set this is, was finished, or is not to be any more. */
enum smc_status history_settle(const struct job *job, int64_t timestamp, bool is_published,
                               struct smc_error *err);

/* However it ended (`rc`). */
enum smc_status history_end(const struct job *job, bool is_published, enum smc_status rc,
                            const char *figures, struct smc_error *err);

#endif
