/* No row is lost without a word: what could make one be missing from a file while the run ends with
 * 0 and no gap, each brought about. */
#include "tests/support/extraction.h"

#include "lib/store/store.h"

/* ---- answers in the store that are not whole ---- */

struct damage_row {
    const char *name;
    const char *kind;
    const char *owner; /* whose object; the stand-in's word */
    const char *page;  /* what is left of its first page */
};

static const struct damage_row damage_rows[] = {
    {"elements cut short", "elements", "workbooks", "[{\"type\": \"table\"}, {\"ty"},
    {"elements that are not an array", "elements", "workbooks", "7"},
    {"no elements at all", "elements", "workbooks", ""},
    {"sources cut short", "workbook_sources", "workbooks", "[{\"type\": \"data-model\"}"},
    {"sources of a data model cut short", "datamodel_sources", "datamodels", "[{\"type\": \"a\"},"},
    {"lineage cut short", "datamodel_lineage", "datamodels", "[{\"type\": \"element\"}"},
    {"lineage that ends too early", "datamodel_lineage", "datamodels", "[]]"},
    {"a table's path cut short", "path", "tables", "{\"connectionId\": \"c\", \"path\": [\"a\""},
};

/* As extract/listing_rows.c makes it; a table has none. */
static void make_tag(struct extraction *x, const char *owner, long index, struct smc_buf *tag)
{
    if (strcmp(owner, "tables") == 0)
        return;
    char *record = sim_estate_record(x->sim, owner, index, NULL);
    struct smc_json_span span = {record, strlen(record)};
    struct smc_json_span version = smc_json_member(span, "latestVersion");
    struct smc_json_span updated = smc_json_member(span, "updatedAt");
    assert_int_equal(
        smc_buf_addf(tag, "%.*s/%.*s", (int)version.len, version.p, (int)updated.len, updated.p),
        SMC_OK);
    free(record);
}

static void damage(struct extraction *x, const struct damage_row *row)
{
    char id[37];
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    long count = strcmp(row->owner, "tables") == 0 ? x->sim_opt.tables
                                                   : sim_estate_count(x->sim, row->owner);
    bool found = false;
    long i = -1;
    struct smci_outcome outcome = {0};
    struct smc_buf tag = SMC_BUF_INIT(4096);
    while (!found && ++i < count) {
        sim_estate_id(x->sim, row->owner, i, id);
        assert_int_equal(smci_store_get(store, row->kind, id, NULL, &found, &outcome, NULL),
                         SMC_OK);
        found = found && outcome.http_status == 200;
    }
    assert_true(found);
    make_tag(x, row->owner, i, &tag);
    assert_int_equal(
        smci_store_put_page(store, row->kind, id, 0, row->page, strlen(row->page), NULL), SMC_OK);
    assert_int_equal(smci_store_finish(store, row->kind, id, smc_buf_str(&tag), &outcome, NULL),
                     SMC_OK);
    smci_store_close(store);
    smc_buf_clear(&tag);
}

/* Bytes that a disk has lost: SQLite does not notice. */
static void test_damage(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    if (extraction_run(x, "--incremental") != SMC_OK)
        fail_msg("%s", x->err.detail);
    damage(x, x->row);
    x->fake.wall_ms += 1000;
    assert_int_equal(extraction_run(x, "--incremental"), SMC_ERR_STORE);
    assert_contains(x->err.detail, "the state file is damaged");
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 1);
}

/* ---- a total that is written in another way ---- */

struct total_row {
    const char *name;
    const char *total;
    enum smc_status status;
};

static const struct total_row total_rows[] = {
    {"as many as there are", "2", SMC_OK},
    {"more than there are", "3", SMC_ERR_HTTP},
    {"more, as a text", "\"3\"", SMC_ERR_HTTP},
    {"as many, as a text", "\"2\"", SMC_OK},
    {"more, with a fraction", "3.0", SMC_ERR_HTTP},
    {"as many, with a fraction", "2.0", SMC_OK},
    {"more than any number", "99999999999999999999", SMC_ERR_HTTP},
    {"a text that is not a number", "\"many\"", SMC_ERR_HTTP},
    {"null", "null", SMC_OK},
};

static void test_total(void **state)
{
    struct extraction *x = *state;
    const struct total_row *row = x->row;
    char *page = text_format("{\"entries\": [{\"connectionId\": \"a\"}, {\"connectionId\": "
                             "\"b\"}], \"nextPage\": null, \"total\": %s}",
                             row->total);
    const struct recorded_call calls[] = {{"GET /v2/connections?limit=1000", 200, page}};
    extraction_replay(x, calls, 1);
    enum smc_status rc = extraction_run(x, NULL);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    free(page);
}

