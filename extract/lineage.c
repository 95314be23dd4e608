/* The rules are those of the contract, section 1, "Lineage". A lineage is read whole, all pages,
 * before its first element is resolved, since any entry may come on any page. */
#include "lineage.h"

#include <stdlib.h>
#include <string.h>

#include "base62.h"
#include "join.h"
#include "run.h"

/* The most that one data model's lineage may have, all pages. */
#define LINEAGE_MAX (2 * SMC_BODY_MAX)

/* An entry that an id may stand for, by name, csvId or inodeId. */
struct named {
    size_t key_at; /* of the key's bytes in `keys` */
    size_t key_len;
    size_t order; /* in the lineage: of equals the last one decides */
    struct smc_json_span entry;
    bool is_sql;
};

struct names {
    struct named *all;
    size_t count;
    size_t allocated;
};

struct graph {
    struct join *join;
    struct smc_buf text; /* all pages; the spans point into it */
    struct smc_buf keys;
    struct names queries; /* customSQL by name and csv-upload by csvId */
    struct names tables;  /* by inodeId */
    size_t entries;
    struct smc_buf scratch;
};

static void graph_init(struct graph *graph, struct join *join)
{
    *graph = (struct graph){.join = join};
    smc_buf_init(&graph->text, LINEAGE_MAX);
    smc_buf_init(&graph->keys, LINEAGE_MAX);
    smc_buf_init(&graph->scratch, LINEAGE_MAX);
}

static void graph_clear(struct graph *graph)
{
    smc_buf_clear(&graph->text);
    smc_buf_clear(&graph->keys);
    smc_buf_clear(&graph->scratch);
    free(graph->queries.all);
    free(graph->tables.all);
}

/* ---- reading ---- */

static enum smc_status add_name(struct graph *graph, struct names *names, struct smc_json_span key,
                                struct smc_json_span entry, bool is_sql)
{
    if (smc_json_type_of(key) != SMC_JSON_STRING || key.len <= 2)
        return SMC_OK;
    if (names->count == names->allocated) {
        size_t size = names->allocated ? names->allocated * 2 : 64;
        struct named *all = realloc(names->all, size * sizeof *all);
        if (!all)
            return SMC_ERR_NOMEM;
        names->all = all;
        names->allocated = size;
    }
    size_t at = graph->keys.len;
    enum smc_status rc = smc_json_decode(key, &graph->keys);
    if (rc == SMC_OK)
        names->all[names->count++] =
            (struct named){at, graph->keys.len - at, graph->entries, entry, is_sql};
    return rc;
}

static enum smc_status read_entry(struct graph *graph, struct smc_json_span entry)
{
    static const char *const members[] = {"type", "name", "csvId", "inodeId"};
    struct smc_json_span found[4];
    smc_json_members(entry, members, 4, found);
    graph->entries++;
    if (smc_json_equals(found[0], "customSQL"))
        return add_name(graph, &graph->queries, found[1], entry, true);
    if (smc_json_equals(found[0], "csv-upload"))
        return add_name(graph, &graph->queries, found[2], entry, false);
    if (smc_json_equals(found[0], "table"))
        return add_name(graph, &graph->tables, found[3], entry, false);
    return SMC_OK;
}

static int compare_keys(const char *keys, const struct named *a, const char *key, size_t len)
{
    size_t shorter = a->key_len < len ? a->key_len : len;
    int order = shorter ? memcmp(keys + a->key_at, key, shorter) : 0;
    if (order == 0 && a->key_len != len)
        return a->key_len < len ? -1 : 1;
    return order;
}

static int compare_named(const void *left, const void *right, void *keys)
{
    const struct named *a = left;
    const struct named *b = right;
    int order = compare_keys(keys, a, (const char *)keys + b->key_at, b->key_len);
    if (order == 0 && a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return order;
}

static void sort_names(struct graph *graph, struct names *names)
{
    if (names->count > 1)
        qsort_r(names->all, names->count, sizeof *names->all, compare_named, graph->keys.data);
}

/* The last entry with this key, or NULL. */
static const struct named *find_name(const struct graph *graph, const struct names *names,
                                     const char *key, size_t len)
{
    size_t low = 0;
    size_t high = names->count; /* the first beyond the key is in [low, high] */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(graph->keys.data, &names->all[middle], key, len) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || compare_keys(graph->keys.data, &names->all[low - 1], key, len) != 0)
        return NULL;
    return &names->all[low - 1];
}

