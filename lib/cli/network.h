/* Network options on their way from the settings to the library. */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include <sigmacat/client_types.h>

/* Completes what the settings say (`given`, where 0 retries and a wait of 0 mean none, as the
 * flags do) by what only a run knows, and puts it into the library's terms, where 0 stands for
 * the default. `stop_fd` is readable when the run is to end, -1 for none; `clock` and `log` may
 * be NULL. All is borrowed. */
struct smc_network smci_cli_network(const struct smc_network *given, int stop_fd,
                                    const struct smc_clock *clock, struct smc_log *log);

#endif
