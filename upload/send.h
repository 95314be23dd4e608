/* Sends files, several at once, and notes what became of each. */
#ifndef UPLOAD_SEND_H
#define UPLOAD_SEND_H

#include <sigmacat/clock.h>
#include "lib/store/ledger.h"
#include <sigmacat/log.h>

#include "files.h"
#include "options.h"

/* All borrowed. */
struct upload_job {
    const struct upload_settings *settings;
    struct smc_log *log;
    const struct smc_clock *clock;
    int stop_fd;
    struct upload_files *files;
    struct smci_ledger *ledger; /* where what was accepted is noted; NULL: nowhere */
    enum smc_status worst;      /* out: of what failed without ending the run; SMC_OK: none */
};

/* Sends what is waiting, begun in the files' order, a summary only after the rest of its set was
 * accepted. SMC_OK when all has had its turn, whatever became of it; else what ended the run. */
enum smc_status upload_send(struct upload_job *job, struct smc_error *err);

/* What a file is known by in the ledger; appends to `out`. SMC_ERR_NOMEM. */
enum smc_status upload_target(const struct upload_settings *settings, const char *name,
                              struct smc_buf *out);

#endif
