#include "link.h"

#include <string.h>

#include "lib/base/uuid.h"

#include "base62.h"
#include "saved.h"
#include "things.h"

uint32_t link_element(const struct graph *graph, uint32_t document, uint32_t id)
{
    uint32_t count = 0;
    const struct index_row *row = id ? index_find(&graph->element_ids, document, id, &count) : NULL;
    return row ? row->value : NOWHERE;
}

/* ---- data models ---- */

/* The data model of a urlId: as the listing has it, else the UUID that it encodes. */
static uint32_t model_of(struct graph *graph, const char *url_id, size_t len)
{
    bool found = false;
    unsigned char uuid[SMCI_UUID_BYTES];
    char text[SMCI_UUID_TEXT_LEN + 1];
    struct smc_buf copy = SMC_BUF_INIT(graph->scratch.cap);
    uint32_t model = 0;
    enum smc_status rc = smc_buf_add(&copy, url_id, len);
    smc_buf_reset(&graph->scratch);
    if (rc == SMC_OK)
        rc = graph->services->model(graph->services->ctx, smc_buf_str(&copy), &graph->scratch,
                                    &found, &graph->err);
    graph_fail(graph, rc);
    if (found) {
        model = texts_add(&graph->texts, smc_buf_str(&graph->scratch), graph->scratch.len);
    } else if (base62_decode(smc_buf_str(&copy), copy.len, uuid)) {
        smci_uuid_print(uuid, text);
        model = texts_add(&graph->texts, text, SMCI_UUID_TEXT_LEN);
    } else {
        model = texts_add(&graph->texts, smc_buf_str(&copy), copy.len);
    }
    smc_buf_clear(&copy);
    return model;
}

/* Whether /sources of the document speaks of the data model, and not of this element of it. */
static bool is_doubtful(const struct graph *graph, const struct field_link *link)
{
    bool has_model = false;
    for (uint32_t i = 0; i < graph->uses.count; i++) {
        const struct field_use *use = &graph->uses.all[i];
        if (use->document != link->document || use->model != link->model || !use->element)
            continue;
        if (use->element == link->source)
            return false;
        has_model = true;
    }
    return has_model;
}

/* "dmU/s1" becomes a data model and an element of it. What is an element of the document itself, or
 * an inode, stays as it is. */
void link_split_model(struct graph *graph, struct field_link *link)
{
    size_t len;
    const char *text = texts_get(&graph->texts, link->source, &len);
    const char *slash = len ? memchr(text, '/', len) : NULL;
    if (link->model || !slash || slash == text || slash + 1 == text + len)
        return;
    if (strncmp(text, "inode-", 6) == 0 ||
        link_element(graph, link->document, link->source) != NOWHERE)
        return;
    const size_t at = (size_t)(slash + 1 - text);
    struct smc_buf suffix = SMC_BUF_INIT(graph->scratch.cap);
    graph_fail(graph, smc_buf_add(&suffix, text + at, len - at));
    link->model = model_of(graph, text, at - 1);
    link->source = texts_add(&graph->texts, smc_buf_str(&suffix), suffix.len);
    link->is_doubtful = is_doubtful(graph, link);
    smc_buf_clear(&suffix);
}

/* The document of the graph that is this data model, or NOWHERE. */
static uint32_t own_model(const struct graph *graph, uint32_t model)
{
    for (uint32_t i = 0; i < graph->documents.count; i++)
        if (graph->documents.all[i].is_model && graph->documents.all[i].id == model)
            return i;
    return NOWHERE;
}

static uint32_t add_foreign(struct graph *graph, uint32_t model, uint32_t id)
{
    const uint32_t at = GRAPH_ADD(graph, elements);
    if (at != NOWHERE)
        graph->elements.all[at] = (struct field_element){
            .document = NOWHERE, .model = model, .id = id, .is_closed = true};
    return at;
}

/* An element of another document, out of what was saved; one of whose columns nothing is known,
 * where nothing was. */
