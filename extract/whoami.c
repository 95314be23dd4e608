#include "whoami.h"

#include <sigmacat/json.h>

void whoami_init(struct whoami *whoami, const struct job *job, struct gaps *gaps)
{
    *whoami = (struct whoami){.job = job, .gaps = gaps};
    smc_buf_init(&whoami->organization, WHOAMI_MAX);
}

void whoami_clear(struct whoami *whoami)
{
    smc_buf_clear(&whoami->organization);
}

/* ---- the organisation ---- */

static void note_gap(const struct whoami *whoami, const struct smc_answer *answer,
                     const char *reason)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct gap gap = gap_of(answer);
    gap.kind = KIND_WHOAMI;
    gap.call = WHOAMI;
    gap.reason = reason;
    gap.remedy = GAP_RERUN;
    (void)job_check(whoami->job, gaps_add(whoami->gaps, &gap, &err), &err);
}

static void on_failure(const struct whoami *whoami, const struct smc_answer *answer)
{
    struct smc_error err = answer->error;
    if (answer->http_status != 403) {
        note_gap(whoami, answer, err.detail);
        return;
    }
    err.code = SMC_ERR_AUTH;
    job_fail(whoami->job, &err);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct whoami *whoami = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_json_span whole;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    job_answered(whoami->job, NULL, NULL);
    if (answer->error.code != SMC_OK) {
        on_failure(whoami, answer);
        return SMC_TAKE;
    }
    if (smc_json_scan(answer->body, answer->len, &whole, why) != SMC_OK)
        return SMC_REJECT;
    struct smc_json_span id = smc_json_member(whole, "organizationId");
    if (smc_json_type_of(id) != SMC_JSON_STRING) {
        note_gap(whoami, answer, "the answer has no organizationId");
        return SMC_TAKE;
    }
    enum smc_status rc = smc_buf_add(&whoami->organization, id.p, id.len);
    if (rc != SMC_OK)
        (void)smc_error_set(&err, rc, "GET " WHOAMI ": %s", smc_error_text(rc));
    (void)job_check(whoami->job, rc, &err);
    return SMC_TAKE;
}

void whoami_ask(struct whoami *whoami)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_request request = {.kind = KIND_WHOAMI,
                                  .target = WHOAMI,
                                  .body_max = WHOAMI_MAX,
                                  .done = on_answer,
                                  .ctx = whoami};
    (void)job_check(whoami->job, smc_client_send(whoami->job->client, &request), &err);
}

/* ---- is the API up at all? ---- */

/* Where every object's own call fails, each would else have a probe of its own. */
#define UP_MS 15000

static int64_t now_ms(const struct whoami *whoami)
{
    const struct smc_clock *clock = whoami->job->clock;
    return clock->now_ms(clock->ctx);
}

static enum smc_verdict on_probe(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct whoami *whoami = ctx;
    (void)why;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    whoami->is_probing = false;
    whoami->was_up = answer->error.code == SMC_OK;
    whoami->up_ms = now_ms(whoami);
    if (answer->error.code != SMC_OK) {
        struct smc_error err = answer->error;
        err.code = answer->http_status == 403 ? SMC_ERR_AUTH : SMC_ERR_NETWORK;
        smc_error_context(&err, "Sigma's API as a whole does not answer; run again to go on");
        job_fail(whoami->job, &err);
    }
    return SMC_TAKE;
}

enum smc_status whoami_probe(struct whoami *whoami)
{
    struct smc_request request = {.kind = KIND_WHOAMI,
                                  .target = WHOAMI,
                                  .body_max = WHOAMI_MAX,
                                  .is_urgent = true,
                                  .done = on_probe,
                                  .ctx = whoami};
    if (whoami->is_probing || (whoami->was_up && now_ms(whoami) - whoami->up_ms < UP_MS))
        return SMC_OK;
    whoami->is_probing = true;
    return smc_client_send(whoami->job->client, &request);
}
