/* One page of an answer: rows, cursor, total, in each idiom; and what is not one. */
#include "tests/support/support.h"

#include "lib/net/cursor.h"

#define NO_CURSOR_MEMBER "-"
#define OTHER_MEMBER     "o"  /* nor that, but the other idiom's member */
#define OTHER_CURSOR     "oc" /* which is a cursor */

/* Rows and picked members are told as one text: "VALUE:ID,VALUE:ID". */
struct row_case {
    const char *name;
    enum smci_paging paging;
    bool is_bare_ok;
    const char *text;
    enum smci_page_verdict verdict;
    const char *rows;
    const char *cursor; /* NULL: the end; NO_CURSOR_MEMBER: not even that is said */
    int64_t total;
};

#define PAGE  SMCI_PAGING_PAGE, false
#define BARE  SMCI_PAGING_PAGE, true
#define TOKEN SMCI_PAGING_TOKEN, false
#define NONE  SMCI_PAGING_NONE, false

static const struct row_case cases[] = {
    /* limit and page */
    {"one row", PAGE, "{\"entries\":[{\"id\":1}],\"nextPage\":null,\"total\":1}", SMCI_PAGE_OK,
     "{\"id\":1}:1", NULL, 1},
    {"no row", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":0}", SMCI_PAGE_OK, "", NULL, 0},
    {"white space", PAGE, " { \"entries\" : [ { \"id\" : 1 } , 2 ] , \"nextPage\" : \"x\" } ",
     SMCI_PAGE_OK, "{ \"id\" : 1 }:1,2:", "\"x\"", -1},
    {"more to come", PAGE, "{\"entries\":[{\"id\":\"a\"},{\"x\":0}],\"nextPage\":\"c+/=\"}",
     SMCI_PAGE_OK, "{\"id\":\"a\"}:\"a\",{\"x\":0}:", "\"c+/=\"", -1},
    {"the cursor before the rows", PAGE, "{\"nextPage\":\"c\",\"total\":9,\"entries\":[1]}",
     SMCI_PAGE_OK, "1:", "\"c\"", 9},
    {"rows of any type", PAGE, "{\"entries\":[null,true,\"s\",1.10,[],{}],\"nextPage\":null}",
     SMCI_PAGE_OK, "null:,true:,\"s\":,1.10:,[]:,{}:", NULL, -1},
    {"no cursor member", PAGE, "{\"entries\":[]}", SMCI_PAGE_OK, "", NO_CURSOR_MEMBER, -1},
    {"an empty cursor is kept apart", PAGE, "{\"entries\":[],\"nextPage\":\"\"}", SMCI_PAGE_OK, "",
     "\"\"", -1},
    {"a number as cursor", PAGE, "{\"entries\":[],\"nextPage\":20}", SMCI_PAGE_OK, "", "20", -1},
    {"an object as cursor", PAGE, "{\"entries\":[],\"nextPage\":{\"a\":1}}", SMCI_PAGE_OK, "",
     "{\"a\":1}", -1},
    {"false as cursor", PAGE, "{\"entries\":[],\"nextPage\":false}", SMCI_PAGE_OK, "", "false", -1},
    {"the other idiom's cursor", PAGE, "{\"entries\":[],\"nextPageToken\":\"x\"}", SMCI_PAGE_OK, "",
     OTHER_CURSOR, -1},
    {"the other idiom's end", PAGE, "{\"entries\":[],\"nextPageToken\":null}", SMCI_PAGE_OK, "",
     OTHER_MEMBER, -1},
    {"the other idiom's, empty", PAGE, "{\"entries\":[],\"nextPageToken\":\"\"}", SMCI_PAGE_OK, "",
     OTHER_MEMBER, -1},
    {"a cursor within a row does not count", PAGE, "{\"entries\":[{\"nextPage\":\"x\"}]}",
     SMCI_PAGE_OK, "{\"nextPage\":\"x\"}:", NO_CURSOR_MEMBER, -1},
    /* total */
    {"total as a text", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":\"5\"}", SMCI_PAGE_OK,
     "", NULL, 5},
    {"total as another text", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":\"5 or so\"}",
     SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"total null", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":null}", SMCI_PAGE_OK, "",
     NULL, -1},
    {"total with a fraction", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":5.0}",
     SMCI_PAGE_OK, "", NULL, 5},
    {"total beyond 64 bits", PAGE,
     "{\"entries\":[],\"nextPage\":null,\"total\":99999999999999999999}", SMCI_PAGE_OK, "", NULL,
     INT64_MAX},
    {"total as a text beyond 64 bits", PAGE,
     "{\"entries\":[],\"nextPage\":null,\"total\":\"99999999999999999999\"}", SMCI_PAGE_OK, "",
     NULL, INT64_MAX},
    {"total with an exponent", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":5e3}",
     SMCI_PAGE_OK, "", NULL, 5000},
    {"total as a text with both", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":\"50.00E+2\"}",
     SMCI_PAGE_OK, "", NULL, 5000},
    {"total above what a double holds", PAGE,
     "{\"entries\":[],\"nextPage\":null,\"total\":9007199254740993.0}", SMCI_PAGE_OK, "", NULL,
     INT64_C(9007199254740993)},
    {"total below zero", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":-1}", SMCI_PAGE_WRONG,
     NULL, NULL, -1},
    {"total below zero as a text", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":\"-1\"}",
     SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"total with a half", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":0.5}", SMCI_PAGE_WRONG,
     NULL, NULL, -1},
    {"total true", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":true}", SMCI_PAGE_WRONG, NULL,
     NULL, -1},
    {"total an empty text", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":\"\"}",
     SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"total an object", PAGE, "{\"entries\":[],\"nextPage\":null,\"total\":{\"n\":1}}",
     SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"a total that does not count may be anything", PAGE,
     "{\"total\":-1,\"entries\":[],\"nextPage\":null,\"total\":2}", SMCI_PAGE_OK, "", NULL, 2},
    {"a total in a row does not count", PAGE, "{\"entries\":[{\"total\":-1}],\"nextPage\":null}",
     SMCI_PAGE_OK, "{\"total\":-1}:", NULL, -1},
    {"the last total counts", PAGE, "{\"total\":1,\"entries\":[],\"nextPage\":null,\"total\":2}",
     SMCI_PAGE_OK, "", NULL, 2},
    /* names and doubles */
    {"escaped names", PAGE,
     "{\"\\u0065ntries\":[{\"\\u0069d\":7}],\"next\\u0050age\":\"c\",\"tota\\u006c\":3}",
     SMCI_PAGE_OK, "{\"\\u0069d\":7}:7", "\"c\"", 3},
    {"names in other letters do not count", PAGE, "{\"Entries\":[1],\"entries\":[],\"NextPage\":1}",
     SMCI_PAGE_OK, "", NO_CURSOR_MEMBER, -1},
    {"doubled entries: the last", PAGE, "{\"entries\":[1,2],\"entries\":[3],\"nextPage\":null}",
     SMCI_PAGE_OK, "3:", NULL, -1},
    {"doubled entries: the last, which is not an array", PAGE,
     "{\"entries\":[1],\"entries\":null,\"nextPage\":null}", SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"doubled cursor: the last", PAGE, "{\"entries\":[],\"nextPage\":\"a\",\"nextPage\":null}",
     SMCI_PAGE_OK, "", NULL, -1},
    {"doubled cursor: the last, not null", PAGE,
     "{\"entries\":[],\"nextPage\":null,\"nextPage\":\"a\"}", SMCI_PAGE_OK, "", "\"a\"", -1},
    {"doubled id: the last", PAGE, "{\"entries\":[{\"id\":1,\"id\":2}],\"nextPage\":null}",
     SMCI_PAGE_OK, "{\"id\":1,\"id\":2}:2", NULL, -1},
    {"other members of any shape", PAGE,
     "{\"hasMore\":false,\"x\":{\"entries\":[9]},\"entries\":[],\"y\":[[1]],\"nextPage\":null}",
     SMCI_PAGE_OK, "", NULL, -1},
    /* a bare array */
    {"a bare array", BARE, "[{\"id\":1},{\"id\":2}]", SMCI_PAGE_OK, "{\"id\":1}:1,{\"id\":2}:2",
     NULL, -1},
    {"an empty bare array", BARE, " [ ] ", SMCI_PAGE_OK, "", NULL, -1},
    {"a page where a bare array may be", BARE, "{\"entries\":[1],\"nextPage\":\"c\"}", SMCI_PAGE_OK,
     "1:", "\"c\"", -1},
    {"a bare array where none may be", PAGE, "[{\"id\":1}]", SMCI_PAGE_WRONG, NULL, NULL, -1},
    /* pageSize and pageToken */
    {"token: more to come", TOKEN, "{\"entries\":[1],\"nextPageToken\":\"t\"}", SMCI_PAGE_OK,
     "1:", "\"t\"", -1},
    {"token: absent", TOKEN, "{\"entries\":[1]}", SMCI_PAGE_OK, "1:", NO_CURSOR_MEMBER, -1},
    {"token: null", TOKEN, "{\"entries\":[1],\"nextPageToken\":null}", SMCI_PAGE_OK, "1:", NULL,
     -1},
    {"token: empty", TOKEN, "{\"entries\":[1],\"nextPageToken\":\"\"}", SMCI_PAGE_OK, "1:", NULL,
     -1},
    {"token: the other idiom's cursor", TOKEN, "{\"entries\":[],\"nextPage\":\"x\"}", SMCI_PAGE_OK,
     "", OTHER_CURSOR, -1},
    {"token: the other idiom's end", TOKEN, "{\"entries\":[],\"nextPage\":null}", SMCI_PAGE_OK, "",
     OTHER_MEMBER, -1},
    {"token: a bare array", TOKEN, "[1]", SMCI_PAGE_WRONG, NULL, NULL, -1},
    /* none */
    {"none: an array", NONE, "[{\"id\":1},2]", SMCI_PAGE_OK, "{\"id\":1}:1,2:", NULL, -1},
    {"none: empty", NONE, "[]", SMCI_PAGE_OK, "", NULL, -1},
    {"none: a page", NONE, "{\"entries\":[],\"nextPage\":null}", SMCI_PAGE_WRONG, NULL, NULL, -1},
    /* JSON, but no page */
    {"no entries", PAGE, "{\"nextPage\":null}", SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"an empty object", PAGE, "{}", SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"entries are a text", PAGE, "{\"entries\":\"x\",\"nextPage\":null}", SMCI_PAGE_WRONG, NULL,
     NULL, -1},
    {"entries are null", PAGE, "{\"entries\":null,\"nextPage\":null}", SMCI_PAGE_WRONG, NULL, NULL,
     -1},
    {"entries are an object", PAGE, "{\"entries\":{},\"nextPage\":null}", SMCI_PAGE_WRONG, NULL,
     NULL, -1},
    {"a text alone", PAGE, "\"entries\"", SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"a number alone", PAGE, "1", SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"null alone", PAGE, "null", SMCI_PAGE_WRONG, NULL, NULL, -1},
    {"null alone, bare", BARE, "null", SMCI_PAGE_WRONG, NULL, NULL, -1},
    /* not JSON */
    {"empty", PAGE, "", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"white space alone", PAGE, " \n", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"HTML", PAGE, "<!doctype html><html></html>", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"cut in a row", PAGE, "{\"entries\":[{\"id\":1},{\"i", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"cut behind the rows", PAGE, "{\"entries\":[1],", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"cut before the last brace", PAGE, "{\"entries\":[1],\"nextPage\":null", SMCI_PAGE_NOT_JSON,
     NULL, NULL, -1},
    {"something behind", PAGE, "{\"entries\":[1],\"nextPage\":null} x", SMCI_PAGE_NOT_JSON, NULL,
     NULL, -1},
    {"a bad row", PAGE, "{\"entries\":[{\"id\":01}],\"nextPage\":null}", SMCI_PAGE_NOT_JSON, NULL,
     NULL, -1},
    {"a bad member behind", PAGE, "{\"entries\":[1],\"nextPage\":null,\"x\":tru}",
     SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"a bare array cut", BARE, "[{\"id\":1}", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"a bare array cut where none may be", PAGE, "[{\"id\":1}", SMCI_PAGE_NOT_JSON, NULL, NULL, -1},
    {"not UTF-8", PAGE, "{\"entries\":[\"\xff\"],\"nextPage\":null}", SMCI_PAGE_NOT_JSON, NULL,
     NULL, -1},
};

