/* The first thing that a program does. */
#ifndef CLI_SETUP_H
#define CLI_SETUP_H

#include <sigmacat/error.h>

/* Opens /dev/null where standard input, output or error is closed, so that no file of ours gets
 * their numbers and is written to by a log line; what is printed on a standard output that was
 * closed fails. Switches core dumps off, since memory holds secrets. Ignores SIGPIPE and SIGXFSZ from the
 * first line of the log to the last, so that writing fails with EPIPE and EFBIG and the exit status
 * is the run's own. SMC_ERR_IO when a descriptor can't be opened. */
enum smc_status smci_cli_setup(struct smc_error *err);

#endif
