#include "options.h"

#include "lib/cli/configure.h"
#include "lib/cli/secret.h"

enum smc_status upload_options_read(struct upload_settings *settings, int argc, char **argv,
                                    char *const *envp, struct smc_error *err)
{
    *settings = (struct upload_settings){
        .origin = SMC_BUF_INIT(512), .prefix = SMC_BUF_INIT(1024), .secret = SMC_BUF_INIT(0)};
    enum smc_status rc =
        smc_settings_init(&settings->sources, upload_program()->table, settings, err);
    if (rc != SMC_OK)
        return rc;
    struct smc_cli_choice choice = {&settings->config, &settings->profile};
    return smc_cli_configure(&settings->sources, upload_program(), &choice, argc, argv, envp, err);
}

enum smc_status upload_options_load_secret(struct upload_settings *settings, int stop_fd,
                                           struct smc_log *log, struct smc_error *err)
{
    const char *flag = settings->token_file ? "--token-file" : "--token-command";
    struct smc_cli_secret from = {.file = settings->token_file,
                                  .command = settings->token_command,
                                  .name = smc_settings_name(&settings->sources, flag),
                                  .stop_fd = stop_fd,
                                  .log = log};
    if (!from.file && !from.command)
        return SMC_OK;
    enum smc_status rc = smc_cli_secret_read(&from, &settings->secret, err);
    if (rc == SMC_OK)
        settings->token = settings->secret.data;
    return rc;
}

void upload_options_clear(struct upload_settings *settings)
{
    smc_settings_clear(&settings->sources);
    smc_buf_clear(&settings->origin);
    smc_buf_clear(&settings->prefix);
    smc_buf_wipe(&settings->secret);
}
