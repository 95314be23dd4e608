/* What a document of an estate with known lineage is made of, and the plain scenes.
 *
 * A data model begins with what others read: an element on a table, or on the model before it, with
 * a relationship to a second one and a metric. Then scenes follow, drawn by the seed: those with
 * difficulties (fields_cases.c) as often as the plain ones. */
#include "fields.h"

#include <stddef.h>

enum { PLAIN_COLUMNS = 5, CHAIN = 10, MODEL_COLUMNS = 4 };

int first_column(const struct doc *d, int element)
{
    int i;

    for (i = 0; i < d->columns.count; i++)
        if (d->columns.all[i].element == element)
            return i;
    return -1;
}

int play_table(struct doc *d, const char *name, const char *type, int count)
{
    long table = fresh_table(d);
    struct feed_of of = {.feed = FEED_TABLE, .table = table};
    const char *inode;
    int element;
    int i;

    if (table < 0)
        return -1;
    inode = say_inode(d, K_PATH, table);
    element = add_element(d, name ? name : table_name(table), type);
    add_source(d, element, of);
    for (i = 0; i < count && i < table_width(table); i++) {
        const char *id = say(d, "%s/%s", inode, table_native(table, i));
        const char *formula =
            i == 3 ? "" : say(d, "[%s/%s]", table_name(table), table_display(table, i));
        int c = add_column(d, element, id, table_display(table, i), formula);
        reads_native(d, c, of, table_native(table, i), "exact", 0);
    }
    return element;
}

int play_child(struct doc *d, const char *name, const char *type, int parent)
{
    int element = add_element(d, name, type);

    add_source(d, element, (struct feed_of){.feed = FEED_ELEMENT, .element = parent});
    return element;
}

int play_child_column(struct doc *d, int child, int of)
{
    const struct field_column *column = &d->columns.all[of];
    const char *parent = d->elements.all[column->element].name;
    /* Column ids are passed on at times, so that one id is in many elements. */
    int c = add_column(d, child, draw(d, 3) == 0 ? column->id : NULL, column->name,
                       say(d, "[%s/%s]", parent, column->name));

    reads(d, c, of, "element", 0);
    return c;
}

/* ---- plain scenes ---- */

static const char *fresh_name(struct doc *d, const char *word)
{
    return say(d, "%s %d", word, d->elements.count);
}

/* An element named like its table, with calculations. */
static void plain(struct doc *d)
{
    int e = play_table(d, NULL, "table", PLAIN_COLUMNS);
    struct field_column first;
    struct field_edge edge;
    int at;
    int c;

    if (e < 0)
        return;
    at = first_column(d, e);
    first = d->columns.all[at];
    edge = d->edges.all[first.first_edge];
    c = add_column(d, e, NULL, "Twice", say(d, "[%s] * 2", first.name));
    reads(d, c, at, "sibling", 0);
    c = add_column(d, e, NULL, "Sum", say(d, "Sum([%s/%s])", d->elements.all[e].name, first.name));
    reads_native(d, c, edge.of, edge.native, "exact", 0);
    (void)add_column(d, e, NULL, "Constant", "1 + 1");
    (void)add_column(d, e, NULL, "Text", "\"[Amt] is not a reference\"");
}

/* Another name for the element and for a column. */
static void renamed(struct doc *d)
{
    long table = fresh_table(d);
    struct feed_of of = {.feed = FEED_TABLE, .table = table};
    const char *name = fresh_name(d, "Renamed");
    const char *prefix[2];
    int e;
    int i;

    if (table < 0)
        return;
    e = add_element(d, name, "table");
    add_source(d, e, of);
    prefix[0] = table_name(table);
    prefix[1] = name; /* which means the source too */
    for (i = 0; i < 2; i++) {
        int c = add_column(
            d, e, say(d, "%s/%s", say_inode(d, K_PATH, table), table_native(table, i)),
            say(d, "Other %d", i), say(d, "[%s/%s]", prefix[i], table_display(table, i)));
        reads_native(d, c, of, table_native(table, i), "exact", 0);
    }
}

