#include "model.h"

#include "json_equal.h"

/* ---- small things ---- */

static void *must(void *p)
{
    if (!p)
        fail_msg("out of memory");
    return p;
}

static void add(char ***texts, size_t *count, char *text)
{
    *texts = must(realloc(*texts, (*count + 1) * sizeof **texts));
    (*texts)[(*count)++] = text;
}

static struct smc_json_span scan(const char *text)
{
    struct smc_json_span value;
    if (smc_json_scan(text, strlen(text), &value, NULL) != SMC_OK)
        fail_msg("the stand-in made no JSON: %.200s", text);
    return value;
}

/* What a string means, to be freed; NULL for another type, an empty one, and one with a NUL. */
static char *text_of(struct smc_json_span value)
{
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    if (smc_json_type_of(value) != SMC_JSON_STRING || smc_json_decode(value, &text) != SMC_OK ||
        text.len == 0 || strlen(text.data) != text.len) {
        smc_buf_clear(&text);
        return NULL;
    }
    return text.data;
}

static bool has_text(struct smc_json_span object, const char *name, const char *text)
{
    return smc_json_equals(smc_json_member(object, name), text);
}

static struct model_file *file_of(struct model *model, const char *name)
{
    for (size_t i = 0; i < EXTRACTION_FILES; i++)
        if (strcmp(extraction_names[i], name) == 0)
            return &model->files[i];
    fail_msg("no file %s", name);
    return NULL;
}

static void put(struct smc_buf *out, const char *text)
{
    if (smc_buf_addstr(out, text) != SMC_OK)
        fail_msg("out of memory");
}

static void put_span(struct smc_buf *out, struct smc_json_span value, const char *fallback)
{
    if (!value.p)
        put(out, fallback);
    else if (smc_buf_add(out, value.p, value.len) != SMC_OK)
        fail_msg("out of memory");
}

/* ---- tables ---- */

/* The single answer for a table, to be freed; NULL when it can't be resolved. */
static char *path_answer(struct model *model, const char *table)
{
    long index = sim_estate_index(model->sim, "tables", table);
    char *answer = index < 0 ? NULL : sim_estate_record(model->sim, "path", index, NULL);
    bool is_known = false;
    for (size_t i = 0; i < model->table_count; i++)
        is_known = is_known || strcmp(model->tables[i], table) == 0;
    if (!is_known) {
        add(&model->tables, &model->table_count, must(strdup(table)));
        model->unresolved += answer == NULL;
    }
    return answer;
}

/* ---- sources ---- */

/* An object without the members that we add, whatever their names' escapes; the end is left
 * open. */
static void put_members(struct smc_buf *out, struct smc_json_span object, const char *one,
                        const char *other)
{
    struct smc_json_walk walk;
    struct smc_json_span key;
    struct smc_json_span value;
    put(out, "{");
    (void)smc_json_walk_begin(&walk, object);
    while (smc_json_walk_next(&walk, &key, &value, NULL)) {
        if (smc_json_equals(key, one) || smc_json_equals(key, other))
            continue;
        put_span(out, key, "");
        put(out, ":");
        put_span(out, value, "");
        put(out, ",");
    }
}

static void put_source(struct model *model, struct smc_buf *out, struct smc_json_span source,
                       const char *id_member)
{
    if (!has_text(source, "type", "table")) {
        put_span(out, source, "");
        return;
    }
    char *table = text_of(smc_json_member(source, id_member));
    char *answer = table ? path_answer(model, table) : NULL;
    struct smc_json_span path = answer ? scan(answer) : (struct smc_json_span){NULL, 0};
    put_members(out, source, "connectionId", "path");
    put(out, "\"connectionId\":");
    put_span(out, smc_json_member(path, "connectionId"), "null");
    put(out, ",\"path\":");
    put_span(out, smc_json_member(path, "path"), "null");
    put(out, "}");
    free(table);
    free(answer);
}

static void make_sources(struct model *model, const char *kind, const char *owner,
                         const char *id_member)
{
    struct model_file *file = file_of(model, kind);
    for (long object = 0; object < sim_estate_count(model->sim, owner); object++) {
        struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
        char id[37];
        sim_estate_id(model->sim, owner, object, id);
        put(&out, "{\"asset_id\":\"");
        put(&out, id);
        put(&out, "\",\"sources\":[");
        for (long i = 0; i < sim_estate_row_count(model->sim, kind, object); i++) {
            char *row = sim_estate_row(model->sim, kind, object, i, NULL);
            put(&out, i ? "," : "");
            put_source(model, &out, scan(row), id_member);
            free(row);
        }
        put(&out, "]}");
        add(&file->records, &file->count, out.data);
    }
}

/* ---- elements ---- */

