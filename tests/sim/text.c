#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/base/text.h"
#include "lib/base/uuid.h"

void text_clear(struct text *t)
{
    free(t->data);
    memset(t, 0, sizeof(*t));
}

char *text_room(struct text *t, size_t extra)
{
    size_t need = t->len + extra + 1;
    size_t size = t->size > 0 ? t->size : 256;
    char *grown;

    if (t->failed || need < extra) {
        t->failed = true;
        return NULL;
    }
    if (need <= t->size)
        return t->data + t->len;
    while (size < need)
        size *= 2;
    grown = realloc(t->data, size);
    if (!grown) {
        t->failed = true;
        return NULL;
    }
    t->data = grown;
    t->size = size;
    return t->data + t->len;
}

char *text_take(struct text *t, size_t *len)
{
    char *data = NULL;

    text_add(t, "", 0);
    if (!t->failed) {
        data = t->data;
        if (len)
            *len = t->len;
        t->data = NULL;
    }
    text_clear(t);
    return data;
}

void text_add(struct text *t, const char *bytes, size_t len)
{
    char *to = text_room(t, len);

    if (!to)
        return;
    memcpy(to, bytes, len);
    to[len] = '\0';
    t->len += len;
}

void text_str(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_insert(struct text *t, const char *s)
{
    size_t len = t->len;
    size_t more = strlen(s);

    text_str(t, s);
    if (t->failed)
        return;
    memmove(t->data + more, t->data, len);
    memcpy(t->data, s, more);
}

void text_fill(struct text *t, char c, size_t count)
{
    char *to = text_room(t, count);

    if (!to)
        return;
    memset(to, c, count);
    to[count] = '\0';
    t->len += count;
}

void text_u64(struct text *t, uint64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    text_add(t, digits + at, sizeof(digits) - at);
}

void text_long(struct text *t, long n)
{
    if (n < 0) {
        text_lit(t, "-");
        text_u64(t, 0 - (uint64_t)n);
    } else {
        text_u64(t, (uint64_t)n);
    }
}

void text_json(struct text *t, const char *s, size_t len)
{
    size_t i;

    text_lit(t, "\"");
    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') {
            text_lit(t, "\\");
            text_add(t, s + i, 1);
        } else if (c < 0x20) {
            char digits[2];
            (void)smci_hex_put(digits, c);
            text_lit(t, "\\u00");
            text_add(t, digits, sizeof digits);
        } else {
            text_add(t, s + i, 1);
        }
    }
    text_lit(t, "\"");
}

static void put_digits(char *to, unsigned n, unsigned width)
{
    while (width-- > 0) {
        to[width] = (char)('0' + n % 10);
        n /= 10;
    }
}

void text_time(struct text *t, int64_t seconds, unsigned ms)
{
    /* Days to a civil date, counted in eras of 400 years that begin on 1 March. */
    int64_t days = seconds / 86400 + 719468;
    unsigned rest = (unsigned)(seconds % 86400);
    unsigned doe = (unsigned)(days % 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    unsigned month = mp < 10 ? mp + 3 : mp - 9;
    unsigned year = yoe + (unsigned)(days / 146097) * 400 + (month <= 2);
    char out[] = "0000-00-00T00:00:00.000Z";

    put_digits(out, year, 4);
    put_digits(out + 5, month, 2);
    put_digits(out + 8, doy - (153 * mp + 2) / 5 + 1, 2);
    put_digits(out + 11, rest / 3600, 2);
    put_digits(out + 14, rest / 60 % 60, 2);
    put_digits(out + 17, rest % 60, 2);
    put_digits(out + 20, ms, 3);
    text_add(t, out, sizeof(out) - 1);
}

void text_uuid(struct text *t, const uint8_t id[16])
{
    char out[SMCI_UUID_TEXT_LEN + 1];

    smci_uuid_print(id, out);
    text_str(t, out);
}

bool uuid_parse(const char *s, size_t len, uint8_t id[16])
{
    char text[SMCI_UUID_TEXT_LEN + 1] = "";
    char back[SMCI_UUID_TEXT_LEN + 1];

    if (len != SMCI_UUID_TEXT_LEN)
        return false;
    memcpy(text, s, len);
    if (!smci_uuid_parse(text, id))
        return false;
    smci_uuid_print(id, back); /* in lower case */
    return strcmp(back, text) == 0;
}

void text_base62(struct text *t, const uint8_t id[16], bool drop)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint32_t limb[4];
    char out[22];
    size_t i;
    size_t at;

    for (i = 0; i < 4; i++)
        limb[i] = (uint32_t)id[4 * i] << 24 | (uint32_t)id[4 * i + 1] << 16 |
                  (uint32_t)id[4 * i + 2] << 8 | id[4 * i + 3];
    for (at = sizeof(out); at-- > 0;) {
        uint64_t rest = 0;
        for (i = 0; i < 4; i++) {
            uint64_t part = rest << 32 | limb[i];
            limb[i] = (uint32_t)(part / 62);
            rest = part % 62;
        }
        out[at] = digits[rest];
    }
    at = 0;
    while (drop && at < sizeof(out) - 1 && out[at] == '0')
        at++;
    text_add(t, out + at, sizeof(out) - at);
}

uint64_t mix64(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);
    size_t i;

    for (i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return mix64(h ^ len);
}

long url_decode(const char *s, size_t len, bool plus, char *out)
{
    size_t i;
    long n = 0;

    for (i = 0; i < len; i++) {
        char c = s[i];
        if (c == '+' && plus) {
            c = ' ';
        } else if (c == '%') {
            int high = len - i > 2 ? smci_hex_value(s[i + 1]) : -1;
            int low = high >= 0 ? smci_hex_value(s[i + 2]) : -1;
            if (low < 0)
                return -1;
            c = (char)(unsigned char)(high * 16 + low);
            i += 2;
        }
        out[n++] = c;
    }
    return n;
}

bool parse_count(const char *s, long max, long *n)
{
    int64_t value;

    if (!smci_parse_int64(s, &value) || value < 0 || value > max)
        return false;
    *n = (long)value;
    return true;
}
