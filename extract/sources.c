#include "sources.h"

#include "join.h"
#include "key.h"
#include "run.h"

/* ---- data models that are used ---- */

enum smc_status sources_want_lineage(struct run *run, const char *id, struct smc_error *err)
{
    struct smci_item item;
    bool found = false;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addstr(&key, id); /* `id` may be borrowed from the store */
    if (rc == SMC_OK)
        rc = smci_list_find(run->store, asset_of(ASSET_DATAMODELS)->name, key.data, &found, &item,
                            err);
    if (rc == SMC_OK && found) {
        struct smc_buf tag = SMC_BUF_INIT(SMC_BODY_MAX);
        struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
        rc = smc_buf_addstr(&tag, item.tag);
        if (rc == SMC_OK)
            rc = smc_buf_addstr(&name, item.name);
        if (rc == SMC_OK)
            rc = objects_want(&run->objects, ASSET_DATAMODEL_LINEAGE, key.data, smc_buf_str(&tag),
                              smc_buf_str(&name), err);
        smc_buf_clear(&tag);
        smc_buf_clear(&name);
    }
    smc_buf_clear(&key);
    return rc;
}

static enum smc_status note_model(struct run *run, struct smc_json_span id, struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    bool has_id = false;
    bool added = false;
    enum smc_status rc = key_make(id, &key, &has_id);
    if (rc == SMC_OK && has_id)
        rc = smci_list_add(run->store, LIST_USED, key.data, "", "", &added, err);
    if (rc == SMC_OK && added && run->are_models_listed)
        rc = sources_want_lineage(run, key.data, err);
    smc_buf_clear(&key);
    return rc;
}

enum smc_status sources_note_models(struct run *run, struct smc_json_span sources,
                                    struct smc_error *err)
{
    static const char *const names[] = {"type", "dataModelId"};
    struct smc_json_walk walk;
    struct smc_json_span source;
    if (!run->selection.is_asked[ASSET_DATAMODEL_LINEAGE] || !smc_json_walk_begin(&walk, sources))
        return SMC_OK;
    while (smc_json_walk_next(&walk, NULL, &source, err)) {
        struct smc_json_span found[2];
        smc_json_members(source, names, 2, found);
        if (!smc_json_equals(found[0], "data-model"))
            continue;
        enum smc_status rc = note_model(run, found[1], err);
        if (rc != SMC_OK)
            return rc;
    }
    return SMC_OK;
}

/* ---- one source ---- */

/* Appends the key of the table that a source names. `is_table` tells whether it is one at all,
 * `has_id` whether it has an id. */
static enum smc_status table_of(struct smc_json_span source, enum asset_id asset,
                                struct smc_buf *key, bool *is_table, bool *has_id)
{
    const char *const names[] = {"type", asset_of(asset)->table_id_member};
    struct smc_json_span found[2];
    smc_json_members(source, names, 2, found);
    *is_table = smc_json_equals(found[0], "table");
    *has_id = false;
    if (!*is_table || smc_json_type_of(found[1]) != SMC_JSON_STRING)
        return SMC_OK;
    return key_make(found[1], key, has_id);
}

static enum smc_status collect_source(struct join *join, struct smc_json_span source,
                                      struct smc_error *err)
{
    bool is_table;
    bool has_id;
    smc_buf_reset(&join->key);
    enum smc_status rc = table_of(source, join->asset, &join->key, &is_table, &has_id);
    if (rc == SMC_OK && has_id)
        rc = smci_list_add(join->run->store, LIST_TABLES, join->key.data, "", "", NULL, err);
    return rc;
}

static enum smc_status write_table(struct join *join, struct smc_json_span source, bool has_id,
                                   struct smc_error *err)
{
    struct smc_json_span null = {"null", 4};
    struct table_path path = {false, null, null};
    smc_buf_reset(&join->text);
    smc_buf_reset(&join->out);
    enum smc_status rc = SMC_OK;
    if (has_id)
        rc = paths_find(&join->run->paths, join->key.data, &join->text, &path, err);
    if (rc == SMC_OK) {
        const struct smc_json_field members[] = {
            {"connectionId", path.is_resolved ? path.connection_id : null},
            {"path", path.is_resolved ? path.path : null}};
        rc = smc_json_splice(source, members, 2, &join->out);
    }
    if (rc == SMC_OK)
        rc = smci_part_write(join->file, join->out.data, join->out.len, err);
    return rc;
}

static enum smc_status write_source(struct join *join, struct smc_json_span source,
                                    struct smc_error *err)
{
    bool is_table;
    bool has_id;
    enum smc_status rc = join->rows++ ? smci_part_write(join->file, ", ", 2, err) : SMC_OK;
    smc_buf_reset(&join->key);
    if (rc == SMC_OK)
        rc = table_of(source, join->asset, &join->key, &is_table, &has_id);
    if (rc != SMC_OK)
        return rc;
    return is_table ? write_table(join, source, has_id, err)
                    : smci_part_write(join->file, source.p, source.len, err);
}

/* ---- all of them ---- */

static enum smc_status collect_object(struct join *join, struct smc_error *err)
{
    return join->is_read ? join_each_row(join, collect_source, err) : SMC_OK;
}

static enum smc_status write_object(struct join *join, struct smc_error *err)
{
    enum smc_status rc = join_begin_record(join, "{\"asset_id\": ", ", \"sources\": [", err);
    if (rc == SMC_OK && join->is_read)
        rc = join_each_row(join, write_source, err);
    return rc == SMC_OK ? smci_part_write(join->file, "]}", 2, err) : rc;
}

enum smc_status sources_collect(struct run *run, enum asset_id asset, struct smc_error *err)
{
    return join_each_object(run, asset, collect_object, err);
}

enum smc_status sources_write(struct run *run, enum asset_id asset, struct smc_error *err)
{
    return join_each_object(run, asset, write_object, err);
}
