/* Going on where a run stopped, the rate that is kept for the next run, --max-rate, and --keep. */
#include "tests/support/extraction.h"
#include "tests/support/model.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "lib/store/store.h"

#define DAY_MS INT64_C(86400000)

static const char *const object_kinds[] = {"workbook_sources",  "elements",
                                           "datamodel_sources", "datamodel_lineage",
                                           "dataset_sources",   "path"};
#define OBJECT_KINDS (sizeof object_kinds / sizeof object_kinds[0])

static long object_calls(struct extraction *x, int status)
{
    long sum = 0;
    for (size_t i = 0; i < OBJECT_KINDS; i++)
        sum += sim_calls(x->sim, object_kinds[i], status);
    return sum;
}

static long object_repeats(struct extraction *x)
{
    long sum = 0;
    for (size_t i = 0; i < OBJECT_KINDS; i++)
        sum += sim_repeats(x->sim, object_kinds[i]);
    return sum;
}

/* What is published is what an undisturbed run publishes. */
static void check_whole(struct extraction *x)
{
    struct model model;
    model_make(&model, x->sim);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        model_compare(&model, x, extraction_names[i]);
    model_clear(&model);
    assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2); /* {} */
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 0);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 1);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), EXTRACTION_FILES);
}

/* Workbook 5's elements come in the middle of the objects' calls; the listings are read by then. */
static void start(struct extraction *x)
{
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 12;
    x->sim_opt.tables = 12;
    extraction_start(x);
}

#define CUE_FAULT "call=elements,object=5,do=status:404"
#define ALL_CALLS (12 * 2 + 2 * 3)

static void stop_now(struct extraction *x)
{
    extraction_stop(x);
}

static void all_down(struct extraction *x)
{
    /* But for listings, whose failure would end the run first. */
    extraction_fault(x,
                     "call=whoami,do=status:503 call=elements,do=status:503 "
                     "call=workbook_sources,do=status:503 call=dataset_sources,do=status:503 "
                     "call=datamodel_sources,do=status:503 call=datamodel_lineage,do=status:503");
}

/* Runs until the cue, one call at a time, so that none is lost in flight. */
static void run_stopped(struct extraction *x)
{
    extraction_fault(x, CUE_FAULT);
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_ERR_CANCELLED);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
    assert_in_range(object_calls(x, 200), 8, ALL_CALLS - 8);
    sim_faults_clear(x->sim);
    x->cue = NULL;
}

/* ---- what stops a run ---- */

struct stop_row {
    const char *name;
    const char *options;
    const char *fault;
    void (*on_cue)(struct extraction *x);
    enum smc_status status;
    bool is_early; /* before any object's call was answered */
};

static const struct stop_row stop_rows[] = {
    {"a signal", "--concurrency 1", CUE_FAULT, stop_now, SMC_ERR_CANCELLED, false},
    {"the API goes down", "--concurrency 1 --retries 1", CUE_FAULT, all_down, SMC_ERR_NETWORK,
     false},
    {"--max-time", "--max-rate 1 --max-time 25", NULL, NULL, SMC_ERR_TIME, false},
    {"429 for a quarter of an hour", NULL, "call=datasets,do=status:429", NULL, SMC_ERR_NETWORK,
     false},
    {"a listing that can't be read", "--concurrency 1", "call=datasets,do=status:500", NULL,
     SMC_ERR_HTTP, true},
    {"all tables fail with 403", NULL, "call=path,do=status:403", NULL, SMC_ERR_AUTH, false},
    {"the token is refused for good", "--concurrency 1", "call=elements,object=5,do=status:401",
     NULL, SMC_ERR_AUTH, false},
};

static void test_stop(void **state)
{
    struct extraction *x = *state;
    const struct stop_row *row = x->row;
    start(x);
    extraction_fault(x, row->fault);
    x->cue = row->on_cue ? "Gap: " : NULL;
    x->on_cue = row->on_cue;
    enum smc_status rc = extraction_run(x, row->options);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
    long paid = object_calls(x, 200);
    assert_in_range(paid, row->is_early ? 0 : 1, ALL_CALLS);
    sim_faults_clear(x->sim);
    x->cue = NULL;
    if (extraction_run(x, NULL) != SMC_OK)
        fail_msg("%s", x->err.detail);
    check_whole(x);
    assert_int_equal(object_repeats(x), 0);
    assert_int_equal(extraction_count_lines(x, "Resuming a run that began", NULL), paid > 0);
}

