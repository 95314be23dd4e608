/* Pushing files to Coalesce Catalog's ingest, over one client.
 *
 * On the wire (contract, section 2): POST ORIGIN/PATH, `Authorization: Token TOKEN`,
 * `Accept: text/csv, application/json`, multipart/form-data with one part named `file`. Any 2xx is
 * success; 408, 429 and 5xx are retried from the body's first byte; 401 and 403 end the run. */
#ifndef SIGMACAT_CATALOG_H
#define SIGMACAT_CATALOG_H

#include <sigmacat/client.h>

struct catalog;

struct catalog_opt {
    const char *origin; /* from smci_origin_parse; copied like all that follows */
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

#define CATALOG_OPT_INIT                                                                           \
    {                                                                                              \
        .stop_fd = -1                                                                              \
    }

enum smc_status catalog_new(struct catalog **catalog, const struct catalog_opt *opt,
                            struct smc_error *err);
void catalog_free(struct catalog *catalog);

/* How an upload ended: borrowed during the callback. */
struct catalog_result {
    int http_status; /* 0: no answer */
    int tries;
    struct smc_error error; /* code SMC_OK: accepted */
};
typedef void catalog_upload_fn(void *ctx, const struct catalog_result *result);

struct catalog_upload {
    const char *path;     /* encoded, without a leading slash; copied */
    const char *filename; /* of the part; borrowed until the callback */
    int fd;               /* borrowed until the callback */
    int64_t size;         /* bytes */
    catalog_upload_fn *done;
    void (*progress)(void *ctx, int64_t sent); /* as in smc_upload_body; may be NULL */
    void *ctx;                                 /* of both */
};

/* Queues an upload. SMC_ERR_NOMEM. */
enum smc_status catalog_send(struct catalog *catalog, const struct catalog_upload *upload);

/* Sends all that is queued. Errors as smc_client_run; SMC_ERR_AUTH on a 401 or 403. */
enum smc_status catalog_run(struct catalog *catalog, struct smc_error *err);

#endif
