/* No row is lost without a word: what could make one be missing from a file while the run ends with
 * 0 and no gap, each brought about. */
#include "tests/support/extraction.h"

#include "lib/store/store.h"

/* ---- answers in the store that are not whole ---- */

struct damage_row {
    const char *name;
    const char *kind;
    const char *owner; /* whose object; the stand-in's word */
    const char *page;  /* what is left of its first page */
};

static const struct damage_row damage_rows[] = {
    {"elements cut short", "elements", "workbooks", "[{\"type\": \"table\"}, {\"ty"},
    {"elements that are no array", "elements", "workbooks", "7"},
    {"no elements at all", "elements", "workbooks", ""},
    {"sources cut short", "workbook_sources", "workbooks", "[{\"type\": \"data-model\"}"},
    {"sources of a data model cut short", "datamodel_sources", "datamodels", "[{\"type\": \"a\"},"},
    {"lineage cut short", "datamodel_lineage", "datamodels", "[{\"type\": \"element\"}"},
    {"lineage that ends too early", "datamodel_lineage", "datamodels", "[]]"},
    {"a table's path cut short", "path", "tables", "{\"connectionId\": \"c\", \"path\": [\"a\""},
};

/* As extract/listing_rows.c makes it; a table has none. */
static void make_tag(struct extraction *x, const char *owner, long index, struct smc_buf *tag)
{
    if (strcmp(owner, "tables") == 0)
        return;
    char *record = sim_estate_record(x->sim, owner, index, NULL);
    struct smc_json_span span = {record, strlen(record)};
    struct smc_json_span version = smc_json_member(span, "latestVersion");
    struct smc_json_span updated = smc_json_member(span, "updatedAt");
    assert_int_equal(
        smc_buf_addf(tag, "%.*s/%.*s", (int)version.len, version.p, (int)updated.len, updated.p),
        SMC_OK);
    free(record);
}

static void damage(struct extraction *x, const struct damage_row *row)
{
    char id[37];
    struct smci_store *store = NULL;
    char *dir = text_format("%s/.sigmacat", x->output);
    struct smc_error err = SMC_ERROR_INIT;
    long count = strcmp(row->owner, "tables") == 0 ? x->sim_opt.tables
                                                   : sim_estate_count(x->sim, row->owner);
    if (smci_store_open(&store, dir, sim_url(x->sim), "sim-client", &x->fake.clock, &err) != SMC_OK)
        fail_msg("%s", err.detail);
    bool found = false;
    long i = -1;
    struct smci_outcome outcome = {0};
    struct smc_buf tag = SMC_BUF_INIT(4096);
    while (!found && ++i < count) {
        sim_estate_id(x->sim, row->owner, i, id);
        assert_int_equal(smci_store_get(store, row->kind, id, NULL, &found, &outcome, NULL),
                         SMC_OK);
        found = found && outcome.http_status == 200;
    }
    assert_true(found);
    make_tag(x, row->owner, i, &tag);
    assert_int_equal(
        smci_store_put_page(store, row->kind, id, 0, row->page, strlen(row->page), NULL), SMC_OK);
    assert_int_equal(smci_store_finish(store, row->kind, id, smc_buf_str(&tag), &outcome, NULL),
                     SMC_OK);
    smci_store_close(store);
    smc_buf_clear(&tag);
    free(dir);
}

/* Bytes that a disk has lost: SQLite does not notice. */
static void test_damage(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    extraction_start(x);
    if (extraction_run(x, "--incremental") != SMC_OK)
        fail_msg("%s", x->err.detail);
    damage(x, x->row);
    x->fake.wall_ms += 1000;
    assert_int_equal(extraction_run(x, "--incremental"), SMC_ERR_STORE);
    assert_contains(x->err.detail, "the state file is damaged");
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 1);
}

/* ---- a total that is written in another way ---- */

struct total_row {
    const char *name;
    const char *total;
    enum smc_status status;
};

static const struct total_row total_rows[] = {
    {"as many as there are", "2", SMC_OK},
    {"more than there are", "3", SMC_ERR_HTTP},
    {"more, as a text", "\"3\"", SMC_ERR_HTTP},
    {"as many, as a text", "\"2\"", SMC_OK},
    {"more, with a fraction", "3.0", SMC_ERR_HTTP},
    {"as many, with a fraction", "2.0", SMC_OK},
    {"more than any number", "99999999999999999999", SMC_ERR_HTTP},
    {"a text that is no number", "\"many\"", SMC_OK},
    {"null", "null", SMC_OK},
};

static void test_total(void **state)
{
    struct extraction *x = *state;
    const struct total_row *row = x->row;
    char *page = text_format("{\"entries\": [{\"connectionId\": \"a\"}, {\"connectionId\": "
                             "\"b\"}], \"nextPage\": null, \"total\": %s}",
                             row->total);
    const struct recorded_call calls[] = {{"GET /v2/connections?limit=1000", 200, page}};
    extraction_replay(x, calls, 1);
    enum smc_status rc = extraction_run(x, NULL);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    free(page);
}

int main(void)
{
    return EXTRACTION_TABLE("damaged answers", damage_rows, test_damage) +
           EXTRACTION_TABLE("totals", total_rows, test_total);
}
