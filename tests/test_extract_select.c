/* --only and --skip: which files are written and which calls that takes; what a partial run leaves. */
#include "tests/support/extraction.h"
#include "tests/support/program.h"
#include "tests/support/model.h"
#include "tests/support/words.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/json_tree.h"
#include "lib/store/store.h"

#include "extract/options.h"
#include "upload/choose.h"

#define ASSETS (EXTRACTION_FILES - 1)

/* ---- files and calls ---- */

static const char *const kinds[] = {"connections", "workbooks",         "workbook_sources",
                                    "datamodels",  "datamodel_sources", "datamodel_lineage",
                                    "datasets",    "dataset_sources",   "files",
                                    "members",     "elements",          "path"};
enum { KINDS = sizeof kinds / sizeof kinds[0], PATH = KINDS - 1 };

struct file_row {
    const char *name;  /* the options, too */
    const char *kinds; /* that are asked for; with --skip: those that are not */
    bool is_one_page;  /* is enough of the workbooks */
};

static const struct file_row file_rows[] = {
    {"--only connections", "connections", false},
    {"--only workbooks", "workbooks", false},
    {"--only workbook_sources", "workbooks workbook_sources path", false},
    {"--only datamodels", "workbooks datamodels", true},
    {"--only datamodel_sources", "workbooks datamodels datamodel_sources path", true},
    {"--only datamodel_lineage", "workbooks workbook_sources datamodels datamodel_lineage path",
     false},
    {"--only datasets", "workbooks datasets", true},
    {"--only dataset_sources", "workbooks datasets dataset_sources path", true},
    {"--only files", "files", false},
    {"--only members", "members", false},
    {"--only elements", "workbooks elements", false},
    {"--only members,files", "files members", false},
    {"--only datamodels,elements", "workbooks elements datamodels", false},
    {"--only workbooks,datasets", "workbooks datasets", false},
    {"--only \tmembers\t,files\t", "files members", false},
    {"--skip connections", "connections", false},
    {"--skip workbooks", "", false},
    {"--skip workbook_sources", "", false},
    {"--skip datamodels", "", false},
    {"--skip datamodel_sources", "datamodel_sources", false},
    {"--skip datamodel_lineage", "datamodel_lineage", false},
    {"--skip datasets", "", false},
    {"--skip dataset_sources", "dataset_sources", false},
    {"--skip files", "files", false},
    {"--skip members", "members", false},
    {"--skip elements", "elements", false},
    {"--skip workbook_sources,datamodel_lineage", "workbook_sources datamodel_lineage", false},
    {"--skip workbooks,workbook_sources,datamodel_lineage,elements",
     "workbook_sources datamodel_lineage elements", true},
    {"--skip datamodels,datamodel_sources,datasets,dataset_sources",
     "datamodel_sources datasets dataset_sources", false},
    {"--skip workbook_sources,datamodel_sources,datamodel_lineage,dataset_sources",
     "workbook_sources datamodel_sources datamodel_lineage dataset_sources path", false},
    {"--skip connections,workbooks,workbook_sources,datamodels,datamodel_sources,"
     "datamodel_lineage,datasets,dataset_sources,files,elements",
     "connections workbooks workbook_sources datamodels datamodel_sources datamodel_lineage "
     "datasets dataset_sources files elements path",
     false},
};

static bool is_written(const char *options, const char *asset)
{
    bool is_only = strncmp(options, "--only ", 7) == 0;
    char *names = text_format("%s", options + 7);
    for (char *at = names; *at; at++)
        if (*at == '\t')
            *at = ' ';
    bool is_named = words_has(names, asset);
    free(names);
    return is_named == is_only;
}

/* A whole run's files, to be freed. */
static void take_whole(struct extraction *x, char *texts[ASSETS])
{
    char *options = text_format("--state %s/whole", x->dir);
    extraction_run_ok(x, options);
    for (size_t i = 0; i < ASSETS; i++)
        texts[i] = text_format("%s", extraction_file(x, extraction_names[i])->text);
    free(options);
}

