/* A secret that is given as the file that holds it, or as the command that prints it: so it stands
 * neither in a command line nor in an environment. */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H

#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/log.h>

/* A longer one is taken for a wrong file. */
#define SMCI_CLI_SECRET_MAX 16384

/* How long a command may take. */
#define SMCI_CLI_SECRET_LIMIT_MS 60000

/* Where a secret is. All borrowed. */
struct smci_cli_secret {
    const char *file;    /* "-": standard input; NULL: it is a command's */
    const char *command; /* for /bin/sh -c */
    const char *name;    /* of the setting, for errors: "--token-file" */
    int64_t limit_ms;    /* for the command; 0: the limit above */
    int stop_fd;         /* readable: give up; 0 or less: none */
    struct smc_log *log; /* gets a warning when others can read the file */
};

/* Reads the one line of the file, or the one that the command prints, without its line end, into
 * `secret`, which may be uninitialised and is to be wiped by the caller, also after an error. How
 * the command is run: secret_command.h. A file may be a pipe, which is waited for without a limit.
 *
 * SMC_ERR_IO: the file is missing, empty or can't be read. SMC_ERR_USAGE: what it holds can't be
 * a secret; the command failed or was killed. SMC_ERR_CANCELLED. No text holds anything that was
 * read. */
enum smc_status smci_cli_secret_read(const struct smci_cli_secret *from, struct smc_buf *secret,
                                     struct smc_error *err);

#endif
