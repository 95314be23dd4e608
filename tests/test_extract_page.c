/* --html and --from: what the page holds, and when there is one. What it does in a browser is
 * tested by tests/page. */
#include "support/extraction.h"

#include <openssl/evp.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/support/program.h"

#define DATA_MAX ((size_t)4 * 1024 * 1024)

static char *page_path(const struct extraction *x)
{
    return text_format("%s/page.html", x->dir);
}

/* The page's data as the browser gets it: JSON, to be freed. */
static char *data_of(const struct extraction *x)
{
    char *path = page_path(x);
    char *page = file_read(path, NULL);
    char *begin = strstr(page, "id=\"data\">");
    if (!begin)
        fail_msg("a page without data");
    begin += strlen("id=\"data\">");
    size_t len = strcspn(begin, "<");
    unsigned char *packed = malloc(len + 1);
    char *text = calloc(1, DATA_MAX);
    z_stream zip = {
        .next_in = packed, .next_out = (unsigned char *)text, .avail_out = DATA_MAX - 1};
    if (!packed || !text)
        abort();
    int bytes = EVP_DecodeBlock(packed, (const unsigned char *)begin, (int)len);
    assert_true(bytes > 0);
    zip.avail_in = (unsigned)bytes;
    assert_int_equal(inflateInit2(&zip, 15 + 16), Z_OK);
    assert_int_equal(inflate(&zip, Z_FINISH), Z_STREAM_END);
    (void)inflateEnd(&zip);
    free(packed);
    free(page);
    free(path);
    return text;
}

static struct smc_json_span member(const char *data, const char *name)
{
    struct smc_json_span all;
    struct smc_error err = SMC_ERROR_INIT;
    if (smc_json_scan(data, strlen(data), &all, &err) != SMC_OK)
        fail_msg("not JSON: %s", err.detail);
    return smc_json_member(all, name);
}

static size_t count_items(struct smc_json_span list)
{
    struct smc_json_walk walk;
    size_t count = 0;
    if (smc_json_walk_begin(&walk, list))
        while (smc_json_walk_next(&walk, NULL, NULL, NULL))
            count++;
    return count;
}

static enum smc_status run_with_page(struct extraction *x, const char *more)
{
    char *path = page_path(x);
    char *options = text_format("--html %s %s", path, more);
    enum smc_status rc = extraction_run(x, options);
    free(options);
    free(path);
    return rc;
}

/* ---- of a run ---- */

static void test_what_it_holds(void **state)
{
    struct extraction *x = *state;
    static const char *const names[] = {"workbooks",         "datamodels",      "datasets",
                                        "connections",       "members",         "workbook_sources",
                                        "datamodel_sources", "dataset_sources", "elements"};
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(run_with_page(x, ""), SMC_OK);
    char *data = data_of(x);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(count_items(member(data, names[i])), extraction_file(x, names[i])->count);
    assert_int_equal(count_items(member(data, "gaps")), 0);
    assert_null(member(data, "before").p);
    struct smc_json_span figures = member(data, "figures");
    assert_true(count_items(extraction_member(figures, "course.latency")) > 5);
    assert_true(count_items(extraction_member(figures, "course.timeline.steps")) > 0);
    assert_lacks(data, "@sim.example");
    assert_lacks(data, "sim-secret");
    free(data);
    assert_int_equal(run_with_page(x, "--html-with-emails"), SMC_OK);
    data = data_of(x);
    assert_contains(data, "@sim.example");
    free(data);
    assert_int_equal(extraction_count_lines(x, "INFO - Wrote page: ", NULL), 1);
}

static void test_changes_and_gaps(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=elements,object=0,do=status:404");
    assert_int_equal(run_with_page(x, ""), SMC_OK);
    /* As if the set before had had another workbook in the place of the first. */
    char *path = text_format("%s/%lld-workbooks.json", x->output, (long long)x->timestamp);
    size_t len;
    char *text = file_read(path, &len);
    (void)memcpy(strstr(text, "\"workbookId\":\"") + 14, "went", 4);
    file_write(path, text, len);
    free(text);
    free(path);
    extraction_fault(x, "call=elements,object=1,do=status:404");
    assert_int_equal(run_with_page(x, ""), SMC_OK);
    char *data = data_of(x);
    assert_int_equal(count_items(member(data, "gaps")), 2);
    assert_contains(data, ",404,true,{");
    assert_contains(data, ",404,false,{");
    assert_non_null(member(data, "before").p);
    assert_contains(data, "[\"workbooks\",\"went\",\"went");
    assert_contains(data, "[\"workbooks\",\"came\",");
    assert_int_equal(count_items(member(data, "changes")), 2);
    free(data);
}

