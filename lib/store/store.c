#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "lib/base/log.h"
#include "lib/base/digest.h"
#include "lib/base/dir.h"
#include "lib/base/stop.h"

#include "database.h"

#define GROUP_WEIGHT   (100 * SMCI_WEIGHT_ANSWER)
#define GROUP_MS       200
#define SHRINK_BYTES   (INT64_C(16) << 20) /* so much must be free */
#define PROGRESS_STEPS 1000                /* of SQLite: a hundred rows or so */

/* Exclusive locking keeps WAL's index in memory: it works without shared memory, so on network file
 * systems too. run.lock keeps others out anyhow. */
static const char exclusive_setup[] = "PRAGMA locking_mode = EXCLUSIVE";

/* Each write is a transaction of its own, so that others wait for milliseconds. */
static const char shared_setup[] = "PRAGMA locking_mode = NORMAL; PRAGMA busy_timeout = 10000";

static const char setup[] = "PRAGMA page_size = 4096; PRAGMA mmap_size = 0;"
                            "PRAGMA cache_size = -3000; PRAGMA trusted_schema = OFF;"
                            "PRAGMA cell_size_check = ON; PRAGMA secure_delete = FAST;"
                            "PRAGMA journal_size_limit = 16777216";

/* ---- statements ---- */

static bool has_failed(const struct smci_store *store)
{
    return store->failed.code != SMC_OK;
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
        } else if (types[i - 1] == 'z') {
            code = sqlite3_bind_zeroblob64(stmt, i, va_arg(args, size_t));
        } else {
            const char *bytes = va_arg(args, const char *);
            size_t len = va_arg(args, size_t);
            code = sqlite3_bind_blob64(stmt, i, len ? bytes : "", len, SQLITE_STATIC);
        }
    }
    return code;
}

/* The statement on its first row; NULL: it has none, or it failed. */
static sqlite3_stmt *step(struct smci_store *store, const char *sql, const char *types,
                          va_list args)
{
    sqlite3_stmt *stmt = NULL;
    if (has_failed(store))
        return NULL;
    errno = 0;
    int code = prepare(store, sql, &stmt);
    if (code == SQLITE_OK)
        code = bind(stmt, types, args);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        return stmt;
    if (code != SQLITE_DONE)
        smci_store_fail_sqlite(store, code);
    smci_row_done(stmt);
    return NULL;
}

void smci_store_run(struct smci_store *store, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    smci_row_done(step(store, sql, types, args));
    va_end(args);
}

void smci_store_fill(struct smci_store *store, const char *table, const char *column, int64_t row,
                     const void *bytes, size_t len)
{
    sqlite3_blob *blob = NULL;
    int code = has_failed(store)
                   ? SQLITE_OK
                   : sqlite3_blob_open(store->db, "main", table, column, row, 1, &blob);
    if (code == SQLITE_OK && blob)
        code = sqlite3_blob_write(blob, bytes, (int)len, 0);
    int closed = sqlite3_blob_close(blob);
    if (code == SQLITE_OK)
        code = closed;
    if (code != SQLITE_OK)
        smci_store_fail_sqlite(store, code);
}

sqlite3_stmt *smci_store_query(struct smci_store *store, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *row = step(store, sql, types, args);
    va_end(args);
    return row;
}

bool smci_store_number(struct smci_store *store, int64_t *number, const char *sql,
                       const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *row = step(store, sql, types, args);
    va_end(args);
    if (row)
        *number = sqlite3_column_int64(row, 0);
    smci_row_done(row);
    return row != NULL;
}

int64_t smci_row_int(sqlite3_stmt *row, int column)
{
    return sqlite3_column_int64(row, column);
}

bool smci_row_is_null(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL;
}

const char *smci_store_text(struct smci_store *store, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (!text) /* what must be there, or memory */
        smci_store_fail_sqlite(store,
                               smci_row_is_null(row, column) ? SQLITE_CORRUPT : SQLITE_NOMEM);
    return text ? text : "";
}

const char *smci_store_bytes(struct smci_store *store, sqlite3_stmt *row, int column, size_t *len)
{
    const char *bytes = sqlite3_column_blob(row, column);
    *len = (size_t)sqlite3_column_bytes(row, column);
    if (!bytes && *len) /* SQLite had no memory to read it */
        smci_store_fail_sqlite(store, SQLITE_NOMEM);
    if (!bytes)
        *len = 0;
    return bytes ? bytes : "";
}

bool smci_row_next(struct smci_store *store, sqlite3_stmt *row)
{
    int code = has_failed(store) ? SQLITE_DONE : sqlite3_step(row);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        smci_store_fail_sqlite(store, code);
    return code == SQLITE_ROW;
}

