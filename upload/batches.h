/* The batches of a warehouse's files: TS-NAME.csv, as Catalog reads them: castor-upload(1), "Sets".
 * They have no summary, so that one is known by its names alone. */
#ifndef UPLOAD_BATCHES_H
#define UPLOAD_BATCHES_H

#include "verify.h"

/* Leaves the newest batch that has any of Catalog's files, and warns of those that it lacks; newer
 * ones are passed over with a line each. SMC_ERR_IO when there is none. */
enum smc_status upload_batches_latest(struct upload_verifier *v, struct smc_error *err);

/* How many batches are among the files. */
size_t upload_batches_count(const struct upload_files *files);

#endif
