/* What hangs below a document, a team, a table: rows that a set has only when they are asked for.
 * They fit the elements and the lineage that estate_rows.c writes. */
#include "estate.h"
#include "fields.h"

#include <string.h>

enum { PAGES_MAX = 64, ELEMENT_COLUMNS = 3, LINEAGE_TABLES = 2 };

int estate_status(const struct sim_options *o, enum kind kind, long index)
{
    long place = index % 100 * 37 % 100; /* 37 has no factor in common with 100 */

    if (kind == K_PATH || kind == K_TABLE_COLUMNS)
        return estate_path_status(o, index);
    if (kind == K_WORKBOOK_LINEAGE && place < o->lineage_broken_percent)
        return 400;
    if ((kind == K_WORKBOOK_COLUMNS || kind == K_DATAMODEL_COLUMNS) &&
        99 - place < o->columns_broken_percent)
        return 400;
    return 200;
}

static uint64_t row_hash(const struct sim_options *o, enum kind kind, long parent, long index)
{
    return estate_hash(o, kind, parent, 2000 + (uint64_t)index);
}

/* ---- pages ---- */

static long page_count(const struct sim_options *o, long workbook)
{
    return o->columns > 0 ? DOC_PAGES : 1 + workbook % 3;
}

/* On which of `pages` an element is; -1: on none, as some are. */
static long page_of(long element, long pages)
{
    return element % 7 == 6 ? -1 : element % pages;
}

long estate_page(long workbook, long page)
{
    return workbook * PAGES_MAX + page;
}

long estate_page_workbook(long page)
{
    return page / PAGES_MAX;
}

long estate_page_number(long page)
{
    return page % PAGES_MAX;
}

static void put_page_id(long workbook, long page, struct text *t)
{
    text_lit(t, "pg");
    text_long(t, workbook);
    text_lit(t, "-");
    text_long(t, page);
}

long estate_page_index(const struct sim_options *o, long workbook, const char *id, size_t len)
{
    struct text t = TEXT_INIT;
    long pages = page_count(o, workbook);
    long found = -1;
    long i;

    for (i = 0; i < pages && found < 0; i++) {
        put_page_id(workbook, i, &t);
        if (!t.failed && t.len == len && memcmp(t.data, id, len) == 0)
            found = i;
        text_clear(&t);
    }
    return found;
}

static void page(const struct sim_options *o, long workbook, long i, struct text *t)
{
    text_lit(t, "\"pageId\":\"");
    put_page_id(workbook, i, t);
    text_lit(t, "\"");
    if ((workbook + i) % 5 != 4)
        estate_put_name(o, ",\"name\":\"", "page", i, t);
    if (i > 0)
        text_str(t, i % 2 == (o->columns > 0) ? ",\"hidden\":false" : ",\"hidden\":true");
}

/* The element that is the n-th of a page; -1 beyond the end. */
static long element_of_page(const struct sim_options *o, long workbook, long which, long n)
{
    long pages = page_count(o, workbook);
    long count = estate_row_count(o, K_ELEMENTS, workbook);
    long i;

    for (i = 0; i < count; i++)
        if (page_of(i, pages) == which && n-- == 0)
            return i;
    return -1;
}

static long page_element_count(const struct sim_options *o, long parent)
{
    long n = 0;

    while (element_of_page(o, parent / PAGES_MAX, parent % PAGES_MAX, n) >= 0)
        n++;
    return n;
}

/* ---- a workbook's columns, lineage, queries ---- */

static void put_table_slug(const struct sim_options *o, uint64_t h, struct text *t)
{
    uint8_t id[16];

    estate_id(o, K_PATH, o->tables > 0 ? (long)(h % (uint64_t)o->tables) : 0, id);
    text_lit(t, "inode-");
    text_base62(t, id, false);
}

