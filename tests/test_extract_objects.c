/* Objects' calls: what is asked once more at the end, what is kept of an answer that is short, and
 * when so much is lacking that the set is degraded: castor-extract-sigma(1), "WHEN SIGMA OR THE
 * NETWORK FAILS". */
#include "tests/support/extraction.h"
#include "tests/support/undisturbed.h"

/* Pages of two: of each workbook's elements 3, of each data model's sources 2 and lineage 7. */
#define PAGE_SIZE 2

struct row {
    const char *name;
    const char *faults; /* divided by spaces */
    const char *args;
    enum smc_status status;
    const char *kind; /* of the calls that are counted */
    long calls;
    long calls_max;  /* 0: as `calls` */
    const char *gap; /* the kind that counts `gaps`; NULL: there are none */
    long gaps;
    const char *degraded; /* as JSON; NULL: it is not */
    const char *says;     /* in the log, or where it fails in the error; NULL: nothing */
    bool has_changed;     /* the organisation has, meanwhile */
    const char *lost;     /* of object 0 what this kind says of it is lost; NULL: nothing */
    /* the estate, where it is not extraction_plain_estate's; 0: as it is */
    long workbooks;
    long datamodels;
    long datasets;
    long tables;
};

#define ELEMENTS "call=elements,object=0,"

