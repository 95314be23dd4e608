#include "native.h"

#include <string.h>

#include "find.h"
#include "formula.h"
#include "things.h"

/* A column at work: its id in two parts, and what its formula is. */
struct native {
    struct graph *graph;
    uint32_t column;
    uint32_t element;
    uint32_t head;   /* of the id, before the first slash */
    uint32_t rest;   /* behind it: the native name */
    bool is_blank;   /* the formula */
    uint32_t prefix; /* of the one reference that the formula is; 0: it is something else */
    uint32_t name;   /* behind the prefix */
    size_t segments;
};

static uint32_t name_of(struct graph *graph, const struct formula_reference *reference,
                        size_t first, size_t count)
{
    struct smc_buf *out = &graph->scratch;
    smc_buf_reset(out);
    graph_fail(graph, formula_name(reference, first, count, out));
    return texts_add(&graph->texts, smc_buf_str(out), out->len);
}

static void read_formula(struct native *n)
{
    size_t len;
    struct graph *graph = n->graph;
    struct formula_reference reference;
    const char *text = texts_get(&graph->texts, graph->columns.all[n->column].formula, &len);
    n->is_blank = formula_is_blank(text, len);
    if (n->is_blank || !formula_is_clear(text, len) || !formula_is_only(text, len, &reference))
        return;
    const size_t at = (size_t)(reference.text - text);
    n->segments = formula_segments(&reference);
    if (n->segments < 2)
        return;
    n->prefix = name_of(graph, &reference, 0, 1);
    /* The texts may have moved. */
    reference.text = texts_get(&graph->texts, graph->columns.all[n->column].formula, NULL) + at;
    n->name = name_of(graph, &reference, 1, n->segments);
}

/* Splits the id at its first slash; false when it has none. */
static bool read_id(struct native *n)
{
    size_t len;
    struct graph *graph = n->graph;
    const uint32_t id = graph->columns.all[n->column].id;
    const char *text = texts_get(&graph->texts, id, &len);
    const char *slash = len ? memchr(text, '/', len) : NULL;
    if (!slash || slash == text || slash + 1 == text + len)
        return false;
    const size_t at = (size_t)(slash - text);
    smc_buf_reset(&graph->scratch);
    graph_fail(graph, smc_buf_add(&graph->scratch, text, len));
    const char *copy = smc_buf_str(&graph->scratch);
    n->head = texts_add(&graph->texts, copy, at);
    n->rest = texts_add(&graph->texts, copy + at + 1, len - at - 1);
    return graph_is_ok(graph);
}

static void learn(struct native *n, uint32_t thing, bool is_folded)
{
    struct graph *graph = n->graph;
    struct field_column *column = &graph->columns.all[n->column];
    column->native = n->rest;
    column->thing = thing;
    column->is_folded = is_folded;
    if (n->prefix)
        graph_index(graph, &graph->native_names, thing, n->name, n->rest);
}

static bool is_called(struct graph *graph, uint32_t name, uint32_t wanted, bool *is_folded)
{
    *is_folded = name != wanted;
    return name && texts_fold(&graph->texts, name) == texts_fold(&graph->texts, wanted);
}

/* Without lineage nobody knows what feeds an element: it may be another one, called like the
 * table. */
static bool has_lineage(const struct native *n)
{
    const uint32_t document = n->graph->columns.all[n->column].document;
    return n->graph->documents.all[document].has[PART_LINEAGE];
}

static bool is_any_called(const struct native *n)
{
    bool is_folded;
    const struct graph *graph = n->graph;
    for (uint32_t i = 0; i < graph->elements.count; i++)
        if (graph->elements.all[i].document != NOWHERE &&
            is_called(n->graph, graph->elements.all[i].name, n->prefix, &is_folded))
            return true;
    return false;
}

/* Whether the one reference is to the table: a declared source that bears the prefix, or else one by
 * its own name or that of the element. What the document declares goes before that: a source that
 * is called like the element, or like a table that is not declared, is what is meant. */
