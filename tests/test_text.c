/* The small shared pieces of lib/base: suffixes, hex digits, the stop signal. */
#include "support/support.h"

#include <unistd.h>

#include "lib/base/stop.h"
#include "lib/base/text.h"

static void test_suffix(void **state)
{
    (void)state;
    assert_true(smci_has_suffix("a.json", ".json"));
    assert_true(smci_has_suffix(".json", ".json"));
    assert_true(smci_has_suffix("a", ""));
    assert_false(smci_has_suffix("json", ".json"));
    assert_false(smci_has_suffix("", ".json"));
    assert_false(smci_has_suffix("a.json.part", ".json"));
    assert_false(smci_has_suffix("a.JSON", ".json"));
}

/* Every byte: a digit is what strtol takes for one. */
static void test_hex(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char text[] = {(char)c, '\0'};
        int want = c && strchr("0123456789abcdefABCDEF", c) ? (int)strtol(text, NULL, 16) : -1;
        assert_int_equal(smci_hex_value((char)c), want);
        char shown[3] = "";
        char expected[3];
        (void)snprintf(expected, sizeof expected, "%02x", (unsigned)c);
        assert_ptr_equal(smci_hex_put(shown, (unsigned char)c), shown + 2);
        assert_string_equal(shown, expected);
    }
}

static void test_stop(void **state)
{
    (void)state;
    struct smc_error err = SMC_ERROR_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(smci_check_stop(ends[0], &err), SMC_OK);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(smci_is_stopped(ends[0]));
    assert_true(smci_is_stopped(ends[0])); /* nothing is taken away by looking */
    assert_int_equal(smci_check_stop(ends[0], &err), SMC_ERR_CANCELLED);
    assert_string_equal(err.detail, SMCI_STOPPED);
    /* none: 0 as in a struct that was zeroed, though standard input may be readable */
    int input = dup(0);
    assert_int_equal(dup2(ends[0], 0), 0);
    assert_false(smci_is_stopped(0));
    assert_false(smci_is_stopped(-1));
    (void)dup2(input, 0);
    (void)close(input);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suffix),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
