#include "calls.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "call.h"
#include "key.h"

struct in_flight {
    struct call call; /* first: a call is found by it */
    struct in_flight *next;
    int64_t rows_before;  /* of the first reading, where it was short */
    call_ended_fn *ended; /* may be NULL */
    void *ctx;
};

static bool on_fact(void *ctx, struct call *call, const struct call_fact *fact);

/* ---- those under way ---- */

static void drop(struct in_flight *dropped)
{
    call_clear(&dropped->call);
    free(dropped);
}

static void end(struct calls *calls, const struct call *call, bool is_read)
{
    struct in_flight **link = &calls->in_flight;
    while (&(*link)->call != call)
        link = &(*link)->next;
    struct in_flight *ended = *link;
    *link = ended->next;
    if (ended->ended)
        ended->ended(ended->ctx, call->id, is_read);
    drop(ended);
}

void calls_clear(struct calls *calls)
{
    while (calls->in_flight) {
        struct in_flight *first = calls->in_flight;
        calls->in_flight = first->next;
        drop(first);
    }
}

/* NULL when memory ran out. */
static struct in_flight *add(struct calls *calls, enum asset_id asset, const struct smci_item *item)
{
    struct in_flight *added = calloc(1, sizeof *added);
    if (!added)
        return NULL;
    if (!call_init(&added->call, calls->job, asset, item)) {
        drop(added);
        return NULL;
    }
    added->call.told = on_fact;
    added->call.ctx = calls;
    added->next = calls->in_flight;
    calls->in_flight = added;
    return added;
}

/* ---- lists of them ---- */

/* Items of a list of calls carry their kind before the id. */
static enum smc_status make_key(enum asset_id asset, const char *id, struct smc_buf *key)
{
    return smc_buf_addf(key, "%d:%s", (int)asset, id);
}

/* Where the calls of a kind are that are to be made. */
static const char *list_of(const struct job *job, enum asset_id asset)
{
    return select_is_extra(&job->selection, asset) ? LIST_EXTRAS : LIST_CALLS;
}

static enum smc_status list_call(const struct calls *calls, const char *list, enum asset_id asset,
                                 const struct smci_item *item, bool *added, struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = make_key(asset, item->id, &key);
    if (rc == SMC_OK)
        rc = smci_list_add(calls->job->store, list, key.data, item->tag, item->name, added, err);
    smc_buf_clear(&key);
    return rc;
}

enum smc_status calls_want(struct calls *calls, enum asset_id asset, const char *id,
                           const char *tag, const char *name, struct smc_error *err)
{
    const struct smci_item item = {.id = id, .tag = tag, .name = name};
    bool added = false;
    enum smc_status rc = list_call(calls, list_of(calls->job, asset), asset, &item, &added, err);
    calls->wanted[asset] += added;
    return rc;
}

enum smc_status calls_outcome(const struct job *job, enum asset_id asset, const char *id,
                              bool *found, struct smci_outcome *outcome, struct smc_error *err)
{
    struct smci_item item;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    *found = false;
    if (!job->selection.is_asked[asset])
        return SMC_OK;
    enum smc_status rc = make_key(asset, id, &key);
    if (rc == SMC_OK)
        rc = smci_list_find(job->store, list_of(job, asset), key.data, found, &item, err);
    smc_buf_clear(&key);
    if (rc == SMC_OK && *found)
        rc = smci_store_get(job->store, asset_of(asset)->name, id, NULL, found, outcome, err);
    else if (rc == SMC_OK && !asset_of(asset)->is_asked_for_all)
        return SMC_OK; /* nobody has named it */
    return rc != SMC_OK || *found ? rc : smci_store_reject(job->store, err);
}

/* ---- ends ---- */

/* The failure as the store keeps it. A status that says "done" must not stand for one there. */
static enum smc_status outcome_of(const struct gap *gap, struct smci_outcome *outcome)
{
    bool is_odd = gap->http_status >= 200 && gap->http_status < 300;
    struct smc_buf text = SMC_BUF_INIT(65536);
    enum smc_status rc = gap_pack(gap, &text);
    *outcome = (struct smci_outcome){.http_status = is_odd ? 0 : gap->http_status};
    (void)snprintf(outcome->reason, sizeof outcome->reason, "%s", smc_buf_str(&text));
    smc_buf_clear(&text);
    return rc;
}

