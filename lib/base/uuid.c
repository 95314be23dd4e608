#include "uuid.h"

#include "text.h"

/* The bytes behind which a hyphen stands. */
static bool has_hyphen_behind(int byte)
{
    return byte == 3 || byte == 5 || byte == 7 || byte == 9;
}

bool smci_uuid_parse(const char *text, unsigned char uuid[SMCI_UUID_BYTES])
{
    for (int byte = 0; byte < SMCI_UUID_BYTES; byte++) {
        int high = smci_hex_value(*text);
        int low = high >= 0 ? smci_hex_value(text[1]) : -1;
        if (low < 0)
            return false;
        uuid[byte] = (unsigned char)(high << 4 | low);
        text += 2;
        if (has_hyphen_behind(byte) && *text++ != '-')
            return false;
    }
    return *text == '\0';
}

void smci_uuid_print(const unsigned char uuid[SMCI_UUID_BYTES], char text[SMCI_UUID_TEXT_LEN + 1])
{
    for (int byte = 0; byte < SMCI_UUID_BYTES; byte++) {
        text = smci_hex_put(text, uuid[byte]);
        if (has_hyphen_behind(byte))
            *text++ = '-';
    }
    *text = '\0';
}
