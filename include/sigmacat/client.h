/* HTTP calls to one server: a queue, the pace, the retries and the credentials over one loop.
 *
 * Callers queue calls with a callback and run the client until it is idle; callbacks may queue
 * more. Nothing here knows what the calls are about. One thread owns a client. */
#ifndef SIGMACAT_CLIENT_H
#define SIGMACAT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/clock.h>
#include <sigmacat/error.h>
#include <sigmacat/log.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smc_client;

/* The largest answer that is read, decompressed. */
#define SMC_BODY_MAX ((size_t)64 * 1024 * 1024)

/* Which failures are worth a retry; see retry.h for the two tables. */
enum smc_policy { SMC_POLICY_SIGMA, SMC_POLICY_CATALOG };

struct smc_client_opt {
    const char *origin; /* "https://host[:port]", from smci_origin_parse */
    enum smc_policy policy;
    const char *client_id;     /* with client_secret: a bearer token is fetched from */
    const char *client_secret; /*   POST /v2/auth/token and renewed */
    const char *authorization; /* or the whole value of a fixed Authorization header */
    const char *accept;        /* the Accept header; NULL: "application/json" */
    /* A PEM file of certificates to trust; NULL: CURL_CA_BUNDLE, else SSL_CERT_DIR and SSL_CERT_FILE,
     * else the system's store. */
    const char *cacert;
    int concurrency;               /* calls in flight at most; 0 means 5 */
    double max_rate;               /* calls a second at most; 0 means no bound */
    double learnt_rate;            /* where an earlier run left the pace; 0 means unknown */
    int retries;                   /* tries after the first one; 0 means none */
    int64_t retry_base_ms;         /* the first wait; 0 retries at once */
    int64_t timeout_ms;            /* without progress; 0 means 60,000 */
    int64_t max_time_ms;           /* for all, counted from smc_client_new; 0 means no bound */
    int stop_fd;                   /* readable when the run is to stop; -1 for none */
    const struct smc_clock *clock; /* NULL: the system's */
    struct smc_log *log;           /* may be NULL */
    uint64_t seed;                 /* of the jitter; 0: from the clock */
};

#define SMC_CLIENT_OPT_INIT                                                                        \
    {                                                                                              \
        NULL, SMC_POLICY_SIGMA, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, -1, NULL, NULL, \
            0                                                                                      \
    }

/* All of `opt` is copied; secrets are wiped by smc_client_free. SMC_ERR_USAGE for an option that
 * can't be (its text names it), SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_client_new(struct smc_client **client, const struct smc_client_opt *opt,
                                       struct smc_error *err);
SMC_API void smc_client_free(struct smc_client *client);

/* The first thing that stands between us and a server, in the order in which it is met. */
enum smc_failed_step {
    SMC_STEP_FREE,       /* an answer came, whatever it says */
    SMC_STEP_PROXY,      /* the proxy's name has no address, or it refused to let us through */
    SMC_STEP_NAME,       /* the host's name has no address */
    SMC_STEP_CONNECTION, /* nothing took the connection */
    SMC_STEP_CA_FILE,    /* what holds the certificates to trust is no such file */
    SMC_STEP_TLS,        /* what is there speaks no TLS, or no version that we do */
    SMC_STEP_ISSUER,     /* its certificate is by nobody who is trusted, */
    SMC_STEP_HOST,       /*   or for other names than the host's, */
    SMC_STEP_DATE,       /*   or not valid today */
    SMC_STEP_ANSWER      /* the connection stood, and no whole answer came */
};

/* What a probe learnt. */
struct smc_probe_result {
    enum smc_failed_step obstacle;
    bool is_proxied;           /* an HTTP proxy was asked for a tunnel */
    char address[64];          /* who was connected to, the proxy if there is one; "": nobody */
    int64_t certificate_end_s; /* Unix time; 0: no TLS, or not known */
    int64_t date_s;            /* of the answer's Date header; 0: it has none */
};

