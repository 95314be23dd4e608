#include "attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sigmacat/json.h>

#include "retry_after.h"

#define ERROR_BODY_MAX 65536      /* a longer one is a page, not an error's words */
#define PATH_SHOWN_MAX 160        /* a path may be longer than a text has room for */
#define TIMED_OUT      "timedout" /* the code of a computation that took Sigma too long */

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

/* A server may repeat what it was sent, and errors also go where nothing is masked: report and
 * store. Masked before the cut, which could leave a part of a secret. */
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

static bool has_text(struct smc_json_span root, const char *name)
{
    return smc_json_type_of(smc_json_member(root, name)) == SMC_JSON_STRING;
}

/* Whether what came with 200 is an error where rows or an object belong. */
static bool is_error_object(struct smc_json_span root)
{
    if (smc_json_type_of(root) != SMC_JSON_OBJECT || smc_json_member(root, "entries").p)
        return false;
    return smc_json_equals(smc_json_member(root, "code"), TIMED_OUT) ||
           (has_text(root, "code") && has_text(root, "message"));
}

/* Not worth scanning twice: what is long, and what can't be an error object. */
static bool may_be_error(const struct smci_attempt *attempt, const struct smc_buf *body)
{
    if (body->len == 0 || body->len > ERROR_BODY_MAX)
        return false;
    if (attempt->http_status < 200 || attempt->http_status > 299)
        return attempt->http_status != 0;
    return attempt->http_status == 200 && attempt->asked.is_get &&
           attempt->asked.policy == SMC_POLICY_SIGMA &&
           memmem(body->data, body->len, "\"code\"", 6);
}

