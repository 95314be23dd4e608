/* Objects that could not be read: each a gap that counts for its kind, unless the object has gone
 * while its listing was read. What was answered 404 or 410 before its listing has ended waits for
 * that. */
#ifndef EXTRACT_LOST_H
#define EXTRACT_LOST_H

#include "call.h"
#include "ends.h"
#include "gaps.h"

struct lost {
    const struct job *job;
    struct gaps *gaps;
    struct ends ends; /* of all calls for objects */
    bool is_listed[ASSET_COUNT];
    bool is_given_up[CALL_COUNT]; /* extras that could not be read at all */
};

/* The caller sets `job` and `gaps`, the rest is 0. The object's call has ended as `gap`, whose
 * kind, object and call need not be set. */
enum smc_status lost_note(struct lost *lost, const struct call *call, const struct gap *gap,
                          struct smc_error *err);

/* The same of an object that was read, but whose answer turned out to lack something. */
enum smc_status lost_note_unread(struct lost *lost, enum asset_id asset,
                                 const struct smci_item *object, const struct gap *gap,
                                 struct smc_error *err);

/* The same of a gap that does not count for its kind. */
enum smc_status lost_note_uncounted(struct lost *lost, const struct call *call,
                                    const struct gap *gap, struct smc_error *err);

/* An extra can't be read at all, be it a listing or a kind of objects' calls: that is one gap, and
 * no more calls are made for it. `gap` need not have a kind. Not twice. */
enum smc_status lost_give_up(struct lost *lost, enum asset_id asset, const struct gap *gap,
                             struct smc_error *err);

/* Whether what is asked about this is given up, or what that takes. */
bool lost_is_given_up(const struct lost *lost, enum asset_id asset);

/* The listing has ended. */
enum smc_status lost_listed(struct lost *lost, enum asset_id listing, struct smc_error *err);

#endif
