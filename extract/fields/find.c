#include "find.h"

#include <string.h>

#include "things.h"

static bool is_named(struct graph *graph, const struct field_source *source, uint32_t name,
                     bool is_folded)
{
    for (int i = 0; i < 2; i++) {
        uint32_t own = source->names[i];
        if (own && is_folded)
            own = texts_fold(&graph->texts, own);
        if (own && own == name)
            return true;
    }
    return false;
}

static bool is_same(const struct field_source *a, const struct field_source *b)
{
    return a->kind == b->kind && a->target == b->target;
}

enum found find_source(struct graph *graph, uint32_t element, uint32_t name, bool is_folded,
                       struct field_source *source)
{
    bool has_one = false;
    *source = (struct field_source){.kind = KIND_OTHER, .target = NOWHERE};
    if (element == NOWHERE || !name)
        return FOUND_NONE;
    const struct field_element *e = &graph->elements.all[element];
    if (is_folded)
        name = texts_fold(&graph->texts, name);
    for (uint32_t i = 0; i < e->source_count; i++) {
        const struct field_source *candidate = &graph->sources.all[e->first_source + i];
        if (!is_named(graph, candidate, name, is_folded))
            continue;
        if (has_one && !is_same(candidate, source))
            return FOUND_SEVERAL;
        *source = *candidate;
        has_one = true;
    }
    return has_one ? FOUND_ONE : FOUND_NONE;
}

enum found find_source_any(struct graph *graph, uint32_t element, uint32_t name,
                           struct field_source *source, bool *is_folded)
{
    enum found found = find_source(graph, element, name, false, source);
    *is_folded = found == FOUND_NONE;
    return *is_folded ? find_source(graph, element, name, true, source) : found;
}

bool find_bears(struct graph *graph, uint32_t element, uint32_t name, uint32_t thing,
                bool *is_folded)
{
    const struct field_element *e = &graph->elements.all[element];
    for (int pass = 0; pass < 2; pass++) {
        const uint32_t wanted = pass ? texts_fold(&graph->texts, name) : name;
        *is_folded = pass == 1;
        for (uint32_t i = 0; i < e->source_count; i++) {
            const struct field_source *source = &graph->sources.all[e->first_source + i];
            if (source->kind <= KIND_OTHER && source->target == thing &&
                is_named(graph, source, wanted, *is_folded))
                return true;
        }
    }
    return false;
}

static enum found take(const struct index_row *row, uint32_t count, uint32_t *value)
{
    if (count == 1)
        *value = row->value;
    return count == 0 ? FOUND_NONE : count == 1 ? FOUND_ONE : FOUND_SEVERAL;
}

enum found find_own(struct graph *graph, uint32_t element, uint32_t name, bool with_id,
                    uint32_t *column, bool *is_folded)
{
    uint32_t count = 0;
    *is_folded = false;
    if (element == NOWHERE || !name)
        return FOUND_NONE;
    const struct index_row *row = index_find(&graph->column_names, element, name, &count);
    if (!count && with_id)
        row = index_find(&graph->column_ids, element, name, &count);
    if (!count) {
        *is_folded = true;
        row = index_find(&graph->column_folds, element, texts_fold(&graph->texts, name), &count);
    }
    return take(row, count, column);
}

static enum found find_in_element(struct graph *graph, uint32_t element, uint32_t name,
                                  struct field_edge *edge)
{
    bool is_folded;
    if (graph->elements.all[element].is_closed)
        return FOUND_UNKNOWN;
    enum found found = find_own(graph, element, name, true, &edge->target, &is_folded);
    edge->kind = KIND_COLUMN;
    edge->how = is_folded ? HOW_FOLDED : HOW_ELEMENT;
    return found;
}

/* "inode-U/AMT" where U is this thing. */
static uint32_t native_of_id(struct graph *graph, uint32_t thing, uint32_t name)
{
    size_t len;
    const char *text = texts_get(&graph->texts, name, &len);
    const char *slash = len ? memchr(text, '/', len) : NULL;
    if (!slash)
        return 0;
    const size_t at = (size_t)(slash + 1 - text);
    const uint32_t id = things_inode_id(graph, text, len);
    if (!id || id != graph->things.all[thing].id)
        return 0;
    smc_buf_reset(&graph->scratch);
    text = texts_get(&graph->texts, name, NULL);
    graph_fail(graph, smc_buf_add(&graph->scratch, text + at, len - at));
    return texts_add(&graph->texts, smc_buf_str(&graph->scratch), graph->scratch.len);
}

/* The one column of a table's own list that is alike. */
static enum found find_alike(const struct graph *graph, uint32_t thing, uint32_t name,
                             uint32_t *native)
{
    uint32_t count;
    uint32_t fits = 0;
    const struct index_row *row = index_find_all(&graph->table_columns, thing, &count);
    for (uint32_t i = 0; i < count; i++)
        if (texts_are_alike(&graph->texts, row[i].value, name)) {
            *native = row[i].value;
            fits++;
        }
    return fits == 0 ? FOUND_NONE : fits == 1 ? FOUND_ONE : FOUND_SEVERAL;
}

static enum found find_in_table(struct graph *graph, uint32_t thing, uint32_t name,
                                struct field_edge *edge)
{
    uint32_t count;
    edge->how = HOW_EXACT;
    edge->native = native_of_id(graph, thing, name);
    if (edge->native)
        return FOUND_ONE;
    const struct index_row *row = index_find(&graph->native_names, thing, name, &count);
    if (!count) {
        row = index_find(&graph->native_folds, thing, texts_fold(&graph->texts, name), &count);
        edge->how = HOW_FOLDED;
    }
    if (count)
        return take(row, count, &edge->native);
    edge->how = HOW_NAME_MATCH;
    return graph->things.all[thing].has_list ? find_alike(graph, thing, name, &edge->native)
                                             : FOUND_UNKNOWN;
}

enum found find_column(struct graph *graph, const struct field_source *source, uint32_t name,
                       struct field_edge *edge)
{
    *edge = (struct field_edge){.kind = source->kind, .target = source->target, .how = HOW_EXACT};
    switch (source->kind) {
    case KIND_ELEMENT:
        return find_in_element(graph, source->target, name, edge);
    case KIND_TABLE:
    case KIND_DATASET:
        return find_in_table(graph, source->target, name, edge);
    case KIND_QUERY:
    case KIND_CSV:
        edge->native = name;
        return FOUND_ONE;
    case KIND_OTHER:
    case KIND_COLUMN:
    case KIND_INPUT:
        break;
    }
    return FOUND_UNKNOWN;
}
