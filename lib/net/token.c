#include "token.h"

#include <string.h>

#define TOKEN_TARGET "/v2/auth/token"

/* Four times the longest token that is taken. */
#define ANSWER_MAX ((size_t)64 * 1024)

static void fail(struct smci_token *token, const struct smci_attempt *attempt)
{
    struct smc_error why = SMC_ERROR_INIT;
    int status = attempt->http_status;
    (void)smci_sender_describe(token->sender, attempt, "POST", TOKEN_TARGET, &why);
    /* A page is not Sigma's word on the credentials. */
    if (status == 401 || ((status == 400 || status == 403) && !attempt->is_html)) {
        why.code = SMC_ERR_AUTH;
        smc_error_context(&why, "the credentials were refused; check client id and API token, and "
                                "that the host is your organisation's own");
    }
    token->failed(token->ctx, &why);
}

/* Takes the token out of a 2xx; an answer without one is a failed attempt. */
static void take(struct smci_token *token, struct smci_attempt *attempt,
                 struct smci_http_response *response)
{
    struct smc_error why = SMC_ERROR_INIT;
    const struct smc_buf *body = &response->body;
    int64_t now = smci_sender_now(token->sender);
    if (smci_auth_take(&token->auth, smc_buf_str(body), body->len, now, &why) != SMC_OK) {
        smci_attempt_reject(attempt, &why);
        return;
    }
    token->connection = response->connection;
    token->sender->was_accepted = true;
    token->spent = 0;
    token->due_ms = now;
    (void)smc_log_hide(token->sender->log, smci_auth_token(&token->auth));
}

static void on_ended(void *ctx, struct smci_attempt *attempt, struct smci_http_response *response)
{
    struct smci_token *token = ctx;
    token->is_asked = false;
    if (attempt->meaning == SMCI_SUCCESS)
        take(token, attempt, response);
    if (response->body.data)
        explicit_bzero(response->body.data, response->body.allocated);
    struct smci_decision decision =
        smci_sender_decide(token->sender, &token->sending, attempt, token->spent, false);
    switch (decision.action) {
    case SMCI_DONE:
    case SMCI_THROTTLED:
        return;
    case SMCI_RETRY:
        token->spent++;
        token->due_ms = smci_sender_now(token->sender) + decision.wait_ms;
        return;
    case SMCI_REAUTH:
    case SMCI_FAIL:
        fail(token, attempt);
        return;
    }
}

int64_t smci_token_wait_ms(const struct smci_token *token, int64_t now_ms)
{
    int64_t due = token->due_ms - now_ms;
    int64_t own = smci_auth_wait_ms(&token->auth, now_ms);
    int64_t pace = smci_pace_wait_ms(&token->sender->pace, now_ms);
    int64_t wait = due > own ? due : own;
    return wait > pace ? wait : pace;
}

void smci_token_ask(struct smci_token *token, int64_t now_ms)
{
    static const char *const headers[] = {"Accept: application/json",
                                          "Content-Type: application/x-www-form-urlencoded", NULL};
    struct smc_error why = SMC_ERROR_INIT;
    const struct smci_http_request request = {.headers = headers,
                                              .body = smc_buf_str(&token->auth.form),
                                              .body_len = token->auth.form.len,
                                              .body_max = ANSWER_MAX,
                                              .is_watched = true};
    token->sending = (struct smci_sending){.kind = "token",
                                           .attempt = token->spent + 1,
                                           .is_token = true,
                                           .is_plain = token->sending.is_plain,
                                           .ended = on_ended,
                                           .ctx = token};
    smci_auth_asked(&token->auth, now_ms);
    token->is_asked = true;
    if (smci_sender_start(token->sender, &token->sending, TOKEN_TARGET, &request, &why) != SMC_OK) {
        token->is_asked = false;
        token->failed(token->ctx, &why);
    }
}