static void child(struct doc *d)
{
    int e = play_table(d, fresh_name(d, "Base"), "table", 3);
    int first = e < 0 ? -1 : first_column(d, e);
    int under;
    int a;
    int c;

    if (e < 0)
        return;
    under = play_child(d, fresh_name(d, "Chart"), "visualization", e);
    a = play_child_column(d, under, first);
    (void)play_child_column(d, under, first + 1);
    c = add_column(d, under, NULL, "Share",
                   say(d, "[%s] / Sum([%s])", d->columns.all[a].name, d->columns.all[a].name));
    reads(d, c, a, "sibling", 0);
}

/* Each reads the one before it. */
static void chain(struct doc *d)
{
    int e = play_table(d, fresh_name(d, "Chain"), "table", 1);
    int c = e < 0 ? -1 : first_column(d, e);
    int i;

    for (i = 1; e >= 0 && i < CHAIN; i++) {
        e = play_child(d, fresh_name(d, "Link"), "table", e);
        c = play_child_column(d, e, c);
    }
}

/* A pivot table on the hidden page, and an element on no page, feed what is seen. */
static void hidden(struct doc *d)
{
    int e = play_table(d, fresh_name(d, "Pivot"), "pivot-table", 2);
    int under;

    if (e < 0)
        return;
    d->elements.all[e].page = DOC_PAGES - 1;
    under = play_child(d, fresh_name(d, "Lost"), "table", e);
    d->elements.all[under].page = -1;
    (void)play_child_column(d, under, first_column(d, e));
    under = play_child(d, fresh_name(d, "Seen"), "viz", under);
    d->elements.all[under].page = 0;
    (void)play_child_column(d, under, d->columns.count - 1);
}

static void input_table(struct doc *d)
{
    int e = add_element(d, fresh_name(d, "Input"), "input-table");
    int c = add_column(d, e, NULL, "Note", "");
    struct feed_of typed = {.feed = FEED_INPUT, .element = e};
    int under = play_child(d, fresh_name(d, "Notes"), "table", e);

    add_edge(d, c, (struct field_edge){typed, c, NULL, "exact", 0, -1});
    (void)play_child_column(d, under, c);
}

static void upload(struct doc *d)
{
    struct feed_of of = {.feed = FEED_CSV, .name = say(d, "targets %d.csv", d->elements.count)};
    int e = add_element(d, fresh_name(d, "Upload"), "table");
    int c = add_column(d, e, NULL, "Target", say(d, "[%s/Target]", of.name));

    add_source(d, e, of);
    reads_native(d, c, of, "Target", "exact", 0);
}

static void custom_sql(struct doc *d)
{
    struct feed_of of = {.feed = FEED_QUERY, .name = say(d, "q%d", d->elements.count)};
    int e = add_element(d, fresh_name(d, "Query"), "table");
    int c = add_column(d, e, "AMT", "Amt", "[Custom SQL/AMT]");

    add_source(d, e, of);
    reads_native(d, c, of, "AMT", "exact", 0);
    (void)play_child_column(d, play_child(d, fresh_name(d, "Query chart"), "viz", e), c);
}

static void dataset(struct doc *d)
{
    struct feed_of of = {.feed = FEED_DATASET, .name = "Old data"};
    int e;
    int c;

    if (d->o->datasets < 1)
        return;
    of.table = draw(d, (int)(d->o->datasets < 1000000 ? d->o->datasets : 1000000));
    of.name = say(d, "Old data %ld", of.table);
    e = add_element(d, fresh_name(d, "Of data set"), "table");
    c = add_column(d, e, say(d, "%s/Amt", say_inode(d, K_DATASETS, of.table)), "Amt",
                   say(d, "[%s/Amt]", of.name));
    add_source(d, e, of);
    reads_native(d, c, of, "Amt", "exact", 0);
}

/* Over the first element of a data model, with its first columns; named like it without a name. -1:
 * there is no data model. */
