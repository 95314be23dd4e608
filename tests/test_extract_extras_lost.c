/* --with, when Sigma or the network fails: what Catalog asks for is published as it would be
 * without, never degraded, and what is lacking of the rest is a gap. And what a later run reuses. */
#include "tests/support/extraction.h"
#include "tests/support/stand_in.h"

#include <poll.h>

#define RETRIES "--retries 2"

static void make_estate(struct extraction *x)
{
    struct sim_options *o = &x->sim_opt;
    extraction_plain_estate(x);
    o->lineage_broken_percent = 0;
    o->columns_broken_percent = 0;
    o->page_size = 2;
    o->teams = o->tags = o->workspaces = o->reports = 5;
    o->grants = 7;
}

/* The files of a run that nothing disturbed, by extraction_names. */
#define FILES (EXTRACTION_FILES + EXTRACTION_EXTRAS)
static char *clean[FILES];

static void take_clean(struct extraction *x)
{
    make_estate(x);
    extraction_start(x);
    if (clean[0])
        return;
    if (extraction_run(x, "--with all") != SMC_OK)
        fail_msg("%s", x->err.detail);
    for (size_t i = 0; i < FILES; i++)
        clean[i] = text_format("%s", extraction_file(x, extraction_names[i])->text);
    /* The next run is the first to this directory. */
    free(x->output);
    x->output = text_format("%s/second", x->dir);
}

static bool is_there(const struct extraction *x, const char *name)
{
    char *pattern = text_format("*-%s.json", name);
    size_t count = extraction_count_files(x, pattern);
    free(pattern);
    return count > 0;
}

static int64_t gaps_of(struct extraction *x, const char *kind)
{
    char *path = text_format("extraction.gaps.%s", kind);
    int64_t count = extraction_summary_int(x, path, 0);
    free(path);
    return count;
}

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; at && *at; at += strspn(at, " ")) {
        size_t found = strcspn(at, " ");
        if (found == len && strncmp(at, word, len) == 0)
            return true;
        at += found;
    }
    return false;
}

/* What Catalog asks for is as it was, and says nothing of what extras lack. */
static void check_feed(struct extraction *x)
{
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        if (strcmp(extraction_file(x, extraction_names[i])->text, clean[i]) != 0)
            fail_msg("%s: %s\ninstead of\n%s", extraction_names[i],
                     extraction_file(x, extraction_names[i])->text, clean[i]);
    assert_null(extraction_summary(x, "extraction.degraded").p);
    assert_null(extraction_summary(x, "extraction.partial").p);
    for (size_t i = EXTRACTION_FILES; i < FILES; i++) { /* what is not there is not counted */
        char *path = text_format("extraction.files.%s.records", extraction_names[i]);
        bool is_counted = extraction_summary_int(x, path, -1) >= 0;
        assert_int_equal(is_counted, is_there(x, extraction_names[i]));
        free(path);
    }
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
}

/* ---- every call x every fault ---- */

struct kind {
    const char *name;
    const char *file; /* that lacks what these calls lack */
    bool has_total;   /* else nothing tells that a row is missing */
};

