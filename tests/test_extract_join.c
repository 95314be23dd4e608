/* One source, one lineage, one id, each from recorded answers: sigmacat-files(5), "SOURCES" and
 * "LINEAGE", rule by rule. */
#include "tests/support/extraction.h"
#include "tests/support/json_equal.h"

#define WORKBOOKS "GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true"
#define MODELS    "GET /v2/dataModels?limit=1000&skipPermissionCheck=true"
#define DATASETS  "GET /v2/datasets?limit=1000&skipPermissionCheck=true"
#define LINEAGE   "GET /v2/dataModels/m/lineage?limit=1000"

/* The two ids of sigmacat-files(5), "LINEAGE", and one whose path is empty. */
#define T1           "8dfcd325-6b9a-49b3-a491-1189fab1b206"
#define T1_62        "4jVstLCODfn2odTNE2xzDM"
#define T2           "002814d6-59dd-47a1-9f35-c852a8155203"
#define T2_62        "ijFvkwmxRPAwflBXQu1t"
#define EMPTY        "00000000-0000-0000-0000-000000000001"
#define GONE         "00000000-0000-0000-0000-000000000002"
#define P1           "\"path\": [\"DB\", \"ONE\"], \"connectionId\": \"c1\""
#define P2           "\"path\": [\"TWO\"], \"connectionId\": \"c2\""
#define NO_TOTAL_END "\"nextPage\": null}"

/* What all tests of this file know; those that name a call themselves go before. */
static const struct recorded_call known[] = {
    {"GET /v2/workbooks/w/elements?limit=1000", 200, "{\"entries\": [], " NO_TOTAL_END},
    {"GET /v2/dataModels/m/sources?pageSize=500", 200, "{\"entries\": []}"},
    {"GET /v2/connections/paths/" T1, 200, "{\"kind\": \"table\", " P1 "}"},
    {"GET /v2/connections/paths/" T2, 200, "{\"kind\": \"table\", " P2 "}"},
    {"GET /v2/connections/paths/" EMPTY, 200, "{\"path\": [], \"connectionId\": \"c3\"}"},
    {"GET /v2/connections/paths/" GONE, 409, "{\"code\": \"conflict\"}"},
    {"GET /v2/connections/paths?limit=1000", 400, "{\"code\": \"no\"}"},
    {"GET /v2/connections/paths/a%20b", 200, "{" P1 "}"},
    {"GET /v2/connections/paths/odd", 200, "{\"path\": \"text\", \"connectionId\": \"c\"}"},
    {"GET /v2/connections/paths/null", 200, "{\"path\": null, \"connectionId\": null}"},
    {"GET /v2/connections/paths/deep", 200,
     "{\"path\": [\"\\ud800\", 1.10, null], \"connectionId\": \"\\u0063\", \"path\": [\"last\"]}"},
};

#define CALLS_MAX 40

static bool is_among(const struct recorded_call *calls, size_t count, const char *call)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(calls[i].call, call) == 0)
            return true;
    return false;
}

/* Replays `more` (ended by a NULL call) before what is known, and runs. */
static void run(struct extraction *x, const struct recorded_call *more)
{
    struct recorded_call calls[CALLS_MAX];
    size_t count = 0;
    for (; more->call; more++)
        calls[count++] = *more;
    size_t own = count;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!is_among(calls, own, known[i].call))
            calls[count++] = known[i];
    extraction_replay(x, calls, count);
    if (extraction_run(x, NULL) != SMC_OK)
        fail_msg("%s", x->err.detail);
}

static void check_record(struct extraction *x, const char *name, size_t index, const char *want)
{
    const struct records *file = extraction_file(x, name);
    assert_in_range(index, 0, file->count ? file->count - 1 : 0);
    struct smc_json_span row = file->count ? file->rows[index] : (struct smc_json_span){"none", 4};
    char *got = text_format("%.*s", (int)row.len, row.p);
    if (!json_text_equal(got, want))
        fail_msg("%s instead of %s", got, want);
    free(got);
}

