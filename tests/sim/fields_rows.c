/* What Sigma answers of a document with known lineage: elements, columns, lineage, sources, pages. */
#include "fields.h"

#include <string.h>

enum { TWICE_EVERY = 13 };

/* ---- pieces ---- */

static void put_text(const char *before, const char *text, struct text *t)
{
    text_str(t, before);
    if (text)
        text_json(t, text, strlen(text));
    else
        text_lit(t, "null");
}

static bool is_data(const struct field_element *e)
{
    return strcmp(e->type, "control") != 0;
}

void doc_source_id(const struct doc *d, const struct feed_of *of, struct text *t)
{
    uint8_t id[16];

    text_lit(t, "\"");
    switch (of->feed) {
    case FEED_TABLE:
    case FEED_DATASET:
        estate_id(d->o, of->feed == FEED_TABLE ? K_PATH : K_DATASETS, of->table, id);
        text_lit(t, "inode-");
        text_base62(t, id, false);
        break;
    case FEED_MODEL:
        estate_id(d->o, K_DATAMODELS, of->doc->index, id);
        text_base62(t, id, false);
        text_lit(t, "/");
        text_str(t, of->doc->elements.all[of->element].id);
        break;
    case FEED_ELEMENT:
        text_str(t, d->elements.all[of->element].id);
        break;
    case FEED_CSV:
        text_lit(t, "csv-");
        text_str(t, of->name);
        break;
    case FEED_QUERY:
    case FEED_INPUT:
    case FEED_LOST:
        text_str(t, of->name);
        break;
    }
    text_lit(t, "\"");
}

/* The n-th of those elements that hold data, or of those on a page (`part` >= 0); -1: no more. */
static int nth_element(const struct doc *d, long part, bool only_data, long n)
{
    int i;

    for (i = 0; i < d->elements.count; i++) {
        const struct field_element *e = &d->elements.all[i];
        if ((part < 0 || e->page == part) && (!only_data || is_data(e)) && n-- == 0)
            return i;
    }
    return -1;
}

static long element_count(const struct doc *d, long part, bool only_data)
{
    long n = 0;
    int i;

    for (i = 0; i < d->elements.count; i++)
        n += (part < 0 || d->elements.all[i].page == part) &&
             (!only_data || is_data(&d->elements.all[i]));
    return n;
}

/* ---- elements, columns ---- */

static void element(const struct doc *d, int at, struct text *t)
{
    const struct field_element *e = &d->elements.all[at];
    const char *comma = "";
    int i;

    put_text("\"elementId\":", e->id, t);
    if (e->name)
        put_text(",\"name\":", e->name, t);
    put_text(",\"type\":", e->type, t);
    if (is_data(e) && !d->is_broken) {
        text_lit(t, ",\"columns\":[");
        for (i = 0; i < d->columns.count; i++) {
            if (d->columns.all[i].element != at)
                continue;
            put_text(comma, d->columns.all[i].name, t);
            comma = ",";
        }
        text_lit(t, "]");
    }
    if (strcmp(e->type, "visualization") == 0)
        text_lit(t, ",\"vizualizationType\":\"bar\"");
}

static void column(const struct doc *d, long at, struct text *t)
{
    const struct field_column *c = &d->columns.all[at];

    put_text("\"columnId\":", c->id, t);
    put_text(",\"name\":", c->name, t);
    put_text(",\"formula\":", c->formula, t);
    put_text(",\"type\":{\"type\":", c->type, t);
    put_text("},\"elementId\":", c->element < 0 ? NULL : d->elements.all[c->element].id, t);
}

/* ---- lineage ---- */

static void put_definition(const struct feed_of *of, struct text *t)
{
    text_lit(t, ",\"definition\":\"select * from ");
    text_str(t, of->name);
    text_long(t, of->table);
    text_lit(t, "\"");
}

static void lineage_feed(const struct doc *d, const struct feed_of *of, struct text *t)
{
    const char *name = of->name;
    long connection = 0;

    switch (of->feed) {
    case FEED_TABLE:
        estate_put_id(d->o, "\"type\":\"table\",\"inodeId\":\"", K_PATH, of->table, t);
        name = table_name(of->table);
        connection = estate_table_connection(d->o, of->table);
        break;
    case FEED_DATASET:
        estate_put_id(d->o, "\"type\":\"dataset\",\"inodeId\":\"", K_DATASETS, of->table, t);
        break;
    case FEED_MODEL:
        estate_put_id(d->o, "\"type\":\"data-model\",\"dataModelId\":\"", K_DATAMODELS,
                      of->doc->index, t);
        name = of->doc->elements.all[of->element].name;
        break;
    case FEED_QUERY:
        text_lit(t, "\"type\":\"customSQL\"");
        put_definition(of, t);
        break;
    case FEED_CSV:
        text_lit(t, "\"type\":\"csv-upload\",\"csvId\":");
        doc_source_id(d, of, t);
        break;
    case FEED_ELEMENT:
    case FEED_INPUT:
    case FEED_LOST:
        break;
    }
    put_text(",\"name\":", name, t);
    estate_put_id(d->o, ",\"connectionId\":\"", K_CONNECTIONS, connection, t);
}