/* ---- when a run is gone on with ---- */

struct when_row {
    const char *name;
    const char *options; /* of the second run */
    int64_t later_ms;
    bool is_resuming;
};

static const struct when_row when_rows[] = {
    {"at once", NULL, 0, true},
    {"24 hours later", NULL, DAY_MS, true},
    {"24 hours and a second later", NULL, DAY_MS + 1000, false},
    {"--resume-within, just", "--resume-within 60", 60000, true},
    {"--resume-within, too late", "--resume-within 60", 61000, false},
    {"--resume-within beyond the default", "--resume-within 200000", 2 * DAY_MS, true},
    {"--no-resume", "--no-resume", 0, false},
    {"a clock that was set back", NULL, -3600000, false},
    {"--incremental has nothing to build on", "--incremental", 0, true},
};

static void test_when(void **state)
{
    struct extraction *x = *state;
    const struct when_row *row = x->row;
    start(x);
    run_stopped(x);
    long paid = object_calls(x, 200);
    x->fake.wall_ms += row->later_ms;
    assert_int_equal(extraction_run(x, row->options), SMC_OK);
    check_whole(x);
    assert_int_equal(object_repeats(x), row->is_resuming ? 0 : paid);
    char *said = text_format("Resuming a run that began %" PRId64
                             " s ago and did not finish: %ld answers are there already",
                             row->later_ms / 1000, paid);
    assert_int_equal(extraction_count_lines(x, said, NULL), row->is_resuming);
    assert_int_equal(extraction_count_lines(x, "Resuming", NULL), row->is_resuming);
    free(said);
}

/* Stopped three times, a little further each time: no call is made twice, and the age is the first
 * run's. */
static void test_stopped_again(void **state)
{
    struct extraction *x = *state;
    static const char *const faults[] = {"call=elements,object=2,do=status:404",
                                         "call=elements,object=5,do=status:404",
                                         "call=elements,object=8,do=status:404"};
    start(x);
    x->on_cue = stop_now;
    for (size_t i = 0; i < 3; i++) {
        x->cue = "Gap: ";
        sim_faults_clear(x->sim);
        extraction_fault(x, faults[i]);
        assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_ERR_CANCELLED);
        x->fake.wall_ms += 3600000;
    }
    x->cue = NULL;
    sim_faults_clear(x->sim);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_lines(x, "Resuming a run that began 10800 s ago", NULL), 1);
    check_whole(x);
    assert_int_equal(object_repeats(x), 0);
}

/* A finished run leaves nothing to go on with. */
static void test_finished(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    sim_stats_reset(x->sim);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_lines(x, "Resuming", NULL), 0);
    assert_int_equal(object_calls(x, 200), ALL_CALLS + 1);
}

/* ---- whose answers they are ---- */

static void set_value(struct extraction *x, const char *client, const char *name, int64_t value)
{
    char text[24];
    struct smci_store *store = extraction_open_store(x, NULL, client);
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    assert_int_equal(smci_store_put_value(store, name, text, NULL), SMC_OK);
    smci_store_close(store);
}

struct owner_row {
    const char *name;
    const char *host; /* NULL: the stand-in's */
    const char *client;
    bool is_ours;
};

static const struct owner_row owner_rows[] = {
    {"the same host and client", NULL, "sim-client", true},
    {"another client", NULL, "sim-client2", false},
    {"another host", "https://api.example.com", "sim-client", false},
};

