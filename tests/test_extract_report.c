/* --report, and the limits on gaps. */
#include "support/extraction.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/json_tree.h"

static char *report_path(const struct extraction *x)
{
    return text_format("%s/report.json", x->dir);
}

/* Runs with a report and `more` options; returns the report, to be freed with json_tree_free. */
static struct json_tree *run_with_report(struct extraction *x, const char *more)
{
    char *path = report_path(x);
    char *options = text_format("--report %s %s", path, more);
    (void)extraction_run(x, options);
    size_t len;
    char *text = file_read(path, &len);
    struct json_tree *root = json_tree_parse(text, len);
    if (!root)
        fail_msg("not JSON: %s", text);
    free(text);
    free(options);
    free(path);
    return root;
}

static int64_t number_at(struct json_tree *root, const char *object, const char *name)
{
    return json_tree_int(json_tree_get(root, object), name, -1);
}

static int64_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void test_what_was_done(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    struct json_tree *root = run_with_report(x, "");
    assert_int_equal(x->status, SMC_OK);
    struct json_tree *set = json_tree_get(root, "set");
    struct json_tree *file = json_tree_item(json_tree_get(set, "files"), "name", "workbooks");
    struct json_tree *details = json_tree_get(root, "details");
    struct json_tree *answers = json_tree_get(details, "answers");
    struct json_tree *doubled = json_tree_get(details, "duplicate_ids");
    assert_string_equal(json_tree_text(root, "result"), "ok");
    assert_int_equal(json_tree_int(root, "exit_status", -1), 0);
    assert_true(json_tree_is_null(root, "error"));
    assert_string_equal(json_tree_text(root, "began"), "2026-09-21T14:13:20Z");
    assert_non_null(json_tree_text(root, "ended"));
    assert_string_equal(json_tree_text(root, "host"), sim_url(x->sim));
    assert_int_equal(json_tree_int(set, "timestamp", 0), x->timestamp);
    assert_string_equal(json_tree_text(set, "state"), "complete");
    assert_int_equal(json_tree_int(file, "records", -1), sim_estate_count(x->sim, "workbooks"));
    assert_int_equal(json_tree_int(file, "bytes", -1), size_of(json_tree_text(file, "path")));
    assert_int_equal(json_tree_int(json_tree_item(answers, "asset", "workbooks"), "count", 0),
                     sim_calls(x->sim, "workbooks", 200));
    assert_int_equal(number_at(root, "calls", "total"), sim_calls(x->sim, NULL, 0));
    assert_int_equal(json_tree_int(json_tree_item(doubled, "asset", "files"), "count", -1), 0);
    assert_int_equal(number_at(root, "gaps", "total"), 0);
    assert_true(json_tree_is_null(root, "changes"));
    json_tree_free(root);
}

static void test_gaps_one_by_one(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=workbook_sources,object=1,do=status:409,code=inode_archived "
                        "call=elements,object=0,do=status:500");
    char *path = report_path(x);
    struct json_tree *root = run_with_report(x, "");
    assert_int_equal(number_at(root, "gaps", "total"), 2);
    char *text = file_read(path, NULL);
    char id[37];
    sim_estate_id(x->sim, "workbooks", 1, id);
    char *want = text_format("\"asset\":\"workbook_sources\",\"id\":\"%s\"", id);
    assert_contains(text, want);
    assert_contains(text, "\"http_status\":409,\"code\":\"inode_archived\"");
    assert_contains(text, "\"remedy\":\"nothing\"");
    assert_contains(text, "\"asset\":\"elements\"");
    assert_contains(text, "\"remedy\":\"rerun\"");
    assert_lacks(text, "limit="); /* a call is told without its query */
    json_tree_free(root);
    free(want);
    free(text);
    free(path);
}

static void test_a_failed_run_reports_too(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=files,do=status:500");
    struct json_tree *root = run_with_report(x, "");
    assert_int_equal(x->status, SMC_ERR_HTTP);
    assert_string_equal(json_tree_text(root, "result"), "failed");
    assert_contains(json_tree_text(root, "error"), "files");
    json_tree_free(root);
}

