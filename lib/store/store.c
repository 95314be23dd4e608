#include "database.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/base/dir.h"

#define SCHEMA_VERSION 1
#define GROUP_WEIGHT   (100 * SMCI_WEIGHT_ANSWER)
#define GROUP_MS       200
#define PAGE_BYTES     4096

/* Exclusive locking keeps WAL's index in memory: it works without shared memory, so on network file
 * systems too. run.lock keeps others out anyhow. */
static const char exclusive_setup[] = "PRAGMA locking_mode = EXCLUSIVE";

/* Each write is a transaction of its own, so that others wait for milliseconds. */
static const char shared_setup[] = "PRAGMA locking_mode = NORMAL; PRAGMA busy_timeout = 10000";

static const char setup[] = "PRAGMA page_size = 4096; PRAGMA mmap_size = 0;"
                            "PRAGMA cache_size = -3000; PRAGMA trusted_schema = OFF;"
                            "PRAGMA cell_size_check = ON; PRAGMA secure_delete = FAST;"
                            "PRAGMA journal_size_limit = 16777216";

static const char begin_sql[] = "BEGIN IMMEDIATE";
static const char commit_sql[] = "COMMIT";

/* ---- statements ---- */

static enum smc_status describe(struct smci_store *store, int code, struct smc_error *err)
{
    const char *why = sqlite3_errstr(code);
    int system = code == SQLITE_FULL ? ENOSPC : sqlite3_system_errno(store->db);
    /* 3.40 keeps none when it is the commit that fails; then errno is still the one. */
    if (system == 0)
        system = errno;
    if (code == SQLITE_IOERR_NOMEM)
        code = SQLITE_NOMEM;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", store->path);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        if (system)
            return smc_error_set_errno(err, SMC_ERR_IO, system, "%s: %s", store->path, why);
        return smc_error_set(err, SMC_ERR_IO, "%s: %s", store->path, why);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return smc_error_set(err, SMC_ERR_LOCKED, "%s: another program has it open", store->path);
    case SQLITE_TOOBIG:
        return smc_error_set(err, SMC_ERR_CAP, "%s: more than SQLite can keep in one row",
                             store->path);
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_INTERNAL:
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: %s", store->path, why);
    default:
        /* NOTADB and CORRUPT, and a table or column that is not what this program made. */
        return smc_error_set(
            err, SMC_ERR_STORE,
            "%s: the state file is damaged (%s); remove it, and what it remembers is"
            " %s",
            store->path, why, store->database->loss);
    }
}

/* Gives the failure that ended this store. */
static enum smc_status give_failure(const struct smci_store *store, struct smc_error *err)
{
    if (err && err->code == SMC_OK)
        *err = store->failed;
    return store->failed.code;
}

static enum smc_status fail_sqlite(struct smci_store *store, int code, struct smc_error *err)
{
    (void)describe(store, code, &store->failed);
    return give_failure(store, err);
}

enum smc_status smci_store_damaged(struct smci_store *store, struct smc_error *err)
{
    return fail_sqlite(store, SQLITE_CORRUPT, err);
}

static int prepare(struct smci_store *store, const char *sql, sqlite3_stmt **stmt)
{
    for (size_t i = 0; i < store->statement_count; i++) {
        *stmt = store->statements[i].stmt;
        if (store->statements[i].sql == sql)
            return SQLITE_OK;
    }
    *stmt = NULL;
    struct smci_statement *all =
        reallocarray(store->statements, store->statement_count + 1, sizeof *all);
    if (!all)
        return SQLITE_NOMEM;
    store->statements = all;
    int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    if (code == SQLITE_OK)
        all[store->statement_count++] = (struct smci_statement){sql, *stmt};
    return code;
}

static int bind(sqlite3_stmt *stmt, const char *types, va_list args)
{
    int code = SQLITE_OK;
    for (int i = 1; code == SQLITE_OK && types[i - 1]; i++) {
        if (types[i - 1] == 'i') {
            code = sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
        } else if (types[i - 1] == 't') {
            code = sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_STATIC);
        } else {
            const char *bytes = va_arg(args, const char *);
            size_t len = va_arg(args, size_t);
            code = sqlite3_bind_blob64(stmt, i, len ? bytes : "", len, SQLITE_STATIC);
        }
    }
    return code;
}

/* Leaves the statement on its first row, if it has one. */
static int step(struct smci_store *store, sqlite3_stmt **stmt, const char *sql, const char *types,
                va_list args)
{
    errno = 0;
    int code = prepare(store, sql, stmt);
    if (code == SQLITE_OK)
        code = bind(*stmt, types, args);
    if (code == SQLITE_OK)
        code = sqlite3_step(*stmt);
    if (code != SQLITE_ROW) {
        int error = errno;
        smci_row_done(*stmt);
        *stmt = NULL;
        errno = error;
    }
    return code;
}