static const struct row rows[] = {
    {.name = "undisturbed", .kind = "elements", .calls = 12},

    /* ---- rows that are lacking ---- */
    {.name = "short: elements, for good",
     .faults = ELEMENTS "do=addtotal:599",
     .kind = "elements",
     .calls = 12 + 3,
     .gap = "elements",
     .gaps = 1,
     .says = "594 of its 599 rows are lacking"},
    {.name = "short: elements, once",
     .faults = ELEMENTS "attempt=1,do=addtotal:599",
     .kind = "elements",
     .calls = 12 + 3},
    {.name = "short: the total on the first page alone counts",
     .faults = ELEMENTS "page=1,do=addtotal:6",
     .kind = "elements",
     .calls = 12 + 3,
     .gap = "elements",
     .gaps = 1,
     .says = "1 of its 6 rows are lacking"},
    {.name = "short: a total that fits, or is too small",
     .faults = ELEMENTS "do=addtotal:5 call=elements,object=1,do=addtotal:1",
     .kind = "elements",
     .calls = 12},
    {.name = "short: sources of a data model",
     .faults = "call=datamodel_sources,object=0,do=addtotal:120",
     .kind = "datamodel_sources",
     .calls = 4 + 2,
     .gap = "datamodel_sources",
     .gaps = 1,
     .says = "116 of its 120 rows are lacking"},
    {.name = "short: lineage",
     .faults = "call=datamodel_lineage,object=0,do=addtotal:20",
     .kind = "datamodel_lineage",
     .calls = 14 + 7,
     .gap = "datamodel_lineage",
     .gaps = 1},
    {.name = "short: the second reading fails, and the first stays",
     .faults = ELEMENTS "attempt=1,do=addtotal:599 " ELEMENTS "page=2,attempt=2-,do=status:503",
     .kind = "elements",
     .calls = 12 + 2,
     .gap = "elements",
     .gaps = 1,
     .says = "594 of its 599 rows are lacking"},
    {.name = "short: the second reading is cut off, and the first stays",
     .faults = ELEMENTS "attempt=1,do=addtotal:599 " ELEMENTS "page=1,attempt=2-,do=nocursor",
     .kind = "elements",
     .calls = 12 + 1,
     .gap = "elements",
     .gaps = 1},
    {.name = "short: the second reading has fewer rows, and the first stays",
     .faults = ELEMENTS "attempt=1,do=addtotal:599 " ELEMENTS "page=2,attempt=2-,do=short",
     .kind = "elements",
     .calls = 12 + 3,
     .gap = "elements",
     .gaps = 1,
     .says = "594 of its 599 rows are lacking"},
    {.name = "short: the first reading has fewer rows, the second all",
     .faults = ELEMENTS "page=2,attempt=1,do=short " ELEMENTS "page=1,attempt=1,do=addtotal:5",
     .kind = "elements",
     .calls = 12 + 3},
    {.name = "short: when it is asked the second time only",
     .faults = ELEMENTS "attempt=1-5,page=1,do=status:503 " ELEMENTS "do=addtotal:599",
     .kind = "elements",
     .calls = 9 + 5 + 3,
     .gap = "elements",
     .gaps = 1},
    {.name = "short: all of them, which is not degraded",
     .faults = "call=elements,do=addtotal:599",
     .kind = "elements",
     .calls = 24,
     .gap = "elements",
     .gaps = 4},

    /* ---- cursors ---- */
    {.name = "cursor: none, once",
     .faults = ELEMENTS "page=2,attempt=1,do=nocursor",
     .kind = "elements",
     .calls = 12 + 2},
    {.name = "cursor: none, for good",
     .faults = ELEMENTS "page=2,do=nocursor",
     .kind = "elements",
     .calls = 9 + 2 + 2,
     .gap = "elements",
     .gaps = 1,
     .says = "running again may help",
     .lost = "elements"},
    {.name = "cursor: it repeats, once",
     .faults = ELEMENTS "page=2,attempt=1,do=samecursor",
     .kind = "elements",
     .calls = 12 + 2},
    {.name = "cursor: of the other idiom, once",
     .faults = "call=datamodel_sources,object=0,page=1,attempt=1,do=othercursor",
     .kind = "datamodel_sources",
     .calls = 4 + 1},
    {.name = "cursor: of the other idiom, for good",
     .faults = "call=datamodel_sources,object=0,page=1,do=othercursor",
     .kind = "datamodel_sources",
     .calls = 2 + 1 + 1,
     .gap = "datamodel_sources",
     .gaps = 1,
     .says = "another way of paging",
     .lost = "datamodel_sources"},

    /* ---- 500, and what is never asked again ---- */
    {.name = "500: once",
     .faults = ELEMENTS "attempt=1,page=2,do=status:500",
     .kind = "elements",
     .calls = 12 + 2},
    {.name = "500: for good",
     .faults = ELEMENTS "do=status:500",
     .kind = "elements",
     .calls = 9 + 2,
     .gap = "elements",
     .gaps = 1,
     .says = "running again may help",
     .lost = "elements"},
    {.name = "500: fifty of them do not make a storm",
     .faults = "call=workbook_sources,object=0,do=wait:0 call=workbook_sources,do=status:500",
     .status = SMC_ERR_GAPS,
     .kind = "workbook_sources",
     .calls = 1 + 2 * 50,
     .gap = "workbook_sources",
     .gaps = 50,
     .degraded = "[\"workbook_sources\"]",
     .workbooks = 51},
    {.name = "500: all, while whoami answers",
     .faults = "call=elements,do=status:500",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 2 * 4,
     .gap = "elements",
     .gaps = 4,
     .degraded = "[\"elements\"]"},
    {.name = "500: nothing answers, and whoami neither",
     .faults = "call=elements,do=status:500 call=workbook_sources,do=status:500 "
               "call=datamodel_sources,do=status:500 call=dataset_sources,do=status:500 "
               "call=whoami,do=status:500",
     .status = SMC_ERR_NETWORK,
     .kind = "elements",
     .calls = 1,
     .calls_max = 8},
    {.name = "400: no retry",
     .faults = ELEMENTS "do=status:400",
     .kind = "elements",
     .calls = 9 + 1,
     .gap = "elements",
     .gaps = 1,
     .lost = "elements"},
    {.name = "501: no retry",
     .faults = ELEMENTS "do=status:501",
     .kind = "elements",
     .calls = 9 + 1,
     .gap = "elements",
     .gaps = 1,
     .lost = "elements"},

    /* ---- objects that have gone ---- */
    {.name = "gone: a workbook, while it was listed, is not a gap",
     .faults = "call=workbooks,page=1,attempt=1,do=delete:0",
     .kind = "elements",
     .calls = 1 + 3 * 3,
     .says = "it was deleted while it was listed",
     .has_changed = true},
    {.name = "gone: 404 of one that is still listed is a gap",
     .faults = ELEMENTS "do=status:404",
     .kind = "elements",
     .calls = 9 + 1,
     .gap = "elements",
     .gaps = 1,
     .lost = "elements"},
    {.name = "gone: 410 of one that was deleted is not a gap",
     .faults = "call=workbooks,page=1,attempt=1,do=delete:0 " ELEMENTS "do=status:410 "
               "call=workbook_sources,object=0,do=status:410",
     .kind = "elements",
     .calls = 1 + 3 * 3,
     .says = "it was deleted while it was listed (HTTP 410)",
     .has_changed = true},
    {.name = "gone: 409 is a gap, whatever the listing",
     .faults = "call=workbooks,page=1,attempt=1,do=delete:0 " ELEMENTS "do=status:409",
     .kind = "elements",
     .calls = 1 + 3 * 3,
     .gap = "elements",
     .gaps = 1,
     .has_changed = true},

    /* ---- degraded ---- */
    {.name = "degraded: one of one",
     .faults = ELEMENTS "do=status:503",
     .args = "--retries 0",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 2,
     .gap = "elements",
     .gaps = 1,
     .degraded = "[\"elements\"]",
     .workbooks = 1},
    {.name = "degraded: not by two of four",
     .faults = ELEMENTS "do=status:503 call=elements,object=1,do=status:503",
     .args = "--retries 0",
     .kind = "elements",
     .calls = 6 + 4,
     .gap = "elements",
     .gaps = 2},
    {.name = "degraded: three of four",
     .faults = "call=elements,object=3,do=wait:0 call=elements,do=status:503",
     .args = "--retries 0",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 3 + 6,
     .gap = "elements",
     .gaps = 3,
     .degraded = "[\"elements\"]",
     .says = "elements (3 of 4)"},
    {.name = "degraded: not by three of thirty",
     .faults = ELEMENTS "do=status:500 call=elements,object=1,do=status:500 "
                        "call=elements,object=2,do=status:500",
     .kind = "elements",
     .calls = 27 * 3 + 6,
     .gap = "elements",
     .gaps = 3,
     .workbooks = 30},
    {.name = "degraded: three of twenty-nine",
     .faults = ELEMENTS "do=status:500 call=elements,object=1,do=status:500 "
                        "call=elements,object=2,do=status:500",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 26 * 3 + 6,
     .gap = "elements",
     .gaps = 3,
     .degraded = "[\"elements\"]",
     .workbooks = 29},
    {.name = "degraded: by rights, too",
     .faults = "call=elements,object=3,do=wait:0 call=elements,do=status:403",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 3 + 3,
     .gap = "elements",
     .gaps = 3,
     .degraded = "[\"elements\"]"},
    {.name = "degraded: not by three of four that nothing mends",
     .faults = "call=elements,object=3,do=wait:0 call=elements,do=status:404",
     .kind = "elements",
     .calls = 3 + 3,
     .gap = "elements",
     .gaps = 3},
    {.name = "degraded: all of three, whatever the status",
     .faults = "call=elements,do=status:404",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 3,
     .gap = "elements",
     .gaps = 3,
     .degraded = "[\"elements\"]",
     .workbooks = 3},
    {.name = "degraded: not by all of two that nothing mends",
     .faults = "call=elements,do=status:404",
     .kind = "elements",
     .calls = 2,
     .gap = "elements",
     .gaps = 2,
     .workbooks = 2},
    {.name = "degraded: data sets that are archived never count",
     .faults = "call=dataset_sources,object=0,do=status:404 "
               "call=dataset_sources,object=1,do=status:409 "
               "call=dataset_sources,do=status:410",
     .kind = "dataset_sources",
     .calls = 4,
     .gap = "dataset_sources",
     .gaps = 4,
     .datasets = 4},
    {.name = "degraded: data sets otherwise do",
     .faults = "call=dataset_sources,do=status:400",
     .status = SMC_ERR_GAPS,
     .kind = "dataset_sources",
     .calls = 4,
     .gap = "dataset_sources",
     .gaps = 4,
     .degraded = "[\"dataset_sources\"]",
     .datasets = 4},
    {.name = "degraded: lineages that are forbidden never count",
     .faults = "call=datamodel_lineage,do=status:403",
     .kind = "datamodel_lineage",
     .calls = 2,
     .gap = "datamodel_lineage",
     .gaps = 2},
    {.name = "degraded: lineages that are forbidden, however many, do not tell of the account",
     .faults = "call=datamodel_lineage,do=status:403",
     .kind = "datamodel_lineage",
     .calls = 4,
     .gap = "datamodel_lineage",
     .gaps = 4,
     .workbooks = 12,
     .datamodels = 6},
    {.name = "degraded: the only lineage forbidden is a gap",
     .faults = "call=datamodel_lineage,do=status:403",
     .kind = "datamodel_lineage",
     .calls = 1,
     .gap = "datamodel_lineage",
     .gaps = 1,
     .lost = "datamodel_lineage",
     .datamodels = 1},
    {.name = "degraded: table paths are a kind of their own",
     .faults = "call=path,do=status:403",
     .status = SMC_ERR_GAPS,
     .kind = "path",
     .calls = 2,
     .gap = "path",
     .gaps = 2,
     .degraded = "[\"path\"]"},
    {.name = "degraded: the paths that the listing has are read",
     .faults = "call=path,attempt=1,do=wait:0",
     .kind = "path",
     .calls = 1,
     .tables = 12},

    /* ---- all 403 ---- */
    {.name = "403: all of three, the account",
     .faults = "call=dataset_sources,do=status:403",
     .status = SMC_ERR_AUTH,
     .kind = "dataset_sources",
     .calls = 3,
     .says = "Org Admin",
     .datasets = 3},
    {.name = "403: all of two, the objects",
     .faults = "call=dataset_sources,do=status:403",
     .status = SMC_ERR_GAPS,
     .kind = "dataset_sources",
     .calls = 2,
     .gap = "dataset_sources",
     .gaps = 2,
     .degraded = "[\"dataset_sources\"]"},

    /* ---- --max-gaps and --fail-on-gaps ---- */
    {.name = "--max-gaps 100% allows any",
     .faults = "call=elements,do=status:500",
     .args = "--max-gaps 100%",
     .kind = "elements",
     .calls = 8,
     .gap = "elements",
     .gaps = 4},
    {.name = "--max-gaps 75% allows three of four",
     .faults = "call=elements,object=3,do=wait:0 call=elements,do=status:500",
     .args = "--max-gaps 75%",
     .kind = "elements",
     .calls = 3 + 6,
     .gap = "elements",
     .gaps = 3},
    {.name = "--max-gaps 74.9% does not",
     .faults = "call=elements,object=3,do=wait:0 call=elements,do=status:500",
     .args = "--max-gaps 74.9%",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 3 + 6,
     .gap = "elements",
     .gaps = 3,
     .degraded = "[\"elements\"]"},
    {.name = "--max-gaps 4 allows four",
     .faults = "call=elements,do=status:500",
     .args = "--max-gaps 4",
     .kind = "elements",
     .calls = 8,
     .gap = "elements",
     .gaps = 4},
    {.name = "--max-gaps 3 does not",
     .faults = "call=elements,do=status:500",
     .args = "--max-gaps 3",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 8,
     .gap = "elements",
     .gaps = 4,
     .degraded = "[\"elements\"]",
     .says = "--max-gaps allows more"},
    {.name = "--fail-on-gaps changes the status alone",
     .faults = ELEMENTS "do=status:404",
     .args = "--fail-on-gaps",
     .status = SMC_ERR_GAPS,
     .kind = "elements",
     .calls = 9 + 1,
     .gap = "elements",
     .gaps = 1,
     .lost = "elements",
     .says = "1 gap, and --fail-on-gaps was given"},
};