/* The last run's set has the files that the options want, equal to those of `whole`, no others. */
static void check_files(struct extraction *x, const char *options, char *whole[ASSETS])
{
    size_t count = 1;
    for (size_t i = 0; i < ASSETS; i++) {
        bool is_wanted = is_written(options, extraction_names[i]);
        char *member = text_format("extraction.files.%s.bytes", extraction_names[i]);
        int64_t bytes = is_wanted ? (int64_t)strlen(whole[i]) : -1;
        assert_int_equal(extraction_summary_int(x, member, -1), bytes);
        if (is_wanted && strcmp(extraction_file(x, extraction_names[i])->text, whole[i]) != 0)
            fail_msg("%s: %s\ninstead of\n%s", extraction_names[i],
                     extraction_file(x, extraction_names[i])->text, whole[i]);
        if (!is_wanted)
            assert_int_equal(extraction_count_lines(x, "left out: ", extraction_names[i]), 1);
        count += is_wanted;
        free(member);
        free(whole[i]);
    }
    char *pattern = text_format("%lld-*", (long long)x->timestamp);
    assert_int_equal(extraction_count_files(x, pattern), count);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    free(pattern);
    assert_memory_equal(extraction_summary(x, "extraction.partial").p, "true", 4);
    assert_int_equal(
        extraction_count_lines(x, "The set will be partial", "--force or --allow partial"), 1);
}

static void test_files(void **state)
{
    struct extraction *x = *state;
    const struct file_row *row = x->row;
    char *whole[ASSETS];
    long calls[KINDS];
    bool is_only = strncmp(row->name, "--only ", 7) == 0;
    extraction_plain_estate(x);
    x->sim_opt.page_size = 2;
    extraction_start(x);
    take_whole(x, whole);
    for (int i = 0; i < KINDS; i++)
        calls[i] = sim_calls(x->sim, kinds[i], 0);
    extraction_run_ok(x, row->name);
    long sum = 2; /* the token, whoami */
    for (int i = 0; i < KINDS; i++) {
        bool is_asked = words_has(row->kinds, kinds[i]) == is_only;
        long is = sim_calls(x->sim, kinds[i], 0);
        long want = !is_asked ? 0 : i == 1 && row->is_one_page ? 1 : calls[i];
        if (i == PATH && is_asked)
            assert_in_range(is, 1, want); /* test_tables has it exactly */
        else if (is != want)
            fail_msg("%ld calls for %s, expected %ld", is, kinds[i], want);
        sum += is;
    }
    assert_int_equal(sim_calls(x->sim, NULL, 0), sum);
    bool is_known = words_has(row->kinds, "workbooks") == is_only;
    assert_memory_equal(extraction_summary(x, "extracts_whole_organization").p,
                        is_known ? "true" : "fals", 4);
    check_files(x, row->name, whole);
}

/* The same where everything is strange, and tables' paths are listed. */
struct odd_row {
    const char *name;
};

static const struct odd_row odd_rows[] = {{"--only dataset_sources"},
                                          {"--only workbook_sources,elements"},
                                          {"--only datamodel_lineage"},
                                          {"--skip datamodel_lineage"},
                                          {"--skip workbooks,datamodels,datasets"}};

static void test_odd(void **state)
{
    struct extraction *x = *state;
    const struct odd_row *row = x->row;
    char *whole[ASSETS];
    extraction_start(x);
    take_whole(x, whole);
    extraction_run_ok(x, row->name);
    assert_int_equal(sim_repeats(x->sim, NULL), 0);
    check_files(x, row->name, whole);
}

/* ---- whose tables ---- */

#define TABLE_W "8dfcd325-6b9a-49b3-a491-1189fab1b206" /* a workbook's, and base62 of the next */
#define TABLE_L "002814d6-59dd-47a1-9f35-c852a8155203"
#define TABLE_M "8dfcd325-6b9a-49b3-a491-1189fab1b202"
#define TABLE_D "8dfcd325-6b9a-49b3-a491-1189fab1b203"
#define PATH_OF(table)                                                                             \
    {                                                                                              \
        "GET /v2/connections/paths/" table, 200, "{\"connectionId\": \"c\", \"path\": [\"p\"]}"    \
    }

