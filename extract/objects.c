#include "objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "run.h"
#include "sources.h"

/* All calls of a kind answered 403 so far: after so many it is the account, not the object. */
#define FORBIDDEN_PROOF 20

/* One object's call, from the first page to the last. */
struct object {
    struct run *run;
    struct object *next;
    int asset; /* or OBJECT_PATH */
    char *id;  /* a key */
    char *tag;
    char *name;
    bool is_last_chance;
    bool is_urgent;
    int pages;
    struct smc_buf cursor; /* of the page that is asked for; empty: the first */
    struct idset cursors;
    object_ended_fn *ended;
};

static void ask(struct object *object);

const char *object_kind(int asset)
{
    return asset == OBJECT_PATH ? KIND_PATH : asset_of((enum asset_id)asset)->name;
}

static enum paging paging_of(const struct object *object)
{
    return object->asset == OBJECT_PATH ? PAGING_NONE
                                        : asset_of((enum asset_id)object->asset)->paging;
}

void objects_init(struct objects *objects, struct run *run)
{
    *objects = (struct objects){.run = run};
}

static void free_object(struct object *object)
{
    smc_buf_clear(&object->cursor);
    idset_clear(&object->cursors);
    free(object->id);
    free(object->tag);
    free(object->name);
    free(object);
}

void objects_clear(struct objects *objects)
{
    while (objects->flying) {
        struct object *object = objects->flying;
        objects->flying = object->next;
        free_object(object);
    }
}

static struct object *new_object(struct run *run, int asset, const char *id, const char *tag,
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
    smc_buf_init(&object->cursor, 65536);
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

/* ---- ends ---- */

/* The object's call is over; its memory too. */
static void end(struct object *object, bool is_read)
{
    unlink_object(object);
    if (object->ended)
        object->ended(object->run, object->id, is_read);
    free_object(object);
}

static void end_with(struct object *object, int http_status, const char *reason)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_outcome outcome = {.http_status = http_status,
                                  .pages = http_status == 200 ? object->pages : 0};
    (void)snprintf(outcome.reason, sizeof outcome.reason, "%s", reason);
    enum smc_status rc = smc_store_finish(object->run->store, object_kind(object->asset),
                                          object->id, object->tag, &outcome, &err);
    if (run_check(object->run, rc, &err) && http_status != 200)
        gaps_add(&object->run->gaps, object_kind(object->asset), object->id, object->name, reason);
    end(object, http_status == 200);
}

static const char *remedy(int http_status)
{
    switch (http_status) {
    case 403:
        return "an Org Admin's credentials are needed to read it";
    case 400:
    case 404:
    case 409:
    case 410:
        return "no re-run will mend it while Sigma answers so";
    default:
        return "a later run may mend it";
    }
}

static void gap(struct object *object, const struct smc_answer *answer)
{
    char reason[700];
    (void)snprintf(reason, sizeof reason, "%s; %s", answer->error.detail,
                   remedy(answer->http_status));
    /* A status that says "done" must not stand for a failure in the store. */
    int status = answer->http_status >= 200 && answer->http_status < 300 ? 0 : answer->http_status;
    end_with(object, status, reason);
}

static void defer(struct object *object)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addf(&key, "%d:%s", object->asset, object->id);
    if (rc == SMC_OK)
        rc = smc_list_add(object->run->store, LIST_DEFERRED, key.data, object->tag, object->name,
                          NULL, &err);
    if (rc != SMC_OK)
        (void)smc_fail(&err, rc, "%s", smc_strerror(rc));
    (void)run_check(object->run, rc, &err);
    smc_buf_clear(&key);
    end(object, false);
}

/* ---- is the API up at all? ---- */

static enum smc_verdict on_probe(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct run *run = ctx;
    (void)why;
    run->objects.is_probing = false;
    if (answer->error.code != SMC_OK) {
        struct smc_error err = answer->error;
        err.code = answer->http_status == 403 ? SMC_ERR_AUTH : SMC_ERR_NETWORK;
        smc_error_context(&err, "Sigma's API as a whole does not answer; run again to go on");
        run_fail(run, &err);
    }
    return SMC_TAKE;
}

