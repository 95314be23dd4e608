/* The end of a run, as people read it: in the log, and what was accepted. */
#ifndef UPLOAD_REPORT_H
#define UPLOAD_REPORT_H

#include "lib/store/ledger.h"
#include <sigmacat/log.h>

#include "files.h"
#include "options_table.h"

/* Says in the log which files were sent and which were not, and why. */
void upload_report_log(const struct upload_files *files, struct smc_log *log);

/* How many of the files are in this state. */
size_t upload_report_count(const struct upload_files *files, enum upload_state state);

/* What is lacking at the end, in words: "2 of 7 files were not sent, 1 was cut off and is perhaps
 * accepted". Appends to `text`; SMC_ERR_NOMEM. */
enum smc_status upload_report_lack(const struct upload_files *files, struct smc_buf *text);

/* Shows the ledger: prints a line for each upload, or with --json leaves the printing to the end of
 * the program. `uploads` becomes an object with that member: an array, of nothing where lines were
 * printed. Where there is no ledger, the log says why. */
enum smc_status upload_report_ledger(const struct upload_settings *settings,
                                     struct smci_ledger *ledger, struct smc_log *log,
                                     struct smc_buf *uploads, struct smc_error *err);

#endif
