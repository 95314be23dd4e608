/* An extraction as sigmacat-files(5) has it, replayed: what is written equals what is expected,
 * record by record, in order, with no call that is not needed. */
#include "tests/support/extraction.h"
#include "tests/support/json_equal.h"

#define EXAMPLE "tests/data/example"

/* Options must not change what is written. */
struct row {
    const char *name;
    const char *args;
};

static const struct row rows[] = {
    {"by default", NULL},
    {"one call at a time", "--concurrency 1"},
    {"many at once", "--concurrency 32"},
};

static struct records load_expected(const char *name)
{
    struct records want = {NULL, 0, NULL, 0};
    struct smc_json_span whole;
    struct smc_json_span row;
    struct smc_json_walk walk;
    char *path = text_format(EXAMPLE "/expected/%s.json", name);
    want.text = file_read(path, &want.len);
    free(path);
    assert_int_equal(smc_json_scan(want.text, want.len, &whole, NULL), SMC_OK);
    assert_true(smc_json_walk_begin(&walk, whole));
    want.rows = calloc(want.len, sizeof *want.rows);
    assert_non_null(want.rows);
    while (smc_json_walk_next(&walk, NULL, &row, NULL))
        want.rows[want.count++] = row;
    return want;
}

static void compare_file(struct extraction *x, const char *name)
{
    struct records want = load_expected(name);
    const struct records *got = extraction_file(x, name);
    assert_int_equal(got->count, want.count);
    for (size_t i = 0; i < want.count; i++)
        if (!json_equal(got->rows[i], want.rows[i]))
            fail_msg("%s, record %zu: %.*s instead of %.*s", name, i, (int)got->rows[i].len,
                     got->rows[i].p, (int)want.rows[i].len, want.rows[i].p);
    free(want.rows);
    free(want.text);
}

/* Its host and time are the run's own. */
static void compare_summary(struct extraction *x)
{
    static const char *const same[] = {"python_version", "version", "extracts_whole_organization"};
    struct smc_json_span want;
    size_t len;
    char *text = file_read(EXAMPLE "/expected/summary.json", &len);
    assert_int_equal(smc_json_scan(text, len, &want, NULL), SMC_OK);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        /* A string that says it is not Python: which words it takes is ours. */
        struct smc_json_span got = extraction_summary(x, same[i]);
        assert_true(json_equal(got, smc_json_member(want, same[i])));
    }
    struct smc_json_span identity = smc_json_member(want, "connection_identity");
    assert_true(json_equal(extraction_summary(x, "connection_identity.organization_id"),
                           smc_json_member(identity, "organization_id")));
    assert_true(
        smc_json_equals(extraction_summary(x, "connection_identity.host"), sim_url(x->sim)));
    free(text);
}

/* Every recorded call once, but for six of the seven tables: one is asked for to check the
 * listing of all paths, and one more since that lacks it (which is the 409, a gap). */
static void check_calls(struct extraction *x)
{
    assert_int_equal(sim_unexpected(x->sim), 0);
    assert_int_equal(sim_repeats(x->sim, NULL), 0);
    assert_int_equal(sim_calls(x->sim, "token", 200), 1);
    assert_int_equal(sim_calls(x->sim, "paths", 200), 1);
    assert_int_equal(sim_calls(x->sim, "path", 200), 1);
    assert_int_equal(sim_calls(x->sim, "path", 409), 1);
    assert_int_equal(sim_calls(x->sim, NULL, 200), 29 + 1);
    assert_int_equal(sim_calls(x->sim, NULL, 0), 30 + 1);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.path", 0), 1);
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 1);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    x->sim_opt.replay_file = EXAMPLE "/calls.json";
    extraction_start(x);
    assert_int_equal(extraction_run(x, row->args), SMC_OK);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        compare_file(x, extraction_names[i]);
    compare_summary(x);
    check_calls(x);
}

int main(void)
{
    return EXTRACTION_TABLE("example", rows, test_row);
}