/* A column of the element whose id `put_element` has written. */
static void column(const struct sim_options *o, uint64_t h, long i, struct text *t)
{
    static const char *const types[] = {"text", "number", "datetime", "error"};

    text_lit(t, "\",\"columnId\":\"");
    if (i == 0) {
        put_table_slug(o, h, t);
        text_lit(t, "/COLUMN_0");
    } else {
        text_lit(t, "k");
        text_u64(t, h % 100000);
    }
    text_lit(t, "\",\"name\":\"Column ");
    text_long(t, i);
    if (i == 0 && o->odd && o->undescribed && h % 5 == 1)
        text_lit(t, "\",\"formula\":null");
    else if (i == 0)
        estate_put_name(o, "\",\"formula\":\"[", "table", (long)(h % 100), t);
    else
        text_lit(t, "\",\"formula\":\"Sum([Column 0]) + \\\"[no reference]\\\"\"");
    text_lit(t, ",\"type\":{\"type\":\"");
    text_str(t, types[h % (o->odd ? 4 : 3)]);
    text_lit(t, "\"}");
}

static void workbook_column(const struct sim_options *o, long workbook, long i, struct text *t)
{
    text_lit(t, "\"elementId\":\"el");
    text_long(t, workbook);
    text_lit(t, "-");
    text_long(t, i / ELEMENT_COLUMNS);
    column(o, row_hash(o, K_WORKBOOK_COLUMNS, workbook, i), i % ELEMENT_COLUMNS, t);
}

static void lineage_table(const struct sim_options *o, long workbook, long i, struct text *t)
{
    uint64_t h = row_hash(o, K_WORKBOOK_LINEAGE, workbook, i);

    estate_put_id(o, "\"type\":\"table\",\"inodeId\":\"", K_PATH,
                  o->tables > 0 ? (long)(h % (uint64_t)o->tables) : 0, t);
    estate_put_id(o, ",\"connectionId\":\"", K_CONNECTIONS, 0, t);
    text_str(t, h % 4 ? ",\"name\":\"T\"" : ",\"name\":null");
}

/* Elements read a table, or the element before them. */
static void workbook_lineage(const struct sim_options *o, long workbook, long i, struct text *t)
{
    long element = i - LINEAGE_TABLES;
    uint64_t h = row_hash(o, K_WORKBOOK_LINEAGE, workbook, element % LINEAGE_TABLES);

    if (i < LINEAGE_TABLES) {
        lineage_table(o, workbook, i, t);
        return;
    }
    text_lit(t, "\"type\":\"element\",\"elementId\":\"el");
    text_long(t, workbook);
    text_lit(t, "-");
    text_long(t, element);
    if (element % 5 == 4) {
        text_lit(t, "\",\"sourceIds\":null,\"dataSourceIds\":null");
        return;
    }
    text_lit(t, "\",\"sourceIds\":[\"");
    if (element % 3 == 2) {
        text_lit(t, "el");
        text_long(t, workbook);
        text_lit(t, "-");
        text_long(t, element - 1);
    } else {
        put_table_slug(o, h, t);
    }
    text_lit(t, "\"],\"dataSourceIds\":[\"");
    put_table_slug(o, h, t);
    text_lit(t, "\"]");
}

/* Who asked, as Sigma writes it behind the SQL, anew with each call. */
static void sql_comment(uint64_t call, struct text *t)
{
    text_lit(t, "\\n\\n-- Sigma \xce\xa3 {\\\"request-id\\\":\\\"");
    text_u64(t, mix64(call));
    text_lit(t, "\\\",\\\"email\\\":\\\"owner");
    text_u64(t, call % 7);
    text_lit(t, "@sim.example\\\"}");
}

void estate_put_query(const struct sim_options *o, long i, uint64_t call, struct text *t)
{
    if (i % 4 != 3)
        estate_put_name(o, ",\"name\":\"", "element", i, t);
    if (i % 5 != 3) {
        text_lit(t, ",\"sql\":\"-- Sigma did not write this\\nselect \\\"c\\\", '-- nor this' from "
                    "\\\"");
        estate_name(o, "table", i, t);
        text_lit(t, "\\\" limit 1000");
        if (call > 0)
            sql_comment(call, t);
        text_lit(t, "\"");
    } else if (i % 2 == 1) { /* what reads a data set has neither */
        text_lit(t, ",\"error\":\"could not be compiled\"");
    }
}

