#include "lineage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "extract/fields/base62.h"
#include "join.h"
#include "lineage_graph.h"

/* One data model at work. */
struct model {
    struct join *join;
    struct lineage *lineage;
    struct lineage_graph graph;
    struct smc_buf line;
    int64_t odd; /* elements whose references are not a list of texts */
};

/* ---- resolving ---- */

/* The id of the table that a source id encodes, if the lineage has it; "" else. */
static void table_of(const struct lineage_graph *graph, const char *id, size_t len,
                     char table[SMCI_UUID_TEXT_LEN + 1])
{
    unsigned char uuid[SMCI_UUID_BYTES];
    table[0] = '\0';
    if (len >= 6 && memcmp(id, "inode-", 6) == 0) {
        id += 6;
        len -= 6;
    }
    const char *slash = memchr(id, '/', len);
    if (slash)
        len = (size_t)(slash - id);
    if (!base62_decode(id, len, uuid))
        return;
    smci_uuid_print(uuid, table);
    if (!lineage_find(graph, &graph->tables, table, SMCI_UUID_TEXT_LEN))
        table[0] = '\0';
}

static enum smc_status add_query(const struct lineage_name *query, struct smc_buf *out)
{
    static const char *const members[] = {"definition", "connectionId"};
    struct smc_json_span found[2];
    smc_json_members(query->entry, members, 2, found);
    return smc_buf_addf(out,
                        "{\"type\": \"custom-sql\", \"definition\": %.*s, "
                        "\"connectionId\": %.*s}",
                        found[0].p ? (int)found[0].len : 4, found[0].p ? found[0].p : "null",
                        found[1].p ? (int)found[1].len : 4, found[1].p ? found[1].p : "null");
}

static enum smc_status add_table(struct model *model, const char *table, struct smc_buf *out,
                                 struct smc_error *err)
{
    struct table_path path;
    struct smc_json_walk parts;
    struct smc_buf *text = &model->join->text;
    struct lineage_counts *counts = &model->lineage->counts;
    smc_buf_reset(text);
    enum smc_status rc = tables_find(model->lineage->tables, table, text, &path, err);
    if (rc != SMC_OK || !path.is_resolved) {
        counts->unresolved += rc == SMC_OK;
        return rc;
    }
    if (!smc_json_walk_begin(&parts, path.path) || !smc_json_walk_next(&parts, NULL, NULL, NULL)) {
        counts->empty++;
        return SMC_OK;
    }
    counts->tables++;
    return smc_buf_addf(out, "{\"type\": \"table\", \"path\": %.*s, \"connectionId\": %.*s}",
                        (int)path.path.len, path.path.p, (int)path.connection_id.len,
                        path.connection_id.p);
}

/* What a source id stands for: a query, or the table whose id is in `table` ("": neither). */
static enum smc_status find_source(struct model *model, struct smc_json_span id,
                                   const struct lineage_name **query,
                                   char table[SMCI_UUID_TEXT_LEN + 1])
{
    struct smc_buf *key = &model->join->key;
    const struct lineage_graph *graph = &model->graph;
    table[0] = '\0';
    smc_buf_reset(key);
    enum smc_status rc = smc_json_decode(id, key);
    *query = rc == SMC_OK ? lineage_find(graph, &graph->queries, smc_buf_str(key), key->len) : NULL;
    if (rc == SMC_OK && !*query)
        table_of(graph, smc_buf_str(key), key->len, table);
    return rc;
}

/* Puts the object for a source id into `join->out`; nothing where the file has none for it. */
static enum smc_status make_source(struct model *model, struct smc_json_span id,
                                   struct smc_error *err)
{
    struct lineage_counts *counts = &model->lineage->counts;
    struct smc_buf *out = &model->join->out;
    const struct lineage_name *query;
    char table[SMCI_UUID_TEXT_LEN + 1];
    smc_buf_reset(out);
    enum smc_status rc = find_source(model, id, &query, table);
    if (rc != SMC_OK)
        return rc;
    if (query) {
        counts->queries += query->is_sql;
        counts->uploads += !query->is_sql;
        return query->is_sql ? add_query(query, out) : SMC_OK;
    }
    counts->foreign += !table[0];
    return table[0] ? add_table(model, table, out, err) : SMC_OK;
}

/* ---- elements ---- */

/* Of an entry of type element with an elementId: that id and its dataSourceIds. */
static bool read_element(struct smc_json_span entry, struct smc_json_span *id,
                         struct smc_json_span *sources)
{
    static const char *const members[] = {"type", "elementId", "dataSourceIds"};
    struct smc_json_span found[3];
    smc_json_members(entry, members, 3, found);
    *id = found[1];
    *sources = found[2];
    enum smc_json_type type = smc_json_type_of(found[1]);
    return smc_json_equals(found[0], "element") &&
           (type == SMC_JSON_NUMBER || (type == SMC_JSON_STRING && found[1].len > 2));
}

/* Calls `fn` for each of an element's source ids that is a text. */
typedef enum smc_status id_fn(struct model *model, struct smc_json_span id, struct smc_error *err);

static enum smc_status each_id(struct model *model, struct smc_json_span ids, id_fn *fn,
                               struct smc_error *err)
{
    struct smc_json_span id;
    struct smc_json_walk walk;
    enum smc_status rc = SMC_OK;
    if (smc_json_type_of(ids) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, ids))
        return SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &id, err))
        if (smc_json_type_of(id) == SMC_JSON_STRING)
            rc = fn(model, id, err);
    return rc;
}

