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
