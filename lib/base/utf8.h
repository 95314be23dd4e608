/* The one place that knows which bytes are UTF-8 (RFC 3629). */
#ifndef SMCI_UTF8_H
#define SMCI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Moves `*at` (before `end`) over one character. False when there is none: then `*at` is the first
 * byte that can't belong to one, which is `end` when the text is cut. Refused are overlong forms,
 * surrogates, and what is beyond U+10FFFF. */
static inline bool smci_utf8_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    unsigned lead = *p;
    unsigned low = 0x80;
    unsigned high = 0xbf;
    int more = 0;
    if (lead >= 0x80) {
        if (lead < 0xc2 || lead > 0xf4)
            return false;
        more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    }
    const unsigned char *stop = (const unsigned char *)end;
    for (p++; more > 0; more--, p++) {
        if (p == stop || *p < low || *p > high)
            break;
        low = 0x80;
        high = 0xbf;
    }
    *at = (const char *)p;
    return more == 0;
}

#endif
