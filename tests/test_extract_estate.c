/* Whole estates, plain and odd: what is written equals what the stand-in served, listings to the
 * byte, the joined files by an independent model; with the fewest calls. */
#include "tests/support/extraction.h"
#include "tests/support/model.h"

struct row {
    const char *name;
    uint64_t seed;
    bool is_plain;
    long page_size;
    long workbooks; /* of all numbers 0: the stand-in's own default */
    long datamodels;
    long tables;
    long sources;
    long lineage;
    int missing;  /* percent */
    int conflict; /* percent */
    bool disagree;
    bool without_total;
    bool big_strings;
    bool not_admin;
    bool strict;
    long token_uses;
    long token_life; /* seconds */
    double rate;
    const char *faults; /* of the listing of all paths alone: it must not matter */
    const char *args;
    int concurrency; /* as `args` say; 0: 5 */
};

static const struct row rows[] = {
    {.name = "plain", .seed = 1, .is_plain = true},
    {.name = "plain, pages of 3", .seed = 2, .is_plain = true, .page_size = 3},
    {.name = "plain, pages of 1", .seed = 3, .is_plain = true, .page_size = 1},
    {.name = "odd", .seed = 1},
    {.name = "odd, pages of 1", .seed = 2, .page_size = 1},
    {.name = "odd, pages of 2", .seed = 3, .page_size = 2},
    {.name = "odd, pages of 3", .seed = 4, .page_size = 3},
    {.name = "odd, pages of 7", .seed = 5, .page_size = 7},
    {.name = "odd, seed 6", .seed = 6, .page_size = 4},
    {.name = "odd, seed 7", .seed = 7, .page_size = 5},
    {.name = "odd, seed 8", .seed = 8, .page_size = 6},
    {.name = "odd, more of all",
     .seed = 9,
     .page_size = 20,
     .workbooks = 90,
     .datamodels = 40,
     .tables = 200,
     .sources = 8,
     .lineage = 40},
    {.name = "much lineage that refers to other pages",
     .seed = 10,
     .page_size = 2,
     .datamodels = 12,
     .lineage = 60},
    {.name = "one call at a time", .seed = 11, .args = "--concurrency 1", .concurrency = 1},
    {.name = "many calls at once", .seed = 12, .args = "--concurrency 20", .concurrency = 20},
    {.name = "strings of 5 MB", .seed = 13, .big_strings = true},
    {.name = "no admin", .seed = 14, .not_admin = true},
    {.name = "no admin, strict", .seed = 15, .not_admin = true, .strict = true},
    {.name = "no path is listed", .seed = 16, .missing = 100},
    {.name = "half of the paths are not listed", .seed = 17, .missing = 50},
    {.name = "all tables conflict", .seed = 18, .conflict = 100},
    {.name = "half of the tables conflict", .seed = 19, .conflict = 50, .tables = 60},
    {.name = "the listing of paths disagrees", .seed = 20, .disagree = true},
    {.name = "the listing of paths has no total", .seed = 21, .without_total = true},
    {.name = "the listing of paths has no total and many pages",
     .seed = 22,
     .without_total = true,
     .page_size = 2},
    {.name = "paths: page 2 fails",
     .seed = 40,
     .page_size = 5,
     .faults = "call=paths,page=2,do=status:500"},
    {.name = "paths: page 2 is not JSON",
     .seed = 41,
     .page_size = 5,
     .faults = "call=paths,page=2,do=broken"},
    {.name = "paths: page 1 names itself", .seed = 42, .faults = "call=paths,page=1,do=samecursor"},
    {.name = "paths: page 2 names itself",
     .seed = 43,
     .page_size = 5,
     .faults = "call=paths,page=2,do=samecursor"},
    {.name = "paths: no cursor member",
     .seed = 44,
     .page_size = 5,
     .faults = "call=paths,do=nocursor"},
    {.name = "paths: rows are missing",
     .seed = 45,
     .page_size = 5,
     .faults = "call=paths,do=short"},
    {.name = "paths: rows come twice", .seed = 46, .page_size = 5, .faults = "call=paths,do=dup"},
    {.name = "paths: no rows", .seed = 47, .faults = "call=paths,do=wrongshape"},
    {.name = "paths: total too small",
     .seed = 48,
     .page_size = 5,
     .faults = "call=paths,do=total:1"},
    {.name = "paths: total says that it does not pay",
     .seed = 49,
     .page_size = 5,
     .faults = "call=paths,do=total:9000000"},
    {.name = "paths: the first check can't be made",
     .seed = 50,
     .faults = "call=path,attempt=1,do=status:503"},
    {.name = "two tables", .seed = 23, .tables = 2},
    {.name = "no table", .seed = 24, .tables = -1},
    {.name = "no workbook", .seed = 25, .workbooks = -1},
    {.name = "no data model", .seed = 26, .datamodels = -1},
    {.name = "no source", .seed = 27, .sources = -1},
    {.name = "no lineage entry", .seed = 28, .lineage = -1},
    {.name = "tokens that die after 7 calls",
     .seed = 29,
     .token_uses = 7,
     .args = "--concurrency 1",
     .concurrency = 1},
    {.name = "a rate limit", .seed = 30, .rate = 20},
    {.name = "a rate limit, and tokens of 20 s", .seed = 31, .rate = 2, .token_life = 20},
};

static void change(long *number, long to)
{
    if (to)
        *number = to < 0 ? 0 : to;
}

