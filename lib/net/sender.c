#include "sender.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

#include "pace_text.h"
#include "retry_text.h"

#define ADDRESS_MAX ((size_t)1024 * 1024)

/* The log has at most one refusal in so long. */
#define REFUSALS_TOLD_MS 60000

/* ---- what the log has ---- */

static const char *method_of(const struct smci_sending *sending)
{
    return sending->is_get ? "GET" : "POST";
}

static size_t path_len(const struct smci_sending *sending)
{
    return strcspn(sending->target, "?");
}

/* One line for each attempt. Its query is left out. */
static void tell_call(const struct smci_sender *sender, const struct smci_sending *sending,
                      const struct smci_attempt *attempt, const struct smci_http_response *response)
{
    if (!smc_log_would(sender->log, SMC_LOG_DEBUG))
        return;
    const struct smci_log_facts facts = {
        .asset = sending->kind,
        .method = method_of(sending),
        .path = sending->target,
        .path_len = path_len(sending),
        .request_id = attempt->api_error.request_id,
        .status = attempt->http_status,
        .attempt = sending->attempt,
        .bytes = (int64_t)response->body.len,
        .body_bytes = sending->body_bytes,
        .ms = smci_sender_now(sender) - sending->sent_ms,
        .is_reused = response->is_reused,
    };
    char status[32] = "no answer";
    if (facts.status)
        (void)snprintf(status, sizeof status, "HTTP %d", facts.status);
    smci_log_event(sender->log, SMC_LOG_DEBUG, SMCI_EVENT_CALL, &facts,
                   "%s %.*s: %s in %" PRId64 " ms, %" PRId64 " bytes sent, %" PRId64
                   " received, try %d, %s connection%s%s",
                   facts.method, (int)facts.path_len, facts.path, status, facts.ms,
                   facts.body_bytes, facts.bytes, facts.attempt, facts.is_reused ? "kept" : "new",
                   *facts.request_id ? ", requestId " : "", facts.request_id);
}

/* Refusals are the pace's daily bread; only where nothing else happens are they news. */
static void tell_refusal(struct smci_sender *sender, const struct smci_attempt *attempt,
                         int64_t now)
{
    int64_t refused_ms = smci_pace_refused_for_ms(&sender->pace, now);
    struct smci_pace_found found = smci_pace_found(&sender->pace);
    int status = attempt->http_status;
    int64_t asked_ms = attempt->retry_after_ms;
    char pace[SMCI_PACE_TEXT_MAX];
    if (sender->refusal_told_ms != INT64_MIN && now - sender->refusal_told_ms < REFUSALS_TOLD_MS)
        return;
    sender->refusal_told_ms = now;
    smci_pace_text(&found, pace, sizeof pace);
    if (refused_ms >= REFUSALS_TOLD_MS)
        smci_log_event(sender->log, SMC_LOG_WARN, SMCI_EVENT_REFUSED_ALL,
                       SMCI_FACTS(.status = status, .seconds = (double)refused_ms / 1000),
                       "The server has refused every call for %" PRId64
                       " s (HTTP %d): trying one at a time",
                       refused_ms / 1000, status);
    else
        smci_log_event(sender->log, SMC_LOG_INFO, SMCI_EVENT_REFUSED,
                       SMCI_FACTS(.status = status, .rate = found.rate,
                                  .seconds = asked_ms < 0 ? -1 : (double)asked_ms / 1000),
                       "Rate limited by the server (HTTP %d): %s", status, pace);
}

static void tell_retry(const struct smci_sender *sender, const struct smci_sending *sending,
                       const struct smci_attempt *attempt, int spent, int64_t wait_ms)
{
    struct smc_buf text = SMC_BUF_INIT(4096);
    struct smc_buf reason = SMC_BUF_INIT(4096);
    const struct smci_retry_told told = {.attempt = attempt,
                                         .wait_ms = wait_ms,
                                         .wall_ms = sender->clock->wall_ms(sender->clock->ctx),
                                         .tries = spent + 1,
                                         .tries_max = sender->retry.retries + 1};
    if (!smc_log_would(sender->log, SMC_LOG_WARN))
        return;
    smci_retry_text(&told, &text);
    smci_attempt_reason(attempt, &reason);
    const struct smci_log_facts facts = {.asset = sending->kind,
                                         .file = sending->name,
                                         .method = method_of(sending),
                                         .path = sending->target,
                                         .path_len = path_len(sending),
                                         .request_id = attempt->api_error.request_id,
                                         .reason = smc_buf_str(&reason),
                                         .status = attempt->http_status,
                                         .attempt = spent + 2,
                                         .attempts_max = told.tries_max,
                                         .seconds = (double)wait_ms / 1000};
    if (sending->name)
        smci_log_event(sender->log, SMC_LOG_WARN, SMCI_EVENT_RETRY, &facts, "%s: %s", sending->name,
                       smc_buf_str(&text));
    else
        smci_log_event(sender->log, SMC_LOG_WARN, SMCI_EVENT_RETRY, &facts, "%s %.*s: %s",
                       facts.method, (int)facts.path_len, facts.path, smc_buf_str(&text));
    smc_buf_clear(&reason);
    smc_buf_clear(&text);
}

/* ---- an attempt ---- */

