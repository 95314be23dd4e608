/* Lines of --check on directories and the space in them. Nothing is made or written. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "checklist.h"

/* Adds the line `name` on whether a run could write to the directory `path`, or make it where it is
 * missing; true when it could. Else the line is a failure, or a warning where a run can do without
 * (`is_needed` false), and its remedy names the setting that the path comes from: "--output". */
bool smci_cli_check_place(struct smci_cli_checklist *list, const char *name, const char *path,
                          const char *setting, bool is_needed);

/* The reason why no file can be made in this directory, which is there: static words, or those of
 * errno. NULL: one can be made. */
const char *smci_cli_why_unwritable(const char *directory);

/* Whether making the directory `path`, with those above it, makes `directory`, which is missing. */
bool smci_cli_makes(const char *path, const char *directory);

/* A line on the space that is free for this user in the directory, or where it would be made. */
void smci_cli_check_space(struct smci_cli_checklist *list, const char *path);

/* Below the first a run may not find room for what it writes; below the second not even for its
 * beginning, so that it fails for sure. */
#define SMCI_CLI_SPACE_WARN ((uint64_t)1 << 30)
#define SMCI_CLI_SPACE_FAIL ((uint64_t)1 << 20)

/* The line that smci_cli_check_space adds for what it has found: `byte_count` bytes and
 * `inode_count` inodes are free. */
void smci_cli_judge_space(struct smci_cli_checklist *list, const char *path, uint64_t byte_count,
                          uint64_t inode_count);

#endif
