/* Scanned values: members, strings, numbers, splicing (json.h, second half). */
#include "support/support.h"

#include <sigmacat/json.h>

#define TEXT(literal) (literal), sizeof(literal) - 1
#define COUNT(array)  (sizeof(array) / sizeof(array)[0])

/* A text, scanned first, as all spans of these functions must be. */
static struct smc_json_span scanned(const char *text)
{
    struct smc_json_span value = {NULL, 0};
    struct smc_error err = SMC_ERROR_INIT;
    if (text && smc_json_scan(text, strlen(text), &value, &err) != SMC_OK)
        fail_msg("%s: %s", text, err.detail);
    return value;
}

static void assert_span(struct smc_json_span value, const char *expected)
{
    if (!expected) {
        assert_null(value.p);
        assert_int_equal(value.len, 0);
        return;
    }
    assert_non_null(value.p);
    assert_int_equal(value.len, strlen(expected));
    assert_memory_equal(value.p, expected, value.len);
}

/* ---- members ---- */

struct member_row {
    const char *name;
    const char *object;
    const char *member;
    const char *expected;
};

static const struct member_row member_rows[] = {
    {"only one", "{\"id\":1}", "id", "1"},
    {"first", "{\"id\":1,\"b\":2}", "id", "1"},
    {"last", "{\"b\":2,\"id\":1}", "id", "1"},
    {"missing", "{\"b\":2}", "id", NULL},
    {"empty object", "{}", "id", NULL},
    {"a prefix of the name", "{\"i\":1}", "id", NULL},
    {"the name and more", "{\"idx\":1}", "id", NULL},
    {"other letter case", "{\"ID\":1}", "id", NULL},
    {"empty name", "{\"\":7,\"a\":1}", "", "7"},
    {"empty name missing", "{\"a\":1}", "", NULL},
    {"doubled, the last wins", "{\"id\":1,\"b\":0,\"id\":[2]}", "id", "[2]"},
    {"first letter escaped", "{\"\\u0077orkbookId\":\"x\"}", "workbookId", "\"x\""},
    {"all escaped, capitals", "{\"\\u0069\\u0064\":3}", "id", "3"},
    {"last letter escaped", "{\"i\\u0064\":3}", "id", "3"},
    {"short escape in the name", "{\"a\\/b\":3}", "a/b", "3"},
    {"doubled, once escaped", "{\"id\":1,\"i\\u0064\":2}", "id", "2"},
    {"doubled, first escaped", "{\"i\\u0064\":2,\"id\":1}", "id", "1"},
    {"NUL behind the name", "{\"id\\u0000\":1}", "id", NULL},
    {"NUL as the name", "{\"\\u0000\":1}", "", NULL},
    {"quote in a name before", "{\"a\\\"\":{\"id\":0},\"id\":1}", "id", "1"},
    {"deeper ones don't count", "{\"a\":{\"id\":0},\"b\":[{\"id\":0}]}", "id", NULL},
    {"brackets and commas in strings", "{\"a\":\"},]\\\\\",\"b\":\"\\\"{[\",\"id\":1}", "id", "1"},
    {"white space around all", " {\n\"a\" : [ 1 , 2 ] ,\t\"id\" : true\r\n} ", "id", "true"},
    {"value: number before a brace", "{\"id\":-1.5e3}", "id", "-1.5e3"},
    {"value: null", "{\"id\":null,\"a\":1}", "id", "null"},
    {"value: empty containers", "{\"a\":[],\"id\":{}}", "id", "{}"},
    {"value: string of backslashes", "{\"id\":\"\\\\\\\\\",\"a\":1}", "id", "\"\\\\\\\\\""},
    {"value: 7 bytes and a quote", "{\"id\":\"1234567\",\"a\":1}", "id", "\"1234567\""},
    {"value: 8 bytes and an escape", "{\"id\":\"12345678\\\"\",\"a\":1}", "id", "\"12345678\\\"\""},
    {"value: beyond ASCII", "{\"id\":\"\xe2\x82\xac\",\"a\":1}", "id", "\"\xe2\x82\xac\""},
    {"not an object: array", "[{\"id\":1}]", "id", NULL},
    {"not an object: string", "\"id\"", "id", NULL},
    {"not an object: null", "null", "id", NULL},
    {"nothing", NULL, "id", NULL},
};

