#include "network.h"

struct smc_network smci_cli_network(const struct smc_network *given, int stop_fd,
                                    const struct smc_clock *clock, struct smc_log *log)
{
    struct smc_network network = *given;
    network.retries = given->retries ? given->retries : -1;
    network.retry_base_ms = given->retry_base_ms ? given->retry_base_ms : -1;
    network.stop_fd = stop_fd > 0 ? stop_fd : 0;
    network.clock = clock;
    network.log = log;
    return network;
}