static const struct recorded_call one_of_each[] = {
    {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 200,
     "{\"entries\": [{\"workbookId\": \"w\", \"updatedAt\": \"t\"}, {\"workbookId\": \"v\", "
     "\"updatedAt\": \"t\"}], \"nextPage\": null}"},
    {"GET /v2/workbooks/w/sources", 200,
     "[{\"type\": \"table\", \"inodeId\": \"" TABLE_W "\"}, "
     "{\"type\": \"data-model\", \"dataModelId\": \"m\"}]"},
    {"GET /v2/workbooks/v/sources", 200, "[]"},
    {"GET /v2/workbooks/w/elements?limit=1000", 200, "{\"entries\": [], \"nextPage\": null}"},
    {"GET /v2/workbooks/v/elements?limit=1000", 200, "{\"entries\": [], \"nextPage\": null}"},
    {"GET /v2/dataModels?limit=1000&skipPermissionCheck=true", 200,
     "{\"entries\": [{\"dataModelId\": \"m\", \"updatedAt\": \"t\"}], \"nextPage\": null}"},
    {"GET /v2/dataModels/m/sources?pageSize=500", 200,
     "{\"entries\": [{\"type\": \"table\", \"tableId\": \"" TABLE_M "\"}]}"},
    {"GET /v2/dataModels/m/lineage?limit=1000", 200,
     "{\"entries\": [{\"type\": \"table\", \"inodeId\": \"" TABLE_L "\"}, {\"type\": \"element\", "
     "\"elementId\": \"e\", \"dataSourceIds\": [\"inode-0ijFvkwmxRPAwflBXQu1t\"]}], "
     "\"nextPage\": null}"},
    {"GET /v2/datasets?limit=1000&skipPermissionCheck=true", 200,
     "{\"entries\": [{\"datasetId\": \"d\", \"updatedAt\": \"t\"}], \"nextPage\": null}"},
    {"GET /v2/datasets/d/sources", 200, "[{\"type\": \"table\", \"inodeId\": \"" TABLE_D "\"}]"},
    PATH_OF(TABLE_W),
    PATH_OF(TABLE_L),
    PATH_OF(TABLE_M),
    PATH_OF(TABLE_D),
};
#define CALLS (sizeof one_of_each / sizeof one_of_each[0])

struct table_row {
    const char *name;
    long paths;
    size_t index; /* in one_of_each, of the one that is wanted: no other is there */
};

static const struct table_row table_rows[] = {
    {"--only workbook_sources", 1, 10},    {"--only datamodel_lineage", 1, 11},
    {"--only datamodel_sources", 1, 12},   {"--only dataset_sources", 1, 13},
    {"--only elements,datamodels", 0, 14},
};

/* Each file's tables are asked for, and no others: their paths are not there. */
static void test_tables(void **state)
{
    struct extraction *x = *state;
    const struct table_row *row = x->row;
    struct recorded_call calls[CALLS];
    size_t count = 0;
    for (size_t i = 0; i < CALLS; i++)
        if (i < 10 || i == row->index)
            calls[count++] = one_of_each[i];
    extraction_replay(x, calls, count);
    extraction_run_ok(x, row->name);
    assert_int_equal(sim_calls(x->sim, "path", 0), row->paths);
    assert_int_equal(sim_calls(x->sim, NULL, 404), 0);
    assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2);
}

/* ---- rights ---- */

struct rights_row {
    const char *name; /* the options, too */
    bool is_admin;
    long workbooks; /* calls */
    const char *whole;
    size_t warnings;
};

static const struct rights_row rights_rows[] = {
    {"--only datamodels", true, 1, "true", 0},
    {"--only datamodels ", false, 1, "fals", 1},
    {"--only dataset_sources", false, 1, "fals", 1},
    {"--only elements", false, 3, "fals", 1}, /* 403, 400, 200 */
    {"--only connections", true, 0, "fals", 0},
    {"--only connections ", false, 0, "fals", 0},
};

static void test_rights(void **state)
{
    struct extraction *x = *state;
    const struct rights_row *row = x->row;
    char *whole[ASSETS];
    extraction_plain_estate(x);
    x->sim_opt.not_admin = !row->is_admin;
    x->sim_opt.explorations_strict = true;
    extraction_start(x);
    take_whole(x, whole);
    extraction_run_ok(x, row->name);
    assert_int_equal(sim_calls(x->sim, "workbooks", 0), row->workbooks);
    assert_memory_equal(extraction_summary(x, "extracts_whole_organization").p, row->whole, 4);
    assert_int_equal(extraction_count_lines(x, "may not see the whole organisation", NULL),
                     row->warnings);
    check_files(x, row->name, whole);
}

/* Where that page can't be had, nothing can be decided; where it is not needed, nobody minds. */
static void test_no_rights_page(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=workbooks,do=status:500");
    assert_int_equal(extraction_run(x, "--only datamodels"), SMC_ERR_HTTP);
    assert_contains(x->err.detail, "workbooks");
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
    extraction_run_ok(x, "--only members,connections");
}

