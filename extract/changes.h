/* What changed from the set before to the one that was just published, file by file. */
#ifndef EXTRACT_CHANGES_H
#define EXTRACT_CHANGES_H

#include "lib/set/changes.h"

#include "job.h"

struct changes {
    bool is_known;                          /* there is a set to compare with */
    int64_t before;                         /* its timestamp */
    bool is_compared[ASSET_COUNT];          /* both sets have this file */
    struct smci_changes files[ASSET_COUNT]; /* of those that were compared */
};

/* The members that tell a record of an asset's file: of a listing its id, else the object and what
 * it is. Returns how many; the texts are static. */
size_t changes_ids(enum asset_id asset, const char *ids[SMCI_CHANGES_IDS]);

/* Compares the set of the newest run that was published (of the whole organisation where this run
 * is), if it is still there, with this one's. Nothing follows from it: what can't be read is left
 * out, and an error is a signal to stop. SMC_ERR_CANCELLED. */
enum smc_status changes_find(const struct job *job, struct changes *changes, struct smc_error *err);

#endif