/* ---- sources ---- */

struct source_row {
    const char *name;
    const char *source;
    const char *want; /* NULL: as it is */
    long path_calls;
    int64_t gaps; /* of paths */
};

#define TABLE(id) "\"type\": \"table\", \"inodeId\": \"" id "\""
#define NULLS     "\"connectionId\": null, \"path\": null"

static const struct source_row source_rows[] = {
    {"source: a table", "{" TABLE(T1) "}", "{" TABLE(T1) ", " P1 "}", 1, 0},
    {"source: members of ours are replaced",
     "{\"path\": 1, " TABLE(T1) ", \"connectionId\": {\"a\": 1}}", "{" TABLE(T1) ", " P1 "}", 1, 0},
    {"source: also doubled and escaped ones",
     "{\"path\": 1, \"p\\u0061th\": 2, " TABLE(T1) ", \"path\": 3}", "{" TABLE(T1) ", " P1 "}", 1,
     0},
    {"source: other members stay", "{" TABLE(T1) ", \"x\": [1.10, \"\\ud800\"], \"pathy\": 1}",
     "{" TABLE(T1) ", \"x\": [1.10, \"\\ud800\"], \"pathy\": 1, " P1 "}", 1, 0},
    {"source: a table that is gone", "{" TABLE(GONE) "}", "{" TABLE(GONE) ", " NULLS "}", 1, 1},
    {"source: a table that is unknown", "{" TABLE("nowhere") "}",
     "{" TABLE("nowhere") ", " NULLS "}", 1, 1},
    {"source: an empty path is a path", "{" TABLE(EMPTY) "}",
     "{" TABLE(EMPTY) ", \"path\": [], \"connectionId\": \"c3\"}", 1, 0},
    {"source: no id", "{\"type\": \"table\"}", "{\"type\": \"table\", " NULLS "}", 0, 0},
    {"source: id null", "{\"type\": \"table\", \"inodeId\": null}",
     "{\"type\": \"table\", \"inodeId\": null, " NULLS "}", 0, 0},
    {"source: id empty", "{" TABLE("") "}", "{" TABLE("") ", " NULLS "}", 0, 0},
    {"source: id a number", "{\"type\": \"table\", \"inodeId\": 5}",
     "{\"type\": \"table\", \"inodeId\": 5, " NULLS "}", 0, 0},
    {"source: tableId is not a workbook's", "{\"type\": \"table\", \"tableId\": \"" T1 "\"}",
     "{\"type\": \"table\", \"tableId\": \"" T1 "\", " NULLS "}", 0, 0},
    {"source: an id to be encoded", "{" TABLE("a b") "}", "{" TABLE("a b") ", " P1 "}", 1, 0},
    {"source: an escaped id and type",
     "{\"t\\u0079pe\": \"t\\u0061ble\", \"inodeId\": \"\\u0038"
     "dfcd325-6b9a-49b3-a491-1189fab1b206\"}",
     "{" TABLE(T1) ", " P1 "}", 1, 0},
    {"source: two dots as id", "{" TABLE("..") "}", "{" TABLE("..") ", " NULLS "}", 0, 1},
    {"source: a path that is not one", "{" TABLE("odd") "}", "{" TABLE("odd") ", " NULLS "}", 2, 1},
    {"source: a path that is null", "{" TABLE("null") "}", "{" TABLE("null") ", " NULLS "}", 2, 1},
    {"source: a path as it came", "{" TABLE("deep") "}",
     "{" TABLE("deep") ", \"connectionId\": \"c\", \"path\": [\"last\"]}", 1, 0},
    {"source: no table", "{\"type\": \"custom-sql\", \"inodeId\": \"" T1 "\", \"path\": 1}", NULL,
     0, 0},
    {"source: Table in other letters", "{\"type\": \"Table\", \"inodeId\": \"" T1 "\"}", NULL, 0,
     0},
    {"source: no type", "{\"inodeId\": \"" T1 "\"}", NULL, 0, 0},
    {"source: type null", "{\"type\": null}", NULL, 0, 0},
    {"source: no object", "[\"table\"]", NULL, 0, 0},
    {"source: a text", "\"table\"", NULL, 0, 0},
    {"source: null", "null", NULL, 0, 0},
};

