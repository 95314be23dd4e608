/* JSON that is made. */
#include "tests/support/support.h"

#include <sigmacat/json.h>

#include "lib/json/write.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static enum smc_status write_all(struct smc_buf *out, enum smci_write_layout layout,
                                 struct smc_error *err)
{
    struct smci_writer json = smci_write_begin(out, layout);
    smci_write_text(&json, "z", "first \"stays\" first");
    smci_write_int(&json, "min", INT64_MIN);
    smci_write_array(&json, "list");
    smci_write_bool(&json, NULL, true);
    smci_write_bool(&json, NULL, false);
    smci_write_null(&json, NULL);
    smci_write_object(&json, NULL);
    smci_write_text(&json, "a", "\xc3\xa9/\n");
    smci_write_close(&json);
    smci_write_array(&json, NULL);
    smci_write_close(&json);
    smci_write_close(&json);
    smci_write_object(&json, "empty");
    return smci_write_end(&json, err); /* closes two */
}

static void test_write(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(1000);
    assert_int_equal(write_all(&out, SMCI_WRITE_COMPACT, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&out),
                        "{\"z\":\"first \\\"stays\\\" first\",\"min\":-9223372036854775808,"
                        "\"list\":[true,false,null,{\"a\":\"\xc3\xa9/\\n\"},[]],\"empty\":{}}\n");
    assert_int_equal(smc_json_scan(out.data, out.len, NULL, NULL), SMC_OK);
    smc_buf_reset(&out);
    assert_int_equal(write_all(&out, SMCI_WRITE_LINES, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&out),
                        "{\n \"z\": \"first \\\"stays\\\" first\",\n \"min\": "
                        "-9223372036854775808,\n \"list\": [\n  true,\n  false,\n  null,\n  {\n   "
                        "\"a\": \"\xc3\xa9/\\n\"\n  },\n  []\n ],\n \"empty\": {}\n}\n");
    smc_buf_clear(&out);
}

/* Wherever the room ends, the end of it all says so. */
static void test_write_cap(void **state)
{
    (void)state;
    struct smc_buf whole = SMC_BUF_INIT(1000);
    assert_int_equal(write_all(&whole, SMCI_WRITE_COMPACT, NULL), SMC_OK);
    for (size_t cap = 0; cap < whole.len; cap++) {
        struct smc_error err = SMC_ERROR_INIT;
        struct smc_buf out = SMC_BUF_INIT(cap);
        assert_int_equal(write_all(&out, SMCI_WRITE_COMPACT, &err), SMC_ERR_CAP);
        assert_int_equal(err.code, SMC_ERR_CAP);
        smc_buf_clear(&out);
    }
    smc_buf_clear(&whole);
}

static void test_write_too_deep(void **state)
{
    (void)state;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf out = SMC_BUF_INIT(1000);
    struct smci_writer json = smci_write_begin(&out, SMCI_WRITE_COMPACT);
    for (int depth = 1; depth <= SMCI_WRITE_DEPTH_MAX; depth++) {
        assert_int_equal(out.status, SMC_OK);
        smci_write_object(&json, "o");
    }
    assert_int_equal(smci_write_end(&json, &err), SMC_ERR_INTERNAL);
    assert_int_equal(err.code, SMC_ERR_INTERNAL);
    smc_buf_clear(&out);
}

struct mend_row {
    const char *name;
    const char *text;
    const char *expected;
};

#define BAD "\xef\xbf\xbd"

