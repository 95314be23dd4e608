/* Partial runs and whole ones leave each other's answers, sets and publications alone. */
#include "tests/support/extraction.h"
#include "tests/support/program.h"
#include "tests/support/model.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/json_tree.h"
#include "tests/support/words.h"
#include "lib/store/store.h"

#include "extract/options.h"
#include "upload/choose.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

#define ASSETS (EXTRACTION_FILES - 1)

/* ---- --incremental ---- */

enum { OBJECT_KINDS = 6 };
static const char *const object_kinds[OBJECT_KINDS] = {"workbook_sources",  "elements",
                                                       "datamodel_sources", "datamodel_lineage",
                                                       "dataset_sources",   "path"};

struct step {
    const char *options; /* NULL: no more steps */
    int64_t later_ms;    /* how long after the step before it */
    long calls[OBJECT_KINDS];
};

struct steps_row {
    const char *name;
    const char *fault; /* of the first step */
    struct step steps[4];
};

#define ALL                                                                                        \
    {                                                                                              \
        4, 4, 2, 2, 2, 1                                                                           \
    } /* a check of the paths' listing */
#define INC "--incremental"

static const struct steps_row steps_rows[] = {
    {"what was not asked for stays",
     NULL,
     {{INC, 0, ALL}, {INC " --only members", 0, {0}}, {"--only members", 0, {0}}, {INC, 0, {0}}}},
    {"other calls of its objects stay",
     NULL,
     {{INC, 0, ALL},
      {INC " --only workbooks", 0, {0}},
      {INC " --only elements", 0, {0}},
      {INC, 0, {0}}}},
    {"tables of other files stay",
     NULL,
     {{INC, 0, ALL}, {INC " --only dataset_sources", 0, {0}}, {INC, 0, {0}}}},
    {"a part builds on itself, the whole on it",
     NULL,
     {{INC " --only elements", 0, {0, 4}},
      {INC " --only elements", 0, {0}},
      {INC, 0, {4, 0, 2, 2, 2, 1}},
      {INC, 0, {0}}}},
    {"--skip likewise",
     NULL,
     {{INC " --skip elements", 0, {4, 0, 2, 2, 2, 1}},
      {INC " --skip elements", 0, {0}},
      {INC, 0, {0, 4}},
      {INC, 0, {0}}}},
    {"it is not a full pass of the others",
     NULL,
     {{INC, 0, ALL},
      {INC " --only elements", 8 * DAY_MS, {0, 4}},
      {INC, HOUR_MS, {4, 0, 2, 2, 2, 1}},
      {INC, HOUR_MS, {0}}}},
    {"a full pass of a part that finds nothing old enough",
     NULL,
     {{INC, 0, ALL},
      {INC " --only elements --full-after 60", HOUR_MS, {0, 4}},
      {INC, 6 * DAY_MS, {0}},
      {INC, DAY_MS, {4, 0, 2, 2, 2, 1}}}},
    {"without --incremental it drops its own",
     NULL,
     {{INC, 0, ALL}, {"--only elements", 0, {0, 4}}, {INC, 0, {0, 4}}, {INC, 0, {0}}}},
    {"gaps of others are kept",
     "call=elements,object=1,do=status:404",
     {{INC, 0, ALL}, {INC " --only members", 0, {0}}, {"--only datasets", 0, {0}}, {INC, 0, {0}}}},
    {"also by a part that asks for all of its own",
     "call=elements,object=1,do=status:404",
     {{INC, 0, ALL},
      {"--only datamodel_lineage", 0, {4, 0, 0, 2, 0, -1}},
      {INC, 0, {4, 0, 0, 2, 0, -1}}}},
};

