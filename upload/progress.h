/* How far an upload is, for the line at the bottom of a terminal: all files and those that are
 * moving now, with the rate and the time left. */
#ifndef UPLOAD_PROGRESS_H
#define UPLOAD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include <sigmacat/client_types.h>

#include "job.h"

struct upload_progress;

/* Begins to show the files that are still to be sent by `client` (borrowed), up to `slot_count` of
 * them at once. NULL when memory ran out: then nothing is shown. Every function below accepts
 * that. */
struct upload_progress *upload_progress_new(const struct upload_job *job,
                                            const struct smc_client *client, size_t slot_count);

/* Takes the line away. */
void upload_progress_free(struct upload_progress *progress);

/* A file begins to move in a slot. `name` is borrowed until its end. */
void upload_progress_begin(struct upload_progress *progress, size_t slot, const char *name,
                           int64_t size);

/* How far it is; less than before when it begins again. */
void upload_progress_at(struct upload_progress *progress, size_t slot, int64_t byte_count);

/* It has ended. A file that failed counts as done too, so that the time left is right. */
void upload_progress_end(struct upload_progress *progress, size_t slot);

/* Time has passed. */
void upload_progress_tick(struct upload_progress *progress);

#endif
