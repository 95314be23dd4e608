/* The scenes with difficulties: each is a case in which a reader that guesses goes wrong. What is
 * ambiguous here is so on purpose. */
#include "fields.h"

#include <stddef.h>
#include <string.h>

/* A column that nothing can be said of but why. */
static void doubtful(struct doc *d, int element, const char *name, const char *formula,
                     const char *reference, const char *reason)
{
    add_doubt(d, add_column(d, element, NULL, name, formula), reference, reason, 0);
}

static const char *name_at(struct doc *d, const char *word)
{
    return say(d, "%s %d", word, d->elements.count);
}

/* The child bears its parent's name, which is the table's too: the name means the parent. */
static void like_named(struct doc *d)
{
    int e = play_table(d, NULL, "table", 3);
    int under;

    if (e < 0)
        return;
    under = play_child(d, d->elements.all[e].name, "visualization", e);
    (void)play_child_column(d, under, first_column(d, e));
    (void)play_child_column(d, under, first_column(d, e) + 1);
}

/* Two columns of one name; two declared sources of one name. */
static void duplicates(struct doc *d)
{
    int e = play_table(d, name_at(d, "Twin"), "table", 2);
    const char *first = e < 0 ? NULL : d->columns.all[first_column(d, e)].name;
    const char *twin = e < 0 ? NULL : d->elements.all[e].name;
    const char *reference;
    int c;
    int under;
    int other;

    if (e < 0)
        return;
    c = add_column(d, e, NULL, first, "1");
    reference = say(d, "[%s]", first);
    doubtful(d, e, "Of twins", say(d, "%s + 1", reference), reference, "ambiguous");
    under = play_child(d, name_at(d, "Chart"), "viz", e);
    reference = say(d, "[%s/%s]", twin, first);
    doubtful(d, under, first, reference, reference, "ambiguous");
    other = play_table(d, twin, "table", 2);
    if (other < 0)
        return;
    under = play_child(d, name_at(d, "Of both"), "viz", e);
    add_source(d, under, (struct feed_of){.feed = FEED_ELEMENT, .element = other});
    reference = say(d, "[%s/%s]", twin, d->columns.all[c - 1].name);
    doubtful(d, under, "Either", reference, reference, "ambiguous");
}

/* Letters' case: exact first, then the only one. Blanks at the ends count. */
static void folded(struct doc *d)
{
    int e = play_table(d, name_at(d, "Folds"), "table", 1);
    const char *name = e < 0 ? NULL : d->elements.all[e].name;
    const char *reference;
    int under;
    int upper;
    int one;
    int c;

    if (e < 0)
        return;
    (void)add_column(d, e, NULL, "Net", "1");
    upper = add_column(d, e, NULL, "NET", "2");
    one = add_column(d, e, NULL, "Margin", "3");
    under = play_child(d, name_at(d, "Chart"), "viz", e);
    (void)play_child_column(d, under, upper);
    c = add_column(d, under, NULL, "Folded", say(d, "[%s/mArgin]", name));
    reads(d, c, one, "folded", 0);
    reference = say(d, "[%s/net]", name);
    doubtful(d, under, "Either", reference, reference, "ambiguous");
    reference = say(d, "[%s/ Margin]", name);
    doubtful(d, under, "Padded", reference, reference, "column-not-found");
    c = add_column(d, e, NULL, "Sibling", "[MARGIN]");
    reads(d, c, one, "folded", 0);
}

/* A slash in a name, escaped or not; a column's id in place of its name. */
static void spelled(struct doc *d)
{
    int e = play_table(d, name_at(d, "Spelled"), "table", 1);
    const char *name = e < 0 ? NULL : d->elements.all[e].name;
    int under;
    int slash;
    int c;

    if (e < 0)
        return;
    slash = add_column(d, e, NULL, "Rev/Cost", "1");
    under = play_child(d, name_at(d, "Chart"), "viz", e);
    c = add_column(d, under, NULL, "Plain", say(d, "[%s/Rev/Cost]", name));
    reads(d, c, slash, "element", 0);
    c = add_column(d, under, NULL, "Escaped", say(d, "Max([%s/Rev\\/Cost])", name));
    reads(d, c, slash, "element", 0);
    c = add_column(d, under, NULL, "By id", say(d, "[%s/%s]", name, d->columns.all[slash].id));
    reads(d, c, slash, "element", 0);
    c = add_column(d, under, NULL, "Native",
                   say(d, "[%s/%s]", name, d->columns.all[first_column(d, e)].id));
    reads(d, c, first_column(d, e), "element", 0);
}

