/* The store as its parts see it. store.c wraps SQLite and groups the writes; failure.c says what
 * its failures mean; no other file sees SQLite. open.c opens and makes the files; space.c, list.c,
 * answer.c, value.c, history.c and ledger.c are what is kept in them; seal.c tells what was changed
 * since.
 *
 * A store that failed does nothing more: whatever is called then is harmless and finds nothing. So
 * the parts call one after the other, and ask once, at the end, how it went. */
#ifndef SMCI_DATABASE_H
#define SMCI_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/clock.h>
#include <sigmacat/error.h>

struct sqlite3;
struct sqlite3_stmt; /* a row is the statement that stands on it */

struct smci_statement {
    const char *sql; /* known by its address */
    struct sqlite3_stmt *stmt;
};

/* A space is one list or one kind of answers, within a scope. Its rows are keyed by space and
 * number in one integer: a list is a range of its table, in its order, without a second index. */
enum smci_space_type { SMCI_SPACE_ANSWERS, SMCI_SPACE_LIST };

#define SMCI_NUMBER_MAX ((INT64_C(1) << 40) - 1)

struct smci_space {
    char name[64];
    enum smci_space_type type;
    int64_t id;
    int64_t last; /* the highest number in use; 0: none */
};

struct smci_digest;
struct smci_store;

/* Statements: the first make a new file, which is of format 1, each of the others turns one of the
 * format before into its own. What users have does not change any more. */
struct smci_format {
    const char *sql;
    void (*then)(struct smci_store *store); /* what SQL can't do; may be NULL */
};

/* Of one file of ours. */
struct smci_database {
    const char *name; /* of the file */
    const struct smci_format *formats;
    int format;        /* how many they are: today's */
    const char *loss;  /* for texts: what becomes of what it remembers when it is removed */
    bool is_exclusive; /* for one process at a time, which run.lock sees to; else for many */
};

struct smci_store {
    struct sqlite3 *db;
    const struct smci_database *database;
    char *path; /* of the file, for texts */
    int lock_fd;
    const struct smc_clock *clock;
    int64_t scope;
    struct smci_statement *statements; /* prepared so far; they and the spaces are what a program */
    size_t statement_count;            /*   names: dozens */
    struct smci_space *spaces;
    size_t space_count;
    bool is_wal;      /* a commit costs no sync */
    bool is_grouping; /* a transaction is open */
    int group_weight;
    int64_t group_since_ms;
    struct smc_buf item; /* what an smci_item points to */
    struct smci_digest *digest;
    int64_t scope_seal; /* of host and client: part of each seal */
    int64_t damages;    /* what was kept and is not what it was, and was forgotten */
    /* A store that failed has lost its group: going on would leave holes that nobody sees. */
    struct smc_error failed;
};

/* ---- opening ---- */

/* Opens or makes the database in `directory`; `database` is static. Errors as smci_store_open;
 * close with smci_store_close. In open.c. */
enum smc_status smci_database_open(struct smci_store **store, const char *directory,
                                   const struct smci_database *database,
                                   const struct smc_clock *clock, struct smc_error *err);

/* Opens the database that is in `directory` for reading alone: nothing is made, no mode is changed
 * and no lock file taken, so that it can be on a file system that is read-only. One that a writer
 * left in the middle of a transaction is put right first, as SQLite does it. `format` is the
 * file's, of which an older program may have made fewer tables; writing fails the store. Errors and
 * end as above. In open.c. */
enum smc_status smci_database_read(struct smci_store **store, const char *directory,
                                   const struct smci_database *database, int64_t *format,
                                   struct smc_error *err);

/* Connects to the file at the store's path, which is there. In store.c. */
void smci_store_connect(struct smci_store *store, bool is_reading);
#define SMCI_PAGE_BYTES 4096 /* of which its size is a multiple */

/* ---- one call: store.c ---- */

/* Begins a call that reads: a group of writes that is due is committed. */
void smci_store_enter(struct smci_store *store);

/* Begins a call that writes. */
void smci_store_begin(struct smci_store *store);

/* Ends a call that writes, as smci_store_status does. A group is full after 100 answers or 10,000 items: an item
 * costs no call, and ids in no order touch a page of the index each, so that small groups would
 * write the index over and over. */
#define SMCI_WEIGHT_ITEM   1
#define SMCI_WEIGHT_ANSWER 100
enum smc_status smci_store_end(struct smci_store *store, int weight, struct smc_error *err);

