#include "support/support.h"

#include <sigmacat/json.h>

#define TEXT(literal) (literal), sizeof(literal) - 1

/* The text in memory of just its size, so that the sanitizer sees a read beyond it. */
static char *exact(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        (void)memcpy(copy, text, len);
    return copy;
}

static struct smc_json_span span(const char *text)
{
    return (struct smc_json_span){text, text ? strlen(text) : 0};
}

static void assert_span(struct smc_json_span value, const char *expected)
{
    if (!expected) {
        assert_null(value.p);
        return;
    }
    assert_non_null(value.p);
    assert_int_equal(value.len, strlen(expected));
    assert_memory_equal(value.p, expected, value.len);
}

static size_t offset_of(const struct smc_error *err)
{
    size_t offset = SIZE_MAX;
    assert_int_equal(sscanf(err->detail, "byte %zu: ", &offset), 1);
    return offset;
}

/* Walks all that is below `walk`, entering each container. */
static bool walk_deep(struct smc_json_walk *top, size_t levels, struct smc_error *err)
{
    struct smc_json_walk *stack = calloc(levels, sizeof *stack);
    assert_non_null(stack);
    size_t depth = 0;
    stack[0] = *top;
    for (;;) {
        enum smc_json_type type = smc_json_walk_peek(&stack[depth], NULL, err);
        if (type == SMC_JSON_NONE && depth == 0)
            break;
        if (type == SMC_JSON_NONE)
            depth--;
        else if (depth + 1 < levels && smc_json_walk_enter(&stack[depth], &stack[depth + 1]))
            depth++;
    }
    bool ok = stack[0].is_done;
    free(stack);
    return ok;
}

/* What each way to read the text says: true, or false with the same error from all of them. */
static bool reads(const char *text, size_t len, struct smc_error *err)
{
    char *copy = exact(text, len);
    struct smc_json_span value;
    enum smc_status rc = smc_json_scan(copy, len, &value, err);
    assert_int_equal(rc, err->code);
    enum smc_json_type type = smc_json_type_of(value);
    struct smc_json_walk walk;
    struct smc_error other = SMC_ERROR_INIT;
    if (smc_json_walk_text(&walk, copy, len, &other) == SMC_OK) {
        struct smc_json_walk again = walk;
        while (smc_json_walk_next(&walk, NULL, NULL, &other))
            ;
        assert_int_equal(walk.is_done, rc == SMC_OK);
        assert_string_equal(other.detail, err->detail);
        struct smc_error deep = SMC_ERROR_INIT;
        assert_int_equal(walk_deep(&again, 64, &deep), rc == SMC_OK);
        assert_string_equal(deep.detail, err->detail);
    } else {
        assert_true(type != SMC_JSON_ARRAY && type != SMC_JSON_OBJECT);
    }
    if (rc == SMC_OK && smc_json_walk_begin(&walk, value)) {
        struct smc_json_walk again = walk;
        while (smc_json_walk_next(&walk, NULL, NULL, NULL))
            ;
        assert_true(walk.is_done);
        assert_ptr_equal(walk.at, value.p + value.len);
        assert_true(walk_deep(&again, 64, NULL));
    }
    free(copy);
    return rc == SMC_OK;
}

/* Cut anywhere before `len`, the text is either a value or wants more: no byte there is wrong. */
static void assert_prefixes(const char *text, size_t len)
{
    for (size_t cut = 0; cut < len; cut++) {
        struct smc_error err = SMC_ERROR_INIT;
        if (reads(text, cut, &err))
            continue;
        assert_int_equal(err.code, SMC_ERR_SYNTAX);
        assert_int_equal(offset_of(&err), cut);
        assert_contains(err.detail, "the text ends");
    }
}

/* ---- valid texts ---- */

struct valid_row {
    const char *name;
    const char *text;
    size_t len;
    enum smc_json_type type;
};

