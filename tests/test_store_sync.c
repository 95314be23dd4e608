/* What is put on disk to outlive a power cut: the calls by which SQLite asks for it are counted. */
#include "support/store_case.h"
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/store/database.h"
#include "lib/store/ledger.h"
#include "lib/store/store.h"

/* Interposed functions are handed nothing, so this can't live anywhere else. */
static struct {
    char names[256];   /* of the files that were synced, each followed by a blank */
    bool has_no_locks; /* as on a file system that can't lock */
} synced;

static void note(int fd)
{
    char link[64];
    char path[256] = "";
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) < 0)
        return;
    const char *name = strrchr(path, '/');
    size_t len = strlen(synced.names);
    (void)snprintf(synced.names + len, sizeof synced.names - len, "%s ", name ? name + 1 : path);
}

/* SQLite's library finds these before those of the C library. */
#define SEEN __attribute__((visibility("default")))

SEEN int fdatasync(int fd)
{
    note(fd);
    return (int)syscall(SYS_fdatasync, fd);
}

SEEN int fsync(int fd)
{
    note(fd);
    return (int)syscall(SYS_fsync, fd);
}

static int control(int fd, int command, void *argument)
{
    bool is_lock = command == F_SETLK || command == F_SETLKW || command == F_GETLK;
    if (!synced.has_no_locks || !is_lock)
        return (int)syscall(SYS_fcntl, fd, command, argument);
    errno = ENOLCK;
    return -1;
}

SEEN int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    return control(fd, command, argument);
}

static void assert_synced(const char *names)
{
    assert_string_equal(synced.names, names);
    synced.names[0] = '\0';
}

/* One answer, and the commit of its group when it is due. */
static void put_group(struct fixture *f)
{
    for (int page = 0; page < 2; page++) {
        assert_int_equal(smci_store_put_page(f->store, "kind", "id", page, "[]", 2, NULL), SMC_OK);
        f->clock.now_ms += 1000;
    }
}

/* A commit is two syncs; what is written before it is not synced. */
static void test_store(void **state)
{
    struct fixture *f = *state;
    store_open_as(f, "host", "client");
    put_group(f); /* the log begins anew, which is a sync of its own */
    synced.names[0] = '\0';
    put_group(f);
    put_group(f);
    assert_synced("");
    assert_int_equal(smci_store_commit(f->store, NULL), SMC_OK);
    assert_synced("state.db-wal state.db ");
}

/* What is handed over before the loop sleeps costs no sync, and is in the file. */
static void test_flush(void **state)
{
    struct fixture *f = *state;
    store_open_as(f, "host", "client");
    put_group(f);
    put_group(f);
    synced.names[0] = '\0';
    assert_int_equal(smci_store_put_page(f->store, "kind", "id", 0, "[]", 2, NULL), SMC_OK);
    assert_true(f->store->is_grouping);
    assert_int_equal(smci_store_flush(f->store, NULL), SMC_OK);
    assert_false(f->store->is_grouping);
    assert_synced("");
}

/* On a rollback journal each commit is a sync: there the groups are as they are. */
static void test_flush_without_log(void **state)
{
    static const struct smci_format formats[] = {
        {"CREATE TABLE upload(key INTEGER PRIMARY KEY)", NULL}};
    static const struct smci_database database = {
        .name = "x.db", .formats = formats, .format = 1, .loss = "lost"};
    struct fixture *f = *state;
    assert_int_equal(smci_database_open(&f->store, f->dir, &database, &f->clock.clock, NULL),
                     SMC_OK);
    smci_store_begin(f->store);
    smci_store_run(f->store, "INSERT INTO upload VALUES(1)", "");
    assert_int_equal(smci_store_end(f->store, SMCI_WEIGHT_ANSWER, NULL), SMC_OK);
    synced.names[0] = '\0';
    assert_int_equal(smci_store_flush(f->store, NULL), SMC_OK);
    assert_true(f->store->is_grouping);
    assert_synced("");
    f->clock.now_ms += 1000;
    smci_store_enter(f->store);
    assert_false(f->store->is_grouping);
}

/* What Catalog has accepted is on disk when it is written, however many files it is: the journal,
 * then the file. */
static void test_ledger(void **state)
{
    struct fixture *f = *state;
    struct smci_ledger *ledger = NULL;
    struct smci_ledger_entry entry = {"source", "path", 5, 1790000000, "sha"};
    assert_int_equal(smci_ledger_open(&ledger, f->dir, true, NULL), SMC_OK);
    synced.names[0] = '\0';
    for (int i = 0; i < 100; i++)
        assert_int_equal(smci_ledger_put(ledger, &entry, NULL), SMC_OK);
    assert_synced("");
    assert_int_equal(smci_ledger_waiting(ledger), 100);
    assert_int_equal(smci_ledger_flush(ledger, NULL), SMC_OK);
    assert_int_equal(smci_ledger_waiting(ledger), 0);
    char *names = text_format("%s", synced.names);
    smci_ledger_close(ledger);
    assert_contains(names, "uploads.db-journal ");
    assert_contains(names, "uploads.db ");
    free(names);
}

/* It is not called locked, for then one would wait for ever. */
static void test_no_locks(void **state)
{
    const struct fixture *f = *state;
    struct smci_ledger *ledger = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    synced.has_no_locks = true;
    enum smc_status rc = smci_ledger_open(&ledger, f->dir, true, &err);
    synced.has_no_locks = false;
    assert_int_equal(rc, SMC_ERR_IO);
    assert_contains(err.detail, "uploads.db: this file system can't lock it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_store, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_flush, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_flush_without_log, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_ledger, store_setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_no_locks, store_setup, store_teardown),
    };
    return cmocka_run_group_tests_name("store_sync", tests, NULL, NULL);
}
