#include "http.h"

#include <poll.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "lib/base/stop.h"

#include "http_body.h"
#include "http_end.h"
#include "http_transfer.h"
#include "http_upload.h"

/* One answer takes no longer than so many times the time without progress, or than its bytes take at
 * 16 KB a second, if that is longer: what drips is not waited for. */
#define ANSWER_TIMEOUTS   10
#define ANSWER_BYTES_A_MS 16

#define POLL_MAX_MS    1000
#define FINISH_STEP_MS 50
#define SETTLE_STEP_MS 20

struct smci_http {
    CURLM *multi;
    struct smc_network network; /* but for `cacert`, which is not kept */
    struct smci_trust trust;
    struct smci_room room; /* of bodies in flight */
    struct smci_connections *connections;
    struct smci_exchange_common common; /* of the exchanges: the three above */
    struct smci_exchange *active;
    struct smci_exchange *spare; /* to be used again */
    int in_flight;
    int64_t ended; /* transfers, since the start */
    smci_http_connection_fn *told;
    void *told_ctx;
    int64_t looked_ms; /* when the transfers were last looked at */
    smci_idle_fn *idle;
    void *idle_ctx;
};

/* ---- life ---- */

/* libcurl would write the keys of all that is sent and read into the file that it names. A build
 * for looking at that is made with -DSMC_WITH_KEY_LOG. */
static void forget_key_log(void)
{
#ifndef SMC_WITH_KEY_LOG
    (void)unsetenv("SSLKEYLOGFILE");
#endif
}

enum smc_status smci_http_new(struct smci_http **out, const struct smci_http_opt *opt,
                              struct smc_error *err)
{
    *out = NULL;
    struct smci_http *http = calloc(1, sizeof *http);
    forget_key_log();
    if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(http);
        return smc_error_set(err, SMC_ERR_NOMEM, "libcurl could not be started");
    }
    http->network = opt->network;
    http->network.cacert = NULL;
    http->connections = smci_connections_new(opt->connections, http->network.clock);
    http->common =
        (struct smci_exchange_common){&http->network, &http->trust, &http->room, http->connections};
    http->multi = curl_multi_init();
    enum smc_status rc = smci_trust_choose(&http->trust, opt->network.cacert, err);
    if (rc == SMC_OK && (!http->multi || !http->connections))
        rc = smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    if (rc != SMC_OK) {
        smci_http_free(http);
        return rc;
    }
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)opt->connections);
    *out = http;
    return SMC_OK;
}

/* Takes a transfer off the wire; what it holds stays until `recycle`. */
static void detach(struct smci_http *http, struct smci_exchange *x)
{
    smci_exchange_leave(x, false, false); /* unless its end was told */
    (void)curl_multi_remove_handle(http->multi, x->easy);
    struct smci_exchange **link = &http->active;
    while (*link && *link != x)
        link = &(*link)->next;
    if (*link)
        *link = x->next;
    http->in_flight--;
}

static void recycle(struct smci_http *http, struct smci_exchange *x)
{
    smci_exchange_reset(x);
    x->next = http->spare;
    http->spare = x;
}

static void drop(struct smci_http *http, struct smci_exchange *x)
{
    detach(http, x);
    recycle(http, x);
}

void smci_http_drop(struct smci_http *http)
{
    while (http->active)
        drop(http, http->active);
}

static struct smci_exchange *take_spare(struct smci_http *http)
{
    struct smci_exchange *x = http->spare;
    if (x)
        http->spare = x->next;
    return x;
}

void smci_http_free(struct smci_http *http)
{
    if (!http)
        return;
    smci_http_drop(http);
    for (struct smci_exchange *x; (x = take_spare(http));)
        smci_exchange_free(x);
    if (http->multi)
        (void)curl_multi_cleanup(http->multi);
    smci_connections_free(http->connections);
    curl_global_cleanup();
    smci_trust_clear(&http->trust);
    free(http);
}

/* ---- starting ---- */

enum smc_status smci_http_start(struct smci_http *http, const struct smci_http_request *request,
                                smci_http_done_fn *done, void *ctx, struct smc_error *err)
{
    struct smci_exchange *x = take_spare(http);
    if (!x)
        x = smci_exchange_new(&http->common);
    if (!x)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory for a call");
    x->done = done;
    x->ctx = ctx;
    smci_connections_look(http->connections);
    enum smc_status rc = smci_exchange_prepare(x, request, err);
    if (rc == SMC_OK && curl_multi_add_handle(http->multi, x->easy) != CURLM_OK)
        rc = smc_error_set(err, SMC_ERR_NOMEM, "out of memory for a call");
    if (rc != SMC_OK) {
        recycle(http, x);
        return rc;
    }
    x->next = http->active;
    http->active = x;
    http->in_flight++;
    return SMC_OK;
}