static const struct valid_row valid_rows[] = {
    {"null", TEXT("null"), SMC_JSON_NULL},
    {"true", TEXT("true"), SMC_JSON_BOOL},
    {"false", TEXT("false"), SMC_JSON_BOOL},
    {"zero", TEXT("0"), SMC_JSON_NUMBER},
    {"minus zero", TEXT("-0"), SMC_JSON_NUMBER},
    {"fraction", TEXT("-12.5000"), SMC_JSON_NUMBER},
    {"exponents", TEXT("[1e5,1E+05,0.1e-9,0e0,-3E7]"), SMC_JSON_ARRAY},
    {"a number of 40 digits", TEXT("1234567890123456789012345678901234567890"), SMC_JSON_NUMBER},
    {"a number beyond double", TEXT("9.9e99999"), SMC_JSON_NUMBER},
    {"empty string", TEXT("\"\""), SMC_JSON_STRING},
    {"every short escape", TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), SMC_JSON_STRING},
    {"hex in both cases", TEXT("\"\\u00e9\\u00E9\\uAbCd\""), SMC_JSON_STRING},
    {"escaped NUL", TEXT("\"a\\u0000b\""), SMC_JSON_STRING},
    {"pair of surrogates", TEXT("\"\\ud83d\\ude00\""), SMC_JSON_STRING},
    {"first half alone", TEXT("\"\\ud800\""), SMC_JSON_STRING},
    {"second half alone", TEXT("\"\\udc00x\""), SMC_JSON_STRING},
    {"halves in the wrong order", TEXT("\"\\udc00\\ud800\""), SMC_JSON_STRING},
    {"DEL and C1 are not controls here", TEXT("\"\x7f\xc2\x80\""), SMC_JSON_STRING},
    {"ends of the UTF-8 ranges",
     TEXT("\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80"
          "\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""),
     SMC_JSON_STRING},
    {"line separator", TEXT("\"\xe2\x80\xa8\""), SMC_JSON_STRING},
    {"empty array", TEXT("[]"), SMC_JSON_ARRAY},
    {"empty object", TEXT("{}"), SMC_JSON_OBJECT},
    {"empties within", TEXT("[[],{},[[]],[{}],{\"a\":[]},{\"a\":{}}]"), SMC_JSON_ARRAY},
    {"white space of all kinds",
     TEXT(" \t\r\n{ \t\"a\"\r\n:\n[ 1 ,\t2 , { } ]\r, \"b\" : null\n}\n "), SMC_JSON_OBJECT},
    {"empty name", TEXT("{\"\":0}"), SMC_JSON_OBJECT},
    {"doubled name", TEXT("{\"a\":1,\"a\":2}"), SMC_JSON_OBJECT},
    {"brackets in strings", TEXT("{\"]}\":\"[{\\\"\",\"\\\\\":[\"\\\\\"]}"), SMC_JSON_OBJECT},
    {"mixed nesting", TEXT("[{\"a\":[{\"b\":[[{}]]},[]]},[[{\"c\":{\"d\":[]}}]]]"), SMC_JSON_ARRAY},
};

static void test_valid(void **state)
{
    const struct valid_row *row = *state;
    struct smc_error err = SMC_ERROR_INIT;
    if (!reads(row->text, row->len, &err))
        fail_msg("refused: %s", err.detail);
    struct smc_json_span value;
    assert_int_equal(smc_json_scan(row->text, row->len, &value, NULL), SMC_OK);
    assert_int_equal(smc_json_type_of(value), row->type);
    assert_true(value.p[0] > ' ' && value.p[value.len - 1] > ' ');
    assert_prefixes(row->text, row->len);
}

/* ---- invalid texts ---- */

struct invalid_row {
    const char *name;
    const char *text;
    size_t len;
    size_t offset;
};