static void start(struct extraction *x, const struct row *row)
{
    struct sim_options *o = &x->sim_opt;
    extraction_plain_estate(x);
    o->page_size = row->tables ? 0 : PAGE_SIZE;
    o->workbooks = row->workbooks ? row->workbooks : o->workbooks;
    o->datamodels = row->datamodels ? row->datamodels : o->datamodels;
    o->datasets = row->datasets ? row->datasets : o->datasets;
    o->tables = row->tables ? row->tables : o->tables;
    extraction_start(x);
}

static void check_calls(struct extraction *x, const struct row *row)
{
    long calls = sim_calls(x->sim, row->kind, 0);
    long most = row->calls_max ? row->calls_max : row->calls;
    if (calls < row->calls || calls > most)
        fail_msg("%ld calls, expected %ld to %ld", calls, row->calls, most);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* What is not degraded is whole, but for what was lost. */
static void check_files(struct extraction *x, const struct row *row)
{
    struct undisturbed undisturbed = {0};
    void *state = NULL;
    char id[37];
    bool is_model = row->lost && strncmp(row->lost, "datamodel", 9) == 0;
    assert_int_equal(extraction_setup(&state), 0);
    struct extraction *whole = state;
    start(whole, row);
    assert_int_equal(extraction_run(whole, NULL), SMC_OK);
    undisturbed_take(&undisturbed, whole);
    sim_estate_id(x->sim, is_model ? "datamodels" : "workbooks", 0, id);
    /* A gap that loses nothing changes the counts alone. */
    const char *kind = row->lost || !row->gaps ? row->lost : "nothing";
    const struct loss loss = {.kind = kind, .id = id};
    undisturbed_compare(&undisturbed, x, &loss);
    undisturbed_clear(&undisturbed);
    (void)extraction_teardown(&state);
}

static void check_summary(struct extraction *x, const struct row *row)
{
    char member[64];
    (void)snprintf(member, sizeof member, "extraction.gaps.%s", row->gap ? row->gap : "none");
    assert_int_equal(extraction_summary_int(x, member, 0), row->gaps);
    if (!row->gap)
        assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2); /* {} */
    struct smc_json_span degraded = extraction_summary(x, "extraction.degraded");
    char *text = text_format("%.*s", (int)degraded.len, degraded.p ? degraded.p : "");
    char *want = text_format("%s", row->degraded ? row->degraded : "");
    size_t to = 0;
    for (size_t i = 0; text[i]; i++) /* it is written in lines */
        if (!strchr(" \n", text[i]))
            text[to++] = text[i];
    text[to] = '\0';
    assert_string_equal(text, want);
    assert_int_equal(extraction_count_lines(x, "WARNING - The set is degraded", NULL),
                     row->degraded != NULL);
    free(text);
    free(want);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    start(x, row);
    extraction_fault(x, row->faults);
    enum smc_status rc = extraction_run(x, row->args);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    check_calls(x, row);
    bool is_published = rc == SMC_OK || rc == SMC_ERR_GAPS;
    assert_int_equal(extraction_count_files(x, "[0-9]*.json"), is_published ? EXTRACTION_FILES : 0);
    if (row->says)
        assert_contains(rc == SMC_OK ? log_sink_text(&x->log) : x->err.detail, row->says);
    if (is_published)
        check_summary(x, row);
    if (rc == SMC_OK && row->gaps < 2 && !row->has_changed)
        check_files(x, row);
}

/* Of the paths that could not be asked for singly it counts how many there are of all, those of the
 * listing among them. */
static void test_listed_paths_count(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    x->sim_opt.tables = 60;
    x->sim_opt.workbooks = 30;
    x->sim_opt.paths_missing_percent = 20;
    extraction_start(x);
    for (long i = 0; i < 60; i++) {
        char *fault = text_format("call=path,object=%ld,do=status:500", i);
        if (!sim_estate_is_listed(x->sim, i))
            extraction_fault(x, fault);
        free(fault);
    }
    if (extraction_run(x, "--max-gaps 50%") != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_in_range(extraction_summary_int(x, "extraction.gaps.path", 0), 3, 29);
    assert_int_equal(sim_calls(x->sim, "path", 200), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        test_listed_paths_count, extraction_setup, extraction_teardown)};
    int failed = EXTRACTION_TABLE("objects", rows, test_row);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
