/* The rows of one object: its sources, elements, lineage. */
#include "estate.h"

#include <string.h>

/* Where a row stands in the estate, as one number to draw from. */
static uint64_t row_hash(const struct sim_options *o, enum kind kind, long parent, long index)
{
    return estate_hash(o, kind, parent, 1000 + (uint64_t)index);
}

long estate_row_count(const struct sim_options *o, enum kind kind, long parent)
{
    long n;

    switch ((int)kind) {
    case K_WORKBOOK_SOURCES:
        n = o->sources;
        break;
    case K_ELEMENTS:
        n = o->elements;
        break;
    case K_DATAMODEL_SOURCES:
        n = o->datamodel_sources;
        break;
    case K_DATAMODEL_LINEAGE:
        n = o->lineage;
        break;
    case K_DATASET_SOURCES:
        n = o->dataset_sources;
        break;
    case K_REPORT_SOURCES:
        return o->odd && parent % 3 == 2 ? 0 : 2;
    default:
        return estate_extra_count(o, kind, parent);
    }
    /* Elements and sources are not empty for the same workbook. */
    if (kind == K_ELEMENTS)
        parent++;
    if (o->odd && parent % 7 == 3)
        return 0;
    return o->odd && parent % 7 == 5 ? n * 2 : n;
}

/* A table's id, or in some odd rows the id of no table at all. */
static void put_table(const struct sim_options *o, const char *before, uint64_t h, struct text *t)
{
    if (o->tables <= 0 || (o->odd && h % 61 == 7))
        estate_put_id(o, before, K_OTHER, (long)(h % 1000), t);
    else
        estate_put_id(o, before, K_PATH, (long)((h >> 8) % (uint64_t)o->tables), t);
}

static void put_sql(const struct sim_options *o, const char *before, long index, struct text *t)
{
    text_str(t, before);
    text_lit(t, "select \\\"a\\\" -- ");
    estate_name(o, "sql", index, t);
    text_lit(t, "\\nfrom t\"");
}

/* Sources that the description does not know. */
static void undescribed_source(uint64_t h, struct text *t)
{
    static const char *const texts[] = {
        "\"type\":\"table\"",
        "\"type\":\"table\",\"inodeId\":null,\"tableId\":null,\"path\":\"theirs\"",
        "\"type\":\"semantic-view\",\"inodeId\":\"sv\",\"more\":[1.10]",
        "\"type\":null",
        "\"kind\":\"no type at all\"",
    };

    text_str(t, texts[h % 5]);
}

static void source(const struct sim_options *o, enum kind kind, long parent, long index,
                   struct text *t)
{
    uint64_t h = row_hash(o, kind, parent, index);
    bool model = kind == K_DATAMODEL_SOURCES;
    long type = kind == K_DATASET_SOURCES ? (index % 4 == 3 ? 5 : 0) : (index + parent) % 8;

    if (type == 7 && o->odd && o->undescribed) {
        undescribed_source(h, t);
    } else if (type == 4 && o->datamodels > 0) {
        estate_put_id(o, "\"type\":\"data-model\",\"dataModelId\":\"", K_DATAMODELS,
                      (long)(h % (uint64_t)o->datamodels), t);
        text_lit(t, ",\"elementIds\":[\"aB3dE5gH1j\"]");
        if (h & 1)
            estate_put_id(o, ",\"versionTagId\":\"", K_OTHER, 1, t);
    } else if (type == 5 && o->datasets > 0) {
        estate_put_id(o,
                      model ? "\"type\":\"dataset\",\"datasetId\":\""
                            : "\"type\":\"dataset\",\"inodeId\":\"",
                      K_DATASETS, (long)(h % (uint64_t)o->datasets), t);
        if (!model && kind != K_DATASET_SOURCES)
            text_lit(t, ",\"url\":\"https://app.sim.example/d\"");
    } else if (type == 6) {
        estate_put_id(o, "\"type\":\"custom-sql\",\"connectionId\":\"", K_CONNECTIONS, 0, t);
        put_sql(o, ",\"definition\":\"", parent + index, t);
        text_lit(t, ",\"customSqlId\":\"yTT-UL_bPV\"");
    } else {
        put_table(o,
                  model ? "\"type\":\"table\",\"tableId\":\"" : "\"type\":\"table\",\"inodeId\":\"",
                  h, t);
        if (o->odd && h % 5 == 2) /* the two that the toolkit adds */
            text_lit(t, ",\"connectionId\":\"theirs\",\"path\":[\"theirs\"],\"p\\u0061th\":0");
    }
}

