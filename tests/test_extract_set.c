/* The set as a whole: its summary, names and modes, the log, the exact calls; and what stays
 * after a run that could not begin or end. */
#include "tests/support/extraction.h"
#include "tests/support/json_equal.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static void run_plain(struct extraction *x)
{
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
}

static char *path_of(const struct extraction *x, const char *name)
{
    return text_format("%s/%lld-%s.json", x->output, (long long)x->timestamp, name);
}

/* ---- the summary ---- */

static void test_summary(void **state)
{
    struct extraction *x = *state;
    time_t at;
    struct tm local;
    char when[40];
    run_plain(x);
    at = (time_t)x->timestamp;
    assert_int_equal(at, INT64_C(1790000000)); /* the start, by the fake clock */
    assert_non_null(localtime_r(&at, &local));
    assert_int_not_equal(strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &local), 0);
    assert_true(smc_json_equals(extraction_summary(x, "executed_at"), when));
    assert_true(smc_json_equals(extraction_summary(x, "version"), "0.26.131"));
    struct smc_json_span python = extraction_summary(x, "python_version");
    assert_int_equal(smc_json_type_of(python), SMC_JSON_STRING);
    assert_contains(extraction_file(x, "summary")->text, "not Python");
    assert_memory_equal(extraction_summary(x, "extracts_whole_organization").p, "true", 4);
    assert_true(
        smc_json_equals(extraction_summary(x, "connection_identity.host"), sim_url(x->sim)));
    assert_int_equal(smc_json_type_of(extraction_summary(x, "connection_identity.organization_id")),
                     SMC_JSON_STRING);
    assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2);
    assert_null(extraction_summary(x, "extraction.partial").p);
    assert_true(smc_json_equals(extraction_summary(x, "extraction.version"), SMC_VERSION));
    assert_int_equal(smc_json_type_of(extraction_summary(x, "extraction.toolkit")),
                     SMC_JSON_STRING);
}

/* Record and byte counts are those of the files. */
static void test_counts(void **state)
{
    struct extraction *x = *state;
    run_plain(x);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        const struct records *file = extraction_file(x, extraction_names[i]);
        char member[80];
        (void)snprintf(member, sizeof member, "extraction.files.%s.records", extraction_names[i]);
        assert_int_equal(extraction_summary_int(x, member, -1), file->count);
        (void)snprintf(member, sizeof member, "extraction.files.%s.bytes", extraction_names[i]);
        assert_int_equal(extraction_summary_int(x, member, -1), file->len);
    }
}

static void test_no_organization(void **state)
{
    struct extraction *x = *state;
    const struct recorded_call calls[] = {{"GET /v2/whoami", 200, "{\"userId\": \"u\"}"}};
    extraction_replay(x, calls, 1);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_null(extraction_summary(x, "connection_identity.organization_id").p);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.whoami", 0), 1);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* An error of the login is not to be searched for behind a line for each listing. */
static void test_login_comes_first(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=token,do=status:401");
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_AUTH);
    assert_int_equal(extraction_count_lines(x, "Extracting", NULL), 0);
    sim_faults_clear(x->sim);
    extraction_fault(x, "call=token,attempt=1,do=status:503 call=files,attempt=1,do=status:503");
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_lines(x, "INFO - Extracting", "from Sigma API"), 6);
    assert_int_equal(extraction_count_lines(x, "INFO - GET(", NULL), 6);
}

/* ---- files ---- */

static void test_modes(void **state)
{
    struct extraction *x = *state;
    struct stat st;
    mode_t mask = umask(022);
    run_plain(x);
    (void)umask(mask);
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        char *path = path_of(x, extraction_names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        free(path);
    }
    assert_int_equal(extraction_count_files(x, "[0-9]*.json"), EXTRACTION_FILES);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
}

static void test_umask(void **state)
{
    struct extraction *x = *state;
    struct stat st;
    mode_t mask = umask(077);
    run_plain(x);
    (void)umask(mask);
    char *path = path_of(x, "files");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    free(path);
}

