/* Opening a store: its directory, its lock, the file in it, and whose it is. */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/dir.h"

#include "database.h"

#define LOCK_NAME "run.lock"

static const char first_format[] =
    "CREATE TABLE scope(id INTEGER PRIMARY KEY, host TEXT NOT NULL, client TEXT NOT NULL,"
    " UNIQUE(host, client));"
    "CREATE TABLE space(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, type INTEGER NOT NULL,"
    " name TEXT NOT NULL, UNIQUE(scope, type, name));"
    /* status NULL: pages are arriving, the answer is not finished */
    "CREATE TABLE answer(key INTEGER PRIMARY KEY, space INTEGER NOT NULL, id TEXT NOT NULL,"
    " tag TEXT, status INTEGER, pages INTEGER, fetched INTEGER, reason TEXT, UNIQUE(space, id));"
    "CREATE TABLE page(answer INTEGER NOT NULL, page INTEGER NOT NULL, body BLOB NOT NULL,"
    " UNIQUE(answer, page));"
    "CREATE TABLE item(key INTEGER PRIMARY KEY, space INTEGER NOT NULL, id TEXT NOT NULL,"
    " tag TEXT NOT NULL, name TEXT NOT NULL, UNIQUE(space, id));"
    "CREATE TABLE value(scope INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(scope, name)) WITHOUT ROWID;";

static const char history_format[] =
    "CREATE TABLE run(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, key INTEGER NOT NULL,"
    " began INTEGER NOT NULL, ended INTEGER, result INTEGER NOT NULL, is_partial INTEGER NOT NULL,"
    " figures TEXT NOT NULL, UNIQUE(scope, key));"
    "CREATE TABLE gap(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT NULL,"
    " status INTEGER NOT NULL, UNIQUE(kind, object, status));"
    "CREATE TABLE run_gap(run INTEGER NOT NULL, gap INTEGER NOT NULL,"
    " PRIMARY KEY(run, gap)) WITHOUT ROWID;";

static const char *const formats[] = {first_format, history_format};

static const struct smci_database state_database = {.name = "state.db",
                                                    .formats = formats,
                                                    .format = sizeof formats / sizeof formats[0],
                                                    .loss = "asked for again",
                                                    .is_exclusive = true};

static const char scope_add_sql[] = "INSERT INTO scope(host, client) VALUES(?, ?)";
static const char scope_find_sql[] = "SELECT id FROM scope WHERE host = ? AND client = ?";

static void find_scope(struct smci_store *store, const char *host, const char *client_id)
{
    if (smci_store_number(store, &store->scope, scope_find_sql, "tt", host, client_id))
        return;
    smci_store_run(store, scope_add_sql, "tt", host, client_id);
    store->scope = smci_store_last_id(store);
}

static struct smci_store *new_store(const char *directory, const struct smci_database *database,
                                    const struct smc_clock *clock)
{
    struct smci_store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    store->lock_fd = -1;
    store->database = database;
    store->clock = clock ? clock : smc_clock_system();
    smc_buf_init(&store->item, SIZE_MAX);
    /* SQLite would take a name that begins with "file:" for an address. */
    if (asprintf(&store->path, "%s%s/%s", *directory == '/' ? "" : "./", directory,
                 database->name) >= 0)
        return store;
    free(store);
    return NULL;
}

static enum smc_status take_lock(struct smci_store *store, const char *directory,
                                 struct smc_error *err)
{
    char *lock = smci_dir_path(directory, LOCK_NAME);
    enum smc_status rc = lock ? smci_lock_take(lock, &store->lock_fd, err)
                              : smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    free(lock);
    return rc;
}

enum smc_status smci_database_open(struct smci_store **store, const char *directory,
                                   const struct smci_database *database,
                                   const struct smc_clock *clock, struct smc_error *err)
{
    *store = NULL;
    struct smci_store *made = new_store(directory, database, clock);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    enum smc_status rc = smci_dir_make(directory, true, &made->failed);
    if (rc == SMC_OK && database->is_exclusive)
        rc = take_lock(made, directory, &made->failed);
    if (rc == SMC_OK)
        smci_store_connect(made);
    rc = smci_store_status(made, err);
    if (rc == SMC_OK)
        *store = made;
    else
        smci_store_close(made);
    return rc;
}

enum smc_status smci_store_look(const char *directory, struct smc_error *err)
{
    char *lock = smci_dir_path(directory, LOCK_NAME);
    if (!lock)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    enum smc_status rc = smci_lock_look(lock, err);
    free(lock);
    return rc;
}

enum smc_status smci_store_open(struct smci_store **store, const char *directory, const char *host,
                                const char *client_id, const struct smc_clock *clock,
                                struct smc_error *err)
{
    struct smci_store *made = NULL;
    *store = NULL;
    enum smc_status rc = smci_database_open(&made, directory, &state_database, clock, err);
    if (!made)
        return rc;
    find_scope(made, host, client_id);
    rc = smci_store_status(made, err);
    if (rc == SMC_OK)
        *store = made;
    else
        smci_store_close(made);
    return rc;
}
