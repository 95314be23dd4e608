#include "hidden.h"

#include <stdlib.h>
#include <string.h>

#include <sigmacat/buf.h>

#include "http_url.h"

#define PASSWORD_MAX ((size_t)64 * 1024)

static enum smc_status hide_proxy(struct smc_log *log, const char *proxy)
{
    struct smc_buf password = SMC_BUF_INIT(PASSWORD_MAX);
    enum smc_status rc = smci_http_url_password(proxy, &password);
    if (rc == SMC_OK)
        rc = smc_log_hide(log, password.data);
    smc_buf_wipe(&password);
    return rc;
}

enum smc_status smci_hide_secrets(struct smc_log *log, const struct smc_client_opt *opt)
{
    static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    /* Of "Bearer TOKEN" the scheme is not a secret. */
    const char *space = opt->authorization ? strrchr(opt->authorization, ' ') : NULL;
    enum smc_status rc = smc_log_hide(log, space ? space + 1 : opt->authorization);
    if (rc == SMC_OK && !opt->authorization)
        rc = smc_log_hide(log, opt->client_secret);
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0] && rc == SMC_OK; i++) {
        const char *proxy = getenv(proxies[i]);
        if (proxy && *proxy)
            rc = hide_proxy(log, proxy);
    }
    return rc;
}
