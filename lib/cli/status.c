#include "status.h"

int smci_cli_exit_status(enum smc_status status, int signal)
{
    switch (status) {
    case SMC_OK:
        return SMCI_CLI_EXIT_DONE;
    case SMC_ERR_USAGE:
        return SMCI_CLI_EXIT_USAGE;
    case SMC_ERR_AUTH:
        return SMCI_CLI_EXIT_AUTH;
    case SMC_ERR_SYNTAX: /* of what a server sent: our own files are not read as JSON */
    case SMC_ERR_CAP:
    case SMC_ERR_NETWORK:
    case SMC_ERR_HTTP:
    case SMC_ERR_TIME:
        return SMCI_CLI_EXIT_REMOTE;
    case SMC_ERR_IO:
    case SMC_ERR_STORE:
    case SMC_ERR_LOCKED:
    case SMC_ERR_NOMEM: /* as whatever else this machine does not give */
        return SMCI_CLI_EXIT_LOCAL;
    case SMC_ERR_GAPS:
        return SMCI_CLI_EXIT_GAPS;
    case SMC_ERR_REFUSED:
        return SMCI_CLI_EXIT_REFUSED;
    case SMC_ERR_CANCELLED:
        return signal > 0 ? 128 + signal : SMCI_CLI_EXIT_INTERNAL;
    case SMC_ERR_INTERNAL:
        return SMCI_CLI_EXIT_INTERNAL;
    }
    return SMCI_CLI_EXIT_INTERNAL;
}
