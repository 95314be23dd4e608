/* The stand-in's listings that change while they are read, and its cursors that are not as they
 * should be, as libsigmacat's pages see them. */
#include "tests/support/support.h"

#include <sigmacat/pages.h>

#include "tests/sim/sim.h"

/* Five workbooks in pages of two, read twice. New ones are 5, 6, ... */
struct row {
    const char *name;
    const char *faults; /* divided by spaces */
    const char *first;  /* the indexes that were read; behind '!' a part of the error */
    const char *second;
};

static const struct row rows[] = {
    {"nothing changes", "", "0 1 2 3 4", "0 1 2 3 4"},
    {"a row is deleted: another is passed over", "call=workbooks,page=1,do=delete:0", "0 1 3 4",
     "1 2 4"},
    {"once", "call=workbooks,page=1,attempt=1,do=delete:0", "0 1 3 4", "1 2 3 4"},
    {"in the second reading", "call=workbooks,page=2,attempt=2,do=delete:3", "0 1 2 3 4",
     "0 1 2 3"},
    {"the last of the page, and of all", "call=workbooks,page=3,attempt=1,do=delete:4", "0 1 2 3 4",
     "0 1 2 3"},
    {"all that are left",
     "call=workbooks,page=2,attempt=1,do=delete:4 "
     "call=workbooks,page=2,attempt=1,do=delete:3",
     "0 1 2 3", "0 1 2"},
    {"a row is inserted: another comes twice", "call=workbooks,page=1,attempt=1,do=insert:0",
     "0 1 1 2 3 4", "5 0 1 2 3 4"},
    {"before the next page", "call=workbooks,page=1,attempt=1,do=insert:2", "0 1 5 2 3 4",
     "0 1 5 2 3 4"},
    {"at the end", "call=workbooks,page=1,attempt=1,do=insert:5", "0 1 2 3 4 5", "0 1 2 3 4 5"},
    {"beyond the end: nothing", "call=workbooks,page=1,attempt=1,do=insert:6", "0 1 2 3 4",
     "0 1 2 3 4"},
    {"a row is replaced", "call=workbooks,page=1,attempt=1,do=replace:3", "0 1 2 5 4", "0 1 2 5 4"},
    {"several after one page, in order",
     "call=workbooks,page=1,attempt=1,do=delete:0 call=workbooks,page=1,attempt=1,do=insert:4 "
     "call=workbooks,page=1,attempt=1,do=replace:0 call=workbooks,page=1,attempt=1,do=insert:0",
     "0 1 2 3 4 5", "7 6 2 3 4 5"},
    {"beside another fault",
     "call=workbooks,page=1,attempt=1,do=delete:0 "
     "call=workbooks,page=2,attempt=1,do=total:9",
     "0 1 3 4 ! server says 9", "1 2 3 4"},
    {"another listing's change", "call=files,do=delete:0", "0 1 2 3 4", "0 1 2 3 4"},
    {"no total", "call=workbooks,page=1,do=short call=workbooks,do=nototal", "0 2 3 4 !",
     "0 2 3 4 !"},
    {"no total at all", "call=workbooks,do=nototal", "0 1 2 3 4", "0 1 2 3 4"},
    {"an empty cursor", "call=workbooks,page=2,do=emptycursor", "0 1 2 3 ! 4 rows in all",
     "0 1 2 3 !"},
    {"an empty cursor at the end", "call=workbooks,page=3,do=emptycursor", "0 1 2 3 4",
     "0 1 2 3 4"},
    {"the other idiom", "call=workbooks,page=2,do=othercursor", "0 1 ! another way of paging",
     "0 1 !"},
    {"encoded cursors", "call=workbooks,do=encodedcursor", "0 1 2 3 4", "0 1 2 3 4"},
    {"no end", "call=workbooks,page=1,do=endless", "0 1 0 1 2 3 4", "0 1 0 1 2 3 4"},
};

static void add_faults(struct sim *sim, const char *faults)
{
    char *copy = text_format("%s", faults);
    char *rest = copy;
    for (char *fault; (fault = strtok_r(rest, " ", &rest)) != NULL;) {
        char why[256] = "";
        if (sim_fault(sim, fault, why, sizeof why) != 0)
            fail_msg("%s: %s", fault, why);
    }
    free(copy);
}

