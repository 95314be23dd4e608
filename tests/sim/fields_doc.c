/* Documents of an estate with known lineage: their lists, their texts, and what scenes add. */
#include "fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 8 << 10, MODEL_COLUMNS_PART = 2, MODEL_STEPS = 4, UNLISTED = 1 };

struct chunk {
    struct chunk *next;
    size_t used;
    size_t size;
    char bytes[];
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void *list_add(struct doc_list *list, size_t size)
{
    if (list->count == list->room) {
        list->room = list->room > 0 ? list->room * 2 : 32;
        list->all = must(realloc(list->all, (size_t)list->room * size));
    }
    return memset((char *)list->all + (size_t)list->count++ * size, 0, size);
}

#define ADD(d, name) list_add(&(d)->name.list, sizeof(*(d)->name.all))

const char *say(struct doc *d, const char *format, ...)
{
    va_list args;
    size_t len;
    char *text;

    va_start(args, format);
    len = (size_t)vsnprintf(NULL, 0, format, args) + 1;
    va_end(args);
    if (!d->chunks || d->chunks->size - d->chunks->used < len) {
        size_t size = len > CHUNK_BYTES ? len : CHUNK_BYTES;
        struct chunk *chunk = must(malloc(sizeof(*chunk) + size));
        *chunk = (struct chunk){d->chunks, 0, size};
        d->chunks = chunk;
    }
    text = d->chunks->bytes + d->chunks->used;
    d->chunks->used += len;
    va_start(args, format);
    (void)vsnprintf(text, len, format, args);
    va_end(args);
    return text;
}

int draw(struct doc *d, int count)
{
    return (int)(estate_hash(d->o, d->kind, d->index, 3000 + d->drawn++) % (uint64_t)count);
}

long fresh_table(struct doc *d)
{
    while (d->tables_used < d->o->tables) {
        long table = (d->first_table + d->tables_used++) % d->o->tables;
        if (estate_path_status(d->o, table) == 200)
            return table;
    }
    return -1;
}

/* ---- what scenes add ---- */

int add_element(struct doc *d, const char *name, const char *type)
{
    struct field_element *e = ADD(d, elements);
    int i = d->elements.count - 1;

    e->id = say(d, "e%dX%s", i, d->kind == K_WORKBOOKS ? "w" : "m");
    e->name = name ? say(d, "%s", name) : NULL;
    e->type = type;
    /* What nobody sees feeds what is seen, often. */
    e->page = i % 11 == 10 ? -1 : i % DOC_PAGES;
    e->first_source = e->last_source = -1;
    return i;
}

static bool is_same(const struct feed_of *a, const struct feed_of *b)
{
    return a->feed == b->feed && a->table == b->table && a->doc == b->doc &&
           a->element == b->element &&
           (a->name == b->name || (a->name && b->name && strcmp(a->name, b->name) == 0));
}

static void add_feed(struct doc *d, struct feed_of of)
{
    int i;

    if (of.feed == FEED_ELEMENT || of.feed == FEED_LOST)
        return;
    for (i = 0; i < d->feeds.count; i++)
        if (is_same(&d->feeds.all[i], &of))
            return;
    *(struct feed_of *)ADD(d, feeds) = of;
}

void add_source(struct doc *d, int element, struct feed_of of)
{
    struct field_source *s = ADD(d, sources);
    int at = d->sources.count - 1;
    struct field_element *e = &d->elements.all[element];

    *s = (struct field_source){of, -1};
    if (e->last_source < 0)
        e->first_source = at;
    else
        d->sources.all[e->last_source].next = at;
    e->last_source = at;
    add_feed(d, of);
}

int add_column(struct doc *d, int element, const char *id, const char *name, const char *formula)
{
    struct field_column *c = ADD(d, columns);
    int i = d->columns.count - 1;

    c->element = element;
    c->id = id ? say(d, "%s", id) : say(d, "c%d-k%d", d->scene, i % 40);
    c->name = say(d, "%s", name);
    c->formula = formula ? say(d, "%s", formula) : NULL;
    c->type = "text";
    c->first_edge = c->last_edge = c->first_doubt = c->last_doubt = -1;
    return i;
}

void add_edge(struct doc *d, int column, struct field_edge edge)
{
    struct field_column *c = &d->columns.all[column];
    int at = d->edges.count;

    edge.next = -1;
    *(struct field_edge *)ADD(d, edges) = edge;
    if (c->last_edge < 0)
        c->first_edge = at;
    else
        d->edges.all[c->last_edge].next = at;
    c->last_edge = at;
}

void reads(struct doc *d, int column, int target, const char *how, unsigned when)
{
    struct feed_of of = {.feed = FEED_ELEMENT, .element = d->columns.all[target].element};

    add_edge(d, column, (struct field_edge){of, target, NULL, how, when, -1});
}

void reads_model(struct doc *d, int column, const struct doc *model, int target, const char *how,
                 unsigned when)
{
    struct feed_of of = {
        .feed = FEED_MODEL, .doc = model, .element = model->columns.all[target].element};

    add_edge(d, column, (struct field_edge){of, target, NULL, how, when, -1});
}

void reads_native(struct doc *d, int column, struct feed_of of, const char *native, const char *how,
                  unsigned when)
{
    add_edge(d, column, (struct field_edge){of, -1, say(d, "%s", native), how, when, -1});
}

void add_doubt(struct doc *d, int column, const char *reference, const char *reason, unsigned when)
{
    struct field_doubt *doubt = ADD(d, doubts);
    int at = d->doubts.count - 1;
    struct field_column *c = &d->columns.all[column];

    *doubt = (struct field_doubt){reference ? say(d, "%s", reference) : NULL, reason, when, -1};
    if (c->last_doubt < 0)
        c->first_doubt = at;
    else
        d->doubts.all[c->last_doubt].next = at;
    c->last_doubt = at;
}

void add_control(struct doc *d, const char *name)
{
    *(const char **)ADD(d, controls) = say(d, "%s", name);
}

/* ---- a document ---- */

static struct doc *new_of(const struct sim_options *o, enum kind kind, long index, long columns)
{
    enum kind broken = kind == K_WORKBOOKS ? K_WORKBOOK_COLUMNS : K_DATAMODEL_COLUMNS;
    struct doc *d = must(calloc(1, sizeof(*d)));