static void probe(struct run *run)
{
    struct smc_error err = SMC_ERROR_INIT;
    if (run->objects.is_probing)
        return;
    run->objects.is_probing = true;
    struct smc_request request = {.kind = KIND_WHOAMI,
                                  .target = "/v2/whoami",
                                  .is_urgent = true,
                                  .done = on_probe,
                                  .ctx = run};
    enum smc_status rc = smc_client_send(run->client, &request);
    if (rc != SMC_OK)
        (void)smc_fail(&err, rc, "%s", smc_strerror(rc));
    (void)run_check(run, rc, &err);
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

static enum smc_status refused(const struct object_counts *counts, int asset, struct smc_error *err)
{
    return smc_fail(err, SMC_ERR_AUTH,
                    "all %" PRId64 " calls for %s so far were refused; an Org Admin's credentials "
                    "are needed: %s",
                    counts->forbidden, object_kind(asset), counts->text);
}

enum smc_status objects_check_rights(struct objects *objects, struct smc_error *err)
{
    for (int i = 0; i <= OBJECT_PATH; i++) {
        const struct object_counts *counts = &objects->counts[i];
        if (counts->forbidden && counts->forbidden == counts->answered)
            return refused(counts, i, err);
    }
    return SMC_OK;
}

static void on_failure(struct object *object, const struct smc_answer *answer)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    count_answer(object, answer);
    const struct object_counts *counts = &run->objects.counts[object->asset];
    if (counts->forbidden >= FORBIDDEN_PROOF && counts->forbidden == counts->answered) {
        (void)refused(counts, object->asset, &err);
        run_fail(run, &err);
    }
    if (!answer->is_transient) {
        gap(object, answer);
        return;
    }
    if (answer->was_alone)
        probe(run);
    if (object->is_last_chance)
        gap(object, answer);
    else
        defer(object);
}

static void wrong(struct object *object, const char *what)
{
    char reason[640];
    (void)snprintf(reason, sizeof reason,
                   "page %d %s; no re-run will mend it while Sigma answers so", object->pages + 1,
                   what);
    end_with(object, 0, reason);
}

/* Takes the next page's cursor; a repeated one is a gap. False when the object has ended. */
static bool take_cursor(struct object *object, const struct page *page)
{
    bool is_new = true;
    smc_buf_reset(&object->cursor);
    if (!page->has_cursor_member && paging_of(object) != PAGING_TOKEN) {
        wrong(object, "does not say whether more follow (it has no nextPage)");
        return false;
    }
    if (!page->cursor.p)
        return true;
    enum smc_json_type type = smc_span_type(page->cursor);
    enum smc_status rc = type == SMC_JSON_STRING
                             ? smc_string_decode(page->cursor, &object->cursor)
                             : smc_buf_add(&object->cursor, page->cursor.p, page->cursor.len);
    bool fits = rc == SMC_OK && object->cursor.len > 0 &&
                (type == SMC_JSON_STRING || type == SMC_JSON_NUMBER);
    if (fits && !idset_add(&object->cursors, object->cursor.data, object->cursor.len, &is_new)) {
        struct smc_error err = SMC_ERROR_INIT;
        (void)smc_fail(&err, SMC_ERR_NOMEM, "out of memory");
        run_fail(object->run, &err);
        return false;
    }
    if (!fits || !is_new)
        wrong(object, "names a page that was read before (its cursor repeats)");
    return fits && is_new;
}

static void on_page(struct object *object, const struct page *page)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    if (!take_cursor(object, page))
        return;
    enum smc_status rc =
        smc_store_put_page(run->store, object_kind(object->asset), object->id, object->pages,
                           page->entries.p, page->entries.len, &err);
    if (rc == SMC_OK && object->asset == ASSET_WORKBOOK_SOURCES)
        rc = sources_note_models(run, page->entries, &err);
    if (!run_check(run, rc, &err))
        return;
    object->pages++;
    if (object->cursor.len)
        ask(object);
    else
        end_with(object, 200, "");
}

