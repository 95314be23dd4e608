/* Values: small named texts that outlive a run. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"

static const char value_set_sql[] =
    "INSERT INTO value(scope, name, value, seal) VALUES(?, ?, ?, ?)"
    " ON CONFLICT(scope, name) DO UPDATE SET value = excluded.value, seal = excluded.seal";
static const char value_remove_sql[] = "DELETE FROM value WHERE scope = ? AND name = ?";
static const char value_get_sql[] = "SELECT value, seal FROM value WHERE scope = ? AND name = ?";
static const char unsealed_sql[] =
    "SELECT scope, host, client, name, value FROM value"
    " JOIN scope ON scope.id = value.scope WHERE seal IS NULL LIMIT 1";

static int64_t seal_of(struct smci_store *store, const char *name, const char *value, size_t len)
{
    smci_seal_begin(store, "value");
    smci_seal_add(store, "tb", name, value, len);
    return smci_seal_end(store);
}

enum smc_status smci_store_put_value(struct smci_store *store, const char *name, const char *value,
                                     struct smc_error *err)
{
    smci_store_begin(store);
    if (value)
        smci_store_run(store, value_set_sql, "itti", store->scope, name, value,
                       seal_of(store, name, value, strlen(value)));
    else
        smci_store_run(store, value_remove_sql, "it", store->scope, name);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_store_get_value(struct smci_store *store, const char *name, bool *found,
                                     struct smc_buf *value, struct smc_error *err)
{
    size_t from = value->len;
    smci_store_enter(store);
    struct sqlite3_stmt *row = smci_store_query(store, value_get_sql, "it", store->scope, name);
    *found = row != NULL;
    if (!row)
        return smci_store_status(store, err);
    int64_t seal = smci_row_int(row, 1);
    enum smc_status rc = smci_row_take(store, row, value, err);
    if (rc != SMC_OK || seal == seal_of(store, name, smc_buf_str(value) + from, value->len - from))
        return rc;
    *found = false;
    store->damages++;
    smc_buf_cut(value, from);
    return smci_store_put_value(store, name, NULL, err);
}

/* Seals the first value that has none; false when there is none. */
static bool seal_next(struct smci_store *store)
{
    struct sqlite3_stmt *row = smci_store_query(store, unsealed_sql, "");
    if (!row)
        return false;
    const char *host = smci_store_text(store, row, 1);
    const char *client_id = smci_store_text(store, row, 2);
    const char *name = smci_store_text(store, row, 3);
    const char *value = smci_store_text(store, row, 4);
    smci_seal_scope(store, host, client_id);
    smci_store_run(store, value_set_sql, "itti", smci_row_int(row, 0), name, value,
                   seal_of(store, name, value, strlen(value)));
    smci_row_done(row);
    return store->failed.code == SMC_OK;
}

void smci_values_seal(struct smci_store *store)
{
    while (seal_next(store))
        continue;
}