int smci_http_in_flight(const struct smci_http *http)
{
    return http->in_flight;
}

/* ---- moving on ---- */

/* The connection that it had got is not to be used again; nothing was sent. Each time that
 * connection is closed, so that this comes to an end. */
static bool send_elsewhere(struct smci_http *http, struct smci_exchange *x, CURLcode code)
{
    if (code != CURLE_ABORTED_BY_CALLBACK || !x->is_turned_away)
        return false;
    (void)curl_multi_remove_handle(http->multi, x->easy);
    smci_exchange_again(x);
    return curl_multi_add_handle(http->multi, x->easy) == CURLM_OK;
}

static void complete(struct smci_http *http, struct smci_exchange *x, CURLcode code)
{
    smci_exchange_end(x, (int)code);
    detach(http, x);
    http->ended++;
    x->done(x->ctx, &x->response);
    recycle(http, x);
}

static int64_t now_ms(const struct smci_http *http)
{
    return http->network.clock->now_ms(http->network.clock->ctx);
}

/* Only right after curl_multi_perform: what has arrived meanwhile counts as progress, however
 * long the program itself was held up. */
/* Whether an answer has been coming for longer than it may. */
static bool is_overdue(const struct smci_exchange *x)
{
    curl_off_t bytes = 0;
    if (x->coming_ms / ANSWER_TIMEOUTS < x->timeout_ms)
        return false;
    (void)curl_easy_getinfo(x->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    return x->coming_ms >= bytes / ANSWER_BYTES_A_MS;
}

/* The time since the last look. Where nobody looked, as in a machine that slept, it counts for
 * little. */
static void count_time(struct smci_http *http, int64_t now)
{
    int64_t step = now - http->looked_ms;
    if (step > http->network.timeout_ms)
        step = 0;
    http->looked_ms = now;
    for (struct smci_exchange *x = http->active; x; x = x->next)
        if (x->is_coming && !x->is_paused)
            x->coming_ms += step;
}

static void give_up_stalled(struct smci_http *http)
{
    int64_t now = now_ms(http);
    struct smci_exchange *next;
    count_time(http, now);
    for (struct smci_exchange *x = http->active; x; x = next) {
        next = x->next;
        smci_upload_look(x);
        bool is_stalled = now - x->progress_ms >= x->timeout_ms;
        if (x->is_paused || (!is_stalled && !is_overdue(x)))
            continue;
        if (is_stalled)
            (void)smc_error_set(&x->response.error, SMC_ERR_NETWORK,
                                "no byte came or went for %g s", (double)x->timeout_ms / 1000);
        else
            (void)smc_error_set(&x->response.error, SMC_ERR_NETWORK,
                                "the answer has been coming for %g s and is not whole",
                                (double)x->coming_ms / 1000);
        complete(http, x, CURLE_OPERATION_TIMEDOUT);
        next = http->active; /* the callback may have changed the list: look again */
    }
}

static void drain(struct smci_http *http)
{
    int left;
    for (CURLMsg *m = curl_multi_info_read(http->multi, &left); m;
         m = curl_multi_info_read(http->multi, &left)) {
        if (m->msg != CURLMSG_DONE)
            continue;
        struct smci_exchange *x = NULL;
        CURLcode code = m->data.result; /* the message dies with the handle's removal */
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
        if (!send_elsewhere(http, x, code))
            complete(http, x, code);
    }
}

/* Lets the next large body come, once nobody has the room for one. */
static void resume(struct smci_http *http)
{
    for (struct smci_exchange *x; (x = smci_body_next(http->active));) {
        CURLcode code = curl_easy_pause(x->easy, CURLPAUSE_CONT);
        if (code != CURLE_OK)
            complete(http, x, code);
    }
}

/* Starting another in a callback is for nothing: it is dropped with the rest. */
void smci_http_finish(struct smci_http *http, bool with_kept, int64_t wait_ms)
{
    const struct smc_clock *clock = http->network.clock;
    int64_t end = now_ms(http) + wait_ms;
    struct smci_exchange *next;
    for (struct smci_exchange *x = http->active; x; x = next) {
        next = x->next;
        if (!x->is_out && !(with_kept && x->response.is_reused))
            drop(http, x);
    }
    while (http->active && now_ms(http) < end) {
        int running = 0;
        int events = 0;
        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            break;
        drain(http);
        if (http->active)
            (void)curl_multi_poll(http->multi, NULL, 0, FINISH_STEP_MS, &events);
        if (events == 0 && clock->advance)
            clock->advance(clock->ctx, FINISH_STEP_MS);
    }
    smci_http_drop(http);
}

/* Until the first transfer would be given up; never long, so that what libcurl does not report
 * through a socket is seen. */
static int poll_ms(const struct smci_http *http, int64_t wait_ms)
{
    int64_t ms = wait_ms < POLL_MAX_MS ? wait_ms : POLL_MAX_MS;
    int64_t now = now_ms(http);
    for (const struct smci_exchange *x = http->active; x; x = x->next) {
        int64_t left = x->progress_ms + x->timeout_ms - now;
        if (!x->is_paused && left < ms)
            ms = left;
    }
    return ms < 0 ? 0 : (int)ms;
}

void smci_http_set_idle(struct smci_http *http, smci_idle_fn *idle, void *ctx)
{
    http->idle = idle;
    http->idle_ctx = ctx;
}

/* Waits for something to happen. What has happened meanwhile needs no wait, and who is told of a
 * wait has nothing to do then. */
static CURLMcode wait_for_news(struct smci_http *http, struct curl_waitfd *extra, int wait_ms)
{
    int events = 0;
    unsigned extras = extra->fd > 0 ? 1 : 0;
    if (wait_ms > 0 && http->idle) {
        CURLMcode rc = curl_multi_poll(http->multi, extra, extras, 0, &events);
        if (rc != CURLM_OK || events > 0)
            return rc;
        http->idle(http->idle_ctx);
    }
    return curl_multi_poll(http->multi, extra, extras, wait_ms, NULL);
}

enum smc_status smci_http_poll(struct smci_http *http, int64_t wait_ms, struct smc_error *err)
{
    /* Before curl_multi_perform: what was started meanwhile is not to be sent any more. */
    if (smci_check_stop(http->network.stop_fd, err) != SMC_OK)
        return SMC_ERR_CANCELLED;
    int running = 0;
    int64_t ended_before = http->ended;
    CURLMcode rc = curl_multi_perform(http->multi, &running);
    drain(http);
    if (rc == CURLM_OK)
        give_up_stalled(http);
    resume(http);
    smci_connections_tend(http->connections, http->told, http->told_ctx);
    bool has_news = http->ended != ended_before;
    struct curl_waitfd extra = {.fd = http->network.stop_fd, .events = CURL_WAIT_POLLIN};
    if (rc == CURLM_OK)
        rc = wait_for_news(http, &extra, has_news ? 0 : poll_ms(http, wait_ms));
    if (rc != CURLM_OK)
        return smc_error_set(err, rc == CURLM_OUT_OF_MEMORY ? SMC_ERR_NOMEM : SMC_ERR_INTERNAL,
                             "libcurl: %s", curl_multi_strerror(rc));
    if (extra.revents)
        return smc_error_set(err, SMC_ERR_CANCELLED, SMCI_STOPPED);
    return SMC_OK;
}

/* ---- connections ---- */

void smci_http_set_connection(struct smci_http *http, smci_http_connection_fn *fn, void *ctx)
{
    http->told = fn;
    http->told_ctx = ctx;
}

void smci_http_use_once(struct smci_http *http)
{
    smci_connections_use_once(http->connections);
}

/* For a moment, or until all is to stop. */
static enum smc_status wait_a_little(const struct smci_http *http, int64_t ms,
                                     struct smc_error *err)
{
    struct pollfd stop = {.fd = http->network.stop_fd > 0 ? http->network.stop_fd : -1,
                          .events = POLLIN};
    (void)poll(&stop, 1, (int)(ms < SETTLE_STEP_MS ? ms : SETTLE_STEP_MS));
    return smci_check_stop(http->network.stop_fd, err);
}

enum smc_status smci_http_settle(struct smci_http *http, struct smc_error *err)
{
    bool is_waiting = !http->network.clock->advance; /* else waits are skipped */
    enum smc_status rc = SMC_OK;
    int64_t left;
    while (rc == SMC_OK && http->in_flight == 0 &&
           (left = smci_connections_settle(http->connections)) > 0 && is_waiting) {
        rc = wait_a_little(http, left, err);
        smci_connections_tend(http->connections, http->told, http->told_ctx);
    }
    smci_connections_tend(http->connections, http->told, http->told_ctx);
    return rc;
}
