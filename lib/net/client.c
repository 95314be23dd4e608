/* A client composes the parts: who may start, what follows from an end, the loop, and how it all
 * ends. It calls the queue, the calls, the token and the sender; they tell by their callbacks. */
#include <sigmacat/client.h>

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"

#include "client_object.h"
#include "client_options.h"
#include "hidden.h"

/* castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS", the row on 429. */
#define SILENCE_MAX_MS ((int64_t)15 * 60 * 1000)

/* What has gone out whole when a run fails gets so long for its answer. */
#define FINISH_MS 2000

static int64_t now_ms(const struct smc_client *client)
{
    return smci_sender_now(&client->sender);
}

void smc_client_fail(struct smc_client *client, const struct smc_error *why)
{
    if (!client->has_failed)
        client->failure = *why;
    client->has_failed = true;
}

/* ---- what the calls and the token tell ---- */

static void on_token_failed(void *ctx, const struct smc_error *why)
{
    smc_client_fail(ctx, why);
}

/* After a 401: with a new token once more, or no more. */
static void reauthorize(struct smc_client *client, struct smci_call *call,
                        const struct smci_attempt *attempt)
{
    if (client->has_token && !call->was_reauthorized) {
        call->was_reauthorized = true;
        smci_auth_refused(&client->token.auth, call->generation);
        smci_queue_push_back(&client->queue, call);
        return;
    }
    struct smc_error why = SMC_ERROR_INIT;
    (void)smci_sender_describe(&client->sender, attempt, smci_call_method(call),
                               smc_buf_str(&call->target), &why);
    why.code = SMC_ERR_AUTH;
    smc_error_context(&why, client->has_token ? "a new token was refused as well"
                                              : "the credentials were refused");
    smc_client_fail(client, &why);
    smci_queue_push_back(&client->queue, call); /* to be cancelled with all others */
}

static void on_call_ended(void *ctx, struct smci_call *call, const struct smci_decision *decision,
                          const struct smci_attempt *attempt)
{
    struct smc_client *client = ctx;
    smci_queue_land(&client->queue, call);
    switch (decision->action) {
    case SMCI_RETRY:
        smci_queue_wait(&client->queue, call, now_ms(client) + decision->wait_ms);
        return;
    case SMCI_THROTTLED:
        smci_queue_push_back(&client->queue, call);
        return;
    case SMCI_REAUTH:
        reauthorize(client, call, attempt);
        return;
    case SMCI_DONE:
    case SMCI_FAIL:
        smci_call_free(call);
        return;
    }
}

static void on_connection(void *ctx, int64_t connection, bool is_doubtful)
{
    struct smc_client *client = ctx;
    struct smc_error why = SMC_ERROR_INIT;
    bool is_token = connection == client->token.connection;
    if (is_doubtful)
        smci_log_event(
            client->sender.log, SMC_LOG_WARN, SMCI_EVENT_ANSWER_TOO_MANY, NULL,
            "On a connection to the server lay an answer that nobody had asked for: what "
            "came by it before may have been meant for another call");
    if (is_doubtful && (is_token || !client->told_connection)) {
        (void)smc_error_set(&why, SMC_ERR_NETWORK,
                            "the server sent more answers than it was asked for, %s; run again",
                            is_token ? "also to the token call: whose token it is can't be told"
                                     : "so that what it said can't be relied upon");
        smc_client_fail(client, &why);
    }
    if (client->told_connection)
        client->told_connection(client->told_ctx, connection, is_doubtful);
}

/* ---- life ---- */

static enum smc_status set_authorization(struct smc_client *client, const char *value)
{
    /* Reserved at once, so that no copy is left behind by growing. */
    (void)smc_buf_reserve(&client->authorization, strlen(value) + 32);
    return smc_buf_addf(&client->authorization, "Authorization: %s", value);
}

