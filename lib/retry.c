#include "retry.h"

#include <stddef.h>
#include <string.h>

#define WAIT_MAX_MS   ((int64_t)60 * 1000)
#define DAY_S         ((int64_t)86400)
#define SECONDS_BOUND ((int64_t)1000000000) /* far above what is obeyed, far below overflow */

/* ---- Retry-After ---- */

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

static int64_t clamp_ms(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > SMCI_RETRY_AFTER_MAX_MS ? SMCI_RETRY_AFTER_TOO_LONG : ms;
}

/* Digits, with a fraction as some servers send it, rounded up to a millisecond; -1 for others. */
static int64_t read_seconds(const char *p)
{
    bool is_negative = take_text(&p, "-");
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

    struct date d = {0};
    int64_t at;
    if (!read_imf_date(text, &d) && !read_rfc850_date(text, &d, wall_ms) &&
        !read_asctime_date(text, &d))
        return read_seconds(text);
    if (!to_unix_seconds(&d, &at))
        return -1;
    int64_t ms;
    if (__builtin_mul_overflow(at, 1000, &ms))
        return SMCI_RETRY_AFTER_TOO_LONG;
    if (__builtin_sub_overflow(ms, wall_ms, &ms))
        return wall_ms < 0 ? SMCI_RETRY_AFTER_TOO_LONG : 0;
    return clamp_ms(ms);
}

/* ---- the decision ---- */

static bool is_transient_for_sigma(const struct smci_try *end)
{
    int status = end->http_status;
    if (status >= 200 && status < 300)
        return end->is_malformed;
    if (status == 402)
        return end->is_timedout_code;
    return status == 408 || (status >= 502 && status <= 504) || (status >= 520 && status <= 524);
}

static bool is_transient_for_catalog(const struct smci_try *end)
{
    int status = end->http_status;
    return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

static bool is_transient(enum smc_policy policy, const struct smci_try *end)
{
    if (end->http_status == 0)
        return !end->is_permanent;
    return policy == SMC_POLICY_SIGMA ? is_transient_for_sigma(end) : is_transient_for_catalog(end);
}

/* Jitter keeps calls that failed together from coming back together. */
static int64_t backoff_ms(int64_t base_ms, int spent, struct smci_rng *rng)
{
    int64_t wait = base_ms > 0 ? base_ms : 0;
    for (int i = 0; i < spent && wait > 0 && wait < WAIT_MAX_MS; i++)
        wait *= 2;
    if (wait > WAIT_MAX_MS)
        wait = WAIT_MAX_MS;
    int64_t half = wait / 2;
    return wait - half + (int64_t)(smci_rng_unit(rng) * (double)(half + 1));
}

static struct smci_decision retry(const struct smci_retry_opt *opt, const struct smci_try *end,
                                  int spent, struct smci_rng *rng)
{
    struct smci_decision decision = {.action = SMCI_RETRY};
    decision.wait_ms = backoff_ms(opt->base_ms, spent, rng);
    if (decision.wait_ms < end->retry_after_ms)
        decision.wait_ms = end->retry_after_ms;
    return decision;
}

struct smci_decision smci_retry_decide(const struct smci_retry_opt *opt, const struct smci_try *end,
                                       int spent, struct smci_rng *rng)
{
    bool is_sigma = opt->policy == SMC_POLICY_SIGMA;
    bool is_success = end->http_status >= 200 && end->http_status < 300;
    bool is_refused = is_sigma && end->http_status == 429;

    if (is_success && !(is_sigma && end->is_malformed))
        return (struct smci_decision){.action = SMCI_DONE};
    if (is_sigma && end->http_status == 401)
        return (struct smci_decision){.action = SMCI_REAUTH};
    if (!is_refused && !is_transient(opt->policy, end))
        return (struct smci_decision){.action = SMCI_FAIL};
    if (end->retry_after_ms > SMCI_RETRY_AFTER_MAX_MS)
        return (struct smci_decision){.action = SMCI_FAIL, .is_transient = true};
    if (is_refused)
        return (struct smci_decision){.action = SMCI_THROTTLED};
    if (spent >= opt->retries)
        return (struct smci_decision){.action = SMCI_FAIL, .is_transient = true};
    return retry(opt, end, spent, rng);
}