static void test_member(void **state)
{
    const struct member_row *row = *state;
    struct smc_json_span object = scanned(row->object);
    assert_span(smc_json_member(object, row->member), row->expected);
    const char *const names[] = {"zz", row->member, "zz"};
    struct smc_json_span found[3];
    (void)memset(found, 0xff, sizeof found);
    smc_json_members(object, names, 3, found);
    assert_span(found[0], NULL);
    assert_span(found[1], row->expected);
    assert_span(found[2], NULL);
}

/* ---- numbers ---- */

struct int_row {
    const char *name;
    const char *text;
    bool is_ok;
    int64_t number;
};

static const struct int_row int_rows[] = {
    {"zero", "0", true, 0},
    {"minus zero", "-0", true, 0},
    {"plain", "12", true, 12},
    {"negative", "-345", true, -345},
    {"largest", "9223372036854775807", true, INT64_MAX},
    {"smallest", "-9223372036854775808", true, INT64_MIN},
    {"one too large", "9223372036854775808", false, 0},
    {"one too small", "-9223372036854775809", false, 0},
    {"thirty digits", "100000000000000000000000000000", false, 0},
    {"fraction", "1.0", false, 0},
    {"exponent", "1e3", false, 0},
    {"string", "\"1\"", false, 0},
    {"true", "true", false, 0},
    {"nothing", NULL, false, 0},
};

static void test_int64(void **state)
{
    const struct int_row *row = *state;
    int64_t number = 77;
    assert_int_equal(smc_json_int64(scanned(row->text), &number), row->is_ok);
    assert_int_equal(number, row->is_ok ? row->number : 77);
}

/* ---- strings ---- */

struct string_row {
    const char *name;
    const char *json;
    const char *text;
    size_t len;
    const char *encoded; /* NULL: as `json` */
};

