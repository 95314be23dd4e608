#include "lineage_graph.h"

#include <stdlib.h>
#include <string.h>

#include "stored.h"

static enum smc_status add_name(struct lineage_graph *graph, struct lineage_names *names,
                                struct smc_json_span key, struct smc_json_span entry, bool is_sql)
{
    if (smc_json_type_of(key) != SMC_JSON_STRING || key.len <= 2)
        return SMC_OK;
    if (names->count == names->allocated) {
        size_t size = names->allocated ? names->allocated * 2 : 64;
        struct lineage_name *all = realloc(names->all, size * sizeof *all);
        if (!all)
            return SMC_ERR_NOMEM;
        names->all = all;
        names->allocated = size;
    }
    size_t at = graph->keys.len;
    enum smc_status rc = smc_json_decode(key, &graph->keys);
    if (rc == SMC_OK)
        names->all[names->count++] =
            (struct lineage_name){at, graph->keys.len - at, graph->entries, entry, is_sql};
    return rc;
}

static enum smc_status index_entry(void *ctx, struct smc_json_span entry, struct smc_error *err)
{
    static const char *const members[] = {"type", "name", "csvId", "inodeId"};
    struct lineage_graph *graph = ctx;
    struct smc_json_span found[4];
    (void)err;
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

static int compare_keys(const char *keys, const struct lineage_name *a, const char *key, size_t len)
{
    size_t shorter = a->key_len < len ? a->key_len : len;
    int order = shorter ? memcmp(keys + a->key_at, key, shorter) : 0;
    if (order == 0 && a->key_len != len)
        return a->key_len < len ? -1 : 1;
    return order;
}

static int compare_named(const void *left, const void *right, void *keys)
{
    const struct lineage_name *a = left;
    const struct lineage_name *b = right;
    int order = compare_keys(keys, a, (const char *)keys + b->key_at, b->key_len);
    if (order == 0 && a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return order;
}

static void sort_names(struct lineage_graph *graph, struct lineage_names *names)
{
    if (names->count > 1)
        qsort_r(names->all, names->count, sizeof *names->all, compare_named, graph->keys.data);
}

const struct lineage_name *lineage_find(const struct lineage_graph *graph,
                                        const struct lineage_names *names, const char *key,
                                        size_t len)
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

enum smc_status lineage_each_entry(const struct lineage_graph *graph, lineage_entry_fn *fn,
                                   void *ctx, struct smc_error *err)
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
                rc = fn(ctx, entry, err);
    return rc;
}

/* All pages become one text, an array of arrays. */
enum smc_status lineage_graph_read(struct lineage_graph *graph, const struct join *join,
                                   struct smc_error *err)
{
    *graph = (struct lineage_graph){.entries = 0};
    smc_buf_init(&graph->text, LINEAGE_MAX);
    smc_buf_init(&graph->keys, LINEAGE_MAX);
    (void)smc_buf_addstr(&graph->text, "[");
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < join->pages; i++) {
        (void)smc_buf_addstr(&graph->text, i > 0 ? "," : "");
        rc = stored_page(join->job->store, asset_of(join->asset)->name, join->id.data, i,
                         SMC_JSON_ARRAY, &graph->text, err);
    }
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&graph->text, "]");
    if (rc == SMC_OK)
        rc = lineage_each_entry(graph, index_entry, graph, err);
    sort_names(graph, &graph->queries);
    sort_names(graph, &graph->tables);
    return rc;
}

void lineage_graph_clear(struct lineage_graph *graph)
{
    smc_buf_clear(&graph->text);
    smc_buf_clear(&graph->keys);
    free(graph->queries.all);
    free(graph->tables.all);
}
