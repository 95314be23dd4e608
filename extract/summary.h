/* The summary: the last file of a set, and the sign that it is complete. */
#ifndef EXTRACT_SUMMARY_H
#define EXTRACT_SUMMARY_H

#include <sigmacat/error.h>

struct run;

/* Writes TS-summary.json; all other files are finished. */
enum smc_status summary_write(struct run *run, struct smc_error *err);

#endif
