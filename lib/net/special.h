/* What the programs need and the library does not offer: two kinds of call, a file as a
 * multipart body and a probe of the way to a server, the moment in which a client has nothing to
 * do, and which answers are doubtful. */
#ifndef SMCI_SPECIAL_H
#define SMCI_SPECIAL_H

#include <sigmacat/client_types.h>

#include "latency.h"

struct smci_pace_found;

/* The first thing that stands between us and a server, in the order in which it is met. */
enum smci_failed_step {
    SMCI_STEP_NONE,       /* an answer came, whatever it says */
    SMCI_STEP_PROXY,      /* the proxy's name has no address, or it refused to let us through */
    SMCI_STEP_NAME,       /* the host's name has no address */
    SMCI_STEP_CONNECTION, /* nothing took the connection */
    SMCI_STEP_CA_FILE,    /* the file of the certificates to trust is not one */
    SMCI_STEP_TLS,        /* the server speaks no TLS, or no version that we do */
    SMCI_STEP_ISSUER,     /* its certificate is by nobody who is trusted, */
    SMCI_STEP_HOST,       /*   or for other names than the host's, */
    SMCI_STEP_DATE,       /*   or not valid today */
    SMCI_STEP_ANSWER      /* the connection stood, and no whole answer came */
};

/* The findings of a probe. */
struct smci_probe {
    enum smci_failed_step failed_step;
    bool is_proxied;           /* an HTTP proxy was asked for a tunnel */
    char address[64];          /* who was connected to, the proxy if there is one; "": nobody */
    int64_t certificate_end_s; /* Unix time; 0: no TLS, or not known */
    int64_t date_s;            /* of the answer's Date header; 0: it has none */
};

/* A file as the body of a POST: multipart/form-data with one part named "file", as Catalog's
 * ingest takes it (castor-upload(1)). Each attempt reads it with pread from its first byte,
 * `size` bytes; a short read ends the attempt. */
struct smci_upload {
    int fd;               /* borrowed until the callback */
    int64_t size;         /* bytes */
    const char *filename; /* of the part; borrowed until the callback */
    /* All of these may be NULL. Called with each piece that is read, before it is sent, `at` bytes
     * from the file's beginning: an attempt begins at 0. */
    void (*read)(void *ctx, int64_t at, const void *bytes, size_t len);
    /* Called with the bytes of this attempt that have arrived, as far as the other side has
     * acknowledged them, as they change. */
    void (*progress)(void *ctx, int64_t sent);
    /* Called when all of an attempt has gone out: from now on nobody knows whether it is accepted,
     * until an answer comes. */
    void (*out)(void *ctx);
    /* Called when an attempt was answered by an error: it is known now. */
    void (*denied)(void *ctx);
    void *ctx;
};

/* As smc_client_send, with a file as body. `upload` is copied. */
enum smc_status smci_client_upload(struct smc_client *client, const struct smc_request *request,
                                   const struct smci_upload *upload);

/* Has calls that start from now on carry `authorization`, the value of the header, in place of the
 * one that the client was made with. SMC_ERR_NOMEM: then none does. */
enum smc_status smci_client_authorize(struct smc_client *client, const char *authorization);

/* As smc_client_send, for a GET that carries no credentials and needs none. Any answer, whatever
 * its status, is all that was wanted: only none at all is tried again. `probe` is filled before
 * the request's callback and borrowed until then. */
enum smc_status smci_client_probe(struct smc_client *client, const struct smc_request *request,
                                  struct smci_probe *probe);

/* `idle` is called during a run whenever all that has arrived is dealt with and the client would
 * wait: what takes a while costs least then. It queues nothing. NULL takes it away. */
void smci_client_set_idle(struct smc_client *client, void (*idle)(void *ctx), void *ctx);

/* What the pace has found of the server's limits (pace.h). */
void smci_client_found(const struct smc_client *client, struct smci_pace_found *found);

/* How long answers took so far; borrowed, and counted on. */
const struct smci_latency *smci_client_latency(const struct smc_client *client);

/* By which connection the answer came whose callback is running, from 1; 0: by none. */
int64_t smci_client_connection(const struct smc_client *client);

/* Called once for each connection that has brought answers: that it has ended and they are right, or
 * that all of them are doubtful, since there was one too many (http_connections.h). Of one that was
 * cut in mid-answer nobody knows: it is not called. It may queue calls. Without
 * such a function, or after NULL, a run with doubtful answers fails with SMC_ERR_NETWORK. */
typedef void smci_client_connection_fn(void *ctx, int64_t connection, bool is_doubtful);
void smci_client_set_connection(struct smc_client *client, smci_client_connection_fn *fn,
                                void *ctx);

/* For the end of all calls: waits until no connection can tell any more that its answers are
 * doubtful, at most a second. Also of a client that has failed. SMC_ERR_CANCELLED (stop_fd), and
 * what it fails with now. */
enum smc_status smci_client_settle(struct smc_client *client, struct smc_error *err);

/* Makes a client that may have failed as good as new, but that each call gets a connection of its
 * own: no answer can be doubtful any more. Nothing is queued. */
void smci_client_begin_again(struct smc_client *client);

#endif
