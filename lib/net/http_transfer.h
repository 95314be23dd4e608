/* A transfer's life: its handle, its options, what libcurl tells while it lasts. For lib/net/http*.c
 * alone. */
#ifndef SMCI_HTTP_TRANSFER_H
#define SMCI_HTTP_TRANSFER_H

#include "http_exchange.h"

/* A transfer with a handle and no options; NULL when memory runs out. */
struct smci_exchange *smci_exchange_new(const struct smci_exchange_common *common);

/* Sets all options for a request. SMC_ERR_NOMEM, SMC_ERR_INTERNAL; then it is to be reset or
 * freed. */
enum smc_status smci_exchange_prepare(struct smci_exchange *x,
                                      const struct smci_http_request *request,
                                      struct smc_error *err);

/* Makes it one that is to be sent for the first time, after it was turned away. */
void smci_exchange_again(struct smci_exchange *x);

/* It goes by its connection no more. `is_whole`: its answer was read to its end; `is_nonsense`: what
 * came was not even the beginning of one. Twice is harmless. */
void smci_exchange_leave(struct smci_exchange *x, bool is_whole, bool is_nonsense);

/* Wipes and frees what the last request has left; the handle stays. Not while it is in flight. */
void smci_exchange_reset(struct smci_exchange *x);

/* The same, and frees all of it. */
void smci_exchange_free(struct smci_exchange *x);

#endif