static const char *const picked[] = {"id"};

static void check_rows(const struct smci_page *page, const char *want)
{
    struct smc_buf got = SMC_BUF_INIT(65536);
    for (size_t i = 0; i < page->count; i++) {
        const struct smci_page_row *row = &page->rows[i];
        assert_int_equal(smc_buf_addf(&got, "%s%.*s:%.*s", i ? "," : "", (int)row->value.len,
                                      row->value.p, (int)row->members[0].len,
                                      row->members[0].p ? row->members[0].p : ""),
                         SMC_OK);
    }
    assert_string_equal(smc_buf_str(&got), want);
    smc_buf_clear(&got);
}

static void check_cursor(const struct smci_page *page, const char *want, enum smci_paging paging,
                         bool is_bare)
{
    bool is_other = want && *want == *OTHER_MEMBER;
    bool is_absent = want && (is_other || strcmp(want, NO_CURSOR_MEMBER) == 0);
    assert_int_equal(page->other.p != NULL, is_other);
    assert_int_equal(page->has_other_cursor, is_other && strcmp(want, OTHER_CURSOR) == 0);
    if (paging != SMCI_PAGING_NONE && !is_bare)
        assert_int_equal(page->has_cursor_member, !is_absent);
    if (!want || is_absent) {
        assert_null(page->cursor.p);
        return;
    }
    assert_int_equal(page->cursor.len, strlen(want));
    assert_memory_equal(page->cursor.p, want, strlen(want));
}