/* A page is of a set: what was there stays. */
static void test_failed_run(void **state)
{
    struct extraction *x = *state;
    char *path = page_path(x);
    extraction_plain_estate(x);
    extraction_start(x);
    file_write(path, "old", 3);
    extraction_fault(x, "call=files,do=status:400");
    assert_int_not_equal(run_with_page(x, ""), SMC_OK);
    char *page = file_read(path, NULL);
    assert_string_equal(page, "old");
    free(page);
    free(path);
}

/* Found out before anything is sent. */
static void test_no_place(void **state)
{
    struct extraction *x = *state;
    extraction_start(x);
    assert_int_equal(extraction_run(x, "--html /nowhere/page.html"), SMC_ERR_IO);
    assert_contains(x->err.detail, "--html");
    assert_int_equal(sim_connections(x->sim), 0);
}

/* ---- of a set that is there ---- */

/* Runs the program with the options, the page's path behind them where there is one. */
static int make(struct extraction *x, struct program *p, const char *from, bool has_page)
{
    struct words argv = {.count = 0};
    char *program = program_path("castor-extract-sigma");
    char *path = page_path(x);
    words_add(&argv, "%s", program);
    words_add(&argv, "--from");
    words_add(&argv, "%s", from);
    if (has_page) {
        words_add(&argv, "--html");
        words_add(&argv, "%s", path);
    }
    int status = program_run(p, &argv, NULL, NULL);
    words_clear(&argv);
    free(program);
    free(path);
    return status;
}

static void assert_tells_the_run(const struct extraction *x, bool is_told)
{
    char *data = data_of(x);
    assert_int_equal(member(data, "figures").p != NULL, is_told);
    assert_int_equal(member(data, "gaps").p != NULL, is_told);
    free(data);
}

static void test_from(void **state)
{
    struct extraction *x = *state;
    struct program p = {0};
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, ""), SMC_OK);
    assert_int_equal(make(x, &p, x->output, true), 0);
    assert_contains(p.err, "Wrote page: ");
    assert_tells_the_run(x, true);
    /* Beside a run at work, and without a state directory. */
    char *lock = text_format("%s/.sigmacat/state.db-wal", x->output);
    file_write(lock, "x", 1);
    assert_int_equal(make(x, &p, x->output, true), 0);
    assert_tells_the_run(x, false);
    free(lock);
    program_clear(&p);
}

static void test_from_what_is_not_there(void **state)
{
    struct extraction *x = *state;
    struct program p = {0};
    assert_int_equal(make(x, &p, x->dir, true), 5);
    assert_contains(p.err, "not one complete set");
    assert_int_equal(make(x, &p, "/nowhere", true), 5);
    assert_int_equal(make(x, &p, x->dir, false), 2);
    assert_contains(p.err, "--html");
    program_clear(&p);
}

static void test_from_a_damaged_set(void **state)
{
    struct extraction *x = *state;
    struct program p = {0};
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, ""), SMC_OK);
    char *file = text_format("%s/%lld-workbooks.json", x->output, (long long)x->timestamp);
    char *path = page_path(x);
    file_write(file, "[{\"workbookId\":", 15);
    file_write(path, "old", 3);
    assert_int_equal(make(x, &p, x->output, true), 5);
    assert_contains(p.err, "damaged");
    char *page = file_read(path, NULL);
    assert_string_equal(page, "old");
    free(page);
    free(path);
    free(file);
    program_clear(&p);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH(test_what_it_holds),
        WITH(test_changes_and_gaps),
        WITH(test_failed_run),
        WITH(test_no_place),
        WITH(test_from),
        WITH(test_from_what_is_not_there),
        WITH(test_from_a_damaged_set),
    };
    return cmocka_run_group_tests_name("extract, page", tests, NULL, NULL);
}
