/* The quick ways over bytes that mean nothing to the grammar, eight at a time. */
#ifndef SMCI_SKIP_H
#define SMCI_SKIP_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* As smci_scan_value where the bytes are known to be valid. If they are not after all, the result
 * is senseless, but not beyond `end`. */
const char *smci_skip_value(const char *p, const char *end);

static inline bool smci_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *smci_skip_space(const char *p, const char *end)
{
    while (p < end && smci_is_space(*p))
        p++;
    return p;
}

#define SMCI_EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

static inline uint64_t smci_load8(const char *p)
{
    uint64_t word;
    (void)memcpy(&word, p, sizeof word);
    return le64toh(word);
}

static inline bool smci_is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The first byte that is not plain ASCII within a string, or the end. Eight bytes at a time: a
 * subtraction borrows into a byte's top bit when the byte is below what is taken away, so after
 * it, and with an XOR before to look for one value, top bits mark what is not plain. A borrow may
 * mark a byte wrongly, but only above one that is marked rightly, and the lowest one counts. */
static inline const char *smci_skip_plain(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t word = smci_load8(p);
        uint64_t mark = word;
        mark |= word - SMCI_EACH_BYTE(0x20);
        mark |= (word ^ SMCI_EACH_BYTE('"')) - SMCI_EACH_BYTE(1);
        mark |= (word ^ SMCI_EACH_BYTE('\\')) - SMCI_EACH_BYTE(1);
        mark &= SMCI_EACH_BYTE(0x80);
        if (mark)
            return p + __builtin_ctzll(mark) / 8;
    }
    while (p < end && smci_is_plain((unsigned char)*p))
        p++;
    return p;
}

#endif