/* Rows without an id can't be told from those of an earlier reading: they count once, or they would
 * stand for rows that are lacking. */
static void test_rows_without_id(void **state)
{
    static const struct recorded_call calls[] = {
        {"GET /v2/files?limit=1000", 200,
         "{\"entries\": [{\"id\": \"a\"}, {\"code\": 403}], \"nextPage\": \"c\", \"total\": 4}"},
        {"GET /v2/files?limit=1000&page=c", 200,
         "{\"entries\": [{\"id\": \"b\"}], \"nextPage\": null, \"total\": 4}"}};
    struct extraction *x = *state;
    extraction_replay(x, calls, 2);
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_HTTP);
    assert_contains(x->err.detail, "3 rows in all where Sigma counts 4");
}

/* Answers that an earlier run has paid for show that the account has the right to ask. */
static void test_rights_of_a_resumed_run(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x,
                     "call=files,do=status:503 call=elements,object=1,do=status:503 "
                     "call=elements,object=2,do=status:503 call=elements,object=3,do=status:503");
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_HTTP);
    sim_faults_clear(x->sim);
    extraction_fault(x, "call=elements,do=status:403");
    if (extraction_run(x, "--max-gaps 100%") != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.elements", 0), 3);
}

/* ---- objects' pages ---- */

#define WORKBOOKS "GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true"
#define MODELS    "GET /v2/dataModels?limit=1000&skipPermissionCheck=true"
#define E(id)     "{\"elementId\": \"" id "\", \"type\": \"table\"}"
#define TEN(rows)                                                                                  \
    rows "," rows "," rows "," rows "," rows "," rows "," rows "," rows "," rows "," rows

struct object_row {
    const char *name;
    const char *kind;     /* elements of a workbook, or datamodel_lineage */
    const char *pages[2]; /* the second may be NULL */
    long calls;           /* of that kind */
    const char *says;     /* the gap; NULL: there is none */
    const char *has;      /* what the file has all the same; NULL: nothing of the object */
};

#define PAGE_OF(rows, more) "{\"entries\": [" rows "], " more "}"
#define LAST(total)         "\"nextPage\": null, \"total\": " total
#define MORE(total)         "\"nextPage\": \"c\", \"total\": " total
#define OPEN                "\"nextPage\": \"\""

static const struct object_row object_rows[] = {
    {"elements",
     "elements",
     {PAGE_OF(E("a"), MORE("2")), PAGE_OF(E("b"), LAST("2"))},
     2,
     NULL,
     "b"},
    {"elements: one that comes on two pages hides another",
     "elements",
     {PAGE_OF(E("a") "," E("b"), MORE("4")), PAGE_OF(E("b") "," E("c"), LAST("4"))},
     4,
     "1 of its 4 rows are lacking",
     "c"},
    {"elements: one that has changed meanwhile",
     "elements",
     {PAGE_OF(E("a") "," E("b"), MORE("4")),
      PAGE_OF("{\"elementId\": \"b\", \"type\": \"viz\"}," E("c"), LAST("4"))},
     4,
     "1 of its 4 rows are lacking",
     "c"},
    {"elements: twice on one page",
     "elements",
     {PAGE_OF(E("a") "," E("a"), MORE("3")), PAGE_OF(E("b"), LAST("3"))},
     2,
     NULL,
     "b"},
    {"elements: without an id each counts",
     "elements",
     {PAGE_OF("{\"type\": \"viz\"}", MORE("2")), PAGE_OF("{\"type\": \"viz\"}", LAST("2"))},
     2,
     NULL,
     "viz"},
    {"elements: rows that are not objects",
     "elements",
     {PAGE_OF(E("a") ", \"b\"", LAST("2")), NULL},
     2,
     "rows that are not objects",
     NULL},
    {"elements: an empty cursor, no total",
     "elements",
     {PAGE_OF(E("a"), OPEN), NULL},
     2,
     "an empty cursor and no total",
     "a"},
    {"elements: an empty cursor behind a full page",
     "elements",
     {PAGE_OF(TEN(E("a")) "," TEN(E("b")) "," TEN(E("c")) "," TEN(E("d")) "," TEN(E("e")), OPEN),
      NULL},
     2,
     "as many rows as fit a page",
     NULL},
    {"elements: an empty cursor, a total on another page",
     "elements",
     {PAGE_OF(E("a"), MORE("2")), PAGE_OF(E("b"), OPEN)},
     2,
     NULL,
     "b"},
    {"lineage: two rows for one element",
     "datamodel_lineage",
     {PAGE_OF(E("a"), MORE("2")), PAGE_OF(E("a"), LAST("2"))},
     2,
     NULL,
     "[]"},
    {"lineage: rows that are not objects",
     "datamodel_lineage",
     {PAGE_OF("[]", LAST("1")), NULL},
     2,
     "rows that are not objects",
     NULL},
};