static bool is_to(const struct native *n, uint32_t thing, bool is_declared, bool *is_folded)
{
    struct graph *graph = n->graph;
    struct field_source source = {.target = NOWHERE};
    const struct field_thing *t = &graph->things.all[thing];
    if (!n->prefix)
        return false;
    if (n->segments > 2 && !texts_are_alike(&graph->texts, n->name, n->rest))
        return false;
    if (is_declared && find_bears(graph, n->element, n->prefix, thing, is_folded))
        return true;
    if (find_source_any(graph, n->element, n->prefix, &source, is_folded) != FOUND_NONE)
        return false;
    if (!has_lineage(n) && is_any_called(n))
        return false;
    return (has_lineage(n) &&
            is_called(graph, graph->elements.all[n->element].name, n->prefix, is_folded)) ||
           is_called(graph, t->name, n->prefix, is_folded) ||
           is_called(graph, t->last, n->prefix, is_folded);
}

/* The source of the element that is this table or dataset, or NOWHERE; `has_inode` tells whether
 * it declares any. */
static uint32_t declared(const struct native *n, uint32_t id, bool *has_inode)
{
    const struct graph *graph = n->graph;
    const struct field_element *element = &graph->elements.all[n->element];
    *has_inode = false;
    for (uint32_t i = 0; i < element->source_count; i++) {
        const struct field_source *source = &graph->sources.all[element->first_source + i];
        if (source->kind != KIND_TABLE && source->kind != KIND_DATASET &&
            source->kind != KIND_OTHER)
            continue;
        *has_inode = true;
        if (graph->things.all[source->target].id == id)
            return source->target;
    }
    return NOWHERE;
}

/* "inode-U/AMT" */
static void find_by_inode(struct native *n, uint32_t id)
{
    bool has_inode;
    bool is_folded = false;
    struct graph *graph = n->graph;
    size_t len;
    const char *head = texts_get(&graph->texts, n->head, &len);
    const uint32_t own = declared(n, id, &has_inode);
    uint32_t thing = own;
    if (thing == NOWHERE && !has_inode)
        thing = things_inode(graph, graph->columns.all[n->column].document, head, len);
    if (thing == NOWHERE) {
        graph->columns.all[n->column].is_foreign_inode = true;
        return;
    }
    const enum field_kind kind = graph->things.all[thing].kind;
    if (kind != KIND_TABLE && kind != KIND_DATASET)
        return;
    if ((n->is_blank && has_lineage(n)) || is_to(n, thing, own != NOWHERE, &is_folded))
        learn(n, thing, is_folded);
}

/* "<own elementId>/AMT", which does not say of which table: the prefix must. */
static void find_by_element(struct native *n)
{
    bool is_folded;
    struct field_source source = {.target = NOWHERE};
    if (n->segments == 2 &&
        find_source_any(n->graph, n->element, n->prefix, &source, &is_folded) == FOUND_ONE &&
        source.kind == KIND_TABLE)
        learn(n, source.target, is_folded);
}

void native_find(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->columns.count && graph_is_ok(graph); i++) {
        const struct field_column *column = &graph->columns.all[i];
        struct native n = {.graph = graph, .column = i, .element = column->element};
        if (column->document == NOWHERE || column->element == NOWHERE || column->is_listed ||
            column->is_error || !read_id(&n))
            continue;
        size_t len;
        const char *head = texts_get(&graph->texts, n.head, &len);
        const uint32_t id = things_inode_id(graph, head, len);
        read_formula(&n);
        if (id)
            find_by_inode(&n, id);
        else if (n.head == graph->elements.all[n.element].id)
            find_by_element(&n);
    }
    index_sort(&graph->native_names);
    for (uint32_t i = 0; i < graph->native_names.count; i++) {
        const struct index_row *row = &graph->native_names.rows[i];
        graph_index(graph, &graph->native_folds, row->a, texts_fold(&graph->texts, row->b),
                    row->value);
    }
    index_sort(&graph->native_folds);
}
