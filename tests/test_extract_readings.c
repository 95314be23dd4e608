/* Listings that change while they are read: castor-extract-sigma(1), "CALLS". What is read
 * again, what of it is in the files, and that no row is lost or doubled, whatever happens
 * meanwhile. */
#include <limits.h>

#include "extract/gone.h"
#include "tests/support/extraction.h"

/* Workbooks in pages of two, 0 to 4; new ones are 5, 6, ... */
struct row {
    const char *name;
    const char *faults;
    enum smc_status status;
    const char *file;   /* the workbooks in the listing's file, in its order */
    const char *joined; /* and in workbook_sources; NULL: the same */
    long calls;
    const char *says; /* divided by '|': in the error, or in lines of the log */
    long workbooks;   /* 0: 5 */
    const char *args;
};

#define PAGE(page, reading, what) "call=workbooks,page=" #page ",attempt=" #reading ",do=" what " "

static const struct row rows[] = {
    {.name = "a row goes, another is passed over: the next reading has it",
     .faults = PAGE(1, 1, "delete:0"),
     .workbooks = 3,
     .file = "0 1 2",
     .calls = 2 + 1 + 1,
     .says = "(workbooks, second reading)|(workbooks, third reading)|"
             "workbooks changed while it was read: rows that this reading adds: 1"},
    {.name = "nothing changes: two readings",
     .file = "0 1 2 3 4",
     .calls = 6,
     .says = "Fetched page 3 / 5 results (workbooks)|Fetched page 3 / 5 results (workbooks, second "
             "reading)"},
    {.name = "one page: one reading", .workbooks = 2, .file = "0 1", .calls = 1},
    {.name = "no row: one reading", .workbooks = -1, .file = "", .calls = 1},
    {.name = "one page with a row too few is read again",
     .faults = PAGE(1, 1, "short"),
     .workbooks = 2,
     .file = "0 1",
     .calls = 3},
    {.name = "one page with a row too few each time",
     .faults = "call=workbooks,do=short",
     .status = SMC_ERR_HTTP,
     .workbooks = 2,
     .calls = 2,
     .says = "1 row in all where Sigma counts 2, after 2 readings"},
    {.name = "one page with a row too few each time, accepted",
     .faults = "call=workbooks,do=short",
     .workbooks = 2,
     .file = "0",
     .calls = 2,
     .says = "1 gap: workbooks|1 row in all where Sigma counts 2",
     .args = "--accept-short-listing workbooks"},
    {.name = "a row comes: another is listed twice in one reading, and stays so",
     .faults = PAGE(1, 1, "insert:0"),
     .file = "0 1 1 2 3 4 5",
     .joined = "0 1 2 3 4 5",
     .calls = 9,
     .says = "1 row of workbooks has an id that was listed before"},
    {.name = "a row of the second reading that it lists twice",
     .faults = PAGE(1, 1, "insert:0") PAGE(1, 2, "insert:0"),
     .file = "0 1 1 2 3 4 5 6",
     .joined = "0 1 2 3 4 5 6",
     .calls = 3 + 4 + 4},
    {.name = "a new row twice in the second reading",
     .faults = PAGE(3, 1, "insert:0") PAGE(1, 2, "dup"),
     .file = "0 1 2 3 4 5 5",
     .joined = "0 1 2 3 4 5",
     .calls = 9,
     .says = "1 row of workbooks has an id that was listed before"},
    {.name = "a row goes and is not passed over",
     .faults = PAGE(3, 1, "delete:0"),
     .file = "0 1 2 3 4",
     .calls = 3 + 2},
    {.name = "a row is replaced behind the reader",
     .faults = PAGE(2, 1, "replace:0"),
     .file = "0 1 2 3 4 5",
     .calls = 9},
    {.name = "what a later reading adds comes in its order",
     .faults = PAGE(3, 1, "insert:4") PAGE(3, 1, "insert:0") PAGE(3, 1, "insert:2"),
     .file = "0 1 2 3 4 6 7 5",
     .calls = 3 + 4 + 4},
    {.name = "the third reading ends it, whatever it brings",
     .faults = PAGE(3, 1, "insert:0") PAGE(3, 2, "insert:0") PAGE(4, 3, "insert:0"),
     .file = "0 1 2 3 4 5 6",
     .calls = 3 + 3 + 4},
    {.name = "a total that only the first reading had",
     .faults = "call=workbooks,attempt=1,do=total:9",
     .file = "0 1 2 3 4",
     .calls = 6},
    {.name = "a total that only the last reading had",
     .faults = "call=workbooks,attempt=2,do=total:6",
     .status = SMC_ERR_HTTP,
     .calls = 6,
     .says = "5 rows in all where Sigma counts 6, after 2 readings"},
    {.name = "the second reading fails",
     .faults = PAGE(2, 2, "status:404"),
     .status = SMC_ERR_REFUSED,
     .calls = 5,
     .says = "listing of workbooks failed"},
    {.name = "the second reading is refused to one who is not an admin any more",
     .faults = PAGE(1, 2, "status:403"),
     .status = SMC_ERR_AUTH,
     .calls = 4,
     .says = "Org Admin"},
    {.name = "the second reading's cursor repeats",
     .faults = PAGE(2, 2, "samecursor"),
     .status = SMC_ERR_HTTP,
     .calls = 5,
     .says = "page 2|repeats"},
    {.name = "an empty cursor in the second reading, all rows there by the first",
     .faults = PAGE(2, 2, "emptycursor"),
     .file = "0 1 2 3 4",
     .calls = 5},
    {.name = "an empty cursor in the first reading fails at once",
     .faults = PAGE(2, 1, "emptycursor"),
     .status = SMC_ERR_HTTP,
     .calls = 2,
     .says = "page 2 has an empty cursor, with 4 rows in all where Sigma counts 5"},
};

