#include "resolve.h"

#include <stdlib.h>
#include <string.h>

#include "native.h"
#include "path.h"
#include "reading.h"
#include "special.h"

/* [Name]: a column of this element, or a control. */
static void resolve_own(const struct reading *r)
{
    bool is_folded;
    uint32_t controls = 0;
    struct graph *graph = r->graph;
    struct field_edge edge = {.kind = KIND_COLUMN};
    const uint32_t name = reading_name(r, 0, 1);
    enum found found = find_own(graph, r->element, name, false, &edge.target, &is_folded);
    (void)index_find(&graph->controls, graph->columns.all[r->column].document, name, &controls);
    if (controls && (found == FOUND_NONE || is_folded))
        reading_doubt(r, REASON_CONTROL);
    else if (found == FOUND_NONE)
        reading_doubt(r, REASON_UNKNOWN_NAME);
    else if (controls || found != FOUND_ONE)
        reading_doubt(r, REASON_AMBIGUOUS);
    else if (edge.target == r->column)
        reading_doubt(r, REASON_SELF_REFERENCE);
    else {
        edge.how = is_folded ? HOW_FOLDED : HOW_SIBLING;
        reading_edge(r, edge);
    }
}

/* The own column that is called as the whole reference, slash and all; NOWHERE: there is none. */
static uint32_t whole_name(const struct reading *r)
{
    uint32_t count = 0;
    if (r->element == NOWHERE)
        return NOWHERE;
    const struct index_row *row =
        index_find(&r->graph->column_names, r->element, reading_name(r, 0, r->segments), &count);
    return count == 1 && row->value != r->column ? row->value : NOWHERE;
}

/* [Source/Column] */
static void resolve_two(const struct reading *r)
{
    bool is_folded;
    struct field_source source = {.kind = KIND_OTHER, .target = NOWHERE};
    struct graph *graph = r->graph;
    struct field_edge edge;
    const uint32_t prefix = reading_name(r, 0, 1);
    const uint32_t name = reading_name(r, 1, 1);
    const struct field_edge sibling = {
        .kind = KIND_COLUMN, .target = whole_name(r), .how = HOW_SIBLING};
    const bool has_sibling = sibling.target != NOWHERE;
    enum found declared = find_source_any(graph, r->element, prefix, &source, &is_folded);
    if (special_is_metric(r, prefix, declared)) {
        special_metric(r, name);
    } else if (special_is_union(r, prefix, name, declared, &source)) {
        special_union(r, name);
    } else if (declared == FOUND_ONE) {
        enum found found = find_column(graph, &source, name, &edge);
        if (is_folded)
            edge.how = HOW_FOLDED;
        if (has_sibling && found == FOUND_NONE)
            reading_edge(r, sibling);
        else
            reading_end(r, has_sibling ? FOUND_SEVERAL : found, &edge, &source);
    } else if (declared == FOUND_SEVERAL) {
        reading_doubt(r, REASON_AMBIGUOUS);
    } else if (has_sibling) {
        reading_edge(r, sibling);
    } else {
        const bool is_foreign = r->is_only && graph->columns.all[r->column].is_foreign_inode;
        reading_doubt(r, is_foreign ? REASON_INODE_NOT_A_SOURCE : REASON_NOT_A_DECLARED_SOURCE);
    }
}

static void resolve_references(struct reading *r, size_t len)
{
    struct formula_walk walk = formula_begin(r->formula, len);
    if (!formula_is_clear(r->formula, len)) {
        reading_doubt(r, REASON_FORMULA_UNCLEAR);
        return;
    }
    r->is_only = formula_is_only(r->formula, len, &r->reference);
    while (formula_next(&walk, &r->reference) && graph_is_ok(r->graph)) {
        r->text = texts_add(&r->graph->texts, r->reference.text, r->reference.len);
        r->segments = formula_segments(&r->reference);
        if (r->segments == 1)
            resolve_own(r);
        else if (r->segments == 2)
            resolve_two(r);
        else
            path_resolve(r);
    }
}

/* A column of an input table that is not fed by anything is typed in. */
static bool is_typed_in(const struct graph *graph, uint32_t element)
{
    return element != NOWHERE && graph->elements.all[element].is_input &&
           !graph->elements.all[element].source_count;
}

/* Without a formula it passes something through. What, only an id can tell: a name among the sources
 * would be one of both sides of a join. */
static void resolve_blank(const struct reading *r)
{
    const struct field_edge typed = {.kind = KIND_INPUT, .target = r->column, .how = HOW_EXACT};
    if (is_typed_in(r->graph, r->element))
        reading_edge(r, typed);
    else if (r->graph->columns.all[r->column].is_foreign_inode)
        reading_doubt(r, REASON_INODE_NOT_A_SOURCE);
    else
        reading_doubt(r, REASON_PASS_THROUGH_UNKNOWN);
}

static void resolve_formula(struct reading *r, uint32_t formula)
{
    size_t len;
    const char *text = texts_get(&r->graph->texts, formula, &len);
    if (formula_is_blank(text, len)) {
        resolve_blank(r);
        return;
    }
    char *copy = malloc(len + 1); /* the texts may move */
    if (!copy) {
        graph_fail(r->graph, SMC_ERR_NOMEM);
        return;
    }
    (void)memcpy(copy, text, len + 1);
    r->formula = copy;
    resolve_references(r, len);
    free(copy);
}

void resolve_columns(struct graph *graph)
{
    native_find(graph);
    for (uint32_t i = 0; i < graph->columns.count && graph_is_ok(graph); i++) {
        const struct field_column column = graph->columns.all[i];
        struct reading r = {.graph = graph, .column = i, .element = column.element};
        if (column.document == NOWHERE || column.is_listed)
            continue;
        if (column.is_error) {
            reading_doubt(&r, REASON_ERROR_COLUMN);
        } else if (column.native) {
            const struct field_edge edge = {.kind = graph->things.all[column.thing].kind,
                                            .target = column.thing,
                                            .native = column.native,
                                            .how = column.is_folded ? HOW_FOLDED : HOW_EXACT};
            reading_edge(&r, edge);
        } else {
            resolve_formula(&r, column.formula);
        }
    }
}
