#include "objects.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "run.h"
#include "sources.h"

void objects_init(struct objects *objects, struct run *run)
{
    *objects = (struct objects){.run = run};
}

void objects_clear(struct objects *objects)
{
    while (objects->flying)
        object_drop(objects->flying);
}

/* ---- rights ---- */

static enum smc_status refused(const struct object_counts *counts, int asset, struct smc_error *err)
{
    return smc_error_set(err, SMC_ERR_AUTH,
                         "all %" PRId64
                         " calls for %s so far were refused; an Org Admin's credentials "
                         "are needed: %s",
                         counts->forbidden, object_kind(asset), counts->text);
}

enum smc_status objects_check_kind(const struct objects *objects, int asset, int64_t proof,
                                   struct smc_error *err)
{
    const struct object_counts *counts = &objects->counts[asset];
    bool is_refused = counts->forbidden >= proof && counts->forbidden == counts->answered;
    return is_refused ? refused(counts, asset, err) : SMC_OK;
}

enum smc_status objects_check_rights(const struct objects *objects, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i <= OBJECT_PATH; i++)
        rc = objects_check_kind(objects, i, 1, err);
    return rc;
}

/* ---- answers that an earlier run has paid for ---- */

/* Whether the store has the answer for the object as the listing shows it now. */
static enum smc_status find_reusable(struct run *run, const struct object *object, bool *found,
                                     struct smci_outcome *outcome, struct smc_error *err)
{
    *found = false;
    if (strcmp(object->tag, "/") == 0) /* nothing tells whether it has changed */
        return SMC_OK;
    return smci_store_get(run->store, object_kind(object->asset), object->id, object->tag, found,
                          outcome, err);
}

/* What an answer that has just come would have led to. */
static enum smc_status reuse(struct run *run, struct object *object,
                             const struct smci_outcome *outcome, struct smc_error *err)
{
    struct smc_buf page = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = SMC_OK;
    run->reused++;
    if (!run->oldest_reused_s || outcome->fetched_s < run->oldest_reused_s)
        run->oldest_reused_s = outcome->fetched_s;
    run->objects.counts[object->asset].answered++;
    if (outcome->http_status == 200 && object->asset == ASSET_WORKBOOK_SOURCES) {
        rc = smci_store_page(run->store, object_kind(object->asset), object->id, 0, &page, err);
        if (rc == SMC_OK)
            rc = sources_note_models(run, (struct smc_json_span){page.data, page.len}, err);
    } else if (outcome->http_status != 200) {
        rc = object_note_old_gap(object, outcome, err);
    }
    smc_buf_clear(&page);
    return rc;
}

enum smc_status objects_reuse_path(struct objects *objects, const char *id,
                                   const struct smci_outcome *outcome, struct smc_error *err)
{
    struct object *object = object_new(objects->run, OBJECT_PATH, id, "", "");
    if (!object)
        return SMC_ERR_NOMEM;
    enum smc_status rc = reuse(objects->run, object, outcome, err);
    object_drop(object);
    return rc;
}

/* ---- the client's supply ---- */

enum smc_status objects_want(struct objects *objects, int asset, const char *id, const char *tag,
                             const char *name, struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addf(&key, "%d:%s", asset, id);
    if (rc == SMC_OK)
        rc = smci_list_add(objects->run->store, LIST_CALLS, key.data, tag, name, NULL, err);
    smc_buf_clear(&key);
    return rc;
}

static const char *list_of(enum objects_phase phase)
{
    switch (phase) {
    case OBJECTS_LIST:
        return LIST_CALLS;
    case OBJECTS_DEFERRED:
        return LIST_DEFERRED;
    case OBJECTS_TABLES:
        return LIST_SINGLE;
    case OBJECTS_PHASES:
        break;
    }
    return LIST_CALLS;
}

/* The next item of the phase's list, split into `asset` and `id` (borrowed). Items of the first two
 * lists carry their kind before the id. */
static bool next_item(struct objects *objects, struct smci_item *item, int *asset, const char **id)
{
    struct smc_error err = SMC_ERROR_INIT;
    bool found = false;
    char *rest = NULL;
    bool is_table = objects->phase == OBJECTS_TABLES;
    enum smc_status rc = smci_list_next(objects->run->store, list_of(objects->phase),
                                        objects->positions[objects->phase], &found, item, &err);
    if (!run_check(objects->run, rc, &err) || !found)
        return false;
    objects->positions[objects->phase] = item->position;
    *asset = is_table ? OBJECT_PATH : (int)strtol(item->id, &rest, 10);
    *id = is_table ? item->id : rest + 1;
    return true;
}

/* Begins the call. False when there is none to make: an earlier run has paid for it, or its id can't be
 * asked for. (The client ends when nothing is queued.) */
static bool begin_or_reuse(struct object *object)
{
    struct run *run = object->run;
    struct smc_error err = SMC_ERROR_INIT;
    bool is_reusable = false;
    struct smci_outcome outcome = {0};
    enum smc_status rc = find_reusable(run, object, &is_reusable, &outcome, &err);
    if (rc == SMC_OK && is_reusable)
        rc = reuse(run, object, &outcome, &err);
    if (!run_check(run, rc, &err))
        return true; /* the run is over */
    if (is_reusable) {
        object_end(object, true);
        return false;
    }
    return object_begin(object);
}

/* Begins one call from the phase's list. */
static void feed(void *ctx)
{
    struct run *run = ctx;
    struct objects *objects = &run->objects;
    struct smci_item item;
    const char *id;
    int asset;
    while (next_item(objects, &item, &asset, &id)) {
        struct object *object = object_new(run, asset, id, item.tag, item.name);
        if (!object) {
            struct smc_error err = SMC_ERROR_INIT;
            (void)run_check(run, SMC_ERR_NOMEM, &err);
            return;
        }
        object->is_last_chance = objects->phase == OBJECTS_DEFERRED;
        if (begin_or_reuse(object))
            return;
    }
}

void objects_begin(struct objects *objects, enum objects_phase phase)
{
    objects->phase = phase;
    smc_client_set_refill(objects->run->client, feed, objects->run);
}

enum smc_status objects_outcome(struct run *run, int asset, const char *id, bool *found,
                                struct smci_outcome *outcome, struct smc_error *err)
{
    struct smci_item item;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    *found = false;
    enum smc_status rc = smc_buf_addf(&key, "%d:%s", asset, id);
    if (rc == SMC_OK)
        rc = smci_list_find(run->store, LIST_CALLS, key.data, found, &item, err);
    smc_buf_clear(&key);
    if (rc != SMC_OK || !*found)
        return rc;
    return smci_store_get(run->store, object_kind(asset), id, NULL, found, outcome, err);
}

void objects_ask_now(struct objects *objects, int asset, const char *id, object_ended_fn *ended)
{
    struct object *object = object_new(objects->run, asset, id, "", "");
    if (!object) {
        struct smc_error err = SMC_ERROR_INIT;
        (void)run_check(objects->run, SMC_ERR_NOMEM, &err);
        return;
    }
    object->ended = ended;
    object->is_urgent = true;
    (void)object_begin(object);
}