/* State is nobody else's: the folder, the file, and no secret in it. */
static void test_state(void **state)
{
    struct extraction *x = *state;
    struct stat st;
    char *dir = text_format("%s/elsewhere", x->dir);
    char *args = text_format("--state %s", dir);
    char *db = text_format("%s/state.db", dir);
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(extraction_run(x, args), SMC_OK);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(db, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    size_t len;
    char *bytes = file_read(db, &len);
    assert_null(memmem(bytes, len, "sim-secret", 10));
    assert_int_equal(extraction_count_files(x, ".sigmacat"), 0);
    free(bytes);
    free(db);
    free(args);
    free(dir);
}

/* A second run in the same second takes another timestamp and leaves the first set alone. */
static void test_second_run(void **state)
{
    struct extraction *x = *state;
    run_plain(x);
    int64_t first = x->timestamp;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_in_range(x->timestamp, first + 1, first + 100);
    assert_int_equal(extraction_count_files(x, "[0-9]*.json"), 2 * EXTRACTION_FILES);
}

/* ---- the log ---- */

struct line_row {
    const char *name;
    const char *text;
    const char *other;
    size_t count;
};

static const struct line_row line_rows[] = {
    {"log: files as they are published", "INFO - Wrote output file: ", " bytes)", EXTRACTION_FILES},
    {"log: the summary is the last of them", "-summary.json (", "INFO - Wrote output file: ", 1},
    {"log: listings as they begin", "INFO - Extracting workbooks from Sigma API", NULL, 1},
    {"log: the call of a listing", "INFO - GET(", "/v2/workbooks)", 1},
    {"log: six listings", "INFO - GET(", "/v2/", 6},
    {"log: pages", "INFO - Fetched page 1 / 4 results", NULL, 1},
    {"log: no query string", "?", NULL, 0},
    {"log: no parameter", "limit=", NULL, 0},
    {"log: no secret", "sim-secret", NULL, 0},
    {"log: no token", "sim.1.", NULL, 0},
    {"log: no warning", "WARNING", NULL, 0},
    {"log: no error", "ERROR", NULL, 0},
};

static void test_line(void **state)
{
    struct extraction *x = *state;
    const struct line_row *row = x->row;
    run_plain(x);
    assert_int_equal(extraction_count_lines(x, row->text, row->other), row->count);
}

/* ---- the exact calls ---- */

#define END "\"nextPage\": null}"

/* Every parameter of every call, with cursors that must be encoded; any other is not answered. */
static void test_parameters(void **state)
{
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 200,
         "{\"entries\": [{\"workbookId\": \"w\"}], \"nextPage\": \"a b&page=c/=%41+\xc3\xa9#?\"}"},
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true"
         "&page=a%20b%26page%3Dc%2F%3D%2541%2B%C3%A9%23%3F",
         200, "{\"entries\": [], " END},
        {"GET /v2/dataModels?limit=1000&skipPermissionCheck=true", 200,
         "{\"entries\": [{\"dataModelId\": \"m\"}], \"nextPage\": 2}"},
        {"GET /v2/dataModels?limit=1000&skipPermissionCheck=true&page=2", 200,
         "{\"entries\": [], " END},
        {"GET /v2/datasets?limit=1000&skipPermissionCheck=true", 200,
         "{\"entries\": [{\"datasetId\": \"d\"}], \"nextPage\": \"d2\"}"},
        {"GET /v2/datasets?limit=1000&skipPermissionCheck=true&page=d2", 200,
         "{\"entries\": [], " END},
        {"GET /v2/files?limit=1000", 200, "{\"entries\": [], \"nextPage\": \"f2\"}"},
        {"GET /v2/files?limit=1000&page=f2", 200, "{\"entries\": [], " END},
        {"GET /v2/members?limit=1000", 200, "{\"entries\": [], \"nextPage\": \"m2\"}"},
        {"GET /v2/members?limit=1000&page=m2", 200, "{\"entries\": [], " END},
        {"GET /v2/connections?limit=1000", 200, "{\"entries\": [], \"nextPage\": \"c2\"}"},
        {"GET /v2/connections?limit=1000&page=c2", 200, "{\"entries\": [], " END},
        {"GET /v2/workbooks/w/sources", 200,
         "[{\"type\": \"data-model\", \"dataModelId\": \"m\"}, "
         "{\"type\": \"table\", \"inodeId\": \"t\"}]"},
        {"GET /v2/workbooks/w/elements?limit=1000", 200, "{\"entries\": [], \"nextPage\": \"e2\"}"},
        {"GET /v2/workbooks/w/elements?limit=1000&page=e2", 200, "{\"entries\": [], " END},
        {"GET /v2/dataModels/m/sources?pageSize=500", 200,
         "{\"entries\": [], \"nextPageToken\": \"t=2\"}"},
        {"GET /v2/dataModels/m/sources?pageSize=500&pageToken=t%3D2", 200, "{\"entries\": []}"},
        {"GET /v2/dataModels/m/lineage?limit=1000", 200, "{\"entries\": [], \"nextPage\": \"l2\"}"},
        {"GET /v2/dataModels/m/lineage?limit=1000&page=l2", 200, "{\"entries\": [], " END},
        {"GET /v2/datasets/d/sources", 200, "[]"},
        {"GET /v2/connections/paths/t", 200, "{\"connectionId\": \"c\", \"path\": [\"p\"]}"},
    };
    struct extraction *x = *state;
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(sim_unexpected(x->sim), 0);
    /* These, a whoami and a token; each once, but the six listings' two pages twice. */
    assert_int_equal(sim_calls(x->sim, NULL, 200), sizeof calls / sizeof calls[0] + 2 + 6 * 2);
    assert_int_equal(sim_calls(x->sim, NULL, 0), sizeof calls / sizeof calls[0] + 2 + 6 * 2);
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 0);
}

