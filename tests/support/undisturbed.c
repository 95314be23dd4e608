#include "undisturbed.h"

void undisturbed_take(struct undisturbed *u, struct extraction *x)
{
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        (void)extraction_file(x, extraction_names[i]);
        u->files[i] = x->loaded[i];
        x->loaded[i] = (struct records){NULL, 0, NULL, 0};
    }
}

void undisturbed_clear(struct undisturbed *u)
{
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        free(u->files[i].text);
        free(u->files[i].rows);
        u->files[i] = (struct records){NULL, 0, NULL, 0};
    }
}

static bool is_same(struct smc_json_span a, struct smc_json_span b)
{
    return a.p && b.p && a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* ---- texts that are built ---- */

static void put(struct smc_buf *out, const char *from, size_t len)
{
    if (smc_buf_add(out, from, len) != SMC_OK)
        fail_msg("out of memory");
}

/* Appends what is left of `item`; false when nothing is. */
typedef bool edit_fn(struct smc_buf *out, struct smc_json_span item, const void *ctx);

/* Appends `object` with each item of its array `member` edited. */
static void put_edited(struct smc_buf *out, struct smc_json_span object, const char *member,
                       edit_fn *edit, const void *ctx)
{
    struct smc_json_span list = smc_json_member(object, member);
    struct smc_json_walk walk;
    struct smc_json_span item;
    if (!smc_json_walk_begin(&walk, list))
        fail_msg("no %s in %.*s", member, (int)object.len, object.p);
    put(out, object.p, (size_t)(list.p + 1 - object.p));
    for (size_t kept = 0; smc_json_walk_next(&walk, NULL, &item, NULL);) {
        size_t before = out->len;
        put(out, ", ", kept ? 2 : 0);
        if (edit(out, item, ctx))
            kept++;
        else
            out->len = before;
    }
    const char *end = list.p + list.len - 1;
    put(out, end, (size_t)(object.p + object.len - end));
}

/* Appends `value` with some of its members, each found by a path, written as null. */
static void put_nulled(struct smc_buf *out, struct smc_json_span value, const char *const *paths,
                       size_t count)
{
    const char *at = value.p;
    for (size_t i = 0; i < count; i++) {
        struct smc_json_span found = extraction_member(value, paths[i]);
        if (!found.p)
            continue;
        put(out, at, (size_t)(found.p - at));
        put(out, "null", 4);
        at = found.p + found.len;
    }
    put(out, at, (size_t)(value.p + value.len - at));
}

/* ---- a table without a path ---- */

struct table {
    const char *id;
    struct smc_json_span path;
};

static bool edit_source(struct smc_buf *out, struct smc_json_span source, const void *ctx)
{
    static const char *const ours[] = {"connectionId", "path"};
    const struct table *table = ctx;
    bool is_it = smc_json_equals(smc_json_member(source, "inodeId"), table->id) ||
                 smc_json_equals(smc_json_member(source, "tableId"), table->id);
    put_nulled(out, source, ours, is_it ? 2 : 0);
    return true;
}

static bool edit_element_source(struct smc_buf *out, struct smc_json_span source, const void *ctx)
{
    const struct table *table = ctx;
    put(out, source.p, source.len);
    return !is_same(smc_json_member(source, "path"), table->path);
}

static bool edit_element(struct smc_buf *out, struct smc_json_span element, const void *ctx)
{
    put_edited(out, element, "sources", edit_element_source, ctx);
    return true;
}

static void put_without_table(struct smc_buf *out, struct extraction *x, const char *file,
                              struct smc_json_span row, const char *id)
{
    char *answer = sim_estate_record(x->sim, "path", sim_estate_index(x->sim, "tables", id), NULL);
    struct smc_json_span whole = {NULL, 0};
    if (!answer || smc_json_scan(answer, strlen(answer), &whole, NULL) != SMC_OK)
        fail_msg("the stand-in has no table %s", id);
    const struct table table = {id, smc_json_member(whole, "path")};
    if (strcmp(file, "datamodel_lineage") == 0)
        put_edited(out, row, "elements", edit_element, &table);
    else
        put_edited(out, row, "sources", edit_source, &table);
    free(answer);
}

/* ---- records ---- */

static bool is_of(struct smc_json_span row, const char *id)
{
    static const char *const names[] = {"asset_id", "workbook_id", "dataModelId"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (id && smc_json_equals(smc_json_member(row, names[i]), id))
            return true;
    return false;
}

static bool is_touched(const struct loss *loss, const char *file)
{
    if (!loss->kind)
        return false;
    if (strcmp(loss->kind, "path") == 0)
        return strstr(file, "_sources") || strcmp(file, "datamodel_lineage") == 0;
    /* of data sets that were withdrawn nothing is left */
    return strcmp(loss->kind, file) == 0 ||
           (!loss->id && !loss->is_unseen && strcmp(loss->kind, "datasets") == 0 &&
            strcmp(file, "dataset_sources") == 0);
}

/* What is left of a record in a file that the loss touches; false: nothing. */
static bool expect(struct smc_buf *out, struct extraction *x, const char *file,
                   struct smc_json_span row, const struct loss *loss)
{
    smc_buf_reset(out);
    if (!loss->id)
        return false;
    if (strcmp(loss->kind, "path") == 0) {
        put_without_table(out, x, file, row, loss->id);
        return true;
    }
    if (!is_of(row, loss->id)) {
        put(out, row.p, row.len);
        return true;
    }
    if (loss->is_unseen || !strstr(file, "_sources"))
        return false;
    if (smc_buf_addf(out, "{\"asset_id\": \"%s\", \"sources\": []}", loss->id) != SMC_OK)
        fail_msg("out of memory");
    return true;
}

static int by_text(const void *a, const void *b)
{
    const struct smc_json_span *one = a;
    const struct smc_json_span *other = b;
    int order = memcmp(one->p, other->p, one->len < other->len ? one->len : other->len);
    return order ? order : (one->len > other->len) - (one->len < other->len);
}

/* The same records, in whatever order. */
static void compare_moved(const struct records *want, const struct records *got, const char *file)
{
    size_t size = want->count * sizeof *want->rows;
    struct smc_json_span *rows[2] = {malloc(size + 1), malloc(size + 1)};
    if (!rows[0] || !rows[1] || want->count != got->count)
        fail_msg("%s: %zu records instead of %zu", file, got->count, want->count);
    memcpy(rows[0], want->rows, size);
    memcpy(rows[1], got->rows, size);
    qsort(rows[0], want->count, sizeof *want->rows, by_text);
    qsort(rows[1], want->count, sizeof *want->rows, by_text);
    for (size_t i = 0; i < want->count; i++)
        if (!is_same(rows[0][i], rows[1][i]))
            fail_msg("%s: %.*s\ninstead of %.*s", file, (int)rows[1][i].len, rows[1][i].p,
                     (int)rows[0][i].len, rows[0][i].p);
    free(rows[0]);
    free(rows[1]);
}

static void compare_records(const struct records *want, const struct records *got,
                            struct extraction *x, const char *file, const struct loss *loss)
{
    struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
    size_t at = 0;
    if (loss->is_unseen && !loss->id)
        return;
    for (size_t i = 0; i < want->count; i++) {
        if (!expect(&out, x, file, want->rows[i], loss))
            continue;
        while (loss->is_unseen && at < got->count && is_of(got->rows[at], loss->id))
            at++;
        struct smc_json_span row =
            at < got->count ? got->rows[at++] : (struct smc_json_span){"", 0};
        if (!is_same(row, (struct smc_json_span){out.data, out.len}))
            fail_msg("%s, record %zu: %.*s\ninstead of %s", file, at, (int)row.len, row.p,
                     out.data);
    }
    while (loss->is_unseen && at < got->count && is_of(got->rows[at], loss->id))
        at++;
    if (at != got->count)
        fail_msg("%s: %zu records instead of %zu", file, got->count, at);
    smc_buf_clear(&out);
}

/* ---- the summary ---- */

/* Time and host are each run's own, counts and gaps follow from what was lost. */
static void compare_summary(struct smc_json_span want, struct smc_json_span got,
                            const struct loss *loss)
{
    static const char *const own[] = {"executed_at", "connection_identity", "extraction"};
    static const char id[] = "connection_identity.organization_id";
    struct smc_buf texts[2] = {SMC_BUF_INIT(SIZE_MAX), SMC_BUF_INIT(SIZE_MAX)};
    put_nulled(&texts[0], want, own, loss->kind ? 3 : 2);
    put_nulled(&texts[1], got, own, loss->kind ? 3 : 2);
    if (strcmp(texts[0].data, texts[1].data) != 0)
        fail_msg("summary: %s\ninstead of %s", texts[1].data, texts[0].data);
    smc_buf_clear(&texts[0]);
    smc_buf_clear(&texts[1]);
    struct smc_json_span organization = extraction_member(got, id);
    bool is_whoami = loss->kind && strcmp(loss->kind, "whoami") == 0;
    if (is_whoami ? organization.p != NULL : !is_same(organization, extraction_member(want, id)))
        fail_msg("summary: %.*s", (int)got.len, got.p);
}

/* What the summary says of a file, beside the file. */
static void check_counts(struct extraction *x, const char *file)
{
    char path[64];
    const struct records *records = extraction_file(x, file);
    (void)snprintf(path, sizeof path, "extraction.files.%s.records", file);
    assert_int_equal(extraction_summary_int(x, path, -1), records->count);
    (void)snprintf(path, sizeof path, "extraction.files.%s.bytes", file);
    assert_int_equal(extraction_summary_int(x, path, -1), records->len);
}

/* ---- all of it ---- */

void undisturbed_compare(const struct undisturbed *u, struct extraction *x, const struct loss *loss)
{
    static const struct loss nothing = {.kind = NULL};
    loss = loss ? loss : &nothing;
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        const char *file = extraction_names[i];
        const struct records *want = &u->files[i];
        const struct records *got = extraction_file(x, file);
        bool is_whole = is_same((struct smc_json_span){want->text, want->len},
                                (struct smc_json_span){got->text, got->len});
        check_counts(x, file);
        if (loss->is_moved)
            compare_moved(want, got, file);
        else if (is_touched(loss, file))
            compare_records(want, got, x, file, loss);
        else if (!is_whole)
            fail_msg("%s: %s\ninstead of %s", file, got->text, want->text);
    }
    compare_summary(u->files[EXTRACTION_FILES - 1].rows[0], extraction_file(x, "summary")->rows[0],
                    loss);
}
