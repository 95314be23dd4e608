/* What --with asks for beyond what Catalog does. It is asked when all the rest has been read, and
 * never endangers it: what can't be read is a gap, a file of which nothing could be read is left
 * out, and what would end the run ends the asking. */
#ifndef EXTRACT_EXTRAS_H
#define EXTRACT_EXTRAS_H

#include "calls.h"
#include "job.h"
#include "listing.h"
#include "lost.h"

/* All borrowed. */
struct extras {
    const struct job *job;
    const struct listing *listings; /* ASSET_COUNT of them */
    struct calls *calls;
    struct lost *lost;
};

/* Whether anything is asked for extras alone. */
bool extras_are_any(const struct selection *selection);

/* Asks about all objects that the listings name, which have been started, and the data models that
 * sources name; runs the client. */
enum smc_status extras_ask_objects(const struct extras *extras, struct smc_error *err);

/* Asks about the columns of each table that a source names, be its file written or not; runs the
 * client. */
enum smc_status extras_ask_columns(const struct extras *extras, struct smc_error *err);

/* The asking has ended with `rc`, described by `err`. Where that is neither a fault of this machine
 * nor asked for, it is not a failure: what was not read whole is given up. Every object that was to
 * be asked about has an outcome now. Returns what else has failed. */
enum smc_status extras_settle(const struct extras *extras, enum smc_status rc,
                              struct smc_error *err);

/* Takes the files out of the set that can't be written. */
enum smc_status extras_drop_files(struct job *job, const struct lost *lost, struct smc_error *err);

#endif
