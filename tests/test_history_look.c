/* smci_store_open_history: the history read as it was left, beside whatever is at work. */
#include "support/support.h"

#include <unistd.h>

#include "lib/store/history.h"
#include "lib/store/store.h"

struct fixture {
    char *dir;
    char *state;
    struct smci_store *store;
    struct smc_error err;
};

#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != SMC_OK)                                                                      \
            fail_msg("%s: %s", #call, f->err.detail);                                              \
    } while (0)

static void open_to_write(struct fixture *f)
{
    OK(smci_store_open(&f->store, f->state, "https://h", "client", NULL, &f->err));
}

static void shut(struct fixture *f)
{
    smci_store_close(f->store);
    f->store = NULL;
}

/* A run of key 7, in a directory whose name means something in an address. */
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->dir = temp_dir_make();
    f->state = text_format("%s/100%% a?b#c", f->dir);
    open_to_write(f);
    OK(smci_history_begin(f->store, 7, false, &f->err));
    OK(smci_history_end(f->store, 7, SMCI_RUN_PUBLISHED, "{}", &f->err));
    OK(smci_store_commit(f->store, &f->err));
    shut(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smci_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f->state);
    free(f);
    return 0;
}

static enum smc_status look(struct fixture *f, int64_t key)
{
    shut(f);
    smc_error_reset(&f->err);
    return smci_store_open_history(&f->store, f->state, key, &f->err);
}

static enum smc_status take(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    (void)err;
    *(int64_t *)ctx = run->key;
    return SMC_OK;
}

static void test_found(void **state)
{
    struct fixture *f = *state;
    bool found = false;
    int64_t key = 0;
    OK(look(f, 7));
    OK(smci_history_get(f->store, 7, &found, take, &key, &f->err));
    assert_true(found);
    assert_int_equal(key, 7);
    /* A run may begin, and another look is possible. */
    struct smci_store *run = NULL;
    OK(smci_store_open(&run, f->state, "https://h", "client", NULL, &f->err));
    smci_store_close(run);
    OK(look(f, 7));
}

static void test_unknown_run(void **state)
{
    assert_int_equal(look(*state, 8), SMC_ERR_IO);
}

static void test_run_at_work(void **state)
{
    struct fixture *f = *state;
    struct smci_store *run = NULL;
    OK(smci_store_open(&run, f->state, "https://h", "client", NULL, &f->err));
    assert_int_equal(look(f, 7), SMC_ERR_LOCKED);
    smci_store_close(run);
}

/* What a killed run left beside the file belongs to it. */
static void test_killed_run(void **state)
{
    struct fixture *f = *state;
    char *wal = text_format("%s/state.db-wal", f->state);
    file_write(wal, "x", 1);
    assert_int_equal(look(f, 7), SMC_ERR_IO);
    free(wal);
}

static void test_nothing_there(void **state)
{
    struct fixture *f = *state;
    char *path = text_format("%s/state.db", f->state);
    file_write(path, "", 0);
    assert_int_equal(look(f, 7), SMC_ERR_IO);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(look(f, 7), SMC_ERR_IO);
    assert_false(file_exists(path));
    free(path);
    free(f->state);
    f->state = text_format("%s/nowhere", f->dir);
    assert_int_equal(look(f, 7), SMC_ERR_IO);
    assert_false(file_exists(f->state));
}

static void test_damaged(void **state)
{
    struct fixture *f = *state;
    char *path = text_format("%s/state.db", f->state);
    size_t len;
    char *bytes = file_read(path, &len);
    (void)memset(bytes + 100, 0xa5, len - 100);
    file_write(path, bytes, len);
    assert_int_not_equal(look(f, 7), SMC_OK);
    free(bytes);
    free(path);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH(test_found),      WITH(test_unknown_run),   WITH(test_run_at_work),
        WITH(test_killed_run), WITH(test_nothing_there), WITH(test_damaged),
    };
    return cmocka_run_group_tests_name("history, as it was left", tests, NULL, NULL);
}