static uint32_t import(struct graph *graph, uint32_t model, uint32_t id)
{
    bool found = false;
    struct smc_json_span saved;
    const uint32_t own = own_model(graph, model);
    if (own != NOWHERE && link_element(graph, own, id) != NOWHERE)
        return link_element(graph, own, id);
    struct smc_buf text = SMC_BUF_INIT(graph->scratch.cap);
    const uint32_t at = add_foreign(graph, model, id);
    if (at != NOWHERE && own == NOWHERE)
        graph_fail(graph, graph->services->element(
                              graph->services->ctx, texts_get(&graph->texts, model, NULL),
                              texts_get(&graph->texts, id, NULL), &text, &found, &graph->err));
    if (found && graph_is_ok(graph) &&
        smc_json_scan(smc_buf_str(&text), text.len, &saved, &graph->err) == SMC_OK)
        saved_read(graph, at, saved);
    smc_buf_clear(&text);
    return at;
}

/* The value of each row becomes the element that was imported for it, but for those that `known`
 * has. */
static void import_all(struct graph *graph, struct index *wanted, const struct index *known)
{
    index_sort(wanted);
    for (uint32_t i = 0; i < wanted->count && graph_is_ok(graph); i++) {
        uint32_t count = 0;
        struct index_row *row = &wanted->rows[i];
        const struct index_row *there = known ? index_find(known, row->a, row->b, &count) : NULL;
        row->value = there ? there->value : import(graph, row->a, row->b);
    }
}

/* ---- sources ---- */

/* The name that /lineage gives the one element that is used of a data model. */
static uint32_t used_name(const struct graph *graph, const struct field_link *link)
{
    uint32_t name = 0;
    for (uint32_t i = 0; i < graph->uses.count; i++) {
        const struct field_use *use = &graph->uses.all[i];
        if (use->document != link->document || use->model != link->model || !use->name)
            continue;
        if (name && name != use->name)
            return 0;
        name = use->name;
    }
    for (uint32_t i = 0; name && i < graph->links.count; i++) {
        const struct field_link *other = &graph->links.all[i];
        if (other->document == link->document && other->model == link->model &&
            other->source != link->source)
            return 0;
    }
    return name;
}

static struct field_source of_element(const struct graph *graph, uint32_t element, uint32_t alias)
{
    const uint32_t name = graph->elements.all[element].name;
    return (struct field_source){KIND_ELEMENT, element, {alias ? alias : name, name}};
}

static struct field_source of_thing(struct graph *graph, uint32_t place, uint32_t alias)
{
    static const char query[] = "Custom SQL"; /* whatever it is called */
    const struct field_thing *thing = &graph->things.all[place];
    struct field_source source = {thing->kind, place, {thing->name, thing->last}};
    if (thing->kind == KIND_QUERY) {
        source.names[0] = texts_add(&graph->texts, query, sizeof query - 1);
        source.names[1] = 0;
    }
    if (alias)
        source.names[1] = alias;
    return source;
}

typedef void source_fn(struct graph *graph, void *ctx, const struct field_source *source);

static void each_model_source(struct graph *graph, const struct field_link *link, source_fn *fn,
                              void *ctx)
{
    uint32_t count = 0;
    uint32_t element = NOWHERE;
    const struct index_row *row = index_find(&graph->imports, link->model, link->source, &count);
    if (link->is_doubtful || !row)
        element = add_foreign(graph, link->model, link->source);
    else
        element = row->value;
    if (element == NOWHERE)
        return;
    uint32_t alias = link->alias;
    if (!alias && !graph->elements.all[element].name)
        alias = used_name(graph, link);
    const struct field_source source = of_element(graph, element, alias);
    fn(graph, ctx, &source);
}

/* Calls `fn` for each of what a link may stand for: several where names collide. */
static void each_source(struct graph *graph, const struct field_link *link, source_fn *fn,
                        void *ctx)
{
    size_t len;
    uint32_t count = 0;
    struct field_source source;
    if (link->model) {
        each_model_source(graph, link, fn, ctx);
        return;
    }
    const char *text = texts_get(&graph->texts, link->source, &len);
    uint32_t place = link_element(graph, link->document, link->source);
    if (place != NOWHERE) {
        source = of_element(graph, place, link->alias);
        fn(graph, ctx, &source);
        return;
    }
    place = link->path ? things_path(graph, link->document, link->path)
                       : things_inode(graph, link->document, text, len);
    if (place != NOWHERE) {
        source = of_thing(graph, place, link->alias);
        fn(graph, ctx, &source);
        return;
    }
    const struct index_row *row =
        index_find(&graph->query_names, link->document, link->source, &count);
    for (uint32_t i = 0; i < count; i++) {
        source = of_thing(graph, row[i].value, 0);
        fn(graph, ctx, &source);
    }
    row = index_find(&graph->thing_ids, link->document, link->source, &count);
    if (row) { /* an upload */
        source = of_thing(graph, row->value, 0);
        fn(graph, ctx, &source);
    }
}

