/* The options of a client, as any caller gives them: checked, and with the defaults in place. */
#ifndef SMCI_CLIENT_OPTIONS_H
#define SMCI_CLIENT_OPTIONS_H

#include <sigmacat/buf.h>
#include <sigmacat/client_types.h>

/* Copies a struct of options that has `size` bytes to its caller into one of `known` bytes.
 * Members that the caller lacks become zero. False when it sets some that are not known here. */
bool smci_options_copy(void *to, size_t known, const void *from, size_t size);

/* Reads `given` (`size` bytes) into `opt` with its defaults: no zero is left but where it means
 * "none", and of times, retries and waits "none" is 0 here. `origin` gets "https://host[:port]".
 * Else as smc_client_new. */
enum smc_status smci_client_options(struct smc_client_opt *opt, const struct smc_client_opt *given,
                                    size_t size, struct smc_buf *origin, struct smc_error *err);

/* Whether a request can be sent at all: SMC_ERR_USAGE when not. */
enum smc_status smci_request_check(const struct smc_request *request);

#endif