static void test_object(void **state)
{
    struct extraction *x = *state;
    const struct object_row *row = x->row;
    bool is_lineage = strcmp(row->kind, "elements") != 0;
    const char *call = is_lineage ? "GET /v2/dataModels/m/lineage?limit=1000"
                                  : "GET /v2/workbooks/w/elements?limit=1000";
    char *more = text_format("%s&page=c", call);
    const struct recorded_call calls[] = {
        {WORKBOOKS, 200, PAGE_OF("{\"workbookId\": \"w\"}", LAST("1"))},
        {MODELS, 200, PAGE_OF("{\"dataModelId\": \"m\"}", LAST("1"))},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"data-model\", \"dataModelId\": \"m\"}]"},
        {"GET /v2/dataModels/m/sources?pageSize=500", 200, "{\"entries\": []}"},
        {call, 200, row->pages[0]},
        {is_lineage ? "GET /v2/workbooks/w/elements?limit=1000"
                    : "GET /v2/dataModels/m/lineage?limit=1000",
         200, PAGE_OF("", LAST("0"))},
        {more, 200, row->pages[1] ? row->pages[1] : "{}"}};
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    if (extraction_run(x, "--max-gaps 100%") != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_int_equal(sim_calls(x->sim, row->kind, 0), row->calls);
    assert_int_equal(sim_unexpected(x->sim), 0);
    assert_int_equal(extraction_count_lines(x, "1 gap: ", NULL), row->says != NULL);
    if (row->says)
        assert_int_equal(extraction_count_lines(x, "1 gap: ", row->says), 1);
    const struct records *file = extraction_file(x, row->kind);
    assert_int_equal(file->count > 0, row->has != NULL);
    if (row->has)
        assert_contains(file->text, row->has);
    free(more);
}

/* ---- what a lineage's elements refer to ---- */

struct reference_row {
    const char *name;
    const char *members; /* of each element */
    bool is_gap;
};

static const struct reference_row reference_rows[] = {
    {"a list", ", \"dataSourceIds\": [\"q\"]", false},
    {"an empty list", ", \"dataSourceIds\": []", false},
    {"nulls", ", \"dataSourceIds\": [null, \"q\", null]", false},
    {"null", ", \"dataSourceIds\": null", false},
    {"none", "", false},
    {"a text", ", \"dataSourceIds\": \"q\"", true},
    {"an object", ", \"dataSourceIds\": {\"0\": \"q\"}", true},
    {"a number", ", \"dataSourceIds\": 7", true},
    {"a list with an object", ", \"dataSourceIds\": [\"q\", {\"id\": \"q\"}]", true},
    {"a list with a number", ", \"dataSourceIds\": [7]", true},
};

/* Of three data models, each with this element and one that is as it should be. */
static void test_references(void **state)
{
    struct extraction *x = *state;
    const struct reference_row *row = x->row;
    char *lineage = text_format(
        "{\"entries\": [{\"type\": \"customSQL\", \"name\": \"q\"}, {\"type\": \"element\", "
        "\"elementId\": \"good\", \"dataSourceIds\": [\"q\"]}, {\"type\": \"element\", "
        "\"elementId\": \"odd\"%s}], \"nextPage\": null, \"total\": 3}",
        row->members);
    const struct recorded_call calls[] = {
        {WORKBOOKS, 200, PAGE_OF("{\"workbookId\": \"w\"}", LAST("1"))},
        {MODELS, 200,
         PAGE_OF("{\"dataModelId\": \"m1\"}, {\"dataModelId\": \"m2\", \"name\": \"Sales\"}, "
                 "{\"dataModelId\": \"m3\"}",
                 LAST("3"))},
        {"GET /v2/workbooks/w/elements?limit=1000", 200, PAGE_OF("", LAST("0"))},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"data-model\", \"dataModelId\": \"m1\"}, {\"type\": \"data-model\", "
         "\"dataModelId\": \"m2\"}, {\"type\": \"data-model\", \"dataModelId\": \"m3\"}]"},
        {"GET /v2/dataModels/m1/sources?pageSize=500", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/m2/sources?pageSize=500", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/m3/sources?pageSize=500", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/m1/lineage?limit=1000", 200, lineage},
        {"GET /v2/dataModels/m2/lineage?limit=1000", 200, lineage},
        {"GET /v2/dataModels/m3/lineage?limit=1000", 200, lineage}};
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    free(lineage);
    assert_int_equal(extraction_run(x, NULL), row->is_gap ? SMC_ERR_GAPS : SMC_OK);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.datamodel_lineage", 0),
                     row->is_gap ? 3 : 0);
    assert_int_equal(extraction_count_lines(x,
                                            "WARNING - 3 gaps: datamodel_lineage of m1, Sales, m3",
                                            "dataSourceIds that are not a list of texts"),
                     row->is_gap);
    const struct records *file = extraction_file(x, "datamodel_lineage");
    assert_int_equal(file->count, 3); /* with what is as it should be */
    assert_contains(file->text, "{\"elementId\": \"good\", \"sources\": [{\"type\"");
}