static void make_elements(struct model *model)
{
    static const char *const kept[] = {"input-table", "pivot-table", "table", "visualization",
                                       "viz"};
    struct model_file *file = file_of(model, "elements");
    for (long book = 0; book < sim_estate_count(model->sim, "workbooks"); book++)
        for (long i = 0; i < sim_estate_row_count(model->sim, "elements", book); i++) {
            char id[37];
            bool is_kept = false;
            char *row = sim_estate_row(model->sim, "elements", book, i, NULL);
            for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++)
                is_kept = is_kept || has_text(scan(row), "type", kept[k]);
            if (is_kept) {
                struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
                sim_estate_id(model->sim, "workbooks", book, id);
                put_members(&out, scan(row), "workbook_id", "workbook_id");
                put(&out, "\"workbook_id\":\"");
                put(&out, id);
                put(&out, "\"}");
                add(&file->records, &file->count, out.data);
            }
            free(row);
        }
}

/* ---- lineage ---- */

static bool is_used(struct model *model, const char *data_model)
{
    bool is_found = false;
    for (long book = 0; book < sim_estate_count(model->sim, "workbooks"); book++)
        for (long i = 0; i < sim_estate_row_count(model->sim, "workbook_sources", book); i++) {
            char *row = sim_estate_row(model->sim, "workbook_sources", book, i, NULL);
            is_found = is_found || (has_text(scan(row), "type", "data-model") &&
                                    has_text(scan(row), "dataModelId", data_model));
            free(row);
        }
    return is_found;
}

/* base62 by long multiplication in four parts of 32 bits, the least significant first; false when it
 * is not one or is too large. */
static bool decode(const char *text, char uuid[37])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint32_t parts[4] = {0};
    char hex[33] = "";
    if (*text == '\0')
        return false;
    for (; *text; text++) {
        const char *digit = strchr(digits, *text);
        uint64_t carry = digit ? (uint64_t)(digit - digits) : 0;
        for (size_t i = 0; i < 4; i++, carry >>= 32) {
            carry += (uint64_t)parts[i] * 62;
            parts[i] = (uint32_t)carry;
        }
        if (!digit || carry > 0)
            return false;
    }
    (void)snprintf(hex, sizeof hex, "%08x%08x%08x%08x", parts[3], parts[2], parts[1], parts[0]);
    (void)snprintf(uuid, 37, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return true;
}

/* All entries of a data model's lineage. */
struct lineage {
    struct smc_json_span *entries;
    char **texts;
    size_t count;
};

static void read_lineage(struct model *model, long data_model, struct lineage *l)
{
    *l = (struct lineage){NULL, NULL, 0};
    long rows = sim_estate_row_count(model->sim, "datamodel_lineage", data_model);
    for (long i = 0; i < rows; i++)
        add(&l->texts, &l->count,
            sim_estate_row(model->sim, "datamodel_lineage", data_model, i, NULL));
    l->entries = must(calloc(l->count + 1, sizeof *l->entries));
    for (size_t i = 0; i < l->count; i++)
        l->entries[i] = scan(l->texts[i]);
}

static void free_lineage(struct lineage *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->texts[i]);
    free(l->texts);
    free(l->entries);
}

/* Rule 1: the last customSQL or csv-upload that goes by this id, or NULL. */
static const struct smc_json_span *find_named(const struct lineage *l, const char *id)
{
    for (size_t i = l->count; i-- > 0;) {
        const struct smc_json_span *e = &l->entries[i];
        if (*id && ((has_text(*e, "type", "customSQL") && has_text(*e, "name", id)) ||
                    (has_text(*e, "type", "csv-upload") && has_text(*e, "csvId", id))))
            return e;
    }
    return NULL;
}

/* Rule 2: the table that this id encodes; false when the lineage has no such table. */
static bool find_table(const struct lineage *l, const char *id, char uuid[37])
{
    char *code = must(strdup(strncmp(id, "inode-", 6) == 0 ? id + 6 : id));
    code[strcspn(code, "/")] = '\0';
    bool is_found = false;
    if (decode(code, uuid))
        for (size_t i = 0; i < l->count; i++)
            is_found = is_found || (has_text(l->entries[i], "type", "table") &&
                                    has_text(l->entries[i], "inodeId", uuid));
    free(code);
    return is_found;
}