static void set_up(struct extraction *x, const struct row *row)
{
    struct sim_options *o = &x->sim_opt;
    o->seed = row->seed;
    o->odd = o->undescribed = !row->is_plain;
    o->page_size = row->page_size;
    change(&o->workbooks, row->workbooks);
    change(&o->datamodels, row->datamodels);
    change(&o->tables, row->tables);
    change(&o->sources, row->sources);
    change(&o->lineage, row->lineage);
    if (row->missing || row->conflict) {
        o->paths_missing_percent = row->missing;
        o->paths_conflict_percent = row->conflict;
    }
    o->paths_disagree = row->disagree;
    o->paths_without_total = row->without_total;
    o->big_strings = row->big_strings;
    o->not_admin = row->not_admin;
    o->explorations_strict = row->strict;
    o->token_uses = row->token_uses;
    o->token_life_seconds = row->token_life;
    o->token_strict = true;
    o->rate = row->rate;
    extraction_start(x);
    extraction_fault(x, row->faults);
}

static long pages_of(const struct extraction *x, long count)
{
    long size = x->sim_opt.page_size ? x->sim_opt.page_size : 500;
    return count <= size ? 1 : (count + size - 1) / size;
}

/* As many pages as the objects of a kind have. */
static long object_pages(struct extraction *x, const char *kind, const char *owner)
{
    long pages = 0;
    for (long i = 0; i < sim_estate_count(x->sim, owner); i++)
        pages += pages_of(x, sim_estate_row_count(x->sim, kind, i));
    return pages;
}

/* One of several pages is read twice. Returns how many calls were answered before, to the
 * letter. */
static long check_listing_calls(struct extraction *x)
{
    static const char *const listings[] = {"connections", "workbooks", "datamodels",
                                           "datasets",    "files",     "members"};
    long repeats = 0;
    for (size_t i = 0; i < sizeof listings / sizeof listings[0]; i++) {
        long pages = pages_of(x, sim_estate_count(x->sim, listings[i]));
        long again = pages > 1 ? pages : 0;
        assert_int_equal(sim_calls(x->sim, listings[i], 200), pages + again);
        assert_int_equal(sim_repeats(x->sim, listings[i]), again);
        repeats += again;
    }
    return repeats;
}

static void check_calls(struct extraction *x, const struct row *row, const struct model *model)
{
    long listed_again = check_listing_calls(x);
    assert_int_equal(sim_calls(x->sim, "whoami", 200), 1);
    assert_int_equal(sim_calls(x->sim, "workbook_sources", 200),
                     sim_estate_count(x->sim, "workbooks"));
    assert_int_equal(sim_calls(x->sim, "dataset_sources", 200),
                     sim_estate_count(x->sim, "datasets"));
    assert_int_equal(sim_calls(x->sim, "elements", 200), object_pages(x, "elements", "workbooks"));
    assert_int_equal(sim_calls(x->sim, "datamodel_sources", 200),
                     object_pages(x, "datamodel_sources", "datamodels"));
    assert_int_equal(sim_repeats(x->sim, NULL), sim_repeats(x->sim, "paths") + listed_again);
    if (!row->faults)
        assert_int_equal(sim_repeats(x->sim, "paths"), 0);
    assert_int_equal(sim_unexpected(x->sim), 0);
    assert_int_equal(sim_token_violations(x->sim), 0);
    if (row->token_life) /* renewed in time, at half its life: none was refused */
        assert_in_range(sim_calls(x->sim, "token", 200), 3, 100);
    if (!row->token_uses)
        assert_int_equal(sim_calls(x->sim, NULL, 401), 0);
    assert_in_range(sim_max_in_flight(x->sim), 1, row->concurrency ? row->concurrency : 5);
    /* No table is asked for twice, and all that can't be had were. */
    long answered = sim_calls(x->sim, "path", 200) + sim_calls(x->sim, "path", 404) +
                    sim_calls(x->sim, "path", 409);
    assert_in_range(answered, model->unresolved, model->table_count);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.path", 0), model->unresolved);
    assert_int_equal(extraction_count_lines(x, "Gap: path of ", NULL), model->unresolved);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    struct model model;
    set_up(x, row);
    enum smc_status rc = extraction_run(x, row->args);
    if (rc != SMC_OK && rc != SMC_ERR_GAPS)
        fail_msg("%s", x->err.detail);
    model_make(&model, x->sim);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        model_compare(&model, x, extraction_names[i]);
    check_calls(x, row, &model);
    struct smc_json_span whole = extraction_summary(x, "extracts_whole_organization");
    assert_memory_equal(whole.p, row->not_admin ? "false" : "true", whole.len);
    model_clear(&model);
}

/* Listings of all paths pay: 200 tables cost a handful of calls. */
static void test_bulk(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    x->sim_opt.tables = 200;
    x->sim_opt.workbooks = 100;
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(sim_calls(x->sim, "paths", 0), 1);
    assert_int_equal(sim_calls(x->sim, "path", 0), 1);
}

/* Two runs of the same estate write the same bytes, whatever the order of answers. */
static void test_same(void **state)
{
    struct extraction *x = *state;
    x->sim_opt.page_size = 3;
    extraction_start(x);
    assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_OK);
    char *first[EXTRACTION_FILES];
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        first[i] = text_format("%s", extraction_file(x, extraction_names[i])->text);
    assert_int_equal(extraction_run(x, "--concurrency 16"), SMC_OK);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        assert_string_equal(first[i], extraction_file(x, extraction_names[i])->text);
        free(first[i]);
    }
    assert_int_equal(extraction_count_files(x, "[0-9]*-summary.json"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bulk, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_same, extraction_setup, extraction_teardown),
    };
    int failed = EXTRACTION_TABLE("estates", rows, test_row);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
