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

/* A connection is there, by this local port, and the request goes out on it. */
void smci_upload_begin(struct smci_exchange *x, int port);

/* libcurl tells that `sent` of `total` bytes of the body have gone out; 0: not known yet. Returns
 * how many of them count as progress: none where smci_upload_look knows better. */
int64_t smci_upload_moved(struct smci_exchange *x, int64_t total, int64_t sent);

/* Asks how much of an upload the other side has acknowledged; more than before is progress. What
 * the kernel has taken is not: that may be megabytes, which a slow link moves for minutes. Cheap:
 * asks ten times a second, and before a stall is believed. */
void smci_upload_look(struct smci_exchange *x);

/* The transfer has ended: takes libcurl's last word on how much has gone out. */
void smci_upload_end(struct smci_exchange *x);

#endif
