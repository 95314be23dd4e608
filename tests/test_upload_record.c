/* castor-upload's record and its lock, sets of the future, ways back, and WAREHOUSE's batches. */
#include "support/support.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/dir.h"
#include "lib/cli/status.h"
#include "lib/store/ledger.h"
#include "support/program.h"
#include "support/uploading.h"
#include "support/words.h"

#define OTHER_ID "11111111-89ab-cdef-0123-456789abcdef"

/* Options divided by blanks, for the fixture's directory as VIZ; the exit status. */
static int run(struct fixture *f, const char *options)
{
    struct words words = {.count = 0};
    struct smc_error err = SMC_ERROR_INIT;
    words_split(&words, options, ' ', NULL);
    words.v[words.count] = NULL;
    log_sink_reset(&f->log);
    sim_stats_reset(f->sim);
    int status = smci_cli_exit_status(upload_with(f, &err, (const char *const *)words.v), 0);
    if (err.code != SMC_OK)
        smc_log_write(f->log.log, SMC_LOG_ERROR, "%s", err.detail);
    words_clear(&words);
    return status;
}

static void assert_run(struct fixture *f, const char *options, int status, long sent)
{
    int got = run(f, options);
    if (got != status || sim_calls(f->sim, "upload", 201) != sent)
        fail_msg("%s: status %d, %ld sent:\n%s", options, got, sim_calls(f->sim, "upload", 201),
                 log_sink_text(&f->log));
}

/* ---- a way back ---- */

static void test_way_back(void **state)
{
    struct fixture *f = *state;
    make_whole_set(f, "1", "", "");
    make_whole_set(f, "2", "", "");
    assert_run(f, "--set 1 --skip-uploaded", 0, SET_FILES_COUNT);
    assert_run(f, "--set 1 --skip-uploaded", 0, 0);
    assert_run(f, "--latest --skip-uploaded", 0, SET_FILES_COUNT);
    assert_run(f, "--set 2 --skip-uploaded", 0, 0);
    /* back, and that fails on the way */
    add_fault(f, "do=status:400,object=1-workbooks.json");
    assert_run(f, "--set 1 --skip-uploaded --parallel 1", 7, SET_FILES_COUNT - 2);
    sim_faults_clear(f->sim);
    assert_run(f, "--set 1 --skip-uploaded", 0, 2);
    assert_run(f, "--set 1 --skip-uploaded", 0, 0);
    assert_run(f, "--set 2 --skip-uploaded", 0, SET_FILES_COUNT);
    /* all sets together have an order of their own */
    assert_run(f, "--skip-uploaded", 0, 0);
}

/* ---- what only looks ---- */

/* Names, modes and times of all that is in the record's place. */
static char *describe_place(const struct fixture *f)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    char *path = text_format("%s/.sigmacat", f->dir);
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct stat st;
        char *one = text_format("%s/%s", path, entries[i]->d_name);
        if (strcmp(entries[i]->d_name, "..") != 0 && stat(one, &st) == 0)
            (void)smc_buf_addf(&text, "%s %o %lld.%09ld %lld\n", entries[i]->d_name, st.st_mode,
                               (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                               (long long)st.st_size);
        free(one);
        free(entries[i]);
    }
    free(entries);
    free(path);
    char *copy = text_format("%s", smc_buf_str(&text));
    smc_buf_clear(&text);
    return copy;
}

static void test_looking_changes_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const looks[] = {"--list", "--list --json", "--dry-run",
                                        "--dry-run --skip-uploaded --latest"};
    char *record = text_format("%s/.sigmacat/uploads.db", f->dir);
    char *place = text_format("%s/.sigmacat", f->dir);
    make_whole_set(f, "1", "", "");
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        assert_run(f, looks[i], 0, 0);
    assert_false(file_exists(place));
    assert_run(f, "--latest", 0, SET_FILES_COUNT);
    assert_int_equal(chmod(record, 0440), 0);
    assert_int_equal(chmod(place, 0550), 0);
    char *before = describe_place(f);
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        assert_run(f, looks[i], 0, 0);
        char *after = describe_place(f);
        assert_string_equal(after, before);
        free(after);
    }
    assert_int_equal(chmod(place, 0700), 0);
    free(before);
    free(place);
    free(record);
}

