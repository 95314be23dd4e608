/* A command that prints a secret: run, watched, and killed when it takes too long. */
#ifndef CLI_SECRET_COMMAND_H
#define CLI_SECRET_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sigmacat/buf.h>

/* All borrowed. */
struct smci_cli_command {
    const char *text; /* for /bin/sh -c */
    const char *name; /* of the setting, for errors: "--token-command" */
    int64_t limit_ms; /* how long it may take */
    int stop_fd;      /* readable: give up; 0 or less: none */
};

/* Takes what the command prints into `out`, whose room must be reserved up to its cap, since
 * growing would leave copies of a secret behind. A command that fills it is killed, with SMC_OK.
 *
 * The command gets /dev/null as its input, our standard error, and no terminal; it and what it
 * started are killed when it takes too long, prints too much, or when `stop_fd` is readable.
 * SIGCHLD is taken meanwhile: the process should have no other children.
 *
 * SMC_ERR_USAGE: it failed, was killed, or printed nothing. SMC_ERR_IO: it can't be started.
 * SMC_ERR_CANCELLED. No text holds anything that it printed. */
enum smc_status smci_cli_command_read(const struct smci_cli_command *command, struct smc_buf *out,
                                      struct smc_error *err);

/* Reads once from `fd` into the room that `out` has reserved. As read(2) returns; 0, too, when
 * `out` is full. */
ssize_t smci_cli_read_some(int fd, struct smc_buf *out);

/* Whether there may be more after smci_cli_read_some has returned `got`. */
bool smci_cli_has_more(ssize_t got);

#endif
