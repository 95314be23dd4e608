/* Sigma's url ids: a UUID as a base62 number over digits, lower case, upper case, most significant
 * digit first. Source: contract, section 1, "Lineage"; the letters' order is Sigma's own. */
#ifndef EXTRACT_BASE62_H
#define EXTRACT_BASE62_H

#include <stdbool.h>
#include <stddef.h>

#define UUID_BYTES    16
#define UUID_TEXT_LEN 36

/* Reads `len` digits as 16 bytes, big-endian; leading zeros may be dropped. False when `len` is 0,
 * a character is none of the digits, or the number is beyond 128 bits. */
bool base62_decode(const char *text, size_t len, unsigned char uuid[UUID_BYTES]);

/* The lower-case hyphenated form, terminated. */
void uuid_to_text(const unsigned char uuid[UUID_BYTES], char text[UUID_TEXT_LEN + 1]);

/* Reads the hyphenated form in any letter case; false for anything else. */
bool uuid_from_text(const char *text, unsigned char uuid[UUID_BYTES]);

#endif
