/* The client and its token, against the stand-in: when it is asked for, renewed and given up. */
#include "support/client_case.h"

struct token_row {
    const char *name;
    const char *fault;
    int tokens; /* calls for one */
    enum smc_status rc;
    int64_t wait_min_ms;
    int64_t wait_max_ms;
    const char *said;
};

static const struct token_row token_rows[] = {
    {"none", "do=status:503,attempt=9", 1, SMC_OK, 0, 0, ""},
    {"status_503_once", "do=status:503,attempt=1", 2, SMC_OK, 1000, 1000, ""},
    {"status_503_thrice", "do=status:503,attempt=1-3", 4, SMC_OK, 4000, 7000, ""},
    {"status_503_always", "do=status:503", 5, SMC_ERR_HTTP, 8000, 15000,
     "POST /v2/auth/token: HTTP 503"},
    {"reset_once", "do=reset,attempt=1", 2, SMC_OK, 1000, 1000, ""},
    {"cut_once", "do=cut,attempt=1", 2, SMC_OK, 1000, 1000, ""},
    {"broken_once", "do=broken,attempt=1", 2, SMC_OK, 1000, 1000, ""},
    {"broken_always", "do=broken", 5, SMC_ERR_SYNTAX, 8000, 15000, "the answer to the token call"},
    {"in_a_coding_that_was_not_asked_for", "do=encoding:br,attempt=1-3", 2, SMC_OK, 1000, 1000, ""},
    {"refused_once", "do=status:429,attempt=1", 2, SMC_OK, 1000, 5000, ""},
    {"refused_with_a_time", "do=status:429,retry-after=9,attempt=1", 2, SMC_OK, 9000, 12000, ""},
    {"blocked_once", "do=status:429,html=1,attempt=1", 2, SMC_OK, 30000, 36000, ""},
    {"status_400", "do=status:400", 1, SMC_ERR_AUTH, 0, 0, "the credentials were refused"},
    {"status_401", "do=status:401", 1, SMC_ERR_AUTH, 0, 0, "the credentials were refused"},
    {"status_403", "do=status:403", 1, SMC_ERR_AUTH, 0, 0, "the credentials were refused"},
    {"status_404", "do=status:404", 1, SMC_ERR_REFUSED, 0, 0, "POST /v2/auth/token: HTTP 404"},
    {"page_with_200", "do=html", 1, SMC_ERR_REFUSED, 0, 0,
     "POST /v2/auth/token: HTTP 200: a web page answered and not the API"},
    {"page_with_403", "do=status:403,html=1", 1, SMC_ERR_HTTP, 0, 0,
     "POST /v2/auth/token: HTTP 403: a web page answered and not the API: its edge, which blocks"},
    {"page_with_400", "do=status:400,html=1", 1, SMC_ERR_REFUSED, 0, 0, "HTTP 400: a web page"},
    {"status_500", "do=status:500", 5, SMC_ERR_HTTP, 8000, 15000, "POST /v2/auth/token: HTTP 500"},
    {"no_token_in_it", "do=wrongshape", 1, SMC_ERR_AUTH, 0, 0, "no usable token"},
    {"redirect", "do=redirect:http://127.0.0.1:9/", 1, SMC_ERR_REFUSED, 0, 0,
     "HTTP 302: a redirect to http://127.0.0.1:9, which is not followed: check the host"},
    {"redirect_with_a_path", "do=redirect:https://a.b/s1m?t=s1m#s1m", 1, SMC_ERR_REFUSED, 0, 0,
     "a redirect to https://a.b, which is not followed"},
    {"redirect_with_a_user", "do=redirect:https://s1m:s1m@a.b/", 1, SMC_ERR_REFUSED, 0, 0,
     "a redirect to https://a.b, which is not followed"},
    {"redirect_on_the_host", "do=redirect:/login", 1, SMC_ERR_REFUSED, 0, 0,
     "HTTP 302: a redirect"},
    {"status_206", "do=status:206,body={\"access_token\":\"t\"}", 5, SMC_ERR_HTTP, 8000, 15000,
     "POST /v2/auth/token: HTTP 206, and only 200 is a whole answer"},
    {"huge", "do=huge:65537", 1, SMC_ERR_CAP, 0, 0, "cap of 64 KiB"},
};

