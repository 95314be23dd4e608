/* The one place where numbers are read from texts. */
#ifndef SMCI_NUM_H
#define SMCI_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole decimal number, nothing around it, that fits; false otherwise. */
bool smci_parse_int64(const char *text, int64_t *number);

/* The count that the `len` bytes of a JSON number stand for, in whatever form: 5000, 5000.0, 5e3.
 * Beyond 64 bits it is INT64_MAX. False for what is negative, has a fraction or is not a number. */
bool smci_parse_count(const char *text, size_t len, int64_t *count);

/* Seconds, decimals allowed ("0.5", "60"), as milliseconds, rounded up so that what is not zero
 * stays so; not negative, at most ten years; false otherwise. Independent of the locale. */
bool smci_parse_seconds(const char *text, int64_t *ms);

/* A decimal number without exponent, not negative, finite; false otherwise. */
bool smci_parse_decimal(const char *text, double *number);

#endif