/* An entry without an id is a gap for those alone that would ask for something by it. */
static void test_no_id(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call call = {one_of_each[0].call, 200,
                                       "{\"entries\": [{}], \"nextPage\": null}"};
    extraction_replay(x, &call, 1);
    extraction_run_ok(x, "--only workbooks");
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.workbooks", 0), 0);
}

/* ---- names ---- */

struct wrong_row {
    const char *name; /* the options, too */
    const char *says[3];
};

#define ELEVEN                                                                                     \
    "connections,workbooks,workbook_sources,datamodels,datamodel_sources,datamodel_lineage,"       \
    "datasets,dataset_sources,files,members,elements"

static const struct wrong_row wrong_rows[] = {
    {"--only workbook", {"--only: 'workbook'", "did you mean 'workbooks'?"}},
    {"--skip data-models", {"--skip: 'data-models'", "did you mean 'datamodels'?"}},
    {"--only lineage",
     {"'lineage' is not a file of a set; these are: connections, workbooks, ",
      ", members, elements"}},
    {"--only members,summary", {"--only: the summary", "always written"}},
    {"--skip summary", {"--skip: the summary", "always written"}},
    {"--only members,,files", {"--only: ''"}},
    {"--only members,", {"--only: ''"}},
    {"--only ,members", {"--only: ''"}},
    {"--skip Members", {"'Members'", "did you mean 'members'?"}},
    {"--skip " ELEVEN, {"--skip: ", "leaves no file to write"}},
    {"--only members --skip files", {"--only and --skip exclude each other"}},
    {"--only elementselementselementselementselementselementselementselementselements",
     {"--only: '(not shown, since it could be a secret)' is not a file"}},
};

static void test_wrong(void **state)
{
    struct extraction *x = *state;
    const struct wrong_row *row = x->row;
    extraction_start(x);
    assert_int_equal(extraction_run(x, row->name), SMC_ERR_USAGE);
    for (int i = 0; i < 3 && row->says[i]; i++)
        assert_contains(x->err.detail, row->says[i]);
    assert_int_equal(sim_calls(x->sim, NULL, 0), 0);
    assert_int_equal(extraction_count_files(x, "*"), 0);
}

/* The variable is named where it is the one to blame; a flag of the pair cancels it. */
static void test_variable(void **state)
{
    static const char *const words[] = {
        "castor-extract-sigma", "-Hh.example.com", "-ci", "-as", "-oo", "--skip=members"};
    char variable[] = "CASTOR_SIGMA_ONLY=member";
    char *variables[] = {variable, NULL};
    (void)state;
    for (int argc = 5; argc <= 6; argc++) {
        struct extract_settings settings;
        struct smc_error err = SMC_ERROR_INIT;
        char *argv[7] = {NULL};
        for (int i = 0; i < argc; i++)
            argv[i] = text_format("%s", words[i]);
        assert_int_equal(extract_options_read(&settings, argc, argv, variables, &err), SMC_OK);
        enum smc_status rc = extract_options_check(&settings, &err);
        assert_int_equal(rc, argc == 5 ? SMC_ERR_USAGE : SMC_OK);
        if (argc == 5)
            assert_contains(err.detail, "CASTOR_SIGMA_ONLY: 'member'");
        extract_options_clear(&settings);
        for (int i = 0; i < argc; i++)
            free(argv[i]);
    }
}

/* All of them is all there is. */
static void test_all_named(void **state)
{
    struct extraction *x = *state;
    char *whole[ASSETS];
    extraction_plain_estate(x);
    extraction_start(x);
    take_whole(x, whole);
    extraction_run_ok(x, "--only " ELEVEN);
    for (size_t i = 0; i < ASSETS; i++) {
        assert_string_equal(extraction_file(x, extraction_names[i])->text, whole[i]);
        free(whole[i]);
    }
    assert_null(extraction_summary(x, "extraction.partial").p);
    assert_int_equal(extraction_count_lines(x, "partial", NULL), 0);
}

/* ---- resuming ---- */

static void stop_now(struct extraction *x)
{
    extraction_stop(x);
}

struct resume_row {
    const char *name;
    const char *stopped; /* options of the run that is stopped, */
    const char *between; /* of the one after it; NULL: none */
    const char *again;   /* kinds of calls that the whole run at the end makes again */
};

