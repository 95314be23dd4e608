/* The token call: POST /v2/auth/token with form fields. It goes by the pace like every call, is
 * retried like every call, and holds all others back until it is answered. */
#include "client_internal.h"

#include <string.h>

#define TOKEN_TARGET "/v2/auth/token"

static void fail_for_good(struct smc_client *client, const struct smci_http_response *response,
                          const struct smci_api_error *said, struct smc_error *why)
{
    if (why->code == SMC_OK)
        (void)smci_client_describe("POST", TOKEN_TARGET, response, said, why);
    else
        smc_error_context(why, "POST " TOKEN_TARGET ": HTTP %d", response->status);
    int status = response->status;
    if (status == 400 || status == 401 || status == 403) {
        why->code = SMC_ERR_AUTH;
        smc_error_context(why, "the credentials were refused; check client id and API token, and "
                               "that the host is your organisation's own");
    }
    smc_client_fail(client, why);
}

static void on_token(void *ctx, struct smci_http_response *response)
{
    struct smc_client *client = ctx;
    struct smci_api_error said;
    struct smc_error why = SMC_ERROR_INIT;
    int64_t now = smci_client_now(client);
    client->is_token_asked = false;
    smci_client_count(client, "token", response->status);
    smci_client_tell_pace(client, response, client->token_sent_ms);
    smci_client_read_error(client, response, &said);

    bool is_2xx = response->status >= 200 && response->status < 300;
    enum smc_status rc = SMC_OK;
    if (is_2xx)
        rc = smci_auth_take(&client->auth, smc_buf_str(&response->body), response->body.len, now,
                            &why);
    if (response->body.data)
        explicit_bzero(response->body.data, response->body.allocated);
    if (is_2xx && rc == SMC_OK) {
        client->token_spent = 0;
        client->token_due_ms = now;
        (void)smc_log_hide(client->log, smci_auth_token(&client->auth));
        return;
    }
    struct smci_attempt end = smci_client_attempt(client, response, &said, rc == SMC_ERR_SYNTAX);
    struct smci_decision decision =
        smci_retry_decide(&client->retry, &end, client->token_spent, &client->rng);
    if (decision.action == SMCI_RETRY) {
        client->token_spent++;
        client->stats.retries++;
        client->token_due_ms = now + decision.wait_ms;
    } else if (decision.action != SMCI_THROTTLED) {
        fail_for_good(client, response, &said, &why);
    }
}

void smci_client_ask_token(struct smc_client *client, int64_t now)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    struct smc_buf url = SMC_BUF_INIT(4096);
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = smc_buf_addf(&url, "%s" TOKEN_TARGET, client->origin);
    if (rc != SMC_OK)
        (void)smc_error_set(&why, rc, "%s", smc_error_text(rc));
    struct smci_http_request request = {
        .url = url.data, .headers = headers, .form = smc_buf_str(&client->auth.form)};
    smci_auth_asked(&client->auth, now);
    client->token_sent_ms = now;
    if (rc == SMC_OK)
        rc = smci_http_start(client->http, &request, on_token, client, &why);
    smc_buf_clear(&url);
    if (rc != SMC_OK) {
        smc_client_fail(client, &why);
        return;
    }
    smci_pace_sent(&client->pace, now);
    client->is_token_asked = true;
}
