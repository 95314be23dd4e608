/* What is written to a path that a person has named, such as a report, by one rule:
 *
 * - a file appears whole, in the place of one that is there, or not at all: it is written beside it
 *   as .NAME.part (mode 0640 less the umask) and renamed. What a killed run left of that name goes;
 * - a FIFO and a character device are written to as they are. A FIFO that nobody has open for
 *   reading when the first byte is written is an error; a reader that takes its time is waited for;
 * - "-" is standard output, and /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N are what the
 *   program was started with: written to as they are;
 * - a symbolic link is refused, as is anything else.
 *
 * Not thread safe. Failures are SMC_ERR_IO, and the texts begin with the path; SMC_ERR_NOMEM. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/error.h>

struct smci_cli_output;

/* Whether it could be written now: the place is there and takes files. Makes and changes nothing.
 * `made`, which ends with a NULL, has directories that will be made before it is written; NULL:
 * none. */
enum smc_status smci_cli_output_check(const char *path, const char *const *made,
                                      struct smc_error *err);

/* Whether it is a file right in `directory` whose name ends in .json or .csv, so that castor-upload
 * would send it with the rest of that directory. */
bool smci_cli_output_is_data(const char *path, const char *directory);

/* Begins to write. `path` is copied. A slow reader is waited for until `stop_fd` (-1: none) is
 * readable: then SMC_ERR_CANCELLED, unless it still reads. */
enum smc_status smci_cli_output_open(struct smci_cli_output **out, const char *path, int stop_fd,
                                     struct smc_error *err);

/* Adds to it. What fails is told by smci_cli_output_commit, and what follows is dropped. */
void smci_cli_output_add(struct smci_cli_output *out, const char *bytes, size_t len);
void smci_cli_output_text(struct smci_cli_output *out, const char *text);

/* Writes what is left, syncs and renames. Returns the first failure; then the place is as it was,
 * but for what is written to as it is. Frees `out` in any case. */
enum smc_status smci_cli_output_commit(struct smci_cli_output *out, struct smc_error *err);

/* Gives it up, and frees. NULL is harmless. */
void smci_cli_output_abort(struct smci_cli_output *out);

#endif
