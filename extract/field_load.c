#include "field_load.h"

#include "extract/fields/load.h"

#include "key.h"

struct loading {
    struct graph *graph;
    uint32_t document;
    enum field_part part;
};

static enum smc_status load_page(struct join *join, struct smc_json_span page,
                                 struct smc_error *err)
{
    const struct loading *loading = join->ctx;
    load_rows(loading->graph, loading->document, loading->part, page);
    return graph_status(loading->graph, err);
}

/* The pages of the answer that `join` has turned to. */
static enum smc_status load_part(struct loading *loading, struct join *join,
                                 enum smc_json_type type, struct smc_error *err)
{
    void *ctx = join->ctx;
    join->ctx = loading;
    enum smc_status rc = join->is_read ? join_each_page(join, type, load_page, err) : SMC_OK;
    join->ctx = ctx;
    return rc;
}

static enum smc_status add_document(struct graph *graph, const struct join *join,
                                    enum document_type type, uint32_t *document,
                                    struct smc_error *err)
{
    struct smc_buf json = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = key_json(smc_buf_str(&join->id), &json);
    if (rc == SMC_OK) {
        *document = graph_add_document(graph, type == DOCUMENT_DATAMODEL, smc_buf_str(&join->id),
                                       (struct smc_json_span){json.data, json.len});
        rc = graph_status(graph, err);
    }
    smc_buf_clear(&json);
    return rc;
}

enum smc_status field_load(struct graph *graph, struct join *join, enum document_type type,
                           unsigned parts, uint32_t *document, struct smc_error *err)
{
    static const enum field_part part_of[DOCUMENT_PARTS] = {[DOCUMENT_ELEMENTS] = PART_ELEMENTS,
                                                            [DOCUMENT_COLUMNS] = PART_COLUMNS,
                                                            [DOCUMENT_LINEAGE] = PART_LINEAGE,
                                                            [DOCUMENT_SOURCES] = PART_SOURCES};
    struct loading loading = {.graph = graph};
    enum smc_status rc = add_document(graph, join, type, document, err);
    loading.document = *document;
    for (int i = 0; rc == SMC_OK && i < DOCUMENT_PARTS; i++) {
        loading.part = part_of[i];
        if (!(parts & 1U << loading.part))
            continue;
        rc = document_turn(join, type, (enum document_part)i, err);
        if (rc == SMC_OK)
            rc = load_part(&loading, join, SMC_JSON_ARRAY, err);
    }
    loading.part = PART_SPEC;
    if (rc != SMC_OK || type != DOCUMENT_DATAMODEL || !(parts & 1U << PART_SPEC) ||
        !join->job->selection.has_spec)
        return rc;
    rc = join_turn_over(join, CALL_MODEL_SPEC, err);
    return rc == SMC_OK ? load_part(&loading, join, SMC_JSON_OBJECT, err) : rc;
}