static void check_indexes(struct extraction *x, const char *file, const char *member,
                          const char *want)
{
    struct smc_buf got = SMC_BUF_INIT(65536);
    const struct records *records = extraction_file(x, file);
    for (size_t i = 0; i < records->count; i++) {
        struct smc_buf id = SMC_BUF_INIT(100);
        assert_int_equal(smc_json_decode(smc_json_member(records->rows[i], member), &id), SMC_OK);
        (void)smc_buf_addf(&got, "%s%ld", i ? " " : "",
                           sim_estate_index(x->sim, "workbooks", smc_buf_str(&id)));
        smc_buf_clear(&id);
    }
    assert_string_equal(smc_buf_str(&got), want);
    smc_buf_clear(&got);
}

static void check_says(const struct extraction *x, const struct row *row)
{
    for (const char *at = row->says; at && *at;) {
        char text[256];
        size_t len = strcspn(at, "|");
        (void)snprintf(text, sizeof text, "%.*s", (int)len, at);
        assert_contains(row->status == SMC_OK ? log_sink_text(&x->log) : x->err.detail, text);
        at += len + (at[len] == '|');
    }
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    extraction_plain_estate(x);
    x->sim_opt.page_size = 2;
    x->sim_opt.workbooks = row->workbooks < 0 ? 0 : row->workbooks ? row->workbooks : 5;
    extraction_start(x);
    extraction_fault(x, row->faults);
    enum smc_status rc = extraction_run(x, row->args);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    check_says(x, row);
    assert_int_equal(sim_calls(x->sim, "workbooks", 0), row->calls);
    if (rc != SMC_OK) {
        assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
        return;
    }
    check_indexes(x, "workbooks", "workbookId", row->file);
    check_indexes(x, "workbook_sources", "asset_id", row->joined ? row->joined : row->file);
    /* Each object was asked for once. */
    assert_int_equal(sim_calls(x->sim, "workbook_sources", 0),
                     extraction_file(x, "workbook_sources")->count);
}

/* A row without an id: from the first reading, once, and one gap. */
static void test_without_id(void **state)
{
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 200,
         "{\"entries\": [{\"workbookId\": \"w\"}], \"nextPage\": \"2\", \"total\": 2}"},
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true&page=2",
         200, "{\"entries\": [{\"name\": \"no id\"}], \"nextPage\": null, \"total\": 2}"},
        {"GET /v2/workbooks/w/sources", 200, "[]"},
        {"GET /v2/workbooks/w/elements?limit=1000", 200, "{\"entries\": [], \"nextPage\": null}"},
    };
    struct extraction *x = *state;
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    if (extraction_run(x, NULL) != SMC_OK)
        fail_msg("%s", x->err.detail);
    assert_int_equal(sim_calls(x->sim, "workbooks", 200), 4);
    assert_int_equal(extraction_file(x, "workbooks")->count, 2);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.workbooks", 0), 1);
}

/* ---- total, in every form ---- */

struct total_row {
    const char *name;
    const char *total; /* of members: three rows are there */
    enum smc_status status;
    const char *says; /* in the error */
};

