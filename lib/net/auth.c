#include "auth.h"

#include <limits.h>
#include <string.h>

#include <sigmacat/json.h>

#include "address.h"

#define HEADER       "Authorization: Bearer "
#define HEADER_LEN   (sizeof HEADER - 1)
#define MARGIN_MS    ((int64_t)5 * 60 * 1000)
#define LIFE_S       3600
#define LIFE_MAX_S   ((int64_t)366 * 86400)
#define ASK_EVERY_MS ((int64_t)1000)
#define FORM_START   "grant_type=client_credentials&client_id="
#define FORM_MIDDLE  "&client_secret="

enum smc_status smci_auth_init(struct smci_auth *auth, const char *client_id,
                               const char *client_secret)
{
    size_t id_len = strlen(client_id);
    size_t secret_len = strlen(client_secret);
    *auth = (struct smci_auth){.header = SMC_BUF_INIT(HEADER_LEN + SMCI_TOKEN_MAX),
                               .form = SMC_BUF_INIT(SIZE_MAX),
                               .last_asked_ms = INT64_MIN / 2};
    if (id_len > SIZE_MAX / 8 || secret_len > SIZE_MAX / 8)
        return SMC_ERR_NOMEM;
    /* all at once: growing would leave copies of the secret behind */
    size_t size = sizeof FORM_START + sizeof FORM_MIDDLE + 3 * (id_len + secret_len);
    (void)smc_buf_reserve(&auth->form, size);
    (void)smc_buf_addstr(&auth->form, FORM_START);
    (void)smci_url_encode(client_id, id_len, &auth->form);
    (void)smc_buf_addstr(&auth->form, FORM_MIDDLE);
    enum smc_status rc = smci_url_encode(client_secret, secret_len, &auth->form);
    if (rc != SMC_OK)
        smci_auth_clear(auth);
    return rc;
}

void smci_auth_clear(struct smci_auth *auth)
{
    smc_buf_wipe(&auth->header);
    smc_buf_wipe(&auth->form);
}

bool smci_auth_needs_token(const struct smci_auth *auth, int64_t now_ms)
{
    return auth->generation == 0 || auth->is_refused || now_ms >= auth->renew_at_ms;
}

int64_t smci_auth_wait_ms(const struct smci_auth *auth, int64_t now_ms)
{
    int64_t since;
    /* A clock that went back must not make the wait longer than the rule. */
    if (__builtin_sub_overflow(now_ms, auth->last_asked_ms, &since) || since < 0)
        return 0;
    return since < ASK_EVERY_MS ? ASK_EVERY_MS - since : 0;
}

void smci_auth_asked(struct smci_auth *auth, int64_t now_ms)
{
    auth->last_asked_ms = now_ms;
}

/* The bytes that may stand in a header after "Bearer ": any other could add a header or end the
 * line. */
static bool is_usable(const struct smc_buf *token)
{
    for (size_t i = 0; i < token->len; i++)
        if (token->data[i] < 0x21 || token->data[i] > 0x7e)
            return false;
    return token->len > 0;
}

static void set_renewal(struct smci_auth *auth, int64_t life_s, int64_t now_ms)
{
    if (life_s < 1 || life_s > LIFE_MAX_S)
        life_s = LIFE_S;
    int64_t life_ms = life_s * 1000;
    int64_t margin_ms = life_ms / 2 < MARGIN_MS ? life_ms / 2 : MARGIN_MS;
    if (__builtin_add_overflow(now_ms, life_ms - margin_ms, &auth->renew_at_ms))
        auth->renew_at_ms = INT64_MAX;
}

static enum smc_status set_header(struct smci_auth *auth, const char *token)
{
    struct smc_buf header = SMC_BUF_INIT(auth->header.cap);
    (void)smc_buf_reserve(&header, HEADER_LEN + strlen(token));
    enum smc_status rc = smc_buf_addf(&header, HEADER "%s", token);
    smc_buf_wipe(rc == SMC_OK ? &auth->header : &header);
    if (rc == SMC_OK)
        auth->header = header;
    return rc;
}

/* Decodes and takes the token. SMC_ERR_AUTH: it can't be one. */
static enum smc_status take_token(struct smci_auth *auth, struct smc_json_span member)
{
    struct smc_buf token = SMC_BUF_INIT(SMCI_TOKEN_MAX);
    if (smc_json_type_of(member) != SMC_JSON_STRING)
        return SMC_ERR_AUTH;
    /* Reserved at once: growing would leave copies behind. */
    (void)smc_buf_reserve(&token, member.len < SMCI_TOKEN_MAX ? member.len : SMCI_TOKEN_MAX);
    enum smc_status rc = smc_json_decode(member, &token);
    if (rc == SMC_OK)
        rc = is_usable(&token) ? set_header(auth, token.data) : SMC_ERR_AUTH;
    smc_buf_wipe(&token);
    return rc == SMC_OK || rc == SMC_ERR_NOMEM ? rc : SMC_ERR_AUTH;
}

enum smc_status smci_auth_take(struct smci_auth *auth, const char *body, size_t len, int64_t now_ms,
                               struct smc_error *err)
{
    struct smc_json_span whole;
    int64_t life_s = LIFE_S;
    /* The scanner's own text may quote the body, so it is not passed on. */
    if (smc_json_scan(body, len, &whole, NULL) != SMC_OK)
        return smc_error_set(err, SMC_ERR_SYNTAX, "the answer to the token call: %s",
                             smc_error_text(SMC_ERR_SYNTAX));
    enum smc_status rc = take_token(auth, smc_json_member(whole, "access_token"));
    if (rc == SMC_ERR_AUTH)
        return smc_error_set(err, rc, "the answer to the token call has no usable token");
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "the token: %s", smc_error_text(rc));
    (void)smc_json_int64(smc_json_member(whole, "expires_in"), &life_s);
    set_renewal(auth, life_s, now_ms);
    auth->generation = auth->generation == INT_MAX ? 1 : auth->generation + 1;
    auth->is_refused = false;
    return SMC_OK;
}

void smci_auth_refused(struct smci_auth *auth, int generation)
{
    if (generation == auth->generation)
        auth->is_refused = true;
}

const char *smci_auth_token(const struct smci_auth *auth)
{
    return auth->header.len > HEADER_LEN ? auth->header.data + HEADER_LEN : "";
}
