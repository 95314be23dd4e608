/* The record of what was accepted. */
#include "tests/support/program.h"
#include "tests/support/support.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/store/ledger.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct fixture {
    char *dir;
    char *state; /* in `dir`, not there yet */
    char *file;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->dir = temp_dir_make();
    f->state = text_format("%s/state", f->dir);
    f->file = text_format("%s/uploads.db", f->state);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->state);
    free(f->file);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static struct smci_ledger *open_made(const struct fixture *f)
{
    struct smci_ledger *ledger = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    if (smci_ledger_open(&ledger, f->state, true, &err) != SMC_OK)
        fail_msg("%s", err.detail);
    return ledger;
}

static void put(struct smci_ledger *ledger, const char *source, const char *path, const char *sha)
{
    struct smci_ledger_entry entry = {source, path, 5, 1790000000, sha};
    assert_int_equal(smci_ledger_put(ledger, &entry, NULL), SMC_OK);
}

static int64_t number_of(struct smci_ledger *ledger, const char *path, int64_t size,
                         const char *sha)
{
    struct smci_ledger_entry entry = {"s", path, size, 0, sha};
    int64_t number = -1;
    assert_int_equal(smci_ledger_find(ledger, &entry, &number, NULL), SMC_OK);
    return number;
}

static bool has(struct smci_ledger *ledger, const char *path, int64_t size, const char *sha)
{
    return number_of(ledger, path, size, sha) > 0;
}

static enum smc_status collect(void *ctx, const struct smci_ledger_entry *entry)
{
    assert_int_equal(entry->size, 5);
    assert_int_equal(entry->time_s, 1790000000);
    assert_int_equal(strlen(entry->sha256), 64);
    return smc_buf_addf(ctx, "%s:%s ", entry->source_id, entry->path);
}

static void assert_entries(struct smci_ledger *ledger, const char *source, const char *want)
{
    struct smc_buf got = SMC_BUF_INIT(4096);
    assert_int_equal(smci_ledger_each(ledger, source, collect, &got, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&got), want);
    smc_buf_clear(&got);
}

