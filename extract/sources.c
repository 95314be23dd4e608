#include "sources.h"

#include "join.h"
#include "key.h"

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

/* Whom the tables are told. */
struct visit {
    source_table_fn *fn;
    void *ctx;
};

static enum smc_status collect_source(struct join *join, struct smc_json_span source,
                                      struct smc_error *err)
{
    bool is_table;
    bool has_id;
    smc_buf_reset(&join->key);
    enum smc_status rc = table_of(source, join->asset, &join->key, &is_table, &has_id);
    const struct visit *visit = join->ctx;
    if (rc == SMC_OK && has_id)
        rc = visit->fn(visit->ctx, join->key.data, smc_buf_str(&join->name), err);
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
        rc = tables_find(join->ctx, join->key.data, &join->text, &path, err);
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

enum smc_status sources_each_table(const struct job *job, enum asset_id asset, source_table_fn *fn,
                                   void *ctx, struct smc_error *err)
{
    struct visit visit = {fn, ctx};
    return join_each_object(job, asset, NULL, collect_object, &visit, err);
}

static enum smc_status want_table(void *ctx, const char *id, const char *user,
                                  struct smc_error *err)
{
    return tables_want(ctx, id, user, err);
}

enum smc_status sources_collect(struct tables *tables, enum asset_id asset, struct smc_error *err)
{
    return sources_each_table(tables->job, asset, want_table, tables, err);
}

enum smc_status sources_write(struct tables *tables, enum asset_id asset, struct smc_error *err)
{
    return join_each_object(tables->job, asset, tables->job->files[asset], write_object, tables,
                            err);
}
