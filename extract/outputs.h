/* What a run writes, beside its set, to paths that a person has named. */
#ifndef EXTRACT_OUTPUTS_H
#define EXTRACT_OUTPUTS_H

#include "job.h"

/* Whether `path` (NULL: not asked for) can be written: its directory is there or a run makes it,
 * and takes files. Nothing is made or changed. SMC_ERR_IO, SMC_ERR_NOMEM; the text begins with a
 * path. */
enum smc_status outputs_check(const struct extract_settings *settings, const char *path,
                              struct smc_error *err);

/* All of them; the texts begin with the setting's name. */
enum smc_status outputs_check_all(const struct extract_settings *settings, struct smc_error *err);

/* Warns of a report that castor-upload would send with the sets. */
void outputs_warn(const struct job *job);

/* What becomes of a run that ended with `rc` (described by `err`) and whose output of the setting
 * `flag` ended with `made` (described by `own`): its own end, or the output's failure when the run
 * had none (too many gaps are told in the log then); else that of the output is logged. */
enum smc_status outputs_end(const struct job *job, const char *flag, enum smc_status made,
                            struct smc_error *own, enum smc_status rc, struct smc_error *err);

#endif