static void test_source(void **state)
{
    struct extraction *x = *state;
    const struct source_row *row = x->row;
    char *sources = text_format("[%s, {\"type\": \"last\"}]", row->source);
    char *want = text_format("{\"asset_id\": \"w\", \"sources\": [%s, {\"type\": \"last\"}]}",
                             row->want ? row->want : row->source);
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200, sources},
        {NULL, 0, NULL}};
    run(x, more);
    check_record(x, "workbook_sources", 0, want);
    assert_int_equal(sim_calls(x->sim, "path", 0), row->path_calls);
    assert_int_equal(sim_calls(x->sim, "paths", 0), 0);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.path", 0), row->gaps);
    free(want);
    free(sources);
}

/* ---- lineage ---- */

struct lineage_row {
    const char *name;
    const char *entries;
    const char *sources; /* of the element "e"; NULL: the data model is left out */
    const char *second;  /* entries of a second page; NULL: there is none */
};

/* An element with these ids, and what they may stand for. */
#define E(ids) "{\"type\": \"element\", \"elementId\": \"e\", \"dataSourceIds\": [" ids "]}"
#define SQL(name, def)                                                                             \
    "{\"type\": \"customSQL\", \"name\": \"" name "\", \"definition\": \"" def                     \
    "\", \"connectionId\": \"c\"}"
#define CSV(id) "{\"type\": \"csv-upload\", \"csvId\": \"" id "\", \"name\": \"n\"}"
#define TAB(id) "{\"type\": \"table\", \"name\": \"T\", \"inodeId\": \"" id "\"}"
#define R_SQL(def)                                                                                 \
    "{\"type\": \"custom-sql\", \"definition\": \"" def "\", \"connectionId\": \"c\"}"
#define R_T1 "{\"type\": \"table\", " P1 "}"
#define R_T2 "{\"type\": \"table\", " P2 "}"

