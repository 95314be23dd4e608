/* lib/net/attempt and retry: every row of the tables of failures, and every form of Retry-After. */
#include "support/support.h"

#include <time.h>

#include "lib/net/retry.h"
#include "lib/net/retry_text.h"

#define HOUR_MS ((int64_t)3600 * 1000)

/* ---- what is done about an attempt that ended ---- */

struct decide_row {
    const char *name;
    enum smc_policy policy;
    struct smci_attempt attempt;
    enum smci_action action;
    bool is_transient;
};

#define SIGMA(text, status, action, is_transient)                                                  \
    {                                                                                              \
        "sigma " text, SMC_POLICY_SIGMA, {.http_status = (status), .retry_after_ms = -1}, action,  \
            is_transient                                                                           \
    }
#define CATALOG(text, status, action, is_transient)                                                \
    {                                                                                              \
        "catalog " text, SMC_POLICY_CATALOG, {.http_status = (status), .retry_after_ms = -1},      \
            action, is_transient                                                                   \
    }

/* clang-format off */
static const struct decide_row decide_rows[] = {
    SIGMA("200", 200, SMCI_DONE, false),
    SIGMA("204", 204, SMCI_DONE, false),
    SIGMA("299", 299, SMCI_DONE, false),
    SIGMA("no answer", 0, SMCI_RETRY, false),
    SIGMA("408", 408, SMCI_RETRY, false),
    SIGMA("502", 502, SMCI_RETRY, false),
    SIGMA("503", 503, SMCI_RETRY, false),
    SIGMA("504", 504, SMCI_RETRY, false),
    SIGMA("520", 520, SMCI_RETRY, false),
    SIGMA("521", 521, SMCI_RETRY, false),
    SIGMA("522", 522, SMCI_RETRY, false),
    SIGMA("523", 523, SMCI_RETRY, false),
    SIGMA("524", 524, SMCI_RETRY, false),
    SIGMA("429", 429, SMCI_THROTTLED, false),
    SIGMA("401", 401, SMCI_REAUTH, false),
    SIGMA("100", 100, SMCI_FAIL, false),
    SIGMA("301: no redirects", 301, SMCI_FAIL, false),
    SIGMA("304", 304, SMCI_FAIL, false),
    SIGMA("400", 400, SMCI_FAIL, false),
    SIGMA("402 without the code", 402, SMCI_FAIL, false),
    SIGMA("403", 403, SMCI_FAIL, false),
    SIGMA("404", 404, SMCI_FAIL, false),
    SIGMA("409", 409, SMCI_FAIL, false),
    SIGMA("410", 410, SMCI_FAIL, false),
    SIGMA("418, in no table", 418, SMCI_FAIL, false),
    SIGMA("500", 500, SMCI_RETRY, false),
    {"sigma 500 of an object", SMC_POLICY_SIGMA,
     {.http_status = 500, .asked.is_object = true, .retry_after_ms = -1}, SMCI_FAIL, false},
    {"sigma 503 of an object", SMC_POLICY_SIGMA,
     {.http_status = 503, .asked.is_object = true, .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma GET 200", SMC_POLICY_SIGMA,
     {.http_status = 200, .asked.is_get = true, .retry_after_ms = -1}, SMCI_DONE, false},
    {"sigma GET 201", SMC_POLICY_SIGMA,
     {.http_status = 201, .asked.is_get = true, .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma GET 206", SMC_POLICY_SIGMA,
     {.http_status = 206, .asked.is_get = true, .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma GET 299", SMC_POLICY_SIGMA,
     {.http_status = 299, .asked.is_get = true, .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma 200 timedout", SMC_POLICY_SIGMA,
     {.http_status = 200, .is_error_object = true, .api_error.code = "timedout",
      .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma 200 with another error", SMC_POLICY_SIGMA,
     {.http_status = 200, .is_error_object = true, .api_error.code = "busy",
      .retry_after_ms = -1}, SMCI_FAIL, false},
    {"sigma 403 as a page", SMC_POLICY_SIGMA,
     {.http_status = 403, .is_html = true, .retry_after_ms = -1}, SMCI_THROTTLED, false},
    {"sigma 403 as a page, at first", SMC_POLICY_SIGMA,
     {.http_status = 403, .is_html = true, .asked.is_first = true, .retry_after_ms = -1},
     SMCI_FAIL, false},
    {"sigma 429 as a page, at first", SMC_POLICY_SIGMA,
     {.http_status = 429, .is_html = true, .asked.is_first = true, .retry_after_ms = -1},
     SMCI_THROTTLED, false},
    {"sigma 200 as a page", SMC_POLICY_SIGMA,
     {.http_status = 200, .is_html = true, .error.code = SMC_ERR_SYNTAX, .retry_after_ms = -1},
     SMCI_RETRY, false},
    {"sigma 200 as a page, at first", SMC_POLICY_SIGMA,
     {.http_status = 200, .is_html = true, .asked.is_first = true, .error.code = SMC_ERR_SYNTAX,
      .retry_after_ms = -1}, SMCI_FAIL, false},
    {"sigma 200 that is not JSON, at first", SMC_POLICY_SIGMA,
     {.http_status = 200, .asked.is_first = true, .error.code = SMC_ERR_SYNTAX,
      .retry_after_ms = -1}, SMCI_RETRY, false},
    {"catalog 403 as a page", SMC_POLICY_CATALOG,
     {.http_status = 403, .is_html = true, .retry_after_ms = -1}, SMCI_FAIL, false},
    SIGMA("501", 501, SMCI_FAIL, false),
    SIGMA("505", 505, SMCI_FAIL, false),
    SIGMA("519", 519, SMCI_FAIL, false),
    SIGMA("525", 525, SMCI_FAIL, false),
    SIGMA("600, in no table", 600, SMCI_FAIL, false),
    {"sigma 402 timedout", SMC_POLICY_SIGMA,
     {.http_status = 402, .api_error.code = "timedout", .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma 400 with the code timedout", SMC_POLICY_SIGMA,
     {.http_status = 400, .api_error.code = "timedout", .retry_after_ms = -1}, SMCI_FAIL, false},
    {"sigma 200 that is not JSON", SMC_POLICY_SIGMA,
     {.http_status = 200, .error.code = SMC_ERR_SYNTAX, .retry_after_ms = -1}, SMCI_RETRY, false},
    {"sigma 200 without a usable token", SMC_POLICY_SIGMA,
     {.http_status = 200, .error.code = SMC_ERR_AUTH, .retry_after_ms = -1}, SMCI_FAIL, false},
    {"sigma no answer, for good", SMC_POLICY_SIGMA,
     {.is_permanent = true, .retry_after_ms = -1}, SMCI_FAIL, false},
    {"sigma 503, an hour", SMC_POLICY_SIGMA,
     {.http_status = 503, .retry_after_ms = HOUR_MS}, SMCI_RETRY, false},
    {"sigma 503, more than an hour", SMC_POLICY_SIGMA,
     {.http_status = 503, .retry_after_ms = HOUR_MS + 1}, SMCI_FAIL, true},
    {"sigma 429, an hour", SMC_POLICY_SIGMA,
     {.http_status = 429, .retry_after_ms = HOUR_MS}, SMCI_THROTTLED, false},
    {"sigma 429, more than an hour", SMC_POLICY_SIGMA,
     {.http_status = 429, .retry_after_ms = HOUR_MS + 1}, SMCI_FAIL, true},
    {"sigma 404, more than an hour", SMC_POLICY_SIGMA,
     {.http_status = 404, .retry_after_ms = HOUR_MS + 1}, SMCI_FAIL, false},
    {"sigma 401, more than an hour", SMC_POLICY_SIGMA,
     {.http_status = 401, .retry_after_ms = HOUR_MS + 1}, SMCI_REAUTH, false},
    {"sigma 200, more than an hour", SMC_POLICY_SIGMA,
     {.http_status = 200, .retry_after_ms = HOUR_MS + 1}, SMCI_DONE, false},

    CATALOG("200", 200, SMCI_DONE, false),
    CATALOG("201", 201, SMCI_DONE, false),
    CATALOG("299", 299, SMCI_DONE, false),
    {"catalog 200 that its caller rejects", SMC_POLICY_CATALOG,
     {.http_status = 200, .error.code = SMC_ERR_SYNTAX, .retry_after_ms = -1}, SMCI_FAIL, false},
    CATALOG("no answer", 0, SMCI_RETRY, false),
    CATALOG("408", 408, SMCI_RETRY, false),
    CATALOG("429", 429, SMCI_RETRY, false),
    CATALOG("500", 500, SMCI_RETRY, false),
    CATALOG("501", 501, SMCI_RETRY, false),
    CATALOG("503", 503, SMCI_RETRY, false),
    CATALOG("599", 599, SMCI_RETRY, false),
    CATALOG("301", 301, SMCI_FAIL, false),
    CATALOG("400", 400, SMCI_FAIL, false),
    CATALOG("401", 401, SMCI_FAIL, false),
    CATALOG("403", 403, SMCI_FAIL, false),
    CATALOG("404", 404, SMCI_FAIL, false),
    CATALOG("413", 413, SMCI_FAIL, false),
    CATALOG("600", 600, SMCI_FAIL, false),
    {"catalog 402 timedout", SMC_POLICY_CATALOG,
     {.http_status = 402, .api_error.code = "timedout", .retry_after_ms = -1}, SMCI_FAIL, false},
    {"catalog no answer, for good", SMC_POLICY_CATALOG,
     {.is_permanent = true, .retry_after_ms = -1}, SMCI_FAIL, false},
    {"catalog 429, more than an hour", SMC_POLICY_CATALOG,
     {.http_status = 429, .retry_after_ms = HOUR_MS + 1}, SMCI_FAIL, true},
    {"catalog 500, more than an hour", SMC_POLICY_CATALOG,
     {.http_status = 500, .retry_after_ms = HOUR_MS + 1}, SMCI_FAIL, true},
};
/* clang-format on */

static void test_decide(void **state)
{
    const struct decide_row *row = *state;
    struct smci_retry_opt opt = {.retries = 4, .base_ms = 1000};
    struct smci_attempt attempt = row->attempt;
    struct smci_rng rng;
    smci_rng_seed(&rng, 1);
    attempt.asked.policy = row->policy;
    smci_attempt_judge(&attempt);
    struct smci_decision first = smci_retry_decide(&opt, &attempt, 0, &rng);
    assert_int_equal(first.action, row->action);
    assert_int_equal(first.is_transient, row->is_transient);

    struct smci_decision last = smci_retry_decide(&opt, &attempt, 4, &rng);
    if (row->action == SMCI_RETRY) {
        assert_int_equal(last.action, SMCI_FAIL); /* the attempts are spent */
        assert_true(last.is_transient);
    } else {
        assert_int_equal(last.action, row->action); /* no matter how many */
        assert_int_equal(last.is_transient, row->is_transient);
    }
}

/* ---- how long it waits ---- */

struct wait_row {
    const char *name;
    int64_t base_ms;
    int spent;
    int64_t retry_after_ms;
    int64_t least, most;
};

static const struct wait_row wait_rows[] = {
    {"the first wait is the base", 1000, 0, -1, 500, 1000},
    {"then twice as long", 1000, 1, -1, 1000, 2000},
    {"and four times", 1000, 2, -1, 2000, 4000},
    {"at most a minute", 1000, 10, -1, 30000, 60000},
    {"a base above a minute", 600000, 0, -1, 30000, 60000},
    {"after very many", 1000, 1000000, -1, 30000, 60000},
    {"of a huge base", INT64_MAX, 60, -1, 30000, 60000},
    {"base 0 waits 0", 0, 7, -1, 0, 0},
    {"a negative base waits 0", -5, 3, -1, 0, 0},
    {"base 1", 1, 0, -1, 1, 1},
    {"Retry-After above the wait", 1000, 0, 7000, 7000, 7000},
    {"Retry-After below the wait", 1000, 3, 200, 4000, 8000},
    {"Retry-After with base 0", 0, 0, 1500, 1500, 1500},
    {"Retry-After 0 with base 0", 0, 0, 0, 0, 0},
    {"Retry-After of an hour", 1000, 0, HOUR_MS, HOUR_MS, HOUR_MS},
};

static void test_wait(void **state)
{
    const struct wait_row *row = *state;
    struct smci_retry_opt opt = {INT32_MAX, row->base_ms};
    struct smci_attempt attempt = {.meaning = SMCI_TRANSIENT,
                                   .retry_after_ms = row->retry_after_ms};
    struct smci_rng rng;
    smci_rng_seed(&rng, 42);
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (int i = 0; i < 2000; i++) {
        struct smci_decision decision = smci_retry_decide(&opt, &attempt, row->spent, &rng);
        assert_int_equal(decision.action, SMCI_RETRY);
        least = decision.wait_ms < least ? decision.wait_ms : least;
        most = decision.wait_ms > most ? decision.wait_ms : most;
    }
    assert_in_range(least, row->least, row->least + (row->most - row->least) / 20);
    assert_in_range(most, row->most - (row->most - row->least) / 20, row->most);
}

struct tries_row {
    const char *name;
    int retries;
    int sent; /* tries in all when nothing ever answers */
};

static const struct tries_row tries_rows[] = {
    {"no retries", 0, 1}, {"one", 1, 2}, {"the default", 4, 5}, {"negative", -1, 1}};

static void test_tries(void **state)
{
    const struct tries_row *row = *state;
    struct smci_retry_opt opt = {row->retries, 0};
    struct smci_attempt attempt = {.meaning = SMCI_TRANSIENT, .retry_after_ms = -1};
    struct smci_rng rng;
    smci_rng_seed(&rng, 1);
    int sent = 1;
    while (smci_retry_decide(&opt, &attempt, sent - 1, &rng).action == SMCI_RETRY)
        sent++;
    assert_int_equal(sent, row->sent);
}

/* ---- Retry-After ---- */

struct after_row {
    const char *name;
    const char *value;
    int64_t wait_ms;
};

#define NOW_MS   INT64_C(1790000000250) /* Mon, 21 Sep 2026 14:13:20.250 GMT */
#define TOO_LONG SMCI_RETRY_AFTER_TOO_LONG

static const struct after_row after_rows[] = {
    {"absent", NULL, -1},
    {"empty", "", -1},
    {"blank", "  ", -1},
    {"zero", "0", 0},
    {"seconds", "120", 120000},
    {"with blanks around", " \t30 \r\n", 30000},
    {"leading zeros", "0007", 7000},
    {"an hour", "3600", 3600000},
    {"an hour and a second", "3601", TOO_LONG},
    {"years", "315360000", TOO_LONG},
    {"beyond 32 bits", "4294967297", TOO_LONG},
    {"beyond 64 bits", "18446744073709551617", TOO_LONG},
    {"a number of 80 digits",
     "99999999999999999999999999999999999999999999999999999999999999999999"
     "999999999999",
     TOO_LONG},
    {"negative", "-1", 0},
    {"negative years", "-99999999999999999999", 0},
    {"a fraction", "1.5", 1500},
    {"a fraction, rounded up", "0.0001", 1},
    {"a fraction of milliseconds", "2.250", 2250},
    {"a fraction above an hour", "3600.001", TOO_LONG},
    {"a minus alone", "-", -1},
    {"a plus", "+5", -1},
    {"a point first", ".5", -1},
    {"an exponent", "1e3", -1},
    {"hexadecimal", "0x10", -1},
    {"two numbers", "5, 6", -1},
    {"a unit", "5s", -1},
    {"a word", "soon", -1},
    {"not a number", "nan", -1},
    {"long garbage", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     -1},
    {"bytes of no alphabet", "\xff\x80\x01", -1},

    {"IMF date, ten seconds ahead", "Mon, 21 Sep 2026 14:13:30 GMT", 9750},
    {"IMF date, an hour ahead", "Mon, 21 Sep 2026 15:13:20 GMT", 3599750},
    {"IMF date, more than an hour", "Mon, 21 Sep 2026 15:13:21 GMT", TOO_LONG},
    {"IMF date, now", "Mon, 21 Sep 2026 14:13:20 GMT", 0},
    {"IMF date, over", "Sun, 06 Nov 1994 08:49:37 GMT", 0},
    {"IMF date, year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", TOO_LONG},
    {"IMF date, before the calendar", "Mon, 01 Jan 0001 00:00:00 GMT", -1},
    {"IMF date, leap second", "Mon, 21 Sep 2026 14:13:60 GMT", -1},
    {"IMF date, in another zone", "Mon, 21 Sep 2026 14:13:30 CET", -1},
    {"IMF date, cut short", "Mon, 21 Sep 2026 14:13", -1},
    {"IMF date, bytes behind", "Mon, 21 Sep 2026 14:13:30 GMT+1", -1},
    {"IMF date, no such weekday", "Moo, 21 Sep 2026 14:13:30 GMT", -1},
    {"IMF date, no such month", "Mon, 21 Foo 2026 14:13:30 GMT", -1},
    {"IMF date, day 0", "Mon, 00 Sep 2026 14:13:30 GMT", -1},
    {"IMF date, 31 September", "Thu, 31 Sep 2026 14:13:30 GMT", -1},
    {"IMF date, 29 February", "Sun, 29 Feb 2026 14:13:30 GMT", -1},
    {"IMF date, 29 February of a leap year", "Tue, 29 Feb 2028 14:13:30 GMT", TOO_LONG},
    {"IMF date, hour 24", "Mon, 21 Sep 2026 24:00:00 GMT", -1},
    {"IMF date, minute 60", "Mon, 21 Sep 2026 14:60:00 GMT", -1},
    {"IMF date, year 0", "Mon, 21 Sep 0000 14:13:30 GMT", -1},
    {"RFC 850 date", "Monday, 21-Sep-26 14:13:30 GMT", -1},
    {"asctime date", "Mon Sep 21 14:13:30 2026", -1},
    {"another weekday", "Tue, 21 Sep 2026 14:13:30 GMT", -1},
    {"small letters", "mon, 21 sep 2026 14:13:30 gmt", -1},
    {"eight digits are seconds", "20261130", TOO_LONG},
    {"an ISO date", "2026-09-21T14:13:30Z", -1},
};

static void test_after(void **state)
{
    const struct after_row *row = *state;
    if (sizeof(time_t) < 8 && row->value && strstr(row->value, "9999"))
        skip(); /* libcurl's dates end in 2038 there */
    assert_int_equal(smci_retry_after_parse(row->value, NOW_MS), row->wait_ms);
}

struct wall_row {
    const char *name;
    int64_t wall_ms;
    int64_t wait_ms;
};

/* "Wed, 01 Mar 2400 00:00:01 GMT": after the leap day of a year that 400 divides. */
static const struct wall_row wall_rows[] = {
    {"a second before", INT64_C(13574649600000), 1000},
    {"the same moment", INT64_C(13574649601000), 0},
    {"a day before", INT64_C(13574563201000), TOO_LONG},
    {"a clock at the end of time", INT64_MAX, 0},
    {"a clock before its beginning", INT64_MIN, TOO_LONG},
    {"a clock at 1970", 0, TOO_LONG},
};

static void test_wall(void **state)
{
    const struct wall_row *row = *state;
    if (sizeof(time_t) < 8)
        skip(); /* libcurl's dates end in 2038 there */
    assert_int_equal(smci_retry_after_parse("Wed, 01 Mar 2400 00:00:01 GMT", row->wall_ms),
                     row->wait_ms);
}

/* ---- in words ---- */

struct text_row {
    const char *name;
    struct smci_attempt attempt;
    int64_t wait_ms;
    int tries;
    const char *text;
};

static const struct text_row text_rows[] = {
    {"status", {.http_status = 503}, 600, 1, "HTTP 503, again in 0.6 s (try 2 of 5)"},
    {"status and words",
     {.http_status = 503, .api_error = {.code = "busy", .message = "later"}},
     12345,
     4,
     "HTTP 503 busy: later, again in 12 s (try 5 of 5)"},
    {"no answer",
     {.error = {.code = SMC_ERR_NETWORK, .detail = "gone"}},
     0,
     1,
     "gone, again in 0.0 s (try 2 of 5)"},
    {"a minute", {.http_status = 429}, 60000, 1, "HTTP 429, again in 60 s (try 2 of 5)"},
    {"half an hour",
     {.http_status = 429},
     1800000,
     1,
     "HTTP 429, again in 1800 s, at 16:43:20 (try 2 of 5)"},
};

static void test_retry_text(void **state)
{
    const struct text_row *row = *state;
    struct smc_buf text = SMC_BUF_INIT(1000);
    const struct smci_retry_told told = {&row->attempt, row->wait_ms, NOW_MS, row->tries, 5};
    assert_int_equal(setenv("TZ", "XXX-2", 1), 0); /* two hours before Greenwich's */
    tzset();
    smci_retry_text(&told, &text);
    assert_string_equal(smc_buf_str(&text), row->text);
    smc_buf_clear(&text);
}

int main(void)
{
    int failed = RUN_TABLE("decide_rows", decide_rows, test_decide);
    failed += RUN_TABLE("wait_rows", wait_rows, test_wait);
    failed += RUN_TABLE("tries_rows", tries_rows, test_tries);
    failed += RUN_TABLE("after_rows", after_rows, test_after);
    failed += RUN_TABLE("wall_rows", wall_rows, test_wall);
    failed += RUN_TABLE("text_rows", text_rows, test_retry_text);
    return failed;
}