/* Until when the server has asked to wait. */
static void note_asked(struct smci_sender *sender, const struct smci_attempt *attempt)
{
    int64_t until;
    if (attempt->retry_after_ms > 0 &&
        !__builtin_add_overflow(smci_sender_now(sender), attempt->retry_after_ms, &until) &&
        until > sender->asked_until_ms)
        sender->asked_until_ms = until;
}

static void tell_pace(struct smci_sender *sender, const struct smci_attempt *attempt,
                      int64_t sent_ms)
{
    int64_t now = smci_sender_now(sender);
    if (attempt->meaning == SMCI_REFUSED) {
        smci_pace_refused(&sender->pace, sent_ms, now, attempt->retry_after_ms, attempt->is_html);
        sender->stats.sums.refused += attempt->http_status != 429; /* the edge's block */
        sender->refused_status = attempt->http_status;
        note_asked(sender, attempt);
        tell_refusal(sender, attempt, now);
    } else if (attempt->http_status == 0 || attempt->http_status == 429) {
        smci_pace_lost(&sender->pace, sent_ms, now);
    } else {
        smci_pace_accepted(&sender->pace, sent_ms, now);
    }
}

/* What libcurl sends once more by itself is a call as well, and the one before it got no answer. */
static void on_resent(void *ctx)
{
    struct smci_sending *sending = ctx;
    struct smci_sender *sender = sending->sender;
    int64_t now = smci_sender_now(sender);
    tell_call(sender, sending, &(struct smci_attempt){.http_status = 0},
              &(struct smci_http_response){.is_reused = true});
    smci_stats_count(&sender->stats, sending->kind, 0);
    smci_pace_lost(&sender->pace, sending->sent_ms, now);
    sending->sent_ms = now;
    smci_pace_sent(&sender->pace, now);
}

static void on_done(void *ctx, struct smci_http_response *response)
{
    struct smci_sending *sending = ctx;
    struct smci_sender *sender = sending->sender;
    struct smci_attempt attempt;
    const struct smci_asked asked = {.policy = sender->policy,
                                     .is_get = sending->is_get,
                                     .is_object = sending->is_object,
                                     .is_token = sending->is_token,
                                     .is_first = !sender->was_accepted,
                                     .service = sender->service};
    smci_attempt_read(&attempt, &asked, response, sender->log,
                      sender->clock->wall_ms(sender->clock->ctx));
    tell_call(sender, sending, &attempt, response);
    smci_stats_count(&sender->stats, sending->kind, attempt.http_status);
    if (attempt.http_status != 0 && attempt.meaning != SMCI_REFUSED)
        smci_latency_add(&sender->stats.latency, sending->kind,
                         smci_sender_now(sender) - sending->sent_ms);
    tell_pace(sender, &attempt, sending->sent_ms);
    sender->connection = response->connection;
    sending->ended(sending->ctx, &attempt, response);
    sender->connection = 0;
}

enum smc_status smci_sender_start(struct smci_sender *sender, struct smci_sending *sending,
                                  const char *target, const struct smci_http_request *request,
                                  struct smc_error *err)
{
    struct smci_http_request whole = *request;
    struct smc_buf url = SMC_BUF_INIT(ADDRESS_MAX);
    sending->sender = sender;
    sending->target = target;
    sending->is_get = !request->body && !request->upload;
    sending->sent_ms = smci_sender_now(sender);
    sending->body_bytes = request->upload ? request->upload->size : (int64_t)request->body_len;
    /* Each in flight, and this one, may end in a way that was not met yet, and be sent again. */
    size_t endings = 2 * ((size_t)smci_http_in_flight(sender->http) + 1);
    enum smc_status rc = smci_stats_reserve(&sender->stats, endings);
    if (rc == SMC_OK)
        rc = smc_buf_addf(&url, "%s%s", sender->origin, target);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    whole.url = url.data;
    whole.is_plain = sending->is_plain;
    whole.resent = on_resent;
    if (rc == SMC_OK)
        rc = smci_http_start(sender->http, &whole, on_done, sending, err);
    smc_buf_clear(&url);
    if (rc == SMC_OK)
        smci_pace_sent(&sender->pace, sending->sent_ms);
    return rc;
}

enum smc_status smci_sender_describe(const struct smci_sender *sender,
                                     const struct smci_attempt *attempt, const char *method,
                                     const char *target, struct smc_error *err)
{
    enum smc_status rc = smci_attempt_describe(attempt, method, target, err);
    if (err)
        smc_log_mask(sender->log, err->detail);
    return rc;
}

struct smci_decision smci_sender_decide(struct smci_sender *sender, struct smci_sending *sending,
                                        const struct smci_attempt *attempt, int spent,
                                        bool is_single_attempt)
{
    struct smci_retry_opt opt = sender->retry;
    if (attempt->is_garbled && !sending->is_plain) {
        sending->is_plain = true;
        return (struct smci_decision){.action = SMCI_THROTTLED};
    }
    if (is_single_attempt)
        opt.retries = 0;
    struct smci_decision decision = smci_retry_decide(&opt, attempt, spent, &sender->rng);
    if (decision.action == SMCI_RETRY) {
        sender->stats.sums.retries++;
        note_asked(sender, attempt);
        tell_retry(sender, sending, attempt, spent, decision.wait_ms);
    }
    return decision;
}