static const struct lineage_row lineage_rows[] = {
    {"lineage: a query", E("\"q\"") "," SQL("q", "d"), R_SQL("d"), NULL},
    {"lineage: the last of equal names", SQL("q", "1") "," E("\"q\"") "," SQL("q", "2"), R_SQL("2"),
     NULL},
    {"lineage: the last is on a later page", SQL("q", "1") "," E("\"q\""), R_SQL("2"),
     SQL("q", "2")},
    {"lineage: the element is on a later page", SQL("q", "1"), R_SQL("1"), E("\"q\"")},
    {"lineage: an upload gives nothing", E("\"u\"") "," CSV("u"), "", NULL},
    {"lineage: an upload behind a query hides it", SQL("k", "1") "," CSV("k") "," E("\"k\""), "",
     NULL},
    {"lineage: a query behind an upload", CSV("k") "," SQL("k", "1") "," E("\"k\""), R_SQL("1"),
     NULL},
    {"lineage: an upload goes by csvId, not name", E("\"n\"") "," CSV("u"), "", NULL},
    {"lineage: order and repeats are kept",
     E("\"b\", \"a\", \"b\"") "," SQL("a", "1") "," SQL("b", "2"),
     R_SQL("2") "," R_SQL("1") "," R_SQL("2"), NULL},
    {"lineage: members that are absent are null",
     E("\"q\"") ",{\"type\": \"customSQL\", \"name\": \"q\"}",
     "{\"type\": \"custom-sql\", \"definition\": null, \"connectionId\": null}", NULL},
    {"lineage: an empty name does not count",
     E("\"\"") ",{\"type\": \"customSQL\", \"name\": \"\", \"definition\": \"d\"}", "", NULL},
    {"lineage: a name that is a number does not count",
     E("\"5\"") ",{\"type\": \"customSQL\", \"name\": 5, \"definition\": \"d\"}", "", NULL},
    {"lineage: an escaped name", E("\"q\\u0031\"") "," SQL("\\u00711", "d"), R_SQL("d"), NULL},
    {"lineage: a table", E("\"inode-" T1_62 "\"") "," TAB(T1), R_T1, NULL},
    {"lineage: a table on a later page", E("\"inode-" T1_62 "\""), R_T1, TAB(T1)},
    {"lineage: a table without prefix", E("\"" T1_62 "\"") "," TAB(T1), R_T1, NULL},
    {"lineage: a table with a column", E("\"inode-" T1_62 "/COL/x\"") "," TAB(T1), R_T1, NULL},
    {"lineage: leading zeros dropped", E("\"inode-" T2_62 "\"") "," TAB(T2), R_T2, NULL},
    {"lineage: leading zeros kept", E("\"inode-00" T2_62 "\"") "," TAB(T2), R_T2, NULL},
    {"lineage: two prefixes are not an id", E("\"inode-inode-" T1_62 "\"") "," TAB(T1), "", NULL},
    {"lineage: a table that the lineage lacks", E("\"inode-" T1_62 "\"") "," TAB(T2), "", NULL},
    {"lineage: a table in capitals is another",
     E("\"inode-" T1_62 "\"") "," TAB("8DFCD325-6B9A-49B3-A491-1189FAB1B206"), "", NULL},
    {"lineage: an entry of another type with that id",
     E("\"inode-" T1_62 "\"") ",{\"type\": \"dataset\", \"inodeId\": \"" T1 "\"}", "", NULL},
    {"lineage: a path that is empty", E("\"inode-1\"") "," TAB(EMPTY), "", NULL},
    {"lineage: a path that can't be had", E("\"inode-2\", \"q\"") "," TAB(GONE) "," SQL("q", "d"),
     R_SQL("d"), NULL},
    {"lineage: a query by the name of a table's id",
     E("\"inode-" T1_62 "\"") "," TAB(T1) "," SQL("inode-" T1_62, "d"), R_SQL("d"), NULL},
    {"lineage: an upload by the name of a table's id",
     E("\"" T1_62 "\"") "," TAB(T1) "," CSV(T1_62), "", NULL},
    {"lineage: a table's own UUID is not an id", E("\"" T1 "\"") "," TAB(T1), "", NULL},
    {"lineage: beyond 128 bits", E("\"inode-7N42dgm5tFLK9N8MT7fHC8\"") "," TAB(T1), "", NULL},
    {"lineage: nothing behind the prefix", E("\"inode-\", \"\", \"/\"") "," TAB(T1), "", NULL},
    {"lineage: another element is not a source", E("\"e\", \"f\"") ",{\"type\": \"element\"}", "",
     NULL},
    {"lineage: ids that are not texts", E("5, null, [\"q\"], {}") "," SQL("q", "d"), "", NULL},
    {"lineage: no ids", "{\"type\": \"element\", \"elementId\": \"e\"}", "", NULL},
    {"lineage: ids null", "{\"type\": \"element\", \"elementId\": \"e\", \"dataSourceIds\": null}",
     "", NULL},
    {"lineage: no entry at all", "", NULL, NULL},
    {"lineage: no entry on either page", "", NULL, ""},
};