static void test_case(void **state)
{
    const struct row_case *c = *state;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_page page = SMCI_PAGE_INIT;
    enum smci_page_verdict verdict =
        smci_page_read(&page, c->text, strlen(c->text), c->paging, c->is_bare_ok, picked, 1, &err);
    assert_int_equal(verdict, c->verdict);
    assert_int_equal(err.detail[0] != '\0', verdict != SMCI_PAGE_OK);
    if (verdict == SMCI_PAGE_OK) {
        const char *entries = strchr(c->text, '[');
        check_rows(&page, c->rows);
        check_cursor(&page, c->cursor, c->paging, entries == c->text);
        assert_int_equal(page.total, c->total);
        assert_int_equal(page.entries.p[0], '[');
        assert_int_equal(page.entries.p[page.entries.len - 1], ']');
    }
    smci_page_clear(&page);
    smci_page_clear(&page);
}

/* A page that is read again keeps nothing of the one before. */
static void test_again(void **state)
{
    static const char first[] =
        "{\"entries\":[{\"id\":1},{\"id\":2}],\"nextPage\":\"c\",\"total\":2}";
    static const char second[] = "{\"entries\":[3]}";
    struct smci_page page = SMCI_PAGE_INIT;
    (void)state;
    assert_int_equal(
        smci_page_read(&page, first, strlen(first), SMCI_PAGING_PAGE, false, picked, 1, NULL),
        SMCI_PAGE_OK);
    assert_int_equal(page.count, 2);
    assert_int_equal(
        smci_page_read(&page, second, strlen(second), SMCI_PAGING_PAGE, false, picked, 1, NULL),
        SMCI_PAGE_OK);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.total, -1);
    assert_null(page.cursor.p);
    assert_false(page.has_cursor_member);
    smci_page_clear(&page);
}

