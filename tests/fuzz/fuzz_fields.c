/* Field lineage of answers that may be anything: a line of JSON for each part of a workbook, in the
 * order of enum field_part. Nothing fails but by memory, each column has its record, and each
 * record is JSON. */
#include "fuzz.h"

#include <string.h>

#include "extract/fields/coverage.h"
#include "extract/fields/load.h"
#include "extract/fields/reach.h"
#include "extract/fields/record.h"
#include "extract/fields/resolve.h"
#include "extract/fields/saved.h"
#include "extract/fields/seal.h"

/* There is a model "m", and it has an element "s". */
static enum smc_status find_model(void *ctx, const char *url_id, struct smc_buf *out, bool *found,
                                  struct smc_error *err)
{
    (void)ctx;
    (void)err;
    *found = strcmp(url_id, "m") == 0;
    return smc_buf_addstr(out, *found ? "M" : "");
}

static enum smc_status find_element(void *ctx, const char *model, const char *element,
                                    struct smc_buf *out, bool *found, struct smc_error *err)
{
    static const char saved[] =
        "{\"name\": \"S\", \"leaves\": [{\"connectionId\": null, \"path\": [\"T\"], \"column\": "
        "\"C\"}], \"columns\": [{\"id\": \"c\", \"name\": \"C\", \"reaches\": [0, 7]}], "
        "\"sources\": [{\"name\": \"S\", \"model\": \"M\", \"element\": \"s\"}], "
        "\"relationships\": [{\"name\": \"R\", \"targetElementId\": \"s\"}], "
        "\"metrics\": [{\"name\": \"N\", \"formula\": \"[C]\"}]}";
    (void)ctx;
    (void)err;
    *found = strcmp(model, "M") == 0 && strcmp(element, "s") == 0;
    return smc_buf_addstr(out, *found ? saved : "");
}

static enum smc_status find_path(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                 struct smc_error *err)
{
    (void)ctx;
    (void)err;
    *found = table[strlen(table) - 1] == '1';
    return smc_buf_addstr(out, *found ? "{\"connectionId\": \"c\", \"path\": [\"D\", \"T\"]}" : "");
}

static enum smc_status find_columns(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                    struct smc_error *err)
{
    (void)ctx;
    (void)err;
    *found = strlen(table) > 1;
    return smc_buf_addstr(out, "[{\"name\": \"AMT\"}, {\"name\": \"Amt\"}, 1]");
}

static enum smc_status check_record(void *ctx, const char *bytes, size_t len, struct smc_error *err)
{
    struct smc_json_span record;
    (*(uint32_t *)ctx)++;
    FUZZ_CHECK(smc_json_scan(bytes, len, &record, err) == SMC_OK);
    FUZZ_CHECK(smc_json_type_of(smc_json_member(record, "reaches")) == SMC_JSON_ARRAY);
    return SMC_OK;
}

static void load_lines(struct graph *graph, uint32_t document, const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    for (int part = 0; size && part < PART_COUNT; part++) {
        struct smc_json_span value;
        const char *line = memchr(text, '\n', size);
        size_t len = line ? (size_t)(line - text) : size;
        if (smc_json_scan(text, len, &value, NULL) == SMC_OK)
            load_rows(graph, document, (enum field_part)part, value);
        len += line != NULL;
        text += len;
        size -= len;
    }
}

static void check_saved(const struct graph *graph)
{
    struct smc_buf out = SMC_BUF_INIT(1 << 26);
    struct smc_json_span value;
    for (uint32_t i = 0; i < graph->elements.count; i++) {
        smc_buf_reset(&out);
        FUZZ_CHECK(saved_write(graph, i, &out) == SMC_OK);
        FUZZ_CHECK(smc_json_scan(smc_buf_str(&out), out.len, &value, NULL) == SMC_OK);
    }
    smc_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct field_services services = {NULL, find_model, find_element, find_path,
                                            size % 2 ? find_columns : NULL};
    struct graph graph;
    uint32_t records = 0;
    uint32_t columns = 0;
    struct smc_error err = SMC_ERROR_INIT;
    if (size > 65536)
        return 0;
    graph_init(&graph, &services);
    uint32_t document =
        graph_add_document(&graph, size % 3 == 0, "M", (struct smc_json_span){"\"M\"", 3});
    load_lines(&graph, document, data, size);
    graph_seal(&graph);
    resolve_columns(&graph);
    reach_find(&graph);
    coverage_count(&graph);
    FUZZ_CHECK(graph_status(&graph, &err) == SMC_OK);
    FUZZ_CHECK(record_each(&graph, document, check_record, &records, &err) == SMC_OK);
    for (uint32_t i = 0; i < graph.columns.count; i++)
        columns += graph.columns.all[i].document == document && !graph.columns.all[i].is_listed;
    FUZZ_CHECK(records == columns + !graph.documents.all[document].has[PART_COLUMNS]);
    check_saved(&graph);
    graph_clear(&graph);
    return 0;
}
