/* Answers too many: a gateway before the stand-in sends one a second time. What is published is
 * what an undisturbed run publishes, to the byte. */
#include "support/support.h"

#include "support/extraction.h"
#include "support/gateway.h"
#include "support/undisturbed.h"

struct row {
    const char *name;
    bool is_tls;
    enum gateway_when when;
    int skip;
    int spoilt_max;
    const char *only;
    const char *options;
    bool is_harmless; /* nothing is asked for again */
    int elements;     /* of each workbook; 0: few */
    int page_size;    /* rows of a page at most; 0: all */
};

static const struct row rows[] = {
    {"never", false, GATEWAY_NEVER, 0, 0, NULL, "", true, 0, 0},
    {"at_once_one", false, GATEWAY_AT_ONCE, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"before_one", false, GATEWAY_BEFORE, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"before_five", false, GATEWAY_BEFORE, 1, 0, NULL, "", false, 0, 0},
    {"with_one", false, GATEWAY_WITH, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"with_five", false, GATEWAY_WITH, 1, 0, NULL, "", false, 0, 0},
    {"after_one", false, GATEWAY_AFTER, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"after_five", false, GATEWAY_AFTER, 1, 0, NULL, "", false, 0, 0},
    {"after_elements", false, GATEWAY_AFTER, 0, 2, "/elements", "--concurrency 2", false, 0, 0},
    {"after_paths", false, GATEWAY_AFTER, 0, 1, "/paths", "--concurrency 2", false, 0, 0},
    {"after_a_listing", false, GATEWAY_AFTER, 0, 1, "/v2/members", "--concurrency 1", false, 0, 0},
    {"refuse_a_listing", false, GATEWAY_REFUSE, 0, 1, "/v2/workbooks?", "", false, 0, 0},
    {"at_once_of_pages", false, GATEWAY_AT_ONCE, 0, 1, "/lineage", "--concurrency 1", false, 0, 4},
    {"after_of_pages", false, GATEWAY_AFTER, 0, 1, "/elements", "", false, 9, 4},
    {"after_incremental", false, GATEWAY_AFTER, 1, 2, NULL, "--incremental", false, 0, 0},
    {"after_no_resume", false, GATEWAY_AFTER, 1, 2, NULL, "--no-resume", false, 0, 0},
    {"stray_lines", false, GATEWAY_LINE, 0, 0, NULL, "", true, 0, 0},
    {"tls_never", true, GATEWAY_NEVER, 0, 0, NULL, "", true, 0, 0},
    {"tls_at_once", true, GATEWAY_AT_ONCE, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"tls_at_once_long", true, GATEWAY_SHORT, 3, 3, "/elements", "--concurrency 1", false, 110, 0},
    {"tls_before_one", true, GATEWAY_BEFORE, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"tls_before_five", true, GATEWAY_BEFORE, 1, 0, NULL, "", false, 0, 0},
    {"tls_with_one", true, GATEWAY_WITH, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"tls_with_five", true, GATEWAY_WITH, 1, 0, NULL, "", false, 0, 0},
    {"tls_refuse_a_listing", true, GATEWAY_REFUSE, 0, 1, "/v2/workbooks?", "", false, 0, 0},
    {"tls_after_one", true, GATEWAY_AFTER, 1, 0, NULL, "--concurrency 1", false, 0, 0},
    {"tls_after_five", true, GATEWAY_AFTER, 1, 0, NULL, "", false, 0, 0},
    {"tls_stray_lines", true, GATEWAY_LINE, 0, 0, NULL, "", true, 0, 0},
    {"tls_late_tickets", true, GATEWAY_TICKET, 1, 0, NULL, "", false, 0, 0},
};

static void start(struct extraction *x, int elements, int page_size)
{
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 12;
    x->sim_opt.tables = 4;
    if (elements)
        x->sim_opt.elements = elements;
    if (page_size)
        x->sim_opt.page_size = page_size;
    x->sim_opt.no_gzip = true;
    x->is_live = true;
    x->live.clock.advance = NULL; /* what comes late comes in real time */
    extraction_start(x);
}