/* Keeps how the call ended, but for one that is short; `gap` is NULL when its pages are there. */
static void finish(struct calls *calls, const struct call *call, const struct gap *gap)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_outcome outcome = {.http_status = 200, .pages = call->pages};
    enum smc_status rc = gap ? outcome_of(gap, &outcome) : SMC_OK;
    if (rc == SMC_OK)
        rc = smci_store_finish(calls->job->store, asset_of(call->asset)->name, call->id, call->tag,
                               &outcome, &err);
    if (rc == SMC_OK && gap)
        rc = lost_note(calls->lost, call, gap, &err);
    else if (rc == SMC_OK)
        ends_read(&calls->lost->ends, call->asset);
    (void)job_check(calls->job, rc, &err);
    calls->done[call->asset]++;
    end(calls, call, !gap);
}

/* Puts it on the list of those that are asked once more; `rows` where a first reading was short. */
static enum smc_status list_again(const struct calls *calls, const struct call *call, int64_t rows,
                                  struct smc_error *err)
{
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addf(&id, "%" PRId64 ":%s", rows, call->id);
    const struct smci_item item = {.id = smc_buf_str(&id), .tag = call->tag, .name = call->name};
    if (rc == SMC_OK)
        rc = list_call(calls, LIST_DEFERRED, call->asset, &item, NULL, err);
    smc_buf_clear(&id);
    return rc;
}

static void defer(struct calls *calls, const struct call *call)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)job_check(calls->job, list_again(calls, call, 0, &err), &err);
    end(calls, call, false);
}

/* ---- rows that are lacking ---- */

static enum smc_status note_lacking(struct calls *calls, const struct call *call,
                                    struct smc_error *err)
{
    struct smc_buf reason = SMC_BUF_INIT(1024);
    enum smc_status rc = again_reason(call, &reason, err);
    const struct gap gap = {.http_status = 200,
                            .reason = smc_buf_str(&reason),
                            .cause = smc_buf_str(&reason),
                            .remedy = GAP_RERUN};
    if (rc == SMC_OK && reason.len)
        rc = lost_note_uncounted(calls->lost, call, &gap, err);
    smc_buf_clear(&reason);
    return rc;
}

/* The object's answer is what is in the store, whole or not. */
static void settle(struct calls *calls, const struct call *call)
{
    struct smc_error err = SMC_ERROR_INIT;
    ends_read(&calls->lost->ends, call->asset);
    (void)job_check(calls->job, note_lacking(calls, call, &err), &err);
    calls->done[call->asset]++;
    end(calls, call, true);
}

static int64_t rows_before(const struct call *call)
{
    return ((const struct in_flight *)call)->rows_before;
}

static void on_whole(struct calls *calls, const struct call *call)
{
    struct smc_error err = SMC_ERROR_INIT;
    /* Of its pages those before were forgotten meanwhile; the run begins again. */
    if (job_is_doubtful(calls->job, asset_of(call->asset)->name, call->id)) {
        end(calls, call, false);
        return;
    }
    if (!call->again && !again_is_short(call)) {
        finish(calls, call, NULL);
        return;
    }
    enum smc_status rc = SMC_OK;
    if (!call->again)
        rc = again_keep(call, &err);
    else if (call->rows >= rows_before(call))
        rc = again_take(call, &err);
    bool is_open = !call->is_last_chance;
    if (rc == SMC_OK && is_open)
        rc = list_again(calls, call, call->rows, &err);
    if (!job_check(calls->job, rc, &err) || is_open)
        end(calls, call, true);
    else
        settle(calls, call);
}

/* ---- failures ---- */

static bool tell(struct calls *calls, enum calls_event event, const struct call *call,
                 struct smc_json_span rows)
{
    struct smc_error err = SMC_ERROR_INIT;
    return job_check(calls->job, calls->told(calls->ctx, event, call, rows, &err), &err);
}

