#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

#define TARGET_MAX ((size_t)1024 * 1024)

/* ---- life ---- */

/* "?a=b&c=d" behind a target that may have a query. */
static void add_query(struct smc_buf *target, const struct smc_request *request)
{
    const char *joint = strchr(request->target, '?') ? "&" : "?";
    for (size_t i = 0; i < request->query_count; i++) {
        const struct smc_query *pair = &request->query[i];
        if (!pair->value)
            continue;
        (void)smc_buf_addstr(target, joint);
        (void)smci_url_encode(pair->name, strlen(pair->name), target);
        (void)smc_buf_addstr(target, "=");
        (void)smci_url_encode(pair->value, strlen(pair->value), target);
        joint = "&";
    }
}

static void take_body(struct smci_call *call, const struct smc_request *request)
{
    const char *type = request->content_type ? request->content_type : "application/json";
    if (!request->body)
        return;
    (void)smc_buf_addf(&call->content_type, "Content-Type: %s", type);
    (void)smc_buf_add(&call->body, request->body, request->body_len);
}

struct smci_call *smci_call_new(const struct smc_request *request)
{
    struct smci_call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    *call = (struct smci_call){.kind = request->kind,
                               .done = request->done,
                               .begun = request->begun,
                               .ctx = request->ctx,
                               .target = SMC_BUF_INIT(TARGET_MAX),
                               .content_type = SMC_BUF_INIT(1024),
                               .body = SMC_BUF_INIT(SIZE_MAX),
                               .is_single_attempt = request->is_single_attempt,
                               .is_urgent = request->is_urgent,
                               .is_object = request->is_object,
                               .body_max = request->body_max,
                               .timeout_min_ms = request->timeout_min_ms,
                               .successes = -1};
    (void)smc_buf_addstr(&call->target, request->target);
    add_query(&call->target, request);
    take_body(call, request);
    if (smc_buf_status(&call->target) == SMC_OK && smc_buf_status(&call->content_type) == SMC_OK &&
        smc_buf_status(&call->body) == SMC_OK)
        return call;
    smci_call_free(call);
    return NULL;
}

void smci_call_free(struct smci_call *call)
{
    smc_buf_clear(&call->target);
    smc_buf_clear(&call->content_type);
    smc_buf_clear(&call->body);
    free(call);
}

const char *smci_call_method(const struct smci_call *call)
{
    return call->is_upload || call->content_type.len ? "POST" : "GET";
}

/* ---- what becomes of it ---- */

static void answer(const struct smci_call *call, const struct smc_answer *answer)
{
    (void)call->done(call->ctx, answer, &(struct smc_error)SMC_ERROR_INIT);
}

/* Offers a 2xx to the caller, whose reason for a refusal goes to the attempt. */
static void offer(const struct smci_call *call, struct smci_attempt *attempt,
                  const struct smci_http_response *response)
{
    struct smci_sender *sender = call->owner->sender;
    struct smc_error why = SMC_ERROR_INIT;
    const struct smc_answer given = {.http_status = response->status,
                                     .body = smc_buf_str(&response->body),
                                     .len = response->body.len,
                                     .attempts = call->sent,
                                     .is_html = response->is_html,
                                     .api_code = "",
                                     .api_message = "",
                                     .request_id = ""};
    /* Counted before, so that a callback that asks sees it; taken back when it was not one. */
    sender->stats.successes++;
    if (call->done(call->ctx, &given, &why) == SMC_TAKE) {
        sender->was_accepted = true;
        return;
    }
    sender->stats.successes--;
    (void)smc_error_set(&why, SMC_ERR_SYNTAX, "the answer was refused");
    why.code = SMC_ERR_SYNTAX;
    smci_attempt_reject(attempt, &why);
}

static void give_up(const struct smci_call *call, const struct smci_attempt *attempt,
                    const struct smci_http_response *response, bool is_transient)
{
    bool has_body = attempt->http_status != 0;
    struct smc_answer failure = {
        .http_status = attempt->http_status,
        .body = has_body ? smc_buf_str(&response->body) : "",
        .len = has_body ? response->body.len : 0,
        .is_transient = is_transient,
        .was_alone = call->owner->sender->stats.successes == call->successes,
        .attempts = call->sent,
        .is_html = has_body && response->is_html,
        .api_code = attempt->api_error.code,
        .api_message = attempt->api_error.message,
        .request_id = attempt->api_error.request_id,
    };
    (void)smci_sender_describe(call->owner->sender, attempt, smci_call_method(call),
                               smc_buf_str(&call->target), &failure.error);
    if (call->sent > 1) {
        char tries[40];
        (void)snprintf(tries, sizeof tries, " (%d tries)", call->sent);
        smc_error_append(&failure.error, tries);
    }
    answer(call, &failure);
}

