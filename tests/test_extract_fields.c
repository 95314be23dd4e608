/* --with field_lineage held against the truth of the stand-in's estates: every edge that Sigma's
 * data give is found, and none is false. */
#include "support/extraction.h"

#include <inttypes.h>

#include "support/json_equal.h"

struct estate_row {
    const char *name;
    uint64_t seed;
    const char *options;
    const char *with; /* of the truth */
    const char *fault;
};

static const struct estate_row estate_rows[] = {
    {"what the four answers tell", 1, "--with field_lineage", NULL, NULL},
    {"another estate", 2, "--with field_lineage", NULL, NULL},
    {"with /spec", 3, "--with field_lineage,spec", "spec", NULL},
    {"with the tables' own columns", 4, "--with field_lineage,table_columns", "table_columns",
     NULL},
    {"with all there is", 5, "--with all,spec", "spec,table_columns", NULL},
    {"beside a part of the files", 6, "--only members --with field_lineage", NULL, NULL},
    {"/spec that is refused", 7, "--with field_lineage,spec", NULL,
     "call=datamodel_spec,every=1,do=status:403"},
};

/* ---- records held against the truth ---- */

/* Whether `list` has an item that equals `item`; of what leads nowhere reference and reason count. */
static bool has_item(struct smc_json_span list, struct smc_json_span item, bool is_unresolved)
{
    struct smc_json_walk walk;
    struct smc_json_span other;
    assert_true(smc_json_walk_begin(&walk, list));
    while (smc_json_walk_next(&walk, NULL, &other, NULL)) {
        if (!is_unresolved && json_equal(item, other))
            return true;
        if (is_unresolved &&
            json_equal(smc_json_member(item, "reference"), smc_json_member(other, "reference")) &&
            json_equal(smc_json_member(item, "reason"), smc_json_member(other, "reason")))
            return true;
    }
    return false;
}

/* Whether each item of one list is in the other. */
static bool is_within(struct smc_json_span list, struct smc_json_span other, bool is_unresolved)
{
    struct smc_json_walk walk;
    struct smc_json_span item;
    assert_true(smc_json_walk_begin(&walk, list));
    while (smc_json_walk_next(&walk, NULL, &item, NULL))
        if (!has_item(other, item, is_unresolved))
            return false;
    return true;
}

static void check_record(struct smc_json_span found, struct smc_json_span truth)
{
    static const char *const keys[] = {"asset",     "asset_id", "element_id",
                                       "column_id", "column",   "formula"};
    static const char *const lists[] = {"reads", "reaches", "unresolved"};
    const bool is_lacking = smc_json_member(truth, "lacks").p != NULL;
    bool ok = true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        ok = ok && json_equal(smc_json_member(found, keys[i]), smc_json_member(truth, keys[i]));
    for (size_t i = 0; i < 3; i++) {
        struct smc_json_span ours = smc_json_member(found, lists[i]);
        struct smc_json_span theirs = smc_json_member(truth, lists[i]);
        if (i < 2 || !is_lacking)
            ok = ok && is_within(ours, theirs, i == 2);
        if (!is_lacking)
            ok = ok && is_within(theirs, ours, i == 2);
    }
    if (!ok)
        fail_msg("found %.*s, but it is %.*s", (int)found.len, found.p, (int)truth.len, truth.p);
}

/* A document's records; returns how many. */
static size_t check_document(struct smc_json_walk *found, const char *truth, size_t len)
{
    struct smc_json_span all;
    struct smc_json_walk walk;
    struct smc_json_span wanted;
    struct smc_json_span record;
    size_t count = 0;
    assert_int_equal(smc_json_scan(truth, len, &all, NULL), SMC_OK);
    assert_true(smc_json_walk_begin(&walk, all));
    for (; smc_json_walk_next(&walk, NULL, &wanted, NULL); count++) {
        assert_true(smc_json_walk_next(found, NULL, &record, NULL));
        check_record(record, wanted);
    }
    return count;
}

