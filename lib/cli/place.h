/* Lines of --check on directories and the space in them. Nothing is made or written. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "checklist.h"

/* Whether a run could write to the directory `path`, or make it where it is missing. `setting` is how
 * the remedy names what it comes from: "--output". A failure, or a warning where a run can do without
 * (`is_needed` false). True when it could. */
bool smci_cli_check_place(struct smci_cli_checklist *list, const char *name, const char *path,
                          const char *setting, bool is_needed);

/* Why no file can be made in this directory, which is there: static words, or those of errno; NULL: one
 * can. */
const char *smci_cli_why_unwritable(const char *directory);

/* Whether making the directory `path`, with those above it, makes `directory`, which is missing. */
bool smci_cli_makes(const char *path, const char *directory);

/* What is free for this user in the directory, or where it would be made. */
void smci_cli_check_space(struct smci_cli_checklist *list, const char *path);

/* Below the first a run may not find room for what it writes; below the second not even for its
 * beginning, so that it fails for sure. */
#define SMCI_CLI_SPACE_WARN ((uint64_t)1 << 30)
#define SMCI_CLI_SPACE_FAIL ((uint64_t)1 << 20)

/* What smci_cli_check_space makes of what it finds; `inode_count` is what is left of them, and 0 is
 * none. */
void smci_cli_judge_space(struct smci_cli_checklist *list, const char *path, uint64_t byte_count,
                          uint64_t inode_count);

#endif
