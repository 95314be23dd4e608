#include "load.h"

#include <string.h>

#include "lib/base/uuid.h"

#include "spec.h"

/* The number of a UUID in lower case, or of another text as it is; 0 for what is not a text. */
static uint32_t load_uuid(struct graph *graph, struct smc_json_span value)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    char text[SMCI_UUID_TEXT_LEN + 1];
    uint32_t id = graph_text(graph, value);
    if (!id || !smci_uuid_parse(texts_get(&graph->texts, id, NULL), uuid))
        return id;
    smci_uuid_print(uuid, text);
    return texts_add(&graph->texts, text, SMCI_UUID_TEXT_LEN);
}

/* ---- elements ---- */

/* The names by which others must call the columns: those of relationships have a suffix there. */
static void add_listed(struct graph *graph, uint32_t document, uint32_t element,
                       struct smc_json_span names)
{
    struct smc_json_walk walk;
    struct smc_json_span name;
    if (smc_json_type_of(names) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, names))
        return;
    while (smc_json_walk_next(&walk, NULL, &name, NULL)) {
        uint32_t text = graph_text(graph, name);
        uint32_t at = text ? GRAPH_ADD(graph, columns) : NOWHERE;
        if (at == NOWHERE)
            continue;
        graph->columns.all[at] = (struct field_column){.document = document,
                                                       .element_id = element,
                                                       .element = NOWHERE,
                                                       .name = text,
                                                       .is_listed = true};
    }
}

static void load_element(struct graph *graph, uint32_t document, struct smc_json_span row)
{
    static const char *const members[] = {"elementId", "name", "type", "columns"};
    struct smc_json_span found[4];
    smc_json_members(row, members, 4, found);
    uint32_t id = graph_text(graph, found[0]);
    uint32_t at = id ? GRAPH_ADD(graph, elements) : NOWHERE;
    if (at == NOWHERE)
        return;
    graph->elements.all[at] =
        (struct field_element){.document = document,
                               .id = id,
                               .name = graph_text(graph, found[1]),
                               .is_input = smc_json_equals(found[2], "input-table")};
    if (graph->documents.all[document].is_model)
        add_listed(graph, document, id, found[3]);
}

/* ---- columns ---- */

/* "error", {"type": "error"}, or deeper. */
static bool is_error(struct smc_json_span type)
{
    for (int i = 0; i < 4 && smc_json_type_of(type) == SMC_JSON_OBJECT; i++)
        type = smc_json_member(type, "type");
    return smc_json_equals(type, "error");
}

static void load_column(struct graph *graph, uint32_t document, struct smc_json_span row)
{
    static const char *const members[] = {"elementId", "columnId", "name", "formula", "type"};
    struct smc_json_span found[5];
    smc_json_members(row, members, 5, found);
    uint32_t at = smc_json_type_of(row) == SMC_JSON_OBJECT ? GRAPH_ADD(graph, columns) : NOWHERE;
    if (at == NOWHERE)
        return;
    const struct field_column column = {.document = document,
                                        .element_id = graph_text(graph, found[0]),
                                        .element = NOWHERE,
                                        .id = graph_text(graph, found[1]),
                                        .name = graph_text(graph, found[2]),
                                        .formula = graph_text(graph, found[3]),
                                        .is_error = is_error(found[4])};
    graph->columns.all[at] = column;
}

/* ---- lineage and sources ---- */

static void add_thing(struct graph *graph, const struct field_thing *thing)
{
    uint32_t at = GRAPH_ADD(graph, things);
    if (at == NOWHERE)
        return;
    graph->things.all[at] = *thing;
}

static void add_links(struct graph *graph, uint32_t document, struct smc_json_span element,
                      struct smc_json_span ids)
{
    struct smc_json_walk walk;
    struct smc_json_span id;
    uint32_t owner = graph_text(graph, element);
    if (!owner)
        return;
    if (smc_json_type_of(ids) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, ids))
        return;
    while (smc_json_walk_next(&walk, NULL, &id, NULL)) {
        uint32_t source = graph_text(graph, id);
        uint32_t at = source ? GRAPH_ADD(graph, links) : NOWHERE;
        if (at != NOWHERE)
            graph->links.all[at] = (struct field_link){
                .document = document, .element_id = owner, .element = NOWHERE, .source = source};
    }
}

struct kind_name {
    const char *type;
    enum field_kind kind;
};

