/* --metrics-file: how the last upload went, for a monitoring system. */
#ifndef UPLOAD_METRICS_H
#define UPLOAD_METRICS_H

#include "job.h"

/* Writes it, if it was asked for, however the run ended (`rc`, described by `err`). The result is
 * `rc`, or where that is SMC_OK the failure to write; another one is logged. */
enum smc_status upload_metrics_write(const struct upload_job *job, enum smc_status rc,
                                     struct smc_error *err);

#endif
