#include "fields.h"

#include <inttypes.h>

#include "extract/fields/coverage.h"
#include "extract/fields/load.h"
#include "extract/fields/reach.h"
#include "extract/fields/record.h"
#include "extract/fields/resolve.h"
#include "extract/fields/saved.h"
#include "extract/fields/seal.h"
#include "extract/fields/words.h"

#include "support.h"

#define KEPT_MAX 64

struct estate {
    struct smc_buf text;
    struct smc_json_span root;
    struct smc_buf keys[KEPT_MAX]; /* "model/element" */
    struct smc_buf kept[KEPT_MAX];
    size_t kept_count;
    struct smc_buf out;
    bool is_raw;
};

static struct smc_json_span get(struct smc_json_span object, const char *name)
{
    return smc_json_member(object, name);
}

static void must(enum smc_status rc)
{
    assert_int_equal(rc, SMC_OK);
}

/* ---- services ---- */

static enum smc_status find_model(void *ctx, const char *url_id, struct smc_buf *out, bool *found,
                                  struct smc_error *err)
{
    struct estate *estate = ctx;
    struct smc_json_walk groups;
    struct smc_json_span group;
    (void)err;
    *found = false;
    assert_true(smc_json_walk_begin(&groups, get(estate->root, "groups")));
    while (smc_json_walk_next(&groups, NULL, &group, NULL)) {
        struct smc_json_walk documents;
        struct smc_json_span document;
        assert_true(smc_json_walk_begin(&documents, group));
        while (smc_json_walk_next(&documents, NULL, &document, NULL))
            if (smc_json_equals(get(document, "urlId"), url_id)) {
                *found = true;
                return smc_json_decode(get(document, "model"), out);
            }
    }
    return SMC_OK;
}

static enum smc_status find_element(void *ctx, const char *model, const char *element,
                                    struct smc_buf *out, bool *found, struct smc_error *err)
{
    struct estate *estate = ctx;
    char *key = text_format("%s/%s", model, element);
    (void)err;
    *found = false;
    for (size_t i = 0; i < estate->kept_count && !*found; i++)
        if (strcmp(smc_buf_str(&estate->keys[i]), key) == 0) {
            *found = true;
            must(smc_buf_add(out, estate->kept[i].data, estate->kept[i].len));
        }
    free(key);
    return SMC_OK;
}

/* Of a table's id its last digit. */
static struct smc_json_span of_table(struct smc_json_span tables, const char *id)
{
    return get(tables, id + strlen(id) - 1);
}

static enum smc_status find_path(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                 struct smc_error *err)
{
    struct estate *estate = ctx;
    struct smc_json_span path = of_table(get(estate->root, "tables"), table);
    (void)err;
    *found = path.p != NULL;
    return *found ? smc_buf_addf(out, "{\"connectionId\": \"c\", \"path\": %.*s}", (int)path.len,
                                 path.p)
                  : SMC_OK;
}

static enum smc_status find_columns(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                    struct smc_error *err)
{
    struct estate *estate = ctx;
    struct smc_json_walk walk;
    struct smc_json_span name;
    const char *comma = "";
    struct smc_json_span list = of_table(get(estate->root, "lists"), table);
    (void)err;
    *found = list.p && smc_json_walk_begin(&walk, list);
    if (!*found)
        return SMC_OK;
    must(smc_buf_addstr(out, "["));
    while (smc_json_walk_next(&walk, NULL, &name, NULL)) {
        must(smc_buf_addf(out, "%s{\"name\": %.*s}", comma, (int)name.len, name.p));
        comma = ", ";
    }
    return smc_buf_addstr(out, "]");
}

/* ---- records ---- */

static void put_value(struct estate *estate, struct smc_json_span value)
{
    if (smc_json_type_of(value) == SMC_JSON_STRING)
        must(smc_json_decode(value, &estate->out));
    else
        must(smc_buf_addstr(&estate->out, "-"));
}

