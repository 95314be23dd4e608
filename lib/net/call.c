/* A call's life: on the wire, what became of it, and what follows from that. */
#include "client_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json/tree.h"

#define PATH_SHOWN_MAX 160

/* The log has no more refusals than one in so long. */
#define REFUSALS_TOLD_MS 60000

void smci_call_free(struct smci_call *call)
{
    free(call->target);
    free(call);
}

/* ---- what an answer says ---- */

static void copy_clean(char *to, size_t size, const char *text)
{
    size_t len = 0;
    for (; text && *text && len + 1 < size; text++) {
        unsigned char c = (unsigned char)*text;
        to[len] = *text;
        if (c < 0x20 || c == 0x7f)
            to[len] = ' ';
        len++;
    }
    /* A cut in the middle of a character would leave bytes that are no UTF-8. */
    if (text && *text)
        while (len > 0 && ((unsigned char)to[len - 1] & 0xc0) == 0x80)
            len--;
    if (text && *text && len > 0 && (unsigned char)to[len - 1] >= 0xc0)
        len--;
    to[len] = '\0';
}

/* A server may repeat what it was sent; errors go into the report and the store, too, which mask
 * nothing. Before the cut, which could leave a part of a secret. */
static void copy_said(const struct smc_client *client, char *to, size_t size, const char *text)
{
    char *whole = text ? strdup(text) : NULL;
    if (!whole)
        return;
    smc_log_mask(client->log, whole);
    copy_clean(to, size, whole);
    free(whole);
}

void smci_client_read_error(const struct smc_client *client,
                            const struct smci_http_response *response, struct smci_api_error *said)
{
    *said = (struct smci_api_error){.code = ""};
    if (response->status < 300 || response->body.len == 0 || response->body.len > 65536)
        return;
    struct smci_tree *root = smci_tree_parse(response->body.data, response->body.len, NULL);
    if (root) {
        copy_said(client, said->code, sizeof said->code, smci_tree_text(root, "code"));
        copy_said(client, said->message, sizeof said->message, smci_tree_text(root, "message"));
        copy_said(client, said->request_id, sizeof said->request_id,
                  smci_tree_text(root, "requestId"));
    }
    /* Words in no form that we know are still words. */
    if (!said->code[0] && !said->message[0] && !response->is_html)
        copy_said(client, said->message, sizeof said->message, response->body.data);
    smci_tree_free(root);
}

static int64_t retry_after_ms(const struct smc_client *client,
                              const struct smci_http_response *response)
{
    const char *value = response->retry_after[0] ? response->retry_after : NULL;
    return smci_retry_after_parse(value, client->clock->wall_ms(client->clock->ctx));
}

struct smci_attempt smci_client_attempt(const struct smc_client *client,
                                        const struct smci_http_response *response,
                                        const struct smci_api_error *said, bool is_malformed)
{
    return (struct smci_attempt){.http_status = response->status,
                                 .is_malformed = is_malformed,
                                 .is_timedout_code = strcmp(said->code, "timedout") == 0,
                                 .is_permanent = response->is_permanent,
                                 .retry_after_ms = retry_after_ms(client, response)};
}

/* Refusals are the pace's daily bread; only where nothing else happens are they news. */
static void tell_refusal(struct smc_client *client, int64_t now)
{
    int64_t refused_ms = smci_pace_refused_for_ms(&client->pace, now);
    double rate = smci_pace_rate(&client->pace);
    if (client->refusal_told_ms != INT64_MIN && now - client->refusal_told_ms < REFUSALS_TOLD_MS)
        return;
    client->refusal_told_ms = now;
    if (refused_ms >= REFUSALS_TOLD_MS)
        smc_log_write(client->log, SMC_LOG_WARN,
                      "Every call was refused for %" PRId64 " s (HTTP 429): going on one by one",
                      refused_ms / 1000);
    else if (rate > 0)
        smc_log_write(client->log, SMC_LOG_INFO,
                      "A call was refused for their number (HTTP 429): going on at %.1f a second",
                      rate);
    else
        smc_log_write(client->log, SMC_LOG_INFO,
                      "A call was refused for their number (HTTP 429): pausing");
}

