/* What a run leaves in the history, however it ends, and files that older versions have made. */
#include "tests/support/extraction.h"

#include <sys/stat.h>

#include <sqlite3.h>

#include "lib/store/history.h"
#include "lib/store/ledger.h"
#include "lib/store/store.h"

#define FORMAT_1 "tests/data/format-1/"

/* What a test has told of the runs, the newest first. */
struct told {
    struct smc_buf results; /* a digit each */
    struct smc_buf figures; /* of the newest */
    struct smc_buf gaps;    /* of all, each followed by a blank */
    int64_t newest;         /* its key */
    struct smci_store *store;
};

static enum smc_status tell_gap(void *ctx, const struct smci_run_gap *gap, struct smc_error *err)
{
    (void)err;
    return smc_buf_addf(ctx, "%s/%d ", gap->kind, gap->http_status);
}

static enum smc_status tell_run(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    struct told *told = ctx;
    if (told->results.len == 0) {
        told->newest = run->key;
        (void)smc_buf_addstr(&told->figures, run->figures);
    }
    (void)smc_buf_addf(&told->results, "%d", (int)run->result);
    return smci_history_each_gap(told->store, run->key, tell_gap, &told->gaps, err);
}

static struct told tell(const struct extraction *x)
{
    struct told told = {.results = SMC_BUF_INIT(1024),
                        .figures = SMC_BUF_INIT(65536),
                        .gaps = SMC_BUF_INIT(65536),
                        .store = extraction_open_store(x, NULL, NULL)};
    assert_int_equal(smci_history_each(told.store, tell_run, &told, NULL), SMC_OK);
    smci_store_close(told.store);
    return told;
}

static void told_clear(struct told *told)
{
    smc_buf_clear(&told->results);
    smc_buf_clear(&told->figures);
    smc_buf_clear(&told->gaps);
}

static void assert_told(const struct extraction *x, const char *results, const char *gaps)
{
    struct told told = tell(x);
    assert_string_equal(smc_buf_str(&told.results), results);
    assert_string_equal(smc_buf_str(&told.gaps), gaps);
    told_clear(&told);
}

/* ---- how a run ended ---- */

static void stop_now(struct extraction *x)
{
    extraction_stop(x);
}

static void test_published(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=elements,object=1,do=status:404");
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    struct told told = tell(x);
    assert_string_equal(smc_buf_str(&told.results), "1");
    assert_string_equal(smc_buf_str(&told.gaps), "elements/404 ");
    assert_int_equal(told.newest, x->timestamp);
    assert_contains(smc_buf_str(&told.figures), "\"calls\":{\"total\":");
    assert_contains(smc_buf_str(&told.figures),
                    "\"result\":\"gaps\",\"exit_status\":0,\"error\":null,");
    assert_contains(smc_buf_str(&told.figures), "\"gaps\":{\"total\":1,");
    told_clear(&told);
}

