#include "token.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/cli/secret.h"
#include "lib/net/special.h"

#define SCHEME "Token "

/* It goes into a header as it is. */
static enum smc_status check(const char *token, const char *name, struct smc_error *err)
{
    for (; token && *token; token++)
        if ((unsigned char)*token >= 0x80)
            return smc_error_set(
                err, SMC_ERR_USAGE,
                "%s: the token has a character beyond ASCII, which no Catalog token has", name);
    return SMC_OK;
}

enum smc_status upload_token_read(const struct upload_settings *settings, int stop_fd,
                                  struct smc_log *log, struct smc_buf *token, struct smc_error *err)
{
    const char *flag = settings->token_file      ? "--token-file"
                       : settings->token_command ? "--token-command"
                                                 : "--token";
    const struct smci_cli_secret from = {.file = settings->token_file,
                                         .command = settings->token_command,
                                         .name = smci_settings_name(&settings->sources, flag),
                                         .stop_fd = stop_fd,
                                         .log = log};
    if (!from.file && !from.command)
        return check(settings->token, from.name, err);
    enum smc_status rc = smci_cli_secret_read(&from, token, err);
    return rc == SMC_OK ? check(smc_buf_str(token), from.name, err) : rc;
}

enum smc_status upload_token_header(const char *token, struct smc_log *log, struct smc_buf *header)
{
    /* Reserved at once: growing would leave copies of the token behind. */
    (void)smc_buf_reserve(header, sizeof SCHEME + strlen(token));
    enum smc_status rc = smc_buf_addf(header, SCHEME "%s", token);
    return rc == SMC_OK ? smc_log_hide(log, token) : rc;
}

/* ---- another one ---- */

static enum smc_status use(struct upload_token *token, const struct upload_job *job,
                           struct smc_client *client, struct smc_error *why)
{
    struct smc_buf header = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status rc = upload_token_header(smc_buf_str(&token->renewed), job->log, &header);
    if (rc == SMC_OK)
        rc = smci_client_authorize(client, smc_buf_str(&header));
    smc_buf_wipe(&header);
    return rc == SMC_OK ? rc : smc_error_set(why, rc, "%s", smc_error_text(rc));
}

bool upload_token_renew(struct upload_token *token, const struct upload_job *job,
                        struct smc_client *client, struct smc_error *why)
{
    const struct upload_settings *settings = job->settings;
    struct smc_buf fresh;
    if (!settings->token_command || (token->generation > 0 && !token->was_accepted))
        return false;
    const char *name = smci_settings_name(&settings->sources, "--token-command");
    const char *old = token->generation > 0 ? smc_buf_str(&token->renewed) : settings->token;
    smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_TOKEN_RENEWED, SMCI_FACTS(.status = 401),
                   "Catalog refused the token (HTTP 401): running %s again", name);
    enum smc_status rc = upload_token_read(settings, job->stop_fd, job->log, &fresh, why);
    if (rc == SMC_OK && strcmp(old, smc_buf_str(&fresh)) == 0)
        rc = smc_error_set(why, SMC_ERR_AUTH, "%s printed the same token again", name);
    if (rc != SMC_OK) {
        smc_buf_wipe(&fresh);
        return false;
    }
    smc_buf_wipe(&token->renewed);
    token->renewed = fresh;
    token->generation++;
    token->was_accepted = false;
    return use(token, job, client, why) == SMC_OK;
}

void upload_token_clear(struct upload_token *token)
{
    smc_buf_wipe(&token->renewed);
}
