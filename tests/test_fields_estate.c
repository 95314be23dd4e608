/* Field lineage against estates whose true lineage the stand-in knows: every edge that can be
 * derived is found, none is false, and what is not known is said with the right word. */
#include "support/support.h"

#include "extract/fields/base62.h"
#include "extract/fields/load.h"
#include "extract/fields/reach.h"
#include "extract/fields/record.h"
#include "extract/fields/resolve.h"
#include "extract/fields/saved.h"
#include "extract/fields/seal.h"

#include "sim/sim.h"
#include "support/json_equal.h"

enum { MODELS = 12, WORKBOOKS = 40, KEPT_MAX = 2000 };

struct estate {
    struct sim *sim;
    const char *with;
    char *keys[KEPT_MAX]; /* "model/element" */
    char *kept[KEPT_MAX];
    size_t kept_count;
    struct smc_json_walk truth; /* of the document under way */
    bool has_lineage;
    long records;
    long different;
};

static void must(enum smc_status rc)
{
    assert_int_equal(rc, SMC_OK);
}

/* ---- services ---- */

static enum smc_status find_model(void *ctx, const char *url_id, struct smc_buf *out, bool *found,
                                  struct smc_error *err)
{
    const struct estate *e = ctx;
    unsigned char uuid[SMCI_UUID_BYTES];
    char text[SMCI_UUID_TEXT_LEN + 1];
    (void)err;
    *found = base62_decode(url_id, strlen(url_id), uuid);
    if (!*found)
        return SMC_OK;
    smci_uuid_print(uuid, text);
    *found = sim_estate_index(e->sim, "datamodels", text) >= 0;
    return *found ? smc_buf_addstr(out, text) : SMC_OK;
}

static enum smc_status find_element(void *ctx, const char *model, const char *element,
                                    struct smc_buf *out, bool *found, struct smc_error *err)
{
    const struct estate *e = ctx;
    char *key = text_format("%s/%s", model, element);
    size_t i = 0;
    (void)err;
    while (i < e->kept_count && strcmp(e->keys[i], key) != 0)
        i++;
    free(key);
    *found = i < e->kept_count;
    return *found ? smc_buf_addstr(out, e->kept[i]) : SMC_OK;
}

static enum smc_status find_path(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                 struct smc_error *err)
{
    const struct estate *e = ctx;
    const long index = sim_estate_index(e->sim, "tables", table);
    char *path = index < 0 ? NULL : sim_estate_record(e->sim, "path", index, NULL);
    enum smc_status rc = path ? smc_buf_addstr(out, path) : SMC_OK;
    (void)err;
    *found = path != NULL;
    free(path);
    return rc;
}

static enum smc_status find_columns(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                    struct smc_error *err)
{
    const struct estate *e = ctx;
    const long index = sim_estate_index(e->sim, "tables", table);
    char *rows = index < 0 ? NULL : sim_estate_rows(e->sim, "table_columns", index, NULL);
    enum smc_status rc = rows ? smc_buf_addstr(out, rows) : SMC_OK;
    (void)err;
    *found = rows != NULL;
    free(rows);
    return rc;
}

/* ---- comparing ---- */

static struct smc_json_span get(struct smc_json_span object, const char *name)
{
    return smc_json_member(object, name);
}

typedef bool same_fn(struct smc_json_span a, struct smc_json_span b);

static bool have_same(struct smc_json_span a, struct smc_json_span b, const char *const *names,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!json_equal(get(a, names[i]), get(b, names[i])))
            return false;
    return true;
}

/* Doubts may say more. */
static bool is_same_doubt(struct smc_json_span a, struct smc_json_span b)
{
    static const char *const names[] = {"reason", "reference"};
    return have_same(a, b, names, 2);
}

/* A step and what is reached. */
static bool is_reached(struct smc_json_span read, struct smc_json_span leaf)
{
    static const char *const names[] = {"connectionId", "path", "column"};
    return smc_json_equals(get(read, "kind"), "table") && have_same(read, leaf, names, 3);
}

