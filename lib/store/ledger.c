#include "ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/dir.h"

#include "database.h"
#include "store.h"

#define NAME "uploads.db"

/* The key grows with each acceptance, so that it is the order. */
static const char first_format[] =
    "CREATE TABLE upload(key INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL,"
    " path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, time INTEGER NOT NULL,"
    " sha256 TEXT NOT NULL);";

/* Likewise. What an older program has recorded says of no set whose it was. */
static const char sets_format[] =
    "CREATE TABLE accepted_set(key INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL,"
    " source TEXT NOT NULL, name TEXT NOT NULL, organization TEXT NOT NULL, host TEXT NOT NULL,"
    " time INTEGER NOT NULL, UNIQUE(endpoint, source, name));";

static const struct smci_format formats[] = {{first_format, NULL}, {sets_format, NULL}};
#define FORMAT_OF_SETS 2

static const struct smci_database database = {.name = NAME,
                                              .formats = formats,
                                              .format = sizeof formats / sizeof formats[0],
                                              .loss = "sent again",
                                              .is_exclusive = false};

static const char put_sql[] =
    "INSERT OR REPLACE INTO upload(source, path, size, time, sha256) VALUES(?, ?, ?, ?, ?)";
static const char find_sql[] = "SELECT key FROM upload WHERE path = ? AND size = ? AND sha256 = ?";
/* Every path of the place is between it and what follows all that can be behind it. */
static const char last_other_sql[] =
    "SELECT max(key) FROM upload WHERE path > ?1 AND path < ?1 || char(1114111)"
    " AND substr(path, length(?1) + 1) GLOB '[0-9]*-*'"
    " AND substr(path, length(?1) + 1, length(?2) + 1) <> ?2 || '-'";
static const char next_sql[] =
    "SELECT key, source, path, size, time, sha256 FROM upload"
    " WHERE key > ?1 AND (?2 IS NULL OR source = ?2) ORDER BY key LIMIT 1";
/* What the set before was known for goes on where nothing speaks against it: a set that says less
 * must not open the source to every organisation of its host. */
#define BEFORE(column)                                                                             \
    "(SELECT " column " FROM accepted_set WHERE key ="                                             \
    " (SELECT max(key) FROM accepted_set WHERE endpoint = ?1 AND source = ?2)"                     \
    " AND (?5 = '' OR host = ?5 OR host = ''))"
static const char put_set_sql[] =
    "INSERT OR REPLACE INTO accepted_set(endpoint, source, name, organization, host, time)"
    " VALUES(?1, ?2, ?3, coalesce(nullif(?4, ''), " BEFORE(
        "organization") ", ''),"
                        " coalesce(nullif(?5, ''), " BEFORE("host") ", ''), ?6)";
static const char has_given_sql[] =
    "SELECT 1 FROM accepted_set WHERE endpoint = ? AND source = ? AND organization = ?";
static const char next_source_sql[] =
    "SELECT max(key), source, name, organization, host, time FROM accepted_set"
    " WHERE endpoint = ?1 GROUP BY source HAVING max(key) > ?2 ORDER BY 1 LIMIT 1";

/* What is put, until it is written. */
#define TEXTS_MAX 5
struct waiting {
    bool is_set;
    int64_t size;
    int64_t time_s;
    size_t at; /* in `texts`: each is ended by its NUL */
};

struct smci_ledger {
    struct smci_store *store;
    int64_t format; /* of the file */
    bool is_reading;
    struct waiting *waiting;
    size_t waiting_count;
    struct smc_buf texts; /* of what waits */
    size_t allocated;
};

static enum smc_status is_there(const char *directory, bool *answer, struct smc_error *err)
{
    char *path = smci_dir_path(directory, NAME);
    if (!path)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    enum smc_status rc = SMC_OK;
    *answer = access(path, F_OK) == 0;
    if (!*answer && errno != ENOENT)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read", path);
    free(path);
    return rc;
}

