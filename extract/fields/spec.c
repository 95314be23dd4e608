#include "spec.h"

struct place {
    uint32_t document;
    uint32_t element; /* its id */
};

typedef void item_fn(struct graph *graph, const struct place *place, struct smc_json_span item);

static void each(struct graph *graph, const struct place *place, struct smc_json_span items,
                 item_fn *fn)
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    if (smc_json_type_of(items) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, items))
        return;
    while (smc_json_walk_next(&walk, NULL, &item, NULL))
        fn(graph, place, item);
}

static void read_relation(struct graph *graph, const struct place *place, struct smc_json_span item)
{
    static const char *const members[] = {"name", "targetElementId"};
    struct smc_json_span found[2];
    smc_json_members(item, members, 2, found);
    const struct field_relation relation = {.element_id = place->element,
                                            .element = NOWHERE,
                                            .document = place->document,
                                            .name = graph_text(graph, found[0]),
                                            .target_id = graph_text(graph, found[1]),
                                            .target = NOWHERE};
    uint32_t at = relation.name && relation.target_id ? GRAPH_ADD(graph, relations) : NOWHERE;
    if (at != NOWHERE)
        graph->relations.all[at] = relation;
}

static void read_metric(struct graph *graph, const struct place *place, struct smc_json_span item)
{
    static const char *const members[] = {"name", "formula"};
    struct smc_json_span found[2];
    smc_json_members(item, members, 2, found);
    const struct field_metric metric = {.element_id = place->element,
                                        .element = NOWHERE,
                                        .document = place->document,
                                        .name = graph_text(graph, found[0]),
                                        .formula = graph_text(graph, found[1])};
    uint32_t at = metric.name ? GRAPH_ADD(graph, metrics) : NOWHERE;
    if (at != NOWHERE)
        graph->metrics.all[at] = metric;
}

/* {"kind": "table", "elementId"}, {"kind": "data-model", "dataModelId", "elementId"},
 * {"kind": "warehouse-table", "connectionId", "path"}. */
static struct field_link read_side(struct graph *graph, const struct place *place,
                                   struct smc_json_span side)
{
    static const char *const members[] = {"elementId", "dataModelId", "path"};
    struct smc_json_span found[3];
    smc_json_members(side, members, 3, found);
    return (struct field_link){.document = place->document,
                               .element_id = place->element,
                               .element = NOWHERE,
                               .source = graph_text(graph, found[0]),
                               .model = graph_text(graph, found[1]),
                               .path = graph_json(graph, found[2])};
}

static void add_leg(struct graph *graph, const struct place *place, struct smc_json_span side,
                    uint32_t alias)
{
    struct field_link link = read_side(graph, place, side);
    uint32_t at = link.source || link.path ? GRAPH_ADD(graph, links) : NOWHERE;
    if (at == NOWHERE)
        return;
    link.alias = alias;
    graph->links.all[at] = link;
}

static void read_join(struct graph *graph, const struct place *place, struct smc_json_span item)
{
    static const char *const members[] = {"left", "right", "name"};
    struct smc_json_span found[3];
    smc_json_members(item, members, 3, found);
    add_leg(graph, place, found[0], 0);
    add_leg(graph, place, found[1], graph_text(graph, found[2]));
}

/* "[Col]" is a name; else it is an id; null and "" are none. */
static void add_branch(struct graph *graph, struct field_match *match, struct smc_json_span column)
{
    size_t len;
    uint32_t text = graph_text(graph, column);
    const char *bytes = texts_get(&graph->texts, text, &len);
    if (!len)
        return;
    match->is_id = len < 3 || bytes[0] != '[' || bytes[len - 1] != ']';
    match->column = text;
    if (!match->is_id) {
        smc_buf_reset(&graph->scratch);
        graph_fail(graph, smc_buf_add(&graph->scratch, bytes + 1, len - 2));
        match->column = texts_add(&graph->texts, smc_buf_str(&graph->scratch), graph->scratch.len);
    }
    uint32_t at = GRAPH_ADD(graph, matches);
    if (at != NOWHERE)
        graph->matches.all[at] = *match;
}

/* The columns of the branches are in the order of the sources. */
static void read_union(struct graph *graph, const struct place *place, struct smc_json_span source)
{
    static const char *const members[] = {"outputColumnName", "sourceColumns"};
    struct smc_json_walk matches;
    struct smc_json_span match;
    struct smc_json_span found[2];
    struct smc_json_span all = smc_json_member(source, "matches");
    if (smc_json_type_of(all) != SMC_JSON_ARRAY || !smc_json_walk_begin(&matches, all))
        return;
    while (smc_json_walk_next(&matches, NULL, &match, NULL)) {
        struct smc_json_walk branches;
        struct smc_json_walk columns;
        struct smc_json_span branch;
        struct smc_json_span column;
        smc_json_members(match, members, 2, found);
        if (smc_json_type_of(found[1]) != SMC_JSON_ARRAY ||
            !smc_json_walk_begin(&branches, smc_json_member(source, "sources")) ||
            !smc_json_walk_begin(&columns, found[1]))
            continue;
        while (smc_json_walk_next(&branches, NULL, &branch, NULL) &&
               smc_json_walk_next(&columns, NULL, &column, NULL)) {
            struct field_match row = {.branch = read_side(graph, place, branch),
                                      .element = NOWHERE,
                                      .name = graph_text(graph, found[0])};
            add_branch(graph, &row, column);
        }
    }
}

static void read_element(struct graph *graph, const struct place *page, struct smc_json_span item)
{
    static const char *const members[] = {"id", "relationships", "metrics", "source"};
    struct smc_json_span found[4];
    smc_json_members(item, members, 4, found);
    const struct place place = {page->document, graph_text(graph, found[0])};
    if (!place.element)
        return;
    each(graph, &place, found[1], read_relation);
    each(graph, &place, found[2], read_metric);
    const struct smc_json_span kind = smc_json_member(found[3], "kind");
    if (smc_json_equals(kind, "join")) {
        /* What is joined to bears the join's own name. */
        add_leg(graph, &place, smc_json_member(found[3], "primarySource"),
                graph_text(graph, smc_json_member(found[3], "name")));
        each(graph, &place, smc_json_member(found[3], "joins"), read_join);
    }
    if (smc_json_equals(kind, "union"))
        read_union(graph, &place, found[3]);
}

static void read_page(struct graph *graph, const struct place *place, struct smc_json_span page)
{
    each(graph, place, smc_json_member(page, "elements"), read_element);
}

void spec_load(struct graph *graph, uint32_t document, struct smc_json_span spec)
{
    const struct place place = {.document = document};
    each(graph, &place, smc_json_member(spec, "pages"), read_page);
    each(graph, &place, smc_json_member(spec, "elements"), read_element);
}
