/* What a path stands for that a person has named to be written to: output.h has the rule. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stdbool.h>

#include <sigmacat/error.h>

enum smci_cli_target_kind {
    SMCI_CLI_TARGET_FILE,  /* a file, or nothing yet */
    SMCI_CLI_TARGET_AS_IS, /* a FIFO, a character device */
    SMCI_CLI_TARGET_OPEN   /* a descriptor that the program was started with */
};

struct smci_cli_target {
    enum smci_cli_target_kind kind;
    char *directory; /* where it is, and its name there; NULL of a descriptor */
    char *name;
    int dir_fd;       /* of the directory; -1: none */
    bool is_readable; /* the directory, so that it can be synced */
    int fd;           /* SMCI_CLI_TARGET_OPEN: borrowed */
};
#define SMCI_CLI_TARGET_INIT                                                                       \
    {                                                                                              \
        .kind = SMCI_CLI_TARGET_OPEN, .dir_fd = -1, .fd = -1                                       \
    }

/* Finds it; the caller clears `target` in any case. SMC_ERR_IO for what is not written to, and
 * where the directory can't be opened (`dir_fd` is -1 then); SMC_ERR_NOMEM. */
enum smc_status smci_cli_target_find(struct smci_cli_target *target, const char *path,
                                     struct smc_error *err);
void smci_cli_target_clear(struct smci_cli_target *target);

/* Whether the path is one of those that stand for standard output. */
bool smci_cli_target_is_stdout(const char *path);

#endif
