#include "reading.h"

uint32_t reading_name(const struct reading *r, size_t first, size_t count)
{
    struct smc_buf *out = &r->graph->scratch;
    smc_buf_reset(out);
    graph_fail(r->graph, formula_name(&r->reference, first, count, out));
    return texts_add(&r->graph->texts, smc_buf_str(out), out->len);
}

void reading_edge(const struct reading *r, struct field_edge edge)
{
    struct graph *graph = r->graph;
    struct field_column *column = &graph->columns.all[r->column];
    for (uint32_t i = 0; i < column->edge_count; i++) {
        const struct field_edge *other = &graph->edges.all[column->first_edge + i];
        if (other->kind == edge.kind && other->target == edge.target &&
            other->native == edge.native)
            return;
    }
    const uint32_t at = GRAPH_ADD(graph, edges);
    if (at == NOWHERE)
        return;
    edge.reference = r->text;
    graph->edges.all[at] = edge;
    if (!column->edge_count++)
        column->first_edge = at;
}

static void add_doubt(const struct reading *r, enum field_reason reason, uint32_t element)
{
    struct graph *graph = r->graph;
    struct field_column *column = &graph->columns.all[r->column];
    for (uint32_t i = 0; i < column->doubt_count; i++) {
        const struct field_doubt *other = &graph->doubts.all[column->first_doubt + i];
        if (other->reference == r->text && other->reason == reason)
            return;
    }
    const uint32_t at = GRAPH_ADD(graph, doubts);
    if (at == NOWHERE)
        return;
    graph->doubts.all[at] = (struct field_doubt){r->text, reason, element};
    if (!column->doubt_count++)
        column->first_doubt = at;
}

void reading_doubt(const struct reading *r, enum field_reason reason)
{
    add_doubt(r, reason, NOWHERE);
}

void reading_end(const struct reading *r, enum found found, const struct field_edge *edge,
                 const struct field_source *source)
{
    switch (found) {
    case FOUND_ONE:
        reading_edge(r, *edge);
        break;
    case FOUND_NONE:
        reading_doubt(r, REASON_COLUMN_NOT_FOUND);
        break;
    case FOUND_SEVERAL:
        reading_doubt(r, REASON_AMBIGUOUS);
        break;
    case FOUND_UNKNOWN:
        add_doubt(r, REASON_SOURCE_COLUMNS_UNKNOWN,
                  source->kind == KIND_ELEMENT ? source->target : NOWHERE);
        break;
    }
}