static void test_lineage(void **state)
{
    struct extraction *x = *state;
    const struct lineage_row *row = x->row;
    char *first = text_format("{\"entries\": [%s], \"nextPage\": %s}", row->entries,
                              row->second ? "\"p 2\"" : "null");
    char *second = text_format("{\"entries\": [%s], " NO_TOTAL_END, row->second ? row->second : "");
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"data-model\", \"dataModelId\": \"m\"}]"},
        {MODELS, 200, "{\"entries\": [{\"dataModelId\": \"m\"}], " NO_TOTAL_END},
        {LINEAGE, 200, first},
        {LINEAGE "&page=p%202", 200, second},
        {NULL, 0, NULL}};
    run(x, more);
    assert_int_equal(extraction_file(x, "datamodel_lineage")->count, row->sources != NULL);
    if (row->sources) {
        char *want = text_format("{\"dataModelId\": \"m\", \"elements\": [{\"elementId\": \"e\", "
                                 "\"sources\": [%s]}]}",
                                 row->sources);
        check_record(x, "datamodel_lineage", 0, want);
        free(want);
    }
    assert_int_equal(sim_calls(x->sim, "datamodel_lineage", 0), row->second ? 2 : 1);
    free(first);
    free(second);
}

/* Elements in order, those without an id not among them; a data model with none stays. */
static void test_elements_of_lineage(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"data-model\", \"dataModelId\": \"m\"}, "
         "{\"type\": \"data-model\", \"dataModelId\": \"m\"}, "
         "{\"type\": \"data-model\", \"dataModelId\": \"unlisted\"}, "
         "{\"type\": \"data-model\"}, {\"type\": \"data-model\", \"dataModelId\": null}, "
         "{\"type\": \"data-model\", \"dataModelId\": \"bare\"}]"},
        {MODELS, 200,
         "{\"entries\": [{\"dataModelId\": \"unused\"}, {\"dataModelId\": \"bare\"}, "
         "{\"dataModelId\": \"m\"}], " NO_TOTAL_END},
        {"GET /v2/dataModels/unused/sources?pageSize=500", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/bare/sources?pageSize=500", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/bare/lineage?limit=1000", 200,
         "{\"entries\": [{\"type\": \"table\"}], " NO_TOTAL_END},
        {LINEAGE, 200,
         "{\"entries\": [{\"type\": \"element\", \"elementId\": \"b\"}, {\"type\": \"element\"}, "
         "{\"type\": \"element\", \"elementId\": \"\"}, {\"elementId\": \"x\"}, "
         "{\"type\": \"element\", \"elementId\": null}, "
         "{\"type\": \"element\", \"elementId\": \"a\"}], " NO_TOTAL_END},
        {NULL, 0, NULL}};
    run(x, more);
    assert_int_equal(extraction_file(x, "datamodel_lineage")->count, 2);
    check_record(x, "datamodel_lineage", 0, "{\"dataModelId\": \"bare\", \"elements\": []}");
    check_record(x, "datamodel_lineage", 1,
                 "{\"dataModelId\": \"m\", \"elements\": [{\"elementId\": \"b\", \"sources\": []}, "
                 "{\"elementId\": \"a\", \"sources\": []}]}");
    assert_int_equal(sim_calls(x->sim, "datamodel_lineage", 0), 2);
    assert_int_equal(sim_unexpected(x->sim), 0);
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 0);
}

/* ---- sources of data models go by tableId; a table is asked for once for all ---- */