void estate_query_row(const struct sim_options *o, long workbook, long i, uint64_t call,
                      struct text *t)
{
    estate_open(o, workbook + i, t);
    text_lit(t, "\"elementId\":\"el");
    text_long(t, workbook);
    text_lit(t, "-");
    text_long(t, i);
    text_lit(t, "\"");
    estate_put_query(o, i, call, t);
    estate_close(o, workbook + i, t);
}

static void control(const struct sim_options *o, long workbook, long i, struct text *t)
{
    (void)o;
    text_lit(t, "\"name\":\"P_");
    text_long(t, workbook + i);
    text_str(t, i % 2 ? "\",\"valueType\":\"text-list\"" : "\",\"valueType\":\"date-range\"");
}

/* ---- a data model's ---- */

/* The lineage's entry that is the n-th element of the model; -1 beyond the end. */
static long model_element(const struct sim_options *o, long model, long n)
{
    long count = estate_row_count(o, K_DATAMODEL_LINEAGE, model);
    long i;

    for (i = 0; i < count; i++)
        if (estate_is_model_element(o, model, i) && n-- == 0)
            return i;
    return -1;
}

static long model_element_count(const struct sim_options *o, long model)
{
    long n = 0;

    while (model_element(o, model, n) >= 0)
        n++;
    return n;
}

static void put_model_element(const struct sim_options *o, long model, long n, struct text *t)
{
    text_lit(t, "\"elementId\":\"dmel");
    text_long(t, model_element(o, model, n));
}

static void datamodel_element(const struct sim_options *o, long model, long i, struct text *t)
{
    put_model_element(o, model, i, t);
    estate_put_name(o, "\",\"name\":\"", "element", i, t);
    text_lit(t, ",\"type\":\"table\",\"columns\":[\"Column 0\",\"Column 1\",\"Column 2\"]");
}

static void datamodel_column(const struct sim_options *o, long model, long i, struct text *t)
{
    uint64_t h = row_hash(o, K_DATAMODEL_COLUMNS, model, i);

    if (h % 17 == 4 && o->odd && o->undescribed) {
        text_lit(t, "\"elementId\":null,\"columnId\":\"wide\",\"name\":\"Of the whole model\","
                    "\"formula\":\"1 + 1\",\"type\":{\"type\":\"number\"}");
        return;
    }
    put_model_element(o, model, i / ELEMENT_COLUMNS, t);
    column(o, h, i % ELEMENT_COLUMNS, t);
}

static void spec_elements(const struct sim_options *o, long model, struct text *t)
{
    long count = model_element_count(o, model);
    long i;

    for (i = 0; i < count; i++) {
        text_str(t, i > 0 ? ",{\"id\":\"dmel" : "{\"id\":\"dmel");
        text_long(t, model_element(o, model, i));
        text_lit(t, "\",\"kind\":\"table\",\"order\":[],\"columns\":[],\"source\":"
                    "{\"kind\":\"warehouse-table\"}}");
    }
}

void estate_spec(const struct sim_options *o, long model, struct text *t)
{
    struct doc *d = o->columns > 0 ? doc_new(o, K_DATAMODELS, model) : NULL;

    estate_open(o, model, t);
    estate_put_id(o, "\"dataModelId\":\"", K_DATAMODELS, model, t);
    estate_put_name(o, ",\"name\":\"", "dataModel", model, t);
    estate_put_url_id(o, ",\"url\":\"https://app.sim.example/acme/data-model/", K_DATAMODELS, model,
                      t);
    estate_put_person(o, ",\"documentVersion\":7,\"latestDocumentVersion\":7,\"ownerId\":\"",
                      estate_some_member(o, K_DATAMODELS, model, 13), t);
    estate_put_id(o, ",\"folderId\":\"", K_FILES, model % 50, t);
    estate_put_stamps(o, K_DATAMODELS, model, t);
    text_lit(t, ",\"schemaVersion\":1,\"kind\":\"data-model\",\"pages\":[{\"id\":\"pg\","
                "\"name\":\"Page 1\",\"elements\":[");
    if (d)
        doc_spec_elements(d, t);
    else
        spec_elements(o, model, t);
    text_lit(t, "]}]");
    estate_close(o, model, t);
    doc_free(d);
}