static void test_steps(void **state)
{
    struct extraction *x = *state;
    const struct steps_row *row = x->row;
    struct model model;
    extraction_plain_estate(x);
    x->sim_opt.tables = 12;
    extraction_start(x);
    extraction_fault(x, row->fault);
    for (int i = 0; i < 4 && row->steps[i].options; i++) {
        const struct step *step = &row->steps[i];
        x->fake.wall_ms += step->later_ms;
        x->fake.now_ms += step->later_ms;
        extraction_run_ok(x, step->options);
        sim_faults_clear(x->sim);
        for (int k = 0; k < OBJECT_KINDS; k++) {
            long is = sim_calls(x->sim, object_kinds[k], 0);
            if (step->calls[k] >= 0 && is != step->calls[k])
                fail_msg("step %d: %ld calls for %s, expected %ld", i, is, object_kinds[k],
                         step->calls[k]);
        }
    }
    int64_t gaps = row->fault ? 1 : 0;
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.elements", 0), gaps);
    model_make(&model, x->sim);
    for (size_t i = 0; i < ASSETS; i++)
        if (!gaps || strcmp(extraction_names[i], "elements") != 0)
            model_compare(&model, x, extraction_names[i]);
    model_clear(&model);
}

/* ---- publications that were not finished ---- */

struct recover_row {
    const char *name;
    const char *options; /* of the run that is killed while it publishes */
    const char *next;    /* of the one after it */
    size_t files;        /* of the first set */
    size_t back;         /* so many of them had not been renamed */
    const char *lost;    /* and this one is not there at all; NULL: none */
};

static const struct recover_row recover_rows[] = {
    {"a partial set, all renamed", "--only workbooks,elements", NULL, 3, 0, NULL},
    {"all but the summary", "--only workbooks,elements", NULL, 3, 1, NULL},
    {"none renamed", "--only workbooks,elements", NULL, 3, 3, NULL},
    {"another part finds it", "--only workbooks,elements", "--only members", 3, 2, NULL},
    {"one file", "--only members", NULL, 2, 1, NULL},
    {"a part finds a whole one", NULL, "--only members", 12, 7, NULL},
    {"a file of a partial set is lost", "--only workbooks,elements", NULL, 3, 1, "workbooks"},
    {"a file of a whole set is lost", NULL, "--only members", 12, 5, "files"},
};

static void die(struct extraction *x)
{
    (void)x;
    _exit(7);
}

static int run_and_die(void *ctx)
{
    struct extraction *x = ctx;
    const struct recover_row *row = x->row;
    x->cue = "Wrote output file";
    x->on_cue = die;
    (void)extraction_run(x, row->options);
    return 1;
}

/* Takes renames back, the last first, as if it had been killed before them. */
static void take_back(const struct extraction *x, long long timestamp,
                      const struct recover_row *row)
{
    size_t left = row->back;
    for (size_t i = EXTRACTION_FILES; i-- > 0;) {
        char *name = text_format("%s/%lld-%s.json", x->output, timestamp, extraction_names[i]);
        char *part = text_format("%s.part", name);
        if (left > 0 && rename(name, part) == 0)
            left--;
        if (row->lost && strcmp(extraction_names[i], row->lost) == 0)
            (void)(remove(name) + remove(part));
        free(name);
        free(part);
    }
    assert_int_equal(left, 0);
}

static void test_recover(void **state)
{
    struct extraction *x = *state;
    const struct recover_row *row = x->row;
    extraction_plain_estate(x);
    extraction_start(x);
    long long timestamp = x->fake.wall_ms / 1000;
    int status = in_child(run_and_die, x);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    char *pattern = text_format("%lld-*.json", timestamp);
    assert_int_equal(extraction_count_files(x, pattern), row->files);
    take_back(x, timestamp, row);
    x->fake.wall_ms += 1000;
    extraction_run_ok(x, row->next);
    assert_int_equal(extraction_count_files(x, pattern), row->lost ? 0 : row->files);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    assert_int_equal(extraction_count_lines(x, "Finished publishing the set", NULL), !row->lost);
    /* What it had asked for was used for its set; else the next run goes on with it. */
    bool is_resuming = row->lost && !row->next;
    assert_int_equal(extraction_count_lines(x, "Resuming", NULL), is_resuming);
    if (!row->next)
        assert_int_equal(sim_calls(x->sim, "elements", 0), is_resuming ? 0 : 4);
    if (row->next) { /* which asked for none of it */
        extraction_run_ok(x, NULL);
        bool is_left = row->lost != NULL;
        assert_int_equal(sim_calls(x->sim, "elements", 0), is_left ? 0 : 4);
    }
    free(pattern);
}

