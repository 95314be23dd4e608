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
    size_t allowed_count;   /* of problems that --allow or --force names, which are not counted */
    struct smc_buf allowed; /* their lines, in a trial */
    struct smc_error first; /* the first problem since the count was 0, */
    enum upload_objection first_objection; /* and its kind */
};

/* Counts a problem, and says it in the log but in a trial. --allow and --force turn what they name
 * into warnings; of a set that may yet be passed over --force passes by only what --allow could. */
void upload_object(struct upload_verifier *v, enum upload_objection objection, const char *fmt, ...)
    SMC_PRINTF(3, 4);

/* Ends the look at one set of a trial: what was found of it is forgotten. */
void upload_verify_next_trial(struct upload_verifier *v);

/* Ends the trial with the set that was looked at last: what was allowed of it is said. */
void upload_verify_end_trial(struct upload_verifier *v);

/* Objects to a set whose digits are more than a day ahead of the clock. */
void upload_verify_time(struct upload_verifier *v, struct upload_set set);

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
