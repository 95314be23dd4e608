#include "support/support.h"

#include "lib/json/tree.h"
#include "lib/json/write.h"
#include <sigmacat/json.h>

#define TEXT(literal) (literal), sizeof(literal) - 1
#define COUNT(array)  (sizeof(array) / sizeof(array)[0])

/* ---- parsing ---- */

struct parse_row {
    const char *name;
    const char *text;
    size_t len;
    const char *error; /* NULL: it parses */
};

static const struct parse_row parse_rows[] = {
    {"object", TEXT("{\"a\":[1,2.5,null,true,\"x\"]}"), NULL},
    {"array", TEXT("[]"), NULL},
    {"string at the top", TEXT("\"a\""), NULL},
    {"number at the top", TEXT("12"), NULL},
    {"null at the top", TEXT(" null\n"), NULL},
    {"escaped NUL in a value", TEXT("{\"a\":\"x\\u0000y\"}"), NULL},
    {"nothing", TEXT(""), "line 1, column 0: the text ends too early"},
    {"not JSON", TEXT("<html>secret"), "line 1, column 1: not valid JSON"},
    {"cut", TEXT("{\"a\":\n"), "line 2, column 0: the text ends too early"},
    {"doubled name", TEXT("{\"a\":1,\"a\":2}"), "line 1, column 10: a member's name is doubled"},
    {"bytes behind", TEXT("{} x"), "line 1, column 4: expected the end of the text"},
    {"invalid UTF-8", TEXT("[\"\xff\"]"), "line 1, column 2: invalid UTF-8"},
    {"number beyond 64 bits", TEXT("[9223372036854775808]"),
     "line 1, column 20: a number is too big"},
};

static void test_parse(void **state)
{
    const struct parse_row *row = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *copy = malloc(row->len + 1);
    assert_non_null(copy);
    (void)memcpy(copy, row->text, row->len);
    struct smci_tree *root = smci_tree_parse(row->len ? copy : NULL, row->len, &err);
    free(copy);
    smci_tree_free(root);
    assert_int_equal(root == NULL, row->error != NULL);
    assert_int_equal(err.code, row->error ? SMC_ERR_SYNTAX : SMC_OK);
    assert_string_equal(err.detail, row->error ? row->error : "");
}

/* The text of an error is shown to people and logged: nothing of what was parsed is in it. */
static void test_parse_quotes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"token\":\"s3cr3t\" s3cr3t}", "[s3cr3t]",  "{s3cr3t}",
                                        "{\"s3cr3t\":1,\"s3cr3t\":2}",   "[\"s3cr3t", "[1] s3cr3t"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct smc_error err = SMC_ERROR_INIT;
        assert_null(smci_tree_parse(texts[i], strlen(texts[i]), &err));
        assert_int_equal(err.code, SMC_ERR_SYNTAX);
        assert_lacks(err.detail, "3cr3");
        assert_null(smci_tree_parse(texts[i], strlen(texts[i]), NULL));
    }
}

static void test_too_deep(void **state)
{
    (void)state;
    struct smc_error err = SMC_ERROR_INIT;
    char *text = malloc(100000);
    assert_non_null(text);
    (void)memset(text, '[', 100000);
    assert_null(smci_tree_parse(text, 100000, &err));
    free(text);
    assert_int_equal(err.code, SMC_ERR_SYNTAX);
    assert_contains(err.detail, "nested too deeply");
}

/* ---- reading ---- */

struct read_row {
    const char *name;
    const char *member;
    const char *text; /* what smci_tree_text gives */
    int64_t number;   /* what smci_tree_int gives, -7 being the fallback */
};

static const char read_text[] =
    "{\"s\":\"t\\u00e9xt\",\"empty\":\"\",\"nul\":\"a\\u0000b\",\"i\":12,\"min\":-"
    "9223372036854775808,"
    "\"r\":12.0,\"t\":true,\"n\":null,\"a\":[1],\"o\":{\"s\":\"deep\"},\"digits\":\"12\"}";

static const struct read_row read_rows[] = {
    {"string", "s", "t\xc3\xa9xt", -7},
    {"empty string", "empty", "", -7},
    {"string with a NUL is none to C", "nul", NULL, -7},
    {"integer", "i", NULL, 12},
    {"smallest integer", "min", NULL, INT64_MIN},
    {"real", "r", NULL, -7},
    {"true", "t", NULL, -7},
    {"null", "n", NULL, -7},
    {"array", "a", NULL, -7},
    {"object", "o", NULL, -7},
    {"string of digits", "digits", "12", -7},
    {"missing", "zz", NULL, -7},
};

static void assert_text(const char *text, const char *expected)
{
    if (!expected) {
        assert_null(text);
        return;
    }
    assert_non_null(text);
    assert_string_equal(text, expected);
}

static void test_read(void **state)
{
    const struct read_row *row = *state;
    struct smci_tree *root = smci_tree_parse(TEXT(read_text), NULL);
    assert_non_null(root);
    assert_text(smci_tree_text(root, row->member), row->text);
    assert_int_equal(smci_tree_int(root, row->member, -7), row->number);
    assert_int_equal(smci_tree_get(root, row->member) == NULL, strcmp(row->member, "zz") == 0);
    assert_text(smci_tree_text(smci_tree_get(root, "o"), "s"), "deep");
    struct smci_tree *wrong[] = {NULL, smci_tree_get(root, "a"), smci_tree_get(root, "s")};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_null(smci_tree_get(wrong[i], row->member));
        assert_null(smci_tree_text(wrong[i], row->member));
        assert_int_equal(smci_tree_int(wrong[i], row->member, 3), 3);
    }
    smci_tree_free(root);
}

/* ---- writing ---- */

static enum smc_status write_all(struct smc_buf *out, enum smci_write_layout layout,
                                 struct smc_error *err)
{
    struct smci_writer json = smci_write_begin(out, layout);
    smci_write_text(&json, "z", "first \"stays\" first");
    smci_write_int(&json, "min", INT64_MIN);
    smci_write_array(&json, "list");
    smci_write_bool(&json, NULL, true);
    smci_write_bool(&json, NULL, false);
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
                        "\"list\":[true,false,{\"a\":\"\xc3\xa9/\\n\"},[]],\"empty\":{}}\n");
    assert_int_equal(smc_json_scan(out.data, out.len, NULL, NULL), SMC_OK);
    smc_buf_reset(&out);
    assert_int_equal(write_all(&out, SMCI_WRITE_LINES, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&out),
                        "{\n \"z\": \"first \\\"stays\\\" first\",\n \"min\": "
                        "-9223372036854775808,\n \"list\": [\n  true,\n  false,\n  {\n   \"a\": "
                        "\"\xc3\xa9/\\n\"\n  },\n  []\n ],\n \"empty\": {}\n}\n");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_quotes_nothing),
        cmocka_unit_test(test_too_deep),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_cap),
        cmocka_unit_test(test_write_too_deep),
    };
    int failed = RUN_TABLE("parse_rows", parse_rows, test_parse);
    failed += RUN_TABLE("read_rows", read_rows, test_read);
    failed += RUN_TABLE("mend_rows", mend_rows, test_mend);
    return failed + cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
