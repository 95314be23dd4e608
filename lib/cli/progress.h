/* The progress of an upload as one line at the bottom of a terminal: all files and those that are
 * moving now, with the rate and the time left. Lines of the log go above it. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/clock.h>
#include <sigmacat/log.h>

struct smci_cli_progress;

struct smci_cli_progress_opt {
    int fd;              /* borrowed */
    struct smc_log *log; /* writes to the same terminal; its lines are taken over until the end */
    const struct smc_clock *clock;
    int64_t byte_count; /* of all files */
    size_t file_count;
    size_t slot_count; /* files that may move at once */
};

/* NULL when `fd` is not a terminal that can clear a line, or memory ran out: then nothing is shown.
 * Every function below accepts that. */
struct smci_cli_progress *smci_cli_progress_new(const struct smci_cli_progress_opt *opt);

/* Takes the line away. */
void smci_cli_progress_free(struct smci_cli_progress *progress);

/* A file begins to move in a slot. `name` is borrowed until its end. */
void smci_cli_progress_begin(struct smci_cli_progress *progress, size_t slot, const char *name,
                             int64_t size);

/* How far it is; less than before when it begins again. */
void smci_cli_progress_at(struct smci_cli_progress *progress, size_t slot, int64_t byte_count);

/* It has ended. A file that failed counts as done too, so that the time left is right. */
void smci_cli_progress_end(struct smci_cli_progress *progress, size_t slot);

#endif
