#include "stop.h"

#include <poll.h>

bool smci_is_stopped(int stop_fd)
{
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    return stop_fd > 0 && poll(&stop, 1, 0) > 0;
}

enum smc_status smci_check_stop(int stop_fd, struct smc_error *err)
{
    return smci_is_stopped(stop_fd) ? smc_error_set(err, SMC_ERR_CANCELLED, SMCI_STOPPED) : SMC_OK;
}
