#include "base62.h"

#include <string.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 36;
    return -1;
}

bool base62_decode(const char *text, size_t len, unsigned char uuid[SMCI_UUID_BYTES])
{
    (void)memset(uuid, 0, SMCI_UUID_BYTES);
    for (size_t i = 0; i < len; i++) {
        int carry = digit_of(text[i]);
        if (carry < 0)
            return false;
        for (size_t byte = SMCI_UUID_BYTES; byte-- > 0;) {
            carry += uuid[byte] * 62;
            uuid[byte] = (unsigned char)(carry & 0xff);
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    return len > 0;
}
