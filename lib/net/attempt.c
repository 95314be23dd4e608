#include "attempt.h"

#include <stdlib.h>
#include <string.h>

#include <sigmacat/json.h>

#include "retry_after.h"

#define ERROR_BODY_MAX 65536 /* a longer one is a page, not an error's words */
#define PATH_SHOWN_MAX 160   /* a path may be longer than a text has room for */

/* ---- an error's body ---- */

static void copy_clean(char *to, size_t size, const char *text)
{
    size_t len = 0;
    for (; *text && len + 1 < size; text++) {
        unsigned char c = (unsigned char)*text;
        to[len] = *text;
        if (c < 0x20 || c == 0x7f)
            to[len] = ' ';
        len++;
    }
    /* A cut in the middle of a character would leave bytes that are not UTF-8. */
    if (*text)
        while (len > 0 && ((unsigned char)to[len - 1] & 0xc0) == 0x80)
            len--;
    if (*text && len > 0 && (unsigned char)to[len - 1] >= 0xc0)
        len--;
    to[len] = '\0';
}

/* A server may repeat what it was sent, and errors also go where nothing is masked: report and store.
 * Masked before the cut, which could leave a part of a secret. */
static void keep(const struct smc_log *log, char *to, size_t size, struct smc_buf *text)
{
    if (smc_buf_status(text) == SMC_OK && text->len > 0) {
        smc_log_mask(log, text->data);
        copy_clean(to, size, text->data);
    }
    smc_buf_wipe(text);
}

static void keep_string(const struct smc_log *log, char *to, size_t size,
                        struct smc_json_span value)
{
    struct smc_buf text = SMC_BUF_INIT(ERROR_BODY_MAX);
    (void)smc_json_decode(value, &text);
    keep(log, to, size, &text);
}

static void read_api_error(struct smci_api_error *out, const struct smci_http_response *response,
                           const struct smc_log *log)
{
    const struct smc_buf *body = &response->body;
    struct smc_json_span root;
    if (response->status < 300 || body->len == 0 || body->len > ERROR_BODY_MAX)
        return;
    if (smc_json_scan(body->data, body->len, &root, NULL) == SMC_OK) {
        keep_string(log, out->code, sizeof out->code, smc_json_member(root, "code"));
        keep_string(log, out->message, sizeof out->message, smc_json_member(root, "message"));
        keep_string(log, out->request_id, sizeof out->request_id,
                    smc_json_member(root, "requestId"));
    }
    if (!out->code[0] && !out->message[0] && !response->is_html) {
        struct smc_buf text = SMC_BUF_INIT(ERROR_BODY_MAX);
        (void)smc_buf_add(&text, body->data, body->len);
        keep(log, out->message, sizeof out->message, &text);
    }
}

/* ---- what it means ---- */

static enum smci_meaning judge_for_sigma(const struct smci_attempt *attempt)
{
    int status = attempt->http_status;
    if (status == 429)
        return SMCI_REFUSED;
    if (status == 401)
        return SMCI_UNAUTHORIZED;
    bool is_transient = status == 408 || (status >= 502 && status <= 504) ||
                        (status >= 520 && status <= 524) ||
                        (status == 402 && strcmp(attempt->api_error.code, "timedout") == 0);
    return is_transient ? SMCI_TRANSIENT : SMCI_FINAL;
}

/* Catalog's 429 is a failed attempt like its 503: the retry's own wait answers it. */
static enum smci_meaning judge_for_catalog(const struct smci_attempt *attempt)
{
    int status = attempt->http_status;
    bool is_transient = status == 408 || status == 429 || (status >= 500 && status <= 599);
    return is_transient ? SMCI_TRANSIENT : SMCI_FINAL;
}

void smci_attempt_judge(struct smci_attempt *attempt, enum smc_policy policy)
{
    bool is_sigma = policy == SMC_POLICY_SIGMA;
    if (attempt->http_status == 0)
        attempt->meaning = attempt->is_permanent ? SMCI_FINAL : SMCI_TRANSIENT;
    else if (attempt->http_status < 200 || attempt->http_status > 299)
        attempt->meaning = is_sigma ? judge_for_sigma(attempt) : judge_for_catalog(attempt);
    else if (attempt->error.code == SMC_OK)
        attempt->meaning = SMCI_SUCCESS;
    else
        attempt->meaning =
            is_sigma && attempt->error.code == SMC_ERR_SYNTAX ? SMCI_TRANSIENT : SMCI_FINAL;
}

void smci_attempt_read(struct smci_attempt *attempt, enum smc_policy policy,
                       const struct smci_http_response *response, const struct smc_log *log,
                       int64_t wall_ms)
{
    const char *retry_after = response->retry_after[0] ? response->retry_after : NULL;
    *attempt = (struct smci_attempt){
        .http_status = response->status,
        .is_html = response->is_html,
        .is_permanent = response->is_permanent,
        .retry_after_ms = smci_retry_after_parse(retry_after, wall_ms),
    };
    if (response->status == 0)
        attempt->error = response->error;
    read_api_error(&attempt->api_error, response, log);
    smci_attempt_judge(attempt, policy);
}

void smci_attempt_reject(struct smci_attempt *attempt, enum smc_policy policy,
                         const struct smc_error *why)
{
    attempt->error = *why;
    smci_attempt_judge(attempt, policy);
}

/* ---- in words ---- */

/* Whether another run would only be answered the same: castor-extract-sigma(1), "EXIT STATUS". */
static bool is_refused_for_good(const struct smci_attempt *attempt)
{
    int status = attempt->http_status;
    return attempt->meaning == SMCI_FINAL && status >= 300 && status <= 499 && status != 401 &&
           status != 403;
}

enum smc_status smci_attempt_describe(const struct smci_attempt *attempt, const char *method,
                                      const char *target, struct smc_error *err)
{
    const struct smci_api_error *api = &attempt->api_error;
    int status = attempt->http_status;
    int len = (int)strcspn(target, "?");
    if (len > PATH_SHOWN_MAX)
        len = PATH_SHOWN_MAX;
    enum smc_status rc = attempt->error.code;
    if (status == 0)
        rc = smc_error_set(err, rc, "%s %.*s: %s", method, len, target, attempt->error.detail);
    else if (rc != SMC_OK)
        rc = smc_error_set(err, rc, "%s %.*s: HTTP %d: %s", method, len, target, status,
                           attempt->error.detail);
    else
        rc = smc_error_set(err, is_refused_for_good(attempt) ? SMC_ERR_REFUSED : SMC_ERR_HTTP,
                           "%s %.*s: HTTP %d%s%s%s%s%s%s%s", method, len, target, status,
                           api->code[0] ? " " : "", api->code, api->message[0] ? ": " : "",
                           api->message, api->request_id[0] ? " (requestId " : "", api->request_id,
                           api->request_id[0] ? ")" : "");
    if (err)
        err->http_status = status;
    return rc;
}
