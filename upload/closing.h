/* What is said at the end of an upload at a terminal, below the log: a table of what became of the
 * files, with their bytes and tries, and how long it took. */
#ifndef UPLOAD_CLOSING_H
#define UPLOAD_CLOSING_H

#include "job.h"

/* Shows it on standard error, where that is a terminal and the log is a text of INFO or more. `rc`
 * is how the upload ended. */
void upload_closing_tell(const struct upload_job *job, enum smc_status rc);

#endif
