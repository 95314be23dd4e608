/* The newest data is the newest set: the timestamp of what a run publishes, whatever the clock and
 * other runs do; and what runs leave behind that were stopped. */
#include "tests/support/extraction.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static size_t count_set(const struct extraction *x, int64_t timestamp)
{
    char *pattern = text_format("%" PRId64 "-*.json", timestamp);
    size_t count = extraction_count_files(x, pattern);
    free(pattern);
    return count;
}

/* What the last run published is the newest set, and its summary says so too. */
static void check_newest(struct extraction *x, int64_t expected)
{
    char executed_at[40];
    time_t at = (time_t)expected;
    struct tm local;
    assert_non_null(localtime_r(&at, &local));
    (void)strftime(executed_at, sizeof executed_at, "\"%Y-%m-%dT%H:%M:%S\"", &local);
    assert_int_equal(x->timestamp, expected);
    assert_int_equal(count_set(x, expected), EXTRACTION_FILES);
    struct smc_json_span said = extraction_summary(x, "executed_at");
    assert_int_equal(said.len, strlen(executed_at));
    assert_memory_equal(said.p, executed_at, said.len);
}

static void start(struct extraction *x)
{
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(mkdir(x->output, 0755), 0);
}

struct clock_row {
    const char *name;
    const char *options;
    int64_t later_ms; /* of the second run */
    int64_t above_s;  /* its timestamp is above the first run's */
    size_t sets;      /* after it */
};

static const struct clock_row clock_rows[] = {
    {"a second later", NULL, 1000, 1, 2},
    {"in the same second", NULL, 0, 1, 2},
    {"set back by a second", NULL, -1000, 1, 2},
    {"set back by an hour", NULL, -3600000, 1, 2},
    {"set back by a day", NULL, -86400000, 1, 2},
    {"set back by more", NULL, -86401000, -86401, 2},
    {"--keep 1, in the same second", "--keep 1", 0, 1, 1},
    {"--keep 1, set back by an hour", "--keep 1", -3600000, 1, 1},
    {"--keep 1, set back by more than a day", "--keep 1", -86401000, -86401, 2},
};

static void test_clock(void **state)
{
    struct extraction *x = *state;
    const struct clock_row *row = x->row;
    start(x);
    assert_int_equal(extraction_run(x, row->options), SMC_OK);
    int64_t first = x->timestamp;
    x->fake.wall_ms += row->later_ms;
    assert_int_equal(extraction_run(x, row->options), SMC_OK);
    if (row->above_s > 0)
        check_newest(x, first + row->above_s);
    assert_int_equal(count_set(x, first + row->above_s), EXTRACTION_FILES);
    assert_int_equal(extraction_count_files(x, "*-summary.json"), row->sets);
    assert_int_equal(extraction_count_lines(x, "WARNING - ", "more than a day ahead of the clock"),
                     row->above_s < 0);
    assert_int_equal(extraction_count_lines(x, "INFO - The set's timestamp is", NULL),
                     row->above_s > 0 && row->later_ms < 1000);
}

/* One of 2033: it takes no place among those that are kept, and is not touched. */
static void test_keep_and_future(void **state)
{
    struct extraction *x = *state;
    start(x);
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        char *name = text_format("2000000000-%s.json", extraction_names[i]);
        text_put(x->output, name, "[]");
        free(name);
    }
    int64_t first = x->fake.wall_ms / 1000;
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(extraction_run(x, "--keep 2"), SMC_OK);
        assert_int_equal(extraction_count_lines(x, "WARNING - ",
                                                "1 set is more than a day ahead of the clock, the "
                                                "last is 2000000000"),
                         1);
        assert_int_equal(count_set(x, first + i), EXTRACTION_FILES);
    }
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 3);
    assert_int_equal(count_set(x, first), 0);
    assert_int_equal(count_set(x, 2000000000), EXTRACTION_FILES);
}

/* ---- another run on the same directory ---- */

/* It has a state of its own, so that no lock keeps them apart, and begins in the same second. */
static void run_another(struct extraction *x)
{
    struct extraction other = *x;
    char *options = text_format("--state %s/other-state", x->dir);
    other.cue = NULL;
    log_sink_init(&other.log);
    (void)memset(other.loaded, 0, sizeof other.loaded);
    assert_int_equal(extraction_run(&other, options), SMC_OK);
    log_sink_clear(&other.log);
    free(options);
}

static void stop_now(struct extraction *x)
{
    extraction_stop(x);
}

static void test_another_state(void **state)
{
    struct extraction *x = *state;
    start(x);
    extraction_fault(x, "call=elements,object=1,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_ERR_CANCELLED);
    sim_faults_clear(x->sim);
    x->cue = "Resuming a run"; /* after its start, before its first file */
    x->on_cue = run_another;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 2);
    assert_int_equal(extraction_count_files(x, "*.json"), 2 * EXTRACTION_FILES);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
}

/* ---- what is left behind ---- */

/* Of a run with another host, client and state; and of one that --keep had begun to remove. */
static void test_leftovers(void **state)
{
    static const char *const left[] = {"100-summary.json.part", "100-members.json.part",
                                       "200-summary.json.part", "200-elements.json",
                                       "300-workbooks.json.part"};
    struct extraction *x = *state;
    start(x);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        text_put(x->output, left[i], "{}");
    text_put(x->output, "400-members.json", "[]"); /* somebody else's */
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_lines(x, "Removed what an earlier run left", NULL), 3);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), EXTRACTION_FILES + 1);
}

/* One that is at work beside it. */
static void test_nothing_of_a_live_run(void **state)
{
    struct extraction *x = *state;
    start(x);
    text_put(x->output, "100-members.json.part", "[");
    text_put(x->output, "100-summary.json.part", "");
    char *path = text_format("%s/100-summary.json.part", x->output);
    int fd = open(path, O_WRONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_files(x, "100-*.part"), 2);
    (void)close(fd);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_files(x, "100-*.part"), 0);
    free(path);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_keep_and_future),
        ALONE(test_another_state),
        ALONE(test_leftovers),
        ALONE(test_nothing_of_a_live_run),
    };
    int failed = EXTRACTION_TABLE("clocks", clock_rows, test_clock);
    return failed + cmocka_run_group_tests_name("extract_stamp", tests, NULL, NULL);
}
