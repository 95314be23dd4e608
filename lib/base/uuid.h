/* UUIDs in their text form, of any version. */
#ifndef SMCI_UUID_H
#define SMCI_UUID_H

#include <stdbool.h>

#define SMCI_UUID_BYTES    16
#define SMCI_UUID_TEXT_LEN 36 /* 8-4-4-4-12 hex digits */

/* Reads the hyphenated form in any letter case; false for anything else. */
bool smci_uuid_parse(const char *text, unsigned char uuid[SMCI_UUID_BYTES]);

/* Writes the hyphenated form in lower case, terminated. */
void smci_uuid_print(const unsigned char uuid[SMCI_UUID_BYTES], char text[SMCI_UUID_TEXT_LEN + 1]);

#endif
