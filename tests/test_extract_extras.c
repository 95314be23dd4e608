/* --with: what the files hold beyond what Catalog asks for, against the stand-in's own rows, and
 * what is asked for them and for nothing else: sigmacat-files(5), "EXTRAS". */
#include "tests/support/extraction.h"
#include "tests/support/json_equal.h"

/* The calls that extras alone make. */
static const char *const kinds[] = {"teams",
                                    "team_members",
                                    "tags",
                                    "workspaces",
                                    "reports",
                                    "report_sources",
                                    "grants",
                                    "table_columns",
                                    "workbook_pages",
                                    "page_elements",
                                    "workbook_columns",
                                    "workbook_lineage",
                                    "workbook_queries",
                                    "datamodel_columns",
                                    "datamodel_elements"};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void start(struct extraction *x)
{
    x->sim_opt.lineage_broken_percent = 0;
    x->sim_opt.columns_broken_percent = 0;
    extraction_start(x);
}

static void run_ok(struct extraction *x, const char *options)
{
    sim_stats_reset(x->sim);
    if (extraction_run(x, options) != SMC_OK)
        fail_msg("%s: %s", options, x->err.detail);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

static struct smc_json_span scan(const char *text)
{
    struct smc_json_span value;
    if (smc_json_scan(text, strlen(text), &value, NULL) != SMC_OK)
        fail_msg("not JSON: %.200s", text);
    return value;
}

/* The row with members set, to be freed. */
static char *spliced(const char *row, const struct smc_json_field *members, size_t count)
{
    struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
    assert_int_equal(smc_json_splice(scan(row), members, count, &out), SMC_OK);
    return out.data;
}

/* ---- one file after the other ---- */

/* What is left of a file while it is compared. */
struct rest {
    const struct records *file;
    const char *name;
    size_t at;
};

static struct rest begin(struct extraction *x, const char *name)
{
    return (struct rest){extraction_file(x, name), name, 0};
}

static struct smc_json_span next(struct rest *rest)
{
    if (rest->at == rest->file->count)
        fail_msg("%s ends after %zu records", rest->name, rest->at);
    return rest->file->rows[rest->at++];
}

/* To the byte; frees `want`. */
static void take(struct rest *rest, char *want)
{
    struct smc_json_span got = next(rest);
    if (got.len != strlen(want) || memcmp(got.p, want, got.len) != 0)
        fail_msg("%s, record %zu: %.*s instead of %s", rest->name, rest->at - 1, (int)got.len,
                 got.p, want);
    free(want);
}

static void end(const struct rest *rest)
{
    if (rest->at != rest->file->count)
        fail_msg("%s has %zu records instead of %zu", rest->name, rest->file->count, rest->at);
}

static char *id_of(struct extraction *x, const char *kind, long index)
{
    static char id[40];
    char uuid[37];
    sim_estate_id(x->sim, kind, index, uuid);
    (void)snprintf(id, sizeof id, "\"%s\"", uuid);
    return id;
}

/* ---- listings ---- */

static void test_listings(void **state)
{
    static const char *const names[] = {"tags", "workspaces", "reports", "grants"};
    struct extraction *x = *state;
    start(x);
    run_ok(x, "--with tags,workspaces,reports,grants");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct rest rest = begin(x, names[i]);
        for (long row = 0; row < sim_estate_count(x->sim, names[i]); row++)
            take(&rest, sim_estate_record(x->sim, names[i], row, NULL));
        end(&rest);
        assert_true(rest.at > 0);
    }
    assert_int_equal(sim_calls(x->sim, "report_sources", 0), 0);
    assert_int_equal(extraction_count_files(x, "*.json"), EXTRACTION_FILES + 4);
}

/* ---- rows of objects ---- */

struct rows_row {
    const char *name; /* the file, and the calls */
    const char *owners;
};

static const struct rows_row rows_rows[] = {{"workbook_columns", "workbooks"},
                                            {"workbook_lineage", "workbooks"},
                                            {"workbook_queries", "workbooks"},
                                            {"datamodel_elements", "datamodels"},
                                            {"datamodel_columns", "datamodels"}};