/* ---- failing: failure.c ---- */

/* Ends a call of any kind: SMC_OK, or the failure that ended this store. */
enum smc_status smci_store_status(const struct smci_store *store, struct smc_error *err);

/* The store has failed, if it had not before: for what can't be in a file that this program wrote,
 * for any other reason, in words, and with SQLite's (extended) code. */
void smci_store_damaged(struct smci_store *store, const char *why);
void smci_store_fail(struct smci_store *store, enum smc_status code, const char *fmt, ...)
    SMC_PRINTF(3, 4);
void smci_store_fail_sqlite(struct smci_store *store, int code);

/* The first of these without failing the store: SMC_ERR_STORE, with what to do. */
enum smc_status smci_store_say_damaged(const struct smci_store *store, struct smc_error *err,
                                       const char *why);

/* ---- statements: store.c ---- */

/* Each letter of `types` takes one argument: i an int64_t, t a text (NULL is SQL's), b a pointer
 * and a size_t, z a size_t: so many bytes, for smci_store_fill. `sql` must be static: a statement is prepared once. */

/* Runs a statement that answers nothing. */
void smci_store_run(struct smci_store *store, const char *sql, const char *types, ...);

/* Writes a value of `len` bytes (at most 1 GiB) that is there already: a statement would copy it,
 * which of a large one nobody wants. */
void smci_store_fill(struct smci_store *store, const char *table, const char *column, int64_t row,
                     const void *bytes, size_t len);

/* Runs statements that answer nothing, once, and leaves nothing prepared. */
void smci_store_execute(struct smci_store *store, const char *text);

/* Runs a query for its first row; NULL: there is none, or the store failed. A row lasts until
 * smci_row_done. */
struct sqlite3_stmt *smci_store_query(struct smci_store *store, const char *sql, const char *types,
                                      ...);

/* The first column of the first row as a number, and whether there is a row. */
bool smci_store_number(struct smci_store *store, int64_t *number, const char *sql,
                       const char *types, ...);

/* A column as a number, 0 for SQL's NULL; and whether it is that NULL. */
int64_t smci_row_int(struct sqlite3_stmt *row, int column);
bool smci_row_is_null(struct sqlite3_stmt *row, int column);
/* The text of a column that is never SQL's NULL; "" when the store fails. Borrowed from the row. */
const char *smci_store_text(struct smci_store *store, struct sqlite3_stmt *row, int column);
/* The bytes of a column, `len` of them; "" when the store fails. Borrowed likewise. */
const char *smci_store_bytes(struct smci_store *store, struct sqlite3_stmt *row, int column,
                             size_t *len);
/* Puts it on the query's next row; false: there is none, or the store failed. */
bool smci_row_next(struct smci_store *store, struct sqlite3_stmt *row);
/* Appends the first column to `buf` and ends the row. SMC_ERR_NOMEM, SMC_ERR_CAP: the buffer's. */
enum smc_status smci_row_take(struct smci_store *store, struct sqlite3_stmt *row,
                              struct smc_buf *buf, struct smc_error *err);
void smci_row_done(struct sqlite3_stmt *row); /* NULL is harmless */

/* Whether the last statement changed a row, and the id of the last row inserted. */
bool smci_store_has_changed(struct smci_store *store);
int64_t smci_store_last_id(struct smci_store *store);

/* ---- seals: seal.c ---- */

/* A digest over the scope, `what` (the kind of row) and what is added, in that order: `types` and
 * the arguments are those of a statement, NULL counts as "". Between begin and end nothing else is
 * sealed. */
void smci_seal_begin(struct smci_store *store, const char *what);
void smci_seal_add(struct smci_store *store, const char *types, ...);
int64_t smci_seal_end(struct smci_store *store);

/* Chooses the scope of the seals that follow. */
void smci_seal_scope(struct smci_store *store, const char *host, const char *client_id);

/* Seals the values of a file from before there were seals. In value.c. */
void smci_values_seal(struct smci_store *store);

/* ---- spaces: space.c ---- */

/* Finds the space; where there is none, makes it if `is_write`, else gives NULL, as for a store
 * that failed. Borrowed until the next such call. */
struct smci_space *smci_space_find(struct smci_store *store, enum smci_space_type type,
                                   const char *name, bool is_write);

/* The keys of a space's numbers are first + 1 to last. */
int64_t smci_space_first_key(int64_t id);
int64_t smci_space_last_key(int64_t id);

#endif
