/* Whether files and sets are whole, before the first byte is sent. */
#ifndef UPLOAD_VERIFY_H
#define UPLOAD_VERIFY_H

#include "job.h"
#include "sets.h"

struct upload_verifier {
    struct upload_job *job;
    bool is_trial;    /* a set that is passed over when it has a problem: none is logged */
    bool is_choosing; /* files that a set's summary does not list are not looked at */
    size_t problem_count;
    struct smc_error first; /* the first problem since the count was 0 */
};

/* Opens the file and reads it once, in pieces, unless it is a single file (or a .csv) whose SHA-256
 * nobody asked for; what is known of it then is in the job's files. Each problem is counted, and a
 * line in the log. An error only for what concerns more than this file: SMC_ERR_CANCELLED,
 * SMC_ERR_NOMEM. */
enum smc_status upload_verify_file(struct upload_verifier *v, size_t index, struct smc_error *err);

/* The same of each file of a set, and whether the set has its summary and all that this counts.
 * Files that the summary does not list become foreign. */
enum smc_status upload_verify_set(struct upload_verifier *v, struct upload_set set,
                                  struct smc_error *err);

#endif