/* Puts a wrong answer for workbook 0 there, as of a run that did not finish. */
static void test_owner(void **state)
{
    struct extraction *x = *state;
    const struct owner_row *row = x->row;
    struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    struct smc_buf tag = SMC_BUF_INIT(4096);
    char id[37];
    char began[24];
    start(x);
    sim_estate_id(x->sim, "workbooks", 0, id);
    char *record = sim_estate_record(x->sim, "workbooks", 0, NULL);
    struct smc_json_span span = {record, strlen(record)};
    struct smc_json_span version = smc_json_member(span, "latestVersion");
    struct smc_json_span updated = smc_json_member(span, "updatedAt");
    assert_int_equal(
        smc_buf_addf(&tag, "%.*s/%.*s", (int)version.len, version.p, (int)updated.len, updated.p),
        SMC_OK);
    struct smci_store *store = extraction_open_store(x, row->host, row->client);
    (void)snprintf(began, sizeof began, "%" PRId64, x->fake.wall_ms / 1000);
    assert_int_equal(smci_store_put_value(store, "run.began_s.elements", began, NULL), SMC_OK);
    assert_int_equal(smci_store_put_page(store, "elements", id, 0, "[]", 2, NULL), SMC_OK);
    assert_int_equal(smci_store_finish(store, "elements", id, tag.data, &outcome, NULL), SMC_OK);
    smci_store_close(store);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(sim_calls(x->sim, "elements", 0), row->is_ours ? 11 : 12);
    assert_int_equal(extraction_count_lines(x, "Resuming", NULL), row->is_ours);
    if (!row->is_ours)
        check_whole(x);
    smc_buf_clear(&tag);
    free(record);
}

/* ---- identical calls ---- */

struct identical_row {
    const char *name;
    long tables;
    long paths; /* single calls */
};

/* Three dozen sources and more that name a table; with few tables each is asked for, with many
 * they are listed and one is held against its own answer. */
static const struct identical_row identical_rows[] = {
    {"a table", 1, 1}, {"two tables", 2, 2}, {"many tables", 12, 1}};

static void test_identical(void **state)
{
    struct extraction *x = *state;
    const struct identical_row *row = x->row;
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 12;
    x->sim_opt.tables = row->tables;
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(sim_calls(x->sim, "path", 0), row->paths);
    assert_int_equal(sim_calls(x->sim, "token", 0), 1);
    assert_int_equal(sim_repeats(x->sim, NULL), 0);
}

/* ---- the rate ---- */

/* A limit that was met is kept, about as it was. */
static void test_rate_is_kept(void **state)
{
    struct extraction *x = *state;
    struct smc_buf text = SMC_BUF_INIT(64);
    bool found = false;
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 200;
    x->sim_opt.rate = 10;
    x->sim_opt.burst = 5;
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_in_range(sim_refusals(x->sim), 1, 1000);
    assert_in_range(extraction_count_lines(x, "INFO", "(HTTP 429): "), 1, 2); /* one a minute */
    assert_int_equal(extraction_count_lines(x, "WARNING", "The server has refused every call"), 0);
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    assert_int_equal(smci_store_get_value(store, "pace.rate", &found, &text, NULL), SMC_OK);
    smci_store_close(store);
    assert_true(found);
    assert_in_range(strtoll(smc_buf_str(&text), NULL, 10), 5000, 15000);
    smc_buf_clear(&text);
}

/* Nobody should wonder for a quarter of an hour why nothing moves. */
static void test_a_run_that_is_refused_says_so(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=members,do=status:429");
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_NETWORK);
    assert_in_range(extraction_count_lines(x, "WARNING", "The server has refused every call for "),
                    5, 15);
}

/* The next run begins with it: fewer refusals on the same estate. */
static void test_rate_helps(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 200;
    x->sim_opt.rate = 10;
    x->sim_opt.burst = 5;
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    long first = sim_refusals(x->sim);
    sim_stats_reset(x->sim);
    x->fake.wall_ms += 3600000;
    x->fake.now_ms += 3600000;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_in_range(sim_refusals(x->sim), 0, first - 1);
}

struct rate_row {
    const char *name;
    int64_t age_s;
    bool is_used;
};

static const struct rate_row rate_rows[] = {
    {"learnt now", 0, true},
    {"learnt 24 hours ago", 86400, true},
    {"learnt 24 hours and a second ago", 86401, false},
    {"learnt in the future", -1, false},
};

/* Two calls a second are known of: a run without a limit of its own that begins so takes its
 * time. */
static void test_rate_age(void **state)
{
    struct extraction *x = *state;
    const struct rate_row *row = x->row;
    start(x);
    set_value(x, "sim-client", "pace.rate", 2000);
    set_value(x, "sim-client", "pace.rate_s", x->fake.wall_ms / 1000 - row->age_s);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    if (row->is_used)
        assert_in_range(x->fake.advanced_ms, 10000, 25000);
    else
        assert_int_equal(x->fake.advanced_ms, 0);
}

struct bound_row {
    const char *name;
    double rate;
    const char *options;
};

