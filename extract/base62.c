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

bool base62_decode(const char *text, size_t len, unsigned char uuid[UUID_BYTES])
{
    (void)memset(uuid, 0, UUID_BYTES);
    for (size_t i = 0; i < len; i++) {
        int carry = digit_of(text[i]);
        if (carry < 0)
            return false;
        for (size_t byte = UUID_BYTES; byte-- > 0;) {
            carry += uuid[byte] * 62;
            uuid[byte] = (unsigned char)(carry & 0xff);
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    return len > 0;
}

static bool is_hyphen_at(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

void uuid_to_text(const unsigned char uuid[UUID_BYTES], char text[UUID_TEXT_LEN + 1])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t byte = 0; byte < UUID_BYTES; byte++) {
        if (is_hyphen_at(at))
            text[at++] = '-';
        text[at++] = hex[uuid[byte] >> 4];
        text[at++] = hex[uuid[byte] & 15];
    }
    text[at] = '\0';
}

static int hex_of(char c)
{
    int digit = digit_of(c);
    if (digit >= 36 && digit < 42) /* A..F */
        return digit - 26;
    return digit < 16 ? digit : -1;
}

bool uuid_from_text(const char *text, unsigned char uuid[UUID_BYTES])
{
    if (strlen(text) != UUID_TEXT_LEN)
        return false;
    size_t nibble = 0;
    for (size_t at = 0; at < UUID_TEXT_LEN; at++) {
        if (is_hyphen_at(at)) {
            if (text[at] != '-')
                return false;
            continue;
        }
        int value = hex_of(text[at]);
        if (value < 0)
            return false;
        unsigned char *byte = &uuid[nibble / 2];
        *byte = (unsigned char)(nibble % 2 ? *byte | value : value << 4);
        nibble++;
    }
    return true;
}