/* ---- two at once ---- */

/* The lock of the one upload that there was. */
static char *find_lock(const struct fixture *f)
{
    char *place = text_format("%s/.sigmacat", f->dir);
    DIR *dir = opendir(place);
    char *found = NULL;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strncmp(entry->d_name, "upload-", 7) == 0)
            found = text_format("%s/%s", place, entry->d_name);
    (void)closedir(dir);
    free(place);
    assert_non_null(found);
    return found;
}

static void assert_check(const struct fixture *f, const char *line, int status)
{
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    char *path = program_path("castor-upload");
    words_add(&argv, "%s", path);
    words_split(&argv, "-k " TOKEN " -s " ID " -t VIZ --check -d @DIR --endpoint @URL", ' ',
                (const char *const[]){"@DIR", f->dir, "@URL", sim_url(f->sim), NULL});
    int got = program_run(&p, &argv, NULL, NULL);
    if (got != status || !strstr(p.out, line))
        fail_msg("%d: %s%s", got, p.out, p.err);
    program_clear(&p);
    words_clear(&argv);
    free(path);
}

static void test_two_at_once(void **state)
{
    struct fixture *f = *state;
    int fd = -1;
    char *link = text_format("%s-link", f->dir);
    char *through = text_format("--latest -d %s/.//", link);
    make_whole_set(f, "1", "", "");
    assert_int_equal(symlink(f->dir, link), 0);
    assert_run(f, "--latest", 0, SET_FILES_COUNT);
    char *lock = find_lock(f);
    assert_int_equal(smci_lock_take(lock, &fd, NULL), SMC_OK);
    assert_run(f, "--latest", 5, 0);
    assert_logged(f, "this directory is being uploaded to this source: ");
    assert_run(f, through, 5, 0);
    assert_run(f, "--latest --skip-uploaded", 5, 0);
    assert_check(f, "FAIL  lock         this directory is being uploaded to this source: ", 5);
    /* what is not in its way */
    assert_run(f, "--latest --dry-run", 0, 0);
    assert_run(f, "--latest --allow organization -s " OTHER_ID, 0, SET_FILES_COUNT);
    smci_lock_release(fd);
    assert_run(f, "--latest", 0, SET_FILES_COUNT);
    assert_int_equal(unlink(link), 0);
    free(lock);
    free(through);
    free(link);
}

/* An extraction into the directory, which has run.lock, is not in the way. */
static void test_extraction_at_once(void **state)
{
    struct fixture *f = *state;
    int fd = -1;
    char *place = text_format("%s/.sigmacat", f->dir);
    char *lock = text_format("%s/run.lock", place);
    make_whole_set(f, "1", "", "");
    assert_int_equal(mkdir(place, 0700), 0);
    assert_int_equal(smci_lock_take(lock, &fd, NULL), SMC_OK);
    assert_run(f, "--latest", 0, SET_FILES_COUNT);
    smci_lock_release(fd);
    free(lock);
    free(place);
}

/* ---- a kill ---- */

#define KILL_FILES 60
#define WAIT_MS    40 /* for each answer: 25 files a second */
#define SECOND     (1000 / WAIT_MS)

/* Of those that were accepted by the stand-in: how many are recorded, and that no others are. */
struct recorded {
    struct fixture *f;
    long count;
};

static enum smc_status check_entry(void *ctx, const struct smci_ledger_entry *entry)
{
    struct recorded *recorded = ctx;
    for (long i = 0; i < sim_upload_count(recorded->f->sim); i++) {
        const struct sim_upload *one = sim_upload(recorded->f->sim, i);
        if (one->status == 201 && strcmp(strrchr(entry->path, '/') + 1, one->filename) == 0) {
            assert_string_equal(one->sha256, entry->sha256);
            recorded->count++;
            return SMC_OK;
        }
    }
    fail_msg("%s is recorded, and was not accepted", entry->path);
    return SMC_OK;
}

