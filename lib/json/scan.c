#include "scan.h"

#include <endian.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/base/utf8.h"

const char *smci_refuse(struct smci_scan *s, const char *p, const char *why)
{
    s->bad = p;
    s->why = why;
    return NULL;
}

static const char *refuse_depth(struct smci_scan *s, const char *p)
{
    s->is_too_deep = true;
    return smci_refuse(s, p, "nested too deeply");
}

enum smc_status smci_scan_report(const struct smci_scan *s, const char *start,
                                 struct smc_error *err)
{
    size_t offset = (size_t)(s->bad - start);
    if (s->is_too_deep)
        return smc_error_set(err, SMC_ERR_CAP,
                             "byte %zu: nested more than %d levels deep "
                             "(SMC_JSON_DEPTH_MAX)",
                             offset, SMC_JSON_DEPTH_MAX);
    return smc_error_set(err, SMC_ERR_SYNTAX, "byte %zu: %s%s", offset,
                         s->bad == s->end ? "the text ends: " : "", s->why);
}

/* ---- strings ---- */

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

static inline uint64_t load8(const char *p)
{
    uint64_t word;
    (void)memcpy(&word, p, sizeof word);
    return le64toh(word);
}

static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The first byte that is not plain ASCII within a string, or the end. Eight bytes at a time: a
 * subtraction borrows into a byte's top bit when the byte is below what is taken away, so after
 * it, and with an XOR before to look for one value, top bits mark what is not plain. A borrow may
 * mark a byte wrongly, but only above one that is marked rightly, and the lowest one counts. */
static inline const char *skip_plain(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t word = load8(p);
        uint64_t mark = word;
        mark |= word - EACH_BYTE(0x20);
        mark |= (word ^ EACH_BYTE('"')) - EACH_BYTE(1);
        mark |= (word ^ EACH_BYTE('\\')) - EACH_BYTE(1);
        mark &= EACH_BYTE(0x80);
        if (mark)
            return p + __builtin_ctzll(mark) / 8;
    }
    while (p < end && is_plain((unsigned char)*p))
        p++;
    return p;
}

/* `p` is behind the backslash. A surrogate without its other half is grammatical JSON. */
static const char *scan_escape(struct smci_scan *s, const char *p)
{
    unsigned char c = smci_peek(p, s->end);
    if (c != 'u')
        return c && strchr("\"\\/bfnrt", c) ? p + 1 : smci_refuse(s, p, "expected an escape");
    p++;
    for (int i = 0; i < 4; i++, p++)
        if (smci_hex_value((char)smci_peek(p, s->end)) < 0)
            return smci_refuse(s, p, "expected four hex digits");
    return p;
}

static const char *scan_utf8(struct smci_scan *s, const char *p)
{
    while (p < s->end && (unsigned char)*p >= 0x80)
        if (!smci_utf8_next(&p, s->end))
            return smci_refuse(s, p, "expected valid UTF-8");
    return p;
}

/* `p` is behind the opening quote. */
static inline const char *scan_string(struct smci_scan *s, const char *p)
{
    while (p) {
        p = skip_plain(p, s->end);
        unsigned char c = smci_peek(p, s->end);
        if (c == '"')
            return p + 1;
        if (c == '\\')
            p = scan_escape(s, p + 1);
        else if (c >= 0x80)
            p = scan_utf8(s, p);
        else
            return smci_refuse(s, p, p == s->end ? "expected '\"'" : "unescaped control character");
    }
    return NULL;
}

/* ---- other scalars ---- */

static inline bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static inline const char *scan_digits(struct smci_scan *s, const char *p)
{
    if (!is_digit(smci_peek(p, s->end)))
        return smci_refuse(s, p, "expected a digit");
    while (is_digit(smci_peek(p, s->end)))
        p++;
    return p;
}

static inline const char *scan_number(struct smci_scan *s, const char *p)
{
    if (*p == '-')
        p++;
    p = smci_peek(p, s->end) == '0' ? p + 1 : scan_digits(s, p);
    if (p && smci_peek(p, s->end) == '.')
        p = scan_digits(s, p + 1);
    if (p && (smci_peek(p, s->end) | 0x20) == 'e') {
        p++;
        if (smci_peek(p, s->end) == '+' || smci_peek(p, s->end) == '-')
            p++;
        p = scan_digits(s, p);
    }
    return p;
}