static void put_path(struct estate *estate, struct smc_json_span item)
{
    struct smc_json_walk walk;
    struct smc_json_span part;
    if (smc_json_walk_begin(&walk, get(item, "path")))
        while (smc_json_walk_next(&walk, NULL, &part, NULL)) {
            put_value(estate, part);
            must(smc_buf_addstr(&estate->out, "."));
        }
    else
        must(smc_buf_addstr(&estate->out, "?."));
    put_value(estate, get(item, "column"));
}

static void put_read(struct estate *estate, struct smc_json_span read)
{
    put_value(estate, get(read, "kind"));
    must(smc_buf_addstr(&estate->out, " "));
    if (smc_json_equals(get(read, "kind"), "table")) {
        put_path(estate, read);
    } else if (get(read, "element_id").p) {
        put_value(estate, get(read, "asset_id"));
        must(smc_buf_addstr(&estate->out, ":"));
        put_value(estate, get(read, "element_id"));
        must(smc_buf_addstr(&estate->out, "."));
        struct smc_json_span id = get(read, "column_id");
        put_value(estate, smc_json_type_of(id) == SMC_JSON_STRING ? id : get(read, "column"));
    } else {
        put_value(estate, get(read, "name"));
        must(smc_buf_addstr(&estate->out, "."));
        put_value(estate, get(read, "column"));
    }
    must(smc_buf_addstr(&estate->out, " "));
    put_value(estate, get(read, "how"));
}

static void put_doubt(struct estate *estate, struct smc_json_span doubt)
{
    must(smc_buf_addstr(&estate->out, "? "));
    put_value(estate, get(doubt, "reference"));
    must(smc_buf_addstr(&estate->out, " "));
    put_value(estate, get(doubt, "reason"));
    if (get(doubt, "element_id").p) {
        must(smc_buf_addstr(&estate->out, " "));
        put_value(estate, get(doubt, "element_id"));
    }
}

static void put_list(struct estate *estate, struct smc_json_span list, const char *before,
                     void (*put)(struct estate *, struct smc_json_span))
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    assert_true(smc_json_walk_begin(&walk, list));
    while (smc_json_walk_next(&walk, NULL, &item, NULL)) {
        must(smc_buf_addstr(&estate->out, before));
        put(estate, item);
        before = strcmp(before, " ") == 0 ? "; " : before;
    }
}

static enum smc_status put_record(void *ctx, const char *bytes, size_t len, struct smc_error *err)
{
    struct estate *estate = ctx;
    struct smc_json_span record;
    assert_int_equal(smc_json_scan(bytes, len, &record, err), SMC_OK);
    if (estate->is_raw) {
        must(smc_buf_addstr(&estate->out, estate->out.len > 1 ? ", " : ""));
        return smc_buf_add(&estate->out, bytes, len);
    }
    if (estate->out.len)
        must(smc_buf_addstr(&estate->out, "\n"));
    put_value(estate, get(record, "element_id"));
    must(smc_buf_addstr(&estate->out, "."));
    put_value(estate, get(record, "column_id"));
    must(smc_buf_addstr(&estate->out, ":"));
    put_list(estate, get(record, "reads"), " ", put_read);
    put_list(estate, get(record, "unresolved"),
             estate->out.data[estate->out.len - 1] == ':' ? " " : "; ", put_doubt);
    put_list(estate, get(record, "reaches"), " > ", put_path);
    if (get(record, "reaches_cut").p)
        must(smc_buf_addstr(&estate->out, " cut"));
    return SMC_OK;
}

/* ---- running ---- */

static void load(struct graph *graph, struct smc_json_span document)
{
    static const char *const parts[PART_COUNT] = {"elements", "columns",  "lineage",
                                                  "sources",  "controls", "spec"};
    struct smc_buf key = SMC_BUF_INIT(1000);
    struct smc_json_span model = get(document, "model");
    struct smc_json_span id = model.p ? model : get(document, "workbook");
    must(smc_json_decode(id, &key));
    uint32_t place = graph_add_document(graph, model.p != NULL, smc_buf_str(&key), id);
    for (int i = 0; i < PART_COUNT; i++)
        if (get(document, parts[i]).p)
            load_rows(graph, place, (enum field_part)i, get(document, parts[i]));
    smc_buf_clear(&key);
}

