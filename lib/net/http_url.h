/* Addresses as libcurl reads them, so that what was checked is what is dialled. */
#ifndef SMCI_HTTP_URL_H
#define SMCI_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/buf.h>

/* Appends to `origin` the server that libcurl would go to for `url`, which has no path:
 * "https://host[:port]". SMC_ERR_USAGE when it can't be read: `is_port` tells whether that is
 * for its port. SMC_ERR_NOMEM. */
enum smc_status smci_http_url_origin(const char *url, struct smc_buf *origin, bool *is_port);

/* Writes `url` into `shown` without what may be secret: user, query and fragment are left out.
 * Cut to `size`; "" when it can't be read. */
void smci_http_url_show(const char *url, char *shown, size_t size);

/* Appends what is secret in the user's part of `url`, decoded: the password, or where there is none
 * the name. Nothing when it has neither or can't be read. SMC_ERR_NOMEM. */
enum smc_status smci_http_url_password(const char *url, struct smc_buf *password);

#endif
