/* Says whose credentials these are: prints their organisation's id.
 *
 *   cc whoami.c $(pkg-config --cflags --libs libsigmacat) -o whoami
 *
 * Host, client id and client secret come from the variables of
 * castor-extract-sigma(1); the host is that of Sigma's API. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <sigmacat/client.h>
#include "lib/json/tree.h"
#include "lib/net/address.h"

/* Called when the call has ended, whichever way. */
static enum smc_verdict on_whoami(void *ctx,
                                  const struct smc_answer *answer,
                                  struct smc_error *why)
{
    struct smc_error *failure = ctx;
    if (answer->error.code != SMC_OK) {
        *failure = answer->error; /* lent, so copied */
        return SMC_TAKE;
    }
    struct smci_tree *root =
        smci_tree_parse(answer->body, answer->len, why);
    if (!root)
        return SMC_REJECT; /* asked again, as after a lost connection */
    const char *id = smci_tree_text(root, "organizationId");
    if (id)
        (void)printf("%s\n", id);
    else
        (void)smc_error_set(failure, SMC_ERR_SYNTAX,
                            "the answer has no organizationId");
    smci_tree_free(root);
    return SMC_TAKE;
}

static enum smc_status ask(const struct smc_client_opt *opt,
                           struct smc_error *err)
{
    struct smc_client *client = NULL;
    struct smc_error failure = SMC_ERROR_INIT;
    struct smc_request request = {.kind = "whoami",
                                  .target = "/v2/whoami",
                                  .done = on_whoami,
                                  .ctx = &failure};
    enum smc_status rc = smc_client_new(&client, opt, err);
    if (rc == SMC_OK)
        rc = smc_client_send(client, &request);
    if (rc == SMC_OK)
        rc = smc_client_run(client, err);
    /* A run ends well also when a call did not. */
    if (rc == SMC_OK && failure.code != SMC_OK)
        rc = smc_error_set(err, failure.code, "%s", failure.detail);
    smc_client_free(client);
    return rc;
}

int main(void)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf origin = SMC_BUF_INIT(512);
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    const char *host = getenv("CASTOR_SIGMA_HOST");

    /* A lost connection is to be an error, not the end. */
    (void)signal(SIGPIPE, SIG_IGN);
    enum smc_status rc = smci_origin_parse(
        host ? host : "", "CASTOR_SIGMA_HOST", &origin, &err);
    if (rc == SMC_OK) {
        opt.origin = smc_buf_str(&origin);
        opt.client_id = getenv("CASTOR_SIGMA_CLIENT_ID");
        opt.client_secret = getenv("CASTOR_SIGMA_API_TOKEN");
        opt.retries = 4;
        opt.retry_base_ms = 1000;
        rc = ask(&opt, &err);
    }
    if (rc != SMC_OK)
        (void)fprintf(stderr, "whoami: %s\n",
                      *err.detail ? err.detail : smc_error_text(rc));
    smc_buf_clear(&origin);
    return rc == SMC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
