/* The token: where it comes from, the header that carries it, and a new one when Catalog refuses
 * it. */
#ifndef UPLOAD_TOKEN_H
#define UPLOAD_TOKEN_H

#include "job.h"

/* Reads the token from its file or command into `token`, which may be uninitialised and is to be
 * wiped by the caller. Errors as smci_cli_secret_read, whose `stop_fd` and `log` these are;
 * SMC_ERR_USAGE also for a token that can't be one. */
enum smc_status upload_token_read(const struct upload_settings *settings, int stop_fd,
                                  struct smc_log *log, struct smc_buf *token,
                                  struct smc_error *err);

/* Makes the value of the Authorization header in `header`, which is empty and is to be wiped by the
 * caller; the log masks the token from now on. SMC_ERR_NOMEM. */
enum smc_status upload_token_header(const char *token, struct smc_log *log, struct smc_buf *header);

/* The token that a run uses. Begin with all 0. */
struct upload_token {
    struct smc_buf renewed; /* in place of the settings' one; empty: not renewed */
    int generation;         /* how often it was renewed */
    bool was_accepted;      /* Catalog has taken a file with this one */
};

/* Catalog has refused the token. By --token-command gets another, once for each that Catalog had
 * accepted, and once for the first, and has `client` use it. False where that can't be: `why` says
 * what went wrong where something did. The command is waited for, and nothing else goes on
 * meanwhile. */
bool upload_token_renew(struct upload_token *token, const struct upload_job *job,
                        struct smc_client *client, struct smc_error *why);

/* Wipes it. */
void upload_token_clear(struct upload_token *token);

#endif