static void test_members(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    static const char text[] =
        "{\"entries\":[{\"d\":4,\"b\":[2],\"z\":{\"a\":0}}],\"nextPage\":null}";
    struct smci_page page = SMCI_PAGE_INIT;
    (void)state;
    assert_int_equal(
        smci_page_read(&page, text, strlen(text), SMCI_PAGING_PAGE, false, names, 4, NULL),
        SMCI_PAGE_OK);
    const struct smci_page_row *row = &page.rows[0];
    assert_null(row->members[0].p);
    assert_memory_equal(row->members[1].p, "[2]", 3);
    assert_null(row->members[2].p);
    assert_memory_equal(row->members[3].p, "4", 1);
    smci_page_clear(&page);
}

static enum smci_page_verdict read_many(size_t rows, struct smci_page *page, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    assert_int_equal(smc_buf_addstr(&text, "["), SMC_OK);
    for (size_t i = 0; i < rows; i++)
        assert_int_equal(smc_buf_addstr(&text, i ? ",1" : "1"), SMC_OK);
    assert_int_equal(smc_buf_addstr(&text, "]"), SMC_OK);
    enum smci_page_verdict verdict =
        smci_page_read(page, text.data, text.len, SMCI_PAGING_NONE, false, NULL, 0, err);
    smc_buf_clear(&text);
    return verdict;
}