static const struct total_row totals[] = {
    {"a number", "3", SMC_OK, NULL},
    {"with decimals", "3.0", SMC_OK, NULL},
    {"with an exponent", "0.3e1", SMC_OK, NULL},
    {"a text", "\"3\"", SMC_OK, NULL},
    {"null", "null", SMC_OK, NULL},
    {"more, with decimals", "4.0", SMC_ERR_HTTP, "3 rows in all where Sigma counts 4"},
    {"more, with an exponent", "4e0", SMC_ERR_HTTP, "3 rows in all where Sigma counts 4"},
    {"more, as a text", "\"4\"", SMC_ERR_HTTP, "3 rows in all where Sigma counts 4"},
    {"beyond 64 bits", "18446744073709551619", SMC_ERR_HTTP, "3 rows in all where Sigma counts"},
    {"negative", "-3", SMC_ERR_HTTP, "page 1 is wrong: its total is not a count: -3"},
    {"a fraction", "3.5", SMC_ERR_HTTP, "page 1 is wrong: its total is not a count: 3.5"},
    {"a word", "\"three\"", SMC_ERR_HTTP, "its total is not a count: \"three\""},
};

static void test_total(void **state)
{
    struct extraction *x = *state;
    const struct total_row *row = x->row;
    char *answer = text_format("{\"entries\": [{\"memberId\": \"a\"}, {\"memberId\": \"b\"}, "
                               "{\"memberId\": \"c\"}], \"nextPage\": null, \"total\": %s}",
                               row->total);
    const struct recorded_call call = {"GET /v2/members?limit=1000", 200, answer};
    extraction_replay(x, &call, 1);
    free(answer);
    if (extraction_run(x, NULL) != row->status)
        fail_msg("%s", x->err.detail);
    if (row->says)
        assert_contains(x->err.detail, row->says);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), row->status == SMC_OK ? 12 : 0);
}

/* What the last reading lacks, and nothing else, has gone. */
static void test_gone(void **state)
{
    struct extraction *x = *state;
    struct job job = {.clock = &x->fake.clock};
    struct smci_idset ids = SMCI_IDSET_INIT;
    struct smci_idset_seen seen;
    struct smc_error err = SMC_ERROR_INIT;
    bool is_gone = false;
    static const char *const list[] = {"a", "b", "c"};
    assert_int_equal(smci_store_open(&job.store, x->dir, "h", "c", job.clock, &err), SMC_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(smci_list_add(job.store, "workbooks", list[i], "", "", NULL, &err),
                         SMC_OK);
        assert_true(smci_idset_see(&ids, list[i], 1, 1, &seen));
    }
    assert_true(smci_idset_see(&ids, "a", 1, 2, &seen));
    assert_true(smci_idset_see(&ids, "c", 1, 2, &seen));
    assert_int_equal(gone_has(&job, ASSET_WORKBOOKS, "b", &is_gone, &err), SMC_OK);
    assert_false(is_gone); /* not known yet */
    assert_int_equal(gone_note(&job, ASSET_WORKBOOKS, &ids, 2, &err), SMC_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gone_has(&job, ASSET_WORKBOOKS, list[i], &is_gone, &err), SMC_OK);
        assert_int_equal(is_gone, i == 1);
        assert_int_equal(gone_has(&job, ASSET_DATAMODELS, list[i], &is_gone, &err), SMC_OK);
        assert_false(is_gone);
    }
    smci_idset_clear(&ids);
    smci_store_close(job.store);
}

/* ---- whatever changes, and whenever ---- */

#define SEEDS 200

static const char *const listings[] = {"connections", "workbooks", "datamodels", "datasets",
                                       "files"};
static const char *const id_members[] = {"connectionId", "workbookId", "dataModelId", "datasetId",
                                         "id"};
enum { LISTINGS = 5, ROWS_MAX = 64 };

static unsigned draw(uint64_t *seed, unsigned below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % below;
}

static void make_estate(struct extraction *x, uint64_t *seed)
{
    struct sim_options *o = &x->sim_opt;
    long *counts[] = {&o->connections, &o->workbooks, &o->datamodels, &o->datasets, &o->files};
    extraction_plain_estate(x);
    o->page_size = 1 + draw(seed, 4);
    for (int i = 0; i < LISTINGS; i++)
        *counts[i] = draw(seed, 13);
}

static void add_changes(struct extraction *x, uint64_t *seed)
{
    static const char *const deeds[] = {"delete", "insert", "replace"};
    for (unsigned left = draw(seed, 24); left > 0; left--) {
        char *fault =
            text_format("call=%s,page=%u,attempt=%u,do=%s:%u", listings[draw(seed, LISTINGS)],
                        1 + draw(seed, 5), 1 + draw(seed, 3), deeds[draw(seed, 3)], draw(seed, 13));
        extraction_fault(x, fault);
        free(fault);
    }
}

/* The pages of the listing's last reading, by the log. */
static long last_pages(const struct extraction *x, const char *listing)
{
    static const char *const names[] = {", third reading", ", second reading", ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text = text_format("results (%s%s)", listing, names[i]);
        size_t pages = extraction_count_lines(x, text, NULL);
        free(text);
        if (pages)
            return (long)pages;
    }
    return 0;
}