static bool has(struct smc_json_span list, struct smc_json_span item, same_fn *is_same)
{
    struct smc_json_walk walk;
    struct smc_json_span other;
    assert_true(smc_json_walk_begin(&walk, list));
    while (smc_json_walk_next(&walk, NULL, &other, NULL))
        if (is_same(item, other))
            return true;
    return false;
}

/* Whether each of the items is in the list, or in another one. */
static bool is_part(struct smc_json_span items, struct smc_json_span list, same_fn *is_same,
                    const struct smc_json_span *or_list, same_fn *is_same_there)
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    assert_true(smc_json_walk_begin(&walk, items));
    while (smc_json_walk_next(&walk, NULL, &item, NULL))
        if (!has(list, item, is_same) && !(or_list && has(*or_list, item, is_same_there)))
            return false;
    return true;
}

static bool is_equal_list(struct smc_json_span a, struct smc_json_span b, same_fn *is_same)
{
    return is_part(a, b, is_same, NULL, NULL) && is_part(b, a, is_same, NULL, NULL);
}

/* Without its lineage less is found of a document, but nothing that is false. A column's id still
 * tells of the table that it comes from, while nobody can tell which elements lie between. */
static bool fits(bool has_lineage, struct smc_json_span mine, struct smc_json_span truth)
{
    static const char *const keys[] = {"asset",     "asset_id", "element_id",
                                       "column_id", "column",   "formula"};
    const struct smc_json_span reaches = get(truth, "reaches");
    if (!have_same(mine, truth, keys, 6))
        return false;
    if (!has_lineage)
        return is_part(get(mine, "reads"), get(truth, "reads"), json_equal, &reaches, is_reached) &&
               is_part(get(mine, "reaches"), reaches, json_equal, NULL, NULL);
    return is_equal_list(get(mine, "reads"), get(truth, "reads"), json_equal) &&
           is_equal_list(get(mine, "reaches"), reaches, json_equal) &&
           is_equal_list(get(mine, "unresolved"), get(truth, "unresolved"), is_same_doubt);
}

static enum smc_status compare(void *ctx, const char *bytes, size_t len, struct smc_error *err)
{
    struct estate *e = ctx;
    struct smc_json_span mine;
    struct smc_json_span truth;
    must(smc_json_scan(bytes, len, &mine, err));
    assert_true(smc_json_walk_next(&e->truth, NULL, &truth, NULL));
    e->records++;
    if (!fits(e->has_lineage, mine, truth)) {
        e->different++;
        print_error("derived: %.*s\n", (int)mine.len, mine.p);
        print_error("true:    %.*s\n", (int)truth.len, truth.p);
    }
    return SMC_OK;
}

/* ---- a document ---- */

static void load_part(const struct estate *e, struct graph *graph, enum field_part part,
                      const char *kind, long index)
{
    struct smc_json_span rows;
    char *text = sim_estate_rows(e->sim, kind, index, NULL);
    assert_non_null(text);
    must(smc_json_scan(text, strlen(text), &rows, NULL));
    load_rows(graph, 0, part, rows);
    free(text);
}

static void load(const struct estate *e, struct graph *graph, bool is_model, long index)
{
    static const char *const parts[2][3] = {
        {"elements", "workbook_lineage", "workbook_sources"},
        {"datamodel_elements", "datamodel_lineage", "datamodel_sources"}};
    struct smc_json_span id;
    char uuid[37];
    sim_estate_id(e->sim, is_model ? "datamodels" : "workbooks", index, uuid);
    char *json = text_format("\"%s\"", uuid);
    must(smc_json_scan(json, strlen(json), &id, NULL));
    (void)graph_add_document(graph, is_model, uuid, id);
    free(json);
    load_part(e, graph, PART_ELEMENTS, parts[is_model][0], index);
    if (e->has_lineage)
        load_part(e, graph, PART_LINEAGE, parts[is_model][1], index);
    load_part(e, graph, PART_SOURCES, parts[is_model][2], index);
    if (!is_model && strstr(e->with, "controls"))
        load_part(e, graph, PART_CONTROLS, "workbook_controls", index);
    if (is_model && strstr(e->with, "spec")) {
        struct smc_json_span spec;
        char *text = sim_estate_record(e->sim, "datamodel_spec", index, NULL);
        must(smc_json_scan(text, strlen(text), &spec, NULL));
        load_rows(graph, 0, PART_SPEC, spec);
        free(text);
    }
}