static enum smc_status take_texts(struct smc_client *client, const struct smc_client_opt *opt)
{
    enum smc_status rc = smc_buf_addf(&client->accept, "Accept: %s", opt->accept);
    client->has_token = !opt->authorization;
    if (rc == SMC_OK)
        rc = smci_hide_secrets(client->sender.log, opt);
    client->sender.service = opt->service ? strdup(opt->service) : NULL;
    if (rc != SMC_OK || (opt->service && !client->sender.service))
        return rc != SMC_OK ? rc : SMC_ERR_NOMEM;
    if (client->has_token)
        return smci_auth_init(&client->token.auth, opt->client_id, opt->client_secret);
    return set_authorization(client, opt->authorization);
}

static void take_numbers(struct smc_client *client, const struct smc_client_opt *opt)
{
    const struct smc_clock *clock = opt->network.clock;
    uint64_t seed =
        opt->seed ? opt->seed
                  : (uint64_t)clock->wall_ms(clock->ctx) ^ ((uint64_t)(uintptr_t)client << 16);
    client->concurrency = opt->concurrency;
    client->max_time_ms = opt->max_time_ms;
    if (opt->max_time_ms)
        client->deadline_ms = now_ms(client) + opt->max_time_ms;
    smci_rng_seed(&client->sender.rng, seed);
    const struct smci_pace_opt pace = {client->concurrency, opt->max_rate, opt->learnt_rate, ~seed};
    smci_pace_init(&client->sender.pace, &pace, now_ms(client));
}

/* Ties the parts together. `opt` has its defaults. */
static enum smc_status init(struct smc_client *client, const struct smc_client_opt *opt,
                            struct smc_error *err)
{
    client->sender.policy = opt->policy;
    client->sender.retry =
        (struct smci_retry_opt){opt->network.retries, opt->network.retry_base_ms};
    client->sender.clock = opt->network.clock;
    client->sender.log = opt->network.log;
    if (!client->sender.log)
        client->sender.log = client->own_log = smc_log_new(-1, SMC_LOG_ERROR, SMC_LOG_TEXT);
    client->sender.refusal_told_ms = INT64_MIN;
    client->token.sender = &client->sender;
    client->token.failed = on_token_failed;
    client->token.ctx = client;
    client->owner = (struct smci_call_owner){&client->sender, on_call_ended, client};
    smc_buf_init(&client->accept, 1024);
    smc_buf_init(&client->authorization, 65536);
    take_numbers(client, opt);
    enum smc_status rc = client->sender.log ? take_texts(client, opt) : SMC_ERR_NOMEM;
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    const struct smci_http_opt http = {opt->network, client->concurrency};
    rc = smci_http_new(&client->sender.http, &http, err);
    if (rc == SMC_OK)
        smci_http_set_connection(client->sender.http, on_connection, client);
    return rc;
}

enum smc_status smc_client_new_sized(struct smc_client **out, const struct smc_client_opt *given,
                                     size_t size, struct smc_error *err)
{
    struct smc_client_opt opt;
    struct smc_buf origin = SMC_BUF_INIT(4096);
    *out = NULL;
    enum smc_status rc = smci_client_options(&opt, given, size, &origin, err);
    struct smc_client *client = rc == SMC_OK ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        smc_buf_clear(&origin);
        return rc == SMC_OK ? smc_error_set(err, SMC_ERR_NOMEM, "out of memory") : rc;
    }
    smci_queue_init(&client->queue);
    client->sender.origin = origin.data;
    rc = init(client, &opt, err);
    if (rc != SMC_OK) {
        smc_client_free(client);
        return rc;
    }
    *out = client;
    return SMC_OK;
}

void smci_client_cancel(struct smc_client *client)
{
    if (client->sender.http)
        smci_http_drop(client->sender.http);
    client->token.is_asked = false;
    for (struct smci_call *call; (call = smci_queue_take_any(&client->queue));)
        smci_call_cancel(call, &client->failure);
}

