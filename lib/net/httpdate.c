#include "httpdate.h"

#include <string.h>

#define DAY_S ((int64_t)86400)

/* Reads exactly `digits` digits. */
static bool take_number(const char **p, int digits, int *number)
{
    *number = 0;
    for (; digits > 0; digits--, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        *number = *number * 10 + (**p - '0');
    }
    return true;
}

static bool take_text(const char **p, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*p, text, len) != 0)
        return false;
    *p += len;
    return true;
}

static bool take_one_of(const char **p, const char *const *words, int count, int *index)
{
    for (*index = 0; *index < count; (*index)++)
        if (take_text(p, words[*index]))
            return true;
    return false;
}

static bool take_month(const char **p, int *month)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    bool is_found = take_one_of(p, months, 12, month);
    ++*month;
    return is_found;
}

struct date {
    int year, month, day, hour, minute, second;
};

static bool take_time(const char **p, struct date *d)
{
    return take_number(p, 2, &d->hour) && take_text(p, ":") && take_number(p, 2, &d->minute) &&
           take_text(p, ":") && take_number(p, 2, &d->second);
}

static int64_t days_before_year(int year)
{
    int64_t y = (int64_t)year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400;
}

/* False for a date that no calendar has. 60 is a leap second. */
static bool to_unix_seconds(const struct date *d, int64_t *seconds)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;
    int length = lengths[d->month - 1] + (d->month == 2 && is_leap);
    if (d->year < 1 || d->day < 1 || d->day > length || d->hour > 23 || d->minute > 59 ||
        d->second > 60)
        return false;
    int64_t days = days_before_year(d->year) - days_before_year(1970) + d->day - 1;
    for (int m = 1; m < d->month; m++)
        days += lengths[m - 1] + (m == 2 && is_leap);
    int second_of_day = d->hour * 3600 + d->minute * 60 + d->second;
    *seconds = days * DAY_S + second_of_day;
    return true;
}

/* A year of two digits that seems more than 50 years ahead is meant in the past (RFC 9110, 5.6.7). */
static int full_year(int two_digits, int64_t wall_ms)
{
    int64_t this_year = 1970 + wall_ms / 1000 / DAY_S * 400 / 146097;
    int64_t year = this_year - this_year % 100 + two_digits;
    return (int)(year > this_year + 50 ? year - 100 : year);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_imf_date(const char *p, struct date *d)
{
    static const char *const days[] = {"Mon, ", "Tue, ", "Wed, ", "Thu, ",
                                       "Fri, ", "Sat, ", "Sun, "};
    int day;
    return take_one_of(&p, days, 7, &day) && take_number(&p, 2, &d->day) && take_text(&p, " ") &&
           take_month(&p, &d->month) && take_text(&p, " ") && take_number(&p, 4, &d->year) &&
           take_text(&p, " ") && take_time(&p, d) && take_text(&p, " GMT") && !*p;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool read_rfc850_date(const char *p, struct date *d, int64_t wall_ms)
{
    static const char *const days[] = {"Monday, ", "Tuesday, ",  "Wednesday, ", "Thursday, ",
                                       "Friday, ", "Saturday, ", "Sunday, "};
    int day;
    bool is_read = take_one_of(&p, days, 7, &day) && take_number(&p, 2, &d->day) &&
                   take_text(&p, "-") && take_month(&p, &d->month) && take_text(&p, "-") &&
                   take_number(&p, 2, &d->year) && take_text(&p, " ") && take_time(&p, d) &&
                   take_text(&p, " GMT") && !*p;
    if (is_read)
        d->year = full_year(d->year, wall_ms);
    return is_read;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool read_asctime_date(const char *p, struct date *d)
{
    static const char *const days[] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
    int day;
    if (!take_one_of(&p, days, 7, &day) || !take_month(&p, &d->month) || !take_text(&p, " "))
        return false;
    bool is_short = take_text(&p, " ");
    return take_number(&p, is_short ? 1 : 2, &d->day) && take_text(&p, " ") && take_time(&p, d) &&
           take_text(&p, " ") && take_number(&p, 4, &d->year) && !*p;
}

bool smci_http_date_parse(const char *text, int64_t wall_ms, int64_t *unix_s)
{
    struct date d = {0};
    return (read_imf_date(text, &d) || read_rfc850_date(text, &d, wall_ms) ||
            read_asctime_date(text, &d)) &&
           to_unix_seconds(&d, unix_s);
}

bool smci_certificate_date_parse(const char *text, int64_t *unix_s)
{
    struct date d = {0};
    if (!take_month(&text, &d.month) || !take_text(&text, " "))
        return false;
    bool is_short = take_text(&text, " ");
    return take_number(&text, is_short ? 1 : 2, &d.day) && take_text(&text, " ") &&
           take_time(&text, &d) && take_text(&text, " ") && take_number(&text, 4, &d.year) &&
           take_text(&text, " GMT") && !*text && to_unix_seconds(&d, unix_s);
}