/* An element over two, as a join is, and one over that. Keys that are equal are not lineage. */
static void joined(struct doc *d)
{
    int left = play_table(d, name_at(d, "Left"), "table", 2);
    int right = play_table(d, name_at(d, "Right"), "table", 2);
    const char *names[3];
    const char *reference;
    int join;
    int under;
    int to;
    int c;

    if (left < 0 || right < 0)
        return;
    join = play_child(d, name_at(d, "Join"), "table", left);
    add_source(d, join, (struct feed_of){.feed = FEED_ELEMENT, .element = right});
    names[0] = d->elements.all[join].name;
    names[1] = d->elements.all[right].name;
    to = first_column(d, right) + 1;
    names[2] = d->columns.all[to].name;
    (void)play_child_column(d, join, first_column(d, left));
    /* Formula-less, its id says nothing, and both sides may have it. */
    doubtful(d, join, names[2], "", NULL, "pass-through-unknown");
    under = play_child(d, name_at(d, "Of join"), "viz", join);
    c = add_column(d, under, NULL, "By leg", say(d, "[%s/%s/%s]", names[0], names[1], names[2]));
    reads(d, c, to, "join", 0);
    reference = say(d, "[%s/No leg/%s]", names[0], names[2]);
    doubtful(d, under, "By none", reference, reference, "unresolved-path");
}

/* Two queries of one name. */
static void queries(struct doc *d)
{
    struct feed_of of = {.feed = FEED_QUERY, .name = say(d, "dup%d", d->elements.count)};
    int e = add_element(d, name_at(d, "Queries"), "table");

    add_source(d, e, of);
    of.table = 1; /* another one */
    add_source(d, e, of);
    doubtful(d, e, "A", "[Custom SQL/A]", "[Custom SQL/A]", "ambiguous");
}

/* Names that are there, but of what is not declared; and names that are nowhere. */
static void undeclared(struct doc *d)
{
    int e = play_table(d, name_at(d, "Declared"), "table", 2);
    int other = play_table(d, name_at(d, "Other"), "table", 2);
    const char *reference;
    int under;

    if (e < 0 || other < 0)
        return;
    under = play_child(d, name_at(d, "Chart"), "viz", e);
    reference =
        say(d, "[%s/%s]", d->elements.all[other].name, d->columns.all[first_column(d, other)].name);
    doubtful(d, under, "Foreign", reference, reference, "not-a-declared-source");
    reference = say(d, "[%s/Nowhere]", d->elements.all[e].name);
    doubtful(d, under, "Gone", reference, reference, "column-not-found");
    doubtful(d, under, "Unknown", "[Nobody] + 1", "[Nobody]", "unknown-name");
    under = add_element(d, name_at(d, "Orphan"), "table");
    add_source(d, under, (struct feed_of){.feed = FEED_LOST, .name = "deleted01"});
    doubtful(d, under, "Orphan", "[Deleted/Amt]", "[Deleted/Amt]", "not-a-declared-source");
}

static bool is_alone(long table, int column)
{
    int i;

    for (i = 0; i < table_width(table); i++)
        if (i != column && table_is_alike(table, column, i))
            return false;
    return true;
}

/* A table that the column's id names and the element has not; one that the element does not declare
 * but the document has; one whose names only the warehouse knows. */
static void inodes(struct doc *d)
{
    int e = play_table(d, name_at(d, "Inodes"), "table", 1);
    long table = fresh_table(d);
    struct feed_of of;
    long opaque = fresh_table(d);
    const char *reference;
    int c;

    if (e < 0 || table < 0 || opaque < 0)
        return;
    c = add_column(d, e, say(d, "%s/AMT", say_inode(d, K_PATH, table)), "Foreign", "");
    add_doubt(d, c, NULL, "inode-not-a-source", 0);
    e = add_element(d, name_at(d, "Nothing declared"), "table");
    of = d->feeds.all[d->feeds.count - 1]; /* which the first one's lineage names */
    c = add_column(d, e, say(d, "%s/%s", say_inode(d, K_PATH, of.table), table_native(of.table, 0)),
                   "Of the document", "");
    reads_native(d, c, of, table_native(of.table, 0), "exact", 0);
    e = add_element(d, name_at(d, "Opaque"), "table");
    of.table = opaque;
    add_source(d, e, of);
    reference = say(d, "[%s/%s]", table_name(opaque), table_display(opaque, 0));
    c = add_column(d, e, NULL, table_display(opaque, 0), reference);
    add_doubt(d, c, reference, "source-columns-unknown", WITHOUT(WITH_TABLE_COLUMNS));
    if (is_alone(opaque, 0))
        reads_native(d, c, of, table_native(opaque, 0), "name-match", WITH_TABLE_COLUMNS);
    else
        add_doubt(d, c, reference, "ambiguous", WITH_TABLE_COLUMNS);
}