/* When it is the account that is refused: the run ends; of an extra, what else was to be asked. */
static void check_rights(struct calls *calls, const struct call *call, const struct gap *gap)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct lost *lost = calls->lost;
    enum smc_status rc = SMC_OK;
    if (!select_is_extra(&calls->job->selection, call->asset))
        rc = ends_check_kind(&lost->ends, call->asset, ENDS_FORBIDDEN_PROOF, &err);
    else if (ends_is_refused(&lost->ends, call->asset, ENDS_FORBIDDEN_PROOF))
        rc = lost_give_up(lost, call->asset, gap, &err);
    (void)job_check(calls->job, rc, &err);
}

/* It has failed: asked once more where that may help, else a gap. */
static void give_up(struct calls *calls, const struct call *call, const struct gap *gap,
                    bool may_help)
{
    bool is_check = ((const struct in_flight *)call)->ended != NULL;
    if (call->again)
        settle(calls, call);
    else if (may_help && is_check) /* it is on a list of its own, should it be needed */
        end(calls, call, false);
    else if (may_help && !call->is_last_chance)
        defer(calls, call);
    else
        finish(calls, call, gap);
}

static void on_failure(struct calls *calls, const struct call *call,
                       const struct smc_answer *answer)
{
    const struct gap gap = gap_of(answer);
    /* A 500 is often the object's own, so that no retry follows at once; an error for 200, too. */
    bool is_passing = answer->is_transient || answer->http_status == 500;
    ends_answered(&calls->lost->ends, call->asset, answer);
    check_rights(calls, call, &gap);
    if (is_passing && answer->was_alone)
        (void)tell(calls, CALLS_ALONE, call, (struct smc_json_span){NULL, 0});
    give_up(calls, call, &gap, is_passing || answer->http_status == 200);
}

static void on_wrong(struct calls *calls, const struct call *call, const struct call_fact *fact)
{
    bool is_astray = fact->event == CALL_ASTRAY;
    const struct gap gap = {.http_status = fact->answer ? 200 : 0,
                            .reason = fact->reason,
                            .cause = fact->cause,
                            .remedy = is_astray ? GAP_RERUN : GAP_NOTHING};
    if (fact->answer)
        ends_answered(&calls->lost->ends, call->asset, fact->answer);
    give_up(calls, call, &gap, fact->answer != NULL);
}

static bool on_fact(void *ctx, struct call *call, const struct call_fact *fact)
{
    struct calls *calls = ctx;
    switch (fact->event) {
    case CALL_PAGE:
        ends_answered(&calls->lost->ends, call->asset, fact->answer);
        return !asset_of(call->asset)->tells_rows || tell(calls, CALLS_ROWS, call, fact->rows);
    case CALL_WHOLE:
        on_whole(calls, call);
        break;
    case CALL_FAILED:
        on_failure(calls, call, fact->answer);
        break;
    case CALL_ASTRAY:
    case CALL_WRONG:
        on_wrong(calls, call, fact);
        break;
    }
    return true;
}

/* ---- the client's supply ---- */

/* The next item of the phase's list, its `asset`, and the rows of a first reading that was
 * short. */
static bool next_item(struct calls *calls, struct smci_item *item, enum asset_id *asset,
                      int64_t *rows)
{
    static const struct {
        const char *list;
        enum asset_id kind; /* of all in it; CALL_COUNT: it stands before the id */
    } phases[CALLS_PHASES] = {[CALLS_LIST] = {LIST_CALLS, CALL_COUNT},
                              [CALLS_DEFERRED] = {LIST_DEFERRED, CALL_COUNT},
                              [CALLS_TABLES] = {LIST_SINGLE, CALL_PATH},
                              [CALLS_EXTRAS] = {LIST_EXTRAS, CALL_COUNT},
                              [CALLS_EXTRA_TABLES] = {LIST_EXTRA_SINGLE, CALL_EXTRA_PATH}};
    struct smc_error err = SMC_ERROR_INIT;
    bool found = false;
    int64_t *position = &calls->positions[calls->phase];
    enum smc_status rc =
        smci_list_next(calls->job->store, phases[calls->phase].list, *position, &found, item, &err);
    if (!job_check(calls->job, rc, &err) || !found)
        return false;
    *position = item->position;
    int64_t kind = phases[calls->phase].kind;
    bool is_ours = kind != CALL_COUNT || key_take_number(&item->id, CALL_COUNT - 1, &kind);
    if (is_ours && calls->phase == CALLS_DEFERRED)
        is_ours = key_take_number(&item->id, INT64_MAX, rows);
    *asset = (enum asset_id)kind;
    if (!is_ours)
        return job_check(calls->job, smci_store_reject(calls->job->store, &err), &err);
    return true;
}