    d->o = o;
    d->kind = kind;
    d->index = index;
    d->first_table = o->tables > 0 ? estate_pick(o, kind, index, 50, o->tables) : 0;
    d->is_broken = estate_status(o, broken, index) != 200 || index >= estate_count(o, kind);
    play_scenes(d, columns < 1000000 ? (int)columns : 1000000);
    return d;
}

/* Workbooks read any model, also one that no listing has and nobody can read; a model reads the one before it, in short chains. */
const struct doc *doc_model(struct doc *d)
{
    long model = d->index - 1;
    int i;

    if (d->o->datamodels < 1 || (d->kind == K_DATAMODELS && d->index % MODEL_STEPS == 0))
        return NULL;
    if (d->kind == K_WORKBOOKS)
        model = draw(d, (int)(d->o->datamodels < 1000000 ? d->o->datamodels : 1000000) + UNLISTED);
    for (i = 0; i < DOC_MODELS_MAX; i++) {
        if (!d->models[i]) /* its beginning is all that others read */
            d->models[i] = new_of(d->o, K_DATAMODELS, model, 0);
        if (d->models[i]->index == model)
            return d->models[i];
    }
    return d->models[draw(d, DOC_MODELS_MAX)];
}

struct doc *doc_new(const struct sim_options *o, enum kind kind, long index)
{
    return new_of(o, kind, index,
                  kind == K_WORKBOOKS ? o->columns : o->columns / MODEL_COLUMNS_PART);
}

void doc_free(struct doc *d)
{
    int i;

    if (!d)
        return;
    for (i = 0; i < DOC_MODELS_MAX; i++)
        doc_free(d->models[i]);
    while (d->chunks) {
        struct chunk *next = d->chunks->next;
        free(d->chunks);
        d->chunks = next;
    }
    free(d->elements.all);
    free(d->sources.all);
    free(d->columns.all);
    free(d->edges.all);
    free(d->doubts.all);
    free(d->controls.all);
    free(d->feeds.all);
    free(d);
}

bool doc_has(const struct sim_options *o, enum kind kind, enum kind *document)
{
    static const struct {
        enum kind kind;
        enum kind document;
    } rows[] = {
        {K_ELEMENTS, K_WORKBOOKS},
        {K_WORKBOOK_SOURCES, K_WORKBOOKS},
        {K_PAGE_ELEMENTS, K_WORKBOOKS},
        {K_WORKBOOK_COLUMNS, K_WORKBOOKS},
        {K_WORKBOOK_LINEAGE, K_WORKBOOKS},
        {K_WORKBOOK_CONTROLS, K_WORKBOOKS},
        {K_WORKBOOK_QUERIES, K_WORKBOOKS},
        {K_DATAMODEL_SOURCES, K_DATAMODELS},
        {K_DATAMODEL_LINEAGE, K_DATAMODELS},
        {K_DATAMODEL_COLUMNS, K_DATAMODELS},
        {K_DATAMODEL_ELEMENTS, K_DATAMODELS},
    };
    size_t i;

    for (i = 0; o->columns > 0 && i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].kind != kind)
            continue;
        *document = rows[i].document;
        return true;
    }
    return false;
}
