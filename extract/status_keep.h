/* Keeps STATE/status.json up to date while a run is at work: replaced at most once a second, and at
 * its end. What fails here does not matter to the run: it is a line for --log-level debug. */
#ifndef EXTRACT_STATUS_KEEP_H
#define EXTRACT_STATUS_KEEP_H

#include "progress.h"
#include "reuse.h"

/* Where the facts are; all borrowed until status_keep_end. */
struct status_keep_of {
    struct progress_of progress;
    const struct reuse *reuse;
    const struct smc_buf *organization; /* its id as JSON text; empty: not known */
};

struct status_keep;

/* Begins, with the file that says that a run is at work. NULL when memory ran out: then nothing is
 * written, which the functions below accept. The run has its store open. */
struct status_keep *status_keep_new(const struct status_keep_of *of);

/* Time has passed. */
void status_keep_tick(struct status_keep *keep);

/* How a run ended. */
struct status_end {
    bool is_published;
    bool is_degraded;
    int64_t gaps;
    enum smc_status rc;
    const struct smc_error *err; /* of `rc` */
};

/* Writes the last word, and frees. */
void status_keep_end(struct status_keep *keep, const struct status_end *end);

/* For a run that has ended before it could begin that: its last word, where the state directory is
 * there and no other run is at work in it. `has_lock`: it is this one's. `clock` NULL: the
 * system's.
 * What `log` hides is not in it. */
void status_keep_failed(const struct extract_settings *settings, const struct smc_log *log,
                        const struct smc_clock *clock, bool has_lock, enum smc_status rc,
                        const struct smc_error *err);

#endif
