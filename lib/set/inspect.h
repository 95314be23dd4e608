/* Reads an open file once, from its first byte to its end, in pieces, and says what is in it. */
#ifndef SIGMACAT_INSPECT_H
#define SIGMACAT_INSPECT_H

#include <stdint.h>

#include <sigmacat/error.h>

/* To be found out besides the size: */
#define SMCI_INSPECT_JSON   1U /* whether it is one whole JSON text, as record.h takes it */
#define SMCI_INSPECT_DIGEST 2U /* its SHA-256 */

struct smci_inspection {
    int64_t byte_count;
    int64_t record_count; /* of the outermost array; -1: none, or not asked for */
    char sha256[65];      /* lower-case hex; "" when not asked for */
};

/* `fd` is borrowed and read with pread, so its position does not count; it must be a regular file.
 * `stop_fd` readable ends it with SMC_ERR_CANCELLED (-1: none). SMC_ERR_SYNTAX or SMC_ERR_CAP, with
 * the offset, when the file is not what it was asked to be; SMC_ERR_IO when it can't be read;
 * SMC_ERR_NOMEM. Memory does not grow with the file. */
enum smc_status smci_inspect(int fd, unsigned what, int stop_fd, struct smci_inspection *found,
                             struct smc_error *err);

#endif
