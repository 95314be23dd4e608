/* The two uses of /v2/whoami: who the organisation is, and whether the API is up at all. */
#include "whoami.h"

#include "run.h"

/* ---- the organisation ---- */

static void note_whoami(struct run *run, const struct smc_answer *answer, const char *reason)
{
    struct smc_error err = SMC_ERROR_INIT;
    const struct gap gap = {.kind = KIND_WHOAMI,
                            .id = "",
                            .name = "",
                            .call = "/v2/whoami",
                            .http_status = answer->http_status,
                            .code = answer->api_code,
                            .request_id = answer->request_id,
                            .reason = reason,
                            .remedy = GAP_RERUN};
    (void)run_check(run, gaps_add(&run->gaps, &gap, &err), &err);
}

static enum smc_verdict on_whoami(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct run *run = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    if (answer->error.code != SMC_OK) {
        err = answer->error;
        if (answer->http_status == 403) {
            err.code = SMC_ERR_AUTH;
            run_fail(run, &err);
        } else {
            note_whoami(run, answer, err.detail);
        }
        return SMC_TAKE;
    }
    struct smc_json_span whole;
    if (smc_json_scan(answer->body, answer->len, &whole, why) != SMC_OK)
        return SMC_REJECT;
    struct smc_json_span id = smc_json_member(whole, "organizationId");
    if (smc_json_type_of(id) != SMC_JSON_STRING) {
        note_whoami(run, answer, "the answer has no organizationId");
        return SMC_TAKE;
    }
    enum smc_status rc = smc_buf_add(&run->organization, id.p, id.len);
    if (rc != SMC_OK)
        (void)smc_error_set(&err, rc, "GET /v2/whoami: %s", smc_error_text(rc));
    (void)run_check(run, rc, &err);
    return SMC_TAKE;
}

void whoami_ask(struct run *run)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_request request = {
        .kind = KIND_WHOAMI, .target = "/v2/whoami", .done = on_whoami, .ctx = run};
    enum smc_status rc = smc_client_send(run->client, &request);
    (void)run_check(run, rc, &err);
}
/* ---- is the API up at all? ---- */

static enum smc_verdict on_probe(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct run *run = ctx;
    (void)why;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    run->is_probing = false;
    if (answer->error.code != SMC_OK) {
        struct smc_error err = answer->error;
        err.code = answer->http_status == 403 ? SMC_ERR_AUTH : SMC_ERR_NETWORK;
        smc_error_context(&err, "Sigma's API as a whole does not answer; run again to go on");
        run_fail(run, &err);
    }
    return SMC_TAKE;
}

void whoami_probe(struct run *run)
{
    struct smc_error err = SMC_ERROR_INIT;
    if (run->is_probing)
        return;
    run->is_probing = true;
    struct smc_request request = {.kind = KIND_WHOAMI,
                                  .target = "/v2/whoami",
                                  .is_urgent = true,
                                  .done = on_probe,
                                  .ctx = run};
    enum smc_status rc = smc_client_send(run->client, &request);
    (void)run_check(run, rc, &err);
}
