/* Opening a store: its directory, its lock, the file in it, and whose it is. */
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/dir.h"
#include "lib/base/own.h"

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

/* What is kept is sealed: answers are asked for once more, values get their seal (value.c). Of an
 * item it is over its list, position and texts; of a page over its answer's kind and id, its number
 * and bytes; of an answer over what it says and the seals of its pages. */
static const char sealed_format[] =
    "DROP TABLE answer; DROP TABLE page; DROP TABLE item;"
    "CREATE TABLE answer(key INTEGER PRIMARY KEY, space INTEGER NOT NULL, id TEXT NOT NULL,"
    " tag TEXT, status INTEGER, pages INTEGER, fetched INTEGER, reason TEXT, seal INTEGER,"
    " UNIQUE(space, id));"
    "CREATE TABLE page(answer INTEGER NOT NULL, page INTEGER NOT NULL, size INTEGER NOT NULL,"
    " seal INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE(answer, page));"
    "CREATE TABLE item(key INTEGER PRIMARY KEY, space INTEGER NOT NULL, id TEXT NOT NULL,"
    " tag TEXT NOT NULL, name TEXT NOT NULL, seal INTEGER NOT NULL, UNIQUE(space, id));"
    "ALTER TABLE value ADD COLUMN seal INTEGER;";

static const char gap_words_format[] = "ALTER TABLE gap ADD COLUMN words TEXT NOT NULL DEFAULT '';";

static const struct smci_format formats[] = {{first_format, NULL},
                                             {history_format, NULL},
                                             {sealed_format, smci_values_seal},
                                             {gap_words_format, NULL}};

static const struct smci_database state_database = {.name = "state.db",
                                                    .formats = formats,
                                                    .format = sizeof formats / sizeof formats[0],
                                                    .loss = "asked for again",
                                                    .is_exclusive = true};

static const char scope_add_sql[] = "INSERT INTO scope(host, client) VALUES(?, ?)";
static const char scope_find_sql[] = "SELECT id FROM scope WHERE host = ? AND client = ?";

static void find_scope(struct smci_store *store, const char *host, const char *client_id)
{
    smci_seal_scope(store, host, client_id);
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
    store->digest = smci_digest_new();
    /* SQLite takes a name that begins with "file:" for an address. */
    if (store->digest && asprintf(&store->path, "%s%s/%s", *directory == '/' ? "" : "./", directory,
                                  database->name) >= 0)
        return store;
    smci_digest_free(store->digest);
    free(store);
    return NULL;
}

