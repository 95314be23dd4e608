#include "http_date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

/* Not by strftime, whose names are those of the program's locale. */
static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* curl_getdate takes many a text for a date, "20261130" too: ours are those that it would be
 * printed as. */
static bool parse(const char *text, bool is_http, int64_t *unix_s)
{
    char again[64];
    struct tm tm;
    time_t at = curl_getdate(text, NULL);
    if (at == -1 || !gmtime_r(&at, &tm) || tm.tm_year > 9999 - 1900) /* a year has four digits */
        return false;
    const char *month = months[tm.tm_mon];
    if (is_http)
        (void)snprintf(again, sizeof again, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday],
                       tm.tm_mday, month, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    else
        (void)snprintf(again, sizeof again, "%s %2d %02d:%02d:%02d %d GMT", month, tm.tm_mday,
                       tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
    *unix_s = at;
    return strcmp(text, again) == 0;
}

bool smci_http_date_parse(const char *text, int64_t *unix_s)
{
    return parse(text, true, unix_s);
}

bool smci_certificate_date_parse(const char *text, int64_t *unix_s)
{
    return parse(text, false, unix_s);
}
