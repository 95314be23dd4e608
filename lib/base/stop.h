/* The one look at the stop signal: a descriptor that turns readable when all is to end. */
#ifndef SMCI_STOP_H
#define SMCI_STOP_H

#include <stdbool.h>

#include <sigmacat/error.h>

#define SMCI_STOPPED "stopped by a signal"

/* Whether `stop_fd` is readable; never when it is 0 or less, which means that there is none. */
bool smci_is_stopped(int stop_fd);

/* SMC_ERR_CANCELLED with SMCI_STOPPED in `err` when it is, else SMC_OK. */
enum smc_status smci_check_stop(int stop_fd, struct smc_error *err);

#endif