/* Calls `fn` for each entry of each page. */
typedef enum smc_status entry_fn(struct graph *graph, struct smc_json_span entry,
                                 struct smc_error *err);

static enum smc_status each_entry(struct graph *graph, entry_fn *fn, struct smc_error *err)
{
    struct smc_json_span page = {graph->text.data, 0};
    struct smc_json_walk pages;
    struct smc_json_walk entries;
    struct smc_json_span entry;
    enum smc_status rc = SMC_OK;
    if (!smc_json_walk_begin(&pages, (struct smc_json_span){graph->text.data, graph->text.len}))
        return SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(&pages, NULL, &page, err))
        if (smc_json_walk_begin(&entries, page))
            while (rc == SMC_OK && smc_json_walk_next(&entries, NULL, &entry, err))
                rc = fn(graph, entry, err);
    return rc;
}

static enum smc_status index_entry(struct graph *graph, struct smc_json_span entry,
                                   struct smc_error *err)
{
    (void)err;
    return read_entry(graph, entry);
}

/* All pages become one text, an array of arrays. */
static enum smc_status graph_read(struct graph *graph, struct smc_error *err)
{
    const struct join *join = graph->join;
    enum smc_status rc = smc_buf_addstr(&graph->text, "[");
    for (int i = 0; rc == SMC_OK && i < join->pages; i++) {
        if (i > 0)
            rc = smc_buf_addstr(&graph->text, ",");
        if (rc == SMC_OK)
            rc = smci_store_page(join->run->store, object_kind((int)join->asset), join->id.data, i,
                                 &graph->text, err);
    }
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&graph->text, "]");
    if (rc == SMC_OK)
        rc = each_entry(graph, index_entry, err);
    sort_names(graph, &graph->queries);
    sort_names(graph, &graph->tables);
    return rc;
}

/* ---- resolving ---- */

/* The id of the table that a source id encodes, if the lineage has it; "" else. */
static void table_of(const struct graph *graph, const char *id, size_t len,
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
    if (!find_name(graph, &graph->tables, table, SMCI_UUID_TEXT_LEN))
        table[0] = '\0';
}

static enum smc_status add_query(const struct named *query, struct smc_buf *out)
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

static enum smc_status add_table(struct graph *graph, const char *table, struct smc_buf *out,
                                 struct smc_error *err)
{
    struct table_path path;
    struct smc_buf *text = &graph->join->text;
    smc_buf_reset(text);
    enum smc_status rc = paths_find(&graph->join->run->paths, table, text, &path, err);
    struct lineage_counts *counts = &graph->join->run->lineage;
    if (rc != SMC_OK || !path.is_resolved) {
        counts->unresolved += rc == SMC_OK;
        return rc;
    }
    struct smc_json_walk parts;
    if (!smc_json_walk_begin(&parts, path.path) || !smc_json_walk_next(&parts, NULL, NULL, NULL)) {
        counts->empty++;
        return SMC_OK;
    }
    counts->tables++;
    return smc_buf_addf(out, "{\"type\": \"table\", \"path\": %.*s, \"connectionId\": %.*s}",
                        (int)path.path.len, path.path.p, (int)path.connection_id.len,
                        path.connection_id.p);
}

/* Appends what one source id stands for, after a comma if anything is before it. */
static enum smc_status add_source(struct graph *graph, struct smc_json_span id,
                                  struct smc_error *err)
{
    struct smc_buf *key = &graph->join->key;
    struct smc_buf *out = &graph->join->out;
    smc_buf_reset(key);
    smc_buf_reset(out);
    if (smc_json_type_of(id) != SMC_JSON_STRING)
        return SMC_OK;
    enum smc_status rc = smc_json_decode(id, key);
    if (rc != SMC_OK)
        return rc;
    const struct named *query = find_name(graph, &graph->queries, smc_buf_str(key), key->len);
    struct lineage_counts *counts = &graph->join->run->lineage;
    if (query) {
        counts->queries += query->is_sql;
        counts->uploads += !query->is_sql;
        return query->is_sql ? add_query(query, out) : SMC_OK;
    }
    char table[SMCI_UUID_TEXT_LEN + 1];
    table_of(graph, smc_buf_str(key), key->len, table);
    counts->foreign += !table[0];
    return table[0] ? add_table(graph, table, out, err) : SMC_OK;
}

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