static const struct kind kinds[] = {
    {"teams", "teams", true},
    {"team_members", "teams", true},
    {"tags", "tags", true},
    {"workspaces", "workspaces", true},
    {"reports", "reports", true},
    {"report_sources", "report_sources", false},
    {"grants", "grants", true},
    {"table_columns", "table_columns", false},
    {"workbook_pages", "workbook_pages", true},
    {"page_elements", "workbook_pages", true},
    {"workbook_columns", "workbook_columns", true},
    {"workbook_lineage", "workbook_lineage", true},
    {"workbook_queries", "workbook_queries", true},
    {"datamodel_columns", "datamodel_columns", true},
    {"datamodel_elements", "datamodel_elements", true},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const char *const faults[] = {
    "status:408",
    "status:502",
    "status:503",
    "status:504",
    "status:520",
    "status:524,html=1",
    "status:402,code=timedout",
    "status:200,code=timedout",
    "status:206",
    "reset",
    "cut",
    "html",
    "broken",
    "empty",
    "deep:5000",
    "encoding:br,identity=1",
    "status:503,retry-after=20",
    "status:503,retry-after=3601",
    "status:429",
    "status:429,html=1",
    "status:403,html=1",
    "status:401",
    "status:400",
    "status:402,code=payment",
    "status:403",
    "status:404",
    "status:409",
    "status:410",
    "status:418",
    "status:500",
    "status:501",
    "redirect:http://127.0.0.1:1/",
    "huge:70000000",
    "bomb:70000000",
    "bigheader",
    "status:200,code=odd",
    "wrongshape",
    "samecursor",
    "nocursor",
    "othercursor",
    "emptycursor",
    "encodedcursor",
    "endless",
    "short",
    "total:9000000",
    "members",
    "encoding:br",
    "encoding:gzip",
    "bom",
    "notype",
    "wait:5",
};
#define FAULTS (sizeof faults / sizeof faults[0])

struct cell {
    const struct kind *kind;
    const char *fault;
    bool is_once; /* the first try alone meets it */
};

/* The file is what it would be, or there is a gap. */
static void check_cell(struct extraction *x, const struct cell *cell)
{
    size_t at = 0;
    while (strcmp(extraction_names[at], cell->kind->file) != 0)
        at++;
    bool is_whole = is_there(x, cell->kind->file) &&
                    strcmp(extraction_file(x, cell->kind->file)->text, clean[at]) == 0;
    /* What ends the asking is a gap of each kind that was not read to its end. */
    bool is_unseen = !cell->kind->has_total &&
                     (strcmp(cell->fault, "short") == 0 || strcmp(cell->fault, "nocursor") == 0);
    if (!is_whole && !is_unseen && gaps_of(x, cell->kind->name) == 0 &&
        gaps_of(x, cell->kind->file) == 0)
        fail_msg("%s lacks something, and nothing says so:\n%s", cell->kind->file,
                 log_sink_text(&x->log));
    for (size_t i = EXTRACTION_FILES; i < FILES; i++) /* the others */
        if (is_there(x, extraction_names[i]) &&
            strcmp(extraction_names[i], cell->kind->file) != 0 &&
            gaps_of(x, extraction_names[i]) == 0)
            if (strcmp(extraction_file(x, extraction_names[i])->text, clean[i]) != 0 &&
                strcmp(extraction_names[i], "field_lineage") != 0) /* it is made of the others */
                fail_msg("%s is not what it was", extraction_names[i]);
}

static void test_cell(void **state)
{
    struct extraction *x = *state;
    const struct cell *const *given = x->row;
    const struct cell *cell = *given;
    take_clean(x);
    char *fault = text_format("call=%s,%sdo=%s", cell->kind->name,
                              cell->is_once ? "attempt=1," : "", cell->fault);
    extraction_fault(x, fault);
    if (extraction_run(x, RETRIES " --with all") != SMC_OK)
        fail_msg("%s: %s", fault, x->err.detail);
    check_feed(x);
    check_cell(x, cell);
    free(fault);
}

/* A sample in which each fault meets two calls, and each call each kind of fault; with SMC_LONG
 * set, all. */
static int run_matrix(void)
{
    static struct cell cells[KINDS * FAULTS * 2];
    static const struct cell *rows[KINDS * FAULTS * 2];
    static char names[KINDS * FAULTS * 2][96];
    static struct CMUnitTest tests[KINDS * FAULTS * 2];
    bool is_all = getenv("SMC_LONG") != NULL;
    size_t count = 0;
    for (size_t f = 0; f < FAULTS; f++)
        for (size_t k = 0; k < KINDS; k++)
            for (int once = 0; once < 2; once++) {
                if (!is_all && (k + f) % KINDS != (once ? 7 : 0) &&
                    (k + f) % KINDS != (once ? 7 : 4))
                    continue;
                cells[count] = (struct cell){&kinds[k], faults[f], once};
                rows[count] = &cells[count];
                (void)snprintf(names[count], sizeof names[count], "%s: %s%s", kinds[k].name,
                               faults[f], once ? ", once" : "");
                tests[count] = (struct CMUnitTest){.name = names[count],
                                                   .test_func = test_cell,
                                                   .setup_func = extraction_setup,
                                                   .teardown_func = extraction_teardown,
                                                   .initial_state = &rows[count]};
                count++;
            }
    return _cmocka_run_group_tests("extras x faults", tests, count, NULL, NULL);
}

/* ---- what becomes of a file ---- */

struct row {
    const char *name;
    const char *faults;
    const char *options; /* besides --with all */
    const char *left;    /* files that are left out */
    const char *kind;    /* of a gap, and how many there are; NULL: not looked at */
    int64_t gaps;
    const char *says; /* in the log */
    enum smc_status status;
    long workbooks;  /* 0: as in the estate */
    long calls;      /* of `kind`; -1: not looked at */
    long down_after; /* calls of the undisturbed run without extras, and so many more */
};

#define REFUSED "it takes other rights"

static const struct row rows[] = {
    {"nothing", "", "", "", "tags", 0, NULL, SMC_OK, 0, -1, 0},
    {"listing: 403", "call=tags,do=status:403", "", "tags", "tags", 1, REFUSED, SMC_OK, 0, 1, 0},
    {"listing: 500", "call=tags,do=status:500", "", "tags", "tags", 1, "running again may help",
     SMC_OK, 0, 3, 0},
    {"listing: 503", "call=workspaces,do=status:503", "", "workspaces", "workspaces", 1, NULL,
     SMC_OK, 0, 3, 0},
    {"grants: 400", "call=grants,do=status:400", "", "grants", "grants", 1, NULL, SMC_OK, 0, 1, 0},
    {"listing: its second page", "call=grants,page=2,do=status:400", "", "grants", "grants", 1,
     NULL, SMC_OK, 0, -1, 0},
    {"listing: short", "call=grants,do=total:99", "", "grants", "grants", 1,
     "7 rows in all where Sigma counts 99", SMC_OK, 0, -1, 0},
    {"listing: a circle", "call=grants,do=samecursor", "", "grants", "grants", 1, NULL, SMC_OK, 0,
     -1, 0},
    {"reports, and what belongs to them", "call=reports,page=2,do=status:404", "",
     "reports report_sources", "reports", 1, NULL, SMC_OK, 0, -1, 0},
    {"objects: 403 for all", "call=workbook_columns,do=status:403", "", "workbook_columns",
     "workbook_columns", 4 + 1, REFUSED, SMC_OK, 0, 4, 0},
    {"objects: 403 for one of them", "call=workbook_columns,object=1,do=status:403", "", "",
     "workbook_columns", 1, REFUSED, SMC_OK, 0, -1, 0},
    {"objects: no more are asked after 20 times 403", "call=workbook_columns,do=status:403",
     "--concurrency 1", "workbook_columns", "workbook_columns", 20 + 1, REFUSED, SMC_OK, 30, 20, 0},
    {"objects: 400 for all", "call=workbook_lineage,do=status:400", "", "workbook_lineage",
     "workbook_lineage", 4 + 1, NULL, SMC_OK, 0, 4, 0},
    {"objects: 500 for all", "call=workbook_queries,do=status:500", "", "workbook_queries",
     "workbook_queries", 4 + 1, NULL, SMC_OK, 0, 8, 0},
    {"members of teams: 403 for all", "call=team_members,do=status:403", "", "teams",
     "team_members", 5 + 1, REFUSED, SMC_OK, 0, 5, 0},
    {"elements of pages: 403 for all", "call=page_elements,do=status:403", "", "workbook_pages",
     "page_elements", -1, REFUSED, SMC_OK, 0, -1, 0},
    {"columns of tables: 403 for all", "call=table_columns,do=status:403", "", "table_columns",
     "table_columns", 2 + 1, REFUSED, SMC_OK, 0, 2, 0},
    {"everything that is an extra: 403",
     "call=tags,do=status:403 call=workspaces,do=status:403 call=reports,do=status:403 "
     "call=grants,do=status:403 call=teams,do=status:403 call=workbook_pages,do=status:403 "
     "call=workbook_columns,do=status:403 call=workbook_lineage,do=status:403 "
     "call=workbook_queries,do=status:403 call=datamodel_elements,do=status:403 "
     "call=datamodel_columns,do=status:403 call=table_columns,do=status:403",
     "",
     "tags workspaces reports report_sources grants teams workbook_pages workbook_columns "
     "workbook_lineage workbook_queries datamodel_elements datamodel_columns table_columns "
     "field_lineage",
     NULL, 0, NULL, SMC_OK, 0, -1, 0},
    {"gaps of extras do not count", "call=workbook_lineage,object=0,do=status:503", "--max-gaps 0",
     "", "workbook_lineage", 1, NULL, SMC_OK, 0, -1, 0},
    {"but are gaps", "call=workbook_lineage,object=0,do=status:400", "--fail-on-gaps", "",
     "workbook_lineage", 1, NULL, SMC_ERR_GAPS, 0, -1, 0},
    {"the credentials are refused from then on", "call=tags,do=status:401", "--concurrency 1",
     "tags", "tags", 1, "the run goes on without: ", SMC_OK, 0, -1, 0},
    {"nothing but refusals", "call=tags,do=status:429", "", "tags", "tags", 1,
     "the run goes on without: ", SMC_OK, 0, -1, 0},
    {"the time is up", "call=tags,do=status:503,retry-after=3000", "--max-time 1000", "tags",
     "tags", 1, "the run goes on without: ", SMC_OK, 0, -1, 0},
    {"the API is down from then on", "", "", "table_columns", "table_columns", 1,
     "the run goes on without: ", SMC_OK, 0, 0, 10},
};

/* How many calls a run makes without extras. */
static long count_calls(struct extraction *x)
{
    if (extraction_run(x, RETRIES) != SMC_OK)
        fail_msg("%s", x->err.detail);
    return sim_calls(x->sim, NULL, 0);
}

static void restart(struct extraction *x, long down_after)
{
    sim_stop(x->sim);
    x->sim = NULL;
    x->sim_opt.down_after = down_after;
    extraction_start(x);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    make_estate(x);
    if (row->workbooks)
        x->sim_opt.workbooks = row->workbooks;
    else
        take_clean(x);
    if (row->workbooks)
        extraction_start(x);
    if (row->down_after)
        restart(x, count_calls(x) + row->down_after);
    if (*row->faults)
        extraction_fault(x, row->faults);
    sim_stats_reset(x->sim);
    char *options = text_format(RETRIES " --with all %s", row->options);
    if (extraction_run(x, options) != row->status)
        fail_msg("%d: %s\n%s", x->status, x->err.detail, log_sink_text(&x->log));
    if (!row->workbooks)
        check_feed(x);
    for (size_t i = EXTRACTION_FILES; i < FILES; i++) {
        bool is_left_out = has_word(row->left, extraction_names[i]);
        char *path = text_format("extraction.files.%s.records", extraction_names[i]);
        bool is_counted = extraction_summary_int(x, path, -1) >= 0;
        free(path);
        if (is_left_out && is_counted)
            fail_msg("%s is there", extraction_names[i]);
        if (!is_left_out && !is_counted && !row->says)
            fail_msg("%s is left out:\n%s", extraction_names[i], log_sink_text(&x->log));
        if (is_left_out)
            assert_int_equal(
                extraction_count_lines(x, extraction_names[i], "is left out of the set"),
                extraction_count_lines(x, "is left out of the set", extraction_names[i]));
    }
    if (row->kind && row->gaps >= 0 && gaps_of(x, row->kind) != row->gaps)
        fail_msg("%lld gaps of %s:\n%s", (long long)gaps_of(x, row->kind), row->kind,
                 log_sink_text(&x->log));
    if (row->kind && row->calls > 0)
        assert_int_equal(sim_calls(x->sim, row->kind, 0), row->calls);
    if (row->says)
        assert_contains(log_sink_text(&x->log), row->says);
    free(options);
}

/* A call without an answer. */
static void test_silence(void **state)
{
    struct extraction *x = *state;
    take_clean(x);
    x->is_live = true;
    stand_in_clock(&x->live, x->sim);
    extraction_fault(x, "call=tags,do=silent call=workbook_columns,object=1,do=stall");
    if (extraction_run(x, "--retries 0 --timeout 1 --with all") != SMC_OK)
        fail_msg("%s", x->err.detail);
    check_feed(x);
    assert_false(is_there(x, "tags"));
    assert_int_equal(gaps_of(x, "tags"), 1);
    assert_int_equal(gaps_of(x, "workbook_columns"), 1);
}

/* Tables that extras alone name: all refused, and an API that goes down on the way. The sources are
 * there, without the paths. */
static void test_paths_of_extras(void **state)
{
    struct extraction *x = *state;
    make_estate(x);
    x->sim_opt.tables = 60;
    x->sim_opt.reports = 40;
    extraction_start(x);
    assert_int_equal(extraction_run(x, "--concurrency 1 --only members --with report_sources"),
                     SMC_OK);
    long calls = sim_calls(x->sim, NULL, 0);
    long paths = sim_calls(x->sim, "path", 0);
    assert_true(paths > 30);
    extraction_fault(x, "call=path,do=status:403");
    sim_stats_reset(x->sim);
    assert_int_equal(extraction_run(x, "--concurrency 1 --only members --with report_sources"),
                     SMC_OK);
    assert_int_equal(extraction_file(x, "report_sources")->count, 40);
    assert_in_range(sim_calls(x->sim, "path", 0), 20, 21); /* one may be under way */
    assert_int_equal(gaps_of(x, "path"), sim_calls(x->sim, "path", 0) + 1);
    assert_null(extraction_summary(x, "extraction.degraded").p);

    restart(x, calls - paths / 2);
    assert_int_equal(extraction_run(x, "--concurrency 1 --only members --with report_sources"),
                     SMC_OK);
    assert_int_equal(extraction_file(x, "report_sources")->count, 40);
    assert_int_equal(gaps_of(x, "path"), 1);
    assert_contains(log_sink_text(&x->log), "the run goes on without: ");
}

/* What the set's own files do without, and extras do not: the workbooks' listing. */
static void test_listing_for_extras_alone(void **state)
{
    struct extraction *x = *state;
    make_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=workbooks,do=status:500");
    assert_int_equal(
        extraction_run(x, RETRIES " --only members --with workbook_columns,reports,tags"), SMC_OK);
    assert_false(is_there(x, "workbook_columns"));
    assert_int_equal(extraction_file(x, "reports")->count, 5);
    assert_int_equal(extraction_file(x, "tags")->count, 5);
    assert_int_equal(gaps_of(x, "workbooks"), 1);
    assert_null(extraction_summary(x, "extraction.degraded").p);
}

/* What makes Sigma ask the warehouse has two minutes, however short --timeout is. */
static void test_slow(void **state)
{
    struct extraction *x = *state;
    take_clean(x);
    x->is_live = true;
    stand_in_clock(&x->live, x->sim);
    extraction_fault(x, "call=table_columns,object=0,do=wait:2000 "
                        "call=workbook_queries,object=0,do=wait:2000 "
                        "call=workbook_columns,object=0,do=silent");
    if (extraction_run(x, "--retries 0 --timeout 1 --with all") != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_int_equal(gaps_of(x, "table_columns"), 0);
    assert_int_equal(gaps_of(x, "workbook_queries"), 0);
    assert_int_equal(gaps_of(x, "workbook_columns"), 1);
}

/* ---- later runs ---- */

static void stop(struct extraction *x)
{
    extraction_stop(x);
}

static long object_calls(struct extraction *x)
{
    static const char *const objects[] = {
        "team_members",      "report_sources",    "table_columns",    "workbook_pages",
        "page_elements",     "workbook_columns",  "workbook_lineage", "workbook_queries",
        "datamodel_columns", "datamodel_elements"};
    long count = 0;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        count += sim_calls(x->sim, objects[i], 0);
    return count;
}

/* A run that is stopped in the midst of it is gone on with. */
static void test_resumed(void **state)
{
    struct extraction *x = *state;
    take_clean(x);
    extraction_fault(x, "call=workbook_columns,object=3,attempt=1,do=status:503");
    x->cue = "503";
    x->on_cue = stop;
    assert_int_equal(extraction_run(x, "--concurrency 1 --with all"), SMC_ERR_CANCELLED);
    long before = object_calls(x);
    assert_true(before > 5);
    x->cue = NULL;
    x->on_cue = NULL;
    sim_stats_reset(x->sim);
    assert_int_equal(extraction_run(x, "--concurrency 1 --with all"), SMC_OK);
    check_feed(x);
    for (size_t i = EXTRACTION_FILES; i < FILES; i++)
        assert_string_equal(extraction_file(x, extraction_names[i])->text, clean[i]);
    long all = before + object_calls(x);
    sim_stats_reset(x->sim);
    assert_int_equal(extraction_run(x, "--no-resume --with all"), SMC_OK);
    /* But for the pages of the one that was under way. */
    assert_in_range(all, object_calls(x), object_calls(x) + 10);
}

/* What has not changed is not asked for again. */
static void test_incremental(void **state)
{
    struct extraction *x = *state;
    take_clean(x);
    assert_int_equal(extraction_run(x, "--incremental --with all"), SMC_OK);
    assert_true(object_calls(x) > 20);
    sim_stats_reset(x->sim);
    assert_int_equal(extraction_run(x, "--incremental --with all"), SMC_OK);
    assert_int_equal(object_calls(x), 0);
    for (size_t i = EXTRACTION_FILES; i < FILES; i++)
        assert_string_equal(extraction_file(x, extraction_names[i])->text, clean[i]);
    /* A run without extras neither uses nor drops them. */
    assert_int_equal(extraction_run(x, "--incremental"), SMC_OK);
    sim_stats_reset(x->sim);
    assert_int_equal(extraction_run(x, "--incremental --with all"), SMC_OK);
    assert_int_equal(object_calls(x), 0);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, extraction_setup, extraction_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_silence), TEST(test_paths_of_extras), TEST(test_listing_for_extras_alone),
        TEST(test_slow),    TEST(test_resumed),         TEST(test_incremental)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL) |
                 EXTRACTION_TABLE("extras", rows, test_row) | run_matrix();
    for (size_t i = 0; i < FILES; i++)
        free(clean[i]);
    return failed;
}