static void add_source(struct graph *graph, void *ctx, const struct field_source *source)
{
    struct field_element *owner = &graph->elements.all[*(const uint32_t *)ctx];
    if (source->kind == KIND_ELEMENT && source->target == *(const uint32_t *)ctx)
        return; /* never itself */
    const uint32_t at = GRAPH_ADD(graph, sources);
    if (at == NOWHERE)
        return;
    graph->sources.all[at] = *source;
    if (!owner->source_count++)
        owner->first_source = at;
}

static void set_branch(struct graph *graph, void *ctx, const struct field_source *source)
{
    (void)graph;
    struct field_match *match = ctx;
    match->source = *source;
}

static void import_models(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->links.count; i++) {
        struct field_link *link = &graph->links.all[i];
        link_split_model(graph, link);
        if (link->model && !link->is_doubtful)
            graph_index(graph, &graph->imports, link->model, link->source, 0);
    }
    for (uint32_t i = 0; i < graph->matches.count; i++) {
        const struct field_link *link = &graph->matches.all[i].branch;
        if (link->model)
            graph_index(graph, &graph->imports, link->model, link->source, 0);
    }
    import_all(graph, &graph->imports, NULL);
}

void link_sources(struct graph *graph)
{
    struct index owners = {.count = 0}; /* element, place of the link */
    import_models(graph);
    for (uint32_t i = 0; i < graph->links.count; i++) {
        const struct field_link *link = &graph->links.all[i];
        graph_index(graph, &owners, link_element(graph, link->document, link->element_id), i, 0);
    }
    index_sort(&owners);
    for (uint32_t i = 0; i < owners.count && graph_is_ok(graph); i++) {
        const struct field_link link = graph->links.all[owners.rows[i].b];
        uint32_t owner = owners.rows[i].a;
        if (owner != NOWHERE)
            each_source(graph, &link, add_source, &owner);
    }
    index_clear(&owners);
    for (uint32_t i = 0; i < graph->matches.count && graph_is_ok(graph); i++) {
        struct field_match *match = &graph->matches.all[i];
        match->source = (struct field_source){.target = NOWHERE};
        each_source(graph, &match->branch, set_branch, match);
    }
}

/* ---- further on ---- */

static void want_further(struct graph *graph, struct index *wanted, uint32_t relations,
                         uint32_t links)
{
    for (uint32_t i = 0; i < relations; i++) {
        const struct field_relation *relation = &graph->relations.all[i];
        if (relation->document == NOWHERE)
            graph_index(graph, wanted, graph->elements.all[relation->element].model,
                        relation->target_id, 0);
    }
    for (uint32_t i = 0; i < links; i++) {
        const struct field_link *link = &graph->links.all[i];
        if (link->document == NOWHERE)
            graph_index(graph, wanted, link->model, link->source, 0);
    }
}

/* Relationships and sources of elements of other documents lead to further elements of those, which
 * only references of several segments come to. */
void link_further(struct graph *graph)
{
    struct index wanted = {.count = 0};
    const uint32_t relations = graph->relations.count;
    const uint32_t links = graph->links.count;
    if (!graph->has_paths)
        return;
    want_further(graph, &wanted, relations, links);
    import_all(graph, &wanted, &graph->imports);
    for (uint32_t i = 0; i < relations && graph_is_ok(graph); i++) {
        uint32_t count = 0;
        struct field_relation *relation = &graph->relations.all[i];
        if (relation->document != NOWHERE)
            continue;
        const struct index_row *row = index_find(
            &wanted, graph->elements.all[relation->element].model, relation->target_id, &count);
        relation->target = row ? row->value : NOWHERE;
    }
    for (uint32_t i = 0; i < links && graph_is_ok(graph); i++) {
        uint32_t count = 0;
        const struct field_link link = graph->links.all[i];
        const struct index_row *row = index_find(&wanted, link.model, link.source, &count);
        uint32_t owner = link.element;
        if (link.document != NOWHERE || !row || row->value == NOWHERE)
            continue;
        const struct field_source source = of_element(graph, row->value, link.alias);
        add_source(graph, &owner, &source);
    }
    index_clear(&wanted);
}