static void keep(struct estate *estate, const struct graph *graph)
{
    for (uint32_t i = 0; i < graph->elements.count; i++) {
        const struct field_element *element = &graph->elements.all[i];
        if (element->document == NOWHERE || !graph->documents.all[element->document].is_model)
            continue;
        assert_true(estate->kept_count < KEPT_MAX);
        struct smc_buf *key = &estate->keys[estate->kept_count];
        struct smc_buf *text = &estate->kept[estate->kept_count++];
        smc_buf_init(key, 1000);
        smc_buf_init(text, 1000000);
        must(
            smc_buf_addf(key, "%s/%s",
                         texts_get(&graph->texts, graph->documents.all[element->document].id, NULL),
                         texts_get(&graph->texts, element->id, NULL)));
        must(saved_write(graph, i, text));
    }
}

static void put_coverage(struct estate *estate, const struct graph *graph)
{
    struct field_coverage sum = {.columns = 0};
    for (uint32_t i = 0; i < graph->documents.count; i++)
        coverage_add(&sum, &graph->documents.all[i].coverage);
    smc_buf_reset(&estate->out);
    must(smc_buf_addf(&estate->out, "%" PRId64 " %" PRId64 " %" PRId64, sum.columns, sum.with_edge,
                      sum.reaching));
    for (int i = 0; i < REASON_COUNT; i++)
        if (sum.unresolved[i])
            must(smc_buf_addf(&estate->out, " %s:%" PRId64, words_reason((enum field_reason)i),
                              sum.unresolved[i]));
}

static void run_group(struct estate *estate, struct smc_json_span group, bool is_coverage)
{
    const struct field_services services = {estate, find_model, find_element, find_path,
                                            get(estate->root, "lists").p ? find_columns : NULL};
    struct graph graph;
    struct smc_json_walk documents;
    struct smc_json_span document;
    struct smc_error err = SMC_ERROR_INIT;
    graph_init(&graph, &services);
    assert_true(smc_json_walk_begin(&documents, group));
    while (smc_json_walk_next(&documents, NULL, &document, NULL))
        load(&graph, document);
    graph_seal(&graph);
    resolve_columns(&graph);
    reach_find(&graph);
    coverage_count(&graph);
    must(graph_status(&graph, &err));
    keep(estate, &graph);
    smc_buf_reset(&estate->out);
    for (uint32_t i = 0; i < graph.documents.count; i++)
        must(record_each(&graph, i, put_record, estate, &err));
    if (is_coverage)
        put_coverage(estate, &graph);
    graph_clear(&graph);
}

static char *run(const char *text, bool is_coverage, bool is_raw)
{
    struct estate estate = {.is_raw = is_raw};
    struct smc_json_walk groups;
    struct smc_json_span group;
    struct smc_error err = SMC_ERROR_INIT;
    smc_buf_init(&estate.text, 1000000);
    smc_buf_init(&estate.out, 1000000);
    must(smc_buf_addstr(&estate.text, text));
    for (size_t i = 0; i < estate.text.len; i++)
        if (estate.text.data[i] == '\'')
            estate.text.data[i] = '"';
    if (smc_json_scan(estate.text.data, estate.text.len, &estate.root, &err) != SMC_OK)
        fail_msg("%s: %s", text, err.detail);
    assert_true(smc_json_walk_begin(&groups, get(estate.root, "groups")));
    while (smc_json_walk_next(&groups, NULL, &group, NULL))
        run_group(&estate, group, is_coverage);
    char *out = is_raw ? text_format("[%s]", smc_buf_str(&estate.out))
                       : text_format("%s", smc_buf_str(&estate.out));
    for (size_t i = 0; i < estate.kept_count; i++) {
        smc_buf_clear(&estate.keys[i]);
        smc_buf_clear(&estate.kept[i]);
    }
    smc_buf_clear(&estate.text);
    smc_buf_clear(&estate.out);
    return out;
}

char *fields_run(const char *estate)
{
    return run(estate, false, false);
}

char *fields_coverage(const char *estate)
{
    return run(estate, true, false);
}

char *fields_records(const char *estate)
{
    return run(estate, false, true);
}
