#include <sigmacat/client.h>

#include "client_object.h"

int64_t smci_client_connection(const struct smc_client *client)
{
    return client->sender.connection;
}

void smci_client_set_connection(struct smc_client *client, smci_client_connection_fn *fn, void *ctx)
{
    client->told_connection = fn;
    client->told_ctx = ctx;
}

enum smc_status smci_client_settle(struct smc_client *client, struct smc_error *err)
{
    bool had_failed = client->has_failed;
    enum smc_status rc = smci_http_settle(client->sender.http, err);
    if (rc == SMC_OK && client->has_failed && !had_failed)
        rc = smc_error_copy(err, &client->failure);
    return rc;
}

void smci_client_begin_again(struct smc_client *client)
{
    smci_client_cancel(client);
    client->has_failed = false;
    client->failure = (struct smc_error)SMC_ERROR_INIT;
    smci_http_use_once(client->sender.http);
}
