/* A store that has failed, and files that are not as this program leaves them. */
#include "support/program.h"
#include "support/store_case.h"
#include "support/support.h"

#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/store/store.h"

static enum smc_status try_open(struct fixture *f)
{
    return store_try(f, "host", "client");
}

static bool has_value(struct fixture *f, const char *name)
{
    struct smc_buf value = SMC_BUF_INIT(64);
    bool found = false;
    (void)smci_store_get_value(f->store, name, &found, &value, NULL);
    smc_buf_clear(&value);
    return found;
}

/* ---- a store that has failed ---- */

/* It has lost its group: what comes afterwards must not be kept without what went before. */
static void test_failed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(try_open(f), SMC_OK);
    assert_int_equal(smci_store_put_value(f->store, "before", "1", NULL), SMC_OK);
    assert_int_equal(smci_store_commit(f->store, NULL), SMC_OK);
    assert_int_equal(smci_store_put_value(f->store, "lost", "1", NULL), SMC_OK);
    assert_int_equal(smci_store_reject(f->store, NULL), SMC_ERR_STORE);
    assert_int_equal(smci_store_put_value(f->store, "after", "1", NULL), SMC_ERR_STORE);
    assert_false(has_value(f, "before")); /* nothing is looked up any more */
    assert_int_equal(smci_store_flush(f->store, NULL), SMC_ERR_STORE);
    assert_int_equal(smci_store_commit(f->store, NULL), SMC_ERR_STORE);
    assert_int_equal(try_open(f), SMC_OK);
    assert_true(has_value(f, "before"));
    assert_false(has_value(f, "lost"));
    assert_false(has_value(f, "after"));
}

/* ---- a file that was cut off while it grew ---- */

/* Leaves a log behind, in which all is. */
static int write_and_die(void *ctx)
{
    struct fixture *f = ctx;
    if (try_open(f) != SMC_OK || smci_store_put_value(f->store, "value", "1", NULL) != SMC_OK ||
        smci_store_flush(f->store, NULL) != SMC_OK)
        return 1;
    _exit(7);
}

/* With the log SQLite mends it; without, it is damaged. */
static void test_odd_size(void **state)
{
    struct fixture *f = *state;
    size_t len = 0;
    int status =
        in_child(write_and_die, f); /* first: valgrind sees in the child what is lost there */
    char *wal = text_format("%s-wal", f->db);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    free(file_read(wal, &len));
    assert_in_range(len, 1, 1 << 20);
    free(file_read(f->db, &len));
    assert_int_equal(truncate(f->db, (off_t)len + 100), 0);
    assert_int_equal(try_open(f), SMC_OK);
    assert_true(has_value(f, "value"));
    smci_store_close(f->store);
    f->store = NULL;
    assert_false(file_exists(wal));
    free(file_read(f->db, &len));
    assert_int_equal(len % 4096, 0);
    assert_int_equal(truncate(f->db, (off_t)len + 100), 0);
    assert_int_equal(try_open(f), SMC_ERR_STORE);
    free(wal);
}

/* ---- ids that this program gives to no list ---- */

struct id_row {
    const char *name;
    const char *id;
    bool is_damaged;
};

static const struct id_row id_rows[] = {
    {"one of ours", "5", false},   {"the highest that has a range of keys", "8388606", false},
    {"one more", "8388607", true}, {"the highest of all", "9223372036854775807", true},
    {"none", "0", true},           {"a negative one", "-1", true},
};

static void change_id(const struct fixture *f, const char *id)
{
    sqlite3 *db = NULL;
    char *sql = text_format("UPDATE space SET id = %s; DELETE FROM item", id);
    assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    free(sql);
}

static void test_id(void **state)
{
    const struct id_row *row = *state;
    void *made = NULL;
    struct smci_item item;
    bool found = true;
    assert_int_equal(store_setup(&made), 0);
    struct fixture *f = made;
    assert_int_equal(try_open(f), SMC_OK);
    assert_int_equal(smci_list_add(f->store, "list", "a", NULL, NULL, NULL, NULL), SMC_OK);
    smci_store_close(f->store);
    f->store = NULL;
    change_id(f, row->id);
    assert_int_equal(try_open(f), SMC_OK);
    enum smc_status expected = row->is_damaged ? SMC_ERR_STORE : SMC_OK;
    assert_int_equal(smci_list_next(f->store, "list", 0, &found, &item, NULL), expected);
    assert_false(found);
    assert_int_equal(smci_list_add(f->store, "list", "b", NULL, NULL, NULL, NULL), expected);
    if (!row->is_damaged) {
        assert_int_equal(smci_list_next(f->store, "list", 0, &found, &item, NULL), SMC_OK);
        assert_true(found);
        assert_string_equal(item.id, "b");
    }
    (void)store_teardown(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_failed, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_odd_size, store_setup, store_teardown),
    };
    return cmocka_run_group_tests_name("odd", tests, NULL, NULL) +
           RUN_TABLE("ids of lists", id_rows, test_id);
}
