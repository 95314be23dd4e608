/* Whom the client trusts: certificates made on the spot, against the stand-in over TLS. */
#include "support/support.h"

#include <sigmacat/client.h>

#include "sim/sim.h"
#include "support/tls.h"

struct row {
    const char *name;
    const char *host;     /* of the certificate; NULL: the right one */
    int days;             /* how long it is valid */
    bool is_cacert;       /* the client is told by its option, */
    const char *variable; /*   or by this variable */
    const char *decoy;    /* a variable that names another certificate */
    bool is_trusted;
};

static const struct row rows[] = {
    {"cacert", NULL, 1, true, NULL, NULL, true},
    {"cacert_beats_variables", NULL, 1, true, NULL, "CURL_CA_BUNDLE", true},
    {"curl_ca_bundle", NULL, 1, false, "CURL_CA_BUNDLE", NULL, true},
    {"curl_ca_bundle_beats_ssl_cert_file", NULL, 1, false, "CURL_CA_BUNDLE", "SSL_CERT_FILE", true},
    {"curl_ca_bundle_beats_requests", NULL, 1, false, "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", true},
    {"requests_ca_bundle", NULL, 1, false, "REQUESTS_CA_BUNDLE", NULL, true},
    {"requests_beats_ssl_cert_file", NULL, 1, false, "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", true},
    {"ssl_cert_file", NULL, 1, false, "SSL_CERT_FILE", NULL, true},
    {"ssl_cert_file_does_not_beat_it", NULL, 1, false, "SSL_CERT_FILE", "CURL_CA_BUNDLE", false},
    {"untrusted", NULL, 1, false, NULL, NULL, false},
    {"another_is_trusted", NULL, 1, false, NULL, "SSL_CERT_FILE", false},
    {"wrong_host", "other.example.com", 1, true, NULL, NULL, false},
    {"localhost_is_not_127_0_0_1", "localhost", 1, true, NULL, NULL, false},
    {"expired", NULL, -1, true, NULL, NULL, false},
};

struct fixture {
    const struct row *row;
    const char *priority;
    struct sim *sim;
    struct fake_clock fake;
    char *dir;
    char *good; /* the server's certificate */
    char *other;
    struct smc_answer seen;
    enum smc_status code;
    char detail[sizeof((struct smc_error *)NULL)->detail];
};

static char *write_pem(const struct fixture *f, const char *name, const char *pem)
{
    char *path = text_format("%s/%s", f->dir, name);
    file_write(path, pem, strlen(pem));
    return path;
}

static void start(struct fixture *f)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct tls_pair pair;
    struct tls_pair decoy;
    char why[256] = "";
    tls_make(&pair, f->row->host, f->row->days);
    tls_make(&decoy, NULL, 1);
    f->dir = temp_dir_make();
    f->good = write_pem(f, "good.pem", pair.cert_pem);
    f->other = write_pem(f, "other.pem", decoy.cert_pem);
    fake_clock_init(&f->fake);
    opt.tls_cert_pem = pair.cert_pem;
    opt.tls_key_pem = pair.key_pem;
    opt.tls_priority = f->priority;
    f->sim = sim_start(&opt, why, sizeof why);
    if (!f->sim)
        fail_msg("%s", why);
    tls_clear(&pair);
    tls_clear(&decoy);
}

static void forget_variables(void)
{
    static const char *const names[] = {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE",
                                        "SSL_CERT_DIR",   "https_proxy",        "HTTPS_PROXY",
                                        "all_proxy",      "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
}

static void set_variables(const struct fixture *f)
{
    forget_variables();
    if (f->row->variable)
        assert_int_equal(setenv(f->row->variable, f->good, 1), 0);
    if (f->row->decoy)
        assert_int_equal(setenv(f->row->decoy, f->other, 1), 0);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct fixture *f = ctx;
    (void)why;
    f->seen = *answer;
    f->code = answer->error.code;
    (void)snprintf(f->detail, sizeof f->detail, "%s", answer->error.detail);
    return SMC_TAKE;
}

static void test_row(void **state)
{
    struct fixture f = {.row = *state};
    struct smc_client *client = NULL;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    struct smc_request request = {
        .kind = "whoami", .target = "/v2/whoami", .done = on_answer, .ctx = &f};
    start(&f);
    set_variables(&f);
    opt.origin = sim_url(f.sim);
    opt.authorization =
        "Bearer s3cret"; /* fixed, so that a call shows what the connection is worth */
    opt.network.cacert = f.row->is_cacert ? f.good : NULL;
    opt.network.retries = 3;
    opt.network.retry_base_ms = 1000;
    opt.policy = SMC_POLICY_CATALOG;
    opt.network.clock = &f.fake.clock;
    assert_int_equal(smc_client_new(&client, &opt, NULL), SMC_OK);
    forget_variables();
    assert_int_equal(smc_client_send(client, &request), SMC_OK);
    assert_int_equal(smc_client_run(client, NULL), SMC_OK);
    if (f.row->is_trusted) {
        assert_int_equal(f.seen.http_status, 401); /* by the stand-in, which did not give it out */
    } else {
        assert_int_equal(f.seen.http_status, 0);
        assert_int_equal(f.code, SMC_ERR_NETWORK);
        assert_contains(f.detail, "certificate");
        assert_int_equal(sim_calls(f.sim, NULL, 0), 0);
    }
    /* nothing that a retry would mend */
    assert_false(f.seen.is_transient);
    assert_int_equal(f.seen.attempts, 1);
    assert_int_equal(f.fake.advanced_ms, 0);
    smc_client_free(client);
    sim_stop(f.sim);
    free(f.good);
    free(f.other);
    temp_dir_remove(f.dir);
}

/* ---- versions ---- */

struct version_row {
    const char *name;
    const char *priority;
    bool is_taken;
};

static const struct version_row version_rows[] = {
    {"tls_1_0", "NORMAL:%COMPAT:-VERS-ALL:+VERS-TLS1.0", false},
    {"tls_1_1", "NORMAL:%COMPAT:-VERS-ALL:+VERS-TLS1.1", false},
    {"tls_1_2", "NORMAL:-VERS-ALL:+VERS-TLS1.2", true},
    {"tls_1_3", "NORMAL:-VERS-ALL:+VERS-TLS1.3", true},
};

static void test_version(void **state)
{
    static const struct row trusted = {"", NULL, 1, true, NULL, NULL, true};
    const struct version_row *row = *state;
    struct fixture f = {.row = &trusted, .priority = row->priority};
    struct smc_client *client = NULL;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    struct smc_request request = {
        .kind = "whoami", .target = "/v2/whoami", .done = on_answer, .ctx = &f};
    start(&f);
    forget_variables();
    opt.origin = sim_url(f.sim);
    opt.authorization = "Bearer s3cret";
    opt.network.cacert = f.good;
    opt.policy = SMC_POLICY_CATALOG;
    opt.network.clock = &f.fake.clock;
    assert_int_equal(smc_client_new(&client, &opt, NULL), SMC_OK);
    assert_int_equal(smc_client_send(client, &request), SMC_OK);
    assert_int_equal(smc_client_run(client, NULL), SMC_OK);
    assert_int_equal(f.seen.http_status, row->is_taken ? 401 : 0);
    assert_int_equal(sim_calls(f.sim, NULL, 0), row->is_taken ? 1 : 0);
    smc_client_free(client);
    sim_stop(f.sim);
    free(f.good);
    free(f.other);
    temp_dir_remove(f.dir);
}

int main(void)
{
    int failed = RUN_TABLE("tls", rows, test_row);
    return failed + RUN_TABLE("versions", version_rows, test_version);
}
