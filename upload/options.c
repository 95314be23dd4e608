#include "options.h"

#include "lib/cli/configure.h"
#include "lib/cli/secret.h"

enum smc_status upload_options_read(struct upload_settings *settings, int argc, char **argv,
                                    char *const *envp, struct smc_error *err)
{
    *settings = (struct upload_settings){
        .origin = SMC_BUF_INIT(512), .prefix = SMC_BUF_INIT(1024), .secret = SMC_BUF_INIT(0)};
    enum smc_status rc =
        smci_settings_init(&settings->sources, upload_program()->table, settings, err);
    if (rc != SMC_OK)
        return rc;
    return smci_cli_configure(&settings->sources, upload_program(), argc, argv, envp, err);
}

/* It goes into a header as it is. */
static enum smc_status check_token(const struct upload_settings *settings, const char *flag,
                                   struct smc_error *err)
{
    for (const char *at = settings->token; at && *at; at++)
        if ((unsigned char)*at >= 0x80)
            return smc_error_set(
                err, SMC_ERR_USAGE,
                "%s: the token has a character beyond ASCII, which Catalog's tokens have "
                "not",
                smci_settings_name(&settings->sources, flag));
    return SMC_OK;
}

enum smc_status upload_options_load_secret(struct upload_settings *settings, int stop_fd,
                                           struct smc_log *log, struct smc_error *err)
{
    const char *flag = settings->token_file      ? "--token-file"
                       : settings->token_command ? "--token-command"
                                                 : "--token";
    struct smci_cli_secret from = {.file = settings->token_file,
                                   .command = settings->token_command,
                                   .name = smci_settings_name(&settings->sources, flag),
                                   .stop_fd = stop_fd,
                                   .log = log};
    enum smc_status rc = SMC_OK;
    if (from.file || from.command)
        rc = smci_cli_secret_read(&from, &settings->secret, err);
    if (rc == SMC_OK && settings->secret.len > 0)
        settings->token = settings->secret.data;
    return rc == SMC_OK ? check_token(settings, flag, err) : rc;
}

void upload_options_clear(struct upload_settings *settings)
{
    smci_settings_clear(&settings->sources);
    smc_buf_clear(&settings->origin);
    smc_buf_clear(&settings->prefix);
    smc_buf_wipe(&settings->secret);
}
