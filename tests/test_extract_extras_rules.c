/* What --with makes of one answer, from recorded ones: the comment that is taken out of SQL, members
 * that are added, data models that are in no listing. */
#include "tests/support/extraction.h"
#include "tests/support/json_equal.h"

#define WORKBOOKS "GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true"
#define MODELS    "GET /v2/dataModels?limit=1000&skipPermissionCheck=true"
#define END       ", \"nextPage\": null}"
#define ROWS(...) "{\"entries\": [" __VA_ARGS__ "]" END

static const struct recorded_call known[] = {
    {WORKBOOKS, 200, ROWS("{\"workbookId\": \"w\", \"name\": \"W\", \"latestVersion\": 1}")},
    {"GET /v2/workbooks/w/sources", 200, "[]"},
    {"GET /v2/workbooks/w/elements?limit=1000", 200, ROWS("")},
};

#define CALLS_MAX 30

/* Replays `more` (ended by a NULL call) before what is known, and runs. */
static void run(struct extraction *x, const struct recorded_call *more, const char *options)
{
    struct recorded_call calls[CALLS_MAX] = {{NULL, 0, NULL}};
    size_t count = 0;
    for (; more->call; more++)
        calls[count++] = *more;
    size_t own = count;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        bool is_there = false;
        for (size_t k = 0; k < own; k++)
            is_there = is_there || strcmp(calls[k].call, known[i].call) == 0;
        if (!is_there)
            calls[count++] = known[i];
    }
    extraction_replay(x, calls, count);
    if (extraction_run(x, options) != SMC_OK)
        fail_msg("%s", x->err.detail);
}

static void check(struct extraction *x, const char *name, const char *want)
{
    const struct records *file = extraction_file(x, name);
    char *got = text_format("%.*s", (int)file->len, file->text);
    if (!json_text_equal(got, want))
        fail_msg("%s: %s instead of %s", name, got, want);
    free(got);
}

/* ---- the comment behind SQL ---- */

struct sql_row {
    const char *name;
    const char *sql; /* JSON */
    const char *want;
};

#define COMMENT "-- Sigma \xce\xa3 {\\\"request-id\\\":\\\"r\\\",\\\"email\\\":\\\"a@b.example\\\"}"

static const struct sql_row sql_rows[] = {
    {"as it comes", "\"select 1\\n\\n" COMMENT "\"", "\"select 1\""},
    {"a line end behind it", "\"select 1\\n" COMMENT "\\r\\n \\t\"", "\"select 1\""},
    {"in the line of the SQL", "\"select 1 " COMMENT "\"", "\"select 1\""},
    {"its letter escaped", "\"select 1\\n-- Sigma \\u03a3 {\\\"email\\\": \\\"a@b\\\"}\"",
     "\"select 1\""},
    {"escapes in the SQL", "\"select '\\u0000\\ud800\\\\\\/'\\n" COMMENT "\"",
     "\"select '\\u0000\\ud800\\\\/'\""},
    {"nothing else", "\"" COMMENT "\"", "\"\""},
    {"the last of two", "\"select 1 " COMMENT "\\nfrom t " COMMENT "\"",
     "\"select 1 " COMMENT "\\nfrom t\""},
    {"twice in a line", "\"select 1 " COMMENT " " COMMENT "\"", "\"select 1\""},
    {"a text that looks like it", "\"select '-- Sigma \xce\xa3' " COMMENT "\"",
     "\"select '-- Sigma \xce\xa3'\""},
    {"cut off", "\"select 1\\n-- Sigma \xce\xa3 {\\\"email\\\":\"", "\"select 1\""},
    {"a brace before it", "\"select {d}\\n" COMMENT "\"", "\"select {d}\""},
    {"none", "\"select 1.10 \\u0041\"", "\"select 1.10 \\u0041\""},
    {"another letter", "\"select 1 -- Sigma S {}\"", "\"select 1 -- Sigma S {}\""},
    {"not at the end", "\"" COMMENT "\\nselect 1\"", "\"" COMMENT "\\nselect 1\""},
    {"empty", "\"\"", "\"\""},
    {"null", "null", "null"},
    {"not a text", "[1]", "[1]"},
};

