/* Sigma's url ids: a UUID as a base62 number over digits, lower case, upper case, most significant
 * digit first. Source: sigmacat-files(5), "LINEAGE"; the letters' order is Sigma's own. */
#ifndef EXTRACT_FIELDS_BASE62_H
#define EXTRACT_FIELDS_BASE62_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/uuid.h"

/* Reads `len` digits as 16 bytes, big-endian; leading zeros may be dropped. False when `len` is 0,
 * a character is not a digit of base62, or the number is beyond 128 bits. */
bool base62_decode(const char *text, size_t len, unsigned char uuid[SMCI_UUID_BYTES]);

#endif