static const struct invalid_row invalid_rows[] = {
    {"nothing", TEXT(""), 0},
    {"white space only", TEXT(" \n "), 3},
    {"byte order mark", TEXT("\xef\xbb\xbf[]"), 0},
    {"two values", TEXT("1 2"), 2},
    {"two arrays", TEXT("[][]"), 2},
    {"trailing NUL", TEXT("[]\0"), 2},
    {"trailing comma after all", TEXT("{},"), 2},
    {"stray closer", TEXT("]"), 0},
    {"comment", TEXT("[1/* */]"), 2},
    {"form feed is not white space", TEXT("[\f1]"), 1},
    {"no-break space is not white space either", TEXT("[\xc2\xa0]"), 1},
    {"NaN", TEXT("[NaN]"), 1},
    {"nan", TEXT("[nan]"), 2},
    {"Infinity", TEXT("Infinity"), 0},
    {"minus Infinity", TEXT("-Infinity"), 1},
    {"True", TEXT("True"), 0},
    {"word cut", TEXT("tru"), 3},
    {"word misspelt", TEXT("[falsy]"), 5},
    {"word too long", TEXT("nulls"), 4},
    {"plus", TEXT("+1"), 0},
    {"minus alone", TEXT("[-]"), 2},
    {"leading zero", TEXT("[01]"), 2},
    {"leading zero, negative", TEXT("-00"), 2},
    {"no digit before the point", TEXT("[.5]"), 1},
    {"no digit after the point", TEXT("[1.]"), 3},
    {"no digit in the exponent", TEXT("[1e]"), 3},
    {"sign alone in the exponent", TEXT("[1e+]"), 4},
    {"point in the exponent", TEXT("[1e5.0]"), 4},
    {"two points", TEXT("1.2.3"), 3},
    {"hexadecimal", TEXT("0x1F"), 1},
    {"group of digits", TEXT("1_000"), 1},
    {"single quotes", TEXT("['a']"), 1},
    {"no closing quote", TEXT("\"abc"), 4},
    {"no closing quote, long", TEXT("\"abcdefghijklmnop"), 17},
    {"raw newline", TEXT("\"a\nb\""), 2},
    {"raw tab, in the second eight", TEXT("\"abcdefghij\tb\""), 11},
    {"raw NUL", TEXT("\"a\0b\""), 2},
    {"raw unit separator", TEXT("\"\x1f\""), 1},
    {"unknown escape", TEXT("\"\\x41\""), 2},
    {"capital escape", TEXT("\"\\N\""), 2},
    {"escaped NUL byte", TEXT("\"\\\0\""), 2},
    {"escape cut", TEXT("\"\\"), 2},
    {"hex cut by the quote", TEXT("\"\\u12\""), 5},
    {"no hex digit", TEXT("\"\\u00g0\""), 5},
    {"capital U", TEXT("\"\\U0041\""), 2},
    {"UTF-8: continuation first", TEXT("\"\x80\""), 1},
    {"UTF-8: c0, overlong", TEXT("\"\xc0\xaf\""), 1},
    {"UTF-8: c1, overlong", TEXT("\"a\xc1\xbf\""), 2},
    {"UTF-8: e0 9f, overlong", TEXT("\"\xe0\x9f\xbf\""), 2},
    {"UTF-8: f0 8f, overlong", TEXT("\"\xf0\x8f\xbf\xbf\""), 2},
    {"UTF-8: ed a0, surrogate", TEXT("\"\xed\xa0\x80\""), 2},
    {"UTF-8: ed bf, surrogate", TEXT("\"\xed\xbf\xbf\""), 2},
    {"UTF-8: f4 90, beyond U+10FFFF", TEXT("\"\xf4\x90\x80\x80\""), 2},
    {"UTF-8: f5", TEXT("\"\xf5\x80\x80\x80\""), 1},
    {"UTF-8: ff", TEXT("\"\xff\""), 1},
    {"UTF-8: two bytes, second wrong", TEXT("\"\xc3\x28\""), 2},
    {"UTF-8: three bytes, third wrong", TEXT("\"\xe2\x82x\""), 3},
    {"UTF-8: four bytes, fourth is the quote", TEXT("\"\xf0\x9f\x98\""), 4},
    {"UTF-8: cut by the end", TEXT("\"\xf0\x9f"), 3},
    {"UTF-8: bad in a name", TEXT("{\"\xff\":1}"), 2},
    {"UTF-8 outside of a string", TEXT("[\xc3\xa9]"), 1},
    {"array not closed", TEXT("[1"), 2},
    {"array closed by a brace", TEXT("[1}"), 2},
    {"array, comma first", TEXT("[,1]"), 1},
    {"array, trailing comma", TEXT("[1,]"), 3},
    {"array, two commas", TEXT("[1,,2]"), 3},
    {"array, no comma", TEXT("[1 2]"), 3},
    {"array, colon", TEXT("[1:2]"), 2},
    {"array, trailing comma, deep", TEXT("[[[1,]]]"), 5},
    {"object not closed", TEXT("{\"a\":1"), 6},
    {"object closed by a bracket", TEXT("{\"a\":1]"), 6},
    {"object, comma first", TEXT("{,\"a\":1}"), 1},
    {"object, trailing comma", TEXT("{\"a\":1,}"), 7},
    {"object, two commas", TEXT("{\"a\":1,,\"b\":2}"), 7},
    {"object, no comma", TEXT("{\"a\":1 \"b\":2}"), 7},
    {"object, no colon", TEXT("{\"a\" 1}"), 5},
    {"object, no value", TEXT("{\"a\":}"), 5},
    {"object, name only", TEXT("{\"a\"}"), 4},
    {"object, two colons", TEXT("{\"a\"::1}"), 5},
    {"object, name without quotes", TEXT("{a:1}"), 1},
    {"object, number as a name", TEXT("{1:1}"), 1},
    {"object, null as a name", TEXT("{null:1}"), 1},
    {"object within an array, trailing comma", TEXT("[{\"a\":[],}]"), 9},
    {"array within an object, wrong closer", TEXT("{\"a\":[{}}}"), 8},
};