void smci_client_tell_pace(struct smc_client *client, const struct smci_http_response *response,
                           int64_t sent_ms)
{
    int64_t now = smci_client_now(client);
    /* Catalog's 429 is a failed try like its 503: the retry's own wait answers it. */
    bool is_refusal = response->status == 429 && client->retry.policy == SMC_POLICY_SIGMA;
    if (is_refusal) {
        smci_pace_refused(&client->pace, sent_ms, now, retry_after_ms(client, response),
                          response->is_html);
        tell_refusal(client, now);
    } else if (response->status == 0 || response->status == 429) {
        smci_pace_lost(&client->pace, sent_ms, now);
    } else {
        smci_pace_accepted(&client->pace, sent_ms, now);
    }
}

enum smc_status smci_client_describe(const char *method, const char *target,
                                     const struct smci_http_response *response,
                                     const struct smci_api_error *said, struct smc_error *err)
{
    /* A path may be longer than the text has room for; the reason is what counts. */
    int path_len = (int)strcspn(target, "?");
    if (path_len > PATH_SHOWN_MAX)
        path_len = PATH_SHOWN_MAX;
    if (response->status == 0)
        return smc_error_set(err, response->error.code, "%s %.*s: %s", method, path_len, target,
                             response->error.detail);
    enum smc_status rc = smc_error_set(err, SMC_ERR_HTTP, "%s %.*s: HTTP %d%s%s%s%s%s%s%s", method,
                                       path_len, target, response->status, said->code[0] ? " " : "",
                                       said->code, said->message[0] ? ": " : "", said->message,
                                       said->request_id[0] ? " (requestId " : "", said->request_id,
                                       said->request_id[0] ? ")" : "");
    if (err)
        err->http_status = response->status;
    return rc;
}

/* ---- what follows ---- */

static const char *method_of(const struct smci_call *call)
{
    return call->is_upload ? "POST" : "GET";
}

static void finish(struct smci_call *call, struct smc_answer *answer,
                   const struct smci_http_response *response, const struct smci_api_error *said)
{
    answer->http_status = response->status;
    answer->body = smc_buf_str(&response->body);
    answer->len = response->body.len;
    answer->was_alone = call->client->successes == call->successes;
    answer->tries = call->sent;
    answer->api_code = said->code;
    answer->api_message = said->message;
    answer->request_id = said->request_id;
    answer->way = call->is_probe ? &response->way : NULL;
    (void)call->done(call->ctx, answer, NULL);
    smci_call_free(call);
}

/* Offers a 2xx to the caller. False: it is not what it should be, and `why` says so. */
static bool offer(struct smci_call *call, const struct smci_http_response *response,
                  struct smc_error *why)
{
    struct smc_answer answer = {.http_status = response->status,
                                .body = smc_buf_str(&response->body),
                                .len = response->body.len,
                                .tries = call->sent,
                                .api_code = "",
                                .api_message = "",
                                .request_id = "",
                                .way = call->is_probe ? &response->way : NULL};
    /* Counted before, so that a callback that asks sees it; taken back when it was none. */
    call->client->successes++;
    if (call->done(call->ctx, &answer, why) == SMC_TAKE)
        return true;
    call->client->successes--;
    return false;
}

static void reauthorize(struct smci_call *call, const struct smci_http_response *response,
                        const struct smci_api_error *said)
{
    struct smc_client *client = call->client;
    if (client->has_token && !call->was_reauthorized) {
        call->was_reauthorized = true;
        smci_auth_refused(&client->auth, call->generation);
        smci_client_requeue(client, call);
        return;
    }
    struct smc_error why = SMC_ERROR_INIT;
    (void)smci_client_describe(method_of(call), call->target, response, said, &why);
    why.code = SMC_ERR_AUTH;
    smc_error_context(&why, client->has_token ? "a new token was refused as well"
                                              : "the credentials were refused");
    smc_client_fail(client, &why);
    smci_call_free(call);
}

