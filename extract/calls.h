/* The calls for single objects: which are wanted, which are under way, and how they ended. An
 * answer is in the store, all pages or none; what could not be read becomes a gap, or is asked once
 * more: castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS". */
#ifndef EXTRACT_CALLS_H
#define EXTRACT_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/json.h>

#include "lib/store/store.h"

#include "call.h"
#include "job.h"
#include "lost.h"
#include "reused.h"

enum calls_phase {
    CALLS_LIST,     /* what the listings have named */
    CALLS_DEFERRED, /* what failed and is asked once more */
    CALLS_TABLES,   /* the tables' paths */
    CALLS_EXTRAS,   /* what is asked for extras alone */
    CALLS_EXTRA_TABLES,
    CALLS_PHASES
};

enum calls_event {
    CALLS_ROWS, /* rows from which more calls may follow */
    CALLS_ALONE /* one has failed for a while, and no other has succeeded since it began */
};

typedef enum smc_status calls_told_fn(void *ctx, enum calls_event event, const struct call *call,
                                      struct smc_json_span rows, struct smc_error *err);

struct in_flight;

struct calls {
    const struct job *job;
    struct lost *lost;
    struct reused *reused;
    calls_told_fn *told;
    void *ctx;
    struct in_flight *in_flight;
    enum calls_phase phase;
    int64_t positions[CALLS_PHASES]; /* how far the list of each was fed */
    int64_t wanted[CALL_COUNT];      /* objects whose calls are to be made */
    int64_t done[CALL_COUNT];        /* of these, those whose calls have ended for good */
};

/* The caller sets `job`, `lost`, `reused`, `told` and `ctx`, the rest is 0. Frees what is under way. */
void calls_clear(struct calls *calls);

/* Puts the call for an object on the list of those to be made, unless it is there. Extras have a
 * list, and a phase, of their own. */
enum smc_status calls_want(struct calls *calls, enum asset_id asset, const char *id,
                           const char *tag, const char *name, struct smc_error *err);

/* Goes through a phase, or on with it, and through all that is queued besides: runs the client. */
enum smc_status calls_run(struct calls *calls, enum calls_phase phase, struct smc_error *err);

/* Asks now, before all that is queued. `ended` is called once, unless the run is over before;
 * `is_read` tells whether the answer is in the store. */
typedef void call_ended_fn(void *ctx, const char *id, bool is_read);
void calls_ask_now(struct calls *calls, enum asset_id asset, const char *id, call_ended_fn *ended,
                   void *ctx);

/* Those of the extras that have no outcome, since their kind was given up or the client can go on no
 * more, get one: they could not be read. */
enum smc_status calls_settle_extras(struct calls *calls, struct smc_error *err);

/* The outcome that the store has for an object's call of this run; `found` is false when this
 * run had no use for the call (an earlier one may have had). SMC_ERR_STORE when it had and
 * there is none: an object that was forgotten must not pass for one without rows. */
enum smc_status calls_outcome(const struct job *job, enum asset_id asset, const char *id,
                              bool *found, struct smci_outcome *outcome, struct smc_error *err);

#endif