static void test_sql(void **state)
{
    struct extraction *x = *state;
    const struct sql_row *row = x->row;
    char *rows = text_format(ROWS("{\"elementId\": \"e\", \"sql\": %s, \"x\": 1.10}"), row->sql);
    char *want = text_format(
        "[{\"elementId\": \"e\", \"sql\": %s, \"x\": 1.10, \"asset_id\": \"w\"}]", row->want);
    const struct recorded_call calls[] = {{"GET /v2/workbooks/w/queries?limit=1000", 200, rows},
                                          {NULL, 0, NULL}};
    run(x, calls, "--with workbook_queries");
    check(x, "workbook_queries", want);
    free(rows);
    free(want);
}

/* A query that failed has none, and several may be of one element. */
static void test_queries_without_sql(void **state)
{
    struct extraction *x = *state;
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks/w/queries?limit=1000", 200,
         ROWS(
             "{\"elementId\": \"e\", \"error\": \"no\"}, {\"elementId\": \"e\", \"name\": \"n\"}")},
        {NULL, 0, NULL}};
    run(x, calls, "--with workbook_queries");
    check(x, "workbook_queries",
          "[{\"elementId\": \"e\", \"error\": \"no\", \"asset_id\": \"w\"}, "
          "{\"elementId\": \"e\", \"name\": \"n\", \"asset_id\": \"w\"}]");
}

/* ---- members of ours ---- */

static void test_replaced_members(void **state)
{
    struct extraction *x = *state;
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks/w/columns?limit=1000", 200,
         ROWS("{\"asset_id\": 1, \"columnId\": \"c\", \"\\u0061sset_id\": 2, \"formula\": null}")},
        {"GET /v2/workbooks/w/pages?limit=1000", 200,
         ROWS("{\"elementIds\": 1, \"pageId\": \"a/b c\", \"hidden\": true}, "
              "{\"pageId\": null}, {\"pageId\": \"..\"}, {\"name\": \"none\"}")},
        {"GET /v2/workbooks/w/pages/a%2Fb%20c/elements?limit=1000", 200,
         ROWS("{\"elementId\": \"e\\u0031\"}, {\"name\": \"no id\"}, {\"elementId\": 7}")},
        {"GET /v2/workbooks/w/elements?limit=1000", 200,
         ROWS("{\"elementId\": \"e\\u0031\", \"type\": \"text\"}, {\"elementId\": \"e2\"}, "
              "{\"elementId\": 7}")},
        {"GET /v2/teams?limit=1000", 200, ROWS("{\"teamId\": \"t\", \"members\": [\"old\"]}")},
        {"GET /v2/teams/t/members?limit=1000", 200, ROWS("{\"userId\": \"u\"}")},
        {NULL, 0, NULL}};
    run(x, calls, "--with workbook_columns,workbook_pages,teams");
    check(x, "workbook_columns", "[{\"columnId\": \"c\", \"formula\": null, \"asset_id\": \"w\"}]");
    check(x, "workbook_pages",
          "[{\"pageId\": \"a/b c\", \"hidden\": true, \"asset_id\": \"w\", \"elementIds\": "
          "[\"e1\", 7]}, {\"pageId\": null, \"asset_id\": \"w\", \"elementIds\": null}, "
          "{\"pageId\": \"..\", \"asset_id\": \"w\", \"elementIds\": null}, "
          "{\"name\": \"none\", \"asset_id\": \"w\", \"elementIds\": null}, "
          "{\"pageId\": null, \"reason\": \"page-unknown\", \"asset_id\": \"w\", \"elementIds\": "
          "[\"e2\"]}]");
    check(x, "teams", "[{\"teamId\": \"t\", \"members\": [{\"userId\": \"u\"}]}]");
}

/* ---- what could not be read ---- */

