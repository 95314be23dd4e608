#include <string.h>

#include <sigmacat/json.h>

#include "lib/base/text.h"
#include "lib/base/utf8.h"
#include "skip.h"

/* ---- what a JSON string means ---- */

static bool is_quoted(struct smc_json_span value)
{
    return value.p && value.len >= 2 && *value.p == '"';
}

/* The code unit of \u and four hex digits at `p`; UINT32_MAX when that is not what stands there. */
static uint32_t read_unit(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return UINT32_MAX;
    uint32_t unit = 0;
    for (int i = 2; i < 6; i++)
        unit = unit << 4 | ((unsigned)smci_hex_value(p[i]) & 15);
    return unit;
}

static size_t put_utf8(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(lead[len] | code);
    return len;
}

/* Reads the escape at `*at` of a scanned string, two of them when they are a pair of surrogates,
 * and moves on. Returns the number of bytes put into `out`; 0: a scanned string can't hold that. */
static size_t read_escape(const char **at, const char *end, char out[4])
{
    const char *p = *at;
    uint32_t code = read_unit(p, end);
    if (code == UINT32_MAX) {
        static const char names[] = "\"\\/bfnrt";
        static const char means[] = "\"\\/\b\f\n\r\t";
        const char *found = end - p >= 2 && p[1] ? strchr(names, p[1]) : NULL;
        if (!found)
            return 0;
        *at = p + 2;
        out[0] = means[found - names];
        return 1;
    }
    *at = p + 6;
    if (code >= 0xd800 && code < 0xdc00) {
        uint32_t low = read_unit(p + 6, end);
        if (low >= 0xdc00 && low < 0xe000) {
            *at = p + 12;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return put_utf8(code, out);
}

bool smc_json_equals(struct smc_json_span value, const char *text)
{
    if (!is_quoted(value))
        return false;
    const char *p = value.p + 1;
    const char *end = value.p + value.len - 1;
    while (p < end) {
        char meant[4] = {*p};
        size_t len = 1;
        if (*p == '\\')
            len = read_escape(&p, end, meant);
        else
            p++;
        if (len == 0)
            return false;
        /* the text's NUL differs from any byte but an escaped one, hence the second test */
        for (size_t i = 0; i < len; i++, text++)
            if (*text != meant[i] || *text == '\0')
                return false;
    }
    return *text == '\0';
}

/* Takes back what was added since `out` was `len` bytes long, if anything failed since. */
static enum smc_status finish(struct smc_buf *out, size_t len)
{
    if (out->status != SMC_OK)
        smc_buf_cut(out, len);
    return out->status;
}

enum smc_status smc_json_decode(struct smc_json_span value, struct smc_buf *out)
{
    if (!is_quoted(value))
        return smc_buf_fail(out, SMC_ERR_SYNTAX);
    const char *p = value.p + 1;
    const char *end = value.p + value.len - 1;
    size_t was = out->len;
    while (out->status == SMC_OK && p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        (void)smc_buf_add(out, p, (size_t)((slash ? slash : end) - p));
        p = slash ? slash : end;
        if (slash) {
            char meant[4];
            size_t len = read_escape(&p, end, meant);
            (void)(len ? smc_buf_add(out, meant, len) : smc_buf_fail(out, SMC_ERR_SYNTAX));
        }
    }
    return finish(out, was);
}

/* ---- the JSON string for a text ---- */

/* The surrogate that generalized UTF-8 has at `p`, or 0. */
static unsigned read_surrogate(const char *p, const char *end)
{
    const unsigned char *u = (const unsigned char *)p;
    if (end - p < 3 || u[0] != 0xed || u[1] < 0xa0 || u[1] > 0xbf || u[2] < 0x80 || u[2] > 0xbf)
        return 0;
    return 0xd000U | (u[1] & 0x3fU) << 6 | (u[2] & 0x3fU);
}

/* The first byte from `p` on that can't stand for itself, or the end. */
static const char *plain_end(const char *p, const char *end)
{
    while (p < end) {
        const char *next = p;
        if ((unsigned char)*p >= 0x80 ? !smci_utf8_next(&next, end)
                                      : !smci_is_plain((unsigned char)*p))
            break;
        p = next > p ? next : p + 1;
    }
    return p;
}

static enum smc_status add_escape(const char **at, const char *end, struct smc_buf *out)
{
    unsigned char c = (unsigned char)**at;
    if (c >= 0x80) {
        unsigned unit = read_surrogate(*at, end);
        *at += 3;
        /* Two halves that fit would come back as one character: as such they are not WTF-8. */
        if (!unit || (unit < 0xdc00 && read_surrogate(*at, end) >= 0xdc00))
            return smc_buf_fail(out, SMC_ERR_SYNTAX);
        return smc_buf_addf(out, "\\u%04x", unit);
    }
    *at += 1;
    switch (c) {
    case '"':
        return smc_buf_addstr(out, "\\\"");
    case '\\':
        return smc_buf_addstr(out, "\\\\");
    case '\n':
        return smc_buf_addstr(out, "\\n");
    case '\r':
        return smc_buf_addstr(out, "\\r");
    case '\t':
        return smc_buf_addstr(out, "\\t");
    default:
        return smc_buf_addf(out, "\\u%04x", c);
    }
}

enum smc_status smc_json_encode(const char *text, size_t len, struct smc_buf *out)
{
    const char *p = len ? text : "";
    const char *end = p + len;
    size_t was = out->len;
    (void)smc_buf_addstr(out, "\"");
    while (out->status == SMC_OK && p < end) {
        const char *stop = plain_end(p, end);
        (void)smc_buf_add(out, p, (size_t)(stop - p));
        p = stop;
        if (p < end)
            (void)add_escape(&p, end, out);
    }
    (void)smc_buf_addstr(out, "\"");
    return finish(out, was);
}