/* Known before anything is sent, and told once: what is returned is not logged. */
static void test_a_report_that_has_no_place(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    char *options = text_format("--report %s/none/r.json", x->dir);
    char *want = text_format("--report: %s/none: the directory does not exist", x->dir);
    assert_int_equal(extraction_run(x, options), SMC_ERR_IO);
    assert_string_equal(x->err.detail, want);
    assert_int_equal(extraction_count_lines(x, "ERROR - ", NULL), 0);
    assert_int_equal(sim_calls(x->sim, NULL, 0), 0);
    assert_int_equal(extraction_count_files(x, "*.json*"), 0);
    free(options);
    free(want);
}

/* There castor-upload would take it for a file to send. */
static void test_a_report_beside_the_sets(void **state)
{
    static const char *const paths[] = {"report.json", ".sigmacat/report.json", "report.txt"};
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char *options = text_format("--report %s/%s", x->output, paths[i]);
        assert_int_equal(extraction_run(x, options), SMC_OK);
        assert_int_equal(extraction_count_lines(x, "WARNING - --report: castor-upload -d ", NULL),
                         i == 0);
        free(options);
    }
}

/* Before anything is sent, so that nothing is fetched for it. */
static void test_a_link(void **state)
{
    struct extraction *x = *state;
    char *path = report_path(x);
    char *options = text_format("--report %s", path);
    extraction_plain_estate(x);
    extraction_start(x);
    text_put(x->dir, "victim", "precious");
    assert_int_equal(symlink("victim", path), 0);
    assert_int_equal(extraction_run(x, options), SMC_ERR_IO);
    assert_contains(x->err.detail, "--report: ");
    assert_contains(x->err.detail, "report.json: this is a symbolic link");
    assert_int_equal(sim_calls(x->sim, NULL, 0), 0);
    free(options);
    free(path);
}

/* Nobody reads it: the set is published, and nothing waits. */
static void test_a_fifo(void **state)
{
    struct extraction *x = *state;
    char *path = report_path(x);
    char *options = text_format("--report %s", path);
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(mkfifo(path, 0600), 0);
    (void)alarm(600);
    assert_int_equal(extraction_run(x, options), SMC_ERR_IO);
    (void)alarm(0);
    assert_contains(x->err.detail, "report.json: can't be written: nobody reads from it");
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 1);
    free(options);
    free(path);
}

static void test_a_report_that_cannot_be_written(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, "--report /dev/full"), SMC_ERR_IO);
    assert_contains(x->err.detail, "--report");
    assert_int_equal(extraction_count_lines(x, "ERROR - ", NULL), 0);
    assert_int_equal(extraction_count_files(x, "*-summary.json"),
                     1); /* the set is not its hostage */
    extraction_fault(x, "call=files,do=status:500");
    assert_int_equal(extraction_run(x, "--report /dev/full"), SMC_ERR_HTTP);
    assert_int_equal(extraction_count_lines(x, "ERROR - ", "--report"), 1);
}

/* What fails after the publication takes nothing back, and is not told as a failed set. */
static void test_published_all_the_same(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    int64_t first = x->timestamp;
    /* A directory in the place of an old file can't be removed like one. */
    char *old = text_format("%s/%lld-files.json", x->output, (long long)x->timestamp);
    assert_int_equal(remove(old), 0);
    assert_int_equal(mkdir(old, 0700), 0);
    struct json_tree *root = run_with_report(x, "--keep 1");
    assert_int_equal(x->status, SMC_ERR_IO);
    assert_string_equal(json_tree_text(root, "result"), "failed");
    assert_in_range(number_at(root, "set", "timestamp"), first + 1, first + 60);
    assert_contains(json_tree_text(root, "error"), "files.json");
    assert_int_equal(extraction_count_lines(x, "Done in", NULL), 1);
    json_tree_free(root);
    free(old);
}

/* The gap of this id as the report has it, on its line. */
static char *gap_line(const struct extraction *x, const char *id)
{
    char *path = report_path(x);
    char *text = file_read(path, NULL);
    char *want = text_format("\"id\":\"%s\"", id);
    const char *at = strstr(text, want);
    if (!at)
        fail_msg("no gap of %s", id);
    size_t len = strcspn(at, "\n");
    char *line = text_format("%.*s", (int)len, at);
    free(want);
    free(text);
    free(path);
    return line;
}

static void assert_gap(const struct extraction *x, const char *id, const char *text)
{
    char *line = gap_line(x, id);
    assert_contains(line, text);
    free(line);
}