static void test_not_published(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=members,do=status:404");
    assert_int_not_equal(extraction_run(x, NULL), SMC_OK);
    struct told told = tell(x);
    assert_string_equal(smc_buf_str(&told.results), "2");
    assert_contains(smc_buf_str(&told.figures), "\"error\":\"the listing of members failed");
    told_clear(&told);
    sim_faults_clear(x->sim);
    x->fake.wall_ms += 60000;
    extraction_fault(x, "call=elements,object=1,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    /* Nothing of the run before it counts, however far that came. */
    assert_int_equal(extraction_run(x, "--concurrency 1 --no-resume"), SMC_ERR_CANCELLED);
    assert_told(x, "32", "elements/404 ");
    x->cue = NULL;
    x->fake.wall_ms += 60000;
    assert_int_equal(extraction_run(x, "--max-rate 1 --max-time 3"), SMC_ERR_TIME);
    x->fake.wall_ms += 60000;
    sim_faults_clear(x->sim);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_told(x, "1332", "elements/404 ");
}

/* ---- a publication that was cut off ---- */

struct cut_row {
    const char *name;
    bool is_lost; /* a file of it is not there any more */
    const char *results;
};

static const struct cut_row cut_rows[] = {
    {"finished by the next run", false, "11"},
    {"taken away by the next run", true, "12"},
};

/* As if it had been killed after the last rename: what it had noted before is there. */
static void test_cut(void **state)
{
    struct extraction *x = *state;
    const struct cut_row *row = x->row;
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=elements,object=1,do=status:404");
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    char *timestamp = text_format("%lld", (long long)x->timestamp);
    assert_int_equal(smci_history_end(store, x->timestamp, SMCI_RUN_UNFINISHED, NULL, NULL),
                     SMC_OK);
    assert_int_equal(smci_store_put_value(store, "set.is_publishing", "1", NULL), SMC_OK);
    assert_int_equal(smci_store_put_value(store, "set.timestamp", timestamp, NULL), SMC_OK);
    assert_int_equal(smci_store_put_value(store, "set.directory", x->output, NULL), SMC_OK);
    smci_store_close(store);
    char *members = text_format("%s/%s-members.json", x->output, timestamp);
    if (row->is_lost)
        assert_int_equal(remove(members), 0);
    sim_faults_clear(x->sim);
    x->fake.wall_ms += 60000;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_told(x, row->results, "elements/404 ");
    assert_int_equal(extraction_count_files(x, "*-summary.json"), row->is_lost ? 1 : 2);
    free(members);
    free(timestamp);
}

/* ---- files of format 1 ---- */

/* Makes a database of the statements in a file of ours, with this host for the one there. */
static void make(const char *path, const char *name, const char *host)
{
    sqlite3 *db = NULL;
    char *file = text_format(FORMAT_1 "%s.sql", name);
    char *sql = file_read(file, NULL);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    if (host) {
        char *update = text_format("UPDATE scope SET host = '%s'", host);
        assert_int_equal(sqlite3_exec(db, update, NULL, NULL, NULL), SQLITE_OK);
        free(update);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    free(sql);
    free(file);
}

/* The file was made by a run that listed all and one that was cut off: the limit that they met is
 * used, by a run of today that has a history. What they have paid for has no seal: it is asked for
 * again. */
static void test_state_of_format_1(void **state)
{
    static const char *const kinds[] = {"workbook_sources", "elements", "datamodel_sources",
                                        "datamodel_lineage", "dataset_sources"};
    struct extraction *x = *state;
    x->sim_opt.workbooks = 4;
    x->sim_opt.datamodels = x->sim_opt.datasets = x->sim_opt.members = 2;
    x->sim_opt.files = x->sim_opt.tables = 5;
    x->sim_opt.elements = x->sim_opt.sources = 2;
    x->sim_opt.odd = false;
    extraction_start(x);
    x->fake.wall_ms = INT64_C(1795879480000); /* seconds after it was made */
    char *dir = text_format("%s/.sigmacat", x->output);
    char *path = text_format("%s/state.db", dir);
    (void)mkdir(x->output, 0755);
    assert_int_equal(mkdir(dir, 0700), 0);
    make(path, "state", sim_url(x->sim));
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    struct smc_buf rate = SMC_BUF_INIT(64);
    bool found = false;
    assert_int_equal(smci_store_get_value(store, "pace.rate", &found, &rate, NULL), SMC_OK);
    assert_true(found);
    assert_string_equal(smc_buf_str(&rate), "10496");
    smc_buf_clear(&rate);
    smci_store_close(store);
    assert_int_equal(extraction_run(x, "--incremental"), SMC_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_in_range(sim_calls(x->sim, kinds[i], 200), 1, 5);
    assert_int_equal(extraction_count_lines(x, "answers of earlier runs were reused", NULL), 0);
    assert_int_equal(extraction_count_lines(x, "were damaged", NULL), 0);
    assert_told(x, "1", "");
    free(path);
    free(dir);
}

static enum smc_status count_upload(void *ctx, const struct smci_ledger_entry *entry)
{
    (void)entry;
    ++*(int *)ctx;
    return SMC_OK;
}

static void test_ledger_of_format_1(void **state)
{
    struct extraction *x = *state;
    struct smci_ledger *ledger = NULL;
    int count = 0;
    int64_t number = 0;
    const struct smci_ledger_entry entry = {
        .source_id = "11111111-2222-4333-8444-555555555555",
        .path = "http://127.0.0.1:1/visualization-11111111-2222-4333-8444-555555555555/"
                "1795879461-connections.json",
        .size = 1469,
        .sha256 = "0ef7fb34a5e918e2dbbeef8e750b2b6f93feb9ce2d5e4b09371e3bd52da3ee7e"};
    char *path = text_format("%s/uploads.db", x->dir);
    make(path, "uploads", NULL);
    assert_int_equal(smci_ledger_open(&ledger, x->dir, false, NULL), SMC_OK);
    assert_int_equal(smci_ledger_each(ledger, NULL, count_upload, &count, NULL), SMC_OK);
    assert_int_equal(count, 12);
    assert_int_equal(smci_ledger_find(ledger, &entry, &number, NULL), SMC_OK);
    assert_true(number > 0);
    smci_ledger_close(ledger);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_published, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_not_published, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_state_of_format_1, extraction_setup,
                                        extraction_teardown),
        cmocka_unit_test_setup_teardown(test_ledger_of_format_1, extraction_setup,
                                        extraction_teardown),
    };
    int failed = cmocka_run_group_tests_name("history", tests, NULL, NULL);
    return failed + EXTRACTION_TABLE("cut off", cut_rows, test_cut);
}
