#include "skip.h"

/* As smci_skip_plain, but stops at quotes and backslashes only. */
static inline const char *skip_to_quote(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t word = smci_load8(p);
        uint64_t quote = word ^ SMCI_EACH_BYTE('"');
        uint64_t slash = word ^ SMCI_EACH_BYTE('\\');
        uint64_t mark =
            ((quote - SMCI_EACH_BYTE(1)) & ~quote) | ((slash - SMCI_EACH_BYTE(1)) & ~slash);
        mark &= SMCI_EACH_BYTE(0x80);
        if (mark)
            return p + __builtin_ctzll(mark) / 8;
    }
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* `p` is behind the opening quote. */
static inline const char *skip_string(const char *p, const char *end)
{
    for (;;) {
        p = skip_to_quote(p, end);
        if (p == end)
            return p;
        if (*p == '"')
            return p + 1;
        p += end - p > 1 ? 2 : 1;
    }
}

static inline const char *skip_scalar(const char *p, const char *end)
{
    while (p < end && *p != ',' && *p != ']' && *p != '}' && !smci_is_space(*p))
        p++;
    return p;
}

const char *smci_skip_value(const char *p, const char *end)
{
    size_t depth = 0;
    do {
        char c = '\0';
        if (p < end)
            c = *p;
        if (c == '"') {
            p = skip_string(p + 1, end);
        } else if (c == '{' || c == '[') {
            p++;
            depth++;
        } else if (depth == 0) {
            return skip_scalar(p, end);
        } else {
            if (c == '}' || c == ']')
                depth--;
            p++;
        }
    } while (depth > 0 && p < end);
    return p;
}
