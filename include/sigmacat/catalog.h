/* Pushing files to Coalesce Catalog's ingest, over one client.
 *
 * On the wire (contract, section 2): POST ORIGIN/PATH, `Authorization: Token TOKEN`,
 * `Accept: text/csv, application/json`, multipart/form-data with one part named `file`. Any 2xx is
 * success; 408, 429 and 5xx are retried from the body's first byte; 401 and 403 end the run. */
#ifndef SIGMACAT_CATALOG_H
#define SIGMACAT_CATALOG_H

#include <sigmacat/client.h>

struct smc_catalog;

struct smc_catalog_opt {
    const char *origin; /* from smc_origin_parse; copied like all that follows */
    const char *prefix; /* a path that goes before every upload's, "/x" or ""; NULL: "" */
    const char *token;
    const char *cacert;
    int parallel; /* files at once; 0 means 1 */
    int retries;
    int64_t retry_base_ms;
    int64_t timeout_ms;
    int stop_fd; /* -1 for none */
    const struct smc_clock *clock;
    struct smc_log *log;
};

#define SMC_CATALOG_OPT_INIT                                                                       \
    {                                                                                              \
        .stop_fd = -1                                                                              \
    }

SMC_API enum smc_status smc_catalog_new(struct smc_catalog **catalog,
                                        const struct smc_catalog_opt *opt, struct smc_error *err);
SMC_API void smc_catalog_free(struct smc_catalog *catalog);

/* How an upload ended: borrowed during the callback. */
struct smc_upload_result {
    int http_status; /* 0: no answer */
    int tries;
    struct smc_error error; /* code SMC_OK: accepted */
};
typedef void smc_upload_fn(void *ctx, const struct smc_upload_result *result);

struct smc_upload {
    const char *path;     /* encoded, without a leading slash; copied */
    const char *filename; /* of the part; borrowed until the callback */
    int fd;               /* borrowed until the callback */
    int64_t size;         /* bytes */
    smc_upload_fn *done;
    void (*progress)(void *ctx, int64_t sent); /* as in smc_upload_body; may be NULL */
    void *ctx;                                 /* of both */
};

/* Queues an upload. SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_catalog_send(struct smc_catalog *catalog,
                                         const struct smc_upload *upload);

/* Sends all that is queued. Errors as smc_client_run; SMC_ERR_AUTH on a 401 or 403. */
SMC_API enum smc_status smc_catalog_run(struct smc_catalog *catalog, struct smc_error *err);

#endif