/* `only_roots`: of data alone, as dataSourceIds has it. */
static void put_source_ids(const struct doc *d, const struct field_element *e, bool only_roots,
                           struct text *t)
{
    const char *comma = "";
    int i;

    for (i = e->first_source; i >= 0; i = d->sources.all[i].next) {
        const struct feed_of *of = &d->sources.all[i].of;
        if (only_roots && of->feed == FEED_ELEMENT)
            continue;
        text_str(t, comma);
        doc_source_id(d, of, t);
        comma = ",";
    }
}

static void lineage_element(const struct doc *d, int at, struct text *t)
{
    const struct field_element *e = &d->elements.all[at];

    put_text("\"type\":\"element\",\"elementId\":", e->id, t);
    if (e->first_source < 0 && d->o->undescribed) {
        text_lit(t, ",\"sourceIds\":null,\"dataSourceIds\":null");
        return;
    }
    text_lit(t, ",\"sourceIds\":[");
    put_source_ids(d, e, false, t);
    text_lit(t, "],\"dataSourceIds\":[");
    put_source_ids(d, e, true, t);
    text_lit(t, "]");
}

/* Some elements stand there twice, at the end. */
static long lineage_count(const struct doc *d)
{
    long elements = element_count(d, -1, true);

    return d->feeds.count + elements + elements / TWICE_EVERY;
}

static void lineage(const struct doc *d, long at, struct text *t)
{
    long n = at - d->feeds.count;
    long elements = element_count(d, -1, true);

    if (n >= elements)
        n = (n - elements) * TWICE_EVERY;
    if (at < d->feeds.count)
        lineage_feed(d, &d->feeds.all[at], t);
    else
        lineage_element(d, nth_element(d, -1, true, n), t);
}

/* ---- sources ---- */

static bool is_source(const struct feed_of *of)
{
    return of->feed != FEED_CSV;
}

static void source(const struct doc *d, long n, struct text *t)
{
    bool model = d->kind == K_DATAMODELS;
    const struct feed_of *of = d->feeds.all;

    while (!is_source(of) || n-- > 0)
        of++;
    if (of->feed == FEED_TABLE) {
        estate_put_id(
            d->o, model ? "\"type\":\"table\",\"tableId\":\"" : "\"type\":\"table\",\"inodeId\":\"",
            K_PATH, of->table, t);
    } else if (of->feed == FEED_DATASET) {
        estate_put_id(d->o,
                      model ? "\"type\":\"dataset\",\"datasetId\":\""
                            : "\"type\":\"dataset\",\"inodeId\":\"",
                      K_DATASETS, of->table, t);
        if (!model)
            text_lit(t, ",\"url\":\"https://app.sim.example/d\"");
    } else if (of->feed == FEED_MODEL) {
        estate_put_id(d->o, "\"type\":\"data-model\",\"dataModelId\":\"", K_DATAMODELS,
                      of->doc->index, t);
        put_text(",\"elementIds\":[", of->doc->elements.all[of->element].id, t);
        text_lit(t, "]");
    } else {
        estate_put_id(d->o, "\"type\":\"custom-sql\",\"connectionId\":\"", K_CONNECTIONS, 0, t);
        put_definition(of, t);
        put_text(",\"customSqlId\":", of->name, t);
    }
}

static long source_count(const struct doc *d)
{
    long n = 0;
    int i;

    for (i = 0; i < d->feeds.count; i++)
        n += is_source(&d->feeds.all[i]);
    return n;
}

/* ---- all of them ---- */

static void control(const struct doc *d, long at, struct text *t)
{
    put_text("\"name\":", d->controls.all[at], t);
    text_lit(t, ",\"valueType\":\"date\"");
}