static void test_unread_document(void **state)
{
    struct extraction *x = *state;
    static const struct recorded_call calls[] = {
        {WORKBOOKS, 200, ROWS("{\"workbookId\": \"w\"}, {\"workbookId\": \"v\"}")},
        {"GET /v2/workbooks/v/sources", 200, "[]"},
        {"GET /v2/workbooks/v/elements?limit=1000", 200, ROWS("")},
        {"GET /v2/workbooks/w/lineage?limit=1000", 400, "{\"code\": \"invalid_request\"}"},
        {"GET /v2/workbooks/v/lineage?limit=1000", 200, ROWS("{\"type\": \"element\"}")},
        {NULL, 0, NULL}};
    run(x, calls, "--with workbook_lineage");
    check(x, "workbook_lineage", "[{\"type\": \"element\", \"asset_id\": \"v\"}]");
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.workbook_lineage", 0), 1);
}

/* ---- data models that are named, and in no listing ---- */

#define NAMES(id) "[{\"type\": \"data-model\", \"dataModelId\": \"" id "\"}]"
#define MODEL(id, answer)                                                                          \
    {                                                                                              \
        "GET /v2/dataModels/" id "/elements?limit=1000", 200,                                      \
            ROWS("{\"elementId\": \"" answer "\"}")                                                \
    }

static void test_named_models(void **state)
{
    struct extraction *x = *state;
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks/w/sources", 200, NAMES("personal")},
        {MODELS, 200, ROWS("{\"dataModelId\": \"m\", \"latestVersion\": 1}")},
        {"GET /v2/dataModels/m/sources?pageSize=500", 200, "{\"entries\": " NAMES("other") "}"},
        MODEL("m", "e1"),
        MODEL("personal", "e2"),
        MODEL("other", "e3"),
        {NULL, 0, NULL}};
    run(x, calls, "--with datamodel_elements");
    check(x, "datamodel_elements",
          "[{\"elementId\": \"e1\", \"asset_id\": \"m\"}, "
          "{\"elementId\": \"e2\", \"asset_id\": \"personal\"}, "
          "{\"elementId\": \"e3\", \"asset_id\": \"other\"}]");
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* A workbook that can't be asked about has no records, and says so. */
static void test_odd_ids(void **state)
{
    struct extraction *x = *state;
    static const struct recorded_call calls[] = {
        {"GET /v2/reports?limit=1000&skipPermissionCheck=true", 200,
         ROWS("{\"reportId\": null}, {\"reportId\": \"..\"}, {\"reportId\": \"a b\"}")},
        {"GET /v2/reports/a%20b/sources", 200, "[{\"type\": \"x\"}]"},
        {"GET /v2/teams?limit=1000", 200, "[{\"teamId\": \"t\"}, {\"name\": \"without\"}]"},
        {"GET /v2/teams/t/members?limit=1000", 200, ROWS("")},
        {NULL, 0, NULL}};
    run(x, calls, "--with reports,report_sources,teams");
    check(x, "reports", "[{\"reportId\": null}, {\"reportId\": \"..\"}, {\"reportId\": \"a b\"}]");
    check(x, "report_sources",
          "[{\"asset_id\": \"..\", \"sources\": []}, "
          "{\"asset_id\": \"a b\", \"sources\": [{\"type\": \"x\"}]}]");
    check(x, "teams", "[{\"teamId\": \"t\", \"members\": []}]");
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.reports", 0), 1);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.report_sources", 0), 1);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.teams", 0), 1);
    assert_null(extraction_summary(x, "extraction.degraded").p);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, extraction_setup, extraction_teardown)
    const struct CMUnitTest tests[] = {TEST(test_queries_without_sql), TEST(test_replaced_members),
                                       TEST(test_unread_document), TEST(test_named_models),
                                       TEST(test_odd_ids)};
    return cmocka_run_group_tests(tests, NULL, NULL) | EXTRACTION_TABLE("SQL", sql_rows, test_sql);
}
