#include "object.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "run.h"
#include "sources.h"
#include "whoami.h"
#include "lib/net/address.h"

static bool ask(struct object *object);
static enum smc_status make_target(const struct object *object, struct smc_buf *target);

/* All calls of a kind answered 403 so far: after so many it is the account, not the object. */
#define FORBIDDEN_PROOF 20

const char *object_kind(int asset)
{
    return asset == OBJECT_PATH ? KIND_PATH : asset_of((enum asset_id)asset)->name;
}

static enum smci_paging paging_of(const struct object *object)
{
    return object->asset == OBJECT_PATH ? SMCI_PAGING_NONE
                                        : asset_of((enum asset_id)object->asset)->paging;
}

static void free_object(struct object *object)
{
    smci_cursor_clear(&object->cursor);
    free(object->id);
    free(object->tag);
    free(object->name);
    free(object);
}

struct object *object_new(struct run *run, int asset, const char *id, const char *tag,
                          const char *name)
{
    struct object *object = calloc(1, sizeof *object);
    if (!object)
        return NULL;
    object->run = run;
    object->asset = asset;
    object->id = strdup(id);
    object->tag = strdup(tag);
    object->name = strdup(name);
    smci_cursor_init(&object->cursor);
    if (!object->id || !object->tag || !object->name) {
        free_object(object);
        return NULL;
    }
    object->next = run->objects.flying;
    run->objects.flying = object;
    return object;
}

static void unlink_object(struct object *object)
{
    struct object **link = &object->run->objects.flying;
    while (*link != object)
        link = &(*link)->next;
    *link = object->next;
}

void object_drop(struct object *object)
{
    unlink_object(object);
    free_object(object);
}

/* ---- ends ---- */

/* The object's call is over; its memory too. */
void object_end(struct object *object, bool is_read)
{
    unlink_object(object);
    if (object->ended)
        object->ended(object->run, object->id, is_read);
    free_object(object);
}

/* Keeps how the call ended; `gap` is NULL when its pages are there. */
static void end_with(struct object *object, const struct gap *gap)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_outcome outcome = {.http_status = gap ? gap->http_status : 200,
                                   .pages = gap ? 0 : object->pages};
    /* A status that says "done" must not stand for a failure in the store. */
    if (gap && outcome.http_status >= 200 && outcome.http_status < 300)
        outcome.http_status = 0;
    if (gap)
        (void)snprintf(outcome.reason, sizeof outcome.reason, "%s", gap->reason);
    enum smc_status rc = smci_store_finish(run->store, object_kind(object->asset), object->id,
                                           object->tag, &outcome, &err);
    if (rc == SMC_OK && gap)
        rc = gaps_add(&run->gaps, gap, &err);
    (void)run_check(run, rc, &err);
    object_end(object, !gap);
}

static enum gap_remedy remedy(int http_status)
{
    switch (http_status) {
    case 403:
        return GAP_RIGHTS;
    case 400:
    case 404:
    case 409:
    case 410:
        return GAP_NOTHING;
    default:
        return GAP_RERUN;
    }
}

/* Says in `gap` which object and which call it is about; the call's text is in `call`. */
static enum smc_status address_gap(struct object *object, struct gap *gap, struct smc_buf *call)
{
    smc_buf_reset(&object->cursor.text);
    enum smc_status rc = make_target(object, call);
    if (call->data)
        call->data[strcspn(call->data, "?")] = '\0';
    gap->kind = object_kind(object->asset);
    gap->id = object->id;
    gap->name = object->name;
    gap->call = smc_buf_str(call);
    return rc == SMC_ERR_CAP ? SMC_OK : rc; /* an id of that length is said in part */
}

static void end_with_gap(struct object *object, struct gap gap)
{
    struct smc_buf call = SMC_BUF_INIT(TARGET_MAX);
    struct smc_error err = SMC_ERROR_INIT;
    (void)run_check(object->run, address_gap(object, &gap, &call), &err);
    end_with(object, &gap);
    smc_buf_clear(&call);
}

