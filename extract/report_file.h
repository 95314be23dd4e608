/* --report: the object of --json with all details, and every gap, in a file. */
#ifndef EXTRACT_REPORT_FILE_H
#define EXTRACT_REPORT_FILE_H

#include "report.h"
#include "result.h"

/* Writes the report, if one was asked for, however the run ended (`rc`, described by `err`); of
 * `result` the times and the word count. A run that ended before its first call has none where it
 * can't be written. The result is outputs_end's. */
enum smc_status report_file_write(const struct job *job, const struct report *report,
                                  const struct smci_cli_ending *result, enum smc_status rc,
                                  struct smc_error *err);

#endif
