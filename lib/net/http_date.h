/* Dates as HTTP and certificates write them. Texts in, seconds out. */
#ifndef SMCI_HTTP_DATE_H
#define SMCI_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form that is still made (IMF-fixdate; RFC 9110, section
 * 5.6.7), as Unix seconds. False for any other text. */
bool smci_http_date_parse(const char *text, int64_t *unix_s);

/* The same of "Jan 3 10:00:00 2027 GMT", as OpenSSL prints the times of a certificate
 * (ASN1_TIME_print). */
bool smci_certificate_date_parse(const char *text, int64_t *unix_s);

#endif
