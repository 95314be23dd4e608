#include "database.h"

#include <stdlib.h>
#include <string.h>

static const char space_add_sql[] = "INSERT INTO space(scope, type, name) VALUES(?, ?, ?)";
static const char space_find_sql[] =
    "SELECT id FROM space WHERE scope = ? AND type = ? AND name = ?";
static const char space_next_sql[] = "SELECT id FROM space WHERE scope = ? AND type = ? AND id > ?"
                                     " ORDER BY id LIMIT 1";
static const char answer_last_sql[] = "SELECT max(key) FROM answer WHERE key BETWEEN ? AND ?";
static const char item_last_sql[] = "SELECT max(key) FROM item WHERE key BETWEEN ? AND ?";
static const char item_add_sql[] =
    "INSERT INTO item(key, space, id, tag, name) VALUES(?, ?, ?, ?, ?)"
    " ON CONFLICT(space, id) DO NOTHING";
static const char item_next_sql[] = "SELECT key, id, tag, name FROM item WHERE key > ? AND key <= ?"
                                    " ORDER BY key LIMIT 1";
static const char item_find_sql[] =
    "SELECT key, id, tag, name FROM item WHERE space = ? AND id = ?";
static const char items_clear_sql[] = "DELETE FROM item WHERE key BETWEEN ? AND ?";

#define SPACE_MAX (INT64_MAX / (SMCI_NUMBER_MAX + 1) - 1)

/* ---- spaces ---- */

int64_t smci_space_first_key(int64_t id)
{
    return id * (SMCI_NUMBER_MAX + 1);
}

int64_t smci_space_last_key(int64_t id)
{
    return smci_space_first_key(id) + SMCI_NUMBER_MAX;
}

static enum smc_status remember_space(struct smci_store *store, enum smci_space_type type,
                                      const char *name, int64_t id, struct smc_error *err)
{
    int64_t last = 0;
    if (id < 1 || id > SPACE_MAX)
        return smci_store_damaged(store, err);
    const char *sql = type == SMCI_SPACE_LIST ? item_last_sql : answer_last_sql;
    enum smc_status rc = smci_store_number(store, err, &last, sql, smci_space_first_key(id),
                                           smci_space_last_key(id));
    if (rc != SMC_OK)
        return rc;
    struct smci_space *all = reallocarray(store->spaces, store->space_count + 1, sizeof *all);
    if (!all)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", store->path);
    store->spaces = all;
    struct smci_space *space = &all[store->space_count++];
    *space = (struct smci_space){.type = type, .id = id, .last = last & SMCI_NUMBER_MAX};
    (void)memcpy(space->name, name, strlen(name));
    return SMC_OK;
}

enum smc_status smci_space_find(struct smci_store *store, enum smci_space_type type,
                                const char *name, bool is_write, struct smci_space **space,
                                struct smc_error *err)
{
    *space = NULL;
    for (size_t i = 0; i < store->space_count; i++) {
        if (store->spaces[i].type == type && strcmp(store->spaces[i].name, name) == 0) {
            *space = &store->spaces[i];
            return SMC_OK;
        }
    }
    if (strlen(name) >= sizeof store->spaces->name)
        return smc_error_set(err, SMC_ERR_INTERNAL, "\"%s\" is too long for a kind or a list",
                             name);
    int64_t id = 0;
    struct sqlite3_stmt *row = NULL;
    enum smc_status rc = smci_store_query(store, err, &row, space_find_sql, "iit", store->scope,
                                          (int64_t)type, name);
    if (rc != SMC_OK || (!row && !is_write))
        return rc;
    if (row) {
        id = smci_row_int(row, 0);
        smci_row_done(row);
    } else {
        rc = smci_store_run(store, err, space_add_sql, "iit", store->scope, (int64_t)type, name);
        id = smci_store_last_id(store);
    }
    if (rc == SMC_OK)
        rc = remember_space(store, type, name, id, err);
    if (rc == SMC_OK)
        *space = &store->spaces[store->space_count - 1];
    return rc;
}