/* No admin: skipPermissionCheck is dropped everywhere, and what is dropped stays so on page 2. */
static void test_parameters_no_admin(void **state)
{
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 403,
         "{\"code\": \"forbidden\"}"},
        {"GET /v2/workbooks?limit=1000&excludeExplorations=true", 200,
         "{\"entries\": [], \"nextPage\": \"w2\"}"},
        {"GET /v2/workbooks?limit=1000&excludeExplorations=true&page=w2", 200,
         "{\"entries\": [], " END},
        {"GET /v2/dataModels?limit=1000", 200, "{\"entries\": [], " END},
        {"GET /v2/datasets?limit=1000", 200, "{\"entries\": [], " END},
    };
    struct extraction *x = *state;
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(sim_unexpected(x->sim), 0);
    assert_memory_equal(extraction_summary(x, "extracts_whole_organization").p, "false", 5);
    assert_int_equal(extraction_count_lines(x, "WARNING", NULL), 1);
}

static void test_parameters_strict(void **state)
{
    static const struct recorded_call calls[] = {
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 403,
         "{\"code\": \"forbidden\"}"},
        {"GET /v2/workbooks?limit=1000&excludeExplorations=true", 400, "{\"code\": \"no\"}"},
        {"GET /v2/workbooks?limit=1000", 200, "{\"entries\": [], \"nextPage\": \"w2\"}"},
        {"GET /v2/workbooks?limit=1000&page=w2", 200, "{\"entries\": [], " END},
        {"GET /v2/dataModels?limit=1000", 200, "{\"entries\": [], " END},
        {"GET /v2/datasets?limit=1000", 200, "{\"entries\": [], " END},
    };
    struct extraction *x = *state;
    extraction_replay(x, calls, sizeof calls / sizeof calls[0]);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* The older form of the members' answer is all there is; but as many rows as were asked for may be
 * what a limit has left of more. */
struct bare_row {
    const char *name;
    size_t count;
    enum smc_status status;
};

static const struct bare_row bare_rows[] = {
    {"two members", 2, SMC_OK},
    {"one less than asked for", 999, SMC_OK},
    {"as many as asked for", 1000, SMC_ERR_HTTP},
    {"more than asked for", 1001, SMC_OK},
};

static void test_bare_second_page(void **state)
{
    static const struct recorded_call calls[] = {
        {"GET /v2/members?limit=1000", 200,
         "{\"entries\": [{\"memberId\": \"1\"}], \"nextPage\": \"c\"}"},
        {"GET /v2/members?limit=1000&page=c", 200, "[{\"memberId\": \"2\"}]"}};
    struct extraction *x = *state;
    extraction_replay(x, calls, 2);
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_HTTP);
    assert_contains(x->err.detail, "the listing of members is incomplete: page 2 is wrong");
}

static void test_bare_members(void **state)
{
    struct extraction *x = *state;
    const struct bare_row *row = x->row;
    struct smc_buf text = SMC_BUF_INIT(65536);
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < row->count; i++)
        rc |= smc_buf_addf(&text, "%s{\"memberId\": \"%zu\"}", i ? ", " : "[", i);
    rc |= smc_buf_addstr(&text, "]");
    assert_int_equal(rc, SMC_OK);
    const struct recorded_call calls[] = {{"GET /v2/members?limit=1000", 200, text.data}};
    extraction_replay(x, calls, 1);
    smc_buf_clear(&text);
    assert_int_equal(extraction_run(x, NULL), row->status);
    assert_int_equal(sim_calls(x->sim, "members", 0), 1);
    if (row->status == SMC_OK)
        assert_int_equal(extraction_file(x, "members")->count, row->count);
    else
        assert_contains(x->err.detail, "the listing of members is incomplete: page 1 is a bare");
}