static void test_remembers(void **state)
{
    const struct fixture *f = *state;
    struct stat st;
    struct smci_ledger *ledger = open_made(f);
    assert_entries(ledger, NULL, "");
    put(ledger, "s", "p1", SHA_A);
    put(ledger, "t", "p2", SHA_A);
    put(ledger, "s", "p3", SHA_A);
    put(ledger, "s", "p1", SHA_B); /* replaced, and now the last */
    smci_ledger_close(ledger);
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(f->state, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    ledger = open_made(f);
    assert_true(has(ledger, "p1", 5, SHA_B));
    assert_false(has(ledger, "p1", 5, SHA_A));
    assert_false(has(ledger, "p1", 6, SHA_B));
    assert_false(has(ledger, "p4", 5, SHA_B));
    assert_entries(ledger, NULL, "t:p2 s:p3 s:p1 ");
    assert_entries(ledger, "s", "s:p3 s:p1 ");
    smci_ledger_close(ledger);
}

static void test_missing_is_empty(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = NULL;
    assert_int_equal(smci_ledger_open(&ledger, f->state, false, NULL), SMC_OK);
    assert_null(ledger);
    assert_false(file_exists(f->state));
    assert_false(has(ledger, "p", 5, SHA_A));
    assert_entries(ledger, NULL, "");
    smci_ledger_close(ledger);
}

struct uploader {
    const struct fixture *f;
    int number;
    const int *start; /* a pipe: it begins when that ends; NULL: at once */
    int entries;
};

/* A child that records entries "NUMBER-0", "NUMBER-1", ... */
static int record(void *ctx)
{
    const struct uploader *u = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_ledger *ledger = NULL;
    char byte;
    if (u->start) {
        (void)close(u->start[1]);
        (void)!read(u->start[0], &byte, 1);
    }
    enum smc_status rc = smci_ledger_open(&ledger, u->f->state, true, &err);
    for (int n = 0; n < u->entries && rc == SMC_OK; n++) {
        char path[32];
        (void)snprintf(path, sizeof path, "%d-%d", u->number, n);
        struct smci_ledger_entry entry = {"s", path, 5, 1790000000, SHA_A};
        rc = smci_ledger_put(ledger, &entry, &err);
        if (rc == SMC_OK)
            rc = smci_ledger_flush(ledger, &err);
    }
    smci_ledger_close(ledger);
    if (rc != SMC_OK)
        print_error("%s\n", err.detail);
    return rc == SMC_OK ? 0 : 1;
}

/* Uploads of several sources may share one. */
static void test_two_at_once(void **state)
{
    const struct fixture *f = *state;
    pid_t pids[2];
    smci_ledger_close(open_made(f));
    for (int i = 0; i < 2; i++)
        pids[i] = child_start(record, &(struct uploader){f, i, NULL, 50});
    for (int i = 0; i < 2; i++)
        assert_int_equal(child_end(pids[i]), 0);
    struct smci_ledger *ledger = open_made(f);
    assert_true(has(ledger, "0-49", 5, SHA_A) && has(ledger, "1-0", 5, SHA_A));
    smci_ledger_close(ledger);
}

/* The first uploads of several sources may begin at once. */
static void test_made_by_many_at_once(void **state)
{
    enum { MAKERS = 4, ROUNDS = 10 };
    const struct fixture *f = *state;
    for (int round = 0; round < ROUNDS; round++) {
        pid_t pids[MAKERS];
        int start[2];
        assert_int_equal(pipe(start), 0);
        for (int i = 0; i < MAKERS; i++)
            pids[i] = child_start(record, &(struct uploader){f, i, start, 1});
        (void)close(start[0]);
        (void)close(start[1]);
        int failed = 0;
        for (int i = 0; i < MAKERS; i++)
            failed += child_end(pids[i]) != 0;
        assert_int_equal(failed, 0);
        struct smci_ledger *ledger = open_made(f);
        for (int i = 0; i < MAKERS; i++) {
            char path[32];
            (void)snprintf(path, sizeof path, "%d-0", i);
            assert_true(has(ledger, path, 5, SHA_A));
        }
        smci_ledger_close(ledger);
        assert_int_equal(unlink(f->file), 0);
    }
}

/* ---- read alone ---- */

/* The place as it was before: neither a mode nor a file has changed. */
static void assert_untouched(const struct fixture *f, mode_t file_mode)
{
    struct stat st;
    char *journal = text_format("%s-journal", f->file);
    assert_int_equal(stat(f->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, file_mode);
    assert_false(file_exists(journal) && unlink(journal) == 0);
    free(journal);
}

static void test_read_alone(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = open_made(f);
    struct smci_ledger_entry entry = {"s", "p2", 5, 1790000000, SHA_A};
    struct smci_ledger_set set = {"e", "s", "10", "o", "h", 1790000000};
    char *journal = text_format("%s-journal", f->file);
    put(ledger, "s", "p1", SHA_A);
    smci_ledger_close(ledger);
    (void)unlink(journal);
    assert_int_equal(chmod(f->file, 0440), 0);
    assert_int_equal(chmod(f->state, 0550), 0);
    assert_int_equal(smci_ledger_open(&ledger, f->state, false, NULL), SMC_OK);
    assert_true(has(ledger, "p1", 5, SHA_A));
    assert_entries(ledger, NULL, "s:p1 ");
    assert_int_equal(smci_ledger_put(ledger, &entry, NULL), SMC_ERR_INTERNAL);
    assert_int_equal(smci_ledger_put_set(ledger, &set, NULL), SMC_ERR_INTERNAL);
    smci_ledger_close(ledger);
    assert_untouched(f, 0440);
    assert_int_equal(chmod(f->state, 0700), 0);
    free(journal);
}

/* Somebody who may read it and change nothing, as on a file system that is read-only. */
static int read_as_nobody(void *ctx)
{
    const struct fixture *f = ctx;
    struct smci_ledger *ledger = NULL;
    struct smci_ledger_entry entry = {"s", "p1", 5, 0, SHA_A};
    struct smc_error err = SMC_ERROR_INIT;
    int64_t number = 0;
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return 2;
    if (smci_ledger_open(&ledger, f->state, false, &err) == SMC_OK)
        (void)smci_ledger_find(ledger, &entry, &number, &err);
    smci_ledger_close(ledger);
    if (number == 0)
        print_error("%s\n", err.detail);
    return number > 0 ? 0 : 1;
}

static void test_read_by_another(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = open_made(f);
    put(ledger, "s", "p1", SHA_A);
    smci_ledger_close(ledger);
    if (geteuid() != 0)
        skip(); /* only root can become somebody else */
    char *journal = text_format("%s-journal", f->file);
    (void)unlink(journal);
    free(journal);
    assert_int_equal(chmod(f->dir, 0755), 0);
    assert_int_equal(chmod(f->state, 0555), 0);
    assert_int_equal(chmod(f->file, 0444), 0);
    assert_int_equal(in_child(read_as_nobody, (void *)(uintptr_t)f), 0);
    assert_untouched(f, 0444);
    assert_int_equal(chmod(f->state, 0700), 0);
}

/* A child that is killed in the middle of a transaction, with more than SQLite keeps in memory. */
static int die_writing(void *ctx)
{
    const struct fixture *f = ctx;
    sqlite3 *db = NULL;
    if (sqlite3_open(f->file, &db) != SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM upload;"
                     "INSERT INTO upload(source, path, size, time, sha256)"
                     " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
                     " SELECT 's', 'q' || i, 5, 1790000000, '" SHA_B "' FROM n",
                     NULL, NULL, NULL) != SQLITE_OK)
        return 1;
    (void)raise(SIGKILL);
    return 1;
}

/* What it had begun is undone, and what was there before is read. */
static void test_read_after_a_kill(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = open_made(f);
    char *journal = text_format("%s-journal", f->file);
    size_t len = 0;
    put(ledger, "s", "p1", SHA_A);
    smci_ledger_close(ledger);
    (void)child_end(child_start(die_writing, (void *)(uintptr_t)f));
    char *left = file_read(journal, &len);
    assert_true(len > 0);
    free(left);
    free(journal);
    assert_int_equal(smci_ledger_open(&ledger, f->state, false, NULL), SMC_OK);
    assert_entries(ledger, NULL, "s:p1 ");
    smci_ledger_close(ledger);
}

/* ---- whose a set is ---- */

static void put_set(struct smci_ledger *ledger, const char *source, const char *name,
                    const char *organization)
{
    struct smci_ledger_set set = {"https://e", source, name, organization, "https://h", 1790000000};
    assert_int_equal(smci_ledger_put_set(ledger, &set, NULL), SMC_OK);
    assert_int_equal(smci_ledger_flush(ledger, NULL), SMC_OK);
}

static bool has_given(struct smci_ledger *ledger, const char *source, const char *organization)
{
    struct smci_ledger_set set = {"https://e", source, "", organization, "", 0};
    bool found = false;
    assert_int_equal(smci_ledger_has_given(ledger, &set, &found, NULL), SMC_OK);
    return found;
}

static enum smc_status collect_set(void *ctx, const struct smci_ledger_set *set)
{
    assert_string_equal(set->endpoint, "https://e");
    assert_string_equal(set->host, "https://h");
    assert_int_equal(set->time_s, 1790000000);
    return smc_buf_addf(ctx, "%s:%s:%s ", set->source_id, set->name, set->organization);
}

static void assert_sources(struct smci_ledger *ledger, const char *endpoint, const char *want)
{
    struct smc_buf got = SMC_BUF_INIT(4096);
    assert_int_equal(smci_ledger_each_source(ledger, endpoint, collect_set, &got, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&got), want);
    smc_buf_clear(&got);
}

static void test_sets(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = open_made(f);
    assert_sources(ledger, "https://e", "");
    put_set(ledger, "s", "2", "o");
    put_set(ledger, "t", "3", "p");
    put_set(ledger, "s", "1", ""); /* an older one, accepted later, counts; by its host it is o's */
    smci_ledger_close(ledger);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(smci_ledger_open(&ledger, f->state, i == 0, NULL), SMC_OK);
        assert_sources(ledger, "https://e", "t:3:p s:1:o ");
        assert_sources(ledger, "https://other", "");
        assert_true(has_given(ledger, "s", "o"));
        assert_false(has_given(ledger, "s", "p"));
        smci_ledger_close(ledger);
    }
}

