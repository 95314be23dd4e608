/* The client's queue, who may start when, and the loop. */
#include "client_internal.h"

#include <stdlib.h>
#include <string.h>

#define SILENCE_MAX_MS      ((int64_t)15 * 60 * 1000) /* contract, section 3, the row on 429 */
#define DEFAULT_CONCURRENCY 5
#define DEFAULT_TIMEOUT_MS  60000
#define NOT_A_HEADER        "a control character or one beyond ASCII can't be sent in a header"

/* ---- life ---- */

/* What may stand in a header line: anything else could end it and begin another. */
static bool is_header_value(const char *text)
{
    for (; text && *text; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
}

static enum smc_status check(const struct smc_client_opt *opt, struct smc_error *err)
{
    if (!opt->origin || !*opt->origin)
        return smc_error_set(err, SMC_ERR_USAGE, "origin: missing");
    if (opt->concurrency < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "concurrency: expected 1 or more");
    if (opt->retries < 0 || opt->retry_base_ms < 0 || opt->timeout_ms < 0 || opt->max_time_ms < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "retries and times: expected 0 or more");
    if (!(opt->max_rate >= 0) || !(opt->learnt_rate >= 0))
        return smc_error_set(err, SMC_ERR_USAGE, "rates: expected 0 or more calls a second");
    if (!opt->authorization && (!opt->client_id || !opt->client_secret))
        return smc_error_set(err, SMC_ERR_USAGE, "credentials: missing");
    if (!is_header_value(opt->authorization))
        return smc_error_set(err, SMC_ERR_USAGE, "credentials: " NOT_A_HEADER);
    if (!is_header_value(opt->accept))
        return smc_error_set(err, SMC_ERR_USAGE, "accept: " NOT_A_HEADER);
    return SMC_OK;
}

static enum smc_status take_credentials(struct smc_client *client, const struct smc_client_opt *opt)
{
    client->has_token = !opt->authorization;
    if (client->has_token)
        return smci_auth_init(&client->auth, opt->client_id, opt->client_secret);
    /* Reserved at once, so that no copy is left behind by growing. */
    enum smc_status rc = smc_buf_reserve(&client->authorization, strlen(opt->authorization) + 32);
    if (rc == SMC_OK)
        rc = smc_buf_addf(&client->authorization, "Authorization: %s", opt->authorization);
    return rc;
}

static enum smc_status take_texts(struct smc_client *client, const struct smc_client_opt *opt)
{
    struct smc_buf accept = SMC_BUF_INIT(1024);
    enum smc_status rc =
        smc_buf_addf(&accept, "Accept: %s", opt->accept ? opt->accept : "application/json");
    client->accept = accept.data;
    client->origin = strdup(opt->origin);
    if (rc == SMC_OK && !client->origin)
        rc = SMC_ERR_NOMEM;
    return rc == SMC_OK ? take_credentials(client, opt) : rc;
}

static uint64_t pick_seed(const struct smc_client_opt *opt, const struct smc_clock *clock)
{
    if (opt->seed)
        return opt->seed;
    return (uint64_t)clock->wall_ms(clock->ctx) ^ ((uint64_t)(uintptr_t)&opt << 16);
}

static void take_numbers(struct smc_client *client, const struct smc_client_opt *opt)
{
    uint64_t seed = pick_seed(opt, client->clock);
    client->concurrency = opt->concurrency ? opt->concurrency : DEFAULT_CONCURRENCY;
    client->retry = (struct smci_retry_opt){opt->policy, opt->retries, opt->retry_base_ms};
    client->max_time_ms = opt->max_time_ms;
    if (opt->max_time_ms)
        client->deadline_ms = smci_client_now(client) + opt->max_time_ms;
    smci_rng_seed(&client->rng, seed);
    struct smci_pace_opt pace = {client->concurrency, opt->max_rate, opt->learnt_rate, ~seed};
    smci_pace_init(&client->pace, &pace, smci_client_now(client));
}

enum smc_status smc_client_new(struct smc_client **out, const struct smc_client_opt *opt,
                               struct smc_error *err)
{
    *out = NULL;
    enum smc_status rc = check(opt, err);
    if (rc != SMC_OK)
        return rc;
    struct smc_client *client = calloc(1, sizeof *client);
    if (!client)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    client->refusal_told_ms = INT64_MIN;
    client->clock = opt->clock ? opt->clock : smc_clock_system();
    client->log = opt->log;
    client->urgent.last = &client->urgent.first;
    client->queue.last = &client->queue.first;
    smc_buf_init(&client->authorization, 65536);
    take_numbers(client, opt);
    rc = take_texts(client, opt);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    struct smci_http_opt http = {opt->cacert,
                                 opt->timeout_ms ? opt->timeout_ms : DEFAULT_TIMEOUT_MS,
                                 client->concurrency, opt->stop_fd, client->clock};
    if (rc == SMC_OK)
        rc = smci_http_new(&client->http, &http, err);
    if (rc != SMC_OK) {
        smc_client_free(client);
        return rc;
    }
    *out = client;
    return SMC_OK;
}

static void free_calls(struct smci_call *call)
{
    while (call) {
        struct smci_call *next = call->next;
        smci_call_free(call);
        call = next;
    }
}

static void drop_calls(struct smc_client *client)
{
    free_calls(client->urgent.first);
    free_calls(client->queue.first);
    free_calls(client->waiting);
    free_calls(client->flying);
}

void smc_client_free(struct smc_client *client)
{
    if (!client)
        return;
    smci_http_free(client->http);
    drop_calls(client);
    smci_auth_clear(&client->auth);
    smc_buf_wipe(&client->authorization);
    free(client->counts);
    free(client->accept);
    free(client->origin);
    free(client);
}

/* ---- the queue ---- */

void smci_queue_push(struct smci_queue *queue, struct smci_call *call)
{
    call->next = NULL;
    *queue->last = call;
    queue->last = &call->next;
}

static struct smci_call *pop(struct smci_queue *queue)
{
    struct smci_call *call = queue->first;
    if (call) {
        queue->first = call->next;
        if (!queue->first)
            queue->last = &queue->first;
        call->next = NULL;
    }
    return call;
}

void smci_client_requeue(struct smc_client *client, struct smci_call *call)
{
    struct smci_queue *queue = call->is_urgent ? &client->urgent : &client->queue;
    call->next = queue->first;
    queue->first = call;
    if (!call->next)
        queue->last = &call->next;
}

void smci_client_wait(struct smc_client *client, struct smci_call *call, int64_t wait_ms)
{
    call->due_ms = smci_client_now(client) + wait_ms;
    call->next = client->waiting;
    client->waiting = call;
    client->waiting_count++;
}

enum smc_status smc_client_send(struct smc_client *client, const struct smc_request *request)
{
    struct smci_call *call = calloc(1, sizeof *call);
    char *target = strdup(request->target);
    if (!call || !target) {
        free(call);
        free(target);
        return SMC_ERR_NOMEM;
    }
    *call = (struct smci_call){.client = client,
                               .kind = request->kind,
                               .target = target,
                               .done = request->done,
                               .ctx = request->ctx,
                               .is_upload = request->upload != NULL,
                               .is_single_try = request->is_single_try,
                               .is_urgent = request->is_urgent,
                               .is_probe = request->is_probe,
                               .successes = -1};
    if (request->upload)
        call->upload = *request->upload;
    smci_queue_push(call->is_urgent ? &client->urgent : &client->queue, call);
    return SMC_OK;
}

void smc_client_set_refill(struct smc_client *client, smc_refill_fn *refill, void *ctx)
{
    client->refill = refill;
    client->refill_ctx = ctx;
}

/* ---- who may start ---- */

static void wake_waiting(struct smc_client *client, int64_t now)
{
    struct smci_call **link = &client->waiting;
    while (*link) {
        struct smci_call *call = *link;
        if (call->due_ms > now) {
            link = &call->next;
            continue;
        }
        *link = call->next;
        client->waiting_count--;
        smci_client_requeue(client, call);
    }
}

static bool has_queued(struct smc_client *client)
{
    bool is_empty = !client->urgent.first && !client->queue.first;
    /* Calls that wait for a retry hold a place: when all fails, no more are begun than can be
     * finished. */
    if (is_empty && client->refill && client->waiting_count < client->concurrency)
        client->refill(client->refill_ctx);
    return client->urgent.first || client->queue.first;
}

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* How long until the token call may go: its own waits and the pace. */
static int64_t token_wait_ms(struct smc_client *client, int64_t now)
{
    int64_t wait = later_of(client->token_due_ms - now, smci_auth_wait_ms(&client->auth, now));
    return later_of(wait, smci_pace_wait_ms(&client->pace, now));
}

/* Starts what may start; returns the milliseconds until more may, SMCI_PACE_FULL when only the end
 * of a call can bring something new. */
static int64_t admit(struct smc_client *client)
{
    for (;;) {
        int64_t now = smci_client_now(client);
        wake_waiting(client, now);
        if (client->has_failed || !has_queued(client))
            return SMCI_PACE_FULL;
        if (client->is_token_asked)
            return SMCI_PACE_FULL;
        struct smci_queue *queue = client->urgent.first ? &client->urgent : &client->queue;
        bool is_token = client->has_token && !queue->first->is_probe &&
                        smci_auth_needs_token(&client->auth, now);
        int64_t wait =
            is_token ? token_wait_ms(client, now) : smci_pace_wait_ms(&client->pace, now);
        if (wait > 0)
            return wait;
        if (is_token) {
            smci_client_ask_token(client, now);
            continue;
        }
        smci_call_start(pop(queue), now);
    }
}

static int64_t until_due(const struct smc_client *client, int64_t wait_ms)
{
    int64_t now = smci_client_now(client);
    for (const struct smci_call *call = client->waiting; call; call = call->next)
        if (call->due_ms - now < wait_ms)
            wait_ms = call->due_ms - now;
    if (client->deadline_ms && client->deadline_ms - now < wait_ms)
        wait_ms = client->deadline_ms - now;
    return wait_ms < 0 ? 0 : wait_ms;
}

/* ---- the loop ---- */

static void fail_when_over(struct smc_client *client)
{
    int64_t now = smci_client_now(client);
    struct smc_error why = SMC_ERROR_INIT;
    if (client->deadline_ms && now >= client->deadline_ms) {
        (void)smc_error_set(
            &why, SMC_ERR_TIME,
            "the time for the whole run is over (--max-time %g); run again to go on",
            (double)client->max_time_ms / 1000);
        smc_client_fail(client, &why);
    }
    if (smci_pace_refused_for_ms(&client->pace, now) >= SILENCE_MAX_MS) {
        (void)smc_error_set(
            &why, SMC_ERR_NETWORK,
            "for 15 minutes the server refused every call (HTTP 429); it blocks this "
            "account or address: wait before you run again");
        smc_client_fail(client, &why);
    }
}

static bool is_idle(const struct smc_client *client)
{
    return smci_http_in_flight(client->http) == 0 && !client->urgent.first &&
           !client->queue.first && !client->waiting;
}

/* A clock that stands still is moved on when nothing else can bring anything new. */
static enum smc_status turn(struct smc_client *client, int64_t wait_ms)
{
    const struct smc_clock *clock = client->clock;
    bool is_waiting = smci_http_in_flight(client->http) == 0 && wait_ms > 0;
    int64_t from = smci_client_now(client);
    if (clock->advance && is_waiting) {
        clock->advance(clock->ctx, wait_ms);
        wait_ms = 0;
    }
    enum smc_status rc = smci_http_poll(client->http, wait_ms, &client->failure);
    if (is_waiting)
        client->stats.waited_ms += smci_client_now(client) - from;
    return rc;
}

enum smc_status smc_client_run(struct smc_client *client, struct smc_error *err)
{
    while (!client->has_failed) {
        int64_t wait = admit(client);
        if (client->has_failed || is_idle(client))
            break;
        if (turn(client, until_due(client, wait)) != SMC_OK)
            client->has_failed = true;
        else
            fail_when_over(client);
    }
    if (!client->has_failed)
        return SMC_OK;
    if (err && err->code == SMC_OK)
        *err = client->failure;
    return client->failure.code;
}

void smc_client_fail(struct smc_client *client, const struct smc_error *why)
{
    if (!client->has_failed)
        client->failure = *why;
    client->has_failed = true;
}
