/* The structs of <sigmacat/client.h>, which programs include: options, requests, answers, counts.
 *
 * Structs of options may get more members at their end. A program passes the size of the struct
 * that it was compiled with (the inline functions of client.h do it), as in openat2(2): members
 * that an older program lacks count as zero, and zero always means the default. A newer program
 * that sets what this library does not know gets SMC_ERR_USAGE. */
#ifndef SIGMACAT_CLIENT_TYPES_H
#define SIGMACAT_CLIENT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/clock.h>
#include <sigmacat/error.h>
#include <sigmacat/log.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smc_client;

/* The largest answer that is read, decompressed. Of an error no more than 64 KiB is: the body of a
 * longer one counts as empty. Of answers in flight at once, one may be larger than 4 MiB: others
 * wait with what is beyond. */
#define SMC_BODY_MAX ((size_t)64 * 1024 * 1024)

/* How to go over the network, whoever is asked. Everything is borrowed. */
struct smc_network {
    int64_t timeout_ms;    /* an attempt ends when no byte came or went for so long; 0: 60,000 */
    int64_t retry_base_ms; /* the wait before the first retry, then doubled; 0: 1,000; -1: none */
    /* A PEM file of certificates to trust; NULL: CURL_CA_BUNDLE, else REQUESTS_CA_BUNDLE, else
     * SSL_CERT_DIR and SSL_CERT_FILE, else the system's store. */
    const char *cacert;
    const struct smc_clock *clock; /* NULL: the system's */
    struct smc_log *log;           /* NULL: none */
    int retries;                   /* attempts after the first; 0: 4; -1: none */
    int stop_fd;                   /* readable when all is to stop; 0: there is none */
    int64_t reserved[4];           /* room for more, since this struct stands in others; zero */
};

/* Which failures are worth a retry; castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS", and
 * castor-upload(1), "WHEN CATALOG OR THE NETWORK FAILS", have the two tables. */
enum smc_policy { SMC_POLICY_SIGMA, SMC_POLICY_CATALOG };

struct smc_client_opt {
    /* The server as a person gives it: a host name, with or without https:// and a port. Plain
     * http:// is for loopback only, since credentials would travel unencrypted; a user name, a
     * path or a query is refused. */
    const char *origin;
    const char *client_id;     /* with client_secret: a bearer token is fetched from */
    const char *client_secret; /*   POST /v2/auth/token and renewed */
    const char *authorization; /* or the whole value of a fixed Authorization header; "": none */
    const char *accept;        /* the Accept header; NULL: "application/json" */
    double max_rate;           /* calls a second at most; 0: no bound */
    double learnt_rate;        /* where an earlier run left the pace; 0: unknown */
    int64_t max_time_ms;       /* for all, counted from smc_client_new; 0: no bound */
    uint64_t seed;             /* of the jitter; 0: from the clock */
    int concurrency;           /* calls in flight at most; 0: 5 */
    enum smc_policy policy;
    struct smc_network network;
    const char *service; /* what texts call the server: "Sigma's API"; NULL: "the API" */
};

#ifdef __cplusplus
#define SMC_CLIENT_OPT_INIT                                                                        \
    {                                                                                              \
    }
#else
#define SMC_CLIENT_OPT_INIT                                                                        \
    {                                                                                              \
        NULL                                                                                       \
    }
#endif

/* How a call ended. Everything is borrowed and valid only during the callback. */
struct smc_answer {
    int http_status;  /* 0: none arrived */
    const char *body; /* its bytes, with a NUL behind them, whatever the status; never NULL; at most
                         SMC_BODY_MAX. A server may repeat in it what it was sent. */
    size_t len;
    struct smc_error error;  /* code SMC_OK for a 2xx; else what happened, in words */
    bool is_transient;       /* a failure that another time may mend */
    bool was_alone;          /* failure: no other call has succeeded since this one began */
    int attempts;            /* how often it was sent */
    const char *api_code;    /* `code`, `message`, `requestId` of a JSON error body: cleaned and */
    const char *api_message; /*   capped; "" where absent */
    const char *request_id;
    bool is_html; /* a web page, by its Content-Type */
};

/* The callback's word on a 2xx: SMC_TAKE, or SMC_REJECT when the body is not what it should be (not
 * JSON). Then it counts as a transient failure under SMC_POLICY_SIGMA and is tried again, and the
 * callback is called for the next answer. The reason goes to `why`. For anything but a 2xx the
 * verdict is ignored.
 *
 * When smc_client_send has said SMC_OK, the callback has one last call, whatever happens. Where
 * the run fails or the client is freed before an answer is there, its `error` has the code
 * SMC_ERR_CANCELLED, which no other answer has: nothing is to be made of it but to free what
 * `ctx` is. */
enum smc_verdict { SMC_TAKE, SMC_REJECT };
typedef enum smc_verdict smc_answer_fn(void *ctx, const struct smc_answer *answer,
                                       struct smc_error *why);

/* One "name=value" of a query. Both are percent-encoded by the library. */
struct smc_query {
    const char *name;
    const char *value; /* NULL: the pair is left out */
};

/* A GET, or with a `body` a POST. All is copied but `kind`. */
struct smc_request {
    const char *kind;   /* a static word for statistics and texts: "workbook_sources" */
    const char *target; /* the path, beginning with '/', encoded; it may have a query */
    smc_answer_fn *done;
    void *ctx;
    /* No retries, though a 401 and a 429 are still dealt with: for a POST that must not be made
     * twice. */
    bool is_single_attempt;
    bool is_urgent; /* goes before all queued calls that are not */
    /* `query_count` pairs, put behind those in `target`; may be NULL. */
    const struct smc_query *query;
    size_t query_count;
    const void *body; /* NULL: none, a GET */
    size_t body_len;
    const char *content_type; /* of the body; NULL: "application/json" */
    /* Called just before it is sent for the first time: there is a token then. May be NULL. */
    void (*begun)(void *ctx);
    /* About one object of many. Under SMC_POLICY_SIGMA its 500 is not tried again: it is often the
     * object's own, and fifty of them would be a storm. */
    bool is_object;
    size_t body_max; /* bytes that a 2xx may have, decompressed; more is SMC_ERR_CAP; 0, or more
                        than that: SMC_BODY_MAX */
    int64_t timeout_min_ms; /* an attempt may be silent for so long, where the client's timeout_ms
                               is less; 0: as that says */
};

/* Counts since smc_client_new. */
struct smc_client_stats {
    int64_t calls;     /* sent, each attempt counted, tokens too */
    int64_t refused;   /* answered 429 */
    int64_t retries;   /* attempts beyond a call's first, refusals not counted */
    int64_t waited_ms; /* with nothing in flight: pauses and waits before retries */
    int64_t received;  /* body bytes, decompressed */
    double rate;       /* the learnt limit in calls a second; 0: none met */
    int64_t wait_ms;   /* from now on until a call may start: a pause, a retry's wait; 0: none */
    int64_t asked_ms;  /* what is left of the time that the server has asked for by Retry-After */
};

#ifdef __cplusplus
}
#endif

#endif