static int64_t last_other(struct smci_ledger *ledger, const char *place, const char *name)
{
    int64_t number = -1;
    assert_int_equal(smci_ledger_last_other(ledger, place, name, &number, NULL), SMC_OK);
    return number;
}

static void test_last_other(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = open_made(f);
    static const char *const paths[] = {"h/v-A/10-a.json", "h/v-A/100-a.json", "h/v-A/x.json",
                                        "h/v-B/30-a.json", "h/v-A/20-a.json",  "h/v-A/10-b.json"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        put(ledger, "s", paths[i], SHA_A);
    assert_int_equal(last_other(ledger, "h/v-A/", "10"), 5);
    assert_int_equal(last_other(ledger, "h/v-A/", "20"), 6);
    assert_int_equal(last_other(ledger, "h/v-B/", "30"), 0);
    assert_int_equal(last_other(ledger, "h/v-B/", "31"), 4);
    assert_true(number_of(ledger, paths[5], 5, SHA_A) > last_other(ledger, "h/v-A/", "10"));
    smci_ledger_close(ledger);
}

/* ---- of an older program ---- */

static void make_format_1(const struct fixture *f)
{
    sqlite3 *db = NULL;
    assert_int_equal(mkdir(f->state, 0700), 0);
    assert_int_equal(sqlite3_open(f->file, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            db,
            "CREATE TABLE upload(key INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL,"
            " path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, time INTEGER NOT NULL,"
            " sha256 TEXT NOT NULL); PRAGMA user_version = 1;"
            "INSERT INTO upload(source, path, size, time, sha256) VALUES"
            " ('s', 'p1', 5, 1790000000, '" SHA_A "'), ('s', 'p2', 5, 1790000000, '" SHA_B "')",
            NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* It is read as it is, and keeps all that it has when it is brought up to date. */
static void test_format_1(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = NULL;
    make_format_1(f);
    assert_int_equal(smci_ledger_open(&ledger, f->state, false, NULL), SMC_OK);
    assert_entries(ledger, NULL, "s:p1 s:p2 ");
    assert_sources(ledger, "https://e", "");
    assert_false(has_given(ledger, "s", "o"));
    smci_ledger_close(ledger);
    ledger = open_made(f);
    assert_entries(ledger, NULL, "s:p1 s:p2 ");
    put_set(ledger, "s", "1", "o");
    assert_sources(ledger, "https://e", "s:1:o ");
    assert_true(has(ledger, "p2", 5, SHA_B));
    smci_ledger_close(ledger);
}

/* ---- what is wrong ---- */

static void test_damaged(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    assert_int_equal(mkdir(f->state, 0700), 0);
    char *junk = calloc(1, 8192);
    assert_non_null(junk);
    (void)memset(junk, 'x', 8192);
    file_write(f->file, junk, 8192);
    free(junk);
    assert_int_equal(smci_ledger_open(&ledger, f->state, true, &err), SMC_ERR_STORE);
    assert_null(ledger);
    assert_contains(err.detail, "uploads.db: the state file is damaged");
    assert_contains(err.detail, "what it remembers is sent again");
}

static void test_place_that_is_none(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    file_write(f->state, "x", 1);
    assert_int_equal(smci_ledger_open(&ledger, f->state, true, &err), SMC_ERR_IO);
    err.code = SMC_OK;
    assert_int_equal(smci_ledger_open(&ledger, f->state, false, &err), SMC_ERR_IO);
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_DIR(test_remembers),       WITH_DIR(test_missing_is_empty),
        WITH_DIR(test_two_at_once),     WITH_DIR(test_made_by_many_at_once),
        WITH_DIR(test_read_alone),      WITH_DIR(test_read_after_a_kill),
        WITH_DIR(test_read_by_another), WITH_DIR(test_sets),
        WITH_DIR(test_last_other),      WITH_DIR(test_format_1),
        WITH_DIR(test_damaged),         WITH_DIR(test_place_that_is_none),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
