/* What a run writes to paths that a person has named: the report, the metrics. */
#ifndef UPLOAD_OUTPUTS_H
#define UPLOAD_OUTPUTS_H

#include "job.h"

/* Whether `path` (NULL: not asked for), which the setting `flag` gave, can be written. SMC_ERR_IO,
 * SMC_ERR_NOMEM; SMC_ERR_USAGE where it would be sent itself, by the next upload. The text begins with the setting's name. */
enum smc_status upload_outputs_check(const struct upload_settings *settings, const char *flag,
                                     const char *path, struct smc_error *err);

/* Writes `text` there. As smci_cli_output_commit. */
enum smc_status upload_outputs_write(const struct upload_job *job, const char *path,
                                     const struct smc_buf *text, struct smc_error *err);

/* What becomes of a run that ended with `rc` (described by `err`) and whose output of the setting
 * `flag` ended with `made` (described by `own`): its own end, or where that is SMC_OK the output's;
 * else that is logged. */
enum smc_status upload_outputs_end(const struct upload_job *job, const char *flag,
                                   enum smc_status made, struct smc_error *own, enum smc_status rc,
                                   struct smc_error *err);

#endif