static void test_invalid(void **state)
{
    const struct invalid_row *row = *state;
    struct smc_error err = SMC_ERROR_INIT;
    assert_false(reads(row->text, row->len, &err));
    assert_int_equal(err.code, SMC_ERR_SYNTAX);
    assert_int_equal(offset_of(&err), row->offset);
    assert_int_equal(strstr(err.detail, "the text ends") != NULL, row->offset == row->len);
    assert_prefixes(row->text, row->offset);
}

/* Every byte at every place of a long string: the scan by eights agrees with the rule. */
static void test_every_byte(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 26; len++)
        for (size_t at = 0; at < len; at++)
            for (int byte = 0; byte < 256; byte++) {
                char text[32];
                (void)memset(text, 'a', sizeof text);
                text[0] = text[len + 1] = '"';
                text[1 + at] = (char)byte;
                struct smc_error err = SMC_ERROR_INIT;
                char *copy = exact(text, len + 2);
                enum smc_status rc = smc_json_scan(copy, len + 2, NULL, &err);
                free(copy);
                /* "\\a" is not an escape; before the closing quote it leaves the string open */
                size_t bad = byte == '\\' ? at + 2 + (at + 1 == len) : at + 1;
                bad += byte == '"' || (byte >= 0xc2 && byte <= 0xf4);
                bool is_good = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
                assert_int_equal(rc == SMC_OK, is_good);
                if (!is_good)
                    assert_int_equal(offset_of(&err), bad);
            }
}

/* ---- nesting ---- */

struct depth_row {
    const char *name;
    const char *open;
    const char *close;
    size_t depth;
    bool is_ok;
};

static const struct depth_row depth_rows[] = {
    {"arrays, 4096", "[", "]", 4096, true},
    {"arrays, 4097", "[", "]", 4097, false},
    {"objects, 4096", "{\"a\":", "}", 4096, true},
    {"objects, 4097", "{\"a\":", "}", 4097, false},
    {"arrays, 100,000", "[", "]", 100000, false},
    {"objects, 100,000", "{\"\":", "}", 100000, false},
    {"arrays with white space, 300", " [ ", " ] ", 300, true},
};