enum smc_status smci_ledger_open(struct smci_ledger **ledger, const char *directory, bool is_making,
                                 struct smc_error *err)
{
    bool is_wanted = true;
    *ledger = NULL;
    enum smc_status rc = is_making ? SMC_OK : is_there(directory, &is_wanted, err);
    if (rc != SMC_OK || !is_wanted)
        return rc;
    struct smci_ledger *made = calloc(1, sizeof *made);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    made->is_reading = !is_making;
    smc_buf_init(&made->texts, SIZE_MAX);
    made->format = database.format;
    rc = is_making ? smci_database_open(&made->store, directory, &database, NULL, err)
                   : smci_database_read(&made->store, directory, &database, &made->format, err);
    if (rc == SMC_OK && made->format > 0) {
        *ledger = made;
        return SMC_OK;
    }
    /* Who made the file has not come so far as to put anything into it. */
    smci_store_close(made->store);
    free(made);
    return rc;
}

static void forget_waiting(struct smci_ledger *ledger)
{
    smc_buf_reset(&ledger->texts);
    ledger->waiting_count = 0;
}

void smci_ledger_close(struct smci_ledger *ledger)
{
    if (!ledger)
        return;
    (void)smci_ledger_flush(ledger, NULL);
    free(ledger->waiting);
    smc_buf_clear(&ledger->texts);
    smci_store_close(ledger->store);
    free(ledger);
}

/* ---- writing ---- */

/* `texts` ends with NULL. */
static enum smc_status add_waiting(struct smci_ledger *ledger, struct waiting waiting,
                                   const char *const *texts, struct smc_error *err)
{
    if (!ledger || ledger->is_reading)
        return smc_error_set(err, SMC_ERR_INTERNAL, "no ledger is open for writing");
    if (ledger->waiting_count == ledger->allocated) {
        size_t more = ledger->allocated ? ledger->allocated * 2 : 64;
        struct waiting *all = reallocarray(ledger->waiting, more, sizeof *all);
        if (!all)
            return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
        ledger->waiting = all;
        ledger->allocated = more;
    }
    waiting.at = ledger->texts.len;
    for (; *texts; texts++)
        (void)smc_buf_add(&ledger->texts, *texts, strlen(*texts) + 1);
    if (smc_buf_status(&ledger->texts) != SMC_OK)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    ledger->waiting[ledger->waiting_count++] = waiting;
    return smci_store_status(ledger->store, err);
}

enum smc_status smci_ledger_put(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                struct smc_error *err)
{
    const char *const texts[] = {entry->source_id, entry->path, entry->sha256, NULL};
    return add_waiting(ledger, (struct waiting){false, entry->size, entry->time_s, 0}, texts, err);
}

enum smc_status smci_ledger_put_set(struct smci_ledger *ledger, const struct smci_ledger_set *set,
                                    struct smc_error *err)
{
    const char *const texts[] = {set->endpoint,     set->source_id, set->name,
                                 set->organization, set->host,      NULL};
    return add_waiting(ledger, (struct waiting){true, 0, set->time_s, 0}, texts, err);
}

static void write_one(struct smci_ledger *ledger, const struct waiting *one)
{
    const char *text[TEXTS_MAX] = {ledger->texts.data + one->at};
    for (int i = 1; i < (one->is_set ? 5 : 3); i++)
        text[i] = text[i - 1] + strlen(text[i - 1]) + 1;
    if (one->is_set)
        smci_store_run(ledger->store, put_set_sql, "ttttti", text[0], text[1], text[2], text[3],
                       text[4], one->time_s);
    else
        smci_store_run(ledger->store, put_sql, "ttiit", text[0], text[1], one->size, one->time_s,
                       text[2]);
}

size_t smci_ledger_waiting(const struct smci_ledger *ledger)
{
    return ledger ? ledger->waiting_count : 0;
}

