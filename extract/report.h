/* --report: one JSON object on what a run did, and every gap. */
#ifndef EXTRACT_REPORT_H
#define EXTRACT_REPORT_H

#include <sigmacat/error.h>

struct extract_settings;
struct run;

/* Whether the report, if one was asked for, can be written: its directory is there or a run makes it,
 * and takes files; the path is no directory. Nothing is made or changed. SMC_ERR_IO, SMC_ERR_NOMEM; the
 * text begins with a path. */
enum smc_status report_check(const struct extract_settings *settings, struct smc_error *err);

/* Writes the report, if one was asked for, however the run ended (`rc`, described by `err`). Returns
 * `rc`, or the report's own failure when the run had none; when it had one, that of the report is
 * logged. A run that ended before its first call has no report where report_check finds fault. */
enum smc_status report_write(struct run *run, enum smc_status rc, struct smc_error *err);

#endif