/* ---- the two passes ---- */

static enum smc_status collect_entry(struct graph *graph, struct smc_json_span entry,
                                     struct smc_error *err)
{
    struct smc_json_span element;
    struct smc_json_span ids;
    struct smc_json_span id;
    struct smc_json_walk walk;
    struct smc_buf *key = &graph->join->key;
    enum smc_status rc = SMC_OK;
    if (!read_element(entry, &element, &ids) || smc_json_type_of(ids) != SMC_JSON_ARRAY ||
        !smc_json_walk_begin(&walk, ids))
        return SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &id, err)) {
        char table[SMCI_UUID_TEXT_LEN + 1];
        if (smc_json_type_of(id) != SMC_JSON_STRING)
            continue;
        smc_buf_reset(key);
        rc = smc_json_decode(id, key);
        if (rc != SMC_OK || find_name(graph, &graph->queries, smc_buf_str(key), key->len))
            continue;
        table_of(graph, smc_buf_str(key), key->len, table);
        if (table[0])
            rc = smci_list_add(graph->join->run->store, LIST_TABLES, table, "", "", NULL, err);
    }
    return rc;
}

static enum smc_status write_entry(struct graph *graph, struct smc_json_span entry,
                                   struct smc_error *err)
{
    struct smc_json_span element;
    struct smc_json_span ids;
    struct smc_json_span id;
    struct smc_json_walk walk;
    struct join *join = graph->join;
    struct smc_buf *line = &graph->scratch;
    if (!read_element(entry, &element, &ids))
        return SMC_OK;
    smc_buf_reset(line);
    enum smc_status rc = smc_buf_addf(line, "%s{\"elementId\": %.*s, \"sources\": [",
                                      join->rows++ ? ", " : "", (int)element.len, element.p);
    bool is_first = true;
    if (rc == SMC_OK && smc_json_type_of(ids) == SMC_JSON_ARRAY && smc_json_walk_begin(&walk, ids))
        while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &id, err)) {
            rc = add_source(graph, id, err);
            if (rc == SMC_OK && join->out.len) {
                rc = smc_buf_addf(line, "%s%s", is_first ? "" : ", ", join->out.data);
                is_first = false;
            }
        }
    if (rc == SMC_OK)
        rc = smc_buf_addstr(line, "]}");
    return rc == SMC_OK ? smci_part_write(join->file, line->data, line->len, err) : rc;
}

static enum smc_status collect_object(struct join *join, struct smc_error *err)
{
    struct graph graph;
    if (!join->is_read)
        return SMC_OK;
    graph_init(&graph, join);
    enum smc_status rc = graph_read(&graph, err);
    if (rc == SMC_OK)
        rc = each_entry(&graph, collect_entry, err);
    graph_clear(&graph);
    return rc;
}

static enum smc_status write_object(struct join *join, struct smc_error *err)
{
    struct graph graph;
    if (!join->is_read)
        return SMC_OK;
    graph_init(&graph, join);
    enum smc_status rc = graph_read(&graph, err);
    if (rc == SMC_OK && graph.entries > 0) {
        rc = join_begin_record(join, "{\"dataModelId\": ", ", \"elements\": [", err);
        if (rc == SMC_OK)
            rc = each_entry(&graph, write_entry, err);
        if (rc == SMC_OK)
            rc = smci_part_write(join->file, "]}", 2, err);
    }
    graph_clear(&graph);
    return rc;
}

enum smc_status lineage_collect(struct run *run, struct smc_error *err)
{
    return join_each_object(run, ASSET_DATAMODEL_LINEAGE, collect_object, err);
}

enum smc_status lineage_write(struct run *run, struct smc_error *err)
{
    return join_each_object(run, ASSET_DATAMODEL_LINEAGE, write_object, err);
}