void smc_client_free(struct smc_client *client)
{
    if (!client)
        return;
    struct smc_error why = SMC_ERROR_INIT;
    (void)smc_error_set(&why, SMC_ERR_CANCELLED, "the client was closed");
    smc_client_fail(client, &why);
    smci_client_cancel(client);
    smci_http_free(client->sender.http);
    smci_auth_clear(&client->token.auth);
    smc_buf_wipe(&client->authorization);
    smci_stats_clear(&client->sender.stats);
    smc_buf_clear(&client->accept);
    smc_log_free(client->own_log);
    free(client->sender.origin);
    free(client->sender.service);
    free(client);
}

/* ---- sending ---- */

static enum smc_status queue_call(struct smc_client *client, const struct smc_request *request,
                                  const struct smci_upload *upload, struct smci_probe *probe)
{
    enum smc_status rc = smci_request_check(request);
    if (rc == SMC_OK && client->has_failed)
        rc = client->failure.code;
    if (rc != SMC_OK)
        return rc;
    struct smci_call *call = smci_call_new(request);
    if (!call)
        return SMC_ERR_NOMEM;
    call->is_upload = upload != NULL;
    if (upload)
        call->upload = *upload;
    call->probe = probe;
    smci_queue_push(&client->queue, call);
    return SMC_OK;
}

enum smc_status smc_client_send_sized(struct smc_client *client, const struct smc_request *request,
                                      size_t size)
{
    struct smc_request whole;
    if (!client || !request || !smci_options_copy(&whole, sizeof whole, request, size))
        return SMC_ERR_USAGE;
    return queue_call(client, &whole, NULL, NULL);
}

enum smc_status smci_client_upload(struct smc_client *client, const struct smc_request *request,
                                   const struct smci_upload *upload)
{
    return queue_call(client, request, upload, NULL);
}

enum smc_status smci_client_authorize(struct smc_client *client, const char *authorization)
{
    smc_buf_wipe(&client->authorization);
    return set_authorization(client, authorization);
}

enum smc_status smci_client_probe(struct smc_client *client, const struct smc_request *request,
                                  struct smci_probe *probe)
{
    return queue_call(client, request, NULL, probe);
}

void smc_client_set_refill(struct smc_client *client, smc_refill_fn *refill, void *ctx)
{
    client->refill = refill;
    client->refill_ctx = ctx;
}

void smci_client_set_idle(struct smc_client *client, void (*idle)(void *ctx), void *ctx)
{
    smci_http_set_idle(client->sender.http, idle, ctx);
}

/* ---- who may start ---- */

static const struct smci_call *next_call(struct smc_client *client)
{
    const struct smci_call *call = smci_queue_next(&client->queue);
    /* Calls that wait for a retry hold a place: when all fails, no more are begun than can be
     * finished. */
    if (!call && client->refill && client->queue.waiting_count < client->concurrency) {
        client->refill(client->refill_ctx);
        call = smci_queue_next(&client->queue);
    }
    return call;
}

static void start_call(struct smc_client *client)
{
    struct smc_error why = SMC_ERROR_INIT;
    struct smci_call *call = smci_queue_take(&client->queue);
    const struct smci_auth *auth = &client->token.auth;
    const struct smc_buf *line = client->has_token ? &auth->header : &client->authorization;
    call->generation = auth->generation;
    if (smci_call_start(call, &client->owner, smc_buf_str(&client->accept), smc_buf_str(line),
                        &why) != SMC_OK)
        smc_client_fail(client, &why);
}

/* Starts what may start; returns the milliseconds until more may, SMCI_PACE_FULL when only the end
 * of a call can bring something new. */
static int64_t admit(struct smc_client *client)
{
    for (;;) {
        int64_t now = now_ms(client);
        smci_queue_wake(&client->queue, now);
        const struct smci_call *next = client->has_failed ? NULL : next_call(client);
        if (!next || client->has_failed || client->token.is_asked)
            return SMCI_PACE_FULL;
        bool is_token =
            client->has_token && !next->probe && smci_auth_needs_token(&client->token.auth, now);
        int64_t wait = is_token ? smci_token_wait_ms(&client->token, now)
                                : smci_pace_wait_ms(&client->sender.pace, now);
        if (wait > 0)
            return wait;
        if (is_token)
            smci_token_ask(&client->token, now);
        else
            start_call(client);
    }
}