static void keep(struct estate *e, const struct graph *graph, const char *model)
{
    for (uint32_t i = 0; i < graph->elements.count; i++) {
        const struct field_element *element = &graph->elements.all[i];
        struct smc_buf text = SMC_BUF_INIT(1000000);
        if (element->document == NOWHERE)
            continue;
        assert_true(e->kept_count < KEPT_MAX);
        must(saved_write(graph, i, &text));
        e->keys[e->kept_count] =
            text_format("%s/%s", model, texts_get(&graph->texts, element->id, NULL));
        e->kept[e->kept_count++] = text_format("%s", smc_buf_str(&text));
        smc_buf_clear(&text);
    }
}

static void run_document(struct estate *e, bool is_model, long index)
{
    const char *kind = is_model ? "datamodels" : "workbooks";
    const struct field_services services = {e, find_model, find_element, find_path,
                                            strstr(e->with, "table_columns") ? find_columns : NULL};
    struct graph graph;
    struct smc_json_span all;
    struct smc_error err = SMC_ERROR_INIT;
    size_t len;
    char *truth = sim_estate_lineage(e->sim, kind, index, e->with, &len);
    assert_non_null(truth);
    must(smc_json_scan(truth, len, &all, NULL));
    assert_true(smc_json_walk_begin(&e->truth, all));
    e->has_lineage = !strstr(truth, "\"lacks\":\"lineage\"");
    graph_init(&graph, &services);
    load(e, &graph, is_model, index);
    if (!strstr(truth, "columns-unavailable"))
        load_part(e, &graph, PART_COLUMNS, is_model ? "datamodel_columns" : "workbook_columns",
                  index);
    graph_seal(&graph);
    resolve_columns(&graph);
    reach_find(&graph);
    must(graph_status(&graph, &err));
    must(record_each(&graph, 0, compare, e, &err));
    assert_false(smc_json_walk_next(&e->truth, NULL, &all, NULL));
    if (is_model) {
        char uuid[37];
        sim_estate_id(e->sim, kind, index, uuid);
        keep(e, &graph, uuid);
    }
    graph_clear(&graph);
    free(truth);
}

struct row {
    const char *name;
    uint64_t seed;
    const char *with;
};

static const struct row rows[] = {
    {"nothing more asked", 1, ""},    {"another estate", 2, ""},
    {"with /spec", 1, "spec"},        {"with tables' columns", 1, "table_columns"},
    {"with controls", 1, "controls"}, {"with all", 3, "spec,table_columns,controls"},
};

static void test_estate(void **state)
{
    const struct row *row = *state;
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct estate e = {.with = row->with};
    char why[256] = "";
    opt.seed = row->seed;
    opt.columns = 80;
    opt.tables = 400;
    opt.workbooks = WORKBOOKS;
    opt.datamodels = MODELS;
    e.sim = sim_start(&opt, why, sizeof why);
    assert_string_equal(why, "");
    for (long i = 0; i < MODELS; i++) /* a model reads those before it */
        run_document(&e, true, i);
    for (long i = 0; i < WORKBOOKS; i++)
        run_document(&e, false, i);
    assert_true(e.records > WORKBOOKS * 70);
    assert_int_equal(e.different, 0);
    for (size_t i = 0; i < e.kept_count; i++) {
        free(e.keys[i]);
        free(e.kept[i]);
    }
    sim_stop(e.sim);
}

int main(void)
{
    return RUN_TABLE("fields estate", rows, test_estate);
}