/* The program, until so many files were accepted; then it is killed. */
static void run_killed(struct fixture *f, long accepted)
{
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    const struct timespec moment = {0, 5000000};
    char *path = program_path("castor-upload");
    words_add(&argv, "%s", path);
    words_split(&argv, "-k " TOKEN " -s " ID " -t VIZ --parallel 1 -d @DIR --endpoint @URL", ' ',
                (const char *const[]){"@DIR", f->dir, "@URL", sim_url(f->sim), NULL});
    program_start(&p, &argv, NULL, NULL);
    while (program_runs(&p) && sim_calls(f->sim, "upload", 201) < accepted)
        (void)nanosleep(&moment, NULL);
    assert_int_equal(kill(p.pid, SIGKILL), 0);
    (void)program_end(&p);
    while (sim_open(f->sim) > 0) /* what it had sent is taken to the end */
        (void)nanosleep(&moment, NULL);
    program_clear(&p);
    words_clear(&argv);
    free(path);
}

/* What is recorded is true, and what a kill costs is the last second's files. */
static void test_kill(void **state)
{
    struct fixture *f = *state;
    struct recorded recorded = {.f = f};
    struct smci_ledger *ledger = NULL;
    char *fault = text_format("do=wait:%d", WAIT_MS);
    char *place = text_format("%s/.sigmacat", f->dir);
    for (int i = 0; i < KILL_FILES; i++) { /* each with bytes of its own */
        char *name = text_format("%02d.json", i);
        char *text = text_format("%d", i);
        write_text(f, name, text);
        free(text);
        free(name);
    }
    add_fault(f, fault);
    run_killed(f, 2 * SECOND);
    sim_faults_clear(f->sim);
    long accepted = sim_calls(f->sim, "upload", 201);
    assert_int_equal(smci_ledger_open(&ledger, place, false, NULL), SMC_OK);
    assert_int_equal(smci_ledger_each(ledger, NULL, check_entry, &recorded, NULL), SMC_OK);
    smci_ledger_close(ledger);
    if (recorded.count < accepted - SECOND - 2 || recorded.count == 0)
        fail_msg("%ld of %ld were recorded", recorded.count, accepted);
    assert_run(f, "--skip-uploaded", 0, KILL_FILES - recorded.count);
    assert_run(f, "--skip-uploaded", 0, 0);
    free(place);
    free(fault);
}

/* ---- sets of the future ---- */

#define DAY_AHEAD "1790086400" /* of NOW, to the second */
#define TOO_FAR   "1790086401"
#define BEYOND    "99999999999999999999"

static void test_future(void **state)
{
    struct fixture *f = *state;
    make_whole_set(f, "1", "", "");
    make_whole_set(f, DAY_AHEAD, "", "");
    assert_run(f, "--latest", 0, SET_FILES_COUNT);
    assert_logged(f, "The newest complete set is " DAY_AHEAD "\n");
    make_whole_set(f, TOO_FAR, "", "");
    make_whole_set(f, BEYOND, "", "");
    assert_run(f, "--latest", 0, SET_FILES_COUNT);
    assert_logged(f,
                  "WARNING - Passed over: set " TOO_FAR " is of 2026-09-22, which is yet to come: "
                  "this machine's clock says 2026-09-21\n");
    assert_logged(f, "WARNING - Passed over: set " BEYOND " is of a time beyond all dates, which");
    assert_logged(f, "The newest complete set is " DAY_AHEAD "\n");
    assert_run(f, "--set " TOO_FAR, 5, 0);
    assert_run(f, "", 5, 0);
    assert_run(f, "--set " TOO_FAR " --allow future", 0, SET_FILES_COUNT);
    assert_run(f, "--latest --allow future,partial", 0, SET_FILES_COUNT);
    assert_logged(f, "The newest complete set is " BEYOND "\n");
    assert_logged(f, "WARNING - set " BEYOND " is of a time beyond all dates");
}

/* A machine whose clock was set back sends nothing, and says why. */
static void test_clock_set_back(void **state)
{
    struct fixture *f = *state;
    make_whole_set(f, NOW, "", "");
    f->fake.wall_ms = 0;
    assert_run(f, "--latest", 5, 0);
    assert_logged(f, "no complete set was found; the newest one: set " NOW " is of 2026-09-21, "
                     "which is yet to come: this machine's clock says 1970-01-01");
    assert_run(f, "--latest --allow future", 0, SET_FILES_COUNT);
}