/* Appends what an id stands for, or nothing. */
static void put_resolved(struct model *model, const struct lineage *l, const char *id,
                         struct smc_buf *out, bool *is_first)
{
    char uuid[37];
    const struct smc_json_span *named = find_named(l, id);
    if (named && has_text(*named, "type", "csv-upload"))
        return;
    if (named) {
        put(out, *is_first ? "" : ",");
        put(out, "{\"type\":\"custom-sql\",\"definition\":");
        put_span(out, smc_json_member(*named, "definition"), "null");
        put(out, ",\"connectionId\":");
        put_span(out, smc_json_member(*named, "connectionId"), "null");
        put(out, "}");
        *is_first = false;
        return;
    }
    if (!find_table(l, id, uuid))
        return;
    char *answer = path_answer(model, uuid);
    struct smc_json_span path =
        answer ? smc_json_member(scan(answer), "path") : (struct smc_json_span){NULL, 0};
    struct smc_json_walk parts;
    if (path.p && smc_json_walk_begin(&parts, path) &&
        smc_json_walk_next(&parts, NULL, NULL, NULL)) {
        put(out, *is_first ? "" : ",");
        put(out, "{\"type\":\"table\",\"path\":");
        put_span(out, path, "");
        put(out, ",\"connectionId\":");
        put_span(out, smc_json_member(scan(answer), "connectionId"), "");
        put(out, "}");
        *is_first = false;
    }
    free(answer);
}

static void put_element(struct model *model, const struct lineage *l, struct smc_json_span entry,
                        struct smc_buf *out)
{
    struct smc_json_walk ids;
    struct smc_json_span id;
    bool is_first = true;
    put(out, "{\"elementId\":");
    put_span(out, smc_json_member(entry, "elementId"), "");
    put(out, ",\"sources\":[");
    if (smc_json_walk_begin(&ids, smc_json_member(entry, "dataSourceIds")))
        while (smc_json_walk_next(&ids, NULL, &id, NULL)) {
            char *text = text_of(id);
            if (text)
                put_resolved(model, l, text, out, &is_first);
            free(text);
        }
    put(out, "]}");
}

static char *lineage_record(struct model *model, const char *id, const struct lineage *l)
{
    struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
    bool is_first = true;
    put(&out, "{\"dataModelId\":\"");
    put(&out, id);
    put(&out, "\",\"elements\":[");
    for (size_t i = 0; i < l->count; i++) {
        struct smc_json_span element = smc_json_member(l->entries[i], "elementId");
        if (!has_text(l->entries[i], "type", "element") || !element.p || element.len == 2)
            continue;
        put(&out, is_first ? "" : ",");
        put_element(model, l, l->entries[i], &out);
        is_first = false;
    }
    put(&out, "]}");
    return out.data;
}

static void make_lineage(struct model *model)
{
    struct model_file *file = file_of(model, "datamodel_lineage");
    for (long i = 0; i < sim_estate_count(model->sim, "datamodels"); i++) {
        struct lineage l;
        char id[37];
        sim_estate_id(model->sim, "datamodels", i, id);
        if (!is_used(model, id))
            continue;
        read_lineage(model, i, &l);
        if (l.count > 0)
            add(&file->records, &file->count, lineage_record(model, id, &l));
        free_lineage(&l);
    }
}

/* ---- all of it ---- */

static void make_listings(struct model *model)
{
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        const char *name = extraction_names[i];
        for (long row = 0; row < sim_estate_count(model->sim, name); row++)
            add(&model->files[i].records, &model->files[i].count,
                sim_estate_record(model->sim, name, row, NULL));
    }
}

void model_make(struct model *model, struct sim *sim)
{
    *model = (struct model){.sim = sim};
    make_listings(model);
    make_sources(model, "workbook_sources", "workbooks", "inodeId");
    make_sources(model, "datamodel_sources", "datamodels", "tableId");
    make_sources(model, "dataset_sources", "datasets", "inodeId");
    make_elements(model);
    make_lineage(model);
}

void model_clear(struct model *model)
{
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        for (size_t row = 0; row < model->files[i].count; row++)
            free(model->files[i].records[row]);
        free(model->files[i].records);
    }
    for (size_t i = 0; i < model->table_count; i++)
        free(model->tables[i]);
    free(model->tables);
    *model = (struct model){.sim = NULL};
}

void model_compare(struct model *model, struct extraction *x, const char *name)
{
    const struct model_file *want = file_of(model, name);
    const struct records *got = extraction_file(x, name);
    bool is_listing = sim_estate_count(model->sim, name) >= 0;
    if (got->count != want->count)
        fail_msg("%s: %zu records instead of %zu", name, got->count, want->count);
    for (size_t i = 0; i < want->count; i++) {
        struct smc_json_span row = got->rows[i];
        struct smc_json_span whole = scan(want->records[i]);
        bool is_same = is_listing ? row.len == whole.len && memcmp(row.p, whole.p, row.len) == 0
                                  : json_equal(row, whole);
        if (!is_same)
            fail_msg("%s, record %zu: %.*s\ninstead of %.1500s", name, i,
                     (int)(row.len < 1500 ? row.len : 1500), row.p, want->records[i]);
    }
}