static int play_of_model(struct doc *d, const char *name, int count)
{
    const struct doc *model = doc_model(d);
    const struct field_element *m = model && model->elements.count ? model->elements.all : NULL;
    int e;
    int i;

    if (!m)
        return -1;
    e = add_element(d, name ? name : m->name, "table");
    add_source(d, e, (struct feed_of){.feed = FEED_MODEL, .doc = model});
    for (i = 0; i < count; i++) {
        const struct field_column *column = &model->columns.all[i];
        const char *reference = say(d, "[%s/%s]", m->name, column->name);
        int c = add_column(d, e, NULL, column->name, reference);
        if (model->is_broken)
            add_doubt(d, c, reference, "source-columns-unknown", 0);
        else
            reads_model(d, c, model, i, "element", 0);
    }
    return e;
}

static void of_model(struct doc *d)
{
    (void)play_of_model(d, draw(d, 2) ? NULL : fresh_name(d, "Of model"), 3);
}

/* A relationship of the model's element, and a metric of it: only /spec tells of them. */
static void of_model_spec(struct doc *d)
{
    const struct doc *model = doc_model(d);
    const struct field_element *m = model ? &model->elements.all[0] : NULL;
    const char *reference;
    int target = model ? first_column(model, 1) : -1;
    int e;
    int c;

    if (!m || !m->spec || target < 0 || model->is_broken)
        return;
    e = add_element(d, fresh_name(d, "Of model"), "visualization");
    add_source(d, e, (struct feed_of){.feed = FEED_MODEL, .doc = model});
    reference = say(d, "[%s/To second/%s]", m->name, model->columns.all[target].name);
    c = add_column(d, e, NULL, "By relationship", reference);
    reads_model(d, c, model, target, "relationship", WITH_SPEC);
    add_doubt(d, c, reference, "unresolved-path", WITHOUT(WITH_SPEC));
    c = add_column(d, e, NULL, "By metric", "[Metrics/Total]");
    reads_model(d, c, model, 0, "metric", WITH_SPEC);
    add_doubt(d, c, "[Metrics/Total]", "metric-unknown", WITHOUT(WITH_SPEC));
}

/* What all documents begin with. */
static void begin_model(struct doc *d)
{
    int e = play_of_model(d, NULL, MODEL_COLUMNS);
    int second;
    const struct field_column *to;

    if (e < 0)
        e = play_table(d, NULL, "table", MODEL_COLUMNS);
    second = e < 0 ? -1 : play_table(d, fresh_name(d, "Second"), "table", 3);
    if (second < 0)
        return;
    to = &d->columns.all[first_column(d, second)];
    d->elements.all[e].spec =
        say(d,
            ",\"relationships\":[{\"id\":\"r1\",\"name\":\"To second\",\"targetElementId\":\"%s\","
            "\"keys\":[{\"sourceColumnId\":\"%s\",\"targetColumnId\":\"%s\"}]}],"
            "\"metrics\":[{\"id\":\"m1\",\"name\":\"Total\",\"formula\":\"Sum([%s])\"}]",
            d->elements.all[second].id, d->columns.all[1].id, to->id, d->columns.all[0].name);
}

static const struct scene scenes[] = {
    {plain, true, true},    {renamed, true, true},        {child, true, true},
    {chain, true, true},    {hidden, true, false},        {input_table, true, true},
    {upload, true, true},   {custom_sql, true, true},     {dataset, true, false},
    {of_model, true, true}, {of_model_spec, true, false},
};
enum { SCENES = sizeof(scenes) / sizeof(*scenes) };

void play_scenes(struct doc *d, int columns)
{
    bool is_workbook = d->kind == K_WORKBOOKS;
    int cases = 0;

    while (case_scenes[cases].play)
        cases++;
    if (!is_workbook)
        begin_model(d);
    /* Each scene takes a table at most twice, and there may be none left. */
    while (d->columns.count < columns && d->tables_used < d->o->tables) {
        const struct scene *s =
            draw(d, 2) ? &scenes[draw(d, SCENES)] : &case_scenes[draw(d, cases)];
        d->scene++;
        if (is_workbook ? s->in_workbooks : s->in_models)
            s->play(d);
    }
}