long doc_row_count(const struct doc *d, enum kind kind, long page)
{
    switch ((int)kind) {
    case K_ELEMENTS:
    case K_DATAMODEL_ELEMENTS:
        return d->elements.count;
    case K_PAGE_ELEMENTS:
        return element_count(d, page, false);
    case K_WORKBOOK_COLUMNS:
    case K_DATAMODEL_COLUMNS:
        return d->columns.count;
    case K_WORKBOOK_LINEAGE:
    case K_DATAMODEL_LINEAGE:
        return lineage_count(d);
    case K_WORKBOOK_CONTROLS:
        return d->controls.count;
    case K_WORKBOOK_QUERIES:
        return element_count(d, -1, true);
    default:
        return source_count(d);
    }
}

void doc_row(const struct doc *d, enum kind kind, long page, long index, uint64_t call,
             struct text *t)
{
    estate_open(d->o, d->index + index, t);
    switch ((int)kind) {
    case K_ELEMENTS:
    case K_DATAMODEL_ELEMENTS:
        element(d, (int)index, t);
        break;
    case K_PAGE_ELEMENTS:
        element(d, nth_element(d, page, false, index), t);
        break;
    case K_WORKBOOK_COLUMNS:
    case K_DATAMODEL_COLUMNS:
        column(d, index, t);
        break;
    case K_WORKBOOK_LINEAGE:
    case K_DATAMODEL_LINEAGE:
        lineage(d, index, t);
        break;
    case K_WORKBOOK_CONTROLS:
        control(d, index, t);
        break;
    case K_WORKBOOK_QUERIES:
        put_text("\"elementId\":", d->elements.all[nth_element(d, -1, true, index)].id, t);
        estate_put_query(d->o, index, call, t);
        break;
    default:
        source(d, index, t);
        break;
    }
    estate_close(d->o, d->index + index, t);
}

/* ---- /spec ---- */

static void put_spec_source(const struct doc *d, const struct feed_of *of, struct text *t)
{
    if (of->feed == FEED_TABLE) {
        estate_put_id(d->o, "{\"kind\":\"warehouse-table\",\"connectionId\":\"", K_CONNECTIONS,
                      estate_table_connection(d->o, of->table), t);
        text_lit(t, ",\"path\":");
        estate_table_path(d->o, of->table, t);
    } else if (of->feed == FEED_ELEMENT) {
        put_text("{\"kind\":\"table\",\"elementId\":", d->elements.all[of->element].id, t);
    } else if (of->feed == FEED_MODEL) {
        estate_put_id(d->o, "{\"kind\":\"data-model\",\"dataModelId\":\"", K_DATAMODELS,
                      of->doc->index, t);
        put_text(",\"elementId\":", of->doc->elements.all[of->element].id, t);
    } else {
        put_text("{\"kind\":\"sql\",\"statement\":", of->name, t);
    }
    text_lit(t, "}");
}

static void put_spec_sources(const struct doc *d, const struct field_element *e, struct text *t)
{
    const struct field_source *s = e->first_source < 0 ? NULL : &d->sources.all[e->first_source];

    if (e->spec_source) {
        text_str(t, e->spec_source);
    } else if (!s) {
        text_lit(t, "null");
    } else if (s->next < 0) {
        put_spec_source(d, &s->of, t);
    } else { /* its keys are not lineage */
        text_lit(t, "{\"kind\":\"join\",\"joins\":[{\"left\":");
        put_spec_source(d, &s->of, t);
        text_lit(t, ",\"right\":");
        put_spec_source(d, &d->sources.all[s->next].of, t);
        text_lit(t, ",\"joinType\":\"left-outer\",\"columns\":[{\"left\":\"[Id]\","
                    "\"right\":\"Coalesce([Id], -2)\"}]}]}");
    }
}

void doc_spec_elements(const struct doc *d, struct text *t)
{
    int i;
    int c;

    for (i = 0; i < d->elements.count; i++) {
        const struct field_element *e = &d->elements.all[i];
        const char *comma = "";
        put_text(i > 0 ? ",{\"id\":" : "{\"id\":", e->id, t);
        text_lit(t, ",\"kind\":\"table\",\"order\":[],\"columns\":[");
        for (c = 0; c < d->columns.count; c++) {
            if (d->columns.all[c].element != i)
                continue;
            text_str(t, comma);
            put_text("{\"id\":", d->columns.all[c].id, t);
            put_text(",\"formula\":", d->columns.all[c].formula, t);
            text_lit(t, "}");
            comma = ",";
        }
        put_text("],\"name\":", e->name, t);
        text_lit(t, ",\"source\":");
        put_spec_sources(d, e, t);
        text_str(t, e->spec ? e->spec : "");
        text_lit(t, "}");
    }
}