/* How a call ended. Everything is borrowed and valid only during the callback. */
struct smc_answer {
    int http_status;  /* 0 when none arrived */
    const char *body; /* of a 2xx: its bytes; never NULL */
    size_t len;
    struct smc_error error;  /* code SMC_OK for a 2xx; else what happened, in words */
    bool is_transient;       /* a failure that another time may mend */
    bool was_alone;          /* failure: no other call has succeeded since this one began */
    int tries;               /* how often it was sent */
    const char *api_code;    /* `code`, `message`, `requestId` of a JSON error body: cleaned and */
    const char *api_message; /*   capped; "" where absent */
    const char *request_id;
    const struct smc_probe_result *way; /* of a probe; else NULL */
};

/* What the callback makes of a 2xx: SMC_TAKE, or SMC_REJECT when the body is not what it should
 * be (not JSON): then it counts as a transient failure, is tried again, and the callback is called
 * again. The reason goes to `why`. For anything but a 2xx the value is ignored. */
enum smc_verdict { SMC_TAKE, SMC_REJECT };
typedef enum smc_verdict smc_answer_fn(void *ctx, const struct smc_answer *answer,
                                       struct smc_error *why);

/* A file as the body of a POST: multipart/form-data with one part named "file". It is read with
 * pread from its first byte at each try, `size` bytes; a short read ends the try. */
struct smc_upload_body {
    int fd;               /* borrowed until the callback */
    int64_t size;         /* bytes */
    const char *filename; /* of the part; borrowed until the callback */
    /* Called with the bytes of this try that were read so far, whenever some were; may be NULL. */
    void (*progress)(void *ctx, int64_t sent);
    void *progress_ctx;
};

struct smc_request {
    const char *kind;   /* a static word for statistics and texts: "workbook_sources" */
    const char *target; /* path and query, encoded, beginning with '/'; copied */
    bool is_single_try; /* no retries (a 401 and a 429 are still dealt with) */
    bool is_urgent;     /* goes before all queued calls that are not */
    bool is_probe; /* a GET that carries no credentials and needs none; any answer, whatever its
                           status, is all that was wanted: only none at all is tried again */
    const struct smc_upload_body *upload; /* NULL: a GET; the struct is copied */
    smc_answer_fn *done;
    void *ctx;
};

/* Queues a call. SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_client_send(struct smc_client *client,
                                        const struct smc_request *request);

/* Called during smc_client_run whenever a call could start and none is queued; it may queue some.
 * So a caller with many calls keeps them where they are cheap. NULL takes it away. */
typedef void smc_refill_fn(void *ctx);
SMC_API void smc_client_set_refill(struct smc_client *client, smc_refill_fn *refill, void *ctx);

/* Runs until nothing is queued, waiting or in flight. An error ends it at once, with the calls
 * under way dropped without their callbacks: SMC_ERR_AUTH (credentials refused), SMC_ERR_CANCELLED,
 * SMC_ERR_TIME, SMC_ERR_NETWORK (nothing accepted for 15 minutes), SMC_ERR_NOMEM, and whatever
 * smc_client_fail was given. */
SMC_API enum smc_status smc_client_run(struct smc_client *client, struct smc_error *err);

/* Ends the run from within a callback; `why` is copied, the first one wins. */
SMC_API void smc_client_fail(struct smc_client *client, const struct smc_error *why);

/* Counts since smc_client_new. */
struct smc_client_stats {
    int64_t calls;     /* sent, each try counted, tokens too */
    int64_t refused;   /* answered 429 */
    int64_t retries;   /* tries beyond a call's first, refusals not counted */
    int64_t waited_ms; /* with nothing in flight: pauses and waits before retries */
    int64_t received;  /* body bytes, decompressed */
    double rate;       /* the learnt limit in calls a second; 0: none met */
};
SMC_API void smc_client_get_stats(const struct smc_client *client, struct smc_client_stats *stats);

/* Calls each (kind, status, count) once, those of a kind one after the other; status 0 stands for
 * "no answer". */
typedef void smc_stat_fn(void *ctx, const char *kind, int http_status, int64_t count);
SMC_API void smc_client_each_stat(const struct smc_client *client, smc_stat_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
