#include "record.h"

#include "words.h"

/* Records are built with adds whose failure the buffer remembers. */
struct record {
    const struct graph *graph;
    struct smc_buf *out;
    const char *comma;
};

#define RECORD_MAX ((size_t)128 * 1024 * 1024)

static void put(struct record *r, const char *text)
{
    (void)smc_buf_addstr(r->out, text);
}

/* A text as JSON; null where there is none. */
static void put_text(struct record *r, const char *before, uint32_t text)
{
    size_t len;
    const char *bytes = texts_get(&r->graph->texts, text, &len);
    put(r, before);
    if (text)
        (void)smc_json_encode(bytes, len, r->out);
    else
        put(r, "null");
}

static void put_json(struct record *r, const char *before, uint32_t json)
{
    put(r, before);
    put(r, json ? texts_get(&r->graph->texts, json, NULL) : "null");
}

/* "asset" and "asset_id" of a document, or of an element's. */
static void put_asset(struct record *r, uint32_t document, uint32_t model)
{
    const struct field_document *d =
        document == NOWHERE ? NULL : &r->graph->documents.all[document];
    put(r, "\"asset\": \"");
    put(r, words_asset(!d || d->is_model));
    if (d)
        put_json(r, "\", \"asset_id\": ", d->id_json);
    else
        put_text(r, "\", \"asset_id\": ", model);
}

static void put_element(struct record *r, const char *before, uint32_t element)
{
    const struct field_element *e = &r->graph->elements.all[element];
    put(r, before);
    put_asset(r, e->document, e->model);
    put_text(r, ", \"element_id\": ", e->id);
}

static void put_column(struct record *r, const struct field_edge *edge)
{
    const struct field_column *column = &r->graph->columns.all[edge->target];
    put_element(
        r, edge->kind == KIND_INPUT ? "{\"kind\": \"input-table\", " : "{\"kind\": \"column\", ",
        column->element);
    put_text(r, ", \"column_id\": ", column->id);
    put_text(r, ", \"column\": ", column->name);
}

static void put_thing(struct record *r, const struct field_edge *edge)
{
    const struct field_thing *thing = &r->graph->things.all[edge->target];
    switch (edge->kind) {
    case KIND_TABLE:
        put_json(r, "{\"kind\": \"table\", \"connectionId\": ", thing->connection);
        put_json(r, ", \"path\": ", thing->path);
        if (!thing->path)
            put_text(r, ", \"inodeId\": ", thing->id);
        break;
    case KIND_DATASET:
        put_text(r, "{\"kind\": \"dataset\", \"inodeId\": ", thing->id);
        break;
    case KIND_QUERY:
        put(r, "{\"kind\": \"query\"");
        break;
    case KIND_CSV:
        put_text(r, "{\"kind\": \"csv\", \"csvId\": ", thing->id);
        break;
    case KIND_OTHER:
    case KIND_ELEMENT:
    case KIND_COLUMN:
    case KIND_INPUT:
        break; /* no edge leads there by this way */
    }
    if (edge->kind != KIND_TABLE) {
        put_text(r, ", \"name\": ", thing->name);
        put_json(r, ", \"connectionId\": ", thing->connection);
    }
    put_text(r, ", \"column\": ", edge->native);
}

static void put_reads(struct record *r, const struct field_column *column)
{
    put(r, ", \"reads\": [");
    for (uint32_t i = 0; i < column->edge_count; i++) {
        const struct field_edge *edge = &r->graph->edges.all[column->first_edge + i];
        put(r, i ? ", " : "");
        if (edge->kind == KIND_COLUMN || edge->kind == KIND_INPUT)
            put_column(r, edge);
        else
            put_thing(r, edge);
        put(r, ", \"how\": \"");
        put(r, words_how(edge->how));
        put(r, "\"}");
    }
    put(r, "]");
}

static void put_doubt(struct record *r, uint32_t reference, enum field_reason reason)
{
    put(r, r->comma);
    put_text(r, "{\"reference\": ", reference);
    put(r, ", \"reason\": \"");
    put(r, words_reason(reason));
    put(r, "\"");
    r->comma = ", ";
}

static void put_unresolved(struct record *r, const struct field_column *column)
{
    put(r, ", \"unresolved\": [");
    r->comma = "";
    for (uint32_t i = 0; i < column->doubt_count; i++) {
        const struct field_doubt *doubt = &r->graph->doubts.all[column->first_doubt + i];
        put_doubt(r, doubt->reference, doubt->reason);
        if (doubt->element != NOWHERE)
            put_element(r, ", ", doubt->element);
        put(r, "}");
    }
    for (uint32_t i = 0; i < column->edge_count; i++) {
        const struct field_edge *edge = &r->graph->edges.all[column->first_edge + i];
        if (!edge->is_circle)
            continue;
        put_doubt(r, edge->reference, REASON_CIRCLE);
        put(r, "}");
    }
    put(r, "]");
}

static void put_reaches(struct record *r, const struct field_column *column)
{
    put(r, ", \"reaches\": [");
    for (uint32_t i = 0; i < column->reach_count; i++)
        put_json(r, i ? ", " : "", r->graph->reach.all[column->first_reach + i]);
    put(r, column->is_cut ? "], \"reaches_cut\": true}" : "]}");
}

static void put_record(struct record *r, const struct field_column *column)
{
    put(r, "{");
    put_asset(r, column->document, 0);
    put_text(r, ", \"element_id\": ", column->element_id);
    put_text(r, ", \"column_id\": ", column->id);
    put_text(r, ", \"column\": ", column->name);
    put_text(r, ", \"formula\": ", column->formula);
    put_reads(r, column);
    put_unresolved(r, column);
    put_reaches(r, column);
}

static enum smc_status end(const struct record *r, record_fn *fn, void *ctx, struct smc_error *err)
{
    enum smc_status rc = smc_buf_status(r->out);
    return rc == SMC_OK ? fn(ctx, r->out->data, r->out->len, err) : rc;
}

enum smc_status record_each(const struct graph *graph, uint32_t document, record_fn *fn, void *ctx,
                            struct smc_error *err)
{
    struct smc_buf out = SMC_BUF_INIT(RECORD_MAX);
    struct record r = {.graph = graph, .out = &out, .comma = ""};
    enum smc_status rc = SMC_OK;
    if (!graph->documents.all[document].has[PART_COLUMNS]) {
        const struct field_column none = {.document = document};
        put(&r, "{");
        put_asset(&r, document, 0);
        put(&r, ", \"element_id\": null, \"column_id\": null, \"column\": null, \"formula\": null, "
                "\"reads\": [], \"unresolved\": [");
        put_doubt(&r, 0, REASON_COLUMNS_UNAVAILABLE);
        put(&r, "}]");
        put_reaches(&r, &none);
        rc = end(&r, fn, ctx, err);
    }
    for (uint32_t i = 0; rc == SMC_OK && i < graph->columns.count; i++) {
        const struct field_column *column = &graph->columns.all[i];
        if (column->document != document || column->is_listed)
            continue;
        smc_buf_reset(&out);
        put_record(&r, column);
        rc = end(&r, fn, ctx, err);
    }
    smc_buf_clear(&out);
    return rc;
}
