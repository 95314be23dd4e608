/* The truth: what the scenes said of each column, and what follows from it. */
#include "fields.h"

#include <stdlib.h>
#include <string.h>

static void put_text(const char *before, const char *text, struct text *t)
{
    text_str(t, before);
    if (text)
        text_json(t, text, strlen(text));
    else
        text_lit(t, "null");
}

static bool is_then(unsigned when, unsigned with)
{
    return (with & when & 0xff) == (when & 0xff) && (with & when >> 8) == 0;
}

static void put_asset(const struct doc *d, struct text *t)
{
    estate_put_id(d->o,
                  d->kind == K_WORKBOOKS ? "\"asset\":\"workbook\",\"asset_id\":\""
                                         : "\"asset\":\"datamodel\",\"asset_id\":\"",
                  d->kind, d->index, t);
}

/* ---- one step ---- */

static void put_leaf(const struct doc *d, const struct field_edge *edge, struct text *t)
{
    long connection =
        edge->of.feed == FEED_TABLE ? estate_table_connection(d->o, edge->of.table) : 0;

    estate_put_id(d->o, "\"connectionId\":\"", K_CONNECTIONS, connection, t);
    if (edge->of.feed == FEED_TABLE) {
        text_lit(t, ",\"path\":");
        estate_table_path(d->o, edge->of.table, t);
    } else {
        put_text(",\"name\":", edge->of.name, t);
    }
    put_text(",\"column\":", edge->native, t);
}

static void put_column(const struct doc *d, int column, struct text *t)
{
    const struct field_column *c = &d->columns.all[column];

    put_asset(d, t);
    put_text(",\"element_id\":", c->element < 0 ? NULL : d->elements.all[c->element].id, t);
    put_text(",\"column_id\":", c->id, t);
    put_text(",\"column\":", c->name, t);
}

static const struct doc *doc_of(const struct doc *d, const struct field_edge *edge)
{
    return edge->of.feed == FEED_MODEL ? edge->of.doc : d;
}

static void put_edge(const struct doc *d, const struct field_edge *edge, struct text *t)
{
    static const char *const kinds[] = {
        [FEED_TABLE] = "table",       [FEED_DATASET] = "dataset", [FEED_ELEMENT] = "column",
        [FEED_MODEL] = "column",      [FEED_QUERY] = "query",     [FEED_CSV] = "csv",
        [FEED_INPUT] = "input-table", [FEED_LOST] = "",
    };

    text_lit(t, "{\"kind\":\"");
    text_str(t, kinds[edge->of.feed]);
    text_lit(t, "\",");
    if (edge->of.feed == FEED_DATASET) {
        estate_put_id(d->o, "\"inodeId\":\"", K_DATASETS, edge->of.table, t);
        text_lit(t, ",");
    } else if (edge->of.feed == FEED_CSV) {
        text_lit(t, "\"csvId\":");
        doc_source_id(d, &edge->of, t);
        text_lit(t, ",");
    }
    if (edge->column >= 0)
        put_column(doc_of(d, edge), edge->column, t);
    else
        put_leaf(d, edge, t);
    put_text(",\"how\":", edge->how, t);
    text_lit(t, "}");
}

/* ---- all steps ---- */

/* Columns that were seen, and leaves that were found, on the way from one column. */
struct walk {
    struct seen {
        const struct doc *doc; /* NULL: a leaf */
        long column;           /* or a table */
        const char *native;
    } * seen;
    size_t count;
    size_t room;
    unsigned with;
    struct text *t;
    const char *comma;
};

static bool is_new(struct walk *w, struct seen what)
{
    size_t i;

    for (i = 0; i < w->count; i++)
        if (w->seen[i].doc == what.doc && w->seen[i].column == what.column &&
            (what.doc || strcmp(w->seen[i].native, what.native) == 0))
            return false;
    if (w->count == w->room) {
        size_t room = w->room > 0 ? w->room * 2 : 64;
        struct seen *grown = realloc(w->seen, room * sizeof(*grown));
        if (!grown) {
            w->t->failed = true;
            return false;
        }
        w->seen = grown;
        w->room = room;
    }
    w->seen[w->count++] = what;
    return true;
}

static void follow(struct walk *w, const struct doc *d, int column)
{
    int i;

    if (!is_new(w, (struct seen){d, column, NULL}))
        return;
    for (i = d->columns.all[column].first_edge; i >= 0; i = d->edges.all[i].next) {
        const struct field_edge *edge = &d->edges.all[i];
        if (!is_then(edge->when, w->with))
            continue;
        if (edge->column >= 0) {
            follow(w, doc_of(d, edge), edge->column);
        } else if (edge->of.feed == FEED_TABLE &&
                   is_new(w, (struct seen){NULL, edge->of.table, edge->native})) {
            text_str(w->t, w->comma);
            text_lit(w->t, "{");
            put_leaf(d, edge, w->t);
            text_lit(w->t, "}");
            w->comma = ",";
        }
    }
}

/* ---- records ---- */

static void put_doubts(const struct doc *d, const struct field_column *c, unsigned with,
                       struct text *t)
{
    const char *comma = "";
    int i;

    text_lit(t, ",\"unresolved\":[");
    for (i = c->first_doubt; i >= 0; i = d->doubts.all[i].next) {
        const struct field_doubt *doubt = &d->doubts.all[i];
        if (!is_then(doubt->when, with))
            continue;
        text_str(t, comma);
        put_text("{\"reference\":", doubt->reference, t);
        put_text(",\"reason\":", doubt->reason, t);
        text_lit(t, "}");
        comma = ",";
    }
    text_lit(t, "]");
}

static void put_edges(const struct doc *d, const struct field_column *c, unsigned with,
                      struct text *t)
{
    const char *comma = "";
    int i;

    text_lit(t, ",\"reads\":[");
    for (i = c->first_edge; i >= 0; i = d->edges.all[i].next) {
        if (!is_then(d->edges.all[i].when, with))
            continue;
        text_str(t, comma);
        put_edge(d, &d->edges.all[i], t);
        comma = ",";
    }
    text_lit(t, "]");
}

static void record(const struct doc *d, int column, unsigned with, struct text *t)
{
    const struct field_column *c = &d->columns.all[column];
    struct walk w = {.with = with, .t = t, .comma = ""};

    text_lit(t, "{");
    put_column(d, column, t);
    put_text(",\"formula\":", c->formula, t);
    put_edges(d, c, with, t);
    put_doubts(d, c, with, t);
    text_lit(t, ",\"reaches\":[");
    follow(&w, d, column);
    free(w.seen);
    text_lit(t, "]");
    /* Without its lineage less can be found, but nothing else. */
    if (d->kind == K_WORKBOOKS && estate_status(d->o, K_WORKBOOK_LINEAGE, d->index) != 200)
        text_lit(t, ",\"lacks\":\"lineage\"");
    text_lit(t, "},\n");
}

void doc_truth(const struct doc *d, unsigned with, struct text *t)
{
    int i;

    if (d->is_broken) {
        text_lit(t, "{");
        put_asset(d, t);
        text_lit(t, ",\"element_id\":null,\"column_id\":null,\"column\":null,\"formula\":null,"
                    "\"reads\":[],\"unresolved\":[{\"reference\":null,"
                    "\"reason\":\"columns-unavailable\"}],\"reaches\":[]},\n");
        return;
    }
    for (i = 0; i < d->columns.count; i++)
        record(d, i, with, t);
}
