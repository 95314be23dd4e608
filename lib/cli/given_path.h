/* Paths as people give them: shown in errors, resolved where a configuration file has them, and
 * whether others than their owner can get at what is there. */
#ifndef CLI_GIVEN_PATH_H
#define CLI_GIVEN_PATH_H

#include <stdbool.h>

#include <sigmacat/buf.h>

/* A path as errors show it: its last 200 bytes, which tell files apart, so that the text behind
 * it is not cut off. Borrowed from `path`. */
const char *smci_path_shown(const char *path);

/* The same of a path where nothing is: a text in its place where its name looks like a secret, without
 * an ending and longer than people give files. */
const char *smci_path_shown_missing(const char *path);

/* Appends a path that the file `base` has, as the program is to use it: a relative one begins at
 * the file's directory, "~" is `home` (NULL: there is none), and "-" stays. SMC_ERR_USAGE for a
 * "~" or a "$" that can't be resolved, without a place; errors of smc_buf_add, without a text. */
enum smc_status smci_path_resolve(const char *text, const char *base, const char *home,
                                  struct smc_buf *out, struct smc_error *err);

/* Whether a file that holds a secret can be read by others than it is for: by everybody, or by
 * the group of a file that is ours. (A file of another owner can only be read through its group,
 * as in a container whose secrets are root's.) */
bool smci_secret_is_exposed(int fd);

/* The same of writing to it: who can change a configuration file can send its secret to another
 * host. */
bool smci_file_is_writable_by_others(int fd);

#endif