enum smc_status smci_spaces_clear(struct smci_store *store, enum smci_space_type type,
                                  const char *sql, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int64_t id = 0, next; rc == SMC_OK; id = next) {
        next = 0;
        struct sqlite3_stmt *row = NULL;
        rc = smci_store_query(store, err, &row, space_next_sql, "iii", store->scope, (int64_t)type,
                              id);
        if (row) {
            next = smci_row_int(row, 0);
            smci_row_done(row);
        }
        if (next < 1 || next > SPACE_MAX)
            break;
        rc = smci_store_run(store, err, sql, "ii", smci_space_first_key(next),
                            smci_space_last_key(next));
    }
    for (size_t i = 0; rc == SMC_OK && i < store->space_count; i++)
        if (store->spaces[i].type == type)
            store->spaces[i].last = 0;
    return rc;
}

/* ---- lists ---- */

enum smc_status smci_list_add(struct smci_store *store, const char *list, const char *id,
                              const char *tag, const char *name, bool *added, struct smc_error *err)
{
    struct smci_space *space = NULL;
    if (added)
        *added = false;
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_LIST, list, true, &space, err);
    if (!space)
        return rc;
    rc = smci_store_run(store, err, item_add_sql, "iittt",
                        smci_space_first_key(space->id) + space->last + 1, space->id, id,
                        tag ? tag : "", name ? name : "");
    if (rc != SMC_OK)
        return rc;
    bool is_new = smci_store_has_changed(store);
    space->last += is_new;
    if (added)
        *added = is_new;
    return smci_store_end(store, SMCI_WEIGHT_ITEM, err);
}

/* Copies the row of an item, so that nothing of SQLite's is held until the next call. */
static enum smc_status take_item(struct smci_store *store, struct sqlite3_stmt *row, bool *found,
                                 struct smci_item *item, struct smc_error *err)
{
    size_t starts[3] = {0, 0, 0};
    enum smc_status rc = SMC_OK;
    smc_buf_reset(&store->item);
    item->position = smci_row_int(row, 0) & SMCI_NUMBER_MAX;
    for (int i = 0; rc == SMC_OK && i < 3; i++) {
        const char *text = smci_row_text(row, i + 1);
        starts[i] = store->item.len;
        rc = text ? smc_buf_add(&store->item, text, strlen(text) + 1) : SMC_ERR_NOMEM;
    }
    smci_row_done(row);
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
    struct smci_space *space = NULL;
    struct sqlite3_stmt *row = NULL;
    *found = false;
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_LIST, list, false, &space, err);
    if (rc != SMC_OK || !space || after >= space->last)
        return rc;
    rc = smci_store_query(store, err, &row, item_next_sql, "ii",
                          smci_space_first_key(space->id) + (after > 0 ? after : 0),
                          smci_space_last_key(space->id));
    return row ? take_item(store, row, found, item, err) : rc;
}

enum smc_status smci_list_find(struct smci_store *store, const char *list, const char *id,
                               bool *found, struct smci_item *item, struct smc_error *err)
{
    struct smci_space *space = NULL;
    struct sqlite3_stmt *row = NULL;
    *found = false;
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_LIST, list, false, &space, err);
    if (rc == SMC_OK && space)
        rc = smci_store_query(store, err, &row, item_find_sql, "it", space->id, id);
    return row ? take_item(store, row, found, item, err) : rc;
}

enum smc_status smci_list_count(struct smci_store *store, const char *list, int64_t *count,
                                struct smc_error *err)
{
    struct smci_space *space = NULL;
    *count = 0;
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_LIST, list, false, &space, err);
    /* Items are numbered from 1 without gaps, and only ever removed all together. */
    if (rc == SMC_OK && space)
        *count = space->last;
    return rc;
}

enum smc_status smci_list_clear(struct smci_store *store, const char *list, struct smc_error *err)
{
    struct smci_space *space = NULL;
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_LIST, list, false, &space, err);
    if (rc == SMC_OK && space) {
        rc = smci_store_run(store, err, items_clear_sql, "ii", smci_space_first_key(space->id),
                            smci_space_last_key(space->id));
        space->last = 0;
    }
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ITEM, err) : rc;
}

enum smc_status smci_store_forget_lists(struct smci_store *store, struct smc_error *err)
{
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_spaces_clear(store, SMCI_SPACE_LIST, items_clear_sql, err);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ITEM, err) : rc;
}
