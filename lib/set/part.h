/* One file of a set while it is written: `TS-NAME.json.part`, until it is published.
 *
 * It holds one JSON array, or one plain text (the summary). Not thread safe. What fails locally is
 * SMC_ERR_IO, and the file stays failed: one with a hole is never finished. */
#ifndef SMCI_PART_H
#define SMCI_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

#define SMCI_PART_SUFFIX ".part"

struct smci_part;

/* Where a set is; all borrowed. */
struct smci_part_place {
    const char *directory; /* for texts */
    int dir_fd;
    int64_t timestamp; /* Unix seconds */
};

/* Creates the file (mode 0640 less the umask); one of that name is an error. Or it has been made
 * already, and is empty: `made_fd`, borrowed, can write it; else -1. `name` is copied. */
enum smc_status smci_part_new(struct smci_part **part, const struct smci_part_place *place,
                              const char *name, int made_fd, struct smc_error *err);

/* Removes the file, which is not published. SMC_ERR_IO. */
enum smc_status smci_part_remove(const struct smci_part *part, struct smc_error *err);

/* Frees. The file stays where it is; NULL is harmless. */
void smci_part_free(struct smci_part *part);

/* Begins the next record: writes what stands between two of them; the record's bytes follow by
 * smci_part_write. SMC_ERR_INTERNAL in a text. */
enum smc_status smci_part_record(struct smci_part *part, struct smc_error *err);
enum smc_status smci_part_write(struct smci_part *part, const char *bytes, size_t len,
                                struct smc_error *err);

/* Makes it a file of one plain text instead of an array; before anything was written to it. */
enum smc_status smci_part_text(struct smci_part *part, const char *bytes, size_t len,
                               struct smc_error *err);

/* Ends the file: closes the array (not after smci_part_text), writes all bytes, fsyncs. */
enum smc_status smci_part_finish(struct smci_part *part, struct smc_error *err);

/* SMC_ERR_INTERNAL unless smci_part_finish has succeeded. */
enum smc_status smci_part_check_finished(const struct smci_part *part, struct smc_error *err);

/* Gives the finished file its own name, never over one that is there. */
enum smc_status smci_part_publish(struct smci_part *part, struct smc_error *err);

/* Takes the name away from it again; false when it can't. */
bool smci_part_withdraw(struct smci_part *part);

/* DIRECTORY/TS-NAME.json, borrowed. */
const char *smci_part_path(const struct smci_part *part);

/* How many were written so far; after smci_part_finish `bytes` is the whole file's size. */
int64_t smci_part_records(const struct smci_part *part);
int64_t smci_part_bytes(const struct smci_part *part);

#endif