/* A table's path is one JSON object, kept as it came. */
static enum smc_verdict on_path(struct object *object, const struct smc_answer *answer,
                                struct smc_error *why)
{
    struct table_path path;
    struct smc_error err = SMC_ERROR_INIT;
    if (smc_record_scan(answer->body, answer->len, NULL, why) != SMC_OK)
        return SMC_REJECT;
    count_answer(object, answer);
    if (!paths_read_answer(answer->body, answer->len, &path)) {
        wrong(object, "has no connectionId and path");
        return SMC_TAKE;
    }
    enum smc_status rc = smc_store_put_page(object->run->store, KIND_PATH, object->id, 0,
                                            answer->body, answer->len, &err);
    if (!run_check(object->run, rc, &err))
        return SMC_TAKE;
    object->pages = 1;
    end_with(object, 200, "");
    return SMC_TAKE;
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct object *object = ctx;
    if (answer->error.code != SMC_OK) {
        on_failure(object, answer);
        return SMC_TAKE;
    }
    if (object->asset == OBJECT_PATH)
        return on_path(object, answer, why);
    struct page page = PAGE_INIT;
    enum smc_verdict verdict = SMC_TAKE;
    struct smc_error err = SMC_ERROR_INIT;
    enum page_verdict read =
        page_read(&page, answer->body, answer->len, paging_of(object), false, NULL, 0, &err);
    if (read == PAGE_NOT_JSON) {
        *why = err;
        verdict = SMC_REJECT;
    } else if (read == PAGE_NO_MEMORY) {
        run_fail(object->run, &err);
    } else {
        count_answer(object, answer);
        if (read == PAGE_WRONG)
            wrong(object, err.detail);
        else
            on_page(object, &page);
    }
    page_clear(&page);
    return verdict;
}

/* ---- asking ---- */

static enum smc_status make_target(const struct object *object, struct smc_buf *target)
{
    static const char *const first[] = {
        [PAGING_PAGE] = "?limit=1000", [PAGING_TOKEN] = "?pageSize=500", [PAGING_NONE] = ""};
    static const char *const more[] = {
        [PAGING_PAGE] = "&page=", [PAGING_TOKEN] = "&pageToken=", [PAGING_NONE] = ""};
    bool is_path = object->asset == OBJECT_PATH;
    const struct asset *asset = is_path ? NULL : asset_of((enum asset_id)object->asset);
    enum paging paging = paging_of(object);
    enum smc_status rc = smc_buf_addstr(target, is_path ? "/v2/connections/paths/" : asset->path);
    if (rc == SMC_OK)
        rc = smc_url_encode(object->id, strlen(object->id), target);
    if (rc == SMC_OK)
        rc = smc_buf_addf(target, "%s%s", is_path ? "" : asset->path_end, first[paging]);
    if (rc == SMC_OK && object->cursor.len)
        rc = smc_buf_addstr(target, more[paging]);
    if (rc == SMC_OK)
        rc = smc_url_encode(smc_buf_str(&object->cursor), object->cursor.len, target);
    return rc;
}

static void ask(struct object *object)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc = make_target(object, &target);
    if (rc == SMC_OK) {
        struct smc_request request = {.kind = object_kind(object->asset),
                                      .target = target.data,
                                      .is_single_try = object->is_last_chance,
                                      .is_urgent = object->is_urgent || object->pages > 0,
                                      .done = on_answer,
                                      .ctx = object};
        rc = smc_client_send(run->client, &request);
    }
    smc_buf_clear(&target);
    if (rc == SMC_ERR_CAP) {
        wrong(object, "can't be asked for: the id is too long for an address");
        return;
    }
    if (rc != SMC_OK)
        (void)smc_fail(&err, rc, "%s", smc_strerror(rc));
    (void)run_check(run, rc, &err);
}

static void begin(struct run *run, int asset, const struct smc_item *item, const char *id,
                  bool is_last_chance)
{
    struct object *object = new_object(run, asset, id, item->tag, item->name);
    if (!object) {
        struct smc_error err = SMC_ERROR_INIT;
        (void)smc_fail(&err, SMC_ERR_NOMEM, "out of memory");
        run_fail(run, &err);
        return;
    }
    object->is_last_chance = is_last_chance;
    if (key_is_addressable(id))
        ask(object);
    else
        end_with(object, 0, "its id can't be part of an address; no re-run will mend it");
}