static void test_rows(void **state)
{
    struct extraction *x = *state;
    const struct rows_row *row = x->row;
    start(x);
    char *options = text_format("--with %s", row->name);
    run_ok(x, options);
    free(options);
    struct rest rest = begin(x, row->name);
    for (long owner = 0; owner < sim_estate_count(x->sim, row->owners); owner++)
        for (long i = 0; i < sim_estate_row_count(x->sim, row->name, owner); i++) {
            const char *id = id_of(x, row->owners, owner);
            const struct smc_json_field member = {"asset_id", {id, strlen(id)}};
            char *as_given = sim_estate_row(x->sim, row->name, owner, i, NULL);
            char *want = spliced(as_given, &member, 1);
            /* Of a query the member that is cut stands last. */
            if (strcmp(row->name, "workbook_queries") != 0) {
                take(&rest, want);
            } else {
                struct smc_json_span got = next(&rest);
                char *text = text_format("%.*s", (int)got.len, got.p);
                if (!json_text_equal(text, want))
                    fail_msg("%s instead of %s", text, want);
                free(text);
                free(want);
            }
            free(as_given);
        }
    end(&rest);
    assert_true(rest.at > 0);
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i], row->name) != 0)
            assert_int_equal(sim_calls(x->sim, kinds[i], 0), 0);
    assert_int_equal(sim_calls(x->sim, row->name, 0), sim_estate_count(x->sim, row->owners));
}

/* ---- tables ---- */

static void test_table_columns(void **state)
{
    struct extraction *x = *state;
    long calls = 0;
    start(x);
    run_ok(x, "--with table_columns");
    const struct records *file = extraction_file(x, "table_columns");
    const char *last = "";
    size_t at = 0;
    /* The rows of a table stand together, in order. */
    while (at < file->count) {
        char id[40];
        struct smc_json_span asset = smc_json_member(file->rows[at], "asset_id");
        (void)snprintf(id, sizeof id, "%.*s", (int)asset.len - 2, asset.p + 1);
        long table = sim_estate_index(x->sim, "tables", id);
        assert_true(table >= 0);
        assert_string_not_equal(id, last);
        const struct smc_json_field member = {"asset_id", asset};
        for (long i = 0; i < sim_estate_row_count(x->sim, "table_columns", table); i++) {
            char *as_given = sim_estate_row(x->sim, "table_columns", table, i, NULL);
            struct rest rest = {file, "table_columns", at++};
            take(&rest, spliced(as_given, &member, 1));
            free(as_given);
        }
        calls++;
    }
    assert_true(calls > 3);
    /* Each table that a source names once: what can't be read of one is a gap, as is its path. */
    assert_true(sim_calls(x->sim, "table_columns", 200) >= calls); /* some have no columns */
    assert_int_equal(sim_repeats(x->sim, "table_columns"), 0);
    assert_int_equal(sim_calls(x->sim, "table_columns", 0),
                     sim_calls(x->sim, "table_columns", 200) +
                         extraction_summary_int(x, "extraction.gaps.table_columns", 0));
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.table_columns", 0),
                     extraction_summary_int(x, "extraction.gaps.path", 0));
}

/* Also when no file of the set has the sources: then no path is asked for. */
static void test_table_columns_alone(void **state)
{
    struct extraction *x = *state;
    start(x);
    run_ok(x, "--with table_columns");
    char *whole = text_format("%s", extraction_file(x, "table_columns")->text);
    run_ok(x, "--only members --with table_columns");
    assert_string_equal(extraction_file(x, "table_columns")->text, whole);
    assert_int_equal(sim_calls(x->sim, "path", 0), 0);
    assert_int_equal(sim_calls(x->sim, "paths", 0), 0);
    assert_int_equal(sim_calls(x->sim, "elements", 0), 0);
    free(whole);
}

/* ---- pages ---- */

static void add_id(struct smc_buf *ids, const char *row)
{
    struct smc_json_span id = smc_json_member(scan(row), "elementId");
    (void)smc_buf_addf(ids, "%s%.*s", ids->len ? ", " : "[", (int)id.len, id.p);
}

static bool has_id(const struct smc_buf *ids, const char *row)
{
    struct smc_json_span id = smc_json_member(scan(row), "elementId");
    return ids->len && memmem(ids->data, ids->len, id.p, id.len) != NULL;
}

/* Appends the ids of the rows that `but` lacks (NULL: of all). */
static void list_ids(struct extraction *x, const char *kind, long parent, const struct smc_buf *but,
                     struct smc_buf *ids)
{
    for (long i = 0; i < sim_estate_row_count(x->sim, kind, parent); i++) {
        char *row = sim_estate_row(x->sim, kind, parent, i, NULL);
        if (!but || !has_id(but, row))
            add_id(ids, row);
        free(row);
    }
}

static void take_page(struct extraction *x, struct rest *rest, long workbook, const char *page,
                      struct smc_buf *ids)
{
    const char *id = id_of(x, "workbooks", workbook);
    (void)smc_buf_addstr(ids, ids->len ? "]" : "[]");
    const struct smc_json_field members[] = {{"asset_id", {id, strlen(id)}},
                                             {"elementIds", {ids->data, ids->len}}};
    take(rest, spliced(page, members, 2));
}

