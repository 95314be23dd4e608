/* The server: starts, takes requests in, stops. */
#include "priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FORM_MAX = 64 << 10, CONNECTION_MEMORY = 512 << 10 };

static void *request_started(void *cls, const char *uri, struct MHD_Connection *conn)
{
    return request_new(cls, conn, uri);
}

static void request_ended(void *cls, struct MHD_Connection *conn, void **ctx,
                          enum MHD_RequestTerminationCode code)
{
    struct request *req = *ctx;

    (void)cls;
    (void)conn;
    (void)code;
    if (req && req->begun)
        stats_end(req, 0, 0);
    request_free(req);
    *ctx = NULL;
}

static void connection_changed(void *cls, struct MHD_Connection *conn, void **ctx,
                               enum MHD_ConnectionNotificationCode code)
{
    struct sim *sim = cls;

    (void)conn;
    (void)ctx;
    bool is_new = code == MHD_CONNECTION_NOTIFY_STARTED;

    pthread_mutex_lock(&sim->lock);
    sim->stats.connections += is_new;
    sim->stats.open += is_new ? 1 : -1;
    pthread_mutex_unlock(&sim->lock);
}

static enum MHD_Result answer_own(struct request *req)
{
    struct answer a = ANSWER_INIT;
    char *json = NULL;

    if (strcmp(req->path, "/_sim/lineage") == 0)
        return lineage_send(req);
    if (strcmp(req->path, "/_sim/stats") == 0)
        json = sim_stats_json(req->sim);
    else if (strcmp(req->path, "/_sim/uploads") == 0)
        json = sim_uploads_json(req->sim);
    if (json)
        text_str(&a.body, json);
    else
        answer_text(&a, 404, "no such page");
    free(json);
    return answer_send(req, &a);
}

static enum MHD_Result begin(struct request *req, const char *method)
{
    req->begun = true;
    if (req->own)
        return MHD_YES;
    ingest_classify(req);
    if (req->kind != K_UPLOAD)
        sigma_classify(req, method);
    stats_begin(req);
    return req->kind == K_UPLOAD ? ingest_begin(req, method) : MHD_YES;
}