static void element(const struct sim_options *o, long parent, long index, struct text *t)
{
    static const char *const types[] = {"table",       "visualization", "viz",   "pivot-table",
                                        "input-table", "text",          "image", "control"};
    uint64_t h = row_hash(o, K_ELEMENTS, parent, index);
    size_t type = (size_t)(h % 8);
    long i;

    text_lit(t, "\"elementId\":\"el");
    text_long(t, parent);
    text_lit(t, "-");
    text_long(t, index);
    text_lit(t, "\"");
    if (h % 5 != 4) {
        text_lit(t, ",\"name\":\"");
        estate_name(o, "element", index, t);
        text_lit(t, "\"");
    }
    if (!o->odd || h % 23 != 5) {
        text_lit(t, ",\"type\":\"");
        text_str(t, types[type]);
        text_lit(t, "\"");
    } else if (o->undescribed && h % 2 == 0) {
        text_lit(t, ",\"type\":null");
    }
    text_lit(t, ",\"columns\":[");
    for (i = 0; i < (long)((h >> 8) % 6); i++) {
        text_str(t, i > 0 ? ",\"Column " : "\"Column ");
        text_long(t, i);
        text_lit(t, "\"");
    }
    text_lit(t, "]");
    if (type == 1 || type == 2)
        text_lit(t, ",\"vizualizationType\":\"bar\"");
    if (h % 29 == 3)
        text_lit(t, ",\"error\":\"could not be compiled\"");
}

/* ---- lineage ---- */

enum entry { E_TABLE, E_ELEMENT, E_SQL, E_CSV, E_OTHER };

static enum entry entry_of(const struct sim_options *o, long model, long index)
{
    static const enum entry cycle[] = {E_TABLE, E_ELEMENT, E_SQL,  E_ELEMENT,
                                       E_CSV,   E_ELEMENT, E_OTHER};

    if (o->odd && model % 7 == 6) /* a model without an element */
        return index % 2 ? E_SQL : E_TABLE;
    return cycle[(index + model) % 7];
}

bool estate_is_model_element(const struct sim_options *o, long model, long index)
{
    return entry_of(o, model, index) == E_ELEMENT;
}

static void put_table_ref(const struct sim_options *o, uint64_t h, struct text *t)
{
    long table = (long)((h >> 8) % (uint64_t)(o->tables > 0 ? o->tables : 1));
    uint8_t id[16];

    /* Ids come with and without prefix, column and leading zeros. */
    estate_id(o, K_PATH, table, id);
    if (!o->odd || h % 4 != 1)
        text_lit(t, "inode-");
    text_base62(t, id, o->odd && h % 3 == 1);
    if (o->odd && h % 5 == 1)
        text_lit(t, "/COLUMN/x");
}

/* What a customSQL entry is called: few names, so that they collide, also with a table's id. */
static void put_sql_name(const struct sim_options *o, uint64_t h, struct text *t)
{
    if (o->odd && h % 7 == 3) {
        put_table_ref(o, h, t);
        return;
    }
    if (o->odd && h % 13 == 4) /* an empty name counts as none */
        return;
    text_lit(t, "q");
    text_u64(t, h % 3);
}

static void put_csv_id(const struct sim_options *o, long index, uint64_t h, struct text *t)
{
    text_str(t, o->odd && h % 3 == 1 ? "q1" : "csv");
    if (!o->odd || h % 3 != 1)
        text_long(t, index);
}

/* How an element names entry `index` of its model as a source. */
static void put_ref(const struct sim_options *o, long model, long index, struct text *t)
{
    static const char *const junk[] = {"",
                                       "inode-",
                                       "not base62!",
                                       "inode-zzzzzzzzzzzzzzzzzzzzzzz",
                                       "ZZZZZZZZZZZZZZZZZZZZZZ",
                                       "a/b",
                                       "\\u0071\\u0031"};
    uint64_t h = row_hash(o, K_DATAMODEL_LINEAGE, model, index);

    text_lit(t, "\"");
    switch (entry_of(o, model, index)) {
    case E_TABLE:
        put_table_ref(o, h, t);
        break;
    case E_SQL:
        put_sql_name(o, h, t);
        break;
    case E_CSV:
        put_csv_id(o, index, h, t);
        break;
    case E_OTHER:
        text_str(t, o->odd ? junk[h % 7] : "3tQ9aY1mXcVbN5kLpR7sDf/suffix");
        break;
    case E_ELEMENT:
        text_lit(t, "dmel");
        text_long(t, index);
        break;
    }
    text_lit(t, "\"");
}

