#include "advice.h"

#include <stdio.h>

#include "options.h"

/* Which of several credentials they were is half the answer. */
static void name_credentials(const struct extract_settings *settings, struct smc_error *err)
{
    char text[400];
    (void)snprintf(text, sizeof text, "; client id: %s, client secret: %s",
                   smci_settings_name(&settings->sources, "--client-id"),
                   extract_options_secret_name(settings));
    smc_error_append(err, text);
}

void advice_add(const struct extract_settings *settings, enum smc_status rc, struct smc_error *err)
{
    if (rc == SMC_ERR_NETWORK)
        smc_error_append(err, "; --check tells what is in the way, and what to do");
    if (rc == SMC_ERR_AUTH)
        name_credentials(settings, err);
    if (rc == SMC_ERR_CANCELLED && !settings->is_no_resume)
        smc_error_append(err, "; run again to go on");
}
