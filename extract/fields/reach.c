#include "reach.h"

#include <stdlib.h>

#include "components.h"

struct search {
    struct graph *graph;
    struct components components;
    uint32_t *component; /* of each column */
    uint32_t *seen;      /* of each text: the component that has it, plus one */
};

/* ---- leaves ---- */

static uint32_t make_leaf(struct graph *graph, const struct field_edge *edge)
{
    size_t len;
    struct smc_buf *out = &graph->scratch;
    const struct field_thing *table = &graph->things.all[edge->target];
    const char *connection =
        table->connection ? texts_get(&graph->texts, table->connection, NULL) : "null";
    smc_buf_reset(out);
    (void)smc_buf_addf(out, "{\"connectionId\": %s, \"path\": %s", connection,
                       table->path ? texts_get(&graph->texts, table->path, NULL) : "null");
    if (!table->path) {
        const char *id = texts_get(&graph->texts, table->id, &len);
        (void)smc_buf_addstr(out, ", \"inodeId\": ");
        (void)smc_json_encode(id, len, out);
    }
    const char *column = texts_get(&graph->texts, edge->native, &len);
    (void)smc_buf_addstr(out, ", \"column\": ");
    (void)smc_json_encode(column, len, out);
    graph_fail(graph, smc_buf_addstr(out, "}"));
    return texts_add(&graph->texts, smc_buf_str(out), out->len);
}

static void make_leaves(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->edges.count && graph_is_ok(graph); i++)
        if (graph->edges.all[i].kind == KIND_TABLE)
            graph->edges.all[i].leaf = make_leaf(graph, &graph->edges.all[i]);
}

/* ---- circles ---- */

static bool find_components(struct search *s)
{
    const struct graph *graph = s->graph;
    const uint32_t count = graph->columns.count;
    uint32_t *first = calloc((size_t)count + 1, sizeof *first);
    uint32_t *to = calloc((size_t)graph->edges.count + 1, sizeof *to);
    uint32_t at = 0;
    if (!first || !to) {
        free(first);
        free(to);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct field_column *column = &graph->columns.all[i];
        first[i] = at;
        for (uint32_t j = 0; j < column->edge_count; j++) {
            const struct field_edge *edge = &graph->edges.all[column->first_edge + j];
            if (edge->kind == KIND_COLUMN)
                to[at++] = edge->target;
        }
    }
    first[count] = at;
    const struct arrows arrows = {count, first, to};
    const bool ok = components_find(&arrows, &s->components);
    free(first);
    free(to);
    return ok;
}

static void mark_circles(struct search *s)
{
    struct graph *graph = s->graph;
    for (uint32_t i = 0; i < s->components.count; i++)
        for (uint32_t j = s->components.first[i]; j < s->components.first[i + 1]; j++)
            s->component[s->components.order[j]] = i;
    for (uint32_t i = 0; i < graph->columns.count; i++) {
        const struct field_column *column = &graph->columns.all[i];
        for (uint32_t j = 0; j < column->edge_count; j++) {
            struct field_edge *edge = &graph->edges.all[column->first_edge + j];
            edge->is_circle =
                edge->kind == KIND_COLUMN && s->component[edge->target] == s->component[i];
        }
    }
}

/* ---- what is reached ---- */

struct reached {
    uint32_t component;
    size_t first;
    uint32_t count;
    bool is_cut;
};

static void add_leaf(struct search *s, struct reached *reached, uint32_t leaf)
{
    if (s->seen[leaf] == reached->component + 1)
        return;
    s->seen[leaf] = reached->component + 1;
    if (reached->count == REACH_MAX) {
        reached->is_cut = true;
        return;
    }
    const uint32_t at = GRAPH_ADD(s->graph, reach);
    if (at == NOWHERE)
        return;
    s->graph->reach.all[at] = leaf;
    reached->count++;
}

static void add_column(struct search *s, struct reached *reached, const struct field_column *column)
{
    struct graph *graph = s->graph;
    for (uint32_t i = 0; i < column->edge_count; i++) {
        const struct field_edge *edge = &graph->edges.all[column->first_edge + i];
        if (edge->kind == KIND_TABLE)
            add_leaf(s, reached, edge->leaf);
        if (edge->kind != KIND_COLUMN || edge->is_circle)
            continue;
        const struct field_column *read = &graph->columns.all[edge->target];
        reached->is_cut |= read->is_cut;
        for (uint32_t j = 0; j < read->reach_count; j++)
            add_leaf(s, reached, graph->reach.all[read->first_reach + j]);
    }
}

/* A column that only reads one other shares what that reaches. */
static bool share(const struct search *s, struct field_column *column)
{
    const struct field_edge *edge =
        column->edge_count == 1 ? &s->graph->edges.all[column->first_edge] : NULL;
    if (!edge || edge->kind != KIND_COLUMN || edge->is_circle)
        return false;
    const struct field_column *read = &s->graph->columns.all[edge->target];
    column->first_reach = read->first_reach;
    column->reach_count = read->reach_count;
    column->is_cut = read->is_cut;
    return true;
}

static void reach_component(struct search *s, uint32_t component)
{
    struct graph *graph = s->graph;
    const uint32_t *order = s->components.order;
    const uint32_t from = s->components.first[component];
    const uint32_t to = s->components.first[component + 1];
    struct reached reached = {.component = component, .first = graph->reach.count};
    if (graph->columns.all[order[from]].document == NOWHERE)
        return; /* what it reaches came with it */
    if (to - from == 1 && share(s, &graph->columns.all[order[from]]))
        return;
    for (uint32_t i = from; i < to; i++)
        add_column(s, &reached, &graph->columns.all[order[i]]);
    for (uint32_t i = from; i < to; i++) {
        struct field_column *column = &graph->columns.all[order[i]];
        column->first_reach = reached.first;
        column->reach_count = reached.count;
        column->is_cut = reached.is_cut;
    }
}

void reach_find(struct graph *graph)
{
    struct search s = {.graph = graph};
    make_leaves(graph);
    if (!graph_is_ok(graph))
        return;
    s.component = calloc((size_t)graph->columns.count + 1, sizeof *s.component);
    s.seen = calloc((size_t)graph->texts.count + 1, sizeof *s.seen);
    if (!s.component || !s.seen || !find_components(&s)) {
        graph_fail(graph, SMC_ERR_NOMEM);
    } else {
        mark_circles(&s);
        for (uint32_t i = 0; i < s.components.count && graph_is_ok(graph); i++)
            reach_component(&s, i);
    }
    components_clear(&s.components);
    free(s.component);
    free(s.seen);
}
