#include "lost.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"

#include "gone.h"
#include "key.h"

/* Calls that wait for the end of their listing, in a list for each: the id is "ASSET:ID", the tag
 * "STATUS" on a line and what gap_pack makes. */
#define LIST_HELD "held."

/* Notes the gap, with the object's name and the call's address. */
enum smc_status lost_note_uncounted(struct lost *lost, const struct call *call,
                                    const struct gap *gap, struct smc_error *err)
{
    struct smci_item table;
    struct smc_buf address = SMC_BUF_INIT(TARGET_MAX);
    struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
    bool found = false;
    enum smc_status rc = SMC_OK;
    if (asset_is_path(call->asset)) /* a table is known by who uses it */
        rc = smci_list_find(lost->job->store, asset_of(call->asset)->objects, call->id, &found,
                            &table, err);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&name, found ? table.name : call->name);
    enum smc_status told = call_address(call, &address);
    if (rc == SMC_OK && told != SMC_ERR_CAP) /* an id of that length is said in part */
        rc = told;
    struct gap whole = *gap;
    whole.kind = asset_of(call->asset)->name;
    whole.id = call->id;
    whole.name = smc_buf_str(&name);
    whole.call = smc_buf_str(&address);
    whole.is_extra = select_is_extra(&lost->job->selection, call->asset);
    if (rc == SMC_OK)
        rc = gaps_add(lost->gaps, &whole, err);
    smc_buf_clear(&address);
    smc_buf_clear(&name);
    return rc;
}

static enum smc_status note(struct lost *lost, const struct call *call, const struct gap *gap,
                            struct smc_error *err)
{
    ends_lost(&lost->ends, call->asset, gap->http_status, gap->remedy);
    return lost_note_uncounted(lost, call, gap, err);
}

/* ---- objects that have gone ---- */

static enum smc_status note_unless_gone(struct lost *lost, const struct call *call,
                                        const struct gap *gap, struct smc_error *err)
{
    bool is_gone = false;
    const struct asset *asset = asset_of(call->asset);
    struct smc_buf owner = SMC_BUF_INIT(SMC_BODY_MAX);
    size_t len = asset->path_part ? strcspn(call->id, "/") : strlen(call->id);
    enum smc_status rc = smc_buf_add(&owner, call->id, len);
    if (rc == SMC_OK)
        rc = gone_has(lost->job, asset->of, smc_buf_str(&owner), &is_gone, err);
    smc_buf_clear(&owner);
    if (rc != SMC_OK || !is_gone)
        return rc == SMC_OK ? note(lost, call, gap, err) : rc;
    smci_log_event(lost->job->log, SMC_LOG_INFO, SMCI_EVENT_DELETED,
                   SMCI_FACTS(.asset = asset_of(call->asset)->name, .id = call->id,
                              .status = gap->http_status),
                   "%s of %.200s: it was deleted while it was listed (HTTP %d)",
                   asset_of(call->asset)->name, call->id, gap->http_status);
    return SMC_OK;
}

static void name_list(enum asset_id listing, char *name, size_t size)
{
    (void)snprintf(name, size, LIST_HELD "%s", asset_of(listing)->name);
}

static enum smc_status hold(const struct lost *lost, const struct call *call, const struct gap *gap,
                            struct smc_error *err)
{
    char list[64];
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_buf tag = SMC_BUF_INIT(65536);
    name_list(asset_of(call->asset)->of, list, sizeof list);
    enum smc_status rc = smc_buf_addf(&id, "%d:%s", (int)call->asset, call->id);
    if (rc == SMC_OK)
        rc = smc_buf_addf(&tag, "%d\n", gap->http_status);
    if (rc == SMC_OK)
        rc = gap_pack(gap, &tag);
    if (rc == SMC_OK)
        rc = smci_list_add(lost->job->store, list, id.data, tag.data, call->name, NULL, err);
    smc_buf_clear(&id);
    smc_buf_clear(&tag);
    return rc;
}

static enum smc_status release(void *ctx, const struct smci_item *item, struct smc_error *err)
{
    struct lost *lost = ctx;
    struct call call = {NULL};
    struct smci_item object = {.id = item->id, .tag = "", .name = item->name};
    int64_t asset;
    if (!key_take_number(&object.id, CALL_COUNT - 1, &asset))
        return smci_store_reject(lost->job->store, err);
    char *status = strdup(item->tag);
    enum smc_status rc = SMC_ERR_NOMEM;
    if (status && call_init(&call, lost->job, (enum asset_id)asset, &object)) {
        char *rest;
        const int http_status = (int)strtol(status, &rest, 10);
        struct gap gap = {.http_status = http_status, .remedy = gap_remedy(http_status)};
        if (*rest) /* the line's end */
            gap_unpack(rest + 1, &gap);
        rc = note_unless_gone(lost, &call, &gap, err);
    }
    call_clear(&call);
    free(status);
    return rc;
}

enum smc_status lost_listed(struct lost *lost, enum asset_id listing, struct smc_error *err)
{
    char list[64];
    name_list(listing, list, sizeof list);
    lost->is_listed[listing] = true;
    return job_each_item(lost->job, list, release, lost, err);
}

enum smc_status lost_note(struct lost *lost, const struct call *call, const struct gap *gap,
                          struct smc_error *err)
{
    enum asset_id listing = asset_of(call->asset)->of;
    bool may_have_gone = gap->http_status == 404 || gap->http_status == 410;
    if (!may_have_gone || asset_of(listing)->role != ROLE_LISTING)
        return note(lost, call, gap, err);
    return lost->is_listed[listing] ? note_unless_gone(lost, call, gap, err)
                                    : hold(lost, call, gap, err);
}

/* ---- extras as a whole ---- */

enum smc_status lost_give_up(struct lost *lost, enum asset_id asset, const struct gap *gap,
                             struct smc_error *err)
{
    struct gap whole = *gap;
    if (lost->is_given_up[asset])
        return SMC_OK;
    lost->is_given_up[asset] = true;
    whole.kind = asset_of(asset)->name;
    whole.is_extra = true;
    return gaps_add(lost->gaps, &whole, err);
}

/* It, or the listing of its objects. */
static bool is_given_up(const struct lost *lost, enum asset_id asset)
{
    return lost->is_given_up[asset] || lost->is_given_up[asset_of(asset)->of];
}

bool lost_is_given_up(const struct lost *lost, enum asset_id asset)
{
    bool is_any = is_given_up(lost, asset);
    for (enum asset_id i = 0; i < CALL_COUNT; i++)
        is_any = is_any || ((asset_of(asset)->needs & ASSET_BIT(i)) && is_given_up(lost, i));
    return is_any;
}

/* ---- others ---- */

enum smc_status lost_note_unread(struct lost *lost, enum asset_id asset,
                                 const struct smci_item *object, const struct gap *gap,
                                 struct smc_error *err)
{
    struct call call = {NULL};
    enum smc_status rc = SMC_ERR_NOMEM;
    ends_unread(&lost->ends, asset);
    if (call_init(&call, lost->job, asset, object))
        rc = note(lost, &call, gap, err);
    call_clear(&call);
    return rc;
}
