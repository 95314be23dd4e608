#include "seal.h"

#include <string.h>

#include "formula.h"
#include "link.h"
#include "things.h"

/* ---- elements ---- */

/* An element that only columns, lineage or /spec know is one too: its name is not known. */
static void want_element(struct graph *graph, uint32_t document, uint32_t id)
{
    const uint32_t last = graph->elements.count;
    if (!id || (last && graph->elements.all[last - 1].document == document &&
                graph->elements.all[last - 1].id == id))
        return;
    uint32_t at = GRAPH_ADD(graph, elements);
    if (at != NOWHERE) {
        graph->elements.all[at].document = document;
        graph->elements.all[at].id = id;
    }
}

static void index_elements(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->columns.count; i++)
        want_element(graph, graph->columns.all[i].document, graph->columns.all[i].element_id);
    for (uint32_t i = 0; i < graph->links.count; i++)
        want_element(graph, graph->links.all[i].document, graph->links.all[i].element_id);
    for (uint32_t i = 0; i < graph->elements.count; i++) {
        struct field_element *element = &graph->elements.all[i];
        element->is_closed = !graph->documents.all[element->document].has[PART_COLUMNS];
        graph_index(graph, &graph->element_ids, element->document, element->id, i);
    }
    index_sort(&graph->element_ids);
    index_sort(&graph->controls);
}

static void place_rows(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->columns.count; i++) {
        struct field_column *column = &graph->columns.all[i];
        column->element = link_element(graph, column->document, column->element_id);
    }
    for (uint32_t i = 0; i < graph->relations.count; i++) {
        struct field_relation *relation = &graph->relations.all[i];
        relation->element = link_element(graph, relation->document, relation->element_id);
        relation->target = link_element(graph, relation->document, relation->target_id);
    }
    for (uint32_t i = 0; i < graph->metrics.count; i++) {
        struct field_metric *metric = &graph->metrics.all[i];
        metric->element = link_element(graph, metric->document, metric->element_id);
    }
    for (uint32_t i = 0; i < graph->matches.count; i++) {
        struct field_match *match = &graph->matches.all[i];
        match->element = link_element(graph, match->branch.document, match->branch.element_id);
    }
}

/* ---- columns ---- */

static void index_column(struct graph *graph, uint32_t place)
{
    const struct field_column *column = &graph->columns.all[place];
    if (column->element == NOWHERE)
        return;
    graph_index(graph, &graph->element_columns, column->element, place, 0);
    if (column->id)
        graph_index(graph, &graph->column_ids, column->element, column->id, place);
    if (column->name)
        graph_index(graph, &graph->column_names, column->element, column->name, place);
}

/* Real columns first; then those that are only listed under a name that none of these has. */
static void index_columns(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->columns.count; i++)
        if (!graph->columns.all[i].is_listed)
            index_column(graph, i);
    index_sort(&graph->column_names);
    const uint32_t real = graph->column_names.count;
    struct index names = graph->column_names; /* as far as it is sorted now */
    for (uint32_t i = 0; i < graph->columns.count; i++) {
        const struct field_column *column = &graph->columns.all[i];
        uint32_t count = 0;
        if (!column->is_listed || column->element == NOWHERE ||
            graph->elements.all[column->element].is_closed)
            continue;
        names.rows = graph->column_names.rows;
        names.count = real;
        (void)index_find(&names, column->element, column->name, &count);
        if (!count)
            index_column(graph, i);
    }
    index_sort(&graph->column_names);
    index_sort(&graph->column_ids);
    index_sort(&graph->element_columns);
    for (uint32_t i = 0; i < graph->column_names.count; i++) {
        const struct index_row *row = &graph->column_names.rows[i];
        graph_index(graph, &graph->column_folds, row->a, texts_fold(&graph->texts, row->b),
                    row->value);
    }
    index_sort(&graph->column_folds);
}

static void index_spec(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->relations.count; i++)
        graph_index(graph, &graph->relation_names, graph->relations.all[i].element,
                    graph->relations.all[i].name, i);
    for (uint32_t i = 0; i < graph->metrics.count; i++)
        graph_index(graph, &graph->metric_names, graph->metrics.all[i].element,
                    graph->metrics.all[i].name, i);
    for (uint32_t i = 0; i < graph->matches.count; i++)
        graph_index(graph, &graph->match_names, graph->matches.all[i].element,
                    graph->matches.all[i].name, i);
    index_sort(&graph->relation_names);
    index_sort(&graph->metric_names);
    index_sort(&graph->match_names);
}

/* Whether any reference has three segments or more. */
static bool has_paths(const struct graph *graph)
{
    for (uint32_t i = 0; i < graph->columns.count; i++) {
        size_t len;
        struct formula_reference reference;
        const char *text = texts_get(&graph->texts, graph->columns.all[i].formula, &len);
        const char *slash = len ? memchr(text, '/', len) : NULL;
        if (!slash || !memchr(slash + 1, '/', len - (size_t)(slash + 1 - text)))
            continue;
        struct formula_walk walk = formula_begin(text, len);
        while (formula_next(&walk, &reference))
            if (formula_segments(&reference) > 2)
                return true;
    }
    return false;
}

void graph_seal(struct graph *graph)
{
    index_elements(graph);
    place_rows(graph);
    things_seal(graph);
    link_sources(graph);
    graph->has_paths = has_paths(graph);
    link_further(graph);
    index_columns(graph);
    index_spec(graph);
}
