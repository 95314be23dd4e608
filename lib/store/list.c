#include "store.h"

#include <string.h>

#include "database.h"

static const char item_add_sql[] =
    "INSERT INTO item(key, space, id, tag, name, seal) VALUES(?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(space, id) DO NOTHING";
static const char item_get_sql[] = "SELECT key, id, tag, name, seal FROM item WHERE key = ?";
static const char item_find_sql[] =
    "SELECT key, id, tag, name, seal FROM item WHERE space = ? AND id = ?";
static const char lists_clear_sql[] = "DELETE FROM item";

static int64_t seal_of(struct smci_store *store, const struct smci_space *list, int64_t position,
                       const char *id, const char *tag, const char *name)
{
    smci_seal_begin(store, "item");
    smci_seal_add(store, "tittt", list->name, position, id, tag, name);
    return smci_seal_end(store);
}

enum smc_status smci_list_add(struct smci_store *store, const char *list, const char *id,
                              const char *tag, const char *name, bool *added, struct smc_error *err)
{
    smci_store_begin(store);
    struct smci_space *space = smci_space_find(store, SMCI_SPACE_LIST, list, true);
    bool is_new = false;
    if (space) {
        tag = tag ? tag : "";
        name = name ? name : "";
        smci_store_run(store, item_add_sql, "iittti",
                       smci_space_first_key(space->id) + space->last + 1, space->id, id, tag, name,
                       seal_of(store, space, space->last + 1, id, tag, name));
        is_new = smci_store_status(store, NULL) == SMC_OK && smci_store_has_changed(store);
        space->last += is_new;
    }
    if (added)
        *added = is_new;
    return smci_store_end(store, SMCI_WEIGHT_ITEM, err);
}

/* Copies the row of an item, so that nothing of SQLite's is held until the next call. One that is
 * not what was added is damage, and nothing mends it: the list is of the run that asks. */
static enum smc_status take_item(struct smci_store *store, const struct smci_space *space,
                                 struct sqlite3_stmt *row, struct smci_item *item,
                                 struct smc_error *err)
{
    size_t starts[3] = {0, 0, 0};
    int64_t key = smci_row_int(row, 0);
    int64_t seal = smci_row_int(row, 4);
    smc_buf_reset(&store->item);
    for (int i = 0; i < 3; i++) {
        const char *text = smci_store_text(store, row, i + 1);
        starts[i] = store->item.len;
        (void)smc_buf_add(&store->item, text, strlen(text) + 1);
    }
    smci_row_done(row);
    if (smc_buf_status(&store->item) != SMC_OK) {
        smci_store_fail(store, SMC_ERR_NOMEM, "%s: out of memory", store->path);
        return smci_store_status(store, err);
    }
    item->position = key - smci_space_first_key(space->id);
    item->id = store->item.data + starts[0];
    item->tag = store->item.data + starts[1];
    item->name = store->item.data + starts[2];
    if (seal != seal_of(store, space, item->position, item->id, item->tag, item->name))
        smci_store_damaged(store, "an item of a list is not what was put there");
    return smci_store_status(store, err);
}

enum smc_status smci_list_next(struct smci_store *store, const char *list, int64_t after,
                               bool *found, struct smci_item *item, struct smc_error *err)
{
    *found = false;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_LIST, list, false);
    if (!space || after >= space->last)
        return smci_store_status(store, err);
    struct sqlite3_stmt *row = smci_store_query(
        store, item_get_sql, "i", smci_space_first_key(space->id) + (after > 0 ? after : 0) + 1);
    if (!row)
        smci_store_damaged(store, "an item of a list is not there any more");
    if (!row)
        return smci_store_status(store, err);
    enum smc_status rc = take_item(store, space, row, item, err);
    *found = rc == SMC_OK;
    return rc;
}

enum smc_status smci_list_find(struct smci_store *store, const char *list, const char *id,
                               bool *found, struct smci_item *item, struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_LIST, list, false);
    if (space)
        row = smci_store_query(store, item_find_sql, "it", space->id, id);
    enum smc_status rc =
        row ? take_item(store, space, row, item, err) : smci_store_status(store, err);
    *found = row && rc == SMC_OK;
    return rc;
}

enum smc_status smci_store_forget_lists(struct smci_store *store, struct smc_error *err)
{
    smci_store_begin(store);
    smci_store_run(store, lists_clear_sql, "");
    for (size_t i = 0; i < store->space_count; i++)
        if (store->spaces[i].type == SMCI_SPACE_LIST)
            store->spaces[i].last = 0;
    return smci_store_end(store, SMCI_WEIGHT_ITEM, err);
}
