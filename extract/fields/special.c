#include "special.h"

#include <stdlib.h>
#include <string.h>

static bool equals(const struct reading *r, uint32_t text, const char *wanted)
{
    size_t len;
    const char *bytes = texts_get(&r->graph->texts, text, &len);
    return len == strlen(wanted) && memcmp(bytes, wanted, len) == 0;
}

/* ---- metrics ---- */

bool special_is_metric(const struct reading *r, uint32_t prefix, enum found declared)
{
    return declared == FOUND_NONE && equals(r, prefix, "Metrics");
}

/* The metric of this name that the element has, or its sources have. */
static enum found find_metric(const struct reading *r, uint32_t name, uint32_t *metric)
{
    struct graph *graph = r->graph;
    uint32_t count = 0;
    uint32_t fits = 0;
    if (r->element == NOWHERE)
        return FOUND_NONE;
    const struct field_element *element = &graph->elements.all[r->element];
    const struct index_row *row = index_find(&graph->metric_names, r->element, name, &count);
    for (uint32_t i = 0; !count && i < element->source_count; i++) {
        const struct field_source *source = &graph->sources.all[element->first_source + i];
        uint32_t here = 0;
        const struct index_row *at =
            source->kind == KIND_ELEMENT
                ? index_find(&graph->metric_names, source->target, name, &here)
                : NULL;
        if (here && (!row || row->value != at->value))
            fits += here;
        if (here && !row)
            row = at;
    }
    fits += count;
    if (fits == 1 && row)
        *metric = row->value;
    return fits == 0 ? FOUND_NONE : fits == 1 ? FOUND_ONE : FOUND_SEVERAL;
}

/* A metric's formula has columns of its element and nothing else. */
static void follow(const struct reading *r, uint32_t metric, const char *formula, size_t len)
{
    struct graph *graph = r->graph;
    struct reading inner = *r;
    struct formula_walk walk = formula_begin(formula, len);
    if (!formula_is_clear(formula, len)) {
        reading_doubt(r, REASON_FORMULA_UNCLEAR);
        return;
    }
    while (formula_next(&walk, &inner.reference)) {
        bool is_folded;
        struct field_edge edge = {.kind = KIND_COLUMN, .how = HOW_METRIC};
        enum found found = FOUND_NONE;
        if (formula_segments(&inner.reference) == 1)
            found = find_own(graph, graph->metrics.all[metric].element, reading_name(&inner, 0, 1),
                             false, &edge.target, &is_folded);
        if (found == FOUND_ONE && edge.target != r->column)
            reading_edge(r, edge);
        else
            reading_doubt(r, found == FOUND_SEVERAL ? REASON_AMBIGUOUS : REASON_METRIC_UNKNOWN);
    }
}

void special_metric(const struct reading *r, uint32_t name)
{
    size_t len;
    uint32_t metric = 0;
    struct graph *graph = r->graph;
    enum found found = find_metric(r, name, &metric);
    if (found != FOUND_ONE) {
        reading_doubt(r, found == FOUND_NONE ? REASON_METRIC_UNKNOWN : REASON_AMBIGUOUS);
        return;
    }
    const char *text = texts_get(&graph->texts, graph->metrics.all[metric].formula, &len);
    char *copy = malloc(len + 1); /* the texts may move */
    if (!copy) {
        graph_fail(graph, SMC_ERR_NOMEM);
        return;
    }
    (void)memcpy(copy, text, len + 1);
    follow(r, metric, copy, len);
    free(copy);
}

/* ---- unions ---- */

/* "Union of 2 Sources" */
static bool is_union_name(const struct reading *r, uint32_t name)
{
    static const char before[] = "Union of ";
    static const char after[] = " Sources";
    size_t len;
    const char *text = texts_get(&r->graph->texts, name, &len);
    const size_t least = sizeof before - 1 + sizeof after - 1;
    if (len <= least || memcmp(text, before, sizeof before - 1) != 0 ||
        memcmp(text + len - (sizeof after - 1), after, sizeof after - 1) != 0)
        return false;
    for (size_t i = sizeof before - 1; i < len - (sizeof after - 1); i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* Whether a declared source is a branch of the union's column. */
static bool is_branch(const struct graph *graph, const struct index_row *rows, uint32_t count,
                      const struct field_source *source)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct field_source *branch = &graph->matches.all[rows[i].value].source;
        if (branch->kind == source->kind && branch->target == source->target)
            return true;
    }
    return false;
}

bool special_is_union(const struct reading *r, uint32_t prefix, uint32_t name, enum found declared,
                      const struct field_source *source)
{
    uint32_t count = 0;
    if (r->element == NOWHERE)
        return declared == FOUND_NONE && is_union_name(r, prefix);
    const struct index_row *rows = index_find(&r->graph->match_names, r->element, name, &count);
    if (declared == FOUND_ONE)
        return is_branch(r->graph, rows, count, source);
    return declared == FOUND_NONE && (count || is_union_name(r, prefix));
}

void special_union(const struct reading *r, uint32_t name)
{
    struct graph *graph = r->graph;
    uint32_t count = 0;
    const struct index_row *rows =
        r->element == NOWHERE ? NULL : index_find(&graph->match_names, r->element, name, &count);
    if (!count)
        reading_doubt(r, REASON_UNION_BRANCHES_UNKNOWN);
    for (uint32_t i = 0; i < count; i++) {
        struct field_edge edge;
        const struct field_match *match = &graph->matches.all[rows[i].value];
        if (match->source.target == NOWHERE) {
            reading_doubt(r, REASON_NOT_A_DECLARED_SOURCE);
            continue;
        }
        enum found found = find_column(graph, &match->source, match->column, &edge);
        edge.how = HOW_UNION;
        reading_end(r, found, &edge, &match->source);
    }
}
