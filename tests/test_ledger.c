/* The record of what was accepted. */
#include "tests/support/program.h"
#include "tests/support/support.h"

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

static bool has(struct smci_ledger *ledger, const char *path, int64_t size, const char *sha)
{
    struct smci_ledger_entry entry = {"s", path, size, 0, sha};
    bool found = false;
    assert_int_equal(smci_ledger_has(ledger, &entry, &found, NULL), SMC_OK);
    return found;
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
        WITH_DIR(test_remembers),   WITH_DIR(test_missing_is_empty),
        WITH_DIR(test_two_at_once), WITH_DIR(test_made_by_many_at_once),
        WITH_DIR(test_damaged),     WITH_DIR(test_place_that_is_none),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
