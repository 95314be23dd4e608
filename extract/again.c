#include "again.h"

#include <inttypes.h>
#include <stdio.h>

#include "stored.h"

/* The tag of an answer that is short: no listing shows it. */
#define TAG_SHORT "?"

bool again_is_short(const struct call *call)
{
    return call->rows < call->total || call->is_end_unknown;
}

static enum smc_status finish(const struct call *call, struct smc_error *err)
{
    struct smci_outcome outcome = {.http_status = 200, .pages = call->pages};
    bool is_short = again_is_short(call);
    if (call->is_end_unknown)
        (void)snprintf(outcome.reason, sizeof outcome.reason,
                       "an empty cursor and no total: nobody knows whether rows follow");
    else if (is_short)
        (void)snprintf(outcome.reason, sizeof outcome.reason,
                       "fewer rows than its total: %" PRId64 " of its %" PRId64 " rows are lacking",
                       call->total - call->rows, call->total);
    return smci_store_finish(call->job->store, asset_of(call->asset)->name, call->id,
                             is_short ? TAG_SHORT : call->tag, &outcome, err);
}

enum smc_status again_keep(const struct call *call, struct smc_error *err)
{
    return finish(call, err);
}

bool again_begin(struct call *call)
{
    return asprintf(&call->again, "%d:%s", (int)call->asset, call->id) >= 0;
}

enum smc_status again_take(const struct call *call, struct smc_error *err)
{
    struct smci_store *store = call->job->store;
    struct smci_outcome outcome = {.http_status = 200, .pages = call->pages};
    struct smc_buf page = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smci_store_finish(store, KIND_AGAIN, call->again, "", &outcome, err);
    for (int i = 0; rc == SMC_OK && i < call->pages; i++) {
        smc_buf_reset(&page);
        rc = stored_page(store, KIND_AGAIN, call->again, i, SMC_JSON_ARRAY, &page, err);
        if (rc == SMC_OK)
            rc = smci_store_put_page(store, asset_of(call->asset)->name, call->id, i, page.data,
                                     page.len, err);
    }
    smc_buf_clear(&page);
    return rc == SMC_OK ? finish(call, err) : rc;
}

enum smc_status again_reason(const struct call *call, struct smc_buf *text, struct smc_error *err)
{
    struct smci_outcome outcome;
    bool found = false;
    enum smc_status rc = smci_store_get(call->job->store, asset_of(call->asset)->name, call->id,
                                        NULL, &found, &outcome, err);
    if (rc == SMC_OK && !found) /* this run has put it there */
        rc = smci_store_reject(call->job->store, err);
    return rc == SMC_OK ? smc_buf_addstr(text, outcome.reason) : rc;
}

enum smc_status again_end(const struct job *job, struct smc_error *err)
{
    return smci_store_prune(job->store, KIND_AGAIN, "", err);
}
