#include "tables.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/log.h"

void tables_init(struct tables *tables, const struct job *job, struct calls *calls,
                 const struct tables *known)
{
    tables->job = job;
    tables->calls = calls;
    tables->known = known;
    tables->path = known ? CALL_EXTRA_PATH : CALL_PATH;
    table_listing_init(&tables->listing, job, calls);
}

void tables_clear(struct tables *tables)
{
    table_listing_clear(&tables->listing);
}

static const char *list_of(const struct tables *tables)
{
    return asset_of(tables->path)->objects;
}

enum smc_status tables_want(const struct tables *tables, const char *id, const char *user,
                            struct smc_error *err)
{
    struct smci_store *store = tables->job->store;
    struct smci_item item;
    bool is_known = false;
    enum smc_status rc = SMC_OK;
    if (tables->known)
        rc = smci_list_find(store, list_of(tables->known), id, &is_known, &item, err);
    if (rc != SMC_OK || is_known)
        return rc;
    return smci_list_add(store, list_of(tables), id, "", user, NULL, err);
}

static bool is_trusted(const struct tables *tables)
{
    return tables->listing.trust == TABLES_TRUSTED;
}

enum smc_status tables_look(const struct tables *tables, const char *id, struct smc_buf *text,
                            bool *is_known, struct table_path *found, struct smc_error *err)
{
    enum smc_status rc =
        table_path_load(tables->job->store, KIND_PATH, id, "", is_known, text, found, err);
    if (rc == SMC_OK && !*is_known && is_trusted(tables))
        rc = table_listing_find(&tables->listing, id, is_known, text, found, err);
    return rc == SMC_OK && !*is_known && tables->known
               ? tables_look(tables->known, id, text, is_known, found, err)
               : rc;
}

enum smc_status tables_find(const struct tables *tables, const char *id, struct smc_buf *text,
                            struct table_path *found, struct smc_error *err)
{
    bool is_known = false;
    enum smc_status rc = tables_look(tables, id, text, &is_known, found, err);
    return rc != SMC_OK || is_known ? rc : smci_store_reject(tables->job->store, err);
}

/* ---- resolving ---- */

/* Wants a table from the listing unless its path is known. */
static enum smc_status survey(void *ctx, const struct smci_item *table, struct smc_error *err)
{
    struct tables *tables = ctx;
    bool is_known = false;
    struct smci_outcome outcome;
    enum smc_status rc =
        smci_store_check(tables->job->store, KIND_PATH, table->id, NULL, &is_known, &outcome, err);
    if (rc != SMC_OK)
        return rc;
    return is_known
               ? reused_take_path(tables->calls->reused, tables->path, table->id, &outcome, err)
               : table_listing_want(&tables->listing, table->id, err);
}

/* Lists a table for a call of its own unless its path is known by now. */
static enum smc_status list_single(void *ctx, const struct smci_item *table, struct smc_error *err)
{
    const struct tables *tables = ctx;
    struct smci_store *store = tables->job->store;
    bool is_known = false;
    struct smci_outcome outcome = {0};
    enum smc_status rc =
        smci_store_get(store, KIND_PATH, table->id, NULL, &is_known, &outcome, err);
    if (rc == SMC_OK && !is_known && is_trusted(tables)) {
        rc = smci_store_get(store, KIND_BULK, table->id, tables->listing.tag, &is_known, &outcome,
                            err);
        is_known =
            is_known && outcome.http_status == 200; /* else two rows contradicted each other */
        if (is_known)
            ends_read(&tables->calls->lost->ends, tables->path);
    }
    if (rc != SMC_OK || is_known)
        return rc;
    bool added = false;
    rc = smci_list_add(store, tables->known ? LIST_EXTRA_SINGLE : LIST_SINGLE, table->id, "", "",
                       &added, err);
    tables->calls->wanted[tables->path] += added;
    return rc;
}

