/* The newest set of a directory that castor-upload --latest would take for whole: its summary and
 * the eleven files are there, as long as it says, and it is neither partial nor degraded. The files
 * themselves are not read. */
#ifndef EXTRACT_NEWEST_SET_H
#define EXTRACT_NEWEST_SET_H

#include <stdint.h>

#include <sigmacat/error.h>

struct newest_set {
    int64_t timestamp; /* 0: there is none */
    int64_t partial;   /* newer ones that were passed over */
    int64_t degraded;
    int64_t broken; /* files are missing, or other than the summary says */
    int64_t ahead;  /* more than a day ahead of the clock */
};

/* SMC_ERR_IO: the directory is there and can't be read; SMC_ERR_NOMEM. */
enum smc_status newest_set_find(const char *directory, int64_t now_s, struct newest_set *found,
                                struct smc_error *err);

#endif
