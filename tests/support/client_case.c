#include "client_case.h"

#include <sigmacat/json.h>

static int64_t sim_clock(void *ctx)
{
    return ((struct client_case *)ctx)->fake.now_ms;
}

struct client_case *client_case_new(void)
{
    struct client_case *f = calloc(1, sizeof *f);
    const struct sim_options sim_opt = SIM_OPTIONS_INIT;
    const struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    if (!f)
        abort();
    f->sim_opt = sim_opt;
    f->sim_opt.now_ms = sim_clock;
    f->sim_opt.now_ctx = f;
    fake_clock_init(&f->fake);
    log_sink_init(&f->log);
    f->opt = opt;
    f->opt.client_id = "sim-client";
    f->opt.client_secret = CLIENT_CASE_SECRET;
    f->opt.network.retries = 4;
    f->opt.network.retry_base_ms = 1000;
    f->opt.network.clock = &f->fake.clock;
    f->opt.network.log = f->log.log;
    f->opt.seed = 7;
    return f;
}

int client_case_setup(void **state)
{
    *state = client_case_new();
    return 0;
}

void client_case_no_secret(const char *text)
{
    if (strstr(text, CLIENT_CASE_SECRET) || strstr(text, "sim.1."))
        fail_msg("a secret is told: %s", text);
}

int client_case_teardown(void **state)
{
    struct client_case *f = *state;
    client_case_no_secret(log_sink_text(&f->log));
    for (int i = 0; i < f->seen_count; i++)
        client_case_no_secret(f->seen[i].error.detail);
    smc_client_free(f->client);
    log_sink_clear(&f->log);
    sim_stop(f->sim);
    free(f);
    return 0;
}

void client_case_start(struct client_case *f)
{
    f->sim = stand_in_new(&f->sim_opt);
    f->opt.origin = sim_url(f->sim);
    assert_int_equal(smc_client_new(&f->client, &f->opt, NULL), SMC_OK);
}

enum smc_verdict client_case_note(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct tag *tag = ctx;
    struct client_case *f = tag->f;
    if (answer->error.code == SMC_OK &&
        smc_json_scan(answer->body, answer->len, NULL, why) != SMC_OK)
        return SMC_REJECT;
    assert_true(f->seen_count < CLIENT_CASE_SEEN);
    struct seen *seen = &f->seen[f->seen_count++];
    *seen = (struct seen){.status = answer->http_status,
                          .tries = answer->attempts,
                          .is_transient = answer->is_transient,
                          .was_alone = answer->was_alone,
                          .error = answer->error};
    (void)snprintf(seen->tag, sizeof seen->tag, "%s", tag->name);
    (void)snprintf(seen->api_code, sizeof seen->api_code, "%s", answer->api_code);
    (void)snprintf(seen->request_id, sizeof seen->request_id, "%s", answer->request_id);
    return SMC_TAKE;
}

void client_case_queue(struct client_case *f, const char *target, struct tag *tag)
{
    struct smc_request request = {
        .kind = "whoami", .target = target, .done = client_case_note, .ctx = tag};
    assert_int_equal(smc_client_send(f->client, &request), SMC_OK);
}

enum smc_status client_case_run(struct client_case *f, struct smc_error *err)
{
    struct tag tag = {f, "one"};
    client_case_queue(f, "/v2/whoami", &tag);
    return smc_client_run(f->client, err);
}