enum smc_status smci_store_run(struct smci_store *store, struct smc_error *err, const char *sql,
                               const char *types, ...)
{
    sqlite3_stmt *row = NULL;
    va_list args;
    va_start(args, types);
    int code = step(store, &row, sql, types, args);
    va_end(args);
    smci_row_done(row);
    return code == SQLITE_DONE ? SMC_OK : fail_sqlite(store, code, err);
}

enum smc_status smci_store_query(struct smci_store *store, struct smc_error *err,
                                 sqlite3_stmt **row, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int code = step(store, row, sql, types, args);
    va_end(args);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SMC_OK : fail_sqlite(store, code, err);
}

enum smc_status smci_store_number(struct smci_store *store, struct smc_error *err, int64_t *number,
                                  const char *sql, int64_t first, int64_t second)
{
    sqlite3_stmt *row = NULL;
    *number = 0;
    enum smc_status rc = smci_store_query(store, err, &row, sql, "ii", first, second);
    if (row)
        *number = smci_row_int(row, 0);
    smci_row_done(row);
    return rc;
}

int64_t smci_row_int(sqlite3_stmt *row, int column)
{
    return sqlite3_column_int64(row, column);
}

bool smci_row_is_null(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

const char *smci_row_text(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

enum smc_status smci_row_take(struct smci_store *store, sqlite3_stmt *row, struct smc_buf *buf,
                              struct smc_error *err)
{
    const void *bytes = sqlite3_column_blob(row, 0);
    size_t len = (size_t)sqlite3_column_bytes(row, 0);
    enum smc_status rc = SMC_ERR_NOMEM;
    /* NULL for a value that is not empty: SQLite had no memory to read it. */
    if (bytes || len == 0)
        rc = smc_buf_add(buf, bytes, len);
    smci_row_done(row);
    if (rc == SMC_OK)
        return SMC_OK;
    return smc_error_set(err, rc, "%s: %zu bytes: %s", store->path, len, smc_error_text(rc));
}

void smci_row_done(sqlite3_stmt *row)
{
    (void)sqlite3_reset(row);
    if (row)
        (void)sqlite3_clear_bindings(row);
}

bool smci_store_has_changed(struct smci_store *store)
{
    return sqlite3_changes(store->db) > 0;
}

int64_t smci_store_last_id(struct smci_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}

/* ---- groups of writes ---- */

static enum smc_status commit(struct smci_store *store, struct smc_error *err)
{
    if (!store->is_grouping)
        return SMC_OK;
    enum smc_status rc = smci_store_run(store, err, commit_sql, "");
    if (rc == SMC_OK)
        store->is_grouping = false;
    return rc;
}

enum smc_status smci_store_enter(struct smci_store *store, struct smc_error *err)
{
    if (store->failed.code != SMC_OK)
        return give_failure(store, err);
    if (store->is_grouping &&
        store->clock->now_ms(store->clock->ctx) - store->group_since_ms >= GROUP_MS)
        return commit(store, err);
    return SMC_OK;
}

enum smc_status smci_store_begin(struct smci_store *store, struct smc_error *err)
{
    enum smc_status rc = smci_store_enter(store, err);
    if (rc != SMC_OK || store->is_grouping)
        return rc;
    rc = smci_store_run(store, err, begin_sql, "");
    if (rc != SMC_OK)
        return rc;
    store->is_grouping = true;
    store->group_weight = 0;
    store->group_since_ms = store->clock->now_ms(store->clock->ctx);
    return SMC_OK;
}

enum smc_status smci_store_end(struct smci_store *store, int weight, struct smc_error *err)
{
    store->group_weight += weight;
    return store->group_weight >= GROUP_WEIGHT ? commit(store, err) : SMC_OK;
}

enum smc_status smci_store_commit(struct smci_store *store, struct smc_error *err)
{
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = commit(store, err);
    if (rc != SMC_OK)
        return rc;
    /* With synchronous=NORMAL a commit outlives the process, a checkpoint a power cut too. */
    int code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return code == SQLITE_OK ? SMC_OK : fail_sqlite(store, code, err);
}

/* ---- opening ---- */

static enum smc_status execute(struct smci_store *store, const char *text, struct smc_error *err)
{
    int code = sqlite3_exec(store->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? SMC_OK : fail_sqlite(store, code, err);
}

/* A number that is asked for once only. */
static enum smc_status ask(struct smci_store *store, const char *text, int64_t *number,
                           struct smc_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(store->db, text, -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return code == SQLITE_ROW ? SMC_OK : fail_sqlite(store, code, err);
}

static bool has_journal(const struct smci_store *store)
{
    static const char *const suffixes[] = {"-wal", "-journal"};
    bool has = false;
    for (size_t i = 0; !has && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *path = NULL;
        /* Without memory: leave it to SQLite. */
        has = asprintf(&path, "%s%s", store->path, suffixes[i]) < 0 || access(path, F_OK) == 0;
        free(path);
    }
    return has;
}

static enum smc_status open_file(struct smci_store *store, struct smc_error *err)
{
    int fd = -1;
    enum smc_status rc = smci_private_file(store->path, &fd, err);
    if (rc != SMC_OK)
        return rc;
    off_t size = lseek(fd, 0, SEEK_END);
    /* Closed before SQLite opens it: closing gives up a process's POSIX locks on a file. */
    (void)close(fd);
    if (size % PAGE_BYTES != 0 && !has_journal(store))
        return smci_store_damaged(store, err);
    int code =
        sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return fail_sqlite(store, code, err);
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, 1000);
    enum smc_status opened =
        execute(store, store->database->is_exclusive ? exclusive_setup : shared_setup, err);
    return opened == SMC_OK ? execute(store, setup, err) : opened;
}

/* Within a transaction, since another process may be making the file. */
static enum smc_status check_version(struct smci_store *store, bool *is_new, struct smc_error *err)
{
    int64_t version = 0;
    int64_t tables = 0;
    enum smc_status rc = ask(store, "PRAGMA user_version", &version, err);
    if (rc == SMC_OK)
        rc = ask(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc != SMC_OK)
        return rc;
    *is_new = version == 0 && tables == 0;
    if (version > SCHEMA_VERSION)
        return smc_error_set(
            err, SMC_ERR_STORE,
            "%s: the state file is from a newer version of this program (format %" PRId64
            ", known is %d); use that version, or remove the file and start over",
            store->path, version, SCHEMA_VERSION);
    if (!*is_new && version != SCHEMA_VERSION)
        return smc_error_set(
            err, SMC_ERR_STORE,
            "%s: this is a database of another program; use another state directory", store->path);
    return SMC_OK;
}

static int look_for_wal(void *ctx, int columns, char **values, char **names)
{
    (void)names;
    *(bool *)ctx = columns == 1 && values[0] && strcmp(values[0], "wal") == 0;
    return 0;
}

/* Where WAL can't be had, SQLite stays with the rollback journal, and there NORMAL would not be
 * safe in a power cut. */
static enum smc_status choose_journal(struct smci_store *store, struct smc_error *err)
{
    bool is_wal = false;
    /* WAL between processes needs shared memory, which network file systems don't have. */
    if (!store->database->is_exclusive)
        return execute(store, "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL", err);
    int code = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", look_for_wal, &is_wal, NULL);
    if (code != SQLITE_OK)
        return fail_sqlite(store, code, err);
    return execute(store, is_wal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL",
                   err);
}

/* Another process may have made it since it was looked at. */
static enum smc_status make_tables(struct smci_store *store, struct smc_error *err)
{
    bool is_new = false;
    enum smc_status rc = execute(store, "BEGIN IMMEDIATE", err);
    if (rc == SMC_OK)
        rc = check_version(store, &is_new, err);
    if (rc == SMC_OK && is_new)
        rc = execute(store, store->database->schema, err);
    if (rc == SMC_OK && is_new)
        rc = execute(store, "PRAGMA user_version = 1", err);
    return rc == SMC_OK ? execute(store, "COMMIT", err) : rc;
}

enum smc_status smci_store_connect(struct smci_store *store, struct smc_error *err)
{
    bool is_new = false;
    enum smc_status rc = open_file(store, err);
    if (rc == SMC_OK)
        rc = execute(store, "BEGIN", err);
    if (rc == SMC_OK)
        rc = check_version(store, &is_new, err);
    if (rc == SMC_OK)
        rc = execute(store, "COMMIT", err);
    if (rc == SMC_OK)
        rc = choose_journal(store, err);
    return rc == SMC_OK && is_new ? make_tables(store, err) : rc;
}

void smci_store_close(struct smci_store *store)
{
    if (!store)
        return;
    /* A failed group is rolled back by closing. */
    if (store->failed.code == SMC_OK)
        (void)commit(store, NULL);
    for (size_t i = 0; i < store->statement_count; i++)
        (void)sqlite3_finalize(store->statements[i].stmt);
    free(store->statements);
    (void)sqlite3_close(store->db);
    free(store->spaces);
    smc_buf_clear(&store->item);
    smci_lock_release(store->lock_fd);
    free(store->path);
    free(store);
}
