#include "mask.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define MARK     "***"
#define MARK_LEN (sizeof MARK - 1)

/* The secret itself; of it and of its percent-encoded form each of the three ways in which it may
 * lie in a base64 text. */
enum { PLAIN, BASE64, PATTERNS_MAX = BASE64 + 6 };

struct smci_mask_secret {
    size_t size;                        /* of all of it, which is wiped */
    const char *patterns[PATTERNS_MAX]; /* in `bytes`; "": there is none */
    char bytes[];
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- the forms of a secret ---- */

static void forget(struct smci_mask_secret *secret)
{
    if (secret)
        explicit_bzero(secret, secret->size);
    free(secret);
}

/* As it is sent in a form: all but RFC 3986's unreserved characters as %XX. Returns what is behind
 * the NUL. */
static char *percent_encode(const char *secret, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char others[] = "-._~";
    for (const char *p = secret; *p; p++) {
        unsigned char c = (unsigned char)*p;
        unsigned char lower = c | 0x20;
        if ((c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || strchr(others, c)) {
            *out++ = *p;
            continue;
        }
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
    }
    *out++ = '\0';
    return out;
}

/* The characters of base64 that depend on nothing but `secret`, where `before` bytes stand before
 * it since the last whole group of three. Returns what is behind the NUL. */
static char *encode_middle(const char *secret, size_t before, char *out)
{
    size_t end = (before + strlen(secret)) * 8 / 6;
    for (size_t i = before == 0 ? 0 : before + 1; i < end; i++) {
        unsigned value = 0;
        for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
            unsigned char byte = (unsigned char)secret[bit / 8 - before];
            value = value << 1 | ((byte >> (7 - bit % 8)) & 1);
        }
        *out++ = alphabet[value];
    }
    *out++ = '\0';
    return out;
}

/* NULL when memory runs out. */
static struct smci_mask_secret *learn(const char *secret)
{
    size_t len = strlen(secret);
    /* Encoded it has three times as many bytes at most, and base64 a third more than these. */
    size_t room = len + 1 + 3 * len + 1 + 3 * (2 * len + 3) + 3 * (4 * len + 3);
    struct smci_mask_secret *made = calloc(1, sizeof *made + room);
    if (!made)
        return NULL;
    made->size = sizeof *made + room;
    char *encoded = made->bytes;
    char *out = percent_encode(secret, encoded);
    made->patterns[PLAIN] = out;
    (void)memcpy(out, secret, len + 1);
    out += len + 1;
    bool is_other = strcmp(encoded, secret) != 0;
    for (size_t i = 0; i < PATTERNS_MAX - BASE64; i++) {
        made->patterns[BASE64 + i] = out;
        if (i < 3 || is_other)
            out = encode_middle(i < 3 ? secret : encoded, i % 3, out);
        else
            *out++ = '\0';
    }
    return made;
}

/* ---- what a text may have in place of a byte ---- */

/* An escape at some place: what it stands for. */
struct escape {
    char bytes[4];
    size_t len;  /* of these; 0: there is none */
    size_t used; /* so long is it in the text */
    bool is_cut; /* the text ends within what may be one */
};

/* `count` hex digits; false where there are none. */
static bool read_hex(const char *p, size_t count, uint32_t *value, bool *is_cut)
{
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = smci_hex_value(p[i]);
        if (digit < 0) {
            *is_cut = p[i] == '\0';
            return false;
        }
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

/* As UTF-8. */
static void put_character(struct escape *escape, uint32_t c)
{
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    escape->len = more + 1;
    for (size_t i = more; i > 0; i--, c >>= 6)
        escape->bytes[i] = (char)(0x80 | (c & 0x3f));
    escape->bytes[0] = (char)(leads[more] | c);
}

static void read_backslash(const char *p, struct escape *escape)
{
    uint32_t c;
    uint32_t low;
    bool is_cut = false;
    bool is_long = p[1] == 'u';
    if (p[1] == '\0') {
        escape->is_cut = true;
    } else if (p[1] == '/' || p[1] == '\\' || p[1] == '"' || p[1] == '\'') {
        *escape = (struct escape){.bytes = {p[1]}, .len = 1, .used = 2};
    } else if (is_long || p[1] == 'x') {
        escape->used = is_long ? 6 : 4;
        if (!read_hex(p + 2, escape->used - 2, &c, &escape->is_cut))
            return;
        bool is_pair = is_long && c >= 0xd800 && c < 0xdc00 && p[6] == '\\' && p[7] == 'u' &&
                       read_hex(p + 8, 4, &low, &is_cut);
        if (is_pair) {
            c = 0x10000 + ((c - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
            escape->used = 12;
        }
        put_character(escape, c);
    }
}

static void read_entity(const char *p, struct escape *escape)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = strlen(names[i].name);
        if (strncmp(p, names[i].name, len) == 0)
            *escape = (struct escape){.bytes = {names[i].c}, .len = 1, .used = len};
    }
    escape->is_cut = p[1] == '\0';
    if (p[1] != '#')
        return;
    bool is_hex = p[2] == 'x' || p[2] == 'X';
    const char *at = p + 2 + is_hex;
    const char *digits = at;
    uint32_t c = 0;
    for (int digit; at < digits + 7 && (digit = smci_hex_value(*at)) >= 0; at++) {
        if (!is_hex && digit > 9)
            return;
        c = c * (is_hex ? 16 : 10) + (uint32_t)digit;
    }
    escape->is_cut = *at == '\0';
    if (*at != ';' || at == digits || c > 0x10ffff)
        return;
    escape->used = (size_t)(at + 1 - p);
    put_character(escape, c);
}

static struct escape read_escape(const char *p)
{
    struct escape escape = {.len = 0};
    uint32_t c;
    if (*p == '%' && read_hex(p + 1, 2, &c, &escape.is_cut))
        escape = (struct escape){.bytes = {(char)c}, .len = 1, .used = 3};
    else if (*p == '\\')
        read_backslash(p, &escape);
    else if (*p == '&')
        read_entity(p, &escape);
    return escape;
}

/* ---- finding ---- */

enum match { NONE, WHOLE, CUT /* the text ends before the pattern does */ };

/* The two alphabets of base64 differ in two characters. */
static char fold(char c, bool is_base64)
{
    if (!is_base64)
        return c;
    if (c == '-')
        return '+';
    if (c == '_')
        return '/';
    return c;
}

static bool is_escaped(const struct escape *escape, const char *want, bool is_base64)
{
    for (size_t i = 0; i < escape->len; i++)
        if (want[i] == '\0' || fold(escape->bytes[i], is_base64) != want[i])
            return false;
    return escape->len > 0;
}

/* Whether `text` begins with a pattern, in whatever form; `*end` is behind it then. "%25" may be a
 * percent sign, or itself, and so may "%" at the end. */
static enum match match(const char *text, const char *want, bool is_base64, const char **end)
{
    while (*want) {
        if (*text == '\0')
            return CUT;
        struct escape escape = read_escape(text);
        bool is_raw = fold(*text, is_base64) == *want;
        bool is_escape = is_escaped(&escape, want, is_base64);
        enum match as_escape = escape.is_cut ? CUT : NONE;
        if (is_escape && is_raw)
            as_escape = match(text + escape.used, want + escape.len, is_base64, end);
        if (as_escape == WHOLE)
            return WHOLE;
        if (is_raw && as_escape == CUT) {
            enum match as_it_is = match(text + 1, want + 1, is_base64, end);
            return as_it_is == WHOLE ? WHOLE : as_escape;
        }
        if (!is_raw && !is_escape)
            return as_escape;
        text += is_raw ? 1 : escape.used;
        want += is_raw ? 1 : escape.len;
    }
    *end = text;
    return WHOLE;
}

/* The longest secret that `text` begins with; CUT where the text ends within one. */
static enum match find_at(const struct smci_mask *mask, const char *text, const char **end,
                          bool *is_base64)
{
    enum match found = NONE;
    bool is_escape = *text == '%' || *text == '\\' || *text == '&';
    *end = text;
    for (size_t i = 0; i < (size_t)SMCI_MASK_SECRETS_MAX * PATTERNS_MAX; i++) {
        const struct smci_mask_secret *secret = mask->secrets[i / PATTERNS_MAX];
        bool is_64 = i % PATTERNS_MAX >= BASE64;
        const char *pattern = secret ? secret->patterns[i % PATTERNS_MAX] : NULL;
        const char *behind = text;
        if (!pattern || !*pattern || (!is_escape && fold(*text, is_64) != *pattern))
            continue;
        enum match this = match(text, pattern, is_64, &behind);
        if (this == WHOLE && behind > *end) {
            *end = behind;
            *is_base64 = is_64;
        }
        found = this == WHOLE || found == NONE ? this : found;
    }
    return found;
}

static bool is_of_base64(char c)
{
    return c != '\0' && (strchr(alphabet, c) || c == '-' || c == '_');
}

void smci_mask_apply(const struct smci_mask *mask, char *text)
{
    for (char *at = text; *at; at++) {
        const char *end;
        bool is_base64 = false;
        if (find_at(mask, at, &end, &is_base64) != WHOLE)
            continue;
        /* What stands around it depends on it, too. */
        while (is_base64 && at > text && is_of_base64(at[-1]))
            at--;
        while (is_base64 && (is_of_base64(*end) || *end == '='))
            end++;
        (void)memcpy(at, MARK, MARK_LEN);
        (void)memmove(at + MARK_LEN, end, strlen(end) + 1);
        at += MARK_LEN - 1;
    }
}

void smci_mask_mend_cut(const struct smci_mask *mask, char *text)
{
    for (char *at = text; *at;) {
        const char *end;
        bool is_base64 = false;
        enum match found = find_at(mask, at, &end, &is_base64);
        if (found == CUT)
            *at = '\0';
        else
            at += found == WHOLE ? end - at : 1;
    }
}

/* ---- keeping them ---- */

enum smc_status smci_mask_add(struct smci_mask *mask, const char *secret)
{
    if (!secret || strlen(secret) < SMCI_MASK_MIN)
        return SMC_OK;
    for (size_t i = 0; i < SMCI_MASK_SECRETS_MAX; i++)
        if (mask->secrets[i] && strcmp(mask->secrets[i]->patterns[PLAIN], secret) == 0)
            return SMC_OK;
    struct smci_mask_secret *made = learn(secret);
    if (!made)
        return SMC_ERR_NOMEM;
    size_t slot = mask->next;
    mask->next = slot + 1 < SMCI_MASK_SECRETS_MAX ? slot + 1 : SMCI_MASK_KEPT;
    forget(mask->secrets[slot]);
    mask->secrets[slot] = made;
    return SMC_OK;
}

void smci_mask_clear(struct smci_mask *mask)
{
    for (size_t i = 0; i < SMCI_MASK_SECRETS_MAX; i++)
        forget(mask->secrets[i]);
    *mask = (struct smci_mask){.next = 0};
}
