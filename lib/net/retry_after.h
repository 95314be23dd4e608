/* The value of a Retry-After header, in milliseconds. */
#ifndef SMCI_RETRY_AFTER_H
#define SMCI_RETRY_AFTER_H

#include <stdint.h>

/* A wait is obeyed up to an hour; a longer one reads as this. */
#define SMCI_RETRY_AFTER_MAX_MS   ((int64_t)3600 * 1000)
#define SMCI_RETRY_AFTER_TOO_LONG (SMCI_RETRY_AFTER_MAX_MS + 1)

/* Reads seconds or a date (RFC 9110, section 10.2.3) as milliseconds from `wall_ms` (Unix time).
 * Seconds may have a fraction, as some servers send it; a date that is over and a negative number
 * count as 0. -1 for NULL and for what can't be read. */
int64_t smci_retry_after_parse(const char *value, int64_t wall_ms);

#endif