/* What jansson would spoil or refuse comes out to the byte. */
static void test_lossless(void **state)
{
    struct extraction *x = *state;
    struct smc_buf record = SMC_BUF_INIT(65536);
    enum smc_status rc =
        smc_buf_addstr(&record, "{\"id\":\"1\",\"n\":[1.10,-0,1e400,12345678901234567890,"
                                "0.1000000000000000055511151231257827],\"s\":\"\\ud800\\u0000"
                                "\\/\",\"s\":2,\"error\":{\"code\":403},\"deep\":");
    for (int i = 0; i < 200; i++)
        rc |= smc_buf_addstr(&record, "[");
    for (int i = 0; i < 200; i++)
        rc |= smc_buf_addstr(&record, "]");
    rc |= smc_buf_addstr(&record, "}");
    assert_int_equal(rc, SMC_OK);
    char *answer = text_format("{\"entries\": [ %s , {\"code\": 500} ], " END, record.data);
    const struct recorded_call calls[] = {{"GET /v2/files?limit=1000", 200, answer}};
    extraction_replay(x, calls, 1);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    const struct records *files = extraction_file(x, "files");
    assert_int_equal(files->count, 2);
    assert_int_equal(files->rows[0].len, record.len);
    assert_memory_equal(files->rows[0].p, record.data, record.len);
    smc_buf_clear(&record);
    free(answer);
}

/* ---- what can't be begun: nothing is sent ---- */

static void check_nothing_sent(struct extraction *x)
{
    assert_int_equal(sim_calls(x->sim, NULL, 0), 0);
    assert_int_equal(sim_connections(x->sim), 0);
}

static void test_locked(void **state)
{
    struct extraction *x = *state;
    run_plain(x);
    sim_stats_reset(x->sim);
    char *lock = text_format("%s/.sigmacat/run.lock", x->output);
    int fd = open(lock, O_RDWR | O_CLOEXEC);
    assert_in_range(fd, 0, 1000);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_LOCKED);
    assert_int_equal(sim_calls(x->sim, NULL, 0), 0);
    assert_contains(x->err.detail, "run.lock");
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    (void)close(fd);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    free(lock);
}

static void test_output_is_a_file(void **state)
{
    struct extraction *x = *state;
    extraction_start(x);
    file_write(x->output, "x", 1);
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_IO);
    assert_contains(x->err.detail, x->output);
    check_nothing_sent(x);
}

static void test_output_below_a_file(void **state)
{
    struct extraction *x = *state;
    extraction_start(x);
    file_write(x->output, "x", 1);
    char *below = text_format("--output %s/deeper", x->output);
    assert_int_equal(extraction_run(x, below), SMC_ERR_IO);
    check_nothing_sent(x);
    free(below);
}

static void test_state_is_a_file(void **state)
{
    struct extraction *x = *state;
    extraction_start(x);
    char *file = text_format("%s/file", x->dir);
    char *args = text_format("--state %s", file);
    file_write(file, "x", 1);
    assert_int_equal(extraction_run(x, args), SMC_ERR_IO);
    check_nothing_sent(x);
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    free(args);
    free(file);
}

/* ---- what fails when the set is published ---- */

static void limit_files(rlim_t size)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void fill_disk(struct extraction *x)
{
    (void)x;
    limit_files(1);
}

/* The state can't be written any more: the status is that of the failure, and its text says that
 * the set is there. */
static void test_state_fails_late(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    x->cue = "-summary.json";
    x->on_cue = fill_disk;
    enum smc_status rc = extraction_run(x, NULL);
    limit_files(RLIM_INFINITY);
    (void)signal(SIGXFSZ, before);
    assert_int_equal(rc, SMC_ERR_IO);
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 1);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), EXTRACTION_FILES);
    assert_contains(x->err.detail, "the set 1790000000 is published all the same: ");
    assert_contains(x->err.detail, "state.db");
    x->cue = NULL;
    assert_int_equal(extraction_run(x, NULL), SMC_OK); /* and the next finds it so */
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 2);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_summary),
        ALONE(test_counts),
        ALONE(test_no_organization),
        ALONE(test_login_comes_first),
        ALONE(test_modes),
        ALONE(test_umask),
        ALONE(test_state),
        ALONE(test_second_run),
        ALONE(test_parameters),
        ALONE(test_parameters_no_admin),
        ALONE(test_parameters_strict),
        ALONE(test_lossless),
        ALONE(test_locked),
        ALONE(test_bare_second_page),
        ALONE(test_output_is_a_file),
        ALONE(test_output_below_a_file),
        ALONE(test_state_is_a_file),
        ALONE(test_state_fails_late),
    };
    int failed = EXTRACTION_TABLE("log", line_rows, test_line);
    failed += EXTRACTION_TABLE("bare members", bare_rows, test_bare_members);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