/* Whether a body in no known form speaks of credentials, which may be ones that we never had. */
static bool has_credentials(const struct smc_buf *body)
{
    static const char *const words[] = {"access_token", "refresh_token", "id_token",
                                        "client_secret"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (memmem(body->data, body->len, words[i], strlen(words[i])))
            return true;
    return false;
}

static void read_api_error(struct smci_attempt *attempt, const struct smci_http_response *response,
                           const struct smc_log *log)
{
    struct smci_api_error *out = &attempt->api_error;
    const struct smc_buf *body = &response->body;
    struct smc_json_span root;
    if (!may_be_error(attempt, body))
        return;
    bool is_json = smc_json_scan(body->data, body->len, &root, NULL) == SMC_OK;
    if (attempt->http_status == 200) {
        attempt->is_error_object = is_json && is_error_object(root);
        if (!attempt->is_error_object)
            return;
    }
    if (is_json && attempt->asked.is_token) { /* nothing that came: the word is ours */
        bool is_timed_out = smc_json_equals(smc_json_member(root, "code"), TIMED_OUT);
        (void)snprintf(out->code, sizeof out->code, "%s", is_timed_out ? TIMED_OUT : "");
    }
    if (attempt->asked.is_token)
        return;
    if (is_json) {
        keep_string(log, out->code, sizeof out->code, smc_json_member(root, "code"));
        keep_string(log, out->message, sizeof out->message, smc_json_member(root, "message"));
        keep_string(log, out->request_id, sizeof out->request_id,
                    smc_json_member(root, "requestId"));
    }
    if (!out->code[0] && !out->message[0] && !response->is_html && !has_credentials(body)) {
        struct smc_buf text = SMC_BUF_INIT(ERROR_BODY_MAX);
        (void)smc_buf_add(&text, body->data, body->len);
        keep(log, out->message, sizeof out->message, &text);
    }
}

/* The length of "scheme://host:port", which an address begins with. */
static size_t origin_len(const char *address)
{
    const char *host = strstr(address, "://");
    return host ? (size_t)(host + 3 - address) + strcspn(host + 3, "/") : 0;
}

/* The path may hold what the token call is not to tell. */
static void read_location(struct smci_attempt *attempt, const struct smci_http_response *response,
                          const struct smc_log *log)
{
    struct smc_buf text = SMC_BUF_INIT(ERROR_BODY_MAX);
    const char *to = response->location;
    (void)smc_buf_add(&text, to, attempt->asked.is_token ? origin_len(to) : strlen(to));
    keep(log, attempt->location, sizeof attempt->location, &text);
}

/* ---- what it means ---- */

static enum smci_meaning judge_for_sigma(const struct smci_attempt *attempt)
{
    int status = attempt->http_status;
    if (status == 429 || (status == 403 && attempt->is_html && !attempt->asked.is_first))
        return SMCI_REFUSED;
    if (status == 401)
        return SMCI_UNAUTHORIZED;
    bool is_transient = status == 408 || (status >= 502 && status <= 504) ||
                        (status >= 520 && status <= 524) ||
                        (status == 500 && !attempt->asked.is_object) ||
                        (status == 402 && strcmp(attempt->api_error.code, TIMED_OUT) == 0);
    return is_transient ? SMCI_TRANSIENT : SMCI_FINAL;
}

/* Catalog's 429 is a failed attempt like its 503: the retry's own wait answers it. */
static enum smci_meaning judge_for_catalog(const struct smci_attempt *attempt)
{
    int status = attempt->http_status;
    bool is_transient = status == 408 || status == 429 || (status >= 500 && status <= 599);
    return is_transient ? SMCI_TRANSIENT : SMCI_FINAL;
}

/* A page, before anything was accepted: nothing proves that the service is there at all. */
static bool is_stranger(const struct smci_attempt *attempt)
{
    return attempt->is_html && attempt->asked.is_first;
}

static enum smci_meaning judge_success(const struct smci_attempt *attempt)
{
    bool is_sigma = attempt->asked.policy == SMC_POLICY_SIGMA;
    if (is_sigma && attempt->is_error_object)
        return strcmp(attempt->api_error.code, TIMED_OUT) == 0 ? SMCI_TRANSIENT : SMCI_FINAL;
    if (is_sigma && (attempt->asked.is_get || attempt->asked.is_token) &&
        attempt->http_status != 200)
        return SMCI_TRANSIENT;
    if (attempt->error.code == SMC_OK)
        return SMCI_SUCCESS;
    bool is_transient = is_sigma && attempt->error.code == SMC_ERR_SYNTAX && !is_stranger(attempt);
    return is_transient ? SMCI_TRANSIENT : SMCI_FINAL;
}

void smci_attempt_judge(struct smci_attempt *attempt)
{
    bool is_sigma = attempt->asked.policy == SMC_POLICY_SIGMA;
    if (attempt->http_status == 0)
        attempt->meaning = attempt->is_permanent ? SMCI_FINAL : SMCI_TRANSIENT;
    else if (attempt->http_status >= 200 && attempt->http_status <= 299)
        attempt->meaning = judge_success(attempt);
    else
        attempt->meaning = is_sigma ? judge_for_sigma(attempt) : judge_for_catalog(attempt);
}

void smci_attempt_read(struct smci_attempt *attempt, const struct smci_asked *asked,
                       const struct smci_http_response *response, const struct smc_log *log,
                       int64_t wall_ms)
{
    const char *retry_after = response->retry_after[0] ? response->retry_after : NULL;
    int64_t from_ms;
    if (response->date_s <= 0 || __builtin_mul_overflow(response->date_s, 1000, &from_ms))
        from_ms = wall_ms;
    *attempt = (struct smci_attempt){
        .asked = *asked,
        .http_status = response->status,
        .is_html = response->is_html,
        .is_garbled = response->is_garbled,
        .is_permanent = response->is_permanent,
        .retry_after_ms = smci_retry_after_parse(retry_after, from_ms),
    };
    if (response->status == 0)
        attempt->error = response->error;
    read_api_error(attempt, response, log);
    read_location(attempt, response, log);
    smci_attempt_judge(attempt);
}

void smci_attempt_reject(struct smci_attempt *attempt, const struct smc_error *why)
{
    attempt->error = *why;
    smci_attempt_judge(attempt);
}

/* ---- in words ---- */

static enum smc_status code_of(const struct smci_attempt *attempt)
{
    int status = attempt->http_status;
    bool is_success = status >= 200 && status <= 299;
    bool is_for_now = status == 401 || status == 403;
    if (attempt->meaning == SMCI_FINAL && is_success && attempt->error.code == SMC_ERR_SYNTAX &&
        is_stranger(attempt))
        return SMC_ERR_REFUSED;
    if (attempt->error.code != SMC_OK)
        return attempt->error.code;
    if (attempt->meaning == SMCI_FINAL && status >= 300 && status <= 499 && !is_for_now)
        return SMC_ERR_REFUSED;
    return SMC_ERR_HTTP;
}

/* Who answered, where it was not the service itself. Adds nothing where nothing is known. */
static void add_stranger(const struct smci_attempt *attempt, struct smc_buf *text)
{
    const char *service = attempt->asked.service ? attempt->asked.service : "the API";
    int status = attempt->http_status;
    bool is_redirect =
        attempt->location[0] || (attempt->asked.is_token && status >= 300 && status <= 399);
    if (is_redirect)
        (void)smc_buf_addf(text, ": a redirect%s%s, which is not followed%s",
                           attempt->location[0] ? " to " : "", attempt->location,
                           attempt->asked.is_token ? ": check the host" : "");
    else if (attempt->is_html && status == 403)
        (void)smc_buf_addf(text,
                           ": a web page answered and not %s: its edge, which blocks this address "
                           "for some minutes, or a proxy that forbids the host",
                           service);
    else if (attempt->is_html && status != 429 && status < 500)
        (void)smc_buf_addf(
            text, ": a web page answered and not %s: a login, a proxy or an edge before it",
            service);
}

/* What an answer said; "" where it said nothing. */
static void add_words(const struct smci_attempt *attempt, struct smc_buf *text)
{
    const struct smci_api_error *api = &attempt->api_error;
    bool is_success = attempt->http_status >= 200 && attempt->http_status <= 299;
    if (api->code[0])
        (void)smc_buf_addf(text, " %s", api->code);
    if (api->message[0])
        (void)smc_buf_addf(text, ": %s", api->message);
    if (api->request_id[0])
        (void)smc_buf_addf(text, " (requestId %s)", api->request_id);
    size_t len = text->len;
    add_stranger(attempt, text);
    if (text->len == len && attempt->error.code != SMC_OK)
        (void)smc_buf_addf(text, ": %s", attempt->error.detail);
    else if (text->len == len && is_success && !attempt->is_error_object)
        (void)smc_buf_addstr(text, ", and only 200 is a whole answer");
}

void smci_attempt_reason(const struct smci_attempt *attempt, struct smc_buf *text)
{
    bool is_for_now = attempt->meaning == SMCI_TRANSIENT || attempt->meaning == SMCI_REFUSED;
    if (attempt->http_status == 0) {
        (void)smc_buf_addstr(text, attempt->error.detail);
    } else {
        (void)smc_buf_addf(text, "HTTP %d", attempt->http_status);
        add_words(attempt, text);
    }
    if (is_for_now && attempt->retry_after_ms > SMCI_RETRY_AFTER_MAX_MS)
        (void)smc_buf_addstr(text, "; its Retry-After asks for more than an hour, which is not "
                                   "waited for");
}

enum smc_status smci_attempt_describe(const struct smci_attempt *attempt, const char *method,
                                      const char *target, struct smc_error *err)
{
    struct smc_buf words = SMC_BUF_INIT(4096);
    int len = (int)strcspn(target, "?");
    if (len > PATH_SHOWN_MAX)
        len = PATH_SHOWN_MAX;
    smci_attempt_reason(attempt, &words);
    enum smc_status rc = smc_error_set(err, code_of(attempt), "%s %.*s: %s", method, len, target,
                                       smc_buf_str(&words));
    smc_buf_clear(&words);
    if (err)
        err->http_status = attempt->http_status;
    return rc;
}
