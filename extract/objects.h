/* Objects' calls: one object's sources, elements, lineage or path, all pages or none, into the
 * store; what could not be read becomes a gap. */
#ifndef EXTRACT_OBJECTS_H
#define EXTRACT_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/store.h"

#include "assets.h"

struct run;
struct object;

/* How the calls of one kind went: contract, section 3, the row on 403. */
struct object_counts {
    int64_t answered;  /* objects whose call ended with an answer of Sigma's */
    int64_t forbidden; /* of these, with 403 */
    char text[320];    /* what the last of these said */
};

enum objects_phase {
    OBJECTS_LIST,     /* what the listings have named */
    OBJECTS_DEFERRED, /* what failed and is asked once more */
    OBJECTS_TABLES,   /* the tables' paths */
    OBJECTS_PHASES
};

struct objects {
    struct run *run;
    struct object *flying; /* those whose calls are under way */
    enum objects_phase phase;
    int64_t positions[OBJECTS_PHASES];            /* how far the list of each was fed */
    struct object_counts counts[ASSET_COUNT + 1]; /* the last is for paths */
};

void objects_init(struct objects *objects, struct run *run);
void objects_clear(struct objects *objects);

/* An asset's call, or that for a table's path. */
#define OBJECT_PATH ASSET_COUNT
const char *object_kind(int asset);

/* Puts the call for an object on the list of those to be made, unless it is there. */
enum smc_status objects_want(struct objects *objects, int asset, const char *id, const char *tag,
                             const char *name, struct smc_error *err);

/* Begins a phase, or goes on with it: from then on the client is fed from its list. */
void objects_begin(struct objects *objects, enum objects_phase phase);

/* Counts the answer for a table's path that an earlier run has paid for. */
enum smc_status objects_reuse_path(struct objects *objects, const char *id,
                                   const struct smci_outcome *outcome, struct smc_error *err);

/* Asks now, before all that is queued. `ended` (may be NULL) is called once, whatever comes of it;
 * `is_read` tells whether the answer is in the store. */
typedef void object_ended_fn(struct run *run, const char *id, bool is_read);
void objects_ask_now(struct objects *objects, int asset, const char *id, object_ended_fn *ended);

/* SMC_ERR_AUTH when all calls of a kind so far were answered with 403, and there were at least `proof`
 * of them. objects_check_rights, at the end of a phase: all kinds, however few calls. */
enum smc_status objects_check_kind(const struct objects *objects, int asset, int64_t proof,
                                   struct smc_error *err);
enum smc_status objects_check_rights(const struct objects *objects, struct smc_error *err);

/* The outcome that the store has for an object's call of this run; `found` is false when there is none,
 * or when this run had no use for the call (an earlier one may have had). */
enum smc_status objects_outcome(struct run *run, int asset, const char *id, bool *found,
                                struct smci_outcome *outcome, struct smc_error *err);

#endif
