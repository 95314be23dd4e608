#include "saved.h"

#include <inttypes.h>

/* ---- writing ---- */

static enum smc_status add_text(const struct graph *graph, const char *before, uint32_t text,
                                struct smc_buf *out)
{
    size_t len;
    const char *bytes = texts_get(&graph->texts, text, &len);
    enum smc_status rc = smc_buf_addstr(out, before);
    return rc == SMC_OK && text ? smc_json_encode(bytes, len, out) : smc_buf_addstr(out, "null");
}

/* Each warehouse column stands here once, however many columns reach it. */
struct leaves {
    struct index index; /* text, 0: its place */
    uint32_t count;
};

static enum smc_status write_leaves(const struct graph *graph, uint32_t element,
                                    struct leaves *leaves, struct smc_buf *out)
{
    uint32_t count;
    const struct index_row *row = index_find_all(&graph->element_columns, element, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct field_column *column = &graph->columns.all[row[i].b];
        for (uint32_t j = 0; j < column->reach_count; j++)
            if (!index_add(&leaves->index, graph->reach.all[column->first_reach + j], 0, 0))
                return SMC_ERR_NOMEM;
    }
    index_sort(&leaves->index);
    enum smc_status rc = smc_buf_addstr(out, ", \"leaves\": [");
    for (uint32_t i = 0; rc == SMC_OK && i < leaves->index.count; i++) {
        leaves->index.rows[i].value = i;
        rc = smc_buf_addf(out, "%s%s", i ? ", " : "",
                          texts_get(&graph->texts, leaves->index.rows[i].a, NULL));
    }
    return rc == SMC_OK ? smc_buf_addstr(out, "]") : rc;
}

static enum smc_status write_column(const struct graph *graph, const struct field_column *column,
                                    const struct leaves *leaves, struct smc_buf *out)
{
    enum smc_status rc = add_text(graph, "{\"id\": ", column->id, out);
    if (rc == SMC_OK)
        rc = add_text(graph, ", \"name\": ", column->name, out);
    if (rc == SMC_OK)
        rc = smc_buf_addf(out, "%s%s, \"reaches\": [", column->is_cut ? ", \"cut\": true" : "",
                          column->is_listed ? ", \"listed\": true" : "");
    for (uint32_t i = 0; rc == SMC_OK && i < column->reach_count; i++) {
        uint32_t count;
        const struct index_row *row =
            index_find(&leaves->index, graph->reach.all[column->first_reach + i], 0, &count);
        rc = smc_buf_addf(out, "%s%" PRIu32, i ? ", " : "", row ? row->value : 0);
    }
    return rc == SMC_OK ? smc_buf_addstr(out, "]}") : rc;
}

static enum smc_status write_columns(const struct graph *graph, uint32_t element,
                                     const struct leaves *leaves, struct smc_buf *out)
{
    uint32_t count;
    const struct index_row *row = index_find_all(&graph->element_columns, element, &count);
    enum smc_status rc = smc_buf_addstr(out, ", \"columns\": [");
    for (uint32_t i = 0; rc == SMC_OK && i < count; i++) {
        rc = smc_buf_addstr(out, i ? ", " : "");
        if (rc == SMC_OK)
            rc = write_column(graph, &graph->columns.all[row[i].b], leaves, out);
    }
    return rc == SMC_OK ? smc_buf_addstr(out, "]") : rc;
}

/* The elements that it is fed by: a reference may lead through it to one of these. */
static enum smc_status write_sources(const struct graph *graph, const struct field_element *e,
                                     struct smc_buf *out)
{
    const char *comma = "";
    enum smc_status rc = smc_buf_addstr(out, ", \"sources\": [");
    for (uint32_t i = 0; rc == SMC_OK && i < e->source_count; i++) {
        const struct field_source *source = &graph->sources.all[e->first_source + i];
        if (source->kind != KIND_ELEMENT)
            continue;
        const struct field_element *fed = &graph->elements.all[source->target];
        const uint32_t model =
            fed->document == NOWHERE ? fed->model : graph->documents.all[fed->document].id;
        (void)smc_buf_addstr(out, comma);
        (void)add_text(graph, "{\"name\": ", source->names[0], out);
        (void)add_text(graph, ", \"model\": ", model, out);
        (void)add_text(graph, ", \"element\": ", fed->id, out);
        rc = smc_buf_addstr(out, "}");
        comma = ", ";
    }
    return rc == SMC_OK ? smc_buf_addstr(out, "]") : rc;
}

static enum smc_status write_spec(const struct graph *graph, uint32_t element, struct smc_buf *out)
{
    uint32_t count;
    const struct index_row *row = index_find_all(&graph->relation_names, element, &count);
    enum smc_status rc = smc_buf_addstr(out, ", \"relationships\": [");
    for (uint32_t i = 0; rc == SMC_OK && i < count; i++) {
        const struct field_relation *relation = &graph->relations.all[row[i].value];
        (void)add_text(graph, i ? ", {\"name\": " : "{\"name\": ", relation->name, out);
        (void)add_text(graph, ", \"targetElementId\": ", relation->target_id, out);
        rc = smc_buf_addstr(out, "}");
    }
    row = index_find_all(&graph->metric_names, element, &count);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(out, "], \"metrics\": [");
    for (uint32_t i = 0; rc == SMC_OK && i < count; i++) {
        const struct field_metric *metric = &graph->metrics.all[row[i].value];
        (void)add_text(graph, i ? ", {\"name\": " : "{\"name\": ", metric->name, out);
        (void)add_text(graph, ", \"formula\": ", metric->formula, out);
        rc = smc_buf_addstr(out, "}");
    }
    return rc == SMC_OK ? smc_buf_addstr(out, "]}") : rc;
}