static enum smc_status collect_id(struct model *model, struct smc_json_span id,
                                  struct smc_error *err)
{
    const struct lineage_name *query;
    char table[SMCI_UUID_TEXT_LEN + 1];
    enum smc_status rc = find_source(model, id, &query, table);
    return rc == SMC_OK && table[0]
               ? tables_want(model->lineage->tables, table, smc_buf_str(&model->join->name), err)
               : rc;
}

/* Texts, or nulls, which stand for nothing; so does no member at all. */
static bool are_texts(struct smc_json_span ids)
{
    struct smc_json_span id;
    struct smc_json_walk walk;
    enum smc_json_type type = smc_json_type_of(ids);
    if (type != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, ids))
        return type == SMC_JSON_NONE || type == SMC_JSON_NULL;
    while (smc_json_walk_next(&walk, NULL, &id, NULL)) {
        type = smc_json_type_of(id);
        if (type != SMC_JSON_STRING && type != SMC_JSON_NULL)
            return false;
    }
    return true;
}

static enum smc_status collect_entry(void *ctx, struct smc_json_span entry, struct smc_error *err)
{
    struct model *model = ctx;
    struct smc_json_span element;
    struct smc_json_span ids;
    if (!read_element(entry, &element, &ids))
        return SMC_OK;
    model->odd += !are_texts(ids);
    return each_id(model, ids, collect_id, err);
}

static enum smc_status write_id(struct model *model, struct smc_json_span id, struct smc_error *err)
{
    struct smc_buf *line = &model->line;
    const struct smc_buf *out = &model->join->out;
    enum smc_status rc = make_source(model, id, err);
    if (rc != SMC_OK || !out->len)
        return rc;
    return smc_buf_addf(line, "%s%s", line->data[line->len - 1] == '[' ? "" : ", ", out->data);
}

static enum smc_status write_entry(void *ctx, struct smc_json_span entry, struct smc_error *err)
{
    struct smc_json_span element;
    struct smc_json_span ids;
    struct model *model = ctx;
    struct smc_buf *line = &model->line;
    if (!read_element(entry, &element, &ids))
        return SMC_OK;
    smc_buf_reset(line);
    enum smc_status rc = smc_buf_addf(line, "%s{\"elementId\": %.*s, \"sources\": [",
                                      model->join->rows++ ? ", " : "", (int)element.len, element.p);
    if (rc == SMC_OK)
        rc = each_id(model, ids, write_id, err);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(line, "]}");
    return rc == SMC_OK ? smci_part_write(model->join->file, line->data, line->len, err) : rc;
}

/* ---- all of them, in two passes ---- */

static enum smc_status note_odd(const struct model *model, struct smc_error *err)
{
    static const char cause[] = "dataSourceIds that are not a list of texts";
    char reason[160];
    const struct smci_item object = {
        .id = smc_buf_str(&model->join->id), .tag = "", .name = smc_buf_str(&model->join->name)};
    const struct gap gap = {
        .http_status = 200, .reason = reason, .cause = cause, .remedy = GAP_NOTHING};
    (void)snprintf(reason, sizeof reason, "%s: sources are lacking of %" PRId64 " of its elements",
                   cause, model->odd);
    return lost_note_unread(model->lineage->lost, model->join->asset, &object, &gap, err);
}

static enum smc_status collect_model(struct model *model, struct smc_error *err)
{
    enum smc_status rc = lineage_each_entry(&model->graph, collect_entry, model, err);
    return rc == SMC_OK && model->odd ? note_odd(model, err) : rc;
}

static enum smc_status write_model(struct model *model, struct smc_error *err)
{
    struct join *join = model->join;
    if (model->graph.entries == 0)
        return SMC_OK;
    enum smc_status rc = join_begin_record(join, "{\"dataModelId\": ", ", \"elements\": [", err);
    if (rc == SMC_OK)
        rc = lineage_each_entry(&model->graph, write_entry, model, err);
    return rc == SMC_OK ? smci_part_write(join->file, "]}", 2, err) : rc;
}

static enum smc_status with_model(struct join *join,
                                  enum smc_status (*fn)(struct model *, struct smc_error *),
                                  struct smc_error *err)
{
    struct model model = {.join = join, .lineage = join->ctx};
    if (!join->is_read)
        return SMC_OK;
    smc_buf_init(&model.line, LINEAGE_MAX);
    enum smc_status rc = lineage_graph_read(&model.graph, join, err);
    if (rc == SMC_OK)
        rc = fn(&model, err);
    lineage_graph_clear(&model.graph);
    smc_buf_clear(&model.line);
    return rc;
}

static enum smc_status collect_object(struct join *join, struct smc_error *err)
{
    return with_model(join, collect_model, err);
}

static enum smc_status write_object(struct join *join, struct smc_error *err)
{
    return with_model(join, write_model, err);
}

enum smc_status lineage_collect(struct lineage *lineage, struct smc_error *err)
{
    return join_each_object(lineage->tables->job, ASSET_DATAMODEL_LINEAGE, NULL, collect_object,
                            lineage, err);
}

enum smc_status lineage_write(struct lineage *lineage, struct smc_error *err)
{
    const struct job *job = lineage->tables->job;
    return join_each_object(job, ASSET_DATAMODEL_LINEAGE, job->files[ASSET_DATAMODEL_LINEAGE],
                            write_object, lineage, err);
}
