/* Ids as the store has them: whatever JSON value Sigma sent, and back. */
#include "tests/support/support.h"

#include "extract/key.h"

#define CAP 4096

struct row {
    const char *name;
    const char *json;
    const char *key;  /* NULL: it is not an id */
    const char *back; /* NULL: as it came */
    bool is_addressable;
};

static const struct row rows[] = {
    {"a uuid", "\"8dfcd325-6b9a-49b3\"", "8dfcd325-6b9a-49b3", NULL, true},
    {"one character", "\"a\"", "a", NULL, true},
    {"escapes that need not be", "\"\\u0061\\/b\"", "a/b", "\"a/b\"", true},
    {"a quote", "\"a\\\"b\"", "a\"b", NULL, true},
    {"a backslash", "\"a\\\\b\"", "a\\b", NULL, true},
    {"a newline", "\"a\\nb\"", "a\nb", NULL, true},
    {"two dots before a slash", "\"../x\"", "../x", NULL, true},
    {"a question mark and a hash", "\"a?b#c\"", "a?b#c", NULL, true},
    {"beyond ASCII", "\"\xc3\xa9\"", "\xc3\xa9", NULL, true},
    {"a pair of surrogates", "\"\\ud83d\\ude80\"", "\xf0\x9f\x9a\x80", "\"\xf0\x9f\x9a\x80\"",
     true},
    {"an unpaired surrogate", "\"\\ud800\"", "\xed\xa0\x80", NULL, false},
    {"the character before surrogates", "\"\xed\x9f\xbf\"", "\xed\x9f\xbf", NULL, true},
    {"a NUL within", "\"a\\u0000b\"", "=\"a\\u0000b\"", NULL, false},
    {"a text that begins like the mark", "\"=a\"", "=\"=a\"", NULL, false},
    {"the mark itself", "\"=\"", "=\"=\"", NULL, false},
    {"the mark within", "\"a=\"", "a=", NULL, true},
    {"a number", "12", "=12", NULL, false},
    {"a number like no other", "1.10E+2", "=1.10E+2", NULL, false},
    {"a number as a text", "\"12\"", "12", NULL, true},
    {"one dot", "\".\"", ".", NULL, false},
    {"two dots", "\"..\"", "..", NULL, false},
    {"three dots", "\"...\"", "...", NULL, true},
    {"an empty text", "\"\"", NULL, NULL, false},
    {"null", "null", NULL, NULL, false},
    {"true", "true", NULL, NULL, false},
    {"an array", "[\"a\"]", NULL, NULL, false},
    {"an object", "{\"a\": 1}", NULL, NULL, false},
    {"nothing", "", NULL, NULL, false},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct smc_buf key = SMC_BUF_INIT(CAP);
    struct smc_buf back = SMC_BUF_INIT(CAP);
    struct smc_json_span id = {*row->json ? row->json : NULL, strlen(row->json)};
    bool has_id = false;
    assert_int_equal(key_make(id, &key, &has_id), SMC_OK);
    assert_int_equal(has_id, row->key != NULL);
    assert_string_equal(smc_buf_str(&key), row->key ? row->key : "");
    if (has_id) {
        assert_int_equal(key_is_addressable(key.data), row->is_addressable);
        assert_int_equal(key_json(key.data, &back), SMC_OK);
        assert_string_equal(back.data, row->back ? row->back : row->json);
    }
    smc_buf_clear(&key);
    smc_buf_clear(&back);
}

/* It appends, and leaves what was there. */
static void test_append(void **state)
{
    struct smc_buf key = SMC_BUF_INIT(CAP);
    bool has_id = false;
    (void)state;
    assert_int_equal(smc_buf_addstr(&key, "3:"), SMC_OK);
    assert_int_equal(key_make((struct smc_json_span){"\"=\"", 3}, &key, &has_id), SMC_OK);
    assert_string_equal(key.data, "3:=\"=\"");
    assert_int_equal(key_make((struct smc_json_span){"\"b\"", 3}, &key, &has_id), SMC_OK);
    assert_string_equal(key.data, "3:=\"=\"b");
    smc_buf_clear(&key);
}

static void test_cap(void **state)
{
    struct smc_buf key = SMC_BUF_INIT(3);
    bool has_id = false;
    (void)state;
    assert_int_equal(key_make((struct smc_json_span){"\"abcd\"", 6}, &key, &has_id), SMC_ERR_CAP);
    assert_int_equal(key_make((struct smc_json_span){"1234", 4}, &key, &has_id), SMC_ERR_CAP);
    smc_buf_clear(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_append), cmocka_unit_test(test_cap)};
    int failed = RUN_TABLE("key", rows, test_row);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