/* To the caller, if all went well with it; else it is closed, and `*store` stays as it is. */
static enum smc_status hand_over(struct smci_store *made, struct smci_store **store,
                                 struct smc_error *err)
{
    enum smc_status rc = smci_store_status(made, err);
    if (rc == SMC_OK)
        *store = made;
    else
        smci_store_close(made);
    return rc;
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

/* ---- the file ---- */

/* SQLite opens these beside the file by name, and would write through a link. */
static enum smc_status look_beside(const struct smci_store *store, bool *has_journal,
                                   struct smc_error *err)
{
    static const char *const suffixes[] = {"-wal", "-journal"};
    enum smc_status rc = SMC_OK;
    *has_journal = false;
    for (size_t i = 0; rc == SMC_OK && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *path = NULL;
        if (asprintf(&path, "%s%s", store->path, suffixes[i]) < 0)
            return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", store->path);
        rc = smci_own_file(path, err);
        *has_journal = *has_journal || access(path, F_OK) == 0;
        free(path);
    }
    return rc;
}

/* The file's size; -1: it can't be opened. It is made where it is missing, unless it is only to be
 * read. */
static off_t find_size(struct smci_store *store, bool is_reading)
{
    struct stat st;
    if (is_reading) {
        if (stat(store->path, &st) == 0)
            return st.st_size;
        (void)smc_error_set_errno(&store->failed, SMC_ERR_IO, errno, "%s: can't be read",
                                  store->path);
        return -1;
    }
    int fd = -1;
    if (smci_private_file(store->path, &fd, &store->failed) != SMC_OK)
        return -1;
    off_t size = lseek(fd, 0, SEEK_END);
    /* Closed before SQLite opens it: closing gives up a process's POSIX locks on a file. */
    (void)close(fd);
    return size;
}

/* The file's format, 0: it has nothing in it yet. Within a transaction, since another process
 * may be making it. */
static int64_t check_format(struct smci_store *store)
{
    int64_t format = 0;
    int64_t tables = 0;
    const int known = store->database->format;
    (void)smci_store_number(store, &format, "PRAGMA user_version", "");
    (void)smci_store_number(store, &tables, "SELECT count(*) FROM sqlite_schema", "");
    if (store->failed.code != SMC_OK)
        return 0;
    if (format > known)
        smci_store_fail(
            store, SMC_ERR_STORE,
            "%s: the state file is from a newer version of this program (format %" PRId64
            ", known is %d); use that version, or remove the file and start over",
            store->path, format, known);
    else if (format < 0 || (format == 0 && tables != 0))
        smci_store_fail(store, SMC_ERR_STORE,
                        "%s: this is a database of another program; use another state directory",
                        store->path);
    return store->failed.code != SMC_OK ? 0 : format;
}

/* Where WAL can't be had, SQLite stays with the rollback journal, and there NORMAL would not be
 * safe in a power cut. */
static void choose_journal(struct smci_store *store)
{
    /* WAL between processes needs shared memory, which network file systems don't have. */
    if (!store->database->is_exclusive) {
        smci_store_execute(store, "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL");
        return;
    }
    struct sqlite3_stmt *row = smci_store_query(store, "PRAGMA journal_mode = WAL", "");
    store->is_wal = row && strcmp(smci_store_text(store, row, 0), "wal") == 0;
    smci_row_done(row);
    smci_store_execute(store,
                       store->is_wal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
}

/* Makes the tables, or those that an older file lacks. Another process may have done so since it
 * was looked at. */
static void bring_up_to_date(struct smci_store *store)
{
    char text[64];
    const struct smci_database *database = store->database;
    smci_store_execute(store, "BEGIN IMMEDIATE");
    for (int64_t format = check_format(store); format < database->format; format++) {
        smci_store_execute(store, database->formats[format].sql);
        if (database->formats[format].then)
            database->formats[format].then(store);
    }
    (void)snprintf(text, sizeof text, "PRAGMA user_version = %d", database->format);
    smci_store_execute(store, text);
    smci_store_execute(store, "COMMIT");
}

/* A page that could not be read for lack of memory, or of the disk, is not damage; SQLite 3.40 tells
 * it in the text of its check alone. */
static void tell_apart(struct smci_store *store, const char *why)
{
    static const char lacking[] = "error code=";
    const char *code = strstr(why, lacking);
    long number = code ? strtol(code + strlen(lacking), NULL, 10) : 0;
    if (number == 7 || number == 3082) /* SQLITE_NOMEM, SQLITE_IOERR_NOMEM */
        smci_store_fail(store, SMC_ERR_NOMEM, "%s: out of memory", store->path);
    else if ((number & 0xff) == 10) /* SQLITE_IOERR */
        smci_store_fail(store, SMC_ERR_IO, "%s: can't be read: %s", store->path, why);
}

static bool is_sound(struct smci_store *store, const char *check, char *why, size_t size)
{
    struct sqlite3_stmt *row = smci_store_query(store, check, "");
    (void)snprintf(why, size, "%s", row ? smci_store_text(store, row, 0) : "");
    smci_row_done(row);
    tell_apart(store, why);
    return strcmp(why, "ok") == 0;
}

/* Reads all of the file, for two seconds of CPU a gigabyte: pages that have two owners would be
 * written over, and what an index does not show would count as never put there. An index is made
 * again from its table. */
static void check_structure(struct smci_store *store, bool is_reading)
{
    char why[128];
    if (is_sound(store, "PRAGMA integrity_check(1)", why, sizeof why))
        return;
    if (is_reading || !is_sound(store, "PRAGMA quick_check(1)", why, sizeof why)) {
        smci_store_damaged(store, why);
        return;
    }
    smci_store_execute(store, "REINDEX");
    store->damages += store->failed.code == SMC_OK;
}

/* Whether the file can be what this program made; it is made where it is missing and not only to be
 * read. A text of a size that no database has must not be taken for an empty one. */
static void open_file(struct smci_store *store, bool is_reading)
{
    bool has_journal = false;
    if (look_beside(store, &has_journal, &store->failed) != SMC_OK)
        return;
    off_t size = find_size(store, is_reading);
    if (size < 0)
        return;
    if (size % SMCI_PAGE_BYTES != 0 && !has_journal)
        smci_store_damaged(store, "it is cut off");
    else
        smci_store_connect(store, is_reading);
}

static int64_t look_at_file(struct smci_store *store, bool is_reading)
{
    open_file(store, is_reading);
    smci_store_execute(store, "BEGIN");
    int64_t format = check_format(store);
    if (format > 0)
        check_structure(store, is_reading);
    smci_store_execute(store, "COMMIT");
    return format;
}

static void connect_file(struct smci_store *store)
{
    int64_t format = look_at_file(store, false);
    choose_journal(store);
    if (format < store->database->format)
        bring_up_to_date(store);
}

/* ---- opening ---- */

enum smc_status smci_database_open(struct smci_store **store, const char *directory,
                                   const struct smci_database *database,
                                   const struct smc_clock *clock, struct smc_error *err)
{
    *store = NULL;
    struct smci_store *made = new_store(directory, database, clock);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    enum smc_status rc = smci_dir_make(directory, true, &made->failed);
    if (rc == SMC_OK)
        rc = smci_own_directory(directory, &made->failed);
    if (rc == SMC_OK && database->is_exclusive)
        rc = take_lock(made, directory, &made->failed);
    if (rc == SMC_OK)
        connect_file(made);
    return hand_over(made, store, err);
}

enum smc_status smci_database_read(struct smci_store **store, const char *directory,
                                   const struct smci_database *database, int64_t *format,
                                   struct smc_error *err)
{
    *store = NULL;
    struct smci_store *made = new_store(directory, database, NULL);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    if (smci_own_directory(directory, &made->failed) == SMC_OK)
        *format = look_at_file(made, true);
    return hand_over(made, store, err);
}

enum smc_status smci_store_look(const char *directory, struct smc_error *err)
{
    char *lock = smci_dir_path(directory, LOCK_NAME);
    if (!lock)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    enum smc_status rc = smci_own_directory(directory, err);
    if (rc == SMC_OK)
        rc = smci_lock_look(lock, err);
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
    return hand_over(made, store, err);
}

/* ---- as it was left ---- */

static const char scope_of_run_sql[] = "SELECT scope FROM run WHERE key = ?";

/* An address with which SQLite takes no lock and looks for no journal
 * (https://www.sqlite.org/uri.html). */
static bool make_immutable(struct smci_store *store)
{
    struct smc_buf address = SMC_BUF_INIT(65536);
    (void)smc_buf_addstr(&address, "file:");
    for (const char *at = store->path; *at; at++)
        (void)smc_buf_addf(&address, strchr("%?#", *at) ? "%%%02X" : "%c", *at);
    if (smc_buf_addstr(&address, "?immutable=1") != SMC_OK) {
        smc_buf_clear(&address);
        return false;
    }
    free(store->path);
    store->path = address.data;
    return true;
}

static void read_as_left(struct smci_store *store, int64_t key)
{
    bool has_journal = false;
    if (look_beside(store, &has_journal, &store->failed) != SMC_OK)
        return;
    if (has_journal || find_size(store, true) <= 0) {
        smci_store_fail(store, SMC_ERR_IO, "%s: can't be read as it is", store->path);
        return;
    }
    if (!make_immutable(store)) {
        smci_store_fail(store, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
        return;
    }
    smci_store_connect(store, true);
    if (check_format(store) != store->database->format ||
        !smci_store_number(store, &store->scope, scope_of_run_sql, "i", key))
        smci_store_fail(store, SMC_ERR_IO, "%s: the run is not known", store->path);
}

enum smc_status smci_store_open_history(struct smci_store **store, const char *directory,
                                        int64_t key, struct smc_error *err)
{
    *store = NULL;
    enum smc_status rc = smci_store_look(directory, err);
    struct smci_store *made = rc == SMC_OK ? new_store(directory, &state_database, NULL) : NULL;
    if (!made)
        return rc != SMC_OK ? rc
                            : smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    read_as_left(made, key);
    return hand_over(made, store, err);
}
