/* Exit statuses, the same for all programs (castor-extract-sigma(1), EXIT STATUS). */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <sigmacat/error.h>

enum smci_cli_exit {
    SMCI_CLI_EXIT_DONE = 0,
    SMCI_CLI_EXIT_INTERNAL = 1,
    SMCI_CLI_EXIT_USAGE = 2,  /* nothing was sent */
    SMCI_CLI_EXIT_AUTH = 3,   /* credentials or rights refused */
    SMCI_CLI_EXIT_REMOTE = 4, /* the remote side or the network: run again to go on */
    SMCI_CLI_EXIT_LOCAL = 5,  /* a file, a directory, the disk, a lock, memory, descriptors */
    SMCI_CLI_EXIT_GAPS = 6,   /* done, with more gaps than were allowed */
    SMCI_CLI_EXIT_REFUSED = 7 /* the remote side: no other run helps until something is changed */
};

/* The exit status for how a run ended. `signal` is the one that was caught (0: none): it decides
 * for SMC_ERR_CANCELLED alone, as 128 + signal. */
int smci_cli_exit_status(enum smc_status status, int signal);

#endif