static void give_up(struct smci_call *call, struct smci_http_response *response,
                    const struct smci_api_error *said, const struct smc_error *malformed,
                    bool is_transient)
{
    struct smc_answer answer = {.is_transient = is_transient};
    if (malformed->code != SMC_OK) {
        answer.error = *malformed;
        smc_error_context(&answer.error, "%s %.*s: HTTP %d", method_of(call),
                          (int)strcspn(call->target, "?"), call->target, response->status);
        /* The caller has refused this body as a success; it is told of a failure. */
        answer.error.http_status = response->status;
        answer.error.code = SMC_ERR_SYNTAX;
    } else {
        (void)smci_client_describe(method_of(call), call->target, response, said, &answer.error);
    }
    finish(call, &answer, response, said);
}

static void unlink_flying(struct smci_call *call)
{
    struct smci_call **link = &call->client->flying;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    call->next = NULL;
}

static void on_done(void *ctx, struct smci_http_response *response)
{
    struct smci_call *call = ctx;
    struct smc_client *client = call->client;
    struct smci_api_error said;
    struct smc_error malformed = SMC_ERROR_INIT;
    unlink_flying(call);
    smci_client_count(client, call->kind, response->status);
    smci_client_tell_pace(client, response, call->sent_ms);
    client->stats.received += (int64_t)response->body.len;
    smci_client_read_error(client, response, &said);

    bool is_2xx = response->status >= 200 && response->status < 300;
    if (is_2xx && offer(call, response, &malformed)) {
        smci_call_free(call);
        return;
    }
    if (client->has_failed) { /* by the callback: nothing more is to be made of this call */
        smci_call_free(call);
        return;
    }
    if (call->is_probe && response->status != 0) {
        give_up(call, response, &said, &malformed, false);
        return;
    }
    if (is_2xx && malformed.code == SMC_OK)
        (void)smc_error_set(&malformed, SMC_ERR_SYNTAX, "the answer was refused");
    struct smci_attempt end = smci_client_attempt(client, response, &said, is_2xx);
    struct smci_retry_opt retry = client->retry;
    if (call->is_single_try)
        retry.retries = 0;
    struct smci_decision decision = smci_retry_decide(&retry, &end, call->spent, &client->rng);
    switch (decision.action) {
    case SMCI_RETRY:
        call->spent++;
        client->stats.retries++;
        smc_log_write(client->log, SMC_LOG_DEBUG, "%s: HTTP %d, again in %lld ms", call->kind,
                      response->status, (long long)decision.wait_ms);
        smci_client_wait(client, call, decision.wait_ms);
        return;
    case SMCI_THROTTLED:
        smci_client_requeue(client, call);
        return;
    case SMCI_REAUTH:
        reauthorize(call, response, &said);
        return;
    case SMCI_DONE: /* a 2xx that was refused under a policy that knows no such thing */
    case SMCI_FAIL:
        give_up(call, response, &said, &malformed, decision.is_transient);
        return;
    }
}

void smci_call_start(struct smci_call *call, int64_t now)
{
    struct smc_client *client = call->client;
    const char *authorization =
        client->has_token ? smc_buf_str(&client->auth.header) : smc_buf_str(&client->authorization);
    const char *headers[] = {client->accept, call->is_probe ? NULL : authorization,
                             call->is_upload ? "Expect:" : NULL, NULL};
    struct smc_buf url = SMC_BUF_INIT((size_t)1024 * 1024);
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = smc_buf_addf(&url, "%s%s", client->origin, call->target);
    if (rc != SMC_OK)
        (void)smc_error_set(&why, rc, "%s", smc_error_text(rc));
    struct smci_http_request request = {.url = url.data,
                                        .headers = headers,
                                        .upload = call->is_upload ? &call->upload : NULL,
                                        .is_probe = call->is_probe};
    if (call->successes < 0)
        call->successes = client->successes;
    call->sent++;
    call->sent_ms = now;
    call->generation = client->auth.generation;
    if (rc == SMC_OK)
        rc = smci_http_start(client->http, &request, on_done, call, &why);
    smc_buf_clear(&url);
    if (rc != SMC_OK) {
        smc_client_fail(client, &why);
        smci_call_free(call);
        return;
    }
    smci_pace_sent(&client->pace, now);
    call->next = client->flying;
    client->flying = call;
}
