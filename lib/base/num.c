#include "num.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#define SECONDS_MAX (INT64_C(3650) * 86400)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool smci_parse_int64(const char *text, int64_t *number)
{
    bool is_negative = *text == '-';
    const char *p = text + is_negative;
    int64_t sum = 0; /* below zero, where there is one number more */
    if (!is_digit(*p))
        return false;
    for (; is_digit(*p); p++)
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, *p - '0', &sum))
            return false;
    if (*p != '\0' || (!is_negative && sum == INT64_MIN))
        return false;
    *number = is_negative ? sum : -sum;
    return true;
}

/* A JSON number: the digits before and behind its point, and its exponent. */
struct parts {
    const char *whole;
    size_t whole_len;
    const char *fraction;
    size_t fraction_len;
    int64_t exponent;
    bool is_negative;
};

static size_t skip_digits(const char **p, const char *end)
{
    const char *from = *p;
    while (*p < end && is_digit(**p))
        ++*p;
    return (size_t)(*p - from);
}

/* An exponent that is out of all proportion stays so, whatever its digits. */
static bool read_exponent(const char **p, const char *end, int64_t *exponent)
{
    bool is_negative = *p < end && **p == '-';
    if (*p < end && (**p == '-' || **p == '+'))
        ++*p;
    const char *digits = *p;
    size_t len = skip_digits(p, end);
    int64_t sum = 0;
    for (size_t i = 0; i < len && sum < INT64_MAX / 20; i++)
        sum = sum * 10 + (digits[i] - '0');
    *exponent = is_negative ? -sum : sum;
    return len > 0;
}

static bool take_apart(const char *text, size_t len, struct parts *parts)
{
    const char *p = text;
    const char *end = text + len;
    *parts = (struct parts){.is_negative = len > 0 && *text == '-', .fraction = end};
    parts->whole = p += parts->is_negative;
    parts->whole_len = skip_digits(&p, end);
    if (p < end && *p == '.') {
        parts->fraction = ++p;
        parts->fraction_len = skip_digits(&p, end);
        if (parts->fraction_len == 0)
            return false;
    }
    if (p < end && (*p == 'e' || *p == 'E') && (++p, !read_exponent(&p, end, &parts->exponent)))
        return false;
    return parts->whole_len > 0 && p == end;
}

static int digit_at(const struct parts *parts, size_t i)
{
    return (i < parts->whole_len ? parts->whole[i] : parts->fraction[i - parts->whole_len]) - '0';
}

bool smci_parse_count(const char *text, size_t len, int64_t *count)
{
    struct parts parts;
    if (!take_apart(text, len, &parts))
        return false;
    size_t first = 0;
    size_t end = parts.whole_len + parts.fraction_len;
    while (first < end && digit_at(&parts, first) == 0)
        first++;
    while (end > first && digit_at(&parts, end - 1) == 0)
        end--;
    if (first == end) {
        *count = 0;
        return true;
    }
    /* What is not zero among the digits must stand before the point. */
    int64_t point = (int64_t)parts.whole_len + parts.exponent;
    if (parts.is_negative || (int64_t)end > point)
        return false;
    int64_t sum = 0;
    for (int64_t i = (int64_t)first; i < point; i++) {
        int digit = i < (int64_t)end ? digit_at(&parts, (size_t)i) : 0;
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, digit, &sum)) {
            sum = INT64_MAX;
            break;
        }
    }
    *count = sum;
    return true;
}

/* Digits with at most one point among, before or behind them. */
static bool is_decimal(const char *text)
{
    int digits = 0;
    int points = 0;
    for (; *text; text++) {
        digits += is_digit(*text);
        points += *text == '.';
        if (!is_digit(*text) && *text != '.')
            return false;
    }
    return digits > 0 && points <= 1;
}

bool smci_parse_seconds(const char *text, int64_t *ms)
{
    if (!is_decimal(text))
        return false;
    int64_t whole = 0;
    for (; is_digit(*text); text++) {
        whole = whole * 10 + (*text - '0');
        if (whole > SECONDS_MAX)
            return false;
    }
    if (*text == '.')
        text++;
    int64_t part = 0;
    for (int64_t unit = 100; unit > 0; unit /= 10)
        if (*text)
            part += unit * (*text++ - '0');
    for (; *text; text++)
        if (*text != '0') {
            part++;
            break;
        }
    if (whole * 1000 + part > SECONDS_MAX * 1000)
        return false;
    *ms = whole * 1000 + part;
    return true;
}

bool smci_parse_decimal(const char *text, double *number)
{
    if (!is_decimal(text))
        return false;
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return false;
    double value = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    if (!isfinite(value))
        return false;
    *number = value;
    return true;
}