static struct gateway *open_gateway(struct extraction *x, const struct row *row,
                                    struct tls_pair *pair)
{
    const struct gateway_opt opt = {.port = sim_port(x->sim),
                                    .tls = row->is_tls ? pair : NULL,
                                    .when = row->when,
                                    .skip = row->skip,
                                    .spoilt_max = row->spoilt_max,
                                    .only = row->only};
    struct gateway *gateway = gateway_start(&opt);
    x->host = gateway_url(gateway);
    return gateway;
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    struct undisturbed u = {0};
    struct tls_pair pair;
    start(x, row->elements, row->page_size);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    undisturbed_take(&u, x);
    tls_make(&pair, NULL, 1);
    char *ca = text_format("%s/ca.pem", x->dir);
    file_write(ca, pair.cert_pem, strlen(pair.cert_pem));
    struct gateway *gateway = open_gateway(x, row, &pair);
    char *options = text_format("%s --cacert %s", row->options, ca);
    enum smc_status rc = extraction_run(x, options);
    if (rc != SMC_OK)
        print_error("%s\n%s\n", x->err.detail, log_sink_text(&x->log));
    assert_int_equal(rc, SMC_OK);
    undisturbed_compare(&u, x, NULL);
    if (row->when != GATEWAY_NEVER)
        assert_true(gateway_spoilt(gateway) > 0);
    size_t again = extraction_count_lines(x, "asked for again", NULL);
    if (row->is_harmless)
        assert_int_equal(again, 0);
    else if (row->when != GATEWAY_TICKET) /* that may be read with the next answer */
        assert_true(again > 0);
    gateway_stop(gateway);
    undisturbed_clear(&u);
    tls_clear(&pair);
    free(options);
    free(ca);
}

/* ---- tokens ---- */

struct token_row {
    const char *name;
    bool is_tls;
    enum gateway_when when;
};

static const struct token_row token_rows[] = {
    {"token_at_once", false, GATEWAY_AT_ONCE},
    {"token_later", false, GATEWAY_BEFORE},
    {"token_tls_at_once", true, GATEWAY_AT_ONCE},
    {"token_tls_later", true, GATEWAY_BEFORE},
};

/* Whose token it is can't be told, and nothing is made with it. */
static void test_token(void **state)
{
    struct extraction *x = *state;
    const struct token_row *row = x->row;
    const struct row gate = {.is_tls = row->is_tls, .when = row->when, .only = "/v2/auth/token"};
    struct tls_pair pair;
    start(x, 0, 0);
    tls_make(&pair, NULL, 1);
    char *ca = text_format("%s/ca.pem", x->dir);
    file_write(ca, pair.cert_pem, strlen(pair.cert_pem));
    struct gateway *gateway = open_gateway(x, &gate, &pair);
    char *options = text_format("--retry-base 0 --cacert %s", ca);
    assert_int_equal(extraction_run(x, options), SMC_ERR_NETWORK);
    assert_contains(x->err.detail, "can't be told");
    assert_int_equal(extraction_count_files(x, "*-summary.json"), 0);
    gateway_stop(gateway);
    tls_clear(&pair);
    free(options);
    free(ca);
}

/* ---- how many answers one connection can make doubtful ---- */

static void test_a_hundred_calls(void **state)
{
    struct extraction *x = *state;
    const struct row gate = {.when = GATEWAY_NEVER};
    start(x, 0, 0);
    x->sim_opt.workbooks = 60;
    sim_stop(x->sim);
    extraction_start(x);
    struct gateway *gateway = open_gateway(x, &gate, NULL);
    assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_OK);
    assert_int_equal(gateway_most(gateway), 100);
    assert_int_equal(gateway_connections(gateway), 3); /* one of them the token's */
    gateway_stop(gateway);
}

static const struct row bound_rows[] = {{.name = "a_hundred_calls"}};

int main(void)
{
    int failed = EXTRACTION_TABLE("surplus", rows, test_row);
    failed += EXTRACTION_TABLE("tokens", token_rows, test_token);
    return failed + EXTRACTION_TABLE("bounds", bound_rows, test_a_hundred_calls);
}