/* custom-sql and customSql: as other answers, and other readers of this one, have it. */
static const struct kind_name kinds[] = {{"table", KIND_TABLE},     {"dataset", KIND_DATASET},
                                         {"customSQL", KIND_QUERY}, {"custom-sql", KIND_QUERY},
                                         {"customSql", KIND_QUERY}, {"csv-upload", KIND_CSV}};

static enum field_kind kind_of(struct smc_json_span type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (smc_json_equals(type, kinds[i].type))
            return kinds[i].kind;
    return KIND_OTHER;
}

static void load_lineage(struct graph *graph, uint32_t document, struct smc_json_span row)
{
    static const char *const members[] = {"type",         "elementId", "sourceIds", "name",
                                          "connectionId", "inodeId",   "csvId",     "dataModelId"};
    struct smc_json_span found[8];
    smc_json_members(row, members, 8, found);
    if (smc_json_equals(found[0], "element")) {
        add_links(graph, document, found[1], found[2]);
        return;
    }
    if (smc_json_equals(found[0], "data-model")) {
        uint32_t at = GRAPH_ADD(graph, uses);
        if (at != NOWHERE)
            graph->uses.all[at] = (struct field_use){.document = document,
                                                     .model = graph_text(graph, found[7]),
                                                     .name = graph_text(graph, found[3])};
        return;
    }
    struct field_thing thing = {.document = document,
                                .kind = kind_of(found[0]),
                                .name = graph_text(graph, found[3]),
                                .connection = graph_json(graph, found[4])};
    if (thing.kind == KIND_CSV)
        thing.id = graph_text(graph, found[6]);
    else if (thing.kind != KIND_QUERY)
        thing.id = load_uuid(graph, found[5]);
    if (thing.id || thing.kind == KIND_QUERY)
        add_thing(graph, &thing);
}

static void load_source(struct graph *graph, uint32_t document, struct smc_json_span row)
{
    static const char *const members[] = {"type",      "inodeId",     "tableId",
                                          "datasetId", "dataModelId", "elementIds"};
    struct smc_json_span found[6];
    struct smc_json_walk walk;
    struct smc_json_span id;
    smc_json_members(row, members, 6, found);
    enum field_kind kind = kind_of(found[0]);
    if (kind == KIND_TABLE || kind == KIND_DATASET) {
        const struct smc_json_span own = kind == KIND_TABLE ? found[2] : found[3];
        const struct field_thing thing = {.document = document,
                                          .kind = kind,
                                          .is_source = true,
                                          .id = load_uuid(graph, found[1].p ? found[1] : own)};
        if (thing.id)
            add_thing(graph, &thing);
    }
    if (!smc_json_equals(found[0], "data-model") || smc_json_type_of(found[5]) != SMC_JSON_ARRAY ||
        !smc_json_walk_begin(&walk, found[5]))
        return;
    const uint32_t model = graph_text(graph, found[4]);
    while (smc_json_walk_next(&walk, NULL, &id, NULL)) {
        uint32_t element = graph_text(graph, id);
        uint32_t at = element ? GRAPH_ADD(graph, uses) : NOWHERE;
        if (at != NOWHERE)
            graph->uses.all[at] =
                (struct field_use){.document = document, .model = model, .element = element};
    }
}

static void load_control(struct graph *graph, uint32_t document, struct smc_json_span row)
{
    uint32_t name = graph_text(graph, smc_json_member(row, "name"));
    if (name)
        graph_index(graph, &graph->controls, document, name, 0);
}

typedef void row_fn(struct graph *graph, uint32_t document, struct smc_json_span row);

static row_fn *const readers[PART_COUNT] = {
    [PART_ELEMENTS] = load_element, [PART_COLUMNS] = load_column,   [PART_LINEAGE] = load_lineage,
    [PART_SOURCES] = load_source,   [PART_CONTROLS] = load_control, [PART_SPEC] = spec_load};

void load_rows(struct graph *graph, uint32_t document, enum field_part part,
               struct smc_json_span rows)
{
    struct smc_json_walk walk;
    struct smc_json_span row;
    if (document == NOWHERE || !graph_is_ok(graph))
        return;
    graph->documents.all[document].has[part] = true;
    if (part == PART_SPEC) {
        readers[part](graph, document, rows);
        return;
    }
    if (smc_json_type_of(rows) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, rows))
        return;
    while (smc_json_walk_next(&walk, NULL, &row, NULL))
        readers[part](graph, document, row);
}
