/* The services that every part of an upload uses. A leaf: it knows none of the parts. */
#ifndef UPLOAD_JOB_H
#define UPLOAD_JOB_H

#include <sigmacat/client.h>
#include <sigmacat/clock.h>
#include <sigmacat/log.h>

#include "files.h"
#include "options_table.h"

struct smci_ledger;

/* Statuses of answers that are told apart: 0 for none, up to three digits. */
#define UPLOAD_ANSWERS 1000

struct upload_job {
    const struct upload_settings *settings; /* checked; borrowed, as the next three */
    struct smc_log *log;
    const struct smc_clock *clock;
    int stop_fd; /* readable when the run is to end; -1: never */
    struct upload_files files;
    struct smci_ledger *ledger; /* where accepted files are recorded; NULL: nowhere */
    bool is_record_kept;        /* else it is read alone */
    int64_t recorded_ms;        /* by the clock's now_ms: when that was written last; 0: never */
    int lock_fd;                /* of the lock on endpoint, source and directory; -1: not taken */
    enum upload_objection objection; /* the first that choosing the files ended with */
    int64_t began_ms;                /* by the clock's now_ms */
    enum smc_status worst;           /* of what failed without ending the run; SMC_OK: none */
    bool has_stats;                  /* calls were made: */
    struct smc_client_stats stats;   /*   what the client has counted, */
    int64_t answers[UPLOAD_ANSWERS]; /*   and its answers by status */
};

/* The options of a client of Catalog, as the settings have them, but for the Authorization header.
 * Borrows from the job. */
struct smc_client_opt upload_job_client(const struct upload_job *job);

#endif
