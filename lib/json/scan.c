#include "scan.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/base/utf8.h"
#include "skip.h"

const char *smci_refuse(struct smci_scan *s, const char *p, const char *why)
{
    s->bad = p;
    s->why = why;
    return NULL;
}

/* The bytes are at their end, with more to come. */
static const char *pause_in(struct smci_scan *s, enum smci_scan_state state)
{
    s->state = state;
    return NULL;
}

enum smc_status smci_scan_report(const struct smci_scan *s, int64_t offset, struct smc_error *err)
{
    if (s->is_too_deep)
        return smc_error_set(err, SMC_ERR_CAP, "byte %" PRId64 ": nested more than %zu levels deep",
                             offset, s->depth_max + s->outer);
    return smc_error_set(err, SMC_ERR_SYNTAX, "byte %" PRId64 ": %s%s", offset,
                         s->bad == s->end ? "the text ends: " : "", s->why);
}

/* ---- strings ---- */

/* In `s->more` hex digits. */
static const char *scan_hex(struct smci_scan *s, const char *p)
{
    for (; s->more > 0; s->more--, p++) {
        if (p == s->end)
            return pause_in(s, SMCI_SCAN_HEX);
        if (smci_hex_value(*p) < 0)
            return smci_refuse(s, p, "expected four hex digits");
    }
    return p;
}

/* `p` is behind the backslash. A surrogate without its other half is grammatical JSON. */
static const char *scan_escape(struct smci_scan *s, const char *p)
{
    if (p == s->end)
        return pause_in(s, SMCI_SCAN_ESCAPE);
    if (*p != 'u')
        return *p && strchr("\"\\/bfnrt", *p) ? p + 1 : smci_refuse(s, p, "expected an escape");
    s->more = 4;
    return scan_hex(s, p + 1);
}

/* A character is cut: its beginning stands in `s->character` until the rest comes. */
static const char *pause_in_character(struct smci_scan *s, const char *begin, size_t len)
{
    (void)memcpy(s->character, begin, len);
    s->more = (int)len;
    return pause_in(s, SMCI_SCAN_UTF8);
}

static const char *scan_utf8(struct smci_scan *s, const char *p)
{
    while (p < s->end && (unsigned char)*p >= 0x80) {
        const char *begin = p;
        if (smci_utf8_next(&p, s->end))
            continue;
        return p == s->end ? pause_in_character(s, begin, (size_t)(p - begin))
                           : smci_refuse(s, p, "expected valid UTF-8");
    }
    return p;
}

static const char *scan_rest_of_character(struct smci_scan *s, const char *p)
{
    char whole[sizeof s->character];
    size_t had = (size_t)s->more;
    size_t len = had;
    (void)memcpy(whole, s->character, had);
    for (const char *from = p; len < sizeof whole && from < s->end; from++)
        whole[len++] = *from;
    const char *at = whole;
    if (smci_utf8_next(&at, whole + len))
        return p + (at - whole) - had;
    return at == whole + len ? pause_in_character(s, whole, len)
                             : smci_refuse(s, p + (at - whole) - had, "expected valid UTF-8");
}

/* `p` is behind the opening quote, or anywhere else between two characters. */
static inline const char *scan_string(struct smci_scan *s, const char *p)
{
    while (p) {
        p = smci_skip_plain(p, s->end);
        if (p == s->end)
            return pause_in(s, SMCI_SCAN_STRING);
        if (*p == '"')
            return p + 1;
        if (*p == '\\')
            p = scan_escape(s, p + 1);
        else if ((unsigned char)*p >= 0x80)
            p = scan_utf8(s, p);
        else
            return smci_refuse(s, p, "unescaped control character");
    }
    return NULL;
}

/* ---- other scalars ---- */

/* The part of a number that `c` is in when it follows `part`; SMCI_SCAN_AFTER when it is in
 * none. */
static enum smci_scan_state number_part(enum smci_scan_state part, char c)
{
    bool is_digit = c >= '0' && c <= '9';
    bool is_whole = part == SMCI_SCAN_ZERO || part == SMCI_SCAN_INTEGER;
    if (is_digit && part == SMCI_SCAN_MINUS)
        return c == '0' ? SMCI_SCAN_ZERO : SMCI_SCAN_INTEGER;
    if (is_digit && part == SMCI_SCAN_INTEGER)
        return SMCI_SCAN_INTEGER;
    if (is_digit && (part == SMCI_SCAN_POINT || part == SMCI_SCAN_FRACTION))
        return SMCI_SCAN_FRACTION;
    if (is_digit && part >= SMCI_SCAN_E)
        return SMCI_SCAN_EXPONENT;
    if (c == '.' && is_whole)
        return SMCI_SCAN_POINT;
    if ((c | 0x20) == 'e' && (is_whole || part == SMCI_SCAN_FRACTION))
        return SMCI_SCAN_E;
    if ((c == '+' || c == '-') && part == SMCI_SCAN_E)
        return SMCI_SCAN_SIGN;
    return SMCI_SCAN_AFTER;
}

