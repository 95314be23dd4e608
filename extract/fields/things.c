#include "things.h"

#include <string.h>

#include "lib/base/uuid.h"

#include "base62.h"

#define INODE     "inode-"
#define INODE_LEN (sizeof INODE - 1)

uint32_t things_inode_id(struct graph *graph, const char *text, size_t len)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    char id[SMCI_UUID_TEXT_LEN + 1];
    const char *slash = len ? memchr(text, '/', len) : NULL;
    if (slash)
        len = (size_t)(slash - text);
    if (len <= INODE_LEN || memcmp(text, INODE, INODE_LEN) != 0 ||
        !base62_decode(text + INODE_LEN, len - INODE_LEN, uuid))
        return 0;
    smci_uuid_print(uuid, id);
    return texts_add(&graph->texts, id, SMCI_UUID_TEXT_LEN);
}

uint32_t things_inode(struct graph *graph, uint32_t document, const char *text, size_t len)
{
    uint32_t count = 0;
    const uint32_t id = things_inode_id(graph, text, len);
    const struct index_row *row = id ? index_find(&graph->thing_ids, document, id, &count) : NULL;
    return row ? row->value : NOWHERE;
}

/* ---- what rows and sourceIds name ---- */

static void index_things(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->things.count; i++) {
        const struct field_thing *thing = &graph->things.all[i];
        if (thing->kind == KIND_QUERY && thing->name)
            graph_index(graph, &graph->query_names, thing->document, thing->name, i);
        else if (thing->kind != KIND_QUERY)
            graph_index(graph, &graph->thing_ids, thing->document, thing->id, i);
    }
    index_sort(&graph->thing_ids);
    index_sort(&graph->query_names);
}

/* An inode that lineage and sources have no entry for: a table if it has a path. */
static void add_unlisted(struct graph *graph)
{
    struct index unlisted = {.count = 0};
    for (uint32_t i = 0; i < graph->links.count; i++) {
        size_t len;
        uint32_t count = 0;
        const struct field_link *link = &graph->links.all[i];
        const char *text = texts_get(&graph->texts, link->source, &len);
        const uint32_t id = link->model ? 0 : things_inode_id(graph, text, len);
        if (id && !index_find(&graph->thing_ids, link->document, id, &count))
            graph_index(graph, &unlisted, link->document, id, 0);
    }
    index_sort(&unlisted);
    for (uint32_t i = 0; i < unlisted.count; i++) {
        const struct index_row *row = &unlisted.rows[i];
        uint32_t at = GRAPH_ADD(graph, things);
        if (at == NOWHERE)
            break;
        graph->things.all[at] =
            (struct field_thing){.document = row->a, .kind = KIND_TABLE, .id = row->b};
        graph_index(graph, &graph->thing_ids, row->a, row->b, at);
    }
    index_clear(&unlisted);
    index_sort(&graph->thing_ids);
}

/* ---- paths ---- */

/* The same text for the same path, however Sigma spaces it; `last` gets its last part. */
static uint32_t normal_path(struct graph *graph, struct smc_json_span path, uint32_t *last)
{
    struct smc_json_walk walk;
    struct smc_json_span part;
    struct smc_json_span end = {NULL, 0};
    struct smc_buf *out = &graph->scratch;
    if (smc_json_type_of(path) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, path))
        return 0;
    smc_buf_reset(out);
    (void)smc_buf_addstr(out, "[");
    while (smc_json_walk_next(&walk, NULL, &part, NULL)) {
        (void)smc_buf_addstr(out, end.p ? ", " : "");
        (void)smc_buf_add(out, part.p, part.len);
        end = part;
    }
    graph_fail(graph, smc_buf_addstr(out, "]"));
    const uint32_t text = texts_add(&graph->texts, smc_buf_str(out), out->len);
    *last = end.p ? graph_text(graph, end) : 0;
    return end.p ? text : 0;
}

typedef enum smc_status ask_fn(void *ctx, const char *table, struct smc_buf *out, bool *found,
                               struct smc_error *err);

/* A service's answer about a table; NULL where there is none. The text is in `answer`. */
static bool ask(struct graph *graph, ask_fn *fn, uint32_t table, struct smc_buf *answer,
                struct smc_json_span *value)
{
    bool found = false;
    smc_buf_reset(answer);
    if (!fn || !graph_is_ok(graph))
        return false;
    enum smc_status rc = fn(graph->services->ctx, texts_get(&graph->texts, table, NULL), answer,
                            &found, &graph->err);
    if (rc != SMC_OK)
        graph_fail(graph, rc);
    return rc == SMC_OK && found &&
           smc_json_scan(smc_buf_str(answer), answer->len, value, NULL) == SMC_OK;
}

static void find_path(struct graph *graph, uint32_t place, struct smc_buf *answer)
{
    static const char *const members[] = {"connectionId", "path"};
    struct smc_json_span value;
    struct smc_json_span found[2];
    struct field_thing *thing = &graph->things.all[place];
    const bool is_listed = thing->name || thing->connection;
    if (ask(graph, graph->services->path, thing->id, answer, &value)) {
        smc_json_members(value, members, 2, found);
        thing->path = normal_path(graph, found[1], &thing->last);
        if (thing->path)
            thing->connection = graph_json(graph, found[0]);
    }
    if (!thing->path && !is_listed && !thing->is_source)
        thing->kind = KIND_OTHER;
}

static void find_columns(struct graph *graph, uint32_t place, struct smc_buf *answer)
{
    struct smc_json_walk walk;
    struct smc_json_span value;
    struct smc_json_span row;
    struct field_thing *thing = &graph->things.all[place];
    uint32_t position = 0;
    if (!ask(graph, graph->services->columns, thing->id, answer, &value) ||
        smc_json_type_of(value) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, value))
        return;
    thing->has_list = true;
    while (smc_json_walk_next(&walk, NULL, &row, NULL)) {
        uint32_t name = graph_text(graph, smc_json_member(row, "name"));
        if (name)
            graph_index(graph, &graph->table_columns, place, position++, name);
    }
}

void things_seal(struct graph *graph)
{
    struct smc_buf answer = SMC_BUF_INIT(graph->scratch.cap);
    index_things(graph);
    add_unlisted(graph);
    for (uint32_t i = 0; i < graph->thing_ids.count; i++) {
        const struct index_row *row = &graph->thing_ids.rows[i];
        bool is_again = i && row[-1].a == row->a && row[-1].b == row->b;
        if (is_again || graph->things.all[row->value].kind != KIND_TABLE)
            continue;
        find_path(graph, row->value, &answer);
        find_columns(graph, row->value, &answer);
    }
    index_sort(&graph->table_columns);
    smc_buf_clear(&answer);
}

uint32_t things_path(struct graph *graph, uint32_t document, uint32_t path)
{
    uint32_t last;
    size_t len;
    struct smc_json_span value;
    struct smc_buf copy = SMC_BUF_INIT(graph->scratch.cap);
    const char *text = texts_get(&graph->texts, path, &len);
    uint32_t wanted = 0;
    uint32_t place = NOWHERE;
    if (smc_buf_add(&copy, text, len) != SMC_OK)
        graph_fail(graph, smc_buf_status(&copy));
    else if (smc_json_scan(smc_buf_str(&copy), copy.len, &value, NULL) == SMC_OK)
        wanted = normal_path(graph, value, &last);
    for (uint32_t i = 0; wanted && place == NOWHERE && i < graph->things.count; i++)
        if (graph->things.all[i].document == document && graph->things.all[i].path == wanted)
            place = i;
    smc_buf_clear(&copy);
    return place;
}