static size_t take_workbook(struct extraction *x, struct rest *rest, long workbook)
{
    struct smc_buf all = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf unknown = SMC_BUF_INIT(SIZE_MAX);
    size_t count = 0;
    for (long i = 0; i < sim_estate_row_count(x->sim, "workbook_pages", workbook); i++) {
        struct smc_buf ids = SMC_BUF_INIT(SIZE_MAX);
        char *page = sim_estate_row(x->sim, "workbook_pages", workbook, i, NULL);
        long parent = sim_estate_page(workbook, i);
        list_ids(x, "page_elements", parent, NULL, &ids);
        list_ids(x, "page_elements", parent, NULL, &all);
        take_page(x, rest, workbook, page, &ids);
        free(page);
        smc_buf_clear(&ids);
    }
    list_ids(x, "elements", workbook, &all, &unknown);
    if (unknown.len) {
        count = 1;
        take_page(x, rest, workbook, "{\"pageId\": null, \"reason\": \"page-unknown\"}", &unknown);
    }
    smc_buf_clear(&all);
    smc_buf_clear(&unknown);
    return count;
}

static void test_pages(void **state)
{
    struct extraction *x = *state;
    size_t unknown = 0;
    long pages = 0;
    start(x);
    run_ok(x, "--with workbook_pages");
    struct rest rest = begin(x, "workbook_pages");
    for (long i = 0; i < sim_estate_count(x->sim, "workbooks"); i++) {
        unknown += take_workbook(x, &rest, i);
        pages += sim_estate_row_count(x->sim, "workbook_pages", i);
    }
    end(&rest);
    assert_true(unknown > 0);
    assert_true(pages > sim_estate_count(x->sim, "workbooks"));
    assert_int_equal(sim_calls(x->sim, "page_elements", 0), pages);
    /* The listing of elements is that of the set's own file. */
    assert_int_equal(sim_calls(x->sim, "elements", 0), sim_estate_count(x->sim, "workbooks"));
}

/* One page that can't be read: its elements are of a page that nobody knows. */
static void test_page_unread(void **state)
{
    struct extraction *x = *state;
    start(x);
    extraction_fault(x, "call=page_elements,object=0,do=status:409");
    run_ok(x, "--with workbook_pages");
    const struct records *file = extraction_file(x, "workbook_pages");
    struct smc_buf all = SMC_BUF_INIT(SIZE_MAX);
    size_t at = 0;
    for (; at < file->count; at++) {
        struct smc_json_span row = file->rows[at];
        if (smc_json_equals(smc_json_member(row, "asset_id"), "") ||
            smc_json_equals(smc_json_member(row, "reason"), "page-unknown"))
            break;
        assert_true(smc_json_type_of(smc_json_member(row, "elementIds")) == SMC_JSON_NULL);
    }
    assert_true(at > 0);
    struct smc_buf want = SMC_BUF_INIT(SIZE_MAX);
    list_ids(x, "elements", 0, NULL, &want);
    (void)smc_buf_addstr(&want, "]");
    struct smc_json_span got = smc_json_member(file->rows[at], "elementIds");
    char *text = text_format("%.*s", (int)got.len, got.p);
    assert_string_equal(text, want.data);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.page_elements", 0), at);
    free(text);
    smc_buf_clear(&want);
    smc_buf_clear(&all);
}

/* ---- teams, sources of reports ---- */

static char *list_rows(struct extraction *x, const char *kind, long parent)
{
    struct smc_buf list = SMC_BUF_INIT(SIZE_MAX);
    for (long i = 0; i < sim_estate_row_count(x->sim, kind, parent); i++) {
        char *row = sim_estate_row(x->sim, kind, parent, i, NULL);
        (void)smc_buf_addf(&list, "%s%s", list.len ? ", " : "[", row);
        free(row);
    }
    (void)smc_buf_addstr(&list, list.len ? "]" : "[]");
    return list.data;
}

static void test_teams(void **state)
{
    struct extraction *x = *state;
    start(x);
    extraction_fault(x, "call=team_members,object=1,do=status:409");
    run_ok(x, "--with teams");
    struct rest rest = begin(x, "teams");
    for (long i = 0; i < sim_estate_count(x->sim, "teams"); i++) {
        char *list = i == 1 ? text_format("null") : list_rows(x, "team_members", i);
        char *team = sim_estate_record(x->sim, "teams", i, NULL);
        const struct smc_json_field members = {"members", {list, strlen(list)}};
        take(&rest, spliced(team, &members, 1));
        free(team);
        free(list);
    }
    end(&rest);
    assert_int_equal(extraction_summary_int(x, "extraction.gaps.team_members", 0), 1);
}

