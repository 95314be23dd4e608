/* A client's own secrets, and those of the way to its server: hidden in its log from the start, since
 * a server may repeat what it was sent. */
#ifndef SMCI_HIDDEN_H
#define SMCI_HIDDEN_H

#include <sigmacat/client_types.h>

/* Hides the client secret or what is secret in the fixed header, and the passwords of the proxies
 * that the environment names. `log` may be NULL. SMC_ERR_NOMEM. */
enum smc_status smci_hide_secrets(struct smc_log *log, const struct smc_client_opt *opt);

#endif
