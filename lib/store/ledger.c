#include "ledger.h"

#include <errno.h>
#include <stdlib.h>
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

static const struct smci_format formats[] = {{first_format, NULL}};

static const struct smci_database database = {.name = NAME,
                                              .formats = formats,
                                              .format = sizeof formats / sizeof formats[0],
                                              .loss = "sent again",
                                              .is_exclusive = false};

static const char put_sql[] =
    "INSERT OR REPLACE INTO upload(source, path, size, time, sha256) VALUES(?, ?, ?, ?, ?)";
static const char has_sql[] = "SELECT 1 FROM upload WHERE path = ? AND size = ? AND sha256 = ?";
static const char next_sql[] =
    "SELECT key, source, path, size, time, sha256 FROM upload"
    " WHERE key > ?1 AND (?2 IS NULL OR source = ?2) ORDER BY key LIMIT 1";

struct smci_ledger {
    struct smci_store *store;
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
    rc = smci_database_open(&made->store, directory, &database, NULL, err);
    if (rc != SMC_OK) {
        free(made);
        return rc;
    }
    *ledger = made;
    return SMC_OK;
}

void smci_ledger_close(struct smci_ledger *ledger)
{
    if (!ledger)
        return;
    smci_store_close(ledger->store);
    free(ledger);
}

enum smc_status smci_ledger_put(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                struct smc_error *err)
{
    if (!ledger)
        return smc_error_set(err, SMC_ERR_INTERNAL, "no ledger is open");
    smci_store_run(ledger->store, put_sql, "ttiit", entry->source_id, entry->path, entry->size,
                   entry->time_s, entry->sha256);
    return smci_store_status(ledger->store, err);
}

enum smc_status smci_ledger_has(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                bool *found, struct smc_error *err)
{
    int64_t one;
    *found = ledger && smci_store_number(ledger->store, &one, has_sql, "tit", entry->path,
                                         entry->size, entry->sha256);
    return ledger ? smci_store_status(ledger->store, err) : SMC_OK;
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