static void check_reading(struct sim *sim, struct smc_client *client, const char *want)
{
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_pages *pages = NULL;
    struct smc_json_span row;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf got = SMC_BUF_INIT(65536);
    const char *error = strchr(want, '!');
    enum smc_status rc;
    opt.target = "/v2/workbooks";
    assert_int_equal(smc_pages_new(&pages, client, &opt, NULL), SMC_OK);
    while ((rc = smc_pages_next(pages, &row, &err)) == SMC_OK && row.p) {
        struct smc_buf id = SMC_BUF_INIT(100);
        assert_int_equal(smc_json_decode(smc_json_member(row, "workbookId"), &id), SMC_OK);
        (void)smc_buf_addf(&got, "%s%ld", got.len ? " " : "",
                           sim_estate_index(sim, "workbooks", smc_buf_str(&id)));
        smc_buf_clear(&id);
    }
    smc_pages_free(pages);
    if (rc != SMC_OK)
        (void)smc_buf_addstr(&got, " !");
    size_t len = error ? (size_t)(error - want) + 1 : strlen(want);
    if (got.len != len || memcmp(got.data, want, len) != 0)
        fail_msg("%s instead of %s: %s", got.data, want, err.detail);
    if (error && error[1])
        assert_contains(err.detail, error + 2);
    smc_buf_clear(&got);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct smc_client_opt client_opt = SMC_CLIENT_OPT_INIT;
    struct smc_client *client = NULL;
    char why[256] = "";
    opt.workbooks = 5;
    opt.page_size = 2;
    struct sim *sim = sim_start(&opt, why, sizeof why);
    assert_string_equal(why, "");
    add_faults(sim, row->faults);
    client_opt.origin = sim_url(sim);
    client_opt.client_id = "sim-client";
    client_opt.client_secret = "sim-secret";
    assert_int_equal(smc_client_new(&client, &client_opt, NULL), SMC_OK);
    check_reading(sim, client, row->first);
    check_reading(sim, client, row->second);
    smc_client_free(client);
    sim_stop(sim);
}

/* What is gone answers 404, what is new is there. */
static void test_objects(void **state)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct smc_client_opt client_opt = SMC_CLIENT_OPT_INIT;
    struct smc_client *client = NULL;
    char why[256] = "";
    (void)state;
    opt.workbooks = 5;
    opt.page_size = 5;
    struct sim *sim = sim_start(&opt, why, sizeof why);
    assert_non_null(sim);
    add_faults(sim, "call=workbooks,do=replace:1 call=workbooks,do=delete:3");
    client_opt.origin = sim_url(sim);
    client_opt.client_id = "sim-client";
    client_opt.client_secret = "sim-secret";
    assert_int_equal(smc_client_new(&client, &client_opt, NULL), SMC_OK);
    check_reading(sim, client, "0 1 2 3 4");
    assert_int_equal(sim_estate_changed(sim, "workbooks", 2), 1);
    assert_int_equal(sim_estate_changed(sim, "workbooks", 1), 0);
    assert_int_equal(sim_estate_changed(sim, "files", 2), 0);
    for (long i = -1; i < 8; i++)
        assert_int_equal(sim_estate_has(sim, "workbooks", i), i == 0 || i == 2 || i == 4 || i == 5);
    for (long i = 0; i < 7; i++) {
        struct smc_pages_opt of = SMC_PAGES_OPT_INIT;
        struct smc_pages *pages = NULL;
        struct smc_json_span row;
        char id[37];
        sim_estate_id(sim, "workbooks", i, id);
        char *target = text_format("/v2/workbooks/%s/elements", id);
        of.target = target;
        assert_int_equal(smc_pages_new(&pages, client, &of, NULL), SMC_OK);
        assert_int_equal(smc_pages_next(pages, &row, NULL),
                         sim_estate_has(sim, "workbooks", i) ? SMC_OK : SMC_ERR_REFUSED);
        smc_pages_free(pages);
        free(target);
    }
    smc_client_free(client);
    sim_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_objects)};
    int failed = RUN_TABLE("sim pages", rows, test_row);
    return failed + cmocka_run_group_tests_name("sim pages", tests, NULL, NULL);
}
