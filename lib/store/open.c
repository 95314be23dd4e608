/* Opening a store: its directory, its lock, the file in it, and whose it is. */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/dir.h"

#define LOCK_NAME "run.lock"

static const char schema[] =
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

static const struct smci_database state_database = {
    .name = "state.db", .schema = schema, .loss = "asked for again", .is_exclusive = true};

static const char scope_add_sql[] = "INSERT INTO scope(host, client) VALUES(?, ?)";
static const char scope_find_sql[] = "SELECT id FROM scope WHERE host = ? AND client = ?";

static enum smc_status find_scope(struct smci_store *store, const char *host, const char *client_id,
                                  struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    enum smc_status rc = smci_store_query(store, err, &row, scope_find_sql, "tt", host, client_id);
    if (row) {
        store->scope = smci_row_int(row, 0);
    } else if (rc == SMC_OK) {
        rc = smci_store_run(store, err, scope_add_sql, "tt", host, client_id);
        store->scope = smci_store_last_id(store);
    }
    smci_row_done(row);
    return rc;
}

enum smc_status smci_database_open(struct smci_store **store, const char *directory,
                                   const struct smci_database *database,
                                   const struct smc_clock *clock, struct smc_error *err)
{
    *store = NULL;
    struct smci_store *made = calloc(1, sizeof *made);
    char *lock = smci_dir_path(directory, LOCK_NAME);
    if (!made || !lock) {
        free(made);
        free(lock);
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    }
    made->lock_fd = -1;
    made->database = database;
    made->clock = clock ? clock : smc_clock_system();
    smc_buf_init(&made->item, SIZE_MAX);
    enum smc_status rc = smci_dir_make(directory, true, err);
    if (rc == SMC_OK && database->is_exclusive)
        rc = smci_lock_take(lock, &made->lock_fd, err);
    free(lock);
    /* SQLite would take a name that begins with "file:" for an address. */
    if (rc == SMC_OK && asprintf(&made->path, "%s%s/%s", *directory == '/' ? "" : "./", directory,
                                 database->name) < 0) {
        made->path = NULL;
        rc = smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    }
    if (rc == SMC_OK)
        rc = smci_store_connect(made, err);
    if (rc != SMC_OK) {
        smci_store_close(made);
        return rc;
    }
    *store = made;
    return SMC_OK;
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
    rc = find_scope(made, host, client_id, err);
    if (rc == SMC_OK)
        *store = made;
    else
        smci_store_close(made);
    return rc;
}