enum smc_status object_note_old_gap(struct object *object, const struct smci_outcome *outcome,
                                    struct smc_error *err)
{
    struct smc_buf call = SMC_BUF_INIT(TARGET_MAX);
    struct gap gap = {.http_status = outcome->http_status,
                      .code = "",
                      .request_id = "",
                      .reason = outcome->reason,
                      .remedy = remedy(outcome->http_status)};
    enum smc_status rc = address_gap(object, &gap, &call);
    if (rc == SMC_OK)
        rc = gaps_add(&object->run->gaps, &gap, err);
    smc_buf_clear(&call);
    return rc;
}

static void gap(struct object *object, const struct smc_answer *answer)
{
    struct gap gap = {.http_status = answer->http_status,
                      .code = answer->api_code,
                      .request_id = answer->request_id,
                      .reason = answer->error.detail,
                      .remedy = remedy(answer->http_status)};
    if (answer->error.code == SMC_ERR_CAP)
        gap.remedy = GAP_NOTHING;
    else if (answer->is_transient)
        gap.remedy = GAP_RERUN;
    end_with_gap(object, gap);
}

static void defer(struct object *object)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addf(&key, "%d:%s", object->asset, object->id);
    if (rc == SMC_OK)
        rc = smci_list_add(object->run->store, LIST_DEFERRED, key.data, object->tag, object->name,
                           NULL, &err);
    (void)run_check(object->run, rc, &err);
    smc_buf_clear(&key);
    object_end(object, false);
}

/* ---- answers ---- */

static void count_answer(struct object *object, const struct smc_answer *answer)
{
    struct object_counts *counts = &object->run->objects.counts[object->asset];
    if (answer->http_status == 0 || answer->is_transient)
        return;
    counts->answered++;
    if (answer->http_status != 403)
        return;
    counts->forbidden++;
    (void)snprintf(counts->text, sizeof counts->text, "%.300s", answer->error.detail);
}

static void on_failure(struct object *object, const struct smc_answer *answer)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    count_answer(object, answer);
    (void)run_check(run, objects_check_kind(&run->objects, object->asset, FORBIDDEN_PROOF, &err),
                    &err);
    if (!answer->is_transient) {
        gap(object, answer);
        return;
    }
    if (answer->was_alone)
        whoami_probe(run);
    if (object->is_last_chance)
        gap(object, answer);
    else
        defer(object);
}

/* What is wrong with the answer (a 200), or with the id, so that none was asked for (0). */
static void wrong(struct object *object, int http_status, const char *what)
{
    char reason[640];
    (void)snprintf(reason, sizeof reason, "page %d %s", object->pages + 1, what);
    const struct gap gap = {.http_status = http_status,
                            .code = "",
                            .request_id = "",
                            .reason = object->pages ? reason : what,
                            .remedy = GAP_NOTHING};
    end_with_gap(object, gap);
}

/* Takes the next page's cursor; a repeated one is a gap. False when the object has ended. */
static bool take_cursor(struct object *object, const struct smci_page *page)
{
    char what[128];
    struct smc_error err = SMC_ERROR_INIT;
    enum smci_cursor_step step = smci_cursor_take(&object->cursor, page, paging_of(object));
    if (step == SMCI_CURSOR_NEXT || step == SMCI_CURSOR_END)
        return true;
    if (step == SMCI_CURSOR_NO_MEMORY)
        return run_check(object->run, SMC_ERR_NOMEM, &err);
    (void)snprintf(what, sizeof what, "the answer %s", smci_cursor_fault(step));
    wrong(object, 200, what);
    return false;
}

static void on_page(struct object *object, const struct smci_page *page)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    if (!take_cursor(object, page))
        return;
    enum smc_status rc =
        smci_store_put_page(run->store, object_kind(object->asset), object->id, object->pages,
                            page->entries.p, page->entries.len, &err);
    if (rc == SMC_OK && object->asset == ASSET_WORKBOOK_SOURCES)
        rc = sources_note_models(run, page->entries, &err);
    if (!run_check(run, rc, &err))
        return;
    object->pages++;
    if (object->cursor.text.len)
        (void)ask(object);
    else
        end_with(object, NULL);
}

