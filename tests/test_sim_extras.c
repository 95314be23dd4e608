/* The stand-in's calls for what a set has only on request, as libsigmacat's pages see them: every
 * row once and to the letter, of both sorts of estate, and the errors that are common. */
#include "tests/support/support.h"

#include <sigmacat/pages.h>

#include "tests/sim/sim.h"

enum { PAGES = 3 }; /* of workbook 2 */

struct bench {
    struct sim *sim;
    struct smc_client *client;
};

static void begin(struct bench *b, const struct sim_options *opt)
{
    struct smc_client_opt client_opt = SMC_CLIENT_OPT_INIT;
    char why[256] = "";
    b->sim = sim_start(opt, why, sizeof why);
    assert_string_equal(why, "");
    client_opt.origin = sim_url(b->sim);
    client_opt.client_id = "sim-client";
    client_opt.client_secret = "sim-secret";
    assert_int_equal(smc_client_new(&b->client, &client_opt, NULL), SMC_OK);
}

static void end(struct bench *b)
{
    smc_client_free(b->client);
    assert_int_equal(sim_unexpected(b->sim), 0);
    sim_stop(b->sim);
}

/* A call: "{}" is the object's id. */
struct row {
    const char *kind;
    const char *target;
    const char *of; /* NULL: a listing */
    bool has_token;
};

static const struct row rows[] = {
    {"teams", "/v2/teams", NULL, false},
    {"tags", "/v2/tags", NULL, false},
    {"workspaces", "/v2/workspaces", NULL, false},
    {"reports", "/v2/reports", NULL, false},
    {"grants", "/v2/grants", NULL, false},
    {"team_members", "/v2/teams/{}/members", "teams", false},
    {"workbook_pages", "/v2/workbooks/{}/pages", "workbooks", false},
    {"workbook_columns", "/v2/workbooks/{}/columns", "workbooks", false},
    {"workbook_lineage", "/v2/workbooks/{}/lineage", "workbooks", false},
    {"workbook_controls", "/v2/workbooks/{}/controls", "workbooks", false},
    {"elements", "/v2/workbooks/{}/elements", "workbooks", false},
    {"datamodel_elements", "/v2/dataModels/{}/elements", "datamodels", false},
    {"datamodel_columns", "/v2/dataModels/{}/columns", "datamodels", false},
    {"datamodel_lineage", "/v2/dataModels/{}/lineage", "datamodels", false},
    {"datamodel_sources", "/v2/dataModels/{}/sources", "datamodels", true},
    {"table_columns", "/v2/connections/tables/{}/columns", "tables", true},
};

/* "{}" in `path` is the object's id. free() it. */
static char *target_of(const struct bench *b, const char *kind, long index, const char *path)
{
    char id[37];
    const char *hole = strstr(path, "{}");
    sim_estate_id(b->sim, kind, index, id);
    return text_format("%.*s%s%s", (int)(hole - path), path, id, hole + 2);
}

static void check_rows(struct bench *b, const struct row *row, const char *target, long parent)
{
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_pages *pages = NULL;
    struct smc_json_span got;
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc;
    long count = row->of ? sim_estate_row_count(b->sim, row->kind, parent)
                         : sim_estate_count(b->sim, row->kind);
    long i = 0;
    opt.target = target;
    opt.rows = 3;
    opt.has_token = row->has_token;
    assert_int_equal(smc_pages_new(&pages, b->client, &opt, NULL), SMC_OK);
    while ((rc = smc_pages_next(pages, &got, &err)) == SMC_OK && got.p) {
        size_t len;
        char *want = row->of ? sim_estate_row(b->sim, row->kind, parent, i, &len)
                             : sim_estate_record(b->sim, row->kind, i, &len);
        assert_non_null(want);
        assert_int_equal(got.len, len);
        assert_memory_equal(got.p, want, len);
        free(want);
        i++;
    }
    if (rc != SMC_OK || i != count)
        fail_msg("%s: %ld rows of %ld: %s", target, i, count, err.detail);
    smc_pages_free(pages);
}

static void check_kind(const struct row *row, struct sim_options opt)
{
    struct bench b;
    opt.lineage_broken_percent = opt.columns_broken_percent = opt.paths_conflict_percent = 0;
    begin(&b, &opt);
    if (!row->of)
        check_rows(&b, row, row->target, 0);
    for (long i = 0; row->of && i < 4; i++) {
        char *target = target_of(&b, row->of, i, row->target);
        check_rows(&b, row, target, i);
        free(target);
    }
    end(&b);
}

static void test_row(void **state)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    check_kind(*state, opt);
    opt.columns = 30;
    opt.tables = 200;
    check_kind(*state, opt);
    opt.undescribed = opt.odd = false;
    check_kind(*state, opt);
}

/* ---- statuses ---- */

static enum smc_status first_row(struct bench *b, const char *target, struct smc_buf *out)
{
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_pages *pages = NULL;
    struct smc_json_span got = {NULL, 0};
    opt.target = target;
    assert_int_equal(smc_pages_new(&pages, b->client, &opt, NULL), SMC_OK);
    enum smc_status rc = smc_pages_next(pages, &got, NULL);
    if (rc == SMC_OK && got.p && out)
        assert_int_equal(smc_buf_add(out, got.p, got.len), SMC_OK);
    smc_pages_free(pages);
    return rc;
}

