/* Gaps: what could not be read, while the run goes on. Each is counted by kind, told in the log
 * with those of its cause at the end, and kept in the store for the report, so that memory does
 * not grow with them. */
#ifndef EXTRACT_GAPS_H
#define EXTRACT_GAPS_H

#include <stdint.h>

#include "lib/json/write.h"

#include "gap.h"
#include "gap_groups.h"
#include "job.h"

/* All kinds of calls: those of the table, whoami, paths. */
#define GAP_KINDS_MAX (CALL_COUNT + 2)

/* The list in the store: one item a gap, its tag is the gap as compact JSON. */
#define LIST_GAPS "gaps"

struct gaps {
    const struct job *job;
    int64_t total;
    int64_t extras; /* of these, gaps of extras */
    struct {
        const char *kind; /* static */
        int64_t count;
        int64_t extras;
    } kinds[GAP_KINDS_MAX];
    struct gap_groups groups;
    bool has_last; /* a run before this one was published: */
    int64_t last_key;
};

/* Notes a gap. SMC_ERR_STORE, SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status gaps_add(struct gaps *gaps, const struct gap *gap, struct smc_error *err);

/* Tells them in the log: a line for each kind and cause. */
void gaps_log(const struct gaps *gaps);

/* Adds {"KIND": count, ...} to `parent` as "gaps". */
void gaps_to_json(const struct gaps *gaps, struct smci_writer *json);

/* Whether `count` gaps, whatever of, are more than the settings allow. */
bool gaps_are_too_many(const struct extract_settings *settings, int64_t count);

/* Logs in one sentence what is missing, if anything is. */
void gaps_log_summary(const struct gaps *gaps);

#endif
