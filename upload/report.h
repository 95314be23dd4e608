/* The end of a run, as people read it in the log and programs as JSON. */
#ifndef UPLOAD_REPORT_H
#define UPLOAD_REPORT_H

#include "lib/store/ledger.h"
#include <sigmacat/log.h>

#include "files.h"
#include "options_table.h"

/* Says in the log which files were sent and which were not, and why. */
void upload_report_log(const struct upload_files *files, struct smc_log *log);

size_t upload_report_count(const struct upload_files *files, enum upload_state state);

/* What is lacking at the end, in words: "2 of 7 files were not sent, 1 was cut off and is perhaps
 * accepted". Appends to `text`; SMC_ERR_NOMEM. */
enum smc_status upload_report_lack(const struct upload_files *files, struct smc_buf *text);

/* Prints one JSON object: the files and what became of them; `outcome` is how the run ended, or
 * empty. SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status upload_report_json(const struct upload_settings *settings,
                                   const struct upload_files *files, const struct smc_log *log,
                                   const struct smc_error *outcome, struct smc_error *err);

/* Prints the ledger: a line for each upload, or one JSON object. Where there is none, the log says
 * why. */
enum smc_status upload_report_ledger(const struct upload_settings *settings,
                                     struct smci_ledger *ledger, struct smc_log *log,
                                     struct smc_error *err);

#endif
