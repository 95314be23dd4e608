/* Teams: what the listing says of each, and its members. */
#ifndef EXTRACT_TEAMS_H
#define EXTRACT_TEAMS_H

#include <sigmacat/json.h>

#include "job.h"

/* Keeps a row of the listing until its members are known. SMC_ERR_STORE and the like. */
enum smc_status teams_keep(const struct job *job, const char *id, struct smc_json_span row,
                           struct smc_error *err);

/* Writes the file, in listing order: each row with a member "members", which is the list of them, or
 * null where it could not be read. */
enum smc_status teams_write(const struct job *job, struct smc_error *err);

/* Drops the rows that were kept. */
enum smc_status teams_end(const struct job *job, struct smc_error *err);

#endif
