#include "store.h"

#include <string.h>

#include "database.h"

static const char item_add_sql[] =
    "INSERT INTO item(key, space, id, tag, name) VALUES(?, ?, ?, ?, ?)"
    " ON CONFLICT(space, id) DO NOTHING";
static const char item_next_sql[] = "SELECT key, id, tag, name FROM item WHERE key > ? AND key <= ?"
                                    " ORDER BY key LIMIT 1";
static const char item_find_sql[] =
    "SELECT key, id, tag, name FROM item WHERE space = ? AND id = ?";
static const char lists_clear_sql[] =
    "DELETE FROM item WHERE space IN (SELECT id FROM space WHERE scope = ? AND type = ?)";

enum smc_status smci_list_add(struct smci_store *store, const char *list, const char *id,
                              const char *tag, const char *name, bool *added, struct smc_error *err)
{
    smci_store_begin(store);
    struct smci_space *space = smci_space_find(store, SMCI_SPACE_LIST, list, true);
    bool is_new = false;
    if (space) {
        smci_store_run(store, item_add_sql, "iittt",
                       smci_space_first_key(space->id) + space->last + 1, space->id, id,
                       tag ? tag : "", name ? name : "");
        is_new = smci_store_status(store, NULL) == SMC_OK && smci_store_has_changed(store);
        space->last += is_new;
    }
    if (added)
        *added = is_new;
    return smci_store_end(store, SMCI_WEIGHT_ITEM, err);
}

/* Copies the row of an item, so that nothing of SQLite's is held until the next call. */
static enum smc_status take_item(struct smci_store *store, struct sqlite3_stmt *row, bool *found,
                                 struct smci_item *item, struct smc_error *err)
{
    size_t starts[3] = {0, 0, 0};
    smc_buf_reset(&store->item);
    item->position = smci_row_int(row, 0) & SMCI_NUMBER_MAX;
    for (int i = 0; i < 3; i++) {
        const char *text = smci_row_text(row, i + 1);
        starts[i] = store->item.len;
        if (text)
            (void)smc_buf_add(&store->item, text, strlen(text) + 1);
        else
            (void)smc_buf_fail(&store->item, SMC_ERR_NOMEM);
    }
    smci_row_done(row);
    enum smc_status rc = smc_buf_status(&store->item);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s: out of memory", store->path);
    item->id = store->item.data + starts[0];
    item->tag = store->item.data + starts[1];
    item->name = store->item.data + starts[2];
    *found = true;
    return SMC_OK;
}

enum smc_status smci_list_next(struct smci_store *store, const char *list, int64_t after,
                               bool *found, struct smci_item *item, struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    *found = false;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_LIST, list, false);
    if (space && after < space->last)
        row = smci_store_query(store, item_next_sql, "ii",
                               smci_space_first_key(space->id) + (after > 0 ? after : 0),
                               smci_space_last_key(space->id));
    return row ? take_item(store, row, found, item, err) : smci_store_status(store, err);
}

enum smc_status smci_list_find(struct smci_store *store, const char *list, const char *id,
                               bool *found, struct smci_item *item, struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    *found = false;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_LIST, list, false);
    if (space)
        row = smci_store_query(store, item_find_sql, "it", space->id, id);
    return row ? take_item(store, row, found, item, err) : smci_store_status(store, err);
}

enum smc_status smci_store_forget_lists(struct smci_store *store, struct smc_error *err)
{
    smci_store_begin(store);
    smci_store_run(store, lists_clear_sql, "ii", store->scope, (int64_t)SMCI_SPACE_LIST);
    for (size_t i = 0; i < store->space_count; i++)
        if (store->spaces[i].type == SMCI_SPACE_LIST)
            store->spaces[i].last = 0;
    return smci_store_end(store, SMCI_WEIGHT_ITEM, err);
}