/* So many of a hundred answer 400, others than those whose columns do. */
static void test_broken(void **state)
{
    static const struct {
        const char *path;
        const char *kind;
        int wanted;
    } parts[] = {{"/v2/workbooks/{}/lineage", "workbook_lineage", 30},
                 {"/v2/workbooks/{}/columns", "workbook_columns", 20},
                 {"/v2/workbooks/{}/elements", "elements", 0}};
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct bench b;
    (void)state;
    opt.workbooks = 100;
    opt.lineage_broken_percent = 30;
    opt.columns_broken_percent = 20;
    begin(&b, &opt);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int refused = 0;
        for (long j = 0; j < 100; j++) {
            char *target = target_of(&b, "workbooks", j, parts[i].path);
            refused += first_row(&b, target, NULL) != SMC_OK;
            free(target);
        }
        assert_int_equal(refused, parts[i].wanted);
        assert_int_equal(sim_calls(b.sim, parts[i].kind, 400), parts[i].wanted);
    }
    end(&b);
}

/* ---- pages' elements ---- */

/* The address of a page's elements. free() it. */
static char *page_target(const struct bench *b, long workbook, long page)
{
    struct smc_buf id = SMC_BUF_INIT(1000);
    struct smc_json_span value;
    char *row = sim_estate_row(b->sim, "workbook_pages", workbook, page, NULL);
    assert_non_null(row);
    assert_int_equal(smc_json_scan(row, strlen(row), &value, NULL), SMC_OK);
    assert_int_equal(smc_json_decode(smc_json_member(value, "pageId"), &id), SMC_OK);
    char *path = text_format("/v2/workbooks/{}/pages/%s/elements", smc_buf_str(&id));
    char *target = target_of(b, "workbooks", workbook, path);
    free(path);
    free(row);
    smc_buf_clear(&id);
    return target;
}

/* Each element is on one page at most, and some are on none. */
static void test_page_elements(void **state)
{
    const struct row elements = {"page_elements", "", "workbooks", false};
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct bench b;
    long on_pages = 0;
    (void)state;
    opt.odd = false;
    opt.elements = 20;
    begin(&b, &opt);
    assert_int_equal(sim_estate_row_count(b.sim, "workbook_pages", 2), PAGES);
    for (long i = 0; i < PAGES; i++) {
        char *target = page_target(&b, 2, i);
        check_rows(&b, &elements, target, sim_estate_page(2, i));
        on_pages += sim_estate_row_count(b.sim, "page_elements", sim_estate_page(2, i));
        free(target);
    }
    assert_in_range(on_pages, 10, 19);
    end(&b);
}

/* A fault counts the attempts of each page. */
static void test_page_fault(void **state)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct bench b;
    char why[256] = "";
    (void)state;
    begin(&b, &opt);
    assert_int_equal(
        sim_fault(b.sim, "call=page_elements,object=2,attempt=1,do=status:404", why, sizeof why),
        0);
    for (long i = 0; i < PAGES; i++) {
        char *target = page_target(&b, 2, i);
        assert_int_equal(first_row(&b, target, NULL), SMC_ERR_REFUSED);
        assert_int_equal(first_row(&b, target, NULL), SMC_OK);
        free(target);
    }
    char *target = target_of(&b, "workbooks", 2, "/v2/workbooks/{}/pages/pg1-0/elements");
    assert_int_equal(first_row(&b, target, NULL), SMC_ERR_REFUSED); /* another workbook's page */
    assert_int_equal(first_row(&b, target, NULL), SMC_ERR_REFUSED);
    free(target);
    end(&b);
}

/* ---- queries ---- */

/* Two calls differ, and only in the comment behind the SQL, which names a person. */
static void test_queries(void **state)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct bench b;
    struct smc_buf got[2] = {SMC_BUF_INIT(100000), SMC_BUF_INIT(100000)};
    (void)state;
    opt.odd = false;
    begin(&b, &opt);
    char *target = target_of(&b, "workbooks", 0, "/v2/workbooks/{}/queries");
    char *bare = sim_estate_row(b.sim, "workbook_queries", 0, 0, NULL);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(first_row(&b, target, &got[i]), SMC_OK);
        const char *comment =
            strstr(smc_buf_str(&got[i]), "\\n\\n-- Sigma \xce\xa3 {\\\"request-id");
        assert_non_null(comment);
        size_t before = (size_t)(comment - got[i].data);
        assert_memory_equal(got[i].data, bare, before);
        assert_string_equal(bare + before, "\"}");
        assert_non_null(strstr(comment, "@sim.example\\\"}\"}"));
    }
    assert_string_not_equal(smc_buf_str(&got[0]), smc_buf_str(&got[1]));
    smc_buf_clear(&got[0]);
    smc_buf_clear(&got[1]);
    free(bare);
    free(target);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_page_elements),
        cmocka_unit_test(test_page_fault),
        cmocka_unit_test(test_queries),
    };
    int failed = RUN_TABLE("sim extras", rows, test_row);
    return failed + cmocka_run_group_tests_name("sim extras", tests, NULL, NULL);
}