void objects_ask_now(struct objects *objects, int asset, const char *id, object_ended_fn *ended)
{
    struct object *object = new_object(objects->run, asset, id, "", "");
    if (!object) {
        struct smc_error err = SMC_ERROR_INIT;
        (void)smc_fail(&err, SMC_ERR_NOMEM, "out of memory");
        run_fail(objects->run, &err);
        return;
    }
    object->ended = ended;
    object->is_urgent = true;
    ask(object);
}

/* ---- the client's supply ---- */

enum smc_status objects_want(struct objects *objects, int asset, const char *id, const char *tag,
                             const char *name, struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addf(&key, "%d:%s", asset, id);
    if (rc == SMC_OK)
        rc = smc_list_add(objects->run->store, LIST_TODO, key.data, tag, name, NULL, err);
    smc_buf_clear(&key);
    return rc == SMC_OK ? rc : smc_fail(err, rc, "%s", smc_strerror(rc));
}

static const char *list_of(enum objects_phase phase)
{
    switch (phase) {
    case OBJECTS_LIST:
        return LIST_TODO;
    case OBJECTS_DEFERRED:
        return LIST_DEFERRED;
    case OBJECTS_TABLES:
        return LIST_SINGLE;
    }
    return LIST_TODO;
}

/* Takes one from the phase's list. Items of the first two carry their kind before the id. */
static void feed(void *ctx)
{
    struct run *run = ctx;
    struct objects *objects = &run->objects;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_item item;
    bool found = false;
    bool is_table = objects->phase == OBJECTS_TABLES;
    enum smc_status rc =
        smc_list_next(run->store, list_of(objects->phase), objects->position, &found, &item, &err);
    if (!run_check(run, rc, &err) || !found)
        return;
    objects->position = item.position;
    char *id = NULL;
    int asset = is_table ? OBJECT_PATH : (int)strtol(item.id, &id, 10);
    begin(run, asset, &item, is_table ? item.id : id + 1, objects->phase == OBJECTS_DEFERRED);
}

void objects_begin(struct objects *objects, enum objects_phase phase)
{
    objects->phase = phase;
    objects->position = 0;
    smc_client_set_refill(objects->run->client, feed, objects->run);
}

enum smc_status objects_outcome(struct run *run, int asset, const char *id, bool *found,
                                struct smc_outcome *outcome, struct smc_error *err)
{
    return smc_store_get(run->store, object_kind(asset), id, NULL, found, outcome, err);
}

/* ---- the organisation ---- */

static enum smc_verdict on_whoami(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct run *run = ctx;
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code != SMC_OK) {
        err = answer->error;
        if (answer->http_status == 403) {
            err.code = SMC_ERR_AUTH;
            run_fail(run, &err);
        } else {
            gaps_add(&run->gaps, KIND_WHOAMI, "", "", err.detail);
        }
        return SMC_TAKE;
    }
    struct smc_span whole;
    if (smc_record_scan(answer->body, answer->len, &whole, why) != SMC_OK)
        return SMC_REJECT;
    struct smc_span id = smc_span_member(whole, "organizationId");
    if (smc_span_type(id) != SMC_JSON_STRING) {
        gaps_add(&run->gaps, KIND_WHOAMI, "", "",
                 "GET /v2/whoami: the answer has no organizationId");
        return SMC_TAKE;
    }
    enum smc_status rc = smc_buf_add(&run->organization, id.p, id.len);
    if (rc != SMC_OK)
        (void)smc_fail(&err, rc, "GET /v2/whoami: %s", smc_strerror(rc));
    (void)run_check(run, rc, &err);
    return SMC_TAKE;
}

void objects_ask_whoami(struct objects *objects)
{
    struct run *run = objects->run;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_request request = {
        .kind = KIND_WHOAMI, .target = "/v2/whoami", .done = on_whoami, .ctx = run};
    enum smc_status rc = smc_client_send(run->client, &request);
    if (rc != SMC_OK)
        (void)smc_fail(&err, rc, "%s", smc_strerror(rc));
    (void)run_check(run, rc, &err);
}
