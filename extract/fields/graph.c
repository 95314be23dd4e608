#include "graph.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)128 * 1024 * 1024)

void graph_init(struct graph *graph, const struct field_services *services)
{
    *graph = (struct graph){.services = services, .err = SMC_ERROR_INIT};
    texts_init(&graph->texts);
    smc_buf_init(&graph->scratch, TEXT_MAX);
}

void graph_clear(struct graph *graph)
{
    struct field_list *const lists[] = {
        &graph->documents.list, &graph->things.list,  &graph->uses.list,    &graph->elements.list,
        &graph->columns.list,   &graph->links.list,   &graph->sources.list, &graph->relations.list,
        &graph->metrics.list,   &graph->matches.list, &graph->edges.list,   &graph->doubts.list,
        &graph->reach.list};
    struct index *const indexes[] = {
        &graph->element_ids,  &graph->controls,      &graph->thing_ids,
        &graph->query_names,  &graph->column_names,  &graph->element_columns,
        &graph->column_ids,   &graph->column_folds,  &graph->native_names,
        &graph->native_folds, &graph->table_columns, &graph->relation_names,
        &graph->imports,      &graph->metric_names,  &graph->match_names};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        free(lists[i]->all);
    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++)
        index_clear(indexes[i]);
    smc_buf_clear(&graph->scratch);
    texts_clear(&graph->texts);
    graph_init(graph, graph->services);
}

bool graph_is_ok(const struct graph *graph)
{
    return graph->err.code == SMC_OK && graph->texts.status == SMC_OK;
}

void graph_fail(struct graph *graph, enum smc_status status)
{
    if (status != SMC_OK)
        (void)smc_error_set(&graph->err, status, "%s", smc_error_text(status));
}

enum smc_status graph_status(const struct graph *graph, struct smc_error *err)
{
    if (graph->err.code != SMC_OK)
        return smc_error_copy(err, &graph->err);
    if (graph->texts.status != SMC_OK)
        return smc_error_set(err, graph->texts.status, "%s", smc_error_text(graph->texts.status));
    return SMC_OK;
}

uint32_t graph_add(struct graph *graph, struct field_list *list, size_t size)
{
    if (!graph_is_ok(graph))
        return NOWHERE;
    if (list->count == list->allocated) {
        uint32_t more = list->allocated ? list->allocated * 2 : 16;
        void *all = more < NOWHERE / 2 ? reallocarray(list->all, more, size) : NULL;
        if (!all) {
            graph_fail(graph, SMC_ERR_NOMEM);
            return NOWHERE;
        }
        list->all = all;
        list->allocated = more;
    }
    (void)memset((char *)list->all + size * list->count, 0, size);
    return list->count++;
}

void graph_index(struct graph *graph, struct index *index, uint32_t a, uint32_t b, uint32_t value)
{
    if (graph_is_ok(graph) && !index_add(index, a, b, value))
        graph_fail(graph, SMC_ERR_NOMEM);
}

uint32_t graph_add_document(struct graph *graph, bool is_model, const char *key,
                            struct smc_json_span json)
{
    uint32_t place = GRAPH_ADD(graph, documents);
    if (place == NOWHERE)
        return place;
    struct field_document *document = &graph->documents.all[place];
    document->is_model = is_model;
    document->id = texts_add(&graph->texts, key, strlen(key));
    document->id_json = graph_json(graph, json);
    return place;
}

uint32_t graph_text(struct graph *graph, struct smc_json_span value)
{
    if (smc_json_type_of(value) != SMC_JSON_STRING)
        return 0;
    if (!memchr(value.p, '\\', value.len))
        return texts_add(&graph->texts, value.p + 1, value.len - 2);
    smc_buf_reset(&graph->scratch);
    enum smc_status rc = smc_json_decode(value, &graph->scratch);
    if (rc != SMC_OK) {
        graph_fail(graph, rc);
        return 0;
    }
    return texts_add(&graph->texts, smc_buf_str(&graph->scratch), graph->scratch.len);
}

uint32_t graph_json(struct graph *graph, struct smc_json_span value)
{
    return value.p ? texts_add(&graph->texts, value.p, value.len) : 0;
}