static bool is_number(enum smci_scan_state part)
{
    return part == SMCI_SCAN_ZERO || part == SMCI_SCAN_INTEGER || part == SMCI_SCAN_FRACTION ||
           part == SMCI_SCAN_EXPONENT;
}

static inline const char *scan_number(struct smci_scan *s, const char *p, enum smci_scan_state part)
{
    for (; p < s->end; p++) {
        enum smci_scan_state next = number_part(part, *p);
        if (next == SMCI_SCAN_AFTER)
            return is_number(part) ? p : smci_refuse(s, p, "expected a digit");
        part = next;
    }
    return pause_in(s, part);
}

static const char *scan_word(struct smci_scan *s, const char *p, const char *rest)
{
    for (; *rest; rest++, p++) {
        if (p == s->end) {
            s->word = rest;
            return pause_in(s, SMCI_SCAN_WORD);
        }
        if (*p != *rest)
            return smci_refuse(s, p, "expected a value");
    }
    return p;
}

/* `p` is at the first byte. */
static inline const char *scan_scalar(struct smci_scan *s, const char *p)
{
    switch (*p) {
    case '"':
        return scan_string(s, p + 1);
    case 't':
        return scan_word(s, p, "true");
    case 'f':
        return scan_word(s, p, "false");
    case 'n':
        return scan_word(s, p, "null");
    case '-':
        return scan_number(s, p + 1, SMCI_SCAN_MINUS);
    default:
        return *p >= '0' && *p <= '9' ? scan_number(s, p, SMCI_SCAN_MINUS)
                                      : smci_refuse(s, p, "expected a value");
    }
}

/* Goes on within a name or scalar that was cut. */
static const char *scan_rest_of_token(struct smci_scan *s, const char *p)
{
    if (s->state == SMCI_SCAN_WORD)
        return scan_word(s, p, s->word);
    if (s->state >= SMCI_SCAN_MINUS)
        return scan_number(s, p, s->state);
    if (s->state == SMCI_SCAN_UTF8)
        p = scan_rest_of_character(s, p);
    if (s->state == SMCI_SCAN_ESCAPE)
        p = scan_escape(s, p);
    else if (s->state == SMCI_SCAN_HEX)
        p = scan_hex(s, p);
    return p ? scan_string(s, p) : NULL;
}

/* ---- containers ---- A word of `nest` is cleared when its first level opens. */

static inline const char *open_container(struct smci_scan *s, const char *p, bool is_object)
{
    size_t at = s->depth;
    if (at >= s->depth_max) {
        s->is_too_deep = true;
        return smci_refuse(s, p, "nested too deeply");
    }
    uint64_t was = at % 64 ? s->nest[at / 64] : 0;
    uint64_t bit = UINT64_C(1) << at % 64;
    s->nest[at / 64] = is_object ? was | bit : was & ~bit;
    s->depth++;
    return p + 1;
}

static inline bool is_in_object(const struct smci_scan *s)
{
    size_t at = s->depth - 1;
    return s->nest[at / 64] >> at % 64 & 1;
}

/* `p` is at what follows a value. Sets `state` to what comes then. */
static inline const char *scan_separator(struct smci_scan *s, const char *p,
                                         enum smci_scan_state *state)
{
    bool is_object = is_in_object(s);
    if (*p == ',') {
        *state = is_object ? SMCI_SCAN_NAME : SMCI_SCAN_VALUE;
        return p + 1;
    }
    if ((unsigned char)*p != smci_closer(is_object))
        return smci_refuse(s, p, smci_comma_expected(is_object));
    s->depth--;
    return p + 1;
}

/* A name, or the end of an object. `p` is at its first byte. */
static inline const char *scan_name(struct smci_scan *s, const char *p, enum smci_scan_state *state)
{
    if (*p == '}' && *state == SMCI_SCAN_FIRST_NAME) {
        *state = SMCI_SCAN_AFTER;
        s->depth--;
        return p + 1;
    }
    if (*p != '"')
        return smci_refuse(s, p, "expected a member's name");
    *state = SMCI_SCAN_COLON;
    s->is_name = true;
    return scan_string(s, p + 1);
}

static inline const char *scan_colon(struct smci_scan *s, const char *p)
{
    return *p == ':' ? p + 1 : smci_refuse(s, p, "expected ':'");
}