static void test_depth(void **state)
{
    const struct depth_row *row = *state;
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    for (size_t i = 0; i < row->depth; i++)
        assert_int_equal(smc_buf_addstr(&text, row->open), SMC_OK);
    assert_int_equal(smc_buf_addstr(&text, "0"), SMC_OK);
    for (size_t i = 0; i < row->depth; i++)
        assert_int_equal(smc_buf_addstr(&text, row->close), SMC_OK);
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_json_walk walk;
    assert_int_equal(reads(text.data, text.len, &err), row->is_ok);
    assert_int_equal(smc_json_walk_text(&walk, text.data, text.len, NULL), SMC_OK);
    struct smc_error deep = SMC_ERROR_INIT;
    assert_int_equal(walk_deep(&walk, 5000, &deep), row->is_ok);
    if (!row->is_ok) {
        assert_int_equal(err.code, SMC_ERR_CAP);
        assert_contains(err.detail, "more than 4096 levels deep");
        assert_int_equal(offset_of(&err), strlen(row->open) * SMC_JSON_DEPTH_MAX);
        assert_string_equal(deep.detail, err.detail);
    }
    smc_buf_clear(&text);
}

/* Alternating kinds across the words of the bit stack: each closer must fit its opener. */
static void test_nest_kinds(void **state)
{
    (void)state;
    for (size_t wrong = 0; wrong <= 200; wrong += 8) {
        char text[2048];
        size_t len = 0;
        for (size_t i = 0; i < 200; i++) {
            bool is_object = i % 3 == 0 || i % 7 == 2;
            len += (size_t)sprintf(text + len, "%s", is_object ? "{\"k\":" : "[");
        }
        size_t bad = 0;
        text[len++] = '1';
        for (size_t i = 200; i-- > 0;) {
            bool is_object = i % 3 == 0 || i % 7 == 2;
            bad = i == wrong ? len : bad;
            text[len++] = is_object == (i != wrong) ? '}' : ']';
        }
        struct smc_error err = SMC_ERROR_INIT;
        assert_int_equal(smc_json_scan(text, len, NULL, &err) == SMC_OK, wrong == 200);
        if (wrong < 200)
            assert_int_equal(offset_of(&err), bad);
    }
}

/* ---- walks ---- */

static const char page_text[] =
    " {\"total\" : 2, \"entries\": [ {\"id\":\"a\",\"v\":1,\"x\":[[{}]]}, null,{ \"v\" : 2 , "
    "\"\\u0069d\" : \"b\", \"v\":{\"w\":[3]} } ,{}],\n\"nextPage\":\"p2\" } ";

static void test_page(void **state)
{
    (void)state;
    static const char *const names[] = {"id", "v"};
    static const char *const rows_expected[][3] = {
        {"{\"id\":\"a\",\"v\":1,\"x\":[[{}]]}", "\"a\"", "1"},
        {"null", NULL, NULL},
        {"{ \"v\" : 2 , \"\\u0069d\" : \"b\", \"v\":{\"w\":[3]} }", "\"b\"", "{\"w\":[3]}"},
        {"{}", NULL, NULL}};
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_json_walk page;
    struct smc_json_walk rows;
    struct smc_json_span key;
    struct smc_json_span value;
    struct smc_json_span found[2];
    struct smc_json_span next = {NULL, 0};
    size_t count = 0;
    enum smc_json_type type;
    assert_int_equal(smc_json_walk_text(&page, TEXT(page_text), &err), SMC_OK);
    while ((type = smc_json_walk_peek(&page, &key, &err)) != SMC_JSON_NONE) {
        if (type == SMC_JSON_ARRAY && smc_json_equals(key, "entries")) {
            assert_true(smc_json_walk_enter(&page, &rows));
            while (smc_json_walk_peek(&rows, NULL, &err) != SMC_JSON_NONE &&
                   smc_json_walk_take_members(&rows, names, 2, found, &value, &err)) {
                assert_in_range(count, 0, 3);
                assert_span(value, rows_expected[count][0]);
                assert_span(found[0], rows_expected[count][1]);
                assert_span(found[1], rows_expected[count][2]);
                count++;
            }
            assert_true(rows.is_done);
        } else if (smc_json_walk_take(&page, &value, &err) && smc_json_equals(key, "nextPage")) {
            next = value;
        }
    }
    assert_true(page.is_done);
    assert_int_equal(count, 4);
    assert_span(next, "\"p2\"");
    assert_int_equal(err.code, SMC_OK);
}