enum smc_status smci_ledger_flush(struct smci_ledger *ledger, struct smc_error *err)
{
    if (!ledger)
        return SMC_OK;
    if (ledger->waiting_count > 0) {
        smci_store_execute(ledger->store, "BEGIN IMMEDIATE");
        for (size_t i = 0; i < ledger->waiting_count; i++)
            write_one(ledger, &ledger->waiting[i]);
        smci_store_execute(ledger->store, "COMMIT");
        forget_waiting(ledger);
    }
    return smci_store_status(ledger->store, err);
}

/* ---- reading ---- */

enum smc_status smci_ledger_find(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                 int64_t *number, struct smc_error *err)
{
    *number = 0;
    if (!ledger || smci_ledger_flush(ledger, err) != SMC_OK)
        return ledger ? smci_store_status(ledger->store, NULL) : SMC_OK;
    (void)smci_store_number(ledger->store, number, find_sql, "tit", entry->path, entry->size,
                            entry->sha256);
    return smci_store_status(ledger->store, err);
}

enum smc_status smci_ledger_last_other(struct smci_ledger *ledger, const char *place,
                                       const char *name, int64_t *number, struct smc_error *err)
{
    *number = 0;
    if (!ledger || smci_ledger_flush(ledger, err) != SMC_OK)
        return ledger ? smci_store_status(ledger->store, NULL) : SMC_OK;
    (void)smci_store_number(ledger->store, number, last_other_sql, "tt", place, name);
    return smci_store_status(ledger->store, err);
}

enum smc_status smci_ledger_has_given(struct smci_ledger *ledger, const struct smci_ledger_set *set,
                                      bool *found, struct smc_error *err)
{
    int64_t one;
    *found = false;
    if (!ledger || ledger->format < FORMAT_OF_SETS)
        return SMC_OK;
    *found = smci_store_number(ledger->store, &one, has_given_sql, "ttt", set->endpoint,
                               set->source_id, set->organization);
    return smci_store_status(ledger->store, err);
}

enum smc_status smci_ledger_each(struct smci_ledger *ledger, const char *source_id,
                                 smci_ledger_fn *fn, void *ctx, struct smc_error *err)
{
    int64_t key = 0;
    struct sqlite3_stmt *row;
    enum smc_status rc = SMC_OK;
    while (ledger && rc == SMC_OK &&
           (row = smci_store_query(ledger->store, next_sql, "it", key, source_id))) {
        struct smci_ledger_entry entry = {.source_id = smci_store_text(ledger->store, row, 1),
                                          .path = smci_store_text(ledger->store, row, 2),
                                          .size = smci_row_int(row, 3),
                                          .time_s = smci_row_int(row, 4),
                                          .sha256 = smci_store_text(ledger->store, row, 5)};
        key = smci_row_int(row, 0);
        rc = smci_store_status(ledger->store, err);
        if (rc == SMC_OK)
            rc = fn(ctx, &entry);
        smci_row_done(row);
    }
    return rc == SMC_OK && ledger ? smci_store_status(ledger->store, err) : rc;
}

enum smc_status smci_ledger_each_source(struct smci_ledger *ledger, const char *endpoint,
                                        smci_ledger_set_fn *fn, void *ctx, struct smc_error *err)
{
    int64_t key = 0;
    struct sqlite3_stmt *row;
    enum smc_status rc = SMC_OK;
    if (!ledger || ledger->format < FORMAT_OF_SETS)
        return SMC_OK;
    while (rc == SMC_OK &&
           (row = smci_store_query(ledger->store, next_source_sql, "ti", endpoint, key))) {
        struct smci_ledger_set set = {.endpoint = endpoint,
                                      .source_id = smci_store_text(ledger->store, row, 1),
                                      .name = smci_store_text(ledger->store, row, 2),
                                      .organization = smci_store_text(ledger->store, row, 3),
                                      .host = smci_store_text(ledger->store, row, 4),
                                      .time_s = smci_row_int(row, 5)};
        key = smci_row_int(row, 0);
        rc = smci_store_status(ledger->store, err);
        if (rc == SMC_OK)
            rc = fn(ctx, &set);
        smci_row_done(row);
    }
    return rc == SMC_OK ? smci_store_status(ledger->store, err) : rc;
}
