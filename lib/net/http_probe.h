/* The way to a server, as libcurl tells of it when a transfer has ended. For lib/net/http*.c
 * alone. */
#ifndef SMCI_HTTP_PROBE_H
#define SMCI_HTTP_PROBE_H

#include "http_exchange.h"

/* Whether libcurl could not read the proxy's variable: its text then has the value, and that may
 * have a password. */
bool smci_is_proxy_unreadable(const struct smci_exchange *x);

/* Fills the response's `probe`; its head was read. `code` is a CURLcode. */
void smci_probe_learn(struct smci_exchange *x, int code);

#endif
