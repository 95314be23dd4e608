#include "path.h"

/* More segments than that are not looked at: each is a way to read the reference. */
#define SEGMENTS_MAX 16

struct readings {
    const struct reading *r;
    bool is_folded; /* the pass for names that differ in case */
    uint32_t segments[SEGMENTS_MAX];
    bool has_one;
    bool has_several;
    struct field_edge edge;
};

/* Notes a reading that checks out. Two that come to the same are one. */
static void check_out(struct readings *all, struct field_edge edge, enum field_how how)
{
    const bool is_folded = all->is_folded || edge.how == HOW_FOLDED;
    if (is_folded && !all->is_folded)
        return; /* its turn is later */
    if (all->has_one && (all->edge.kind != edge.kind || all->edge.target != edge.target ||
                         all->edge.native != edge.native))
        all->has_several = true;
    edge.how = is_folded ? HOW_FOLDED : how;
    if (!all->has_one)
        all->edge = edge;
    all->has_one = true;
}

/* A slash in the source's name, or in the column's, or in its id. */
static void try_slashes(struct readings *all)
{
    const struct reading *r = all->r;
    struct field_source source = {.target = NOWHERE};
    struct field_edge edge;
    for (size_t i = 1; i < r->segments; i++) {
        const uint32_t prefix = reading_name(r, 0, i);
        const uint32_t name = reading_name(r, i, r->segments);
        if (find_source(r->graph, r->element, prefix, all->is_folded, &source) == FOUND_ONE &&
            find_column(r->graph, &source, name, &edge) == FOUND_ONE)
            check_out(all, edge, edge.how);
    }
    uint32_t count = 0;
    const uint32_t whole = reading_name(r, 0, r->segments);
    const struct index_row *row =
        r->element == NOWHERE || all->is_folded
            ? NULL
            : index_find(&r->graph->column_names, r->element, whole, &count);
    if (row && count == 1 && row->value != r->column) {
        const struct field_edge own = {.kind = KIND_COLUMN, .target = row->value};
        check_out(all, own, HOW_SIBLING);
    }
}

static bool is_own_name(const struct readings *all)
{
    struct graph *graph = all->r->graph;
    const uint32_t own = graph->elements.all[all->r->element].name;
    return own && (all->is_folded ? texts_fold(&graph->texts, own) ==
                                        texts_fold(&graph->texts, all->segments[0])
                                  : own == all->segments[0]);
}

/* Whether some element of the document bears the name: one that is not declared, then. */
static bool is_another(const struct readings *all)
{
    const struct graph *graph = all->r->graph;
    for (uint32_t i = 0; i < graph->elements.count; i++)
        if (graph->elements.all[i].document != NOWHERE &&
            graph->elements.all[i].name == all->segments[0])
            return true;
    return false;
}

/* The element that the first segment stands for: a declared one; this one by its own name; this one
 * too, if it has several sources, by the name of its join, which nobody else bears. */
static uint32_t head_of(const struct readings *all, bool is_join)
{
    const struct reading *r = all->r;
    struct field_source source = {.target = NOWHERE};
    const uint32_t name = all->segments[0];
    enum found found = find_source(r->graph, r->element, name, all->is_folded, &source);
    if (found == FOUND_ONE)
        return source.kind == KIND_ELEMENT ? source.target : NOWHERE;
    if (found == FOUND_SEVERAL)
        return NOWHERE;
    if (is_own_name(all))
        return r->element;
    const bool is_fed_by_join = r->graph->elements.all[r->element].source_count > 1;
    return is_join && is_fed_by_join && !is_another(all) ? r->element : NOWHERE;
}

/* Of a table the columns' names in formulas may not be known: the id of a column that is nothing but
 * this reference has its native name. */
static bool find_by_own_id(const struct reading *r, const struct field_source *owner,
                           struct field_edge *edge)
{
    struct graph *graph = r->graph;
    struct field_edge own;
    const uint32_t id = graph->columns.all[r->column].id;
    if (!r->is_only || (owner->kind != KIND_TABLE && owner->kind != KIND_DATASET) || !id ||
        find_column(graph, owner, id, &own) != FOUND_ONE || own.how != HOW_EXACT)
        return false;
    *edge = own;
    return true;
}

/* [Join/.../Owner/Column]: each segment between names one source of what was come to, or of the
 * join. */
static void try_join(struct readings *all)
{
    const struct reading *r = all->r;
    struct graph *graph = r->graph;
    struct field_edge edge;
    struct field_source owner = {.kind = KIND_OTHER};
    const uint32_t join = head_of(all, true);
    uint32_t at = join;
    for (size_t i = 1; i + 1 < r->segments; i++) {
        enum found found = find_source(graph, at, all->segments[i], all->is_folded, &owner);
        if (found == FOUND_NONE && at != join)
            found = find_source(graph, join, all->segments[i], all->is_folded, &owner);
        if (found != FOUND_ONE)
            return;
        at = owner.kind == KIND_ELEMENT ? owner.target : join;
    }
    if (find_column(graph, &owner, all->segments[r->segments - 1], &edge) == FOUND_ONE ||
        find_by_own_id(r, &owner, &edge))
        check_out(all, edge, HOW_JOIN);
}

/* [Element/Relationship/Column], where the relationship's name is matched exactly. */
static void try_relation(struct readings *all)
{
    const struct reading *r = all->r;
    struct graph *graph = r->graph;
    struct field_edge edge;
    uint32_t count = 0;
    const uint32_t head = r->segments == 3 ? head_of(all, false) : NOWHERE;
    if (head == NOWHERE)
        return;
    const struct index_row *row =
        index_find(&graph->relation_names, head, all->segments[1], &count);
    if (!row || count != 1 || graph->relations.all[row->value].target == NOWHERE)
        return;
    const struct field_source target = {.kind = KIND_ELEMENT,
                                        .target = graph->relations.all[row->value].target};
    if (find_column(graph, &target, all->segments[2], &edge) == FOUND_ONE)
        check_out(all, edge, HOW_RELATIONSHIP);
}

void path_resolve(const struct reading *r)
{
    struct readings all = {.r = r};
    if (r->segments > SEGMENTS_MAX || r->element == NOWHERE) {
        reading_doubt(r, REASON_UNRESOLVED_PATH);
        return;
    }
    for (size_t i = 0; i < r->segments; i++)
        all.segments[i] = reading_name(r, i, 1);
    for (int pass = 0; pass < 2 && !all.has_one; pass++) {
        all.is_folded = pass == 1;
        try_slashes(&all);
        try_join(&all);
        try_relation(&all);
    }
    if (all.has_one && !all.has_several)
        reading_edge(r, all.edge);
    else
        reading_doubt(r, REASON_UNRESOLVED_PATH);
}