static const struct bound_row bound_rows[] = {
    {"1 a second", 1, "--max-rate 1"},
    {"2.5 a second", 2.5, "--max-rate 2.5"},
    {"7 a second", 7, "--max-rate 7"},
    {"20 a second, 50 at once", 20, "--max-rate 20 --concurrency 50"},
    {"one in two seconds", 0.5, "--max-rate 0.5"},
};

/* A bucket of that rate that holds one call refuses none: so no second sees more than R + 1 (the
 * one percent is for milliseconds being whole). The time that the run takes shows that it is not
 * slower either. A refusal that wants hours is not waited for: a pace that never waits, so that
 * our clock stands still, fails here instead of being refused for ever. */
static void test_max_rate(void **state)
{
    struct extraction *x = *state;
    const struct bound_row *row = x->row;
    x->sim_opt.rate = row->rate * 1.01;
    x->sim_opt.burst = 1;
    x->sim_opt.limit_retry_after = "7200";
    start(x);
    assert_int_equal(extraction_run(x, row->options), SMC_OK);
    assert_int_equal(sim_refusals(x->sim), 0);
    long calls = sim_calls(x->sim, NULL, 200) - 1;
    assert_in_range(x->fake.advanced_ms, (int64_t)((double)(calls - 1) * 1000 / row->rate),
                    (int64_t)((double)calls * 1100 / row->rate) + 1000);
}

/* ---- --keep ---- */

static void put_file(const struct extraction *x, const char *name)
{
    char *path = text_format("%s/%s", x->output, name);
    file_write(path, "[]", 2);
    free(path);
}

struct keep_row {
    const char *name;
    const char *options;
    size_t sets; /* after five runs */
};

static const struct keep_row keep_rows[] = {
    {"all by default", NULL, 5}, {"--keep 0: all", "--keep 0", 5},
    {"--keep 1", "--keep 1", 1}, {"--keep 3", "--keep 3", 3},
    {"--keep 9", "--keep 9", 5}, {"--incremental", "--keep 2 --incremental", 2},
};

static void test_keep(void **state)
{
    struct extraction *x = *state;
    const struct keep_row *row = x->row;
    static const char *const foreign[] = {"1-members.json", "2-notes.json", "3-summary.json.bak",
                                          "report.json",    "summary.json", "-summary.json",
                                          "4summary.json"};
    const size_t count = sizeof foreign / sizeof foreign[0];
    int64_t stamps[5];
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(mkdir(x->output, 0755), 0);
    for (size_t i = 0; i < count; i++)
        put_file(x, foreign[i]);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(extraction_run(x, row->options), SMC_OK);
        stamps[i] = x->timestamp;
        x->fake.wall_ms += 10000;
    }
    for (size_t i = 0; i < count; i++) {
        char *path = text_format("%s/%s", x->output, foreign[i]);
        assert_true(file_exists(path));
        free(path);
    }
    for (size_t i = 0; i < 5; i++) {
        char *pattern = text_format("%" PRId64 "-*", stamps[i]);
        bool is_kept = i + row->sets >= 5;
        assert_int_equal(extraction_count_files(x, pattern), is_kept ? EXTRACTION_FILES : 0);
        free(pattern);
    }
}

/* A run that fails removes nothing. */
static void test_keep_after_failure(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    extraction_fault(x, "call=files,do=status:500");
    assert_int_equal(extraction_run(x, "--keep 1"), SMC_ERR_HTTP);
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 2);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_stopped_again),
        ALONE(test_finished),
        ALONE(test_rate_is_kept),
        ALONE(test_rate_helps),
        ALONE(test_a_run_that_is_refused_says_so),
        ALONE(test_keep_after_failure),
    };
    int failed = EXTRACTION_TABLE("what stops a run", stop_rows, test_stop);
    failed += EXTRACTION_TABLE("when it is gone on with", when_rows, test_when);
    failed += EXTRACTION_TABLE("whose answers", owner_rows, test_owner);
    failed += EXTRACTION_TABLE("identical calls", identical_rows, test_identical);
    failed += EXTRACTION_TABLE("the age of a rate", rate_rows, test_rate_age);
    failed += EXTRACTION_TABLE("--max-rate", bound_rows, test_max_rate);
    failed += EXTRACTION_TABLE("--keep", keep_rows, test_keep);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