/* Whether the listing stayed as it was from its last reading's first answer to its last. */
static bool is_calm(struct extraction *x, const char *listing)
{
    long calls = sim_calls(x->sim, listing, 0);
    return sim_estate_changed(x->sim, listing, calls) <= calls - last_pages(x, listing);
}

/* How often each row is in a file. */
static void count_rows(struct extraction *x, const char *file, const char *member,
                       const char *listing, int times[ROWS_MAX])
{
    const struct records *records = extraction_file(x, file);
    memset(times, 0, ROWS_MAX * sizeof *times);
    for (size_t i = 0; i < records->count; i++) {
        struct smc_buf id = SMC_BUF_INIT(100);
        assert_int_equal(smc_json_decode(smc_json_member(records->rows[i], member), &id), SMC_OK);
        long index = sim_estate_index(x->sim, listing, smc_buf_str(&id));
        assert_in_range(index, 0, ROWS_MAX - 1);
        times[index]++;
        smc_buf_clear(&id);
    }
}

static void check_listing(struct extraction *x, int of, bool *is_doubled)
{
    int times[ROWS_MAX];
    int doubled = 0;
    const char *name = listings[of];
    long first = sim_calls(x->sim, name, 0) - last_pages(x, name) + 1;
    long base = sim_estate_count(x->sim, name);
    bool changed_late = sim_estate_changed(x->sim, name, LONG_MAX) >= first;
    count_rows(x, name, id_members[of], name, times);
    for (long i = 0; i < ROWS_MAX; i++) {
        doubled += times[i] > 1 ? times[i] - 1 : 0;
        /* Those that the listing began with were there all the time; new ones by the last reading,
         * unless they came after it. */
        bool is_due = i < base || !changed_late;
        if (is_calm(x, name) && is_due && times[i] == 0 && sim_estate_has(x->sim, name, i))
            fail_msg("row %ld of %s is missing", i, name);
    }
    char *text = text_format("%d row%s of %s %s an id that was listed before", doubled,
                             doubled == 1 ? "" : "s", name, doubled == 1 ? "has" : "have");
    assert_int_equal(extraction_count_lines(x, text, NULL), doubled > 0);
    *is_doubled |= doubled > 0;
    free(text);
}

static void check_joined(struct extraction *x)
{
    int listed[ROWS_MAX];
    int joined[ROWS_MAX];
    count_rows(x, "workbooks", "workbookId", "workbooks", listed);
    count_rows(x, "workbook_sources", "asset_id", "workbooks", joined);
    for (int i = 0; i < ROWS_MAX; i++)
        assert_int_equal(joined[i], listed[i] > 0);
}

/* What the seeds came to: each must have occurred. */
struct tally {
    int published, failed, calm, third, doubled;
};

static void try_seed(uint64_t seed, struct tally *tally)
{
    void *state = NULL;
    bool is_calm_all = true;
    bool is_doubled = false;
    assert_int_equal(extraction_setup(&state), 0);
    struct extraction *x = state;
    make_estate(x, &seed);
    extraction_start(x);
    add_changes(x, &seed);
    enum smc_status rc = extraction_run(
        x, "--only connections,workbooks,workbook_sources,datamodels,datasets,files");
    for (int i = 0; i < LISTINGS; i++)
        is_calm_all = is_calm_all && is_calm(x, listings[i]);
    if (rc == SMC_OK) {
        for (int i = 0; i < LISTINGS; i++)
            check_listing(x, i, &is_doubled);
        check_joined(x);
    } else if (is_calm_all || !strstr(x->err.detail, "rows in all where Sigma counts")) {
        fail_msg("%s", x->err.detail);
    }
    tally->published += rc == SMC_OK;
    tally->failed += rc != SMC_OK;
    tally->calm += is_calm_all;
    tally->third += extraction_count_lines(x, "third reading", NULL) > 0;
    tally->doubled += is_doubled;
    (void)extraction_teardown(&state);
}

static void test_seeds(void **state)
{
    struct tally tally = {0};
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        print_message("%d ", (int)seed); /* what a failure follows */
        try_seed(seed, &tally);
    }
    print_message("\npublished %d, failed %d, calm %d, third reading %d, doubled %d\n",
                  tally.published, tally.failed, tally.calm, tally.third, tally.doubled);
    assert_true(tally.published > SEEDS / 2 && tally.failed && tally.calm > SEEDS / 4 &&
                tally.third > SEEDS / 4 && tally.doubled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_without_id, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_gone, extraction_setup, extraction_teardown),
        cmocka_unit_test(test_seeds)};
    int failed = EXTRACTION_TABLE("readings", rows, test_row);
    failed += EXTRACTION_TABLE("readings: total", totals, test_total);
    return failed + cmocka_run_group_tests_name("readings, seeds", tests, NULL, NULL);
}
