/* What became of a file that was sent: its state, its line in the log, and the record. */
#ifndef UPLOAD_OUTCOME_H
#define UPLOAD_OUTCOME_H

#include "lib/base/digest.h"

#include "job.h"

/* A file that was sent to the end. */
struct upload_delivery {
    size_t index;
    int fd;                          /* as it was opened for sending */
    struct upload_identity identity; /* of then */
    char sha256[SMCI_DIGEST_SIZE];   /* of the bytes that were sent; "" where that is not known */
    const char *path;                /* where to, at Catalog */
    bool is_html;                    /* the answer was a web page */
};

/* It was not accepted, as far as is known: UPLOAD_FAILED, or UPLOAD_CUT. The reason is copied; what
 * counts of several for the run's end is `job->worst`. */
void upload_outcome_failed(struct upload_job *job, size_t index, enum upload_state state,
                           const struct smc_error *why);

/* Catalog's answer was a 2xx. The bytes may be neither the file's old ones nor its new ones when it
 * changed meanwhile: then it has failed, with UPLOAD_CHANGED. What a web page has answered to is
 * sent, but not recorded. */
void upload_outcome_accepted(struct upload_job *job, const struct upload_delivery *delivery);

#endif