/* ---- sets side by side ---- */

static void test_keep(void **state)
{
    struct extraction *x = *state;
    static const char *const options[] = {"--keep 1", "--only members,files --keep 1",
                                          "--only members --keep 1", "--only members --keep 1",
                                          "--keep 1"};
    extraction_plain_estate(x);
    extraction_start(x);
    for (int i = 0; i < 5; i++) {
        x->fake.wall_ms += 60000;
        extraction_run_ok(x, options[i]);
        if (i != 3)
            continue;
        assert_int_equal(extraction_count_files(x, "*-elements.json"), 1);
        assert_int_equal(extraction_count_files(x, "*-files.json"), 2);
        assert_int_equal(extraction_count_files(x, "*-members.json"), 3);
        assert_int_equal(extraction_count_files(x, "*-summary.json"), 3);
    }
    assert_int_equal(extraction_count_files(x, "[0-9]*"), EXTRACTION_FILES);
}

static void test_report(void **state)
{
    struct extraction *x = *state;
    size_t len;
    char *path = text_format("%s/report.json", x->dir);
    char *options = text_format("--only members,elements --report %s", path);
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_run_ok(x, options);
    char *text = file_read(path, &len);
    struct json_tree *root = json_tree_parse(text, len);
    struct json_tree *set = json_tree_get(root, "set");
    struct json_tree *files = json_tree_get(set, "files");
    struct json_tree *doubled = json_tree_get(json_tree_get(root, "details"), "duplicate_ids");
    assert_true(json_tree_is_true(set, "is_partial"));
    assert_non_null(json_tree_item(files, "name", "members"));
    assert_non_null(json_tree_item(files, "name", "elements"));
    assert_null(json_tree_item(files, "name", "workbooks"));
    assert_non_null(json_tree_item(doubled, "asset", "members"));
    assert_null(json_tree_item(doubled, "asset", "files"));
    json_tree_free(root);
    free(text);
    free(options);
    free(path);
}

/* castor-upload takes a partial set with --force alone, and --latest passes over it. */
static void test_upload(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_run_ok(x, NULL);
    char *whole = text_format("%lld", (long long)x->timestamp);
    extraction_run_ok(x, "--only members,workbook_sources");
    char *partial = text_format("%lld", (long long)x->timestamp);
    for (int i = 0; i < 3; i++) {
        static const size_t counts[] = {EXTRACTION_FILES, 3, 3};
        struct upload_settings settings = {.directory_path = x->output, .file_type = UPLOAD_VIZ};
        struct upload_job job = {.settings = &settings,
                                 .clock = &x->fake.clock,
                                 .stop_fd = -1,
                                 .files = UPLOAD_FILES_INIT};
        struct smc_error err = SMC_ERROR_INIT;
        settings.is_latest = i == 0;
        settings.set = i == 0 ? NULL : partial;
        settings.is_forced = i == 2;
        assert_int_equal(upload_choose(&job, &err), i == 1 ? SMC_ERR_IO : SMC_OK);
        if (i == 1)
            assert_contains(err.detail, "1 problem (--force");
        assert_int_equal(job.files.count, counts[i]);
        assert_int_equal(strncmp(job.files.items[0].name, i == 0 ? whole : partial, strlen(whole)),
                         0);
        upload_files_clear(&job.files);
    }
    free(whole);
    free(partial);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {ALONE(test_keep), ALONE(test_report), ALONE(test_upload)};
    int failed = EXTRACTION_TABLE("incremental", steps_rows, test_steps);
    failed += EXTRACTION_TABLE("publications", recover_rows, test_recover);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