/* Begins the call. False when there is none to make: an earlier run has paid for it, or its id
 * can't be asked for. (The client ends when nothing is queued.) */
static bool begin_or_reuse(struct calls *calls, struct call *call)
{
    struct smc_error err = SMC_ERROR_INIT;
    bool is_reusable = false;
    struct smci_outcome outcome = {0};
    enum smc_status rc = reused_find(calls->reused, call, &is_reusable, &outcome, &err);
    if (rc == SMC_OK && is_reusable)
        rc = reused_take(calls->reused, call, &outcome, &err);
    if (!job_check(calls->job, rc, &err))
        return true; /* the run is over */
    if (!is_reusable)
        return call_begin(call);
    calls->done[call->asset]++;
    end(calls, call, true);
    return false;
}

/* Begins one call from the phase's list. */
static void feed(void *ctx)
{
    struct calls *calls = ctx;
    struct smci_item item;
    enum asset_id asset;
    int64_t rows = 0;
    while (next_item(calls, &item, &asset, &rows)) {
        struct smc_error err = SMC_ERROR_INIT;
        if (lost_is_given_up(calls->lost, asset)) {
            calls->done[asset]++;
            continue;
        }
        struct in_flight *added = add(calls, asset, &item);
        if (!added || (rows > 0 && !again_begin(&added->call))) {
            (void)job_check(calls->job, SMC_ERR_NOMEM, &err);
            return;
        }
        added->rows_before = rows;
        added->call.is_last_chance = calls->phase == CALLS_DEFERRED;
        if (begin_or_reuse(calls, &added->call))
            return;
    }
}

static enum smc_status settle_extra(void *ctx, const struct smci_item *item, struct smc_error *err)
{
    static const struct smci_outcome unread = {.reason = "it was not asked for"};
    const struct calls *calls = ctx;
    struct smci_store *store = calls->job->store;
    struct smci_outcome outcome;
    const char *id = item->id;
    int64_t asset;
    bool found = false;
    struct smc_buf tag = SMC_BUF_INIT(SMC_BODY_MAX); /* the item's is borrowed from the store */
    if (!key_take_number(&id, CALL_COUNT - 1, &asset))
        return smci_store_reject(store, err);
    const char *kind = asset_of((enum asset_id)asset)->name;
    enum smc_status rc = smc_buf_addstr(&tag, item->tag);
    /* What an earlier run has left of an object that has changed since is not its answer. */
    if (rc == SMC_OK)
        rc = smci_store_get(store, kind, id,
                            lost_is_given_up(calls->lost, (enum asset_id)asset) ? smc_buf_str(&tag)
                                                                                : NULL,
                            &found, &outcome, err);
    smc_buf_clear(&tag);
    return rc != SMC_OK || found ? rc : smci_store_finish(store, kind, id, "", &unread, err);
}

enum smc_status calls_settle_extras(struct calls *calls, struct smc_error *err)
{
    return job_each_item(calls->job, LIST_EXTRAS, settle_extra, calls, err);
}

enum smc_status calls_run(struct calls *calls, enum calls_phase phase, struct smc_error *err)
{
    calls->phase = phase;
    smc_client_set_refill(calls->job->client, feed, calls);
    return smc_client_run(calls->job->client, err);
}

void calls_ask_now(struct calls *calls, enum asset_id asset, const char *id, call_ended_fn *ended,
                   void *ctx)
{
    const struct smci_item item = {.id = id, .tag = "", .name = ""};
    struct smc_error err = SMC_ERROR_INIT;
    struct in_flight *added = add(calls, asset, &item);
    if (!added) {
        (void)job_check(calls->job, SMC_ERR_NOMEM, &err);
        return;
    }
    added->ended = ended;
    added->ctx = ctx;
    added->call.is_urgent = true;
    (void)call_begin(&added->call);
}