static void test_cap(void **state)
{
    struct smci_page page = SMCI_PAGE_INIT;
    struct smc_error err = SMC_ERROR_INIT;
    (void)state;
    assert_int_equal(read_many(SMCI_PAGE_ROWS_MAX, &page, &err), SMCI_PAGE_OK);
    assert_int_equal(page.count, SMCI_PAGE_ROWS_MAX);
    assert_int_equal(read_many(SMCI_PAGE_ROWS_MAX + 1, &page, &err), SMCI_PAGE_WRONG);
    assert_int_equal(err.code, SMC_ERR_CAP);
    assert_contains(err.detail, "100000");
    smci_page_clear(&page);
}

/* A hundred pages without anything new have no end; in a row, that is. */
static void test_idle(void **state)
{
    struct smci_cursor cursor;
    (void)state;
    smci_cursor_init(&cursor, 1000);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 99; i++)
            assert_int_equal(smci_cursor_note(&cursor, false), SMCI_CURSOR_NEXT);
        assert_int_equal(smci_cursor_note(&cursor, true), SMCI_CURSOR_NEXT);
    }
    for (int i = 0; i < 99; i++)
        assert_int_equal(smci_cursor_note(&cursor, false), SMCI_CURSOR_NEXT);
    assert_int_equal(smci_cursor_note(&cursor, false), SMCI_CURSOR_ENDLESS);
    smci_cursor_clear(&cursor);
}

/* ---- pages without a cursor that says what follows ---- */

struct end_row {
    const char *name;
    size_t before[3]; /* rows of the pages before it; 0: none */
    size_t count;
    const char *cursor; /* NULL: null; "[": it is a bare array */
    enum smci_cursor_step step;
};

static const struct end_row end_rows[] = {
    {"no row", {0}, 0, "\"\"", SMCI_CURSOR_EMPTY},
    {"fewer than asked for", {0}, 999, "\"\"", SMCI_CURSOR_EMPTY},
    {"as many as asked for", {0}, 1000, "\"\"", SMCI_CURSOR_CUT},
    {"more than asked for: it heeds no limit", {0}, 1001, "\"\"", SMCI_CURSOR_EMPTY},
    {"as many as come unasked", {0}, 50, "\"\"", SMCI_CURSOR_CUT},
    {"more than come unasked", {0}, 51, "\"\"", SMCI_CURSOR_EMPTY},
    {"as many as before", {7}, 7, "\"\"", SMCI_CURSOR_CUT},
    {"more than before", {7}, 8, "\"\"", SMCI_CURSOR_CUT},
    {"fewer than before", {7}, 6, "\"\"", SMCI_CURSOR_EMPTY},
    {"fewer than once before", {9, 3, 4}, 4, "\"\"", SMCI_CURSOR_EMPTY},
    {"null says it", {0}, 1000, NULL, SMCI_CURSOR_END},
    {"an array, fewer", {0}, 999, "[", SMCI_CURSOR_END},
    {"an array of as many as asked for", {0}, 1000, "[", SMCI_CURSOR_BARE},
    {"an array of more than asked for", {0}, 1001, "[", SMCI_CURSOR_END},
    {"an array of as many as come unasked", {0}, 50, "[", SMCI_CURSOR_END},
};

static void test_end(void **state)
{
    const struct end_row *row = *state;
    struct smci_cursor cursor;
    struct smci_page last = {.count = row->count, .has_cursor_member = true};
    if (row->cursor && row->cursor[0] == '[')
        last.is_bare = true;
    else if (row->cursor)
        last.cursor = (struct smc_json_span){row->cursor, strlen(row->cursor)};
    smci_cursor_init(&cursor, 1000);
    for (size_t i = 0; i < 3 && row->before[i]; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "\"c%zu\"", i);
        const struct smci_page page = {
            .count = row->before[i], .has_cursor_member = true, .cursor = {text, strlen(text)}};
        assert_int_equal(smci_cursor_take(&cursor, &page, SMCI_PAGING_PAGE), SMCI_CURSOR_NEXT);
    }
    assert_int_equal(smci_cursor_take(&cursor, &last, SMCI_PAGING_PAGE), row->step);
    smci_cursor_clear(&cursor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_idle),
    };
    int failed = RUN_TABLE("page", cases, test_case);
    failed += RUN_TABLE("ends", end_rows, test_end);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