static char *read_file(const struct extraction *x, size_t *len)
{
    char *path = text_format("%s/%" PRId64 "-field_lineage.json", x->output, x->timestamp);
    char *text = file_read(path, len);
    free(path);
    return text;
}

/* Behind them stand data models that sources name and no listing has: nobody can read those. */
static size_t check_unlisted(const struct extraction *x, struct smc_json_walk *found)
{
    struct smc_json_span record;
    size_t count = 0;
    for (; smc_json_walk_next(found, NULL, &record, NULL); count++) {
        struct smc_buf id = SMC_BUF_INIT(100);
        assert_true(smc_json_equals(smc_json_member(record, "asset"), "datamodel"));
        assert_int_equal(smc_json_decode(smc_json_member(record, "asset_id"), &id), SMC_OK);
        assert_true(sim_estate_index(x->sim, "datamodels", smc_buf_str(&id)) >=
                    sim_estate_count(x->sim, "datamodels"));
        struct smc_json_span only = {"[{\"reference\":null,\"reason\":\"columns-unavailable\"}]",
                                     51};
        assert_true(json_equal(smc_json_member(record, "unresolved"), only));
        smc_buf_clear(&id);
    }
    return count;
}

/* Workbooks first, each kind in listing order. */
static void check_file(struct extraction *x, const char *with)
{
    static const char *const kinds[] = {"workbooks", "datamodels"};
    size_t len;
    size_t count = 0;
    struct smc_json_span all;
    struct smc_json_walk found;
    char *text = read_file(x, &len);
    assert_int_equal(smc_json_scan(text, len, &all, NULL), SMC_OK);
    assert_true(smc_json_walk_begin(&found, all));
    for (int i = 0; i < 2; i++)
        for (long j = 0; j < sim_estate_count(x->sim, kinds[i]); j++) {
            size_t truth_len;
            char *truth = sim_estate_lineage(x->sim, kinds[i], j, with, &truth_len);
            assert_non_null(truth);
            count += check_document(&found, truth, truth_len);
            free(truth);
        }
    count += check_unlisted(x, &found);
    assert_true(count > 500);
    assert_int_equal(extraction_summary_int(x, "extraction.files.field_lineage.records", -1),
                     (int64_t)count);
    free(text);
}

static void set_estate(struct extraction *x, uint64_t seed)
{
    x->sim_opt.seed = seed;
    x->sim_opt.workbooks = 24;
    x->sim_opt.datamodels = 8;
    x->sim_opt.columns = 50;
    x->sim_opt.tables = 200;
    x->sim_opt.columns_broken_percent = 8;
    x->sim_opt.paths_missing_percent = 0;
}

static void test_estate(void **state)
{
    struct extraction *x = *state;
    const struct estate_row *row = x->row;
    set_estate(x, row->seed);
    extraction_start(x);
    extraction_fault(x, row->fault);
    assert_int_equal(extraction_run(x, row->options), SMC_OK);
    check_file(x, row->with);
}

/* ---- the rest ---- */

/* The report has the same in all, and each document's. */
static void check_report(const char *path, int64_t columns, int64_t reaching)
{
    size_t len;
    struct smc_json_span root;
    struct smc_json_walk walk;
    struct smc_json_span document;
    int64_t number = 0;
    int64_t documents = 0;
    char *text = file_read(path, &len);
    assert_int_equal(smc_json_scan(text, len, &root, NULL), SMC_OK);
    struct smc_json_span fields = extraction_member(root, "details.field_lineage");
    assert_true(smc_json_int64(smc_json_member(fields, "columns"), &number));
    assert_int_equal(number, columns);
    assert_true(smc_json_int64(smc_json_member(fields, "reaching"), &number));
    assert_int_equal(number, reaching);
    assert_true(smc_json_walk_begin(&walk, smc_json_member(fields, "documents")));
    for (; smc_json_walk_next(&walk, NULL, &document, NULL); documents++) {
        assert_true(smc_json_int64(smc_json_member(document, "columns"), &number));
        columns -= number;
    }
    assert_int_equal(columns, 0);
    assert_int_equal(documents, 24 + 8 + 1); /* one is in no listing */
    free(text);
}

