/* --report: one JSON object on what a run did, and every gap. */
#ifndef EXTRACT_REPORT_H
#define EXTRACT_REPORT_H

#include "degraded.h"
#include "gaps.h"
#include "job.h"
#include "lineage.h"

/* What it tells, besides what the client has counted. */
struct report {
    int64_t began_ms; /* by the clock's now_ms */
    bool is_published;
    int64_t reused;                  /* answers that an earlier run had paid for */
    int64_t oldest_reused_s;         /* Unix time */
    int64_t duplicates[ASSET_COUNT]; /* of listings: rows whose id was listed before */
    const struct gaps *gaps;
    const struct degraded *degraded;
    const struct lineage_counts *lineage;
};

/* Writes the report, if one was asked for, however the run ended (`rc`, described by `err`). A run
 * that ended before its first call has none where it can't be written. The result is
 * outputs_end's. */
enum smc_status report_write(const struct job *job, const struct report *report, enum smc_status rc,
                             struct smc_error *err);

/* The figures alone, with the error, as one JSON object that is appended to `text`: for the
 * history. `why` may be NULL. SMC_ERR_NOMEM, SMC_ERR_CAP. */
enum smc_status report_figures(const struct job *job, const struct report *report,
                               enum smc_status rc, const struct smc_error *why,
                               struct smc_buf *text, struct smc_error *err);

#endif