/* ---- what comes late ---- */

/* Sources that come at the last chance name a data model that nobody else names; its lineage comes
 * at its last chance, too. */
static void test_late(void **state)
{
    static const struct recorded_call calls[] = {
        {WORKBOOKS, 200, PAGE_OF("{\"workbookId\": \"w\"}", LAST("1"))},
        {MODELS, 200, PAGE_OF("{\"dataModelId\": \"m\"}", LAST("1"))},
        {"GET /v2/workbooks/w/elements?limit=1000", 200, PAGE_OF("", LAST("0"))},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"data-model\", \"dataModelId\": \"m\"}]"},
        {"GET /v2/dataModels/m/sources?pageSize=500", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/m/lineage?limit=1000", 200,
         PAGE_OF("{\"type\": \"element\", \"elementId\": \"e\"}", LAST("1"))}};
    struct extraction *x = *state;
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    extraction_fault(x, "call=workbook_sources,attempt=1-5,do=status:503 "
                        "call=datamodel_lineage,attempt=1-5,do=status:503");
    if (extraction_run(x, NULL) != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2); /* {} */
    assert_contains(extraction_file(x, "datamodel_lineage")->text, "\"elementId\": \"e\"");
}

#define TABLE "{\"connectionId\": \"c\", \"path\": [\"t\"]}"

/* A row of the listing of all paths that has none: the table is asked for singly. */
static void test_listed_without_path(void **state)
{
    static const struct recorded_call calls[] = {
        {WORKBOOKS, 200, PAGE_OF("{\"workbookId\": \"w\"}", LAST("1"))},
        {"GET /v2/workbooks/w/elements?limit=1000", 200, PAGE_OF("", LAST("0"))},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"table\", \"inodeId\": \"8dfcd325-6b9a-49b3-a491-1189fab1b206\"}, "
         "{\"type\": \"table\", \"inodeId\": \"002814d6-59dd-47a1-9f35-c852a8155203\"}, "
         "{\"type\": \"table\", \"inodeId\": \"t3\"}, {\"type\": \"table\", \"inodeId\": \"t4\"}]"},
        {"GET /v2/connections/paths?limit=1000", 200,
         PAGE_OF("{\"urlId\": \"4jVstLCODfn2odTNE2xzDM\", \"connectionId\": \"c\", \"path\": "
                 "[\"t\"]}, {\"urlId\": \"0ijFvkwmxRPAwflBXQu1t\", \"connectionId\": \"c\", "
                 "\"path\": null}",
                 LAST("2"))},
        {"GET /v2/connections/paths/8dfcd325-6b9a-49b3-a491-1189fab1b206", 200, TABLE},
        {"GET /v2/connections/paths/002814d6-59dd-47a1-9f35-c852a8155203", 200, TABLE},
        {"GET /v2/connections/paths/t3", 200, TABLE},
        {"GET /v2/connections/paths/t4", 200, TABLE}};
    struct extraction *x = *state;
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    if (extraction_run(x, NULL) != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_int_equal(sim_calls(x->sim, "paths", 200), 1);
    assert_int_equal(sim_calls(x->sim, "path", 200), 4);
    assert_lacks(extraction_file(x, "workbook_sources")->text, "null");
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_rows_without_id),
        ALONE(test_rights_of_a_resumed_run),
        ALONE(test_late),
        ALONE(test_listed_without_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) +
           EXTRACTION_TABLE("damaged answers", damage_rows, test_damage) +
           EXTRACTION_TABLE("totals", total_rows, test_total) +
           EXTRACTION_TABLE("objects' pages", object_rows, test_object) +
           EXTRACTION_TABLE("references", reference_rows, test_references);
}
