#include "readable.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/net/cursor.h"

#define TARGET_SIZE 128

void readable_init(struct readable *all, struct smc_client *client,
                   const struct selection *selection)
{
    *all = (struct readable){.client = client,
                             .rights = RIGHTS_INIT,
                             .is_one_page_enough = selection->is_one_page_enough};
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        struct readable_listing *listing = &all->listings[i];
        listing->all = all;
        listing->asset = i;
        listing->is_wanted =
            selection->is_asked[i] && asset_of(listing->asset)->role == ROLE_LISTING;
        listing->is_extra = select_is_extra(selection, i);
        listing->total = -1;
    }
}

static void fail(struct readable *all, enum smc_status rc)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)smc_error_set(&err, rc, "%s", smc_error_text(rc));
    smc_client_fail(all->client, &err);
}

/* ---- asking ---- */

static enum smc_status ask(struct readable_listing *listing);

static void take_failure(struct readable_listing *listing, const struct smc_answer *answer)
{
    if (listing->asset == ASSET_WORKBOOKS &&
        rights_fall_back(&listing->all->rights, answer->http_status)) {
        if (listing->all->is_one_page_enough) { /* a run would not ask for more than this */
            listing->is_wanted = false;
            return;
        }
        enum smc_status rc = ask(listing);
        if (rc != SMC_OK)
            fail(listing->all, rc);
        return;
    }
    listing->is_answered = true;
    listing->is_withdrawn = asset_of(listing->asset)->is_withdrawn_ok &&
                            (answer->http_status == 404 || answer->http_status == 410);
    listing->is_transient = answer->is_transient;
    if (listing->is_withdrawn)
        return;
    listing->error = answer->error;
    if (answer->http_status == 403)
        listing->error.code = SMC_ERR_AUTH;
}

static enum smc_verdict on_page(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct readable_listing *listing = ctx;
    const struct asset *asset = asset_of(listing->asset);
    struct smci_page page = SMCI_PAGE_INIT;
    struct smc_error err = SMC_ERROR_INIT;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    if (answer->error.code != SMC_OK) {
        take_failure(listing, answer);
        return SMC_TAKE;
    }
    enum smci_page_verdict verdict = smci_page_read(&page, answer->body, answer->len, asset->paging,
                                                    asset->is_bare_ok, &asset->id_member, 1, &err);
    listing->total = page.total;
    bool has_cursor = page.has_cursor_member;
    smci_page_clear(&page);
    if (verdict == SMCI_PAGE_NOT_JSON) {
        *why = err;
        return SMC_REJECT;
    }
    if (verdict == SMCI_PAGE_NO_MEMORY)
        fail(listing->all, SMC_ERR_NOMEM);
    listing->is_answered = true;
    if (verdict == SMCI_PAGE_WRONG)
        (void)smc_error_set(&listing->error, SMC_ERR_HTTP, "GET %s: %s", asset->path, err.detail);
    else if (!has_cursor)
        (void)smc_error_set(&listing->error, SMC_ERR_HTTP, "GET %s: the page %s", asset->path,
                            smci_cursor_fault(SMCI_CURSOR_MISSING));
    return SMC_TAKE;
}

static enum smc_status ask(struct readable_listing *listing)
{
    const struct readable *all = listing->all;
    const struct asset *asset = asset_of(listing->asset);
    char target[TARGET_SIZE];
    (void)snprintf(target, sizeof target, "%s?limit=1%s", asset->path,
                   rights_query(&all->rights, listing->asset));
    struct smc_request request = {
        .kind = asset->name, .target = target, .done = on_page, .ctx = listing};
    return smc_client_send(all->client, &request);
}

/* Workbooks go first and alone, since they decide how the others are asked for. */
enum smc_status readable_ask(struct readable *all, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    if (all->listings[ASSET_WORKBOOKS].is_wanted)
        rc = ask(&all->listings[ASSET_WORKBOOKS]);
    if (rc == SMC_OK)
        rc = smc_client_run(all->client, err);
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (i != ASSET_WORKBOOKS && all->listings[i].is_wanted)
            rc = ask(&all->listings[i]);
    if (rc == SMC_OK)
        rc = smc_client_run(all->client, err);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", smc_error_text(rc));
}

/* ---- telling ---- */

static void tell_rights(const struct readable *all, struct smci_cli_checklist *list)
{
    const struct readable_listing *workbooks = &all->listings[ASSET_WORKBOOKS];
    if (!workbooks->is_wanted && all->rights.is_admin) {
        smci_cli_untold(list, RIGHTS,
                        "not looked at: nothing that is to be written "
                        "depends on them");
    } else if (workbooks->is_wanted &&
               (!workbooks->is_answered || workbooks->error.code != SMC_OK)) {
        smci_cli_untold(list, RIGHTS, "not known: the listing of workbooks tells them");
    } else if (all->rights.is_admin) {
        smci_cli_ok(list, RIGHTS, "an Org Admin's: the whole organisation is seen");
    } else {
        smci_cli_warn(list, RIGHTS,
                      "not an Org Admin's: only what their owner may see is extracted");
        smci_cli_remedy(list, "use an Org Admin's credentials to extract all of it");
    }
}

static void tell_unreadable(const struct readable_listing *listing, struct smci_cli_checklist *list)
{
    const struct smc_error *why = &listing->error;
    if (listing->is_extra)
        smci_cli_warn(list, READABLE, "%s: %s; a run leaves it out", asset_of(listing->asset)->name,
                      why->detail);
    else
        smci_cli_failed(list, why->code, READABLE, "%s: %s", asset_of(listing->asset)->name,
                        why->detail);
    if (why->code == SMC_ERR_AUTH)
        smci_cli_remedy(list, "use an Org Admin's credentials");
    else if (listing->is_transient)
        smci_cli_remedy(list, "check again in some minutes: what is wrong is at Sigma");
    else
        smci_cli_remedy(list, "tell Sigma's support of this call and its answer");
}

static enum smc_status add_readable(const struct readable_listing *listing, struct smc_buf *text)
{
    const char *name = asset_of(listing->asset)->name;
    enum smc_status rc = smc_buf_addf(text, "%s%s", text->len > 0 ? ", " : "", name);
    if (rc == SMC_OK && listing->is_withdrawn)
        rc = smc_buf_addstr(text, " (withdrawn by Sigma)");
    else if (rc == SMC_OK && listing->total >= 0)
        rc = smc_buf_addf(text, " %" PRId64, listing->total);
    return rc;
}

int64_t readable_gaps(const struct readable *all)
{
    int64_t count = 0;
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        count += all->listings[i].is_withdrawn ||
                 (all->listings[i].is_extra && all->listings[i].error.code != SMC_OK);
    return count;
}

enum smc_status readable_tell(const struct readable *all, struct smci_cli_checklist *list)
{
    struct smc_buf text = SMC_BUF_INIT(1024);
    enum smc_status rc = SMC_OK;
    tell_rights(all, list);
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++) {
        const struct readable_listing *listing = &all->listings[i];
        if (listing->is_wanted && listing->is_answered && listing->error.code == SMC_OK)
            rc = add_readable(listing, &text);
    }
    if (rc == SMC_OK && text.len > 0)
        smci_cli_ok(list, READABLE, "%s", text.data);
    smc_buf_clear(&text);
    for (enum asset_id i = 0; i < ASSET_COUNT; i++) {
        const struct readable_listing *listing = &all->listings[i];
        if (listing->is_wanted && listing->error.code != SMC_OK)
            tell_unreadable(listing, list);
    }
    return rc;
}
