/* A directory of sets: which there are, what their files are called, and how one is taken away. */
#ifndef SMCI_SITE_H
#define SMCI_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

#define SMCI_SITE_NAME_BYTES 256

/* A set whose timestamp is further ahead of the clock than this, in seconds, is one of a clock that
 * was wrong: nothing goes by it. */
#define SMCI_SITE_AHEAD_S 86400

/* All borrowed. */
struct smci_site {
    const char *directory; /* for texts */
    int dir_fd;
    const char *const
        *names;   /* of a set's files, in the order of their publication: summary last */
    size_t count; /* 1 or more */
};

/* ---- which there are ---- */

#define SMCI_SEEN_SUMMARY 1U /* the set has its summary */
#define SMCI_SEEN_PART    2U /* a file of `names` that is being written, or was */

struct smci_seen {
    int64_t timestamp; /* Unix seconds */
    unsigned what;     /* 0: other files that are named like a set's, "TS-ANYTHING.json" */
};

/* Each timestamp once, ascending. `all` is the caller's, by smci_sightings_clear. */
struct smci_sightings {
    struct smci_seen *all;
    size_t count;
};
#define SMCI_SIGHTINGS_INIT                                                                        \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

/* Reads the directory once. SMC_ERR_IO, SMC_ERR_NOMEM. */
enum smc_status smci_site_look(const struct smci_site *site, struct smci_sightings *seen,
                               struct smc_error *err);
void smci_sightings_clear(struct smci_sightings *seen);

/* ---- one set's files ---- */

/* The name of file `i`, TS-NAME.json and `suffix`. */
void smci_site_name(const struct smci_site *site, int64_t timestamp, size_t i, const char *suffix,
                    char name[SMCI_SITE_NAME_BYTES]);

/* Whether the directory has file `i` of the set, with that suffix. */
bool smci_site_has(const struct smci_site *site, int64_t timestamp, size_t i, const char *suffix);

/* Takes sets away, so that no kill or power cut leaves a summary without the rest, or anything that
 * nobody could tell for what it is: each summary gets the name of one that is being written, as
 * nobody's lock tells (lib/base/claim.h), then goes all the rest, and it goes last; the directory is
 * synced between. SMC_ERR_IO. */
enum smc_status smci_site_remove(const struct smci_site *site, const int64_t *timestamps,
                                 size_t count, struct smc_error *err);

/* Removes the .part files of a set that has nothing under its own names. SMC_ERR_IO. */
enum smc_status smci_site_remove_parts(const struct smci_site *site, int64_t timestamp,
                                       struct smc_error *err);

#endif