/* Each gap says whether the last run had it, too; the first run has nothing to compare with. */
static void test_each_gap_says_whether_it_is_new(void **state)
{
    struct extraction *x = *state;
    char ids[2][37];
    extraction_plain_estate(x);
    extraction_start(x);
    sim_estate_id(x->sim, "workbooks", 0, ids[0]);
    sim_estate_id(x->sim, "workbooks", 1, ids[1]);
    extraction_fault(x, "call=elements,object=0,do=status:404");
    json_tree_free(run_with_report(x, ""));
    assert_gap(x, ids[0], "\"is_new\":null");
    extraction_fault(x, "call=elements,object=1,do=status:404");
    json_tree_free(run_with_report(x, ""));
    assert_gap(x, ids[0], "\"is_new\":false");
    assert_gap(x, ids[1], "\"is_new\":true");
    json_tree_free(run_with_report(x, ""));
    assert_gap(x, ids[1], "\"is_new\":false");
}

/* What an earlier run has paid for is told with Sigma's own words, too. */
static void test_a_gap_that_was_paid_for(void **state)
{
    struct extraction *x = *state;
    char id[37];
    extraction_plain_estate(x);
    extraction_start(x);
    sim_estate_id(x->sim, "workbooks", 0, id);
    extraction_fault(x, "call=elements,object=0,do=status:409,code=inode_archived");
    for (int i = 0; i < 2; i++) {
        json_tree_free(run_with_report(x, "--incremental"));
        assert_int_equal(sim_calls(x->sim, "elements", 409), 1);
        assert_gap(x, id,
                   "\"http_status\":409,\"code\":\"inode_archived\",\"request_id\":\"sim-request\","
                   "\"reason\":\"GET /v2/workbooks/");
    }
}

/* What the last run had is told as INFO, and what is new as a warning; tables by who uses them. */
static void test_new_gaps_apart(void **state)
{
    struct extraction *x = *state;
    char *path = report_path(x);
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=elements,object=0,do=status:404 call=path,object=0,do=status:404");
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_lines(x, "WARNING - 1 gap: elements of ", NULL), 1);
    assert_int_equal(extraction_count_lines(x, "WARNING - 1 gap: path of ", NULL), 1);
    extraction_fault(x, "call=elements,object=1,do=status:404");
    json_tree_free(run_with_report(x, ""));
    assert_int_equal(extraction_count_lines(x, "INFO - 1 gap that the last run had, too", NULL), 2);
    assert_int_equal(extraction_count_lines(x, "WARNING - 1 new gap: elements of ", NULL), 1);
    assert_int_equal(extraction_count_lines(x, "WARNING - 1 gap: ", NULL), 0);
    char *text = file_read(path, NULL);
    const char *used_by = strstr(text, "\"name\":null,\"used_by\":\"");
    assert_non_null(used_by);
    assert_true(used_by[strlen("\"name\":null,\"used_by\":\"")] != '"');
    free(text);
    /* A partial run does not make them new again. */
    assert_int_equal(extraction_run(x, "--only members"), SMC_OK);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_lines(x, "that the last run had, too", NULL), 2);
    assert_int_equal(extraction_count_lines(x, "WARNING - 1 new gap", NULL), 0);
    free(path);
}

/* ---- what can mend a gap ---- */

struct remedy_row {
    const char *name;
    const char *faults;
    const char *status;
    const char *remedy;
};

static const struct remedy_row remedy_rows[] = {
    {"a 404: nothing", "call=elements,object=0,do=status:404", "404", "\"remedy\":\"nothing\""},
    {"a 403: rights", "call=elements,object=0,do=status:403", "403", "\"remedy\":\"rights\""},
    {"a 503: a re-run", "call=elements,object=0,do=status:503", "503", "\"remedy\":\"rerun\""},
    {"no answer: a re-run", "call=elements,object=0,do=reset", "null", "\"remedy\":\"rerun\""},
    {"beyond the cap: nothing", "call=elements,object=0,do=huge:70000000", "null",
     "\"remedy\":\"nothing\""},
    {"a wrong shape: nothing", "call=elements,object=0,do=wrongshape", "200",
     "\"remedy\":\"nothing\""},
};