static const char *scan_word(struct smci_scan *s, const char *p, const char *word)
{
    for (; *word; word++, p++)
        if (p == s->end || *p != *word)
            return smci_refuse(s, p, "expected a value");
    return p;
}

static inline const char *scan_scalar(struct smci_scan *s, const char *p)
{
    unsigned char c = smci_peek(p, s->end);
    if (c == '"')
        return scan_string(s, p + 1);
    if (c == '-' || is_digit(c))
        return scan_number(s, p);
    if (c == 't')
        return scan_word(s, p, "true");
    if (c == 'f')
        return scan_word(s, p, "false");
    if (c == 'n')
        return scan_word(s, p, "null");
    return smci_refuse(s, p, "expected a value");
}

/* ---- containers ---- */

static inline const char *scan_name(struct smci_scan *s, const char *p, const char **name_end)
{
    if (smci_peek(p, s->end) != '"')
        return smci_refuse(s, p, "expected a member's name");
    p = scan_string(s, p + 1);
    if (!p)
        return NULL;
    if (name_end)
        *name_end = p;
    p = smci_skip_space(p, s->end);
    if (smci_peek(p, s->end) != ':')
        return smci_refuse(s, p, "expected ':'");
    return smci_skip_space(p + 1, s->end);
}

const char *smci_scan_name(struct smci_scan *s, const char *p, const char **name_end)
{
    return scan_name(s, p, name_end);
}

/* Which of the open containers are objects. A word is cleared when its first level opens. */
struct nest {
    uint64_t bits[SMC_JSON_DEPTH_MAX / 64];
    size_t depth;
};

static inline void nest_push(struct nest *nest, bool is_object)
{
    size_t at = nest->depth++;
    uint64_t was = at % 64 ? nest->bits[at / 64] : 0;
    uint64_t bit = UINT64_C(1) << at % 64;
    nest->bits[at / 64] = is_object ? was | bit : was & ~bit;
}

static inline bool nest_top(const struct nest *nest)
{
    size_t at = nest->depth - 1;
    return nest->bits[at / 64] >> at % 64 & 1;
}

/* Behind a value: closes what ends here. Returns the next value's position, or the one behind all
 * when nothing is open any more. */
static inline const char *scan_after(struct smci_scan *s, const char *p, struct nest *nest)
{
    while (nest->depth > 0) {
        bool is_object = nest_top(nest);
        p = smci_skip_space(p, s->end);
        unsigned char c = smci_peek(p, s->end);
        if (c == ',') {
            p = smci_skip_space(p + 1, s->end);
            return is_object ? scan_name(s, p, NULL) : p;
        }
        if (c != smci_closer(is_object))
            return smci_refuse(s, p, smci_comma_expected(is_object));
        p++;
        nest->depth--;
    }
    return p;
}

const char *smci_scan_value(struct smci_scan *s, const char *p, size_t outer)
{
    struct nest nest;
    nest.depth = 0;
    do {
        unsigned char c = smci_peek(p, s->end);
        if (c == '{' || c == '[') {
            if (outer + nest.depth >= SMC_JSON_DEPTH_MAX)
                return refuse_depth(s, p);
            nest_push(&nest, c == '{');
            p = smci_skip_space(p + 1, s->end);
            if (smci_peek(p, s->end) != smci_closer(c == '{')) {
                p = c == '{' ? scan_name(s, p, NULL) : p;
                continue;
            }
        } else {
            p = scan_scalar(s, p);
        }
        if (p)
            p = scan_after(s, p, &nest);
    } while (p && nest.depth > 0);
    return p;
}

/* ---- values that were scanned before ---- */

/* As skip_plain, but stops at quotes and backslashes only. */
static inline const char *skip_to_quote(const char *p, const char *end)
{
    for (; end - p >= 8; p += 8) {
        uint64_t word = load8(p);
        uint64_t quote = word ^ EACH_BYTE('"');
        uint64_t slash = word ^ EACH_BYTE('\\');
        uint64_t mark = ((quote - EACH_BYTE(1)) & ~quote) | ((slash - EACH_BYTE(1)) & ~slash);
        mark &= EACH_BYTE(0x80);
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
        char c = (char)smci_peek(p, end);
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