enum smc_status smci_row_take(struct smci_store *store, sqlite3_stmt *row, struct smc_buf *buf,
                              struct smc_error *err)
{
    size_t len = 0;
    const char *bytes = smci_store_bytes(store, row, 0, &len);
    enum smc_status rc = smci_store_status(store, err);
    if (rc == SMC_OK)
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

/* ---- the caller's own doubts ---- */

enum smc_status smci_store_reject(struct smci_store *store, struct smc_error *err)
{
    smci_store_damaged(store, "something in it is not what was put there");
    return smci_store_status(store, err);
}

/* ---- groups of writes ---- */

static void commit(struct smci_store *store)
{
    if (store->is_grouping)
        smci_store_run(store, "COMMIT", "");
    store->is_grouping = store->is_grouping && has_failed(store);
}

void smci_store_enter(struct smci_store *store)
{
    if (store->is_grouping &&
        store->clock->now_ms(store->clock->ctx) - store->group_since_ms >= GROUP_MS)
        commit(store);
}

void smci_store_begin(struct smci_store *store)
{
    smci_store_enter(store);
    if (store->is_grouping)
        return;
    smci_store_run(store, "BEGIN IMMEDIATE", "");
    store->is_grouping = !has_failed(store);
    store->group_weight = 0;
    store->group_since_ms = store->clock->now_ms(store->clock->ctx);
}

enum smc_status smci_store_end(struct smci_store *store, int weight, struct smc_error *err)
{
    store->group_weight += weight;
    if (store->group_weight >= GROUP_WEIGHT)
        commit(store);
    return smci_store_status(store, err);
}

enum smc_status smci_store_flush(struct smci_store *store, struct smc_error *err)
{
    if (store->is_wal)
        commit(store);
    return smci_store_status(store, err);
}

enum smc_status smci_store_commit(struct smci_store *store, struct smc_error *err)
{
    commit(store);
    /* With synchronous=NORMAL a commit outlives the process, a checkpoint a power cut too. */
    int code = has_failed(store) ? SQLITE_OK
                                 : sqlite3_wal_checkpoint_v2(store->db, NULL,
                                                             SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code != SQLITE_OK)
        smci_store_fail_sqlite(store, code);
    return smci_store_status(store, err);
}

/* ---- opening ---- */

void smci_store_execute(struct smci_store *store, const char *text)
{
    int code = has_failed(store) ? SQLITE_OK : sqlite3_exec(store->db, text, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        smci_store_fail_sqlite(store, code);
}

static int connect_as(struct smci_store *store, int how)
{
    (void)sqlite3_close(store->db);
    store->db = NULL;
    return sqlite3_open_v2(store->path, &store->db, how | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
                           NULL);
}

/* A transaction that its writer did not end can't be undone by who only reads. */
static int connect_to_read(struct smci_store *store)
{
    int code = connect_as(store, SQLITE_OPEN_READONLY);
    if (code == SQLITE_OK)
        code = sqlite3_exec(store->db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    if ((code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_CANTOPEN)
        code = connect_as(store, SQLITE_OPEN_READWRITE);
    return code == SQLITE_BUSY ? SQLITE_OK : code; /* what comes next waits */
}

void smci_store_connect(struct smci_store *store, bool is_reading)
{
    int code = is_reading ? connect_to_read(store) : connect_as(store, SQLITE_OPEN_READWRITE);
    if (code != SQLITE_OK) {
        smci_store_fail_sqlite(store, code);
        return;
    }
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, 1000);
    smci_store_execute(store, store->database->is_exclusive ? exclusive_setup : shared_setup);
    smci_store_execute(store, setup);
}

/* ---- the end ---- */

static int is_stopped(void *fd)
{
    return smci_is_stopped(*(int *)fd);
}

/* Nothing is lost when it fails, and the caller has done what it was called for. */
void smci_store_shrink(struct smci_store *store, struct smc_log *log, int stop_fd)
{
    int64_t free_pages = 0;
    int64_t pages = 0;
    commit(store);
    (void)smci_store_number(store, &free_pages, "PRAGMA freelist_count", "");
    (void)smci_store_number(store, &pages, "PRAGMA page_count", "");
    if (has_failed(store) || free_pages < SHRINK_BYTES / SMCI_PAGE_BYTES || free_pages <= pages / 2)
        return;
    int64_t given = free_pages * SMCI_PAGE_BYTES;
    smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_STATE_SHRUNK, SMCI_FACTS(.bytes = given),
                   "Giving back %" PRId64 " MB of the state file, of which %" PRId64 " MB are kept",
                   given / 1000000, (pages * SMCI_PAGE_BYTES - given) / 1000000);
    sqlite3_progress_handler(store->db, PROGRESS_STEPS, is_stopped, &stop_fd);
    int code = sqlite3_exec(store->db, "VACUUM", NULL, NULL, NULL);
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
    if (code == SQLITE_OK) /* the file itself changes with the checkpoint */
        (void)smci_store_commit(store, NULL);
}

void smci_store_close(struct smci_store *store)
{
    if (!store)
        return;
    /* A failed group is rolled back by closing. */
    commit(store);
    for (size_t i = 0; i < store->statement_count; i++)
        (void)sqlite3_finalize(store->statements[i].stmt);
    free(store->statements);
    (void)sqlite3_close(store->db);
    free(store->spaces);
    smc_buf_clear(&store->item);
    smci_digest_free(store->digest);
    smci_lock_release(store->lock_fd);
    free(store->path);
    free(store);
}
