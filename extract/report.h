/* --report: one JSON object on what a run did, and every gap. */
#ifndef EXTRACT_REPORT_H
#define EXTRACT_REPORT_H

#include <sigmacat/error.h>

struct run;

/* Writes the report, if one was asked for, however the run ended (`rc`, described by `err`). Returns
 * `rc`, or the report's own failure when the run had none. */
enum smc_status report_write(struct run *run, enum smc_status rc, struct smc_error *err);

#endif
