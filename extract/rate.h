/* The limit of calls that a run met, kept for the next one. */
#ifndef EXTRACT_RATE_H
#define EXTRACT_RATE_H

#include "job.h"

/* The limit that a run of the last 24 hours met, in calls a second; 0: none is known. */
enum smc_status rate_learnt(const struct job *job, double *rate, struct smc_error *err);

/* Keeps the limit that this run met, if it did. */
enum smc_status rate_keep(const struct job *job, struct smc_error *err);

#endif