static struct smci_decision decide(struct smci_call *call, const struct smci_attempt *attempt)
{
    if (call->probe && attempt->http_status != 0) /* any answer will do */
        return (struct smci_decision){.action = SMCI_FAIL};
    struct smci_decision decision = smci_sender_decide(call->owner->sender, &call->sending, attempt,
                                                       call->spent, call->is_single_attempt);
    call->spent += decision.action == SMCI_RETRY;
    return decision;
}

static void on_ended(void *ctx, struct smci_attempt *attempt, struct smci_http_response *response)
{
    struct smci_call *call = ctx;
    call->owner->sender->stats.sums.received += (int64_t)response->body.len;
    if (call->probe)
        *call->probe = response->probe;
    if (attempt->meaning == SMCI_SUCCESS)
        offer(call, attempt, response);
    else if (attempt->http_status != 0 && call->upload.denied)
        call->upload.denied(call->upload.ctx);
    call->asks_first = call->asks_first || response->is_upload_lost;
    struct smci_decision decision = {.action = SMCI_DONE};
    if (attempt->meaning != SMCI_SUCCESS)
        decision = decide(call, attempt);
    if (decision.action == SMCI_FAIL)
        give_up(call, attempt, response, decision.is_transient);
    call->owner->ended(call->owner->ctx, call, &decision, attempt);
}

/* The headers that depend on the call; `headers` has room for three. */
static void add_headers(const struct smci_call *call, const char *authorization,
                        const char **headers)
{
    bool has_body = call->content_type.len > 0;
    if (!call->probe)
        *headers++ = authorization;
    if (has_body)
        *headers++ = smc_buf_str(&call->content_type);
    /* Waiting for a consent costs time where nobody knows of it: only after a connection was lost,
     * which may have been a refusal that could not be read any more. */
    if (has_body || call->is_upload)
        *headers++ = call->asks_first ? "Expect: 100-continue" : "Expect:";
}

enum smc_status smci_call_start(struct smci_call *call, const struct smci_call_owner *owner,
                                const char *accept, const char *authorization,
                                struct smc_error *err)
{
    const char *headers[5] = {accept};
    bool has_body = call->content_type.len > 0;
    add_headers(call, authorization, headers + 1);
    const struct smci_http_request request = {
        .headers = headers,
        .body = has_body ? smc_buf_str(&call->body) : NULL,
        .body_len = call->body.len,
        .upload = call->is_upload ? &call->upload : NULL,
        .is_probe = call->probe != NULL,
        .body_max = call->body_max,
        .timeout_min_ms = call->timeout_min_ms,
    };
    if (call->sent == 0 && call->begun)
        call->begun(call->ctx);
    if (call->successes < 0)
        call->successes = owner->sender->stats.successes;
    call->owner = owner;
    call->sending =
        (struct smci_sending){.kind = call->kind,
                              .name = call->is_upload ? call->upload.filename : NULL,
                              .attempt = call->sent + 1,
                              .is_object = call->is_object,
                              /* A body is not to be sent twice for an answer's sake. */
                              .is_plain = call->sending.is_plain || has_body || call->is_upload,
                              .ended = on_ended,
                              .ctx = call};
    enum smc_status rc =
        smci_sender_start(owner->sender, &call->sending, smc_buf_str(&call->target), &request, err);
    call->sent += rc == SMC_OK;
    return rc;
}

void smci_call_cancel(struct smci_call *call, const struct smc_error *why)
{
    struct smc_answer cancelled = {
        .body = "", .attempts = call->sent, .api_code = "", .api_message = "", .request_id = ""};
    const char *target = smc_buf_str(&call->target);
    (void)smc_error_set(&cancelled.error, SMC_ERR_CANCELLED, "%s %.*s: not done, since: %s",
                        smci_call_method(call), (int)strcspn(target, "?"), target, why->detail);
    answer(call, &cancelled);
    smci_call_free(call);
}
