/* Dates as HTTP and certificates write them. Texts in, seconds out. */
#ifndef SMCI_HTTPDATE_H
#define SMCI_HTTPDATE_H

#include <stdbool.h>
#include <stdint.h>

/* A date in any of the three forms of RFC 9110, section 5.6.7, as Unix seconds; `wall_ms` (Unix
 * time) tells the century of a year of two digits. False when it is none. */
bool smci_http_date_parse(const char *text, int64_t wall_ms, int64_t *unix_s);

/* "Jan  3 10:00:00 2027 GMT", as OpenSSL prints the times of a certificate. */
bool smci_certificate_date_parse(const char *text, int64_t *unix_s);

#endif
