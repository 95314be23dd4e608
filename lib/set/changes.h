/* What changed from one file of a set to the same file of a later set: which records came, went and
 * are not the same any more. */
#ifndef SMCI_CHANGES_H
#define SMCI_CHANGES_H

#include <stdint.h>

#include <sigmacat/json.h>

enum smci_change { SMCI_CAME, SMCI_WENT, SMCI_CHANGED };

struct smci_changes {
    int64_t before, now; /* records in each */
    int64_t came, went, changed;
};

/* Two open files, borrowed, and how their records are known again. */
struct smci_changes_of {
    int before_fd, now_fd;
    const char *const *ids; /* members whose values together tell a record; without any of them it
                               is known by all its bytes */
    size_t id_count;        /* at most SMCI_CHANGES_IDS */
    int stop_fd;            /* -1: none */
};

#define SMCI_CHANGES_IDS 3

/* Is told each change, in the order of the later file, what went last. `record` is the later one,
 * or what went; it is lent for the call. May be NULL where the counts are enough. */
typedef void smci_change_fn(void *ctx, enum smci_change change, struct smc_json_span record);

/* Compares. A record counts as the same where its bytes are, so that only files of one program can
 * be compared. Memory: 24 to 48 bytes a record of the earlier file, for the time of the call; two
 * records are taken for one, or a change is missed, once in 10^12 pairs. Errors as
 * smci_each_record; `changes` holds what was counted until then. */
enum smc_status smci_changes(const struct smci_changes_of *of, smci_change_fn *fn, void *ctx,
                             struct smci_changes *changes, struct smc_error *err);

#endif
