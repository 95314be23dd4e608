/* Gaps: what could not be read, while the run goes on. Each is logged once, counted by kind, and
 * kept in the store for the report, so that memory does not grow with them. */
#ifndef EXTRACT_GAPS_H
#define EXTRACT_GAPS_H

#include <stdint.h>

#include <sigmacat/client.h>

#include "lib/json/write.h"

#include "job.h"

/* All kinds of calls: eleven assets, whoami, path, paths. */
#define GAP_KINDS_MAX 16

/* The remedies of a gap. */
enum gap_remedy { GAP_RERUN, GAP_RIGHTS, GAP_NOTHING };

/* All texts are borrowed, and may be NULL for none. */
struct gap {
    const char *kind; /* static: an asset's name, or a KIND_ of assets.h */
    const char *id;   /* of the object */
    const char *name;
    const char *call; /* its path, without the query */
    int http_status;  /* 0: no answer */
    const char *code; /* Sigma's */
    const char *request_id;
    const char *reason; /* in words, without the remedy */
    const char *cause;  /* of others too: gaps of one are told together; NULL: status and code */
    enum gap_remedy remedy;
};

/* Of a call that has failed: status, code, request id, reason and remedy are its answer's. */
struct gap gap_of(const struct smc_answer *answer);

/* The remedy for a failure of this status, 0 for none. */
enum gap_remedy gap_remedy(int http_status);

/* The list in the store: one item a gap, its tag is the gap as compact JSON. */
#define LIST_GAPS "gaps"

struct gaps {
    const struct job *job;
    int64_t total;
    struct {
        const char *kind; /* static */
        int64_t count;
    } kinds[GAP_KINDS_MAX];
};

/* Notes a gap. SMC_ERR_STORE, SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status gaps_add(struct gaps *gaps, const struct gap *gap, struct smc_error *err);

/* Adds {"KIND": count, ...} to `parent` as "gaps". */
void gaps_to_json(const struct gaps *gaps, struct smci_writer *json);

/* Whether `count` gaps, whatever of, are more than the settings allow. */
bool gaps_are_too_many(const struct extract_settings *settings, int64_t count);

/* Logs in one sentence what is missing, if anything is. */
void gaps_log_summary(const struct gaps *gaps);

#endif