/* Two tables of one name in one element: only a column's id tells which. */
static void namesakes(struct doc *d)
{
    long tables[2] = {fresh_table(d), -1};
    struct feed_of of = {.feed = FEED_TABLE};
    const char *reference;
    int e;
    int i;

    do
        tables[1] = fresh_table(d);
    while (tables[1] >= 0 && strcmp(table_name(tables[0]), table_name(tables[1])) != 0);
    if (tables[1] < 0)
        return;
    e = add_element(d, name_at(d, "Namesakes"), "table");
    for (i = 0; i < 2; i++) {
        int c = add_column(
            d, e, say(d, "%s/%s", say_inode(d, K_PATH, tables[i]), table_native(tables[i], 0)),
            say(d, "By id %d", i),
            say(d, "[%s/%s]", table_name(tables[i]), table_display(tables[i], 0)));
        of.table = tables[i];
        add_source(d, e, of);
        reads_native(d, c, of, table_native(tables[i], 0), "exact", 0);
    }
    reference = say(d, "[%s/%s]", table_name(tables[0]), table_display(tables[0], 1));
    doubtful(d, e, "By name", say(d, "Max(%s)", reference), reference, "ambiguous");
}

/* Two columns that read each other, one of which also reads the table. */
static void circle(struct doc *d)
{
    int e = play_table(d, name_at(d, "Circle"), "table", 1);
    int base = e < 0 ? -1 : first_column(d, e);
    int a;
    int b;

    if (e < 0)
        return;
    a = add_column(d, e, NULL, "Ring A", say(d, "[Ring B] + [%s]", d->columns.all[base].name));
    b = add_column(d, e, NULL, "Ring B", "[Ring A] + 1");
    reads(d, a, b, "sibling", 0);
    reads(d, a, base, "sibling", 0);
    reads(d, b, a, "sibling", 0);
    add_doubt(d, a, "[Ring B]", "circle", 0);
    add_doubt(d, b, "[Ring A]", "circle", 0);
    doubtful(d, e, "Self", "[Self] + 1", "[Self]", "self-reference");
}

/* Two elements that read each other, column by column. */
static void ring(struct doc *d)
{
    int one = add_element(d, name_at(d, "Ring one"), "table");
    int two = play_child(d, name_at(d, "Ring two"), "table", one);
    const char *to_two = say(d, "[%s/Turn]", d->elements.all[two].name);
    const char *to_one = say(d, "[%s/Turn]", d->elements.all[one].name);
    int a = add_column(d, one, NULL, "Turn", to_two);
    int b = add_column(d, two, NULL, "Turn", to_one);

    add_source(d, one, (struct feed_of){.feed = FEED_ELEMENT, .element = two});
    reads(d, a, b, "element", 0);
    reads(d, b, a, "element", 0);
    add_doubt(d, a, to_two, "circle", 0);
    add_doubt(d, b, to_one, "circle", 0);
}

/* What is not a reference, and what can't be told. */
static void formulas(struct doc *d)
{
    int e = play_table(d, name_at(d, "Formulas"), "table", 1);
    int base = e < 0 ? -1 : first_column(d, e);
    const char *name;
    int c;

    if (e < 0)
        return;
    name = d->columns.all[base].name;
    c = add_column(d, e, NULL, "Field", say(d, "[%s].users[0].email", name));
    reads(d, c, base, "sibling", 0);
    c = add_column(d, e, NULL, "Record",
                   say(d, "{key: [%s], \"a [b\": Date(\"2031-02-03\")}", name));
    reads(d, c, base, "sibling", 0);
    doubtful(d, e, "Single", say(d, "Concat('[%s]')", name), NULL, "formula-unclear");
    doubtful(d, e, "Open", say(d, "[%s] + [%s", name, name), NULL, "formula-unclear");
    c = add_column(d, e, NULL, "Broken", "1 / \"a\"");
    d->columns.all[c].type = "error";
    add_doubt(d, c, NULL, "error-column", 0);
}

/* Other elements read by value and key. */
static void lookup(struct doc *d)
{
    int e = play_table(d, name_at(d, "Lookup"), "table", 1);
    int other = play_table(d, name_at(d, "Values"), "table", 2);
    const char *name;
    int at;
    int c;

    if (e < 0 || other < 0)
        return;
    add_source(d, e, (struct feed_of){.feed = FEED_ELEMENT, .element = other});
    name = d->elements.all[other].name;
    at = first_column(d, other);
    c = add_column(d, e, NULL, "Looked up",
                   say(d, "Lookup([%s/%s], [%s], [%s/%s])", name, d->columns.all[at + 1].name,
                       d->columns.all[first_column(d, e)].name, name, d->columns.all[at].name));
    reads(d, c, at + 1, "element", 0);
    reads(d, c, first_column(d, e), "sibling", 0);
    reads(d, c, at, "element", 0);
}

