/* The server's certificate, as libcurl tells of it with CURLOPT_CERTINFO. For lib/net/http*.c alone. */
#ifndef SMCI_HTTP_CERTIFICATE_H
#define SMCI_HTTP_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the certificate of the connection that `easy` (a CURL) has just made names its hosts as
 * subject alternative names. libcurl 7.88.1 goes by the subject's common name where there is none,
 * which RFC 9525, section 1.4.2, rules out. True without TLS, and on a kept connection, which was
 * looked at when it was new. */
bool smci_is_certificate_named(void *easy);

/* When it runs out, Unix time; 0: not known. */
int64_t smci_certificate_end_s(void *easy);

#endif