static const struct resume_row resume_rows[] = {
    {"a whole run, a part without calls of it", "--concurrency 1", "--only members", ""},
    {"a whole run, a part that takes its answers", "--concurrency 1", "--only elements",
     "elements"},
    {"a whole run, a part of incremental ones", "--concurrency 1", "--only elements --incremental",
     "elements"},
    {"a part, the whole", "--concurrency 1 --skip members", NULL, ""},
    {"a smaller part, the whole", "--concurrency 1 --only elements", NULL, ""},
    {"a part, another, the whole", "--concurrency 1 --only elements", "--only workbook_sources",
     "workbook_sources path paths"},
};

/* What was paid for is used by whichever run wants it next, and dropped by the run that finishes
 * with it, not by others. */
static void test_resume(void **state)
{
    struct extraction *x = *state;
    const struct resume_row *row = x->row;
    struct model model;
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 12;
    x->sim_opt.tables = 12;
    extraction_start(x);
    extraction_fault(x, "call=elements,object=5,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    assert_int_equal(extraction_run(x, row->stopped), SMC_ERR_CANCELLED);
    assert_in_range(sim_calls(x->sim, "elements", 200), 3, 9);
    sim_faults_clear(x->sim);
    x->cue = NULL;
    if (row->between)
        assert_int_equal(extraction_run(x, row->between), SMC_OK);
    for (int i = 0; i < KINDS; i++)
        if (i >= PATH || strchr(kinds[i], '_') || strcmp(kinds[i], "elements") == 0)
            assert_int_equal(sim_repeats(x->sim, kinds[i]), 0);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    for (int i = 0; i < KINDS; i++)
        if (i >= PATH || strchr(kinds[i], '_') || strcmp(kinds[i], "elements") == 0)
            assert_int_equal(sim_repeats(x->sim, kinds[i]) > 0, words_has(row->again, kinds[i]));
    model_make(&model, x->sim);
    for (size_t i = 0; i < ASSETS; i++)
        model_compare(&model, x, extraction_names[i]);
    model_clear(&model);
}

/* ---- --incremental ---- */

#define INC "--incremental"

static bool is_kept(struct extraction *x, const char *kind, const char *id)
{
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    struct smci_outcome outcome;
    bool found = false;
    assert_int_equal(smci_store_get(store, kind, id, NULL, &found, &outcome, NULL), SMC_OK);
    smci_store_close(store);
    return found;
}

/* Objects that are gone leave the store with the calls that would have been made for them, paths
 * with a run that wants them all. */
static void test_gone(void **state)
{
    struct extraction *x = *state;
    struct recorded_call calls[CALLS];
    memcpy(calls, one_of_each, sizeof calls);
    extraction_replay(x, calls, CALLS);
    extraction_run_ok(x, INC);
    assert_true(is_kept(x, "elements", "w"));
    calls[0].answer = "{\"entries\": [{\"workbookId\": \"v\", \"updatedAt\": \"t\"}], "
                      "\"nextPage\": null}";
    extraction_replay(x, calls, CALLS);
    extraction_run_ok(x, INC " --only elements");
    assert_false(is_kept(x, "elements", "w"));
    assert_true(is_kept(x, "elements", "v"));
    assert_true(is_kept(x, "workbook_sources", "w"));
    extraction_run_ok(x, INC " --only workbook_sources");
    assert_false(is_kept(x, "workbook_sources", "w"));
    assert_true(is_kept(x, "path", TABLE_W));
    assert_true(is_kept(x, "path", TABLE_D));
    assert_true(is_kept(x, "datamodel_lineage", "m"));
    extraction_run_ok(x, INC " --skip elements,members");
    assert_false(is_kept(x, "path", TABLE_W));
    assert_true(is_kept(x, "path", TABLE_D));
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_no_rights_page), ALONE(test_no_id), ALONE(test_variable),
        ALONE(test_all_named),      ALONE(test_gone),
    };
    int failed = EXTRACTION_TABLE("files", file_rows, test_files);
    failed += EXTRACTION_TABLE("odd", odd_rows, test_odd);
    failed += EXTRACTION_TABLE("tables", table_rows, test_tables);
    failed += EXTRACTION_TABLE("rights", rights_rows, test_rights);
    failed += EXTRACTION_TABLE("wrong", wrong_rows, test_wrong);
    failed += EXTRACTION_TABLE("resuming", resume_rows, test_resume);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
