#include "coverage.h"

static void count_circles(const struct graph *graph, const struct field_column *column,
                          struct field_coverage *coverage)
{
    for (uint32_t i = 0; i < column->edge_count; i++)
        coverage->unresolved[REASON_CIRCLE] += graph->edges.all[column->first_edge + i].is_circle;
}

static void count_column(struct graph *graph, const struct field_column *column)
{
    struct field_coverage *coverage = &graph->documents.all[column->document].coverage;
    coverage->columns++;
    coverage->with_edge += column->edge_count > 0;
    coverage->reaching += column->reach_count > 0;
    for (uint32_t i = 0; i < column->doubt_count; i++)
        coverage->unresolved[graph->doubts.all[column->first_doubt + i].reason]++;
    count_circles(graph, column, coverage);
}

void coverage_count(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->documents.count; i++) {
        struct field_document *document = &graph->documents.all[i];
        document->coverage = (struct field_coverage){.columns = 0};
        document->coverage.unresolved[REASON_COLUMNS_UNAVAILABLE] = !document->has[PART_COLUMNS];
    }
    for (uint32_t i = 0; i < graph->columns.count; i++) {
        const struct field_column *column = &graph->columns.all[i];
        if (column->document != NOWHERE && !column->is_listed)
            count_column(graph, column);
    }
}

void coverage_add(struct field_coverage *sum, const struct field_coverage *more)
{
    sum->columns += more->columns;
    sum->with_edge += more->with_edge;
    sum->reaching += more->reaching;
    for (int i = 0; i < REASON_COUNT; i++)
        sum->unresolved[i] += more->unresolved[i];
}