/* ---- batches ---- */

static void make_batch(const struct fixture *f, const char *ts, const char *const *names)
{
    for (; *names; names++) {
        char *name = text_format("%s-%s.csv", ts, *names);
        write_text(f, name, "a,b\n1,2\n");
        free(name);
    }
}

static void test_batches(void **state)
{
    struct fixture *f = *state;
    static const char *const all[] = {"database", "schema",   "table", "column",
                                      "query",    "view_ddl", "user",  NULL};
    static const char *const some[] = {"database", "schema",   "table", "column",
                                       "user",     "external", NULL};
    static const char *const foreign[] = {"lineage", NULL};
    make_batch(f, "9", all);
    assert_run(f, "-t WAREHOUSE", 0, 7);
    assert_lacks(log_sink_text(&f->log), "batches");
    make_batch(f, "10", some);
    make_batch(f, "11", foreign);
    make_batch(f, TOO_FAR, all);
    assert_run(f, "-t WAREHOUSE", 0, 7 + 6 + 1 + 7);
    assert_logged(f, " has 3 batches, and all are sent; --latest sends the newest\n");
    assert_run(f, "-t WAREHOUSE --latest", 0, 6);
    assert_logged(f,
                  "WARNING - Passed over: set " TOO_FAR " is of 2026-09-22, which is yet to come");
    assert_logged(f, "WARNING - Passed over: 11 has none of the files that Catalog reads\n");
    assert_logged(f, "INFO - The newest batch is 10\n");
    assert_logged(f, "WARNING - Batch 10 has no 10-query.csv\n");
    assert_logged(f, "WARNING - Batch 10 has no 10-view_ddl.csv\n");
    assert_int_equal(log_sink_count(&f->log, "Batch 10 has no", "WARNING - "), 2);
    assert_run(f, "-t WAREHOUSE --latest --skip-uploaded", 0, 0);
    assert_run(f, "-t WAREHOUSE --latest --allow future", 0, 7);
}

static void test_no_batch(void **state)
{
    struct fixture *f = *state;
    write_text(f, "table.csv", "a\n");
    write_text(f, "12-x.csv", "a\n");
    assert_run(f, "-t WAREHOUSE --latest", 5, 0);
    assert_logged(f, "there is no batch of a warehouse's files here");
}

static void test_byte_order_mark(void **state)
{
    struct fixture *f = *state;
    write_text(f, "8.csv",
               "\xEF\xBB\xBF"
               "a,b\n");
    write_text(f, "16.csv",
               "\xFF\xFE"
               "a");
    write_text(f, "none.csv", "a,b\n");
    assert_run(f, "-t QUALITY", 0, 3);
    assert_logged(f, "WARNING - 8.csv begins with a byte order mark, which Catalog may take for a "
                     "part of the first column's name: write it as UTF-8 without one\n");
    assert_logged(f, "WARNING - 16.csv begins with a byte order mark of UTF-16: ");
    assert_int_equal(log_sink_count(&f->log, "byte order mark", "WARNING - "), 2);
    char *path = text_format("%s/8.csv", f->dir);
    struct smc_error err = SMC_ERROR_INIT;
    log_sink_reset(&f->log);
    assert_int_equal(upload_one(f, "QUALITY", path, &err), SMC_OK);
    assert_logged(f, "8.csv begins with a byte order mark, which");
    free(path);
}

#define WITH_SIM(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_way_back),       WITH_SIM(test_looking_changes_nothing),
        WITH_SIM(test_two_at_once),    WITH_SIM(test_extraction_at_once),
        WITH_SIM(test_future),         WITH_SIM(test_batches),
        WITH_SIM(test_clock_set_back), WITH_SIM(test_kill),
        WITH_SIM(test_no_batch),       WITH_SIM(test_byte_order_mark),
    };
    return cmocka_run_group_tests_name("upload_record", tests, NULL, NULL);
}
