/* lib/auth: when a token is fetched, what is taken for one, and what never leaks. */
#include "support/support.h"

#include <limits.h>

#include "tests/support/heap.h"

#include "lib/net/auth.h"

#define T0 ((int64_t)1000000)

static struct smci_auth auth;

static int setup(void **state)
{
    (void)state;
    return smci_auth_init(&auth, "id", "secret") == SMC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    smci_auth_clear(&auth);
    return 0;
}

static enum smc_status take(const char *body, int64_t now_ms, struct smc_error *err)
{
    return smci_auth_take(&auth, body, strlen(body), now_ms, err);
}

/* ---- what is taken for a token ---- */

struct take_row {
    const char *name;
    const char *body;
    enum smc_status rc;
    int64_t renew_after_ms;
};

static const struct take_row take_rows[] = {
    {"an hour", "{\"access_token\":\"abc\",\"token_type\":\"bearer\",\"expires_in\":3600}", SMC_OK,
     3300000},
    {"3599 and members of Sigma's own",
     "{\"access_token\":\"a.b-c_d~e+f/g==\",\"refresh_token\":\"x\",\"token_type\":\"Bearer\","
     "\"expires_in\":3599}",
     SMC_OK, 3299000},
    {"ten minutes: both rules agree", "{\"access_token\":\"abc\",\"expires_in\":600}", SMC_OK,
     300000},
    {"a minute: at half its life", "{\"access_token\":\"abc\",\"expires_in\":60}", SMC_OK, 30000},
    {"a second", "{\"access_token\":\"abc\",\"expires_in\":1}", SMC_OK, 500},
    {"a day", "{\"access_token\":\"abc\",\"expires_in\":86400}", SMC_OK, 86100000},
    {"expires_in missing", "{\"access_token\":\"abc\"}", SMC_OK, 3300000},
    {"expires_in 0", "{\"access_token\":\"abc\",\"expires_in\":0}", SMC_OK, 3300000},
    {"expires_in negative", "{\"access_token\":\"abc\",\"expires_in\":-5}", SMC_OK, 3300000},
    {"expires_in of centuries", "{\"access_token\":\"abc\",\"expires_in\":9223372036854775807}",
     SMC_OK, 3300000},
    {"expires_in a text", "{\"access_token\":\"abc\",\"expires_in\":\"60\"}", SMC_OK, 3300000},
    {"expires_in null", "{\"access_token\":\"abc\",\"expires_in\":null}", SMC_OK, 3300000},
    {"a page of HTML", "<html>canary</html>", SMC_ERR_SYNTAX, 0},
    {"an empty body", "", SMC_ERR_SYNTAX, 0},
    {"cut short", "{\"access_token\":\"canary", SMC_ERR_SYNTAX, 0},
    {"no token", "{\"expires_in\":3600}", SMC_ERR_AUTH, 0},
    {"an array", "[\"canary\"]", SMC_ERR_AUTH, 0},
    {"a number for a token", "{\"access_token\":17}", SMC_ERR_AUTH, 0},
    {"an empty token", "{\"access_token\":\"\"}", SMC_ERR_AUTH, 0},
    {"a space in it", "{\"access_token\":\"canary bird\"}", SMC_ERR_AUTH, 0},
    {"a line end in it", "{\"access_token\":\"canary\\r\\nX-Evil: 1\"}", SMC_ERR_AUTH, 0},
    {"a control character in it", "{\"access_token\":\"canary\\u001b[2J\"}", SMC_ERR_AUTH, 0},
    {"DEL in it", "{\"access_token\":\"canary\\u007f\"}", SMC_ERR_AUTH, 0},
    {"a letter beyond ASCII", "{\"access_token\":\"canary\xc3\xa9\"}", SMC_ERR_AUTH, 0},
};

