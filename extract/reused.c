#include "reused.h"

#include <string.h>

#include "stored.h"

enum smc_status reused_find(const struct reused *reused, const struct call *call, bool *found,
                            struct smci_outcome *outcome, struct smc_error *err)
{
    *found = false;
    if (strcmp(call->tag, TAG_UNKNOWN) == 0)
        return SMC_OK;
    return smci_store_check(reused->job->store, asset_of(call->asset)->name, call->id, call->tag,
                            found, outcome, err);
}

static enum smc_status tell_rows(const struct reused *reused, const struct call *call, int pages,
                                 struct smc_error *err)
{
    struct smc_buf page = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < pages; i++) {
        smc_buf_reset(&page);
        rc = stored_page(reused->job->store, asset_of(call->asset)->name, call->id, i,
                         SMC_JSON_ARRAY, &page, err);
        if (rc == SMC_OK)
            rc = reused->rows(reused->ctx, call, (struct smc_json_span){page.data, page.len}, err);
    }
    smc_buf_clear(&page);
    return rc;
}

enum smc_status reused_take(struct reused *reused, const struct call *call,
                            const struct smci_outcome *outcome, struct smc_error *err)
{
    struct ends *ends = &reused->lost->ends;
    reused->count++;
    if (!reused->oldest_s || outcome->fetched_s < reused->oldest_s)
        reused->oldest_s = outcome->fetched_s;
    ends->counts[call->asset].answered++;
    if (outcome->http_status == 200) {
        ends_read(ends, call->asset);
        return asset_of(call->asset)->tells_rows ? tell_rows(reused, call, outcome->pages, err)
                                                 : SMC_OK;
    }
    struct smci_outcome failure = *outcome;
    struct gap gap = {.http_status = outcome->http_status,
                      .remedy = gap_remedy(outcome->http_status)};
    gap_unpack(failure.reason, &gap);
    return lost_note(reused->lost, call, &gap, err);
}

enum smc_status reused_take_path(struct reused *reused, enum asset_id asset, const char *id,
                                 const struct smci_outcome *outcome, struct smc_error *err)
{
    const struct smci_item item = {.id = id, .tag = "", .name = ""};
    struct call call = {NULL};
    enum smc_status rc = SMC_ERR_NOMEM;
    if (call_init(&call, reused->job, asset, &item))
        rc = reused_take(reused, &call, outcome, err);
    call_clear(&call);
    return rc;
}
