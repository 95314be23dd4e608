/* A file on its way as the body of a request, and what is known of how far it got. For
 * lib/net/http*.c alone. */
#ifndef SMCI_HTTP_UPLOAD_H
#define SMCI_HTTP_UPLOAD_H

#include "http_exchange.h"

/* How long a server is waited for that was asked first ("Expect: 100-continue", RFC 9110, section
 * 10.1.1): many never say that they are ready. */
#define SMCI_EXPECT_MS 5000

/* Sets the options for the body of a request that has one. Returns a CURLcode. */
int smci_upload_set(struct smci_exchange *x, const struct smci_http_request *request);

/* libcurl tells that `sent` of `total` bytes of the body have gone out; 0: not known yet. */
void smci_upload_moved(struct smci_exchange *x, int64_t total, int64_t sent);

/* The transfer has ended: takes libcurl's last word on how much has gone out. */
void smci_upload_end(struct smci_exchange *x);

#endif