/* A control, which only /controls tells from a name that is nowhere; and a column named like one. */
static void controls(struct doc *d)
{
    int e = play_table(d, name_at(d, "Controlled"), "table", 1);
    const char *name = say(d, "P_Date_%d", d->elements.count);
    const char *reference = say(d, "[%s]", name);
    int rate;
    int c;

    if (e < 0)
        return;
    (void)add_element(d, NULL, "control");
    add_control(d, name);
    c = add_column(d, e, NULL, "By control", say(d, "DateAdd(\"day\", 1, %s)", reference));
    add_doubt(d, c, reference, "unknown-name", WITHOUT(WITH_CONTROLS));
    add_doubt(d, c, reference, "control", WITH_CONTROLS);
    rate = add_column(d, e, NULL, "P_Rate", "3");
    c = add_column(d, e, NULL, "By column", "[P_Rate] * 2");
    reads(d, c, rate, "sibling", 0);
}

/* A union in a workbook, whose /spec nobody asks. */
static void blind_union(struct doc *d)
{
    int one = play_table(d, name_at(d, "Branch"), "table", 1);
    int two = play_table(d, name_at(d, "Branch"), "table", 1);
    int e;

    if (one < 0 || two < 0)
        return;
    e = play_child(d, name_at(d, "Union"), "table", one);
    add_source(d, e, (struct feed_of){.feed = FEED_ELEMENT, .element = two});
    doubtful(d, e, "Both", "[Union of 2 Sources/Both]", "[Union of 2 Sources/Both]",
             "union-branches-unknown");
}

/* One in a data model: its /spec names the branches. */
static void spec_union(struct doc *d)
{
    int one = play_table(d, name_at(d, "Branch"), "table", 1);
    int two = play_table(d, name_at(d, "Branch"), "table", 1);
    const struct field_column *columns = d->columns.all;
    int e;
    int c;

    if (one < 0 || two < 0)
        return;
    e = play_child(d, name_at(d, "Union"), "table", one);
    add_source(d, e, (struct feed_of){.feed = FEED_ELEMENT, .element = two});
    d->elements.all[e].spec_source =
        say(d,
            "{\"kind\":\"union\",\"sources\":[{\"kind\":\"table\",\"elementId\":"
            "\"%s\"},{\"kind\":\"table\",\"elementId\":\"%s\"}],\"matches\":[{"
            "\"outputColumnName\":\"Both\",\"sourceColumns\":[\"[%s]\",\"%s\"]},{"
            "\"outputColumnName\":\"Half\",\"sourceColumns\":[\"[%s]\",null]}]}",
            d->elements.all[one].id, d->elements.all[two].id, columns[first_column(d, one)].name,
            columns[first_column(d, two)].id, columns[first_column(d, one)].name);
    c = add_column(d, e, NULL, "Both", "[Union of 2 Sources/Both]");
    reads(d, c, first_column(d, one), "union", WITH_SPEC);
    reads(d, c, first_column(d, two), "union", WITH_SPEC);
    add_doubt(d, c, "[Union of 2 Sources/Both]", "union-branches-unknown", WITHOUT(WITH_SPEC));
    c = add_column(d, e, NULL, "Half", "[Union of 2 Sources/Half]");
    reads(d, c, first_column(d, one), "union", WITH_SPEC);
    add_doubt(d, c, "[Union of 2 Sources/Half]", "union-branches-unknown", WITHOUT(WITH_SPEC));
}

/* A relationship within the model. */
static void relationship(struct doc *d)
{
    const char *reference;
    int to = first_column(d, 1);
    int e;
    int c;

    if (d->elements.count < 2 || !d->elements.all[0].spec || to < 0)
        return;
    e = play_child(d, name_at(d, "Related"), "table", 0);
    reference = say(d, "[%s/To second/%s]", d->elements.all[0].name, d->columns.all[to].name);
    c = add_column(d, e, NULL, say(d, "%s (second)", d->columns.all[to].name), reference);
    reads(d, c, to, "relationship", WITH_SPEC);
    add_doubt(d, c, reference, "unresolved-path", WITHOUT(WITH_SPEC));
}

/* A calculation of the model as a whole. */
static void whole_model(struct doc *d)
{
    if (d->o->undescribed)
        (void)add_column(d, -1, NULL, say(d, "Whole %d", d->columns.count), "1 + 1");
}

const struct scene case_scenes[] = {
    {like_named, true, true},  {duplicates, true, true},    {folded, true, true},
    {spelled, true, true},     {joined, true, true},        {queries, true, true},
    {undeclared, true, true},  {namesakes, true, true},     {inodes, true, true},
    {circle, true, true},      {ring, true, true},          {formulas, true, true},
    {lookup, true, true},      {controls, true, false},     {blind_union, true, false},
    {spec_union, false, true}, {relationship, false, true}, {whole_model, false, true},
    {NULL, false, false},
};
