/* Catalog's ingest over one client: the header, the path, and what a refusal of the token means. */
#include "catalog.h"

#include <stdlib.h>
#include <string.h>

#define KIND         "upload"
#define ACCEPT       "text/csv, application/json"
#define TOKEN_SCHEME "Token "

/* From catalog_send to its callback, or to catalog_free when the run ended before. */
struct sending {
    struct catalog *catalog;
    struct sending *next;
    catalog_upload_fn *done;
    void *ctx;
};

struct catalog {
    struct smc_client *client;
    char *prefix;
    struct sending *first;
};

/* ---- life ---- */

static enum smc_status make_client(struct catalog *catalog, const struct catalog_opt *opt,
                                   struct smc_error *err)
{
    struct smc_buf header = SMC_BUF_INIT(SIZE_MAX);
    /* Reserved at once: growing would leave copies of the token behind. */
    enum smc_status rc = smc_buf_reserve(&header, sizeof TOKEN_SCHEME + strlen(opt->token));
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&header, TOKEN_SCHEME);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&header, opt->token);
    if (rc == SMC_OK)
        rc = smc_log_hide(opt->log, opt->token);
    if (rc != SMC_OK) {
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
        goto out;
    }
    struct smc_client_opt client = SMC_CLIENT_OPT_INIT;
    client.origin = opt->origin;
    client.policy = SMC_POLICY_CATALOG;
    client.authorization = header.data;
    client.accept = ACCEPT;
    client.cacert = opt->cacert;
    client.concurrency = opt->parallel ? opt->parallel : 1;
    client.retries = opt->retries;
    client.retry_base_ms = opt->retry_base_ms;
    client.timeout_ms = opt->timeout_ms;
    client.stop_fd = opt->stop_fd;
    client.clock = opt->clock;
    client.log = opt->log;
    rc = smc_client_new(&catalog->client, &client, err);
out:
    smc_buf_wipe(&header);
    return rc;
}

enum smc_status catalog_new(struct catalog **out, const struct catalog_opt *opt,
                            struct smc_error *err)
{
    *out = NULL;
    if (!opt->token || !*opt->token)
        return smc_error_set(err, SMC_ERR_USAGE, "token: missing");
    struct catalog *catalog = calloc(1, sizeof *catalog);
    if (!catalog)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    catalog->prefix = strdup(opt->prefix ? opt->prefix : "");
    enum smc_status rc = catalog->prefix ? make_client(catalog, opt, err)
                                         : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    if (rc != SMC_OK) {
        catalog_free(catalog);
        return rc;
    }
    *out = catalog;
    return SMC_OK;
}

void catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return;
    smc_client_free(catalog->client);
    while (catalog->first) {
        struct sending *one = catalog->first;
        catalog->first = one->next;
        free(one);
    }
    free(catalog->prefix);
    free(catalog);
}

/* ---- sending ---- */

static void forget(struct sending *one)
{
    struct sending **link = &one->catalog->first;
    while (*link != one)
        link = &(*link)->next;
    *link = one->next;
    free(one);
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct sending *one = ctx;
    struct smc_client *client = one->catalog->client;
    struct catalog_result result = {answer->http_status, answer->tries, answer->error};
    bool is_refused = answer->http_status == 401 || answer->http_status == 403;
    (void)why;
    if (is_refused) {
        result.error.code = SMC_ERR_AUTH;
        smc_error_context(&result.error,
                          "Catalog refused the token; check the token, the source id and the zone");
    }
    one->done(one->ctx, &result);
    forget(one);
    if (is_refused)
        smc_client_fail(client, &result.error);
    return SMC_TAKE;
}

enum smc_status catalog_send(struct catalog *catalog, const struct catalog_upload *upload)
{
    struct smc_upload_body body = {upload->fd, upload->size, upload->filename, upload->progress,
                                   upload->ctx};
    struct smc_request request = {.kind = KIND, .upload = &body, .done = on_answer};
    struct smc_buf target = SMC_BUF_INIT(SIZE_MAX);
    struct sending *one = malloc(sizeof *one);
    enum smc_status rc =
        one ? smc_buf_addf(&target, "%s/%s", catalog->prefix, upload->path) : SMC_ERR_NOMEM;
    if (rc == SMC_OK) {
        request.target = target.data;
        request.ctx = one;
        rc = smc_client_send(catalog->client, &request);
    }
    smc_buf_clear(&target);
    if (rc != SMC_OK) {
        free(one);
        return rc;
    }
    *one = (struct sending){catalog, catalog->first, upload->done, upload->ctx};
    catalog->first = one;
    return SMC_OK;
}

enum smc_status catalog_run(struct catalog *catalog, struct smc_error *err)
{
    return smc_client_run(catalog->client, err);
}