/* ---- of teams and tables ---- */

static void team_member(const struct sim_options *o, long team, long i, struct text *t)
{
    estate_put_person(o, "\"userId\":\"", (team + i) % (o->members > 0 ? o->members : 1), t);
    text_str(t, i == 0 ? ",\"isTeamAdmin\":true" : ",\"isTeamAdmin\":false");
    estate_put_person(o, ",\"addedBy\":\"", 0, t);
}

static void table_column(const struct sim_options *o, long table, long i, struct text *t)
{
    static const char *const types[] = {"{\"type\":\"text\"}", "{\"type\":\"number\"}",
                                        "{\"type\":\"array\",\"items\":{\"type\":\"text\"}}",
                                        "{\"type\":\"datetime\"}"};
    static const char *const seen[] = {"included", "included", "hidden", "removed"};

    if (o->columns > 0) {
        text_lit(t, "\"name\":\"");
        text_str(t, table_native(table, (int)i));
    } else {
        text_lit(t, "\"name\":\"COLUMN_");
        text_long(t, i);
    }
    text_lit(t, "\",\"type\":");
    text_str(t, types[(table + i) % 4]);
    text_lit(t, ",\"visibility\":\"");
    text_str(t, seen[(table + i) / 4 % 4]);
    text_lit(t, "\"");
    if (i % 3 == 1)
        estate_put_name(o, ",\"description\":\"", "column", i, t);
}

/* ---- all of them ---- */

long estate_extra_count(const struct sim_options *o, enum kind kind, long parent)
{
    switch ((int)kind) {
    case K_WORKBOOK_PAGES:
        return page_count(o, parent);
    case K_PAGE_ELEMENTS:
        return page_element_count(o, parent);
    case K_WORKBOOK_COLUMNS:
        return estate_row_count(o, K_ELEMENTS, parent) * ELEMENT_COLUMNS;
    case K_WORKBOOK_LINEAGE:
        return estate_row_count(o, K_ELEMENTS, parent) + LINEAGE_TABLES;
    case K_WORKBOOK_QUERIES:
        return estate_row_count(o, K_ELEMENTS, parent);
    case K_WORKBOOK_CONTROLS:
        return parent % 3;
    case K_DATAMODEL_ELEMENTS:
        return model_element_count(o, parent);
    case K_DATAMODEL_COLUMNS:
        return model_element_count(o, parent) * ELEMENT_COLUMNS;
    case K_TEAM_MEMBERS:
        return o->members < 1 ? 0 : parent % 4 < o->members ? parent % 4 : o->members;
    case K_TABLE_COLUMNS:
        return o->columns > 0 ? table_width(parent) : parent % 5 * 3;
    default:
        return -1;
    }
}

bool estate_extra_row(const struct sim_options *o, enum kind kind, long parent, long index,
                      struct text *t)
{
    static const struct {
        enum kind kind;
        void (*put)(const struct sim_options *o, long parent, long i, struct text *t);
    } writers[] = {
        {K_WORKBOOK_PAGES, page},
        {K_WORKBOOK_COLUMNS, workbook_column},
        {K_WORKBOOK_LINEAGE, workbook_lineage},
        {K_WORKBOOK_CONTROLS, control},
        {K_DATAMODEL_ELEMENTS, datamodel_element},
        {K_DATAMODEL_COLUMNS, datamodel_column},
        {K_TEAM_MEMBERS, team_member},
        {K_TABLE_COLUMNS, table_column},
    };
    size_t i;

    if (kind == K_WORKBOOK_QUERIES) {
        estate_query_row(o, parent, index, 0, t);
        return true;
    }
    if (kind == K_PAGE_ELEMENTS) {
        long workbook = parent / PAGES_MAX;
        estate_row(o, K_ELEMENTS, workbook, element_of_page(o, workbook, parent % PAGES_MAX, index),
                   t);
        return true;
    }
    for (i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
        if (writers[i].kind != kind)
            continue;
        estate_open(o, parent + index, t);
        writers[i].put(o, parent, index, t);
        estate_close(o, parent + index, t);
        return true;
    }
    return false;
}