/* libmicrohttpd calls this when the headers are there, for each piece of the body, and at the
 * end. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *conn, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **ctx)
{
    struct request *req = *ctx;

    (void)cls;
    (void)conn;
    (void)url;
    (void)version;
    if (!req)
        return MHD_NO;
    if (!req->begun)
        return begin(req, method);
    if (*data_len > 0 && req->ingest)
        return ingest_data(req, data, data_len);
    if (*data_len > 0) {
        if (req->body.len + *data_len <= FORM_MAX)
            text_add(&req->body, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    if (req->own)
        return answer_own(req);
    if (req->kind == K_UPLOAD)
        return req->ingest ? ingest_end(req) : MHD_NO;
    return sigma_respond(req, method);
}

static void ignore_log(void *cls, const char *format, va_list args)
{
    (void)cls;
    (void)format;
    (void)args;
}

static int start_daemon(struct sim *sim, char *why, size_t why_size)
{
    const struct sim_options *o = &sim->opt;
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {o->tls_cert_pem ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0,
         (void *)(uintptr_t)o->tls_cert_pem},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->tls_key_pem},
        {o->tls_priority ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, 0,
         (void *)(uintptr_t)o->tls_priority},
        {MHD_OPTION_END, 0, NULL},
    };
    const union MHD_DaemonInfo *info;
    struct sockaddr_in where;

    memset(&where, 0, sizeof(where));
    where.sin_family = AF_INET;
    where.sin_port = htons((uint16_t)o->port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (o->tls_cert_pem)
        flags |= MHD_USE_TLS;
    sim->daemon = MHD_start_daemon(
        flags, (uint16_t)o->port, NULL, NULL, handle, sim, MHD_OPTION_EXTERNAL_LOGGER, ignore_log,
        NULL, MHD_OPTION_SOCK_ADDR, &where, MHD_OPTION_URI_LOG_CALLBACK, request_started, sim,
        MHD_OPTION_NOTIFY_COMPLETED, request_ended, sim, MHD_OPTION_NOTIFY_CONNECTION,
        connection_changed, sim, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_LIMIT, 4000u, MHD_OPTION_THREAD_STACK_SIZE, (size_t)(512 << 10),
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    info = sim->daemon ? MHD_get_daemon_info(sim->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info) {
        snprintf(why, why_size,
                 "the server could not be started: port %u taken, or a bad "
                 "certificate",
                 o->port);
        return -1;
    }
    sim->port = info->port;
    snprintf(sim->url, sizeof(sim->url), "%s://127.0.0.1:%u", o->tls_cert_pem ? "https" : "http",
             sim->port);
    return 0;
}

static const char **texts_of(struct sim_options *o, size_t i)
{
    const char **texts[] = {&o->client_id,   &o->client_secret,     &o->tls_cert_pem,
                            &o->tls_key_pem, &o->upload_token,      &o->save_dir,
                            &o->replay_file, &o->limit_retry_after, &o->date};

    return i < sizeof(texts) / sizeof(*texts) ? texts[i] : NULL;
}

static int copy_options(struct sim *sim, const struct sim_options *opt)
{
    const char **text;
    size_t i;
    int rc = 0;

    sim->opt = *opt;
    for (i = 0; (text = texts_of(&sim->opt, i)) != NULL; i++) {
        if (!*text)
            continue;
        *text = strdup(*text);
        if (!*text)
            rc = -1;
    }
    return rc;
}

static const char *bad_option(const struct sim_options *o)
{
    const long counts[] = {o->connections,
                           o->workbooks,
                           o->datamodels,
                           o->datasets,
                           o->files,
                           o->members,
                           o->tables,
                           o->elements,
                           o->sources,
                           o->lineage,
                           o->datamodel_sources,
                           o->dataset_sources,
                           o->columns,
                           o->teams,
                           o->tags,
                           o->workspaces,
                           o->reports,
                           o->grants,
                           o->page_size,
                           o->latency_ms,
                           o->jitter_ms,
                           o->burst};
    const int percents[] = {o->paths_missing_percent, o->paths_conflict_percent,
                            o->lineage_broken_percent, o->columns_broken_percent};
    size_t i;

    for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        if (counts[i] < 0 || counts[i] > 1000000000)
            return "a count is negative or beyond 1000000000";
    if (o->port > 65535)
        return "no such port";
    if (!o->tls_cert_pem != !o->tls_key_pem)
        return "a certificate needs its key, and a key its certificate";
    for (i = 0; i < sizeof(percents) / sizeof(*percents); i++)
        if (percents[i] < 0 || percents[i] > 100)
            return "a percentage is not within 0 and 100";
    return o->rate < 0 ? "a rate is negative" : NULL;
}

struct sim *sim_start(const struct sim_options *opt, char *why, size_t why_size)
{
    const char *bad = bad_option(opt);
    struct sim *sim = bad ? NULL : calloc(1, sizeof(*sim));

    if (!sim) {
        snprintf(why, why_size, "%s", bad ? bad : "no memory");
        return NULL;
    }
    sim->stop_pipe[0] = sim->stop_pipe[1] = -1;
    pthread_mutex_init(&sim->lock, NULL);
    if (copy_options(sim, opt) != 0 || pipe(sim->stop_pipe) != 0 || limits_start(sim) != 0) {
        snprintf(why, why_size, "no memory or no file descriptors");
        goto failed;
    }
    if (sim->opt.replay_file) {
        sim->replay = replay_load(sim->opt.replay_file, why, why_size);
        if (!sim->replay)
            goto failed;
    }
    if (start_daemon(sim, why, why_size) != 0)
        goto failed;
    return sim;
failed:
    sim_stop(sim);
    return NULL;
}

int sim_replay(struct sim *sim, const char *file, char *why, size_t why_size)
{
    struct replay *replay = replay_load(file, why, why_size);

    if (!replay)
        return -1;
    pthread_mutex_lock(&sim->lock);
    replay_free(sim->replay);
    sim->replay = replay;
    pthread_mutex_unlock(&sim->lock);
    return 0;
}

void sim_stop(struct sim *sim)
{
    const char **text;
    size_t i;

    if (!sim)
        return;
    /* Closing the writing end wakes everything that waits, for good. */
    if (sim->stop_pipe[1] >= 0)
        close(sim->stop_pipe[1]);
    if (sim->daemon)
        MHD_stop_daemon(sim->daemon);
    if (sim->stop_pipe[0] >= 0)
        close(sim->stop_pipe[0]);
    sim_faults_clear(sim);
    shifts_clear(sim);
    replay_free(sim->replay);
    limits_stop(sim);
    stats_clear(sim);
    uploads_clear(sim);
    for (i = 0; (text = texts_of(&sim->opt, i)) != NULL; i++)
        free((void *)(uintptr_t)*text);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}

unsigned sim_port(const struct sim *sim)
{
    return sim->port;
}

const char *sim_url(const struct sim *sim)
{
    return sim->url;
}
