/* What lib/ asks of an origin made by smc_origin_parse. */
#ifndef SMCI_URL_H
#define SMCI_URL_H

#include <stdbool.h>

/* Whether it is plain http, which smc_origin_parse lets pass for loopback only. */
bool smci_origin_is_plain(const char *origin);

#endif