static void test_take(void **state)
{
    const struct take_row *row = *state;
    struct smc_error err = SMC_ERROR_INIT;
    assert_int_equal(setup(NULL), 0);
    enum smc_status rc = take(row->body, T0, &err);
    bool is_fetched = !smci_auth_needs_token(&auth, T0);
    bool is_kept = !smci_auth_needs_token(&auth, T0 + row->renew_after_ms - 1);
    bool is_renewed = smci_auth_needs_token(&auth, T0 + row->renew_after_ms);
    smci_auth_clear(&auth);

    assert_int_equal(rc, row->rc);
    assert_int_equal(err.code, row->rc);
    assert_int_equal(is_fetched, row->rc == SMC_OK);
    if (row->rc == SMC_OK) {
        assert_true(is_kept);
        assert_true(is_renewed);
    } else {
        assert_lacks(err.detail, "canary");
        assert_contains(err.detail, "token call");
    }
}

struct length_row {
    const char *name;
    size_t len;
    enum smc_status rc;
};

static const struct length_row length_rows[] = {{"the longest token", SMCI_TOKEN_MAX, SMC_OK},
                                                {"one byte more", SMCI_TOKEN_MAX + 1, SMC_ERR_AUTH},
                                                {"a megabyte", 1 << 20, SMC_ERR_AUTH}};

static void test_length(void **state)
{
    const struct length_row *row = *state;
    assert_int_equal(setup(NULL), 0);
    struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
    assert_int_equal(smc_buf_addstr(&body, "{\"access_token\":\""), SMC_OK);
    for (size_t i = 0; i < row->len; i++)
        assert_int_equal(smc_buf_add(&body, "x", 1), SMC_OK);
    assert_int_equal(smc_buf_addstr(&body, "\"}"), SMC_OK);
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = smci_auth_take(&auth, body.data, body.len, T0, &err);
    size_t len = strlen(smci_auth_token(&auth));
    smc_buf_clear(&body);
    smci_auth_clear(&auth);
    assert_int_equal(rc, row->rc);
    assert_int_equal(len, row->rc == SMC_OK ? row->len : 0);
}

/* ---- the token call's form ---- */

struct form_row {
    const char *name;
    const char *id, *secret;
    const char *form;
};

static const struct form_row form_rows[] = {
    {"plain", "id", "secret", "grant_type=client_credentials&client_id=id&client_secret=secret"},
    {"unreserved characters stay", "A-z_0.9~", "s",
     "grant_type=client_credentials&client_id=A-z_0.9~&client_secret=s"},
    {"what would end a field", "a&b=c", "d+e f%g",
     "grant_type=client_credentials&client_id=a%26b%3Dc&client_secret=d%2Be%20f%25g"},
    {"empty", "", "", "grant_type=client_credentials&client_id=&client_secret="},
};

static void test_form(void **state)
{
    const struct form_row *row = *state;
    assert_int_equal(smci_auth_init(&auth, row->id, row->secret), SMC_OK);
    char *form = text_format("%s", smc_buf_str(&auth.form));
    smci_auth_clear(&auth);
    smci_auth_clear(&auth); /* twice is harmless */
    bool is_equal = strcmp(form, row->form) == 0;
    free(form);
    assert_true(is_equal);
}

/* ---- one token call a second ---- */

struct ask_row {
    const char *name;
    int64_t asked_ms, now_ms, wait_ms;
};

static const struct ask_row ask_rows[] = {
    {"at the same moment", T0, T0, 1000},
    {"a little later", T0, T0 + 1, 999},
    {"just before", T0, T0 + 999, 1},
    {"after a second", T0, T0 + 1000, 0},
    {"long after", T0, INT64_MAX, 0},
    {"the clock went back", T0, T0 - 1, 0},
    {"to its beginning", INT64_MAX, INT64_MIN, 0},
};

static void test_ask(void **state)
{
    const struct ask_row *row = *state;
    assert_int_equal(setup(NULL), 0);
    int64_t first = smci_auth_wait_ms(&auth, row->now_ms);
    smci_auth_asked(&auth, row->asked_ms);
    int64_t next = smci_auth_wait_ms(&auth, row->now_ms);
    smci_auth_clear(&auth);
    assert_int_equal(first, 0);
    assert_int_equal(next, row->wait_ms);
}

/* ---- the life of a token ---- */

