/* When a page is made: at the end of a run, and with --from of a set that is there. */
#ifndef EXTRACT_PAGE_MADE_H
#define EXTRACT_PAGE_MADE_H

#include "job.h"

/* --html of a run that has published its set. The errors are page_write's. */
enum smc_status page_of_run(const struct job *job, struct smc_error *err);

/* --from: of the newest set in a directory and the history in its state directory, where one is
 * kept; no client is made. SMC_ERR_USAGE without --html; else page_write's and page_newest's. */
enum smc_status page_from(const struct extract_settings *settings, struct smc_log *log, int stop_fd,
                          struct smc_error *err);

#endif