static void test_token(void **state)
{
    const struct token_row *row = *state;
    struct client_case *f = client_case_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    f->sim_opt.token_strict = true;
    client_case_start(f);
    char *fault = text_format("call=token,%s", row->fault);
    stand_in_fault(f->sim, fault);
    enum smc_status rc = client_case_run(f, &err);
    if (rc != row->rc)
        fail_msg("the run: %d %s", (int)rc, err.detail);
    assert_int_equal(err.code, row->rc);
    assert_contains(err.detail, row->said);
    assert_int_equal(sim_calls(f->sim, "token", 0), row->tokens);
    assert_int_equal(sim_calls(f->sim, "whoami", 0), rc == SMC_OK);
    assert_in_range(f->fake.advanced_ms, row->wait_min_ms, row->wait_max_ms);
    assert_int_equal(sim_token_violations(f->sim), 0);
    client_case_no_secret(err.detail);
    free(fault);
    (void)client_case_teardown(&made);
}

static void test_wrong_secret(void **state)
{
    struct client_case *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    f->opt.client_secret = "wr0ng&secret=x\r\nX-Evil: 1";
    client_case_start(f);
    assert_int_equal(client_case_run(f, &err), SMC_ERR_AUTH);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 1);
    assert_lacks(err.detail, "wr0ng");
    assert_lacks(log_sink_text(&f->log), "wr0ng");
}

static void test_token_is_renewed_before_it_ends(void **state)
{
    struct client_case *f = *state;
    f->sim_opt.token_life_seconds = 600;
    client_case_start(f);
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    f->fake.now_ms += 299999;
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    assert_int_equal(sim_calls(f->sim, "token", 0), 1);
    f->fake.now_ms += 1;
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    assert_int_equal(sim_calls(f->sim, "token", 0), 2);
    assert_int_equal(sim_calls(f->sim, "whoami", 401), 0);
}

static void test_many_401_are_one_renewal(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "x"};
    f->sim_opt.token_uses = 7;
    f->sim_opt.latency_ms = 5; /* so that five are under way when the token dies */
    client_case_start(f);
    for (int i = 0; i < 20; i++)
        client_case_queue(f, "/v2/whoami", &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_int_equal(f->seen_count, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(f->seen[i].status, 200);
    assert_int_equal(sim_calls(f->sim, "token", 0), 3);
    assert_true(sim_calls(f->sim, "whoami", 401) >= 2);
    assert_int_equal(sim_token_violations(f->sim), 0);
}

/* A 401 that comes late belongs to a token that was renewed meanwhile. */
static void test_late_401_renews_nothing(void **state)
{
    struct client_case *f = *state;
    struct tag tag = {f, "x"};
    f->sim_opt.token_uses = 2;
    f->sim_opt.odd = false; /* plain members alone */
    client_case_start(f);
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    assert_int_equal(client_case_run(f, NULL), SMC_OK);
    f->fake.now_ms += 2000; /* so that a token may be asked for at once */
    stand_in_fault(f->sim, "call=members,do=wait:200,attempt=1");
    client_case_queue(f, "/v2/members", &tag);
    client_case_queue(f, "/v2/whoami", &tag);
    assert_int_equal(smc_client_run(f->client, NULL), SMC_OK);
    assert_int_equal(f->seen_count, 4);
    assert_int_equal(sim_calls(f->sim, NULL, 401), 2);
    assert_int_equal(sim_calls(f->sim, "token", 0), 2);
}

#define WITH_SIM(test)                                                                             \
    cmocka_unit_test_setup_teardown(test, client_case_setup, client_case_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_wrong_secret),
        WITH_SIM(test_token_is_renewed_before_it_ends),
        WITH_SIM(test_many_401_are_one_renewal),
        WITH_SIM(test_late_401_renews_nothing),
    };
    int failed = RUN_TABLE("token_rows", token_rows, test_token);
    return failed + cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