static void test_tables_once(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{" TABLE(T1) "}, {" TABLE(T1) "}, {\"type\": \"data-model\", \"dataModelId\": \"m\"}]"},
        {MODELS, 200, "{\"entries\": [{\"dataModelId\": \"m\"}], " NO_TOTAL_END},
        {"GET /v2/dataModels/m/sources?pageSize=500", 200,
         "{\"entries\": [{\"type\": \"table\", \"tableId\": \"" T1 "\"}], "
         "\"nextPageToken\": \"t/1\"}"},
        {"GET /v2/dataModels/m/sources?pageSize=500&pageToken=t%2F1", 200,
         "{\"entries\": [{" TABLE(T1) "}], \"nextPageToken\": \"\"}"},
        {LINEAGE, 200, "{\"entries\": [" E("\"" T1_62 "\"") "," TAB(T1) "], " NO_TOTAL_END},
        {DATASETS, 200, "{\"entries\": [{\"datasetId\": \"d\"}], " NO_TOTAL_END},
        {"GET /v2/datasets/d/sources", 200, "[{" TABLE(T1) "}]"},
        {NULL, 0, NULL}};
    run(x, more);
    check_record(x, "datamodel_sources", 0,
                 "{\"asset_id\": \"m\", \"sources\": [{\"type\": \"table\", \"tableId\": \"" T1
                 "\", " P1 "}, {" TABLE(T1) ", " NULLS "}]}");
    check_record(x, "dataset_sources", 0,
                 "{\"asset_id\": \"d\", \"sources\": [{" TABLE(T1) ", " P1 "}]}");
    assert_int_equal(sim_calls(x->sim, "path", 0), 1);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* ---- the listing of all paths ---- */

/* A table that it has twice, with two paths: neither counts, its own answer does. The first of its
 * rows is checked; the third comes from it alone, its leading zeros dropped. */
static void test_paths_twice(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{" TABLE(T1) "}, {" TABLE(T2) "}, {" TABLE(EMPTY) "}]"},
        {"GET /v2/connections/paths?limit=1000", 200,
         "{\"entries\": [{\"urlId\": \"" T1_62 "\", " P1 "}, "
         "{\"urlId\": \"" T2_62 "\", \"path\": [\"one\"], \"connectionId\": \"x\"}, "
         "{\"urlId\": \"0" T2_62 "\", \"path\": [\"other\"], \"connectionId\": \"x\"}, "
         "{\"urlId\": \"1\", \"path\": [\"bulk\"], \"connectionId\": \"y\"}], "
         "\"total\": 4, " NO_TOTAL_END},
        {NULL, 0, NULL}};
    run(x, more);
    check_record(x, "workbook_sources", 0,
                 "{\"asset_id\": \"w\", \"sources\": [{" TABLE(T1) ", " P1 "}, {" TABLE(
                     T2) ", " P2 "}, {" TABLE(EMPTY) ", \"path\": [\"bulk\"], "
                                                     "\"connectionId\": \"y\"}]}");
    assert_int_equal(sim_calls(x->sim, "path", 0), 2);
    assert_int_equal(sim_calls(x->sim, "paths", 0), 1);
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 0);
}

/* The first hit can't be checked, since its own call fails; the second can, and then the third
 * counts. */
static void test_paths_checked_by_the_second(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{" TABLE(GONE) "}, {" TABLE(T1) "}, {" TABLE(T2) "}]"},
        {"GET /v2/connections/paths?limit=1000", 200,
         "{\"entries\": [{\"urlId\": \"2\", \"path\": [\"bulk\"], \"connectionId\": \"x\"}, "
         "{\"urlId\": \"" T1_62 "\", " P1 "}, {\"urlId\": \"" T2_62 "\", " P2 "}], "
         "\"total\": 3, " NO_TOTAL_END},
        {NULL, 0, NULL}};
    run(x, more);
    check_record(x, "workbook_sources", 0,
                 "{\"asset_id\": \"w\", \"sources\": [{" TABLE(GONE) ", " NULLS "}, {" TABLE(
                     T1) ", " P1 "}, {" TABLE(T2) ", " P2 "}]}");
    assert_int_equal(sim_calls(x->sim, "path", 0), 2);
}