/* Reads the listing of all paths, where that is worth a page and a check. */
static enum smc_status read_listing(struct tables *tables, struct smc_error *err)
{
    struct table_listing *listing = &tables->listing;
    enum smc_status rc = SMC_OK;
    if (listing->wanted > 2) {
        table_listing_ask(listing);
        rc = smc_client_run(tables->job->client, err); /* no list has calls left */
    }
    if (rc == SMC_OK)
        smci_log_event(
            tables->job->log, SMC_LOG_INFO, SMCI_EVENT_TABLES_LISTED,
            SMCI_FACTS(.count = is_trusted(tables) ? listing->hits : 0, .total = listing->wanted),
            "%" PRId64 " of %" PRId64 " table paths came from the listing of all paths",
            is_trusted(tables) ? listing->hits : 0, listing->wanted);
    return rc;
}

enum smc_status tables_resolve(struct tables *tables, struct smc_error *err)
{
    const struct job *job = tables->job;
    struct table_listing *listing = &tables->listing;
    (void)snprintf(listing->tag, sizeof listing->tag, "%" PRId64, smci_fileset_timestamp(job->set));
    enum smc_status rc = job_each_item(job, list_of(tables), survey, tables, err);
    if (rc != SMC_OK || listing->wanted == 0)
        return rc;
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_TABLES, SMCI_FACTS(.count = listing->wanted),
                   "Extracting the paths of %" PRId64 " tables", listing->wanted);
    if (!tables->known)
        rc = read_listing(tables, err);
    if (rc == SMC_OK)
        rc = job_each_item(job, list_of(tables), list_single, tables, err);
    return rc == SMC_OK
               ? calls_run(tables->calls, tables->known ? CALLS_EXTRA_TABLES : CALLS_TABLES, err)
               : rc;
}

/* One more that has no answer. */
struct unasked {
    const struct tables *tables;
    int64_t count;
};

static enum smc_status settle(void *ctx, const struct smci_item *table, struct smc_error *err)
{
    static const struct smci_outcome unread = {.reason = "it was not asked for"};
    struct unasked *unasked = ctx;
    struct smci_store *store = unasked->tables->job->store;
    struct smci_outcome outcome;
    bool is_known = false;
    enum smc_status rc =
        smci_store_get(store, KIND_PATH, table->id, NULL, &is_known, &outcome, err);
    if (rc != SMC_OK || is_known)
        return rc;
    unasked->count++;
    return smci_store_finish(store, KIND_PATH, table->id, "", &unread, err);
}

enum smc_status tables_settle(const struct tables *tables, struct smc_error *err)
{
    char reason[120];
    struct unasked unasked = {tables, 0};
    const struct gap gap = {.reason = reason, .cause = reason, .remedy = GAP_RERUN};
    enum smc_status rc = job_each_item(tables->job, list_of(tables), settle, &unasked, err);
    if (rc != SMC_OK || unasked.count == 0)
        return rc;
    (void)snprintf(reason, sizeof reason, "the paths of %" PRId64 " tables were not asked for",
                   unasked.count);
    return lost_give_up(tables->calls->lost, tables->path, &gap, err);
}

/* ---- what a later run can reuse ---- */

static enum smc_status keep(void *ctx, const struct smci_item *table, struct smc_error *err)
{
    const struct tables *tables = ctx;
    struct smci_store *store = tables->job->store;
    struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    struct table_path path;
    bool is_known = false;
    enum smc_status rc =
        table_path_load(store, KIND_PATH, table->id, "", &is_known, &text, &path, err);
    if (rc == SMC_OK && !is_known) {
        rc = table_listing_find(&tables->listing, table->id, &is_known, &text, &path, err);
        if (rc == SMC_OK && path.is_resolved)
            rc = smci_store_put_page(store, KIND_PATH, table->id, 0, text.data, text.len, err);
        if (rc == SMC_OK && path.is_resolved)
            rc = smci_store_finish(store, KIND_PATH, table->id, "", &outcome, err);
    }
    smc_buf_clear(&text);
    return rc;
}

enum smc_status tables_keep(struct tables *tables, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    if (is_trusted(tables))
        rc = job_each_item(tables->job, list_of(tables), keep, tables, err);
    /* The rows themselves have served. */
    return rc == SMC_OK ? smci_store_prune(tables->job->store, KIND_BULK, "", err) : rc;
}