/* A table's path is one JSON object, kept as it came. */
static enum smc_verdict on_path(struct object *object, const struct smc_answer *answer,
                                struct smc_error *why)
{
    struct table_path path;
    struct smc_error err = SMC_ERROR_INIT;
    if (smc_json_scan(answer->body, answer->len, NULL, why) != SMC_OK)
        return SMC_REJECT;
    count_answer(object, answer);
    if (!paths_read_answer(answer->body, answer->len, &path)) {
        wrong(object, 200, "the answer has no connectionId and path");
        return SMC_TAKE;
    }
    enum smc_status rc = smci_store_put_page(object->run->store, KIND_PATH, object->id, 0,
                                             answer->body, answer->len, &err);
    if (!run_check(object->run, rc, &err))
        return SMC_TAKE;
    object->pages = 1;
    end_with(object, NULL);
    return SMC_TAKE;
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct object *object = ctx;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    if (answer->error.code != SMC_OK) {
        on_failure(object, answer);
        return SMC_TAKE;
    }
    if (object->asset == OBJECT_PATH)
        return on_path(object, answer, why);
    struct smci_page page = SMCI_PAGE_INIT;
    enum smc_verdict verdict = SMC_TAKE;
    struct smc_error err = SMC_ERROR_INIT;
    enum smci_page_verdict read =
        smci_page_read(&page, answer->body, answer->len, paging_of(object), false, NULL, 0, &err);
    if (read == SMCI_PAGE_NOT_JSON) {
        *why = err;
        verdict = SMC_REJECT;
    } else if (read == SMCI_PAGE_NO_MEMORY) {
        run_fail(object->run, &err);
    } else {
        count_answer(object, answer);
        if (read == SMCI_PAGE_WRONG)
            wrong(object, 200, err.detail);
        else
            on_page(object, &page);
    }
    smci_page_clear(&page);
    return verdict;
}

/* ---- asking ---- */

static enum smc_status make_target(const struct object *object, struct smc_buf *target)
{
    static const char *const first[] = {[SMCI_PAGING_PAGE] = "?limit=1000",
                                        [SMCI_PAGING_TOKEN] = "?pageSize=500",
                                        [SMCI_PAGING_NONE] = ""};
    static const char *const more[] = {[SMCI_PAGING_PAGE] = "&page=",
                                       [SMCI_PAGING_TOKEN] = "&pageToken=",
                                       [SMCI_PAGING_NONE] = ""};
    bool is_path = object->asset == OBJECT_PATH;
    const struct asset *asset = is_path ? NULL : asset_of((enum asset_id)object->asset);
    enum smci_paging paging = paging_of(object);
    enum smc_status rc = smc_buf_addstr(target, is_path ? "/v2/connections/paths/" : asset->path);
    if (rc == SMC_OK)
        rc = smci_url_encode(object->id, strlen(object->id), target);
    if (rc == SMC_OK)
        rc = smc_buf_addf(target, "%s%s", is_path ? "" : asset->path_end, first[paging]);
    if (rc == SMC_OK && object->cursor.text.len)
        rc = smc_buf_addstr(target, more[paging]);
    if (rc == SMC_OK)
        rc = smci_url_encode(smc_buf_str(&object->cursor.text), object->cursor.text.len, target);
    return rc;
}

/* False when there was nothing to ask: then the object has ended. */
static bool ask(struct object *object)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc = make_target(object, &target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = object_kind(object->asset),
                                      .target = target.data,
                                      .is_single_attempt = object->is_last_chance,
                                      .is_urgent = object->is_urgent || object->pages > 0,
                                      .done = on_answer,
                                      .ctx = object};
        rc = smc_client_send(run->client, &request);
    }
    smc_buf_clear(&target);
    if (rc == SMC_ERR_CAP) {
        wrong(object, 0, "its id is too long for an address");
        return false;
    }
    (void)run_check(run, rc, &err);
    return true;
}

bool object_begin(struct object *object)
{
    if (key_is_addressable(object->id))
        return ask(object);
    wrong(object, 0, "its id can't be part of an address");
    return false;
}
