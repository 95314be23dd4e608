/* The parts of the store among themselves: store.c wraps SQLite (the one file that knows it) and
 * groups the writes; store_open.c opens it, store_list.c keeps lists by it, store_answer.c answers and values. */
#ifndef SMCI_STORE_INTERNAL_H
#define SMCI_STORE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

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

/* What a file of ours is for. */
struct smci_database {
    const char *name;   /* of the file */
    const char *schema; /* of a new one */
    const char *loss;   /* for texts: what becomes of what it remembers when it is removed */
    bool is_exclusive;  /* for one process at a time, which run.lock sees to; else for many */
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
    bool is_grouping; /* a transaction is open */
    int group_weight;
    int64_t group_since_ms;
    struct smc_buf item; /* what an smci_item points to */
    /* What failed once has lost its group: going on would leave holes that nobody sees. */
    struct smc_error failed;
};

/* ---- opening: store_open.c ---- */

/* Opens or makes the database in `directory`; `database` is static. Errors as smci_store_open; close
 * with smci_store_close. */
enum smc_status smci_database_open(struct smci_store **store, const char *directory,
                                   const struct smci_database *database,
                                   const struct smc_clock *clock, struct smc_error *err);

/* Opens or makes the file at the store's path: store.c. Errors as smci_store_open. */
enum smc_status smci_store_connect(struct smci_store *store, struct smc_error *err);

/* ---- statements: store.c ---- */

/* Each letter of `types` takes one argument: i an int64_t, t a text (NULL is SQL's), b a pointer
 * and a size_t. `sql` must be static: a statement is prepared once. */

/* Runs a statement that answers nothing. */
enum smc_status smci_store_run(struct smci_store *store, struct smc_error *err, const char *sql,
                               const char *types, ...);

/* Runs a query for its first row; NULL in `row`: there is none. A row lasts until smci_row_done. */
enum smc_status smci_store_query(struct smci_store *store, struct smc_error *err,
                                 struct sqlite3_stmt **row, const char *sql, const char *types,
                                 ...);

/* As smci_store_query, for a query of two numbers that always answers one. */
enum smc_status smci_store_number(struct smci_store *store, struct smc_error *err, int64_t *number,
                                  const char *sql, int64_t first, int64_t second);

int64_t smci_row_int(struct sqlite3_stmt *row, int column);
bool smci_row_is_null(struct sqlite3_stmt *row, int column);
/* Borrowed from the row; NULL for SQL's NULL or when memory ran out. */
const char *smci_row_text(struct sqlite3_stmt *row, int column);
/* Appends the first column to `buf` and ends the row. */
enum smc_status smci_row_take(struct smci_store *store, struct sqlite3_stmt *row,
                              struct smc_buf *buf, struct smc_error *err);
void smci_row_done(struct sqlite3_stmt *row);

/* Begins every call: a store that failed stays failed, and a group that is due is committed. */
enum smc_status smci_store_enter(struct smci_store *store, struct smc_error *err);

/* Around all that writes; the first one enters as well. After a failure the end is left out. A
 * group is full after 100 answers or 10,000 items: an item costs no call, and ids in no order touch
 * a page of the index each, so that small groups would write the index over and over. */
#define SMCI_WEIGHT_ITEM   1
#define SMCI_WEIGHT_ANSWER 100
enum smc_status smci_store_begin(struct smci_store *store, struct smc_error *err);
enum smc_status smci_store_end(struct smci_store *store, int weight, struct smc_error *err);

/* Whether the last statement changed a row, and the id of the last row inserted. */
bool smci_store_has_changed(struct smci_store *store);
int64_t smci_store_last_id(struct smci_store *store);

/* For what can't be in a file that this program wrote. */
enum smc_status smci_store_damaged(struct smci_store *store, struct smc_error *err);

/* ---- spaces: store_list.c ---- */

/* Finds the space; where there is none, makes it if `is_write`, else gives NULL. Borrowed until the
 * next such call. */
enum smc_status smci_space_find(struct smci_store *store, enum smci_space_type type,
                                const char *name, bool is_write, struct smci_space **space,
                                struct smc_error *err);

/* The keys of a space's numbers are first + 1 to last. */
int64_t smci_space_first_key(int64_t id);
int64_t smci_space_last_key(int64_t id);

/* Runs `sql`, which removes a range of keys, for each space of the type; the spaces stay, empty. */
enum smc_status smci_spaces_clear(struct smci_store *store, enum smci_space_type type,
                                  const char *sql, struct smc_error *err);

#endif
