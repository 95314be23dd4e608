/* A timestamped set of files: written as `TS-NAME.json.part`, published by renaming, whole or not:
 * sigmacat-files(5), "COMPLETE SETS".
 *
 * Every file of a set holds one JSON array, but for the one that is written as a text (the
 * summary). Not thread safe. Local failures are SMC_ERR_IO. */
#ifndef SMCI_FILESET_H
#define SMCI_FILESET_H

#include <stdint.h>

#include <sigmacat/error.h>
#include <sigmacat/log.h>

#include "part.h"
#include "site.h"

struct smci_fileset;

/* Creates the directory (and its parents) where it is missing, and checks that it can be written
 * to. `names` (the texts are borrowed) are all that files of a set may have, the summary's last.
 * `log` may be NULL; it gets one line a published file, and one for each thing that was not as it
 * should be. */
enum smc_status smci_fileset_open(struct smci_fileset **set, const char *directory,
                                  const char *const *names, size_t count, struct smc_log *log,
                                  struct smc_error *err);

/* Removes what earlier runs left unfinished (sweep.h), and takes the set's timestamp (stamp.h): so
 * what is to be finished of it (recover.h) comes before. Once, before the first file. */
enum smc_status smci_fileset_begin(struct smci_fileset *set, int64_t start_s,
                                   struct smc_error *err);

/* The timestamp, in Unix seconds; 0 before smci_fileset_begin. */
int64_t smci_fileset_timestamp(const struct smci_fileset *set);

/* The directory and the names; borrowed. */
const struct smci_site *smci_fileset_site(const struct smci_fileset *set);

/* Begins TS-NAME.json (mode 0640 less the umask). The set owns the file. Files are published in
 * the order in which they were begun, so the summary comes last. */
enum smc_status smci_fileset_file(struct smci_fileset *set, const char *name,
                                  struct smci_part **part, struct smc_error *err);

/* Takes a file out of the set again, before it is published: its .part goes, and it is freed. Not the
 * summary's. SMC_ERR_IO. */
enum smc_status smci_fileset_drop(struct smci_fileset *set, struct smci_part *part,
                                  struct smc_error *err);

/* Renames every file into place in order, fsyncing the directory before the last one, which is the
 * summary, and after it. All must be finished. When a rename fails, those already in place are
 * taken away again. */
enum smc_status smci_fileset_publish(struct smci_fileset *set, struct smc_error *err);

/* Removes the .part files of a set that was not published, and frees. NULL is harmless. */
void smci_fileset_free(struct smci_fileset *set);

#endif