static void test_needs_one_first(void **state)
{
    (void)state;
    assert_true(smci_auth_needs_token(&auth, INT64_MIN));
    assert_true(smci_auth_needs_token(&auth, T0));
    assert_string_equal(smci_auth_token(&auth), "");
    assert_int_equal(auth.generation, 0);
}

static void test_header(void **state)
{
    (void)state;
    assert_int_equal(take("{\"access_token\":\"abc\"}", T0, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&auth.header), "Authorization: Bearer abc");
    assert_string_equal(smci_auth_token(&auth), "abc");
    assert_int_equal(auth.generation, 1);
}

static void test_refused(void **state)
{
    (void)state;
    assert_int_equal(take("{\"access_token\":\"abc\"}", T0, NULL), SMC_OK);
    smci_auth_refused(&auth, 1);
    assert_true(smci_auth_needs_token(&auth, T0));
    assert_int_equal(take("{\"access_token\":\"de\"}", T0 + 5, NULL), SMC_OK);
    assert_false(smci_auth_needs_token(&auth, T0 + 5));
    assert_string_equal(smci_auth_token(&auth), "de");
    assert_int_equal(auth.generation, 2);
}

/* Five calls in flight answer 401 one after another: the fresh token is not thrown away. */
static void test_refused_late(void **state)
{
    (void)state;
    assert_int_equal(take("{\"access_token\":\"abc\"}", T0, NULL), SMC_OK);
    smci_auth_refused(&auth, 1);
    assert_int_equal(take("{\"access_token\":\"de\"}", T0 + 5, NULL), SMC_OK);
    smci_auth_refused(&auth, 1);
    assert_false(smci_auth_needs_token(&auth, T0 + 5));
}

static void test_keeps_the_old_one(void **state)
{
    (void)state;
    assert_int_equal(take("{\"access_token\":\"abc\"}", T0, NULL), SMC_OK);
    assert_int_equal(take("<html>", T0 + 5, NULL), SMC_ERR_SYNTAX);
    assert_int_equal(take("{\"access_token\":\"\"}", T0 + 5, NULL), SMC_ERR_AUTH);
    assert_string_equal(smci_auth_token(&auth), "abc");
    assert_int_equal(auth.generation, 1);
}

static void test_end_of_time(void **state)
{
    (void)state;
    assert_int_equal(take("{\"access_token\":\"abc\"}", INT64_MAX - 5, NULL), SMC_OK);
    assert_false(smci_auth_needs_token(&auth, INT64_MAX - 4));
    auth.generation = INT_MAX;
    assert_int_equal(take("{\"access_token\":\"abc\"}", T0, NULL), SMC_OK);
    assert_int_equal(auth.generation, 1); /* never 0 again, which means none */
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Neither the token nor the answer that it stood in stays in freed memory. */
static void test_memory(void **state)
{
    (void)state;
    static const char verse[] = "tiger.tiger.burning.bright.in.the.forests.of.the.night";
    static const char answer[] =
        "{\"access_token\":\"tiger.tiger.burning.bright.in.the.forests.of.the.night\"}";
    if (!heap_is_plain())
        skip();
    assert_int_equal(take(answer, T0, NULL), SMC_OK);
    assert_true(heap_holds(verse, 16)); /* the search finds what is there */
    smci_auth_clear(&auth);
    assert_false(heap_holds(verse, 16));
    assert_int_equal(smci_auth_init(&auth, "id", "secret"), SMC_OK);
}

int main(void)
{
    const struct CMUnitTest life[] = {
        LIFE(test_needs_one_first),
        LIFE(test_header),
        LIFE(test_refused),
        LIFE(test_refused_late),
        LIFE(test_keeps_the_old_one),
        LIFE(test_end_of_time),
        LIFE(test_memory),
    };
    int failed = RUN_TABLE("take_rows", take_rows, test_take);
    failed += RUN_TABLE("length_rows", length_rows, test_length);
    failed += RUN_TABLE("form_rows", form_rows, test_form);
    failed += RUN_TABLE("ask_rows", ask_rows, test_ask);
    failed += cmocka_run_group_tests_name("life", life, NULL, NULL);
    return failed;
}