enum smc_status saved_write(const struct graph *graph, uint32_t element, struct smc_buf *out)
{
    struct leaves leaves = {.count = 0};
    const struct field_element *e = &graph->elements.all[element];
    enum smc_status rc = add_text(graph, "{\"name\": ", e->name, out);
    if (rc == SMC_OK && e->is_closed)
        rc = smc_buf_addstr(out, ", \"closed\": true");
    if (rc == SMC_OK)
        rc = write_leaves(graph, element, &leaves, out);
    if (rc == SMC_OK)
        rc = write_columns(graph, element, &leaves, out);
    if (rc == SMC_OK)
        rc = write_sources(graph, e, out);
    if (rc == SMC_OK)
        rc = write_spec(graph, element, out);
    index_clear(&leaves.index);
    return rc;
}

/* ---- reading ---- */

struct reader {
    uint32_t element;
    struct index leaves; /* place, 0: text */
};

typedef void item_fn(struct graph *graph, struct reader *reader, struct smc_json_span item);

static void each(struct graph *graph, struct reader *reader, struct smc_json_span items,
                 item_fn *fn)
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    if (smc_json_walk_begin(&walk, items))
        while (smc_json_walk_next(&walk, NULL, &item, NULL))
            fn(graph, reader, item);
}

static void read_leaf(struct graph *graph, struct reader *reader, struct smc_json_span item)
{
    graph_index(graph, &reader->leaves, reader->leaves.count, 0, graph_json(graph, item));
}

static void read_reach(struct graph *graph, struct reader *reader, struct smc_json_span item)
{
    int64_t number = 0;
    if (!smc_json_int64(item, &number) || number < 0 || number >= reader->leaves.count)
        return;
    uint32_t at = GRAPH_ADD(graph, reach);
    if (at != NOWHERE)
        graph->reach.all[at] = reader->leaves.rows[number].value;
}

static void read_column(struct graph *graph, struct reader *reader, struct smc_json_span item)
{
    static const char *const members[] = {"id", "name", "cut", "listed", "reaches"};
    struct smc_json_span found[5];
    smc_json_members(item, members, 5, found);
    const uint32_t at = GRAPH_ADD(graph, columns);
    const uint32_t from = graph->reach.count;
    each(graph, reader, found[4], read_reach);
    if (at == NOWHERE)
        return;
    const struct field_column column = {.document = NOWHERE,
                                        .element = reader->element,
                                        .element_id = graph->elements.all[reader->element].id,
                                        .id = graph_text(graph, found[0]),
                                        .name = graph_text(graph, found[1]),
                                        .is_cut = found[2].p != NULL,
                                        .is_listed = found[3].p != NULL,
                                        .first_reach = from,
                                        .reach_count = graph->reach.count - from};
    graph->columns.all[at] = column;
}

static void read_source(struct graph *graph, struct reader *reader, struct smc_json_span item)
{
    static const char *const members[] = {"name", "model", "element"};
    struct smc_json_span found[3];
    const uint32_t at = GRAPH_ADD(graph, links);
    if (at == NOWHERE)
        return;
    smc_json_members(item, members, 3, found);
    const struct field_link link = {.document = NOWHERE,
                                    .element = reader->element,
                                    .alias = graph_text(graph, found[0]),
                                    .model = graph_text(graph, found[1]),
                                    .source = graph_text(graph, found[2])};
    graph->links.all[at] = link;
}

static void read_relation(struct graph *graph, struct reader *reader, struct smc_json_span item)
{
    const uint32_t at = GRAPH_ADD(graph, relations);
    if (at == NOWHERE)
        return;
    struct field_relation *relation = &graph->relations.all[at];
    relation->element = reader->element;
    relation->document = NOWHERE;
    relation->name = graph_text(graph, smc_json_member(item, "name"));
    relation->target_id = graph_text(graph, smc_json_member(item, "targetElementId"));
    relation->target = NOWHERE;
}

static void read_metric(struct graph *graph, struct reader *reader, struct smc_json_span item)
{
    const uint32_t at = GRAPH_ADD(graph, metrics);
    if (at == NOWHERE)
        return;
    struct field_metric *metric = &graph->metrics.all[at];
    metric->element = reader->element;
    metric->document = NOWHERE;
    metric->name = graph_text(graph, smc_json_member(item, "name"));
    metric->formula = graph_text(graph, smc_json_member(item, "formula"));
}

void saved_read(struct graph *graph, uint32_t element, struct smc_json_span saved)
{
    static const char *const members[] = {"name",    "closed",        "leaves", "columns",
                                          "sources", "relationships", "metrics"};
    struct smc_json_span found[7];
    struct reader reader = {.element = element};
    if (element == NOWHERE)
        return;
    smc_json_members(saved, members, 7, found);
    const uint32_t name = graph_text(graph, found[0]);
    graph->elements.all[element].name = name;
    graph->elements.all[element].is_closed = found[1].p != NULL;
    each(graph, &reader, found[2], read_leaf);
    each(graph, &reader, found[3], read_column);
    each(graph, &reader, found[4], read_source);
    each(graph, &reader, found[5], read_relation);
    each(graph, &reader, found[6], read_metric);
    index_clear(&reader.leaves);
}
