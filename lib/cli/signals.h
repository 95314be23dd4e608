/* Signals, made into a file descriptor that a loop can wait for.
 *
 * SIGHUP, SIGINT and SIGTERM make `fd` readable, for good; a second one ends the process at once
 * with status 128 + signal. One that was ignored before (nohup, a shell's background job) stays
 * so. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>

#include <sigmacat/error.h>

#define SMCI_CLI_SIGNAL_COUNT 3

struct smci_cli_signals {
    int fd; /* readable once a signal was caught; -1 while not started */
    struct sigaction before[SMCI_CLI_SIGNAL_COUNT];
};

/* Signals belong to the process: only one may be started at a time. SMC_ERR_IO without
 * descriptors, SMC_ERR_INTERNAL. */
enum smc_status smci_cli_signals_start(struct smci_cli_signals *signals, struct smc_error *err);

/* SIGHUP, SIGINT or SIGTERM, whichever was caught first since the start; 0: none. */
int smci_cli_signals_caught(void);

/* Puts everything back as it was; harmless when not started. What was caught is still known. */
void smci_cli_signals_stop(struct smci_cli_signals *signals);

#endif
