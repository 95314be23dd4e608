/* Small questions about texts that several rooms ask. */
#ifndef SMCI_TEXT_H
#define SMCI_TEXT_H

#include <stdbool.h>
#include <string.h>

static inline bool smci_has_suffix(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

/* The value of a hex digit of either case; -1 for another character. */
static inline int smci_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Writes the two lower-case hex digits of `byte` to `out`, without a NUL. Returns what is
 * behind. */
static inline char *smci_hex_put(char *out, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
    return out;
}

#endif
