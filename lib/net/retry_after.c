#include "retry_after.h"

#include <stddef.h>
#include <string.h>

#include "http_date.h"

#define SECONDS_BOUND ((int64_t)1000000000) /* far above what is obeyed, far below overflow */

static int64_t clamp_ms(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > SMCI_RETRY_AFTER_MAX_MS ? SMCI_RETRY_AFTER_TOO_LONG : ms;
}

/* Digits, with a fraction as some servers send it, rounded up to a millisecond; -1 for others. */
static int64_t read_seconds(const char *p)
{
    bool is_negative = *p == '-';
    p += is_negative;
    if (*p < '0' || *p > '9')
        return -1;
    int64_t ms = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        ms = ms < SECONDS_BOUND ? ms * 10 + (*p - '0') : SECONDS_BOUND;
    ms *= 1000;
    if (*p == '.') {
        int64_t unit = 100;
        bool is_rest = false;
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10) {
            ms += (*p - '0') * unit;
            is_rest |= unit == 0 && *p != '0';
        }
        ms += is_rest;
    }
    if (*p)
        return -1;
    return is_negative ? 0 : clamp_ms(ms);
}

int64_t smci_retry_after_parse(const char *value, int64_t wall_ms)
{
    char text[64] = ""; /* every date fits; a number that does not is cut, and stays too long */
    if (!value)
        return -1;
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len > 0 && strchr(" \t\r\n", value[len - 1]))
        len--;
    if (len >= sizeof text) {
        bool is_number = strspn(value, "0123456789") == len;
        return is_number ? SMCI_RETRY_AFTER_TOO_LONG : -1;
    }
    (void)memcpy(text, value, len);
    text[len] = '\0';

    /* Seconds first: what has digits alone is never a date. */
    int64_t ms = read_seconds(text);
    int64_t at = 0;
    if (ms >= 0 || !smci_http_date_parse(text, &at))
        return ms;
    if (__builtin_mul_overflow(at, 1000, &ms))
        return SMCI_RETRY_AFTER_TOO_LONG;
    if (__builtin_sub_overflow(ms, wall_ms, &ms))
        return wall_ms < 0 ? SMCI_RETRY_AFTER_TOO_LONG : 0;
    return clamp_ms(ms);
}
