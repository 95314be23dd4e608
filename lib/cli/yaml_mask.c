#include "yaml_mask.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/text.h"

/* Neither an escape's letter nor a hex digit. */
#define MASK 'Z'

static bool is_masked(char c)
{
    char lower = (char)(c | 0x20);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
}

/* How many bytes of an escape stay; `at` is behind its backslash. */
static size_t escape_len(const char *at, const char *end)
{
    if (at == end || !strchr("\\0abtnvfreNLPxuU", *at))
        return 0;
    size_t digits = *at == 'x' ? 2 : *at == 'u' ? 4 : *at == 'U' ? 8 : 0;
    size_t len = 1;
    while (len <= digits && at + len < end && smci_hex_value(at[len]) >= 0)
        len++;
    return len;
}

/* How many bytes stay as they are, from `at` on; `is_first` of a line. */
static size_t kept_len(const char *at, const char *end, bool is_first)
{
    size_t len = 1;
    if (*at == '\\')
        return 1 + escape_len(at + 1, end);
    if (*at == '%' && is_first)
        while (at + len < end && at[len] != '\n' && at[len] != '\r')
            len++;
    if (*at == '|' || *at == '>')
        while (len < 3 && at + len < end && strchr("+-123456789", at[len]))
            len++;
    return len;
}

enum smc_status smci_yaml_mask(const char *text, size_t len, struct smc_buf *mask)
{
    static const char letter = MASK;
    const char *end = text + len;
    for (const char *at = text; at < end;) {
        bool is_first = at == text || at[-1] == '\n' || at[-1] == '\r';
        size_t kept = is_masked(*at) ? 0 : kept_len(at, end, is_first);
        (void)smc_buf_add(mask, kept > 0 ? at : &letter, kept > 0 ? kept : 1);
        at += kept > 0 ? kept : 1;
    }
    return smc_buf_status(mask);
}

enum smc_status smci_yaml_unmask(const char *text, const char *mask, size_t begin, size_t end,
                                 const char *value, size_t len, struct smc_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        while (begin < end && value[i] == MASK && mask[begin] != MASK)
            begin++;
        if (value[i] == MASK && begin == end)
            return SMC_ERR_SYNTAX;
        (void)smc_buf_add(out, value[i] == MASK ? &text[begin++] : &value[i], 1);
    }
    return memchr(mask + begin, MASK, end - begin) ? SMC_ERR_SYNTAX : smc_buf_status(out);
}
