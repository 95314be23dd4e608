/* castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS", where all calls of one kind of
 * object's meet a fault: every kind x every fault of a status. What is published then looks
 * whole, but for its summary: Catalog must not be given it by mistake. The files that the kind
 * has no part in are held against an undisturbed run's, to the byte. */
#include "tests/support/extraction.h"
#include "tests/support/undisturbed.h"

#define OPTIONS "--retries 1"

/* ---- the kinds ---- */

struct kind {
    const char *name;
    const char *files; /* that it has a part in, each between blanks */
    long calls;        /* in an undisturbed run */
    bool is_listed;    /* an object that could not be read keeps a record, without sources */
};

static const struct kind kinds[] = {
    {"elements", " elements ", 5, false},
    {"workbook_sources", " workbook_sources datamodel_lineage ", 5, true},
    {"datamodel_sources", " datamodel_sources ", 5, true},
    {"dataset_sources", " dataset_sources ", 5, true},
    {"datamodel_lineage", " datamodel_lineage ", 5, false},
    {"path", " workbook_sources datamodel_sources dataset_sources datamodel_lineage ", 2, true},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* ---- the faults ---- */

enum mend { MEND_RERUN, MEND_RIGHTS, MEND_NOTHING };

struct fault {
    const char *name;
    const char *what;
    int http;
    enum mend mend;
};

static const struct fault faults[] = {
    {"500", "do=status:500", 500, MEND_RERUN},          {"501", "do=status:501", 501, MEND_RERUN},
    {"503", "do=status:503", 503, MEND_RERUN},          {"a cut body", "do=cut", 0, MEND_RERUN},
    {"broken JSON", "do=broken", 200, MEND_RERUN},      {"403", "do=status:403", 403, MEND_RIGHTS},
    {"400", "do=status:400", 400, MEND_NOTHING},        {"404", "do=status:404", 404, MEND_NOTHING},
    {"409", "do=status:409", 409, MEND_NOTHING},        {"410", "do=status:410", 410, MEND_NOTHING},
    {"other JSON", "do=wrongshape", 200, MEND_NOTHING},
};
#define FAULTS (sizeof faults / sizeof faults[0])

struct row {
    char *name;
    const struct kind *kind;
    const struct fault *fault;
    struct undisturbed *undisturbed; /* taken when it is needed first */
};

/* ---- what must come of it ---- */

static bool is_kind(const struct row *row, const char *name)
{
    return strcmp(row->kind->name, name) == 0;
}

/* So for good, and nobody's fault. */
static bool is_ordinary(const struct row *row)
{
    int http = row->fault->http;
    return (is_kind(row, "datamodel_lineage") && http == 403) ||
           (is_kind(row, "dataset_sources") && (http == 404 || http == 409 || http == 410));
}

static enum smc_status status_of(const struct row *row)
{
    bool is_proof = row->kind->calls >= 3;
    if (is_ordinary(row))
        return SMC_OK;
    if (row->fault->mend == MEND_RIGHTS && is_proof)
        return SMC_ERR_AUTH;
    return is_proof || row->fault->mend != MEND_NOTHING ? SMC_ERR_GAPS : SMC_OK;
}

/* ---- checks ---- */

static void start(struct extraction *x)
{
    extraction_plain_estate(x);
    x->sim_opt.seed = 2; /* each data model is used */
    x->sim_opt.workbooks = x->sim_opt.datamodels = x->sim_opt.datasets = 5;
    x->sim_opt.sources = 16;
    extraction_start(x);
}

static const struct undisturbed *undisturbed_of(const struct row *row)
{
    void *state = NULL;
    if (row->undisturbed->files[0].text)
        return row->undisturbed;
    if (extraction_setup(&state) != 0)
        fail_msg("no setup");
    struct extraction *x = state;
    start(x);
    if (extraction_run(x, OPTIONS) != SMC_OK)
        fail_msg("%s", x->err.detail);
    for (size_t i = 0; i < KINDS; i++)
        assert_int_equal(sim_calls(x->sim, kinds[i].name, 200), kinds[i].calls);
    undisturbed_take(row->undisturbed, x);
    (void)extraction_teardown(&state);
    return row->undisturbed;
}

/* Nothing of what was lost is made up. */
static void check_lost(struct extraction *x, const struct row *row)
{
    const struct records *file = extraction_file(x, row->kind->name);
    assert_int_equal(file->count, row->kind->is_listed ? row->kind->calls : 0);
    for (size_t i = 0; i < file->count; i++)
        assert_int_equal(extraction_member(file->rows[i], "sources").len, 2); /* [] */
}

static void check_files(struct extraction *x, const struct row *row)
{
    const struct undisturbed *u = undisturbed_of(row);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        char word[64];
        const struct records *got = extraction_file(x, extraction_names[i]);
        (void)snprintf(word, sizeof word, " %s ", extraction_names[i]);
        if (strstr(row->kind->files, word))
            continue;
        if (got->len != u->files[i].len || memcmp(got->text, u->files[i].text, got->len) != 0)
            fail_msg("%s: %s\ninstead of %s", extraction_names[i], got->text, u->files[i].text);
    }
    if (!is_kind(row, "path"))
        check_lost(x, row);
}

static void check_summary(struct extraction *x, const struct row *row, bool is_degraded)
{
    char gaps[64];
    char kinds_text[64];
    (void)snprintf(gaps, sizeof gaps, "extraction.gaps.%s", row->kind->name);
    assert_int_equal(extraction_summary_int(x, gaps, 0), row->kind->calls);
    struct smc_json_span degraded = extraction_summary(x, "extraction.degraded");
    (void)snprintf(kinds_text, sizeof kinds_text, "[\"%s\"]", row->kind->name);
    char got[64] = "";
    for (size_t i = 0; i < degraded.len && strlen(got) + 1 < sizeof got; i++)
        if (!strchr(" \n", degraded.p[i]))
            (void)strncat(got, &degraded.p[i], 1);
    assert_string_equal(got, is_degraded ? kinds_text : "");
    assert_int_equal(extraction_count_lines(x, "The set is degraded", NULL), is_degraded);
}

static void test_lost(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    enum smc_status want = status_of(row);
    char *fault = text_format("call=%s,%s", row->kind->name, row->fault->what);
    start(x);
    extraction_fault(x, fault);
    free(fault);
    enum smc_status rc = extraction_run(x, OPTIONS);
    if (rc != want)
        fail_msg("status %d instead of %d: %s", rc, want, x->err.detail);
    if (rc != SMC_ERR_AUTH) {
        check_files(x, row);
        check_summary(x, row, rc == SMC_ERR_GAPS);
        return;
    }
    assert_contains(x->err.detail, "Org Admin");
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
}

int main(void)
{
    struct undisturbed undisturbed = {0};
    struct row rows[KINDS * FAULTS];
    size_t count = 0;
    for (size_t k = 0; k < KINDS; k++)
        for (size_t f = 0; f < FAULTS; f++)
            rows[count++] = (struct row){text_format("%s: %s", kinds[k].name, faults[f].name),
                                         &kinds[k], &faults[f], &undisturbed};
    int failed =
        extraction_table("kinds of calls x faults", rows, sizeof rows[0], count, test_lost);
    for (size_t i = 0; i < count; i++)
        free(rows[i].name);
    undisturbed_clear(&undisturbed);
    return failed;
}