/* The page with each byte changed in turn: the walk in one pass finds just what a scan finds. */
static void test_page_broken(void **state)
{
    (void)state;
    static const char *const names[] = {"id", "v"};
    for (size_t at = 0; at < sizeof page_text - 1; at++) {
        char *text = exact(TEXT(page_text));
        text[at] = '\x01';
        struct smc_error scanned = SMC_ERROR_INIT;
        struct smc_error walked = SMC_ERROR_INIT;
        assert_int_equal(smc_json_scan(text, sizeof page_text - 1, NULL, &scanned), SMC_ERR_SYNTAX);
        struct smc_json_walk page;
        struct smc_json_walk rows;
        struct smc_json_span found[2];
        enum smc_json_type type;
        bool is_done = false;
        if (smc_json_walk_text(&page, text, sizeof page_text - 1, &walked) == SMC_OK) {
            while ((type = smc_json_walk_peek(&page, NULL, &walked)) != SMC_JSON_NONE)
                if (type == SMC_JSON_ARRAY && smc_json_walk_enter(&page, &rows))
                    while (smc_json_walk_peek(&rows, NULL, &walked) != SMC_JSON_NONE &&
                           smc_json_walk_take_members(&rows, names, 2, found, NULL, &walked))
                        ;
            is_done = page.is_done;
            assert_string_equal(walked.detail, scanned.detail);
        }
        assert_false(is_done);
        assert_int_equal(walked.code, SMC_ERR_SYNTAX);
        free(text);
    }
}

static void test_child_left(void **state)
{
    (void)state;
    struct smc_json_walk walk;
    struct smc_json_walk child;
    struct smc_json_span value;
    assert_int_equal(smc_json_walk_text(&walk, TEXT("[[1,2,3],[4],5]"), NULL), SMC_OK);
    assert_false(smc_json_walk_enter(&walk, &child));
    assert_false(smc_json_walk_take(&walk, &value, NULL));
    assert_int_equal(smc_json_walk_peek(&walk, NULL, NULL), SMC_JSON_ARRAY);
    assert_true(smc_json_walk_enter(&walk, &child));
    assert_true(smc_json_walk_next(&child, NULL, &value, NULL));
    assert_span(value, "1");
    assert_true(smc_json_walk_next(&walk, NULL, &value, NULL));
    assert_span(value, "[4]");
    assert_int_equal(smc_json_walk_peek(&walk, NULL, NULL), SMC_JSON_NUMBER);
    assert_false(smc_json_walk_enter(&walk, &child));
    assert_int_equal(smc_json_walk_peek(&child, NULL, NULL), SMC_JSON_NONE);
    assert_false(child.is_done);
    assert_false(smc_json_walk_next(&walk, NULL, &value, NULL));
    assert_true(walk.is_done);
    assert_false(smc_json_walk_next(&walk, NULL, &value, NULL));
    assert_span(value, NULL);
}

static void test_failed_walk_stays(void **state)
{
    (void)state;
    struct smc_json_walk walk;
    struct smc_json_span value;
    assert_int_equal(smc_json_walk_text(&walk, TEXT("[1,nul,2]"), NULL), SMC_OK);
    assert_true(smc_json_walk_next(&walk, NULL, &value, NULL));
    for (int i = 0; i < 3; i++) {
        assert_false(smc_json_walk_next(&walk, NULL, &value, NULL));
        assert_span(value, NULL);
        assert_false(walk.is_done);
    }
    assert_false(smc_json_walk_begin(&walk, span("12")));
    assert_false(smc_json_walk_next(&walk, NULL, &value, NULL));
    assert_false(smc_json_walk_begin(&walk, span(NULL)));
    assert_int_equal(smc_json_walk_text(&walk, TEXT(" \"a\""), NULL), SMC_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte), cmocka_unit_test(test_nest_kinds),
        cmocka_unit_test(test_page),       cmocka_unit_test(test_page_broken),
        cmocka_unit_test(test_child_left), cmocka_unit_test(test_failed_walk_stays),
    };
    int failed = RUN_TABLE("valid", valid_rows, test_valid);
    failed += RUN_TABLE("invalid", invalid_rows, test_invalid);
    failed += RUN_TABLE("depth", depth_rows, test_depth);
    return failed + cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
