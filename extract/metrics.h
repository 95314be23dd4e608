/* --metrics-file: how the last run went, for a monitoring system. */
#ifndef EXTRACT_METRICS_H
#define EXTRACT_METRICS_H

#include "job.h"
#include "report.h"

/* Writes it, if it was asked for, however the run ended (`rc`). The result and the log are as
 * outputs_end has them. */
enum smc_status metrics_write(const struct job *job, const struct report *report,
                              enum smc_status rc, struct smc_error *err);

#endif
