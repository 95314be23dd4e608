/* What an extraction has to say of itself, as JSON: the members of --json and --report beside their
 * head. castor-extract-sigma(1), RESULT, has each. */
#ifndef EXTRACT_REPORT_H
#define EXTRACT_REPORT_H

#include "lib/cli/result.h"

#include "changes.h"
#include "degraded.h"
#include "field_lineage.h"
#include "gaps.h"
#include "job.h"
#include "lineage.h"
#include "timeline.h"

/* What it tells, besides what client and files have counted. */
struct report {
    int64_t began_ms; /* by the clock's now_ms */
    bool is_published;
    bool is_whole;                      /* the account is known to see the whole organisation */
    int64_t reused;                     /* answers that an earlier run had paid for */
    int64_t oldest_reused_s;            /* Unix time */
    int64_t duplicates[ASSET_COUNT];    /* of listings: rows whose id was listed before */
    const struct smc_buf *organization; /* its id as JSON text; empty: unknown */
    const struct gaps *gaps;
    const struct degraded *degraded;
    const struct lineage_counts *lineage;
    const struct field_lineage *fields;
    const struct changes *changes;
    const struct timeline *timeline;
};

/* In a word how a run went that ended with `rc`. */
enum smci_cli_word report_word(const struct report *report, enum smc_status rc);

/* What stands before the coverage of documents. */
#define REPORT_DOCUMENTS "\"documents\": ["

/* How much of it is told. */
enum report_extent {
    REPORT_FIGURES, /* the same as for --json on one line, for the history; the last member is
                       "course", which the page draws */
    REPORT_RESULT,  /* for --json */
    REPORT_DETAILS  /* for --report: with the member "details", the last one, whose last one is the
                       empty array "gaps"; the array REPORT_DOCUMENTS in it, if it is there, is
                       empty too */
};

/* Appends the members as an object. `job` and `report` NULL: there was no run, so that they are
 * null; of a check, `report` may have the organisation alone. `checks`: the object of the findings
 * of --check, NULL: there are none. SMC_ERR_NOMEM, SMC_ERR_CAP. */
enum smc_status report_members(const struct job *job, const struct report *report,
                               const struct smc_buf *checks, enum report_extent extent,
                               struct smc_buf *text, struct smc_error *err);

/* The same behind a head: the whole object of a run. */
enum smc_status report_object(const struct job *job, const struct report *report,
                              const struct smci_cli_result *head, enum report_extent extent,
                              struct smc_buf *text, struct smc_error *err);

#endif
