/* How a transfer ended: the status, or why there is none. For lib/net/http.c alone. */
#ifndef SMCI_HTTP_END_H
#define SMCI_HTTP_END_H

#include "http_exchange.h"

/* Fills the response of a transfer that has ended with `code` (a CURLcode), while its handle still
 * knows all about it. An answer is one only when it is whole. */
void smci_exchange_end(struct smci_exchange *x, int code);

#endif
