/* Files of what belongs to an object: each row of its answer, as given, with the object's id. */
#ifndef EXTRACT_ROWS_H
#define EXTRACT_ROWS_H

#include "job.h"

/* Writes the file of `asset` (FORM_ROWS), in listing order of the objects. Of workbooks' elements it
 * has those that hold data; of queries it has the SQL without Sigma's own comment. What could not be
 * read is left out. */
enum smc_status rows_write(const struct job *job, enum asset_id asset, struct smc_error *err);

#endif