static const struct mend_row mend_rows[] = {
    {"valid", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"},
    {"lone byte",
     "a\xff"
     "b",
     "a" BAD "b"},
    {"latin-1", "caf\xe9", "caf" BAD},
    {"cut character", "x\xe2\x82", "x" BAD},
    {"cut character, then a letter", "\xe2\x82z", BAD "z"},
    {"surrogate", "\xed\xa0\x80", BAD BAD BAD},
    {"only bad bytes", "\x80\x80", BAD BAD},
};

static void test_mend(void **state)
{
    const struct mend_row *row = *state;
    struct smc_buf out = SMC_BUF_INIT(100);
    struct smci_writer json = smci_write_begin(&out, SMCI_WRITE_COMPACT);
    smci_write_text(&json, "t", row->text);
    assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
    char *expected = text_format("{\"t\":\"%s\"}\n", row->expected);
    assert_string_equal(smc_buf_str(&out), expected);
    free(expected);
    smc_buf_clear(&out);
}

/* What is not there is null; years of five digits are none of RFC 3339's. */
static void test_write_absent(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(1000);
    struct smci_writer json = smci_write_begin(&out, SMCI_WRITE_COMPACT);
    smci_write_text(&json, "text", NULL);
    smci_write_text(&json, "empty", "");
    smci_write_text_or_null(&json, "no", NULL);
    smci_write_text_or_null(&json, "blank", "");
    smci_write_text_or_null(&json, "given", "x");
    smci_write_time(&json, "none", 0);
    smci_write_time(&json, "below", -1000);
    smci_write_time(&json, "time", INT64_C(1790000000999));
    smci_write_time(&json, "leap", INT64_C(1709210096000));
    assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&out),
                        "{\"text\":null,\"empty\":\"\",\"no\":null,\"blank\":null,\"given\":\"x\","
                        "\"none\":null,\"below\":null,"
                        "\"time\":\"2026-09-21T14:13:20Z\",\"leap\":\"2024-02-29T12:34:56Z\"}\n");
    smc_buf_clear(&out);
}

/* Before and after what is there, of both layouts, and nothing of an object without members. */
static void test_write_members(void **state)
{
    (void)state;
    static const enum smci_write_layout layouts[] = {SMCI_WRITE_COMPACT, SMCI_WRITE_LINES};
    for (size_t i = 0; i < COUNT(layouts); i++) {
        struct smc_buf part = SMC_BUF_INIT(1000);
        struct smc_buf none = SMC_BUF_INIT(1000);
        struct smc_buf out = SMC_BUF_INIT(1000);
        struct smc_buf whole = SMC_BUF_INIT(1000);
        struct smci_writer json = smci_write_begin(&none, layouts[i]);
        assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
        assert_int_equal(write_all(&part, layouts[i], NULL), SMC_OK);
        json = smci_write_begin(&out, layouts[i]);
        smci_write_members(&json, &none);
        smci_write_members(&json, &part);
        smci_write_members(&json, &none);
        assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
        assert_string_equal(smc_buf_str(&out), smc_buf_str(&part));
        smc_buf_reset(&out);
        json = smci_write_begin(&out, layouts[i]);
        smci_write_null(&json, "first");
        smci_write_members(&json, &part);
        smci_write_null(&json, "last");
        assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
        assert_int_equal(smc_json_scan(out.data, out.len, NULL, NULL), SMC_OK);
        const bool is_compact = layouts[i] == SMCI_WRITE_COMPACT;
        assert_int_equal(smc_buf_add(&whole, out.data, is_compact ? 14 : 17), SMC_OK);
        assert_string_equal(smc_buf_str(&whole),
                            is_compact ? "{\"first\":null," : "{\n \"first\": null,");
        assert_non_null(strstr(out.data, is_compact ? "\"empty\":{},\"last\":null}\n"
                                                    : " \"empty\": {},\n \"last\": null\n}\n"));
        smc_buf_clear(&part);
        smc_buf_clear(&none);
        smc_buf_clear(&out);
        smc_buf_clear(&whole);
    }
}

/* A part that found no memory makes the whole fail. */
static void test_write_members_failed(void **state)
{
    (void)state;
    struct smc_buf part = SMC_BUF_INIT(4);
    struct smc_buf out = SMC_BUF_INIT(1000);
    assert_int_equal(write_all(&part, SMCI_WRITE_LINES, NULL), SMC_ERR_CAP);
    struct smci_writer json = smci_write_begin(&out, SMCI_WRITE_LINES);
    smci_write_members(&json, &part);
    assert_int_equal(smci_write_end(&json, NULL), SMC_ERR_CAP);
    smc_buf_clear(&part);
    smc_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_absent),
        cmocka_unit_test(test_write_members),
        cmocka_unit_test(test_write_members_failed),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_cap),
        cmocka_unit_test(test_write_too_deep),
    };
    int failed = RUN_TABLE("mend_rows", mend_rows, test_mend);
    return failed + cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