/* The coverage of the log is that of the file. */
static void test_coverage(void **state)
{
    struct extraction *x = *state;
    size_t len;
    int64_t columns = 0;
    int64_t with_edge = 0;
    int64_t reaching = 0;
    struct smc_json_span all;
    struct smc_json_walk walk;
    struct smc_json_span record;
    set_estate(x, 11);
    extraction_start(x);
    char *report = text_format("%s/report.json", x->dir);
    char *options = text_format("--with field_lineage --log-level debug --report %s", report);
    assert_int_equal(extraction_run(x, options), SMC_OK);
    free(options);
    char *text = read_file(x, &len);
    assert_int_equal(smc_json_scan(text, len, &all, NULL), SMC_OK);
    assert_true(smc_json_walk_begin(&walk, all));
    while (smc_json_walk_next(&walk, NULL, &record, NULL)) {
        columns += smc_json_type_of(smc_json_member(record, "column_id")) == SMC_JSON_STRING;
        with_edge += smc_json_member(record, "reads").len > 2;
        reaching += smc_json_member(record, "reaches").len > 2;
    }
    char *line = text_format("Field lineage of %" PRId64 " columns: %" PRId64
                             " with an edge, %" PRId64 " reach the warehouse; unresolved: ",
                             columns, with_edge, reaching);
    assert_int_equal(extraction_count_lines(x, line, "columns-unavailable"), 1);
    assert_int_equal(extraction_count_lines(x, "Field lineage of the workbook ", NULL), 24);
    /* and one that no listing has */
    assert_int_equal(extraction_count_lines(x, "Field lineage of the data model ", NULL), 8 + 1);
    check_report(report, columns, reaching);
    free(report);
    free(line);
    free(text);
}

/* The second run asks for nothing of what has not changed, and derives the same. */
static void test_again(void **state)
{
    struct extraction *x = *state;
    set_estate(x, 12);
    extraction_start(x);
    assert_int_equal(extraction_run(x, "--with field_lineage --incremental"), SMC_OK);
    check_file(x, NULL);
    x->fake.wall_ms += 60000;
    assert_int_equal(extraction_run(x, "--with field_lineage --incremental"), SMC_OK);
    check_file(x, NULL);
}

/* Without the right to read columns: of one kind the file says so, of both there is none. The set is
 * whole all the same. */
static void test_refused(void **state)
{
    struct extraction *x = *state;
    size_t len;
    set_estate(x, 13);
    extraction_start(x);
    extraction_fault(x, "call=workbook_columns,do=status:403");
    assert_int_equal(extraction_run(x, "--with field_lineage"), SMC_OK);
    char *text = read_file(x, &len);
    assert_contains(text, "columns-unavailable");
    assert_contains(text, "\"asset\": \"datamodel\"");
    free(text);
    x->fake.wall_ms += 60000;
    extraction_fault(x, "call=datamodel_columns,do=status:403");
    assert_int_equal(extraction_run(x, "--with field_lineage"), SMC_OK);
    assert_null(extraction_summary(x, "extraction.files.field_lineage").p);
    assert_int_equal(extraction_count_lines(x, "field_lineage is left out of the set", NULL), 1);
    assert_null(extraction_summary(x, "extraction.degraded").p);
}

static void test_spec_alone(void **state)
{
    struct extraction *x = *state;
    extraction_start(x);
    assert_int_equal(extraction_run(x, "--with spec,tags"), SMC_ERR_USAGE);
    assert_contains(x->err.detail, "spec is for field_lineage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_coverage, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_again, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_refused, extraction_setup, extraction_teardown),
        cmocka_unit_test_setup_teardown(test_spec_alone, extraction_setup, extraction_teardown),
    };
    return EXTRACTION_TABLE("estates", estate_rows, test_estate) +
           cmocka_run_group_tests_name("field lineage", tests, NULL, NULL);
}