static const struct string_row string_rows[] = {
    {"empty", "\"\"", TEXT(""), NULL},
    {"plain", "\"abc def\"", TEXT("abc def"), NULL},
    {"escapes that stay", "\"\\\"\\\\\\n\\r\\t\"", TEXT("\"\\\n\r\t"), NULL},
    {"escapes that change", "\"\\/\\b\\f\"", TEXT("/\b\f"), "\"/\\u0008\\u000c\""},
    {"NUL in the middle", "\"a\\u0000b\"", TEXT("a\0b"), NULL},
    {"two bytes", "\"\\u00e9\xc3\xa9\"", TEXT("\xc3\xa9\xc3\xa9"), "\"\xc3\xa9\xc3\xa9\""},
    {"ASCII behind what is not", "\"\xc3\xa9\\\"\xc3\xa9\\\\\"", TEXT("\xc3\xa9\"\xc3\xa9\\"),
     NULL},
    {"pair", "\"\\ud83D\\uDe00\"", TEXT("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\""},
    {"largest pair", "\"\\udbff\\udfff\"", TEXT("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\""},
    {"first half alone", "\"\\ud800\"", TEXT("\xed\xa0\x80"), NULL},
    {"second half alone", "\"x\\udfffy\"", TEXT("x\xed\xbf\xbfy"), NULL},
    {"two first halves, then a second", "\"\\ud83d\\ud83d\\ude00\"",
     TEXT("\xed\xa0\xbd\xf0\x9f\x98\x80"), "\"\\ud83d\xf0\x9f\x98\x80\""},
    {"halves in the wrong order", "\"\\ude00\\ud83d\"", TEXT("\xed\xb8\x80\xed\xa0\xbd"), NULL},
    {"first half, escaped letter", "\"\\ud83d\\u0061\"", TEXT("\xed\xa0\xbd\x61"), "\"\\ud83da\""},
    {"first half, other escape", "\"\\ud83d\\n\"", TEXT("\xed\xa0\xbd\n"), NULL},
    {"backslash and a u", "\"\\\\u0041\"", TEXT("\\u0041"), NULL},
    {"DEL stays", "\"\x7f\"", TEXT("\x7f"), NULL},
};

static void test_string(void **state)
{
    const struct string_row *row = *state;
    struct smc_buf out = SMC_BUF_INIT(1000);
    assert_int_equal(smc_buf_addstr(&out, "<"), SMC_OK);
    assert_int_equal(smc_json_decode(scanned(row->json), &out), SMC_OK);
    assert_int_equal(out.len, row->len + 1);
    assert_memory_equal(out.data + 1, row->text, row->len);
    smc_buf_reset(&out);
    assert_int_equal(smc_json_encode(row->text, row->len, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out), row->encoded ? row->encoded : row->json);
    bool has_nul = memchr(row->text, 0, row->len) != NULL;
    assert_int_equal(smc_json_equals(scanned(row->json), row->text), !has_nul);
    assert_int_equal(smc_json_equals(scanned(smc_buf_str(&out)), row->text), !has_nul);
    assert_false(smc_json_equals(scanned(row->json), "something else"));
    /* no room: whatever it stops at, nothing is left of it */
    for (size_t cap = 1; cap < out.len; cap++) {
        struct smc_buf small = SMC_BUF_INIT(cap);
        assert_int_equal(smc_buf_addstr(&small, "<"), SMC_OK);
        bool fits = row->len + 1 <= cap;
        assert_int_equal(smc_json_decode(scanned(row->json), &small), fits ? SMC_OK : SMC_ERR_CAP);
        assert_int_equal(small.len, fits ? row->len + 1 : 1);
        small.len = 1;
        assert_int_equal(smc_json_encode(row->text, row->len, &small), SMC_ERR_CAP);
        assert_int_equal(small.len, 1);
        assert_string_equal(small.data, "<");
        smc_buf_clear(&small);
    }
    smc_buf_clear(&out);
}

static void append_utf8(char *text, size_t *len, unsigned code)
{
    if (code < 0x80) {
        text[(*len)++] = (char)code;
        return;
    }
    if (code < 0x800) {
        text[(*len)++] = (char)(0xc0 | code >> 6);
    } else {
        text[(*len)++] = (char)(0xe0 | code >> 12);
        text[(*len)++] = (char)(0x80 | (code >> 6 & 0x3f));
    }
    text[(*len)++] = (char)(0x80 | (code & 0x3f));
}

/* Every code unit: escaped, it means its three bytes or fewer, and these mean it again. */
static void test_every_unit(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(100);
    struct smc_buf again = SMC_BUF_INIT(100);
    for (unsigned unit = 0; unit <= 0xffff; unit++) {
        char json[32];
        char text[8];
        size_t len = 0;
        (void)snprintf(json, sizeof json, "\"-\\u%04x-\"", unit);
        text[len++] = '-';
        append_utf8(text, &len, unit);
        text[len++] = '-';
        smc_buf_reset(&out);
        assert_int_equal(smc_json_decode(scanned(json), &out), SMC_OK);
        assert_int_equal(out.len, len);
        assert_memory_equal(out.data, text, len);
        smc_buf_reset(&again);
        assert_int_equal(smc_json_encode(out.data, out.len, &again), SMC_OK);
        smc_buf_reset(&out);
        assert_int_equal(smc_json_decode(scanned(smc_buf_str(&again)), &out), SMC_OK);
        assert_int_equal(out.len, len);
        assert_memory_equal(out.data, text, len);
    }
    smc_buf_clear(&again);
    smc_buf_clear(&out);
}

struct refused_row {
    const char *name;
    const char *text;
    size_t len;
};

static const struct refused_row refused_rows[] = {
    {"encode: continuation", TEXT("a\x80")},
    {"encode: overlong", TEXT("\xc0\x80")},
    {"encode: cut", TEXT("a\xe2\x82")},
    {"encode: surrogate cut", TEXT("a\xed\xa0")},
    {"encode: surrogate broken", TEXT("\xed\xa0 ")},
    {"encode: ff", TEXT("\xff")},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    struct smc_buf out = SMC_BUF_INIT(100);
    assert_int_equal(smc_buf_addstr(&out, "before"), SMC_OK);
    char *copy = malloc(row->len);
    assert_non_null(copy);
    (void)memcpy(copy, row->text, row->len);
    assert_int_equal(smc_json_encode(copy, row->len, &out), SMC_ERR_SYNTAX);
    free(copy);
    assert_string_equal(smc_buf_str(&out), "before");
    smc_buf_clear(&out);
}

static void test_no_strings(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(100);
    static const char *const texts[] = {NULL, "1", "null", "[\"a\"]", "{}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(smc_json_decode(scanned(texts[i]), &out), SMC_ERR_SYNTAX);
        assert_false(smc_json_equals(scanned(texts[i]), ""));
        assert_false(smc_json_equals(scanned(texts[i]), texts[i] ? texts[i] : "x"));
    }
    assert_int_equal(out.len, 0);
    smc_buf_clear(&out);
}

/* ---- splicing ---- */

struct splice_row {
    const char *name;
    const char *object;
    const char *members; /* as an object; at most 4 */
    const char *expected;
};

static const struct splice_row splice_rows[] = {
    {"empty object", "{}", "{\"w\":1}", "{\"w\":1}"},
    {"empty object with white space", " { \n} ", "{\"w\":1}", "{ \n\"w\":1}"},
    {"not there before", "{\"a\":1}", "{\"w\":1}", "{\"a\":1,\"w\":1}"},
    {"white space stays", "{ \"a\" : [ 1 ] }", "{\"w\":1}", "{ \"a\" : [ 1 ] ,\"w\":1}"},
    {"the only member", "{\"w\":0}", "{\"w\":1}", "{\"w\":1}"},
    {"the only member, white space", "{ \"w\" : 0 }", "{\"w\":1}", "{\"w\":1}"},
    {"first", "{\"w\":0,\"a\":1,\"b\":2}", "{\"w\":1}", "{\"a\":1,\"b\":2,\"w\":1}"},
    {"middle", "{\"a\":1,\"w\":0,\"b\":2}", "{\"w\":1}", "{\"a\":1,\"b\":2,\"w\":1}"},
    {"last", "{\"a\":1,\"b\":2,\"w\":0}", "{\"w\":1}", "{\"a\":1,\"b\":2,\"w\":1}"},
    {"middle, white space", "{ \"a\":1 , \"w\":0 , \"b\":2 }", "{\"w\":1}",
     "{ \"a\":1 , \"b\":2 ,\"w\":1}"},
    {"doubled", "{\"w\":0,\"a\":1,\"w\":{\"w\":2}}", "{\"w\":1}", "{\"a\":1,\"w\":1}"},
    {"doubled side by side", "{\"a\":1,\"w\":0,\"w\":0,\"b\":2}", "{\"w\":1}",
     "{\"a\":1,\"b\":2,\"w\":1}"},
    {"all of them doubles", "{\"w\":0,\"w\":0,\"w\":0}", "{\"w\":1}", "{\"w\":1}"},
    {"every second", "{\"a\":1,\"w\":0,\"b\":2,\"w\":0,\"c\":3}", "{\"w\":1}",
     "{\"a\":1,\"b\":2,\"c\":3,\"w\":1}"},
    {"escaped name", "{\"\\u0077\":0,\"a\":1}", "{\"w\":1}", "{\"a\":1,\"w\":1}"},
    {"deeper ones stay", "{\"a\":{\"w\":0},\"b\":[{\"w\":0}]}", "{\"w\":1}",
     "{\"a\":{\"w\":0},\"b\":[{\"w\":0}],\"w\":1}"},
    {"longer and shorter names stay", "{\"ww\":1,\"\":2}", "{\"w\":1}",
     "{\"ww\":1,\"\":2,\"w\":1}"},
    {"two members", "{\"path\":0,\"a\":1,\"w\":2}", "{\"w\":null,\"path\":[\"x\"]}",
     "{\"a\":1,\"w\":null,\"path\":[\"x\"]}"},
    {"no member", "{ \"a\":1, \"w\":0 }", "{}", "{ \"a\":1, \"w\":0 }"},
    {"no member, empty object", "{ }", "{}", "{ }"},
    {"doubles of others stay", "{\"a\":1,\"a\":2}", "{\"w\":1}", "{\"a\":1,\"a\":2,\"w\":1}"},
    {"what is lossless", "{\"n\":12345678901234567890123,\"s\":\"\\ud800\\u0000\\/\",\"r\":1.10}",
     "{\"w\":1}", "{\"n\":12345678901234567890123,\"s\":\"\\ud800\\u0000\\/\",\"r\":1.10,\"w\":1}"},
    {"value: string", "{}", "{\"w\":\"a\\\"\\u00e9\"}", "{\"w\":\"a\\\"\\u00e9\"}"},
    {"value: number", "{}", "{\"w\":-1.50e+3}", "{\"w\":-1.50e+3}"},
    {"value: null", "{}", "{\"w\":null}", "{\"w\":null}"},
    {"value: bool", "{}", "{\"w\":false}", "{\"w\":false}"},
    {"value: array", "{}", "{\"w\":[1, {}]}", "{\"w\":[1, {}]}"},
    {"value: object", "{}", "{\"w\":{ \"w\": {} }}", "{\"w\":{ \"w\": {} }}"},
};

static void test_splice(void **state)
{
    const struct splice_row *row = *state;
    static char names[4][8];
    struct smc_json_field members[4];
    size_t count = 0;
    struct smc_json_walk walk;
    struct smc_json_span key;
    struct smc_json_span value;
    assert_true(smc_json_walk_begin(&walk, scanned(row->members)));
    while (smc_json_walk_next(&walk, &key, &value, NULL)) {
        assert_in_range(count, 0, 3);
        (void)snprintf(names[count], sizeof names[0], "%.*s", (int)key.len - 2, key.p + 1);
        members[count] = (struct smc_json_field){names[count], value};
        count++;
    }
    struct smc_buf out = SMC_BUF_INIT(1000);
    assert_int_equal(smc_buf_addstr(&out, "<"), SMC_OK);
    assert_int_equal(smc_json_splice(scanned(row->object), members, count, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out) + 1, row->expected);
    struct smc_json_span result = scanned(smc_buf_str(&out) + 1);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(smc_json_member(result, members[i].name).p, members[i].value.p,
                            members[i].value.len);
    /* no room: whatever it stops at, nothing is left of it */
    for (size_t cap = 1; cap < out.len; cap++) {
        struct smc_buf small = SMC_BUF_INIT(cap);
        assert_int_equal(smc_buf_addstr(&small, "<"), SMC_OK);
        assert_int_equal(smc_json_splice(scanned(row->object), members, count, &small),
                         SMC_ERR_CAP);
        assert_string_equal(smc_buf_str(&small), "<");
        assert_int_equal(small.len, 1);
        smc_buf_clear(&small);
    }
    smc_buf_clear(&out);
}

static void test_splice_refused(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(100);
    struct smc_json_field member = {"w", {"1", 1}};
    static const char *const texts[] = {NULL, "1", "null", "[\"a\"]", "\"{}\""};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_int_equal(smc_json_splice(scanned(texts[i]), &member, 1, &out), SMC_ERR_SYNTAX);
    member.value = (struct smc_json_span){NULL, 0};
    assert_int_equal(smc_json_splice(scanned("{\"a\":1}"), &member, 1, &out), SMC_ERR_SYNTAX);
    assert_string_equal(smc_buf_str(&out), "");
    smc_buf_clear(&out);
}

/* Spans that nobody scanned: no answer is right, but none may be read beyond the span. */
static void test_unscanned(void **state)
{
    (void)state;
    static const char *const texts[] = {"{",          "[",
                                        "{\"",        "{\"a\\",
                                        "{\"a\":",    "{\"a\":1",
                                        "[1,",        "{\"a\":[[",
                                        "[\"\\",      "{\"a\":\"bcdefgh",
                                        "{\"a\":1}}", "[]]",
                                        "\"",         "{\"a\":1,\"a\":2]}",
                                        "{\"a\":1 "};
    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t len = strlen(texts[i]);
        char *copy = malloc(len);
        assert_non_null(copy);
        (void)memcpy(copy, texts[i], len);
        struct smc_json_span value = {copy, len};
        struct smc_buf out = SMC_BUF_INIT(100);
        struct smc_json_field member = {"a", {"1", 1}};
        struct smc_json_walk walk;
        if (smc_json_walk_begin(&walk, value))
            while (smc_json_walk_next(&walk, NULL, NULL, NULL))
                ;
        (void)smc_json_member(value, "a");
        (void)smc_json_equals(value, "a");
        (void)smc_json_decode(value, &out);
        (void)smc_json_splice(value, &member, 1, &out);
        smc_buf_clear(&out);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_unit),
        cmocka_unit_test(test_no_strings),
        cmocka_unit_test(test_splice_refused),
        cmocka_unit_test(test_unscanned),
    };
    int failed = RUN_TABLE("member_rows", member_rows, test_member);
    failed += RUN_TABLE("int_rows", int_rows, test_int64);
    failed += RUN_TABLE("string_rows", string_rows, test_string);
    failed += RUN_TABLE("refused_rows", refused_rows, test_refused);
    failed += RUN_TABLE("splice_rows", splice_rows, test_splice);
    return failed + cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