/* Tables that no other file names are resolved too; what can't be is not a gap of the set's. */
static void test_report_sources(void **state)
{
    struct extraction *x = *state;
    start(x);
    run_ok(x, "--only members --with report_sources");
    const struct records *file = extraction_file(x, "report_sources");
    long tables = 0;
    assert_int_equal(file->count, sim_estate_count(x->sim, "reports"));
    for (long i = 0; i < (long)file->count; i++) {
        struct smc_json_walk walk;
        struct smc_json_span source;
        long count = 0;
        assert_true(smc_json_walk_begin(&walk, smc_json_member(file->rows[i], "sources")));
        for (; smc_json_walk_next(&walk, NULL, &source, NULL); count++) {
            char id[64];
            struct smc_json_span inode = smc_json_member(source, "inodeId");
            if (!smc_json_equals(smc_json_member(source, "type"), "table") || !inode.p ||
                inode.len < 3)
                continue;
            (void)snprintf(id, sizeof id, "%.*s", (int)inode.len - 2, inode.p + 1);
            long table = sim_estate_index(x->sim, "tables", id);
            bool is_resolved = table >= 0 && sim_estate_path_status(x->sim, table) == 200;
            assert_int_equal(smc_json_type_of(smc_json_member(source, "path")),
                             is_resolved ? SMC_JSON_ARRAY : SMC_JSON_NULL);
            tables++;
        }
        assert_int_equal(count, sim_estate_row_count(x->sim, "report_sources", i));
    }
    assert_true(tables > 3);
}

/* ---- what is asked, and counted ---- */

static void test_nothing_unless_asked(void **state)
{
    struct extraction *x = *state;
    start(x);
    run_ok(x, NULL);
    for (size_t i = 0; i < KINDS; i++)
        assert_int_equal(sim_calls(x->sim, kinds[i], 0), 0);
    assert_int_equal(extraction_count_files(x, "*.json"), EXTRACTION_FILES);
    assert_null(extraction_summary(x, "extraction.extras").p);
}

/* The set's own files are the same with everything, down to the byte. */
static void test_all(void **state)
{
    struct extraction *x = *state;
    char *own[EXTRACTION_FILES - 1];
    start(x);
    run_ok(x, NULL);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        own[i] = text_format("%s", extraction_file(x, extraction_names[i])->text);
    run_ok(x, "--with all");
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        assert_string_equal(extraction_file(x, extraction_names[i])->text, own[i]);
        free(own[i]);
    }
    struct smc_buf extras = SMC_BUF_INIT(SIZE_MAX);
    for (size_t i = EXTRACTION_FILES; i < EXTRACTION_FILES + EXTRACTION_EXTRAS; i++) {
        const char *name = extraction_names[i];
        const struct records *file = extraction_file(x, name);
        char *path = text_format("extraction.files.%s.records", name);
        assert_int_equal(extraction_summary_int(x, path, -1), (int64_t)file->count);
        free(path);
        (void)smc_buf_addf(&extras, "%s\"%s\"", extras.len ? ", " : "[", name);
    }
    (void)smc_buf_addstr(&extras, "]");
    struct smc_json_span got = extraction_summary(x, "extraction.extras");
    char *text = text_format("%.*s", (int)got.len, got.p);
    if (!json_text_equal(text, extras.data))
        fail_msg("%s instead of %s", text, extras.data);
    free(text);
    smc_buf_clear(&extras);
    assert_null(extraction_summary(x, "extraction.partial").p);
    assert_int_equal(sim_repeats(x->sim, "elements"), 0);
}

static void test_names(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, "--with tag"), SMC_ERR_USAGE);
    assert_contains(x->err.detail, "--with: 'tag' is not a file beyond a set's own (did you mean "
                                   "'tags'?); these are: workbook_pages, ");
    assert_contains(x->err.detail, "table_columns, field_lineage, all");
    assert_int_equal(extraction_run(x, "--with workbooks"), SMC_ERR_USAGE);
    assert_int_equal(extraction_run(x, "--with summary"), SMC_ERR_USAGE);
    assert_int_equal(extraction_run(x, "--only tags"), SMC_ERR_USAGE);
    assert_int_equal(sim_calls(x->sim, NULL, 0), 0);
    run_ok(x, "--only members --with=tags,tags");
    assert_int_equal(extraction_count_files(x, "*-tags.json"), 1);
    assert_int_equal(sim_calls(x->sim, "workbooks", 0), 0);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, extraction_setup, extraction_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_listings),       TEST(test_table_columns),        TEST(test_table_columns_alone),
        TEST(test_pages),          TEST(test_page_unread),          TEST(test_teams),
        TEST(test_report_sources), TEST(test_nothing_unless_asked), TEST(test_all),
        TEST(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) |
           EXTRACTION_TABLE("rows", rows_rows, test_rows);
}