static void test_remedy(void **state)
{
    struct extraction *x = *state;
    const struct remedy_row *row = x->row;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, row->faults);
    char *path = report_path(x);
    struct json_tree *root = run_with_report(x, "--retries 0");
    char *text = file_read(path, NULL);
    char *want = text_format("\"http_status\":%s,", row->status);
    assert_int_equal(number_at(root, "gaps", "total"), 1);
    assert_contains(text, want);
    assert_contains(text, row->remedy);
    json_tree_free(root);
    free(want);
    free(text);
    free(path);
}

/* An id that no address can hold costs no call, so the gap has no status. */
static void test_an_id_that_is_not_asked_for(void **state)
{
    struct extraction *x = *state;
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 200,
         "{\"entries\": [{\"workbookId\": \"..\"}], \"total\": 1, \"nextPage\": null}"}};
    extraction_replay(x, calls, 1);
    char *path = report_path(x);
    struct json_tree *root = run_with_report(x, "");
    char *text = file_read(path, NULL);
    assert_int_equal(number_at(root, "gaps", "total"), 2); /* sources and elements */
    assert_contains(text, "\"id\":\"..\"");
    assert_contains(text, "\"http_status\":null,");
    assert_lacks(text, "\"http_status\":200,");
    json_tree_free(root);
    free(text);
    free(path);
}

/* ---- limits ---- */

struct limit_row {
    const char *name;
    const char *faults;
    const char *options;
    enum smc_status status;
};

#define ONE "call=elements,object=0,do=status:404"
#define TWO ONE " call=elements,object=1,do=status:404"

static const struct limit_row limit_rows[] = {
    {"no gap, --fail-on-gaps", NULL, "--fail-on-gaps", SMC_OK},
    {"a gap", ONE, NULL, SMC_OK},
    {"a gap, --fail-on-gaps", ONE, "--fail-on-gaps", SMC_ERR_GAPS},
    {"a gap, --max-gaps 1", ONE, "--max-gaps 1", SMC_OK},
    {"two gaps, --max-gaps 1", TWO, "--max-gaps 1", SMC_ERR_GAPS},
    {"a gap, --max-gaps 0", ONE, "--max-gaps 0", SMC_ERR_GAPS},
};

static void test_limit(void **state)
{
    struct extraction *x = *state;
    const struct limit_row *row = x->row;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, row->faults);
    assert_int_equal(extraction_run(x, row->options), row->status);
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 1); /* published all the same */
}

/* ---- short listings ---- */

struct short_row {
    const char *name;
    const char *options;
    enum smc_status status;
    int64_t gaps;
};

static const struct short_row short_rows[] = {
    {"a short listing", NULL, SMC_ERR_HTTP, 0},
    {"accepted", "--accept-short-listing files", SMC_OK, 1},
    {"accepted among others", "--accept-short-listing members,files", SMC_OK, 1},
    {"another is accepted", "--accept-short-listing members", SMC_ERR_HTTP, 0},
    {"accepted and --fail-on-gaps", "--accept-short-listing files --fail-on-gaps", SMC_ERR_GAPS, 1},
};

static void test_short_listing(void **state)
{
    struct extraction *x = *state;
    const struct short_row *row = x->row;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=files,do=short");
    assert_int_equal(extraction_run(x, row->options), row->status);
    assert_int_equal(sim_calls(x->sim, "files", 200) % 2, 0); /* it was listed twice */
    if (row->status == SMC_OK)
        assert_int_equal(extraction_summary_int(x, "extraction.gaps.files", 0), row->gaps);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_what_was_done),
        ALONE(test_gaps_one_by_one),
        ALONE(test_new_gaps_apart),
        ALONE(test_each_gap_says_whether_it_is_new),
        ALONE(test_a_gap_that_was_paid_for),
        ALONE(test_a_failed_run_reports_too),
        ALONE(test_a_report_that_has_no_place),
        ALONE(test_a_report_beside_the_sets),
        ALONE(test_a_report_that_cannot_be_written),
        ALONE(test_a_link),
        ALONE(test_a_fifo),
        ALONE(test_published_all_the_same),
        ALONE(test_an_id_that_is_not_asked_for),
    };
    int failed = EXTRACTION_TABLE("limits", limit_rows, test_limit);
    failed += EXTRACTION_TABLE("remedies", remedy_rows, test_remedy);
    failed += EXTRACTION_TABLE("short listings", short_rows, test_short_listing);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
