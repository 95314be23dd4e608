#include "support/support.h"

#include <math.h>

#include "lib/base/num.h"

#define NO INT64_C(-77) /* refused, and the caller's number left alone */

struct int_row {
    const char *name;
    const char *text;
    int64_t number;
};

static const struct int_row int_rows[] = {
    {"zero", "0", 0},
    {"plain", "42", 42},
    {"leading zeros", "007", 7},
    {"negative", "-5", -5},
    {"largest", "9223372036854775807", INT64_MAX},
    {"smallest", "-9223372036854775808", INT64_MIN},
    {"one too large", "9223372036854775808", NO},
    {"one too small", "-9223372036854775809", NO},
    {"ten times too large", "92233720368547758070", NO},
    {"empty", "", NO},
    {"minus alone", "-", NO},
    {"two minuses", "--1", NO},
    {"plus", "+1", NO},
    {"space before", " 1", NO},
    {"newline behind", "1\n", NO},
    {"word behind", "5s", NO},
    {"hexadecimal", "0x10", NO},
    {"decimals", "1.0", NO},
    {"exponent", "1e3", NO},
    {"digits of another script", "\xd9\xa1", NO},
};

static void test_int64(void **state)
{
    const struct int_row *row = *state;
    int64_t number = NO;
    assert_int_equal(smci_parse_int64(row->text, &number), row->number != NO);
    assert_int_equal(number, row->number);
}

static const struct int_row count_rows[] = {
    {"zero", "0", 0},
    {"minus zero", "-0", 0},
    {"zero in long", "-0.000e-7", 0},
    {"plain", "5000", 5000},
    {"decimals that are zero", "5000.0", 5000},
    {"exponent", "5e3", 5000},
    {"exponent that takes the decimals", "5.25E+2", 525},
    {"one decimal too many", "5.255e2", NO},
    {"negative exponent", "500e-2", 5},
    {"negative exponent, too far", "500e-3", NO},
    {"largest", "9223372036854775807", INT64_MAX},
    {"one less, by exponent", "922337203685477580.6e1", INT64_MAX - 1},
    {"beyond 64 bits", "9223372036854775808", INT64_MAX},
    {"far beyond", "1e999999999999999999999", INT64_MAX},
    {"far below", "1e-999999999999999999999", NO},
    {"a zero stays one", "0e999999999999999999999", 0},
    {"half", "0.5", NO},
    {"negative", "-5", NO},
    {"nothing", "", NO},
    {"minus alone", "-", NO},
    {"plus", "+1", NO},
    {"no digit before the point", ".5", NO},
    {"no digit behind the point", "5.", NO},
    {"no exponent", "5e", NO},
    {"space before", " 5", NO},
    {"word behind", "5000 rows", NO},
    {"hexadecimal", "0x10", NO},
};

static void test_count(void **state)
{
    const struct int_row *row = *state;
    int64_t number = NO;
    assert_int_equal(smci_parse_count(row->text, strlen(row->text), &number), row->number != NO);
    assert_int_equal(number, row->number);
    /* No byte behind the length is read. */
    char longer[64];
    (void)snprintf(longer, sizeof longer, "%s9", row->text);
    number = NO;
    (void)smci_parse_count(longer, strlen(row->text), &number);
    assert_int_equal(number, row->number);
}

static const struct int_row seconds_rows[] = {
    {"zero", "0", 0},
    {"zero with decimals", "0.000", 0},
    {"whole", "60", 60000},
    {"half", "0.5", 500},
    {"no digit before the point", ".25", 250},
    {"no digit behind the point", "3.", 3000},
    {"thousandths", "1.001", 1001},
    {"binary fractions play no part", "0.29", 290},
    {"less than a thousandth", "0.0001", 1},
    {"much less", "0.000000000000000000000000000001", 1},
    {"rounded up", "1.0000001", 1001},
    {"rounded up, with a carry", "1.9991", 2000},
    {"zeros behind are nothing", "1.5000000", 1500},
    {"ten years", "315360000", INT64_C(315360000000)},
    {"ten years and a bit", "315360000.0001", NO},
    {"eleven years", "346896000", NO},
    {"forty digits", "1000000000000000000000000000000000000000", NO},
    {"negative", "-1", NO},
    {"minus zero", "-0", NO},
    {"plus", "+1", NO},
    {"empty", "", NO},
    {"point alone", ".", NO},
    {"two points", "1.2.3", NO},
    {"comma", "1,5", NO},
    {"unit", "5s", NO},
    {"space", "5 ", NO},
    {"exponent", "1e3", NO},
    {"inf", "inf", NO},
    {"nan", "nan", NO},
};

static void test_seconds(void **state)
{
    const struct int_row *row = *state;
    int64_t ms = NO;
    assert_int_equal(smci_parse_seconds(row->text, &ms), row->number != NO);
    assert_int_equal(ms, row->number);
}

struct decimal_row {
    const char *name;
    const char *text;
    double number; /* below zero: refused */
};

static const struct decimal_row decimal_rows[] = {
    {"zero", "0", 0},
    {"whole", "20", 20},
    {"nearest double", "0.1", 0.1},
    {"many digits", "3.14159265358979323846", 3.14159265358979323846},
    {"no digit before the point", ".5", 0.5},
    {"no digit behind the point", "2.", 2},
    {"negative", "-1", -1},
    {"plus", "+1", -1},
    {"exponent", "1e3", -1},
    {"hexadecimal", "0x1p3", -1},
    {"infinity", "inf", -1},
    {"nan", "nan", -1},
    {"comma", "1,5", -1},
    {"empty", "", -1},
    {"point alone", ".", -1},
    {"unit", "5/s", -1},
};

static void test_decimal(void **state)
{
    const struct decimal_row *row = *state;
    double number = -1;
    assert_int_equal(smci_parse_decimal(row->text, &number), row->number >= 0);
    assert_true(fabs(number - row->number) < 1e-300);
}

static void test_decimal_too_large(void **state)
{
    (void)state;
    char text[401];
    (void)memset(text, '9', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    double number = 3;
    assert_false(smci_parse_decimal(text, &number));
    assert_true(number > 2.9 && number < 3.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_too_large),
    };
    int failed = RUN_TABLE("int_rows", int_rows, test_int64);
    failed += RUN_TABLE("count_rows", count_rows, test_count);
    failed += RUN_TABLE("seconds_rows", seconds_rows, test_seconds);
    failed += RUN_TABLE("decimal_rows", decimal_rows, test_decimal);
    return failed + cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