static void lineage_element(const struct sim_options *o, long model, long index, uint64_t h,
                            struct text *t)
{
    long count = estate_row_count(o, K_DATAMODEL_LINEAGE, model);
    long refs = (long)((h >> 16) % 4);
    long i;

    text_lit(t, "\"type\":\"element\",\"elementId\":\"");
    if (!o->odd || h % 11 != 1) {
        text_lit(t, "dmel");
        text_long(t, index);
    }
    if (o->odd && o->undescribed && h % 9 < 2) {
        text_str(t, h % 9 ? "\",\"sourceIds\":[],\"dataSourceIds\":null" : "\"");
        return;
    }
    text_lit(t, "\",\"sourceIds\":[],\"dataSourceIds\":[");
    for (i = 0; i <= refs; i++) {
        /* The last repeats the one before; any may stand on another page. */
        uint64_t which = mix64(h + (uint64_t)(i == refs && i > 0 ? i - 1 : i));
        if (i > 0)
            text_lit(t, ",");
        put_ref(o, model, (long)(which % (uint64_t)count), t);
    }
    text_lit(t, "]");
}

static void lineage_other(const struct sim_options *o, uint64_t h, struct text *t)
{
    static const char *const texts[] = {
        "\"type\":\"semantic-view\",\"semanticViewId\":\"sv1\",\"semanticViewTable\":\"v\"",
        "\"type\":\"sql-document\",\"sqlDocumentId\":\"sd1\"",
        "\"type\":\"worksheet\",\"worksheetId\":\"ws1\"",
        "\"type\":\"dataset\",\"inodeId\":\"8dfcd325-6b9a-49b3-a491-1189fab1b206\"",
        "\"type\":\"data-model\",\"dataModelId\":\"8dfcd325-6b9a-49b3-a491-1189fab1b206\"",
        "\"type\":\"tomorrows-type\",\"elementId\":\"unknown\",\"dataSourceIds\":[\"q1\"]",
        "\"elementId\":\"without a type\",\"dataSourceIds\":{}",
    };

    text_str(t, texts[h % (o->odd && o->undescribed ? 7 : 5)]);
    text_lit(t, ",\"connectionId\":null,\"name\":null");
}

static void lineage(const struct sim_options *o, long model, long index, struct text *t)
{
    uint64_t h = row_hash(o, K_DATAMODEL_LINEAGE, model, index);

    switch (entry_of(o, model, index)) {
    case E_ELEMENT:
        lineage_element(o, model, index, h, t);
        return;
    case E_OTHER:
        lineage_other(o, h, t);
        return;
    case E_TABLE:
        text_lit(t, "\"type\":\"table\",");
        text_str(t, h % 4 ? "\"name\":\"T\"" : "\"name\":null");
        put_table(o, ",\"inodeId\":\"", h, t);
        break;
    case E_SQL:
        text_lit(t, "\"type\":\"customSQL\",\"name\":\"");
        put_sql_name(o, h, t);
        put_sql(o, "\",\"definition\":\"", index, t);
        break;
    case E_CSV:
        text_lit(t, "\"type\":\"csv-upload\",\"name\":\"upload.csv\",\"csvId\":\"");
        put_csv_id(o, index, h, t);
        text_lit(t, "\"");
        break;
    }
    if (h % 6 == 1)
        text_lit(t, ",\"connectionId\":null");
    else
        estate_put_id(o, ",\"connectionId\":\"", K_CONNECTIONS, 0, t);
}

void estate_row(const struct sim_options *o, enum kind kind, long parent, long index,
                struct text *t)
{
    if (estate_extra_row(o, kind, parent, index, t))
        return;
    estate_open(o, parent + index, t);
    if (kind == K_ELEMENTS)
        element(o, parent, index, t);
    else if (kind == K_DATAMODEL_LINEAGE)
        lineage(o, parent, index, t);
    else
        source(o, kind, parent, index, t);
    estate_close(o, parent + index, t);
}