/* A scalar, or the beginning or the end of a container. */
static inline const char *scan_item(struct smci_scan *s, const char *p, enum smci_scan_state *state)
{
    enum smci_scan_state was = *state;
    *state = SMCI_SCAN_AFTER;
    if (*p == ']' && was == SMCI_SCAN_FIRST) {
        s->depth--;
        return p + 1;
    }
    s->item_count += s->depth == 1;
    if (*p == '{' || *p == '[') {
        *state = *p == '{' ? SMCI_SCAN_FIRST_NAME : SMCI_SCAN_FIRST;
        return open_container(s, p, *p == '{');
    }
    s->is_name = false;
    return scan_scalar(s, p);
}

const char *smci_scan_on(struct smci_scan *s, const char *p)
{
    enum smci_scan_state state = s->state;
    if (state > SMCI_SCAN_AFTER) {
        p = scan_rest_of_token(s, p);
        state = s->is_name ? SMCI_SCAN_COLON : SMCI_SCAN_AFTER;
    }
    while (p && (state != SMCI_SCAN_AFTER || s->depth > 0)) {
        p = smci_skip_space(p, s->end);
        if (p == s->end)
            return pause_in(s, state);
        if (state == SMCI_SCAN_AFTER) {
            p = scan_separator(s, p, &state);
        } else if (state == SMCI_SCAN_COLON) {
            state = SMCI_SCAN_VALUE;
            p = scan_colon(s, p);
        } else if (state == SMCI_SCAN_NAME || state == SMCI_SCAN_FIRST_NAME) {
            p = scan_name(s, p, &state);
        } else {
            p = scan_item(s, p, &state);
        }
    }
    if (p)
        s->state = SMCI_SCAN_AFTER;
    return p;
}

bool smci_scan_is_whole(const struct smci_scan *s)
{
    return s->depth == 0 && (s->state == SMCI_SCAN_AFTER || is_number(s->state));
}

/* ---- whole texts ---- */

/* Nothing more comes: what is cut is refused. */
static const char *end_scan(struct smci_scan *s)
{
    static const char *const expected[] = {
        [SMCI_SCAN_VALUE] = "expected a value",
        [SMCI_SCAN_FIRST] = "expected a value",
        [SMCI_SCAN_NAME] = "expected a member's name",
        [SMCI_SCAN_FIRST_NAME] = "expected a member's name",
        [SMCI_SCAN_COLON] = "expected ':'",
        [SMCI_SCAN_STRING] = "expected '\"'",
        [SMCI_SCAN_ESCAPE] = "expected an escape",
        [SMCI_SCAN_HEX] = "expected four hex digits",
        [SMCI_SCAN_UTF8] = "expected valid UTF-8",
        [SMCI_SCAN_WORD] = "expected a value",
    };
    if (smci_scan_is_whole(s))
        return s->end;
    if (s->state == SMCI_SCAN_AFTER || is_number(s->state))
        return smci_refuse(s, s->end, smci_comma_expected(is_in_object(s)));
    const char *why = s->state < sizeof expected / sizeof expected[0] ? expected[s->state] : NULL;
    return smci_refuse(s, s->end, why ? why : "expected a digit");
}

static const char *scan_container(struct smci_scan *s, const char *p, size_t outer)
{
    uint64_t nest[SMC_JSON_DEPTH_MAX / 64];
    s->nest = nest;
    s->depth = 0;
    s->item_count = 0;
    s->outer = outer;
    s->depth_max = SMC_JSON_DEPTH_MAX - outer;
    s->state = SMCI_SCAN_VALUE;
    p = smci_scan_on(s, p);
    p = p || s->bad ? p : end_scan(s);
    s->nest = NULL;
    return p;
}

const char *smci_scan_value(struct smci_scan *s, const char *p, size_t outer)
{
    if (p == s->end || *p == '{' || *p == '[')
        return scan_container(s, p, outer);
    s->depth = 0;
    p = scan_scalar(s, p);
    return p || s->bad ? p : end_scan(s);
}

const char *smci_scan_name(struct smci_scan *s, const char *p, const char **name_end)
{
    enum smci_scan_state state = SMCI_SCAN_NAME;
    s->depth = 1;
    p = p < s->end ? scan_name(s, p, &state) : pause_in(s, state);
    *name_end = p;
    if (p)
        p = smci_skip_space(p, s->end);
    if (p)
        p = p < s->end ? scan_colon(s, p) : pause_in(s, state);
    if (!p && !s->bad)
        return end_scan(s);
    return p ? smci_skip_space(p, s->end) : NULL;
}

const char *smci_scan_rest(struct smci_scan *s, const char *p)
{
    p = smci_skip_space(p, s->end);
    return p == s->end ? p : smci_refuse(s, p, "expected the end of the text");
}