/* ---- the loop ---- */

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* `wait_ms`, or less when a call is due, the run's time is over, or at `end_ms`. */
static int64_t wait_until_due(const struct smc_client *client, int64_t wait_ms, int64_t end_ms)
{
    int64_t now = now_ms(client);
    int64_t due = least_of(smci_queue_due_ms(&client->queue), end_ms);
    if (client->deadline_ms)
        due = least_of(due, client->deadline_ms);
    if (due - now < wait_ms)
        wait_ms = due - now;
    return wait_ms < 0 ? 0 : wait_ms;
}

static void fail_when_over(struct smc_client *client)
{
    int64_t now = now_ms(client);
    struct smc_error why = SMC_ERROR_INIT;
    if (client->deadline_ms && now >= client->deadline_ms)
        (void)smc_error_set(&why, SMC_ERR_TIME,
                            "the time for the whole run (%g s) is over; run again to go on",
                            (double)client->max_time_ms / 1000);
    else if (smci_pace_refused_for_ms(&client->sender.pace, now) >= SILENCE_MAX_MS)
        (void)smc_error_set(&why, SMC_ERR_NETWORK,
                            "for 15 minutes the server refused every call (HTTP %d); it blocks "
                            "this account or address: wait before you run again",
                            client->sender.refused_status);
    if (why.code != SMC_OK)
        smc_client_fail(client, &why);
}

static bool has_nothing_left(const struct smc_client *client)
{
    return smci_http_in_flight(client->sender.http) == 0 && !smci_queue_next(&client->queue) &&
           !client->queue.waiting;
}

/* A clock that stands still is moved on when nothing else can bring anything new. */
static void poll_http(struct smc_client *client, int64_t wait_ms)
{
    const struct smc_clock *clock = client->sender.clock;
    struct smci_http *http = client->sender.http;
    struct smc_error why = SMC_ERROR_INIT;
    bool is_waiting = smci_http_in_flight(http) == 0 && wait_ms > 0;
    int64_t from = now_ms(client);
    if (clock->advance && is_waiting) {
        clock->advance(clock->ctx, wait_ms);
        wait_ms = 0;
    }
    if (smci_http_poll(http, wait_ms, &why) != SMC_OK)
        smc_client_fail(client, &why);
    else
        fail_when_over(client);
    if (is_waiting)
        client->sender.stats.sums.waited_ms += now_ms(client) - from;
}

/* Whether an answer that was meant for another call may have led to it. Whether it was shows by what
 * lies unread once the calls under way have theirs (http_connections.h); a connection that is cut
 * tells nothing. */
static bool may_be_misled(const struct smc_client *client)
{
    enum smc_status rc = client->failure.code;
    return rc == SMC_ERR_HTTP || rc == SMC_ERR_REFUSED || rc == SMC_ERR_AUTH ||
           rc == SMC_ERR_NETWORK;
}

enum smc_status smc_client_step(struct smc_client *client, int64_t max_ms, bool *is_idle,
                                struct smc_error *err)
{
    int64_t end;
    bool is_over = false;
    if (__builtin_add_overflow(now_ms(client), max_ms, &end))
        end = INT64_MAX;
    while (!client->has_failed && !is_over) {
        int64_t wait = admit(client);
        is_over = has_nothing_left(client);
        if (client->has_failed || is_over)
            break;
        poll_http(client, wait_until_due(client, wait, end));
        if (now_ms(client) >= end)
            break;
    }
    if (is_idle)
        *is_idle = is_over || client->has_failed;
    if (!client->has_failed)
        return SMC_OK;
    client->sender.retry.retries = 0;
    smci_http_finish(client->sender.http, may_be_misled(client), FINISH_MS);
    smci_client_cancel(client);
    return smc_error_copy(err, &client->failure);
}

enum smc_status smc_client_run(struct smc_client *client, struct smc_error *err)
{
    return smc_client_step(client, INT64_MAX, NULL, err);
}
