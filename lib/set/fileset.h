/* A timestamped set of files: written as `TS-NAME.json.part`, published by renaming, whole or not.
 *
 * Every file of a set holds one JSON array, but for the one that is written as a text (the
 * summary). Not thread safe. Local failures are SMC_ERR_IO. */
#ifndef SIGMACAT_OUTPUT_H
#define SIGMACAT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>
#include <sigmacat/log.h>

struct smci_fileset;
struct smci_part;

/* Creates the directory (and its parents) where it is missing, checks that it can be written to,
 * and picks the set's timestamp: `start_s`, or the next second that no file of the directory
 * carries. `log` may be NULL; it gets one line a published file. */
enum smc_status smci_fileset_open(struct smci_fileset **set, const char *directory, int64_t start_s,
                                  struct smc_log *log, struct smc_error *err);

/* The timestamp, in Unix seconds. */
int64_t smci_fileset_timestamp(const struct smci_fileset *set);

/* Begins TS-NAME.json (mode 0640 less the umask). The set owns the file. Files are published in
 * the order in which they were begun, so the summary comes last. */
enum smc_status smci_fileset_file(struct smci_fileset *set, const char *name,
                                  struct smci_part **file, struct smc_error *err);

/* Begins the next record: writes what stands between two of them; the record's bytes follow by
 * smci_part_write. */
enum smc_status smci_part_record(struct smci_part *file, struct smc_error *err);
enum smc_status smci_part_write(struct smci_part *file, const char *bytes, size_t len,
                                struct smc_error *err);

/* Empties the file: it is as if just begun. */
enum smc_status smci_part_restart(struct smci_part *file, struct smc_error *err);

/* Ends the file: closes the array (not after smci_part_text), writes all bytes, fsyncs. */
enum smc_status smci_part_finish(struct smci_part *file, struct smc_error *err);

/* Makes it a file of one plain text instead of an array; before anything was written to it. */
enum smc_status smci_part_text(struct smci_part *file, const char *bytes, size_t len,
                               struct smc_error *err);

/* What was written so far; after smci_part_finish the file's whole size. */
int64_t smci_part_records(const struct smci_part *file);
int64_t smci_part_bytes(const struct smci_part *file);

/* Renames every file into place in order, fsyncing the directory before the last one and after it.
 * All must be finished. When a rename fails, those already in place are taken away again. */
enum smc_status smci_fileset_publish(struct smci_fileset *set, struct smc_error *err);

/* Deals with what an earlier run left of the set `timestamp` in `directory`, whose files are `names`
 * in the order of their publication. With `is_publishing` (all its files were finished and their
 * renaming had begun) the publication is finished, if every file is still there; in any other
 * case all that is left of the set is removed, so that it never looks complete. `is_complete` (may
 * be NULL) tells which. A directory that is gone is no error. */
enum smc_status smci_fileset_recover(const char *directory, int64_t timestamp,
                                     const char *const *names, size_t count, bool is_publishing,
                                     bool *is_complete, struct smc_log *log, struct smc_error *err);

/* Removes older sets from `directory` until `keep` (1 or more) that have their summary are left, the
 * newest by timestamp; of each the summary goes first. The set `spared` stays in any case: it may be
 * the newest with a lower timestamp, after a clock was set back. Sets may lack files: one counts if it
 * has all that `spared` has, and stays if it has any that `spared` lacks, so that no set ever takes
 * the place of a fuller one. Only files named by `names` (the summary last) are touched. */
enum smc_status smci_fileset_prune(const char *directory, const char *const *names, size_t count,
                                   size_t keep, int64_t spared, struct smc_log *log,
                                   struct smc_error *err);

/* Removes the .part files of a set that was not published, and frees. NULL is harmless. */
void smci_fileset_free(struct smci_fileset *set);

#endif
