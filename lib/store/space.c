/* Spaces: each list and each kind of answers has a range of keys of its own. */
#include "database.h"

#include <stdlib.h>
#include <string.h>

static const char space_add_sql[] = "INSERT INTO space(scope, type, name) VALUES(?, ?, ?)";
static const char space_find_sql[] =
    "SELECT id FROM space WHERE scope = ? AND type = ? AND name = ?";
static const char answer_last_sql[] = "SELECT max(key) FROM answer WHERE key BETWEEN ? AND ?";
static const char item_last_sql[] = "SELECT max(key) FROM item WHERE key BETWEEN ? AND ?";

#define SPACE_MAX (INT64_MAX / (SMCI_NUMBER_MAX + 1) - 1)

int64_t smci_space_first_key(int64_t id)
{
    return id * (SMCI_NUMBER_MAX + 1);
}

int64_t smci_space_last_key(int64_t id)
{
    return smci_space_first_key(id) + SMCI_NUMBER_MAX;
}

static struct smci_space *find_known(struct smci_store *store, enum smci_space_type type,
                                     const char *name)
{
    for (size_t i = 0; i < store->space_count; i++)
        if (store->spaces[i].type == type && strcmp(store->spaces[i].name, name) == 0)
            return &store->spaces[i];
    return NULL;
}

static struct smci_space *remember(struct smci_store *store, enum smci_space_type type,
                                   const char *name, int64_t id)
{
    int64_t last = 0;
    if (id < 1 || id > SPACE_MAX) {
        smci_store_damaged(store, "a list has an impossible number");
        return NULL;
    }
    if (!smci_store_number(store, &last, type == SMCI_SPACE_LIST ? item_last_sql : answer_last_sql,
                           "ii", smci_space_first_key(id), smci_space_last_key(id)))
        return NULL;
    struct smci_space *all = reallocarray(store->spaces, store->space_count + 1, sizeof *all);
    if (!all) {
        smci_store_fail(store, SMC_ERR_NOMEM, "%s: out of memory", store->path);
        return NULL;
    }
    store->spaces = all;
    struct smci_space *space = &all[store->space_count++];
    *space = (struct smci_space){.type = type, .id = id, .last = last & SMCI_NUMBER_MAX};
    (void)memcpy(space->name, name, strlen(name));
    return space;
}

struct smci_space *smci_space_find(struct smci_store *store, enum smci_space_type type,
                                   const char *name, bool is_write)
{
    int64_t id = 0;
    if (store->failed.code != SMC_OK)
        return NULL;
    struct smci_space *space = find_known(store, type, name);
    if (space)
        return space;
    if (strlen(name) >= sizeof space->name) {
        smci_store_fail(store, SMC_ERR_INTERNAL, "\"%s\" is too long for a kind or a list", name);
        return NULL;
    }
    bool has_row =
        smci_store_number(store, &id, space_find_sql, "iit", store->scope, (int64_t)type, name);
    if (!has_row && is_write) {
        smci_store_run(store, space_add_sql, "iit", store->scope, (int64_t)type, name);
        id = smci_store_last_id(store);
    }
    bool is_there = (has_row || is_write) && store->failed.code == SMC_OK;
    return is_there ? remember(store, type, name, id) : NULL;
}
