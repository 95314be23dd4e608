/* The time at which a certificate ends, as OpenSSL prints it. Dates of HTTP: test_retry.c. */
#include "tests/support/support.h"

#include "lib/net/http_date.h"

struct row {
    const char *name;
    const char *text;
    int64_t seconds; /* -1: no date */
};

static const struct row rows[] = {
    {"plain", "Nov 16 12:30:05 2026 GMT", 1794832205},
    {"day_of_one_digit", "Jan  3 10:00:00 2027 GMT", 1798970400},
    {"leap_day", "Feb 29 00:00:00 2028 GMT", 1835395200},
    {"beyond_32_bits", "Dec 31 23:59:59 2099 GMT", 4102444799},
    {"year_of_five_digits", "Dec 31 23:59:59 22026 GMT", -1},
    {"no_leap_day", "Feb 29 00:00:00 2027 GMT", -1},
    {"no_zone", "Jan  3 10:00:00 2027", -1},
    {"another_zone", "Jan  3 10:00:00 2027 UTC", -1},
    {"more_behind", "Jan  3 10:00:00 2027 GMT!", -1},
    {"no_month", "Foo  3 10:00:00 2027 GMT", -1},
    {"of_http", "Sun, 03 Jan 2027 10:00:00 GMT", -1},
    {"empty", "", -1},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    int64_t seconds = -7;
    if (row->seconds > INT32_MAX && sizeof(time_t) < 8)
        skip(); /* libcurl's dates end in 2038 there */
    bool is_date = smci_certificate_date_parse(row->text, &seconds);
    assert_int_equal(is_date, row->seconds >= 0);
    if (is_date)
        assert_int_equal(seconds, row->seconds);
}

int main(void)
{
    return RUN_TABLE("dates of certificates", rows, test_row);
}