/* The first hit's own call fails for a while: the listing has its path, once it is trusted. */
static void test_paths_while_the_first_fails(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call calls[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/elements?limit=1000", 200, "{\"entries\": [], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{" TABLE(EMPTY) "}, {" TABLE(T1) "}, {" TABLE(T2) "}]"},
        {"GET /v2/connections/paths/" T2, 200, "{" P2 "}"},
        {"GET /v2/connections/paths?limit=1000", 200,
         "{\"entries\": [{\"urlId\": \"" T1_62 "\", " P1 "}, {\"urlId\": \"" T2_62 "\", " P2 "}, "
         "{\"urlId\": \"1\", \"path\": [\"bulk\"], \"connectionId\": \"x\"}], "
         "\"total\": 3, " NO_TOTAL_END}};
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    extraction_fault(x, "call=path,object=" T1 ",do=status:503");
    assert_int_equal(extraction_run(x, "--retries 0"), SMC_OK);
    assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2); /* {} */
    assert_int_equal(sim_calls(x->sim, "path", 503), 1);
    assert_int_equal(sim_calls(x->sim, "path", 0), 2);
    check_record(x, "workbook_sources", 0,
                 "{\"asset_id\": \"w\", \"sources\": [{" TABLE(
                     EMPTY) ", \"path\": [\"bulk\"], "
                            "\"connectionId\": \"x\"}, {" TABLE(T1) ", " P1 "}, {" TABLE(T2) ", " P2
                                                                                             "}]}");
}

/* Two pages and a check are as many calls as three tables. */
static void test_paths_as_dear_as_single_calls(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call more[] = {
        {WORKBOOKS, 200, "{\"entries\": [{\"workbookId\": \"w\"}], " NO_TOTAL_END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{" TABLE(EMPTY) "}, {" TABLE(T1) "}, {" TABLE(T2) "}]"},
        {"GET /v2/connections/paths?limit=1000", 200,
         "{\"entries\": [], \"total\": 1001, \"nextPage\": \"2\"}"},
        {NULL, 0, NULL}};
    run(x, more);
    assert_int_equal(sim_calls(x->sim, "paths", 0), 1);
    assert_int_equal(sim_calls(x->sim, "path", 0), 3);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* ---- ids of all kinds ---- */

/* None, null, a number, one that can't be part of an address, one to be encoded, and one twice. */
static void test_ids(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call more[] = {
        {WORKBOOKS, 200,
         "{\"entries\": [{\"name\": \"none\"}, {\"workbookId\": null}, {\"workbookId\": 1.50}, "
         "{\"workbookId\": \"..\"}, {\"workbookId\": \"a b\"}, {\"workbookId\": \"a\\u0020b\"}], "
         "\"total\": 5, \"nextPage\": null}"},
        {"GET /v2/workbooks/a%20b/sources", 200, "[]"},
        {"GET /v2/workbooks/a%20b/elements?limit=1000", 200,
         "{\"entries\": [{\"type\": \"viz\", \"workbook_id\": 7}], " NO_TOTAL_END},
        {NULL, 0, NULL}};
    run(x, more);
    assert_int_equal(extraction_file(x, "workbooks")->count, 6);
    assert_int_equal(extraction_file(x, "workbook_sources")->count, 3);
    check_record(x, "workbook_sources", 0, "{\"asset_id\": 1.50, \"sources\": []}");
    check_record(x, "workbook_sources", 1, "{\"asset_id\": \"..\", \"sources\": []}");
    check_record(x, "workbook_sources", 2, "{\"asset_id\": \"a b\", \"sources\": []}");
    check_record(x, "elements", 0, "{\"type\": \"viz\", \"workbook_id\": \"a b\"}");
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.workbooks", 0), 2);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.workbook_sources", 0), 2);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.elements", 0), 2);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_elements_of_lineage),
        ALONE(test_tables_once),
        ALONE(test_paths_twice),
        ALONE(test_paths_checked_by_the_second),
        ALONE(test_paths_while_the_first_fails),
        ALONE(test_paths_as_dear_as_single_calls),
        ALONE(test_ids),
    };
    int failed = EXTRACTION_TABLE("sources", source_rows, test_source);
    failed += EXTRACTION_TABLE("lineage", lineage_rows, test_lineage);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
