/* Answers that an earlier run has paid for: found where the listing still shows the same object,
 * and taken as if they had just come. Which of them are there at all is reuse.h's. */
#ifndef EXTRACT_REUSED_H
#define EXTRACT_REUSED_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/json.h>

#include "call.h"
#include "lost.h"

/* The tag of an object of which nothing tells whether it has changed: no answer is reused. */
#define TAG_UNKNOWN "/"

/* Takes a page of an answer from whose rows more calls may follow. */
typedef enum smc_status reused_rows_fn(void *ctx, const struct call *call,
                                       struct smc_json_span rows, struct smc_error *err);

/* The caller sets `job`, `lost`, `rows` and `ctx`, the rest is 0. */
struct reused {
    const struct job *job;
    struct lost *lost;
    reused_rows_fn *rows;
    void *ctx;
    int64_t count;
    int64_t oldest_s; /* Unix time; 0: none was reused */
};

/* Whether the store has the answer for the call's object as the listing shows it now. SMC_ERR_STORE
 * and the like. */
enum smc_status reused_find(const struct reused *reused, const struct call *call, bool *found,
                            struct smci_outcome *outcome, struct smc_error *err);

/* Counts the answer, and does what follows from it: rows are told of, a failure is a gap.
 * SMC_ERR_STORE and the like, SMC_ERR_NOMEM; what `rows` returns. */
enum smc_status reused_take(struct reused *reused, const struct call *call,
                            const struct smci_outcome *outcome, struct smc_error *err);

/* The same for a table's path; `asset` is CALL_PATH or CALL_EXTRA_PATH. */
enum smc_status reused_take_path(struct reused *reused, enum asset_id asset, const char *id,
                                 const struct smci_outcome *outcome, struct smc_error *err);

#endif
