#include "extras.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/log.h"

#include "extra_models.h"
#include "join.h"
#include "sources.h"

bool extras_are_any(const struct selection *selection)
{
    for (enum asset_id i = FEED_COUNT; i < ASSET_COUNT; i++)
        if (selection->is_written[i])
            return true;
    return false;
}

/* ---- asking ---- */

static enum smc_status ask(const struct extras *extras, struct smc_error *err)
{
    static const enum calls_phase phases[] = {CALLS_EXTRAS, CALLS_DEFERRED, CALLS_EXTRAS,
                                              CALLS_DEFERRED};
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof phases / sizeof phases[0]; i++)
        rc = calls_run(extras->calls, phases[i], err);
    return rc;
}

enum smc_status extras_ask_objects(const struct extras *extras, struct smc_error *err)
{
    bool is_more = true;
    enum smc_status rc = calls_run(extras->calls, CALLS_EXTRAS, err);
    if (rc == SMC_OK) /* all data models are listed */
        rc = extra_models_want_listed(extras->calls, err);
    while (rc == SMC_OK && is_more) {
        rc = ask(extras, err);
        /* Of what was given up the rest is not asked, and what is read now must know it. */
        if (rc == SMC_OK)
            rc = calls_settle_extras(extras->calls, err);
        if (rc == SMC_OK)
            rc = extra_models_want_named(extras->calls, &is_more, err);
    }
    return rc;
}

static enum smc_status list_table(void *ctx, const char *id, const char *user,
                                  struct smc_error *err)
{
    const struct extras *extras = ctx;
    bool added = false;
    enum smc_status rc = smci_list_add(extras->job->store, LIST_COLUMNS, id, "", user, &added, err);
    return rc == SMC_OK && added ? calls_want(extras->calls, EXTRA_TABLE_COLUMNS, id, "", user, err)
                                 : rc;
}

enum smc_status extras_ask_columns(const struct extras *extras, struct smc_error *err)
{
    struct extras own = *extras;
    enum smc_status rc = SMC_OK;
    if (!extras->job->selection.is_asked[EXTRA_TABLE_COLUMNS])
        return SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (asset_of(i)->form == FORM_SOURCES && extras->job->selection.is_asked[i])
            rc = sources_each_table(extras->job, i, list_table, &own, err);
    return rc == SMC_OK ? ask(extras, err) : rc;
}

/* ---- the end ---- */

/* Whether an extra of this kind was not read to its end. */
static bool is_open(const struct extras *extras, enum asset_id kind)
{
    const struct calls *calls = extras->calls;
    if (asset_of(kind)->role == ROLE_LISTING)
        return !extras->listings[kind].is_ended;
    return asset_of(kind)->role == ROLE_OBJECT &&
           (calls->wanted[kind] == 0 || calls->done[kind] < calls->wanted[kind]);
}

/* Calls `fn` for each kind of calls that extras alone make. */
typedef enum smc_status kind_fn(const struct extras *extras, enum asset_id kind, void *ctx,
                                struct smc_error *err);
static enum smc_status each_kind(const struct extras *extras, kind_fn *fn, void *ctx,
                                 struct smc_error *err)
{
    const struct selection *selection = &extras->job->selection;
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < CALL_COUNT; i++)
        if (selection->is_asked[i] && select_is_extra(selection, i) && !asset_is_path(i))
            rc = fn(extras, i, ctx, err);
    return rc;
}

static enum smc_status give_up_open(const struct extras *extras, enum asset_id kind, void *ctx,
                                    struct smc_error *err)
{
    const struct gap gap = {.reason = ((const struct smc_error *)ctx)->detail,
                            .cause = "the run could ask no more",
                            .remedy = GAP_RERUN};
    return is_open(extras, kind) ? lost_give_up(extras->lost, kind, &gap, err) : SMC_OK;
}

static enum smc_status give_up_barren(const struct extras *extras, enum asset_id kind, void *ctx,
                                      struct smc_error *err)
{
    char reason[400];
    const struct ends *ends = &extras->lost->ends;
    const struct ends_count *count = &ends->counts[kind];
    bool is_refused = ends_is_refused(ends, kind, 1);
    (void)ctx;
    if (!ends_is_barren(ends, kind))
        return SMC_OK;
    (void)snprintf(reason, sizeof reason, "none of %" PRId64 " objects could be read%s%s",
                   count->lost, is_refused ? ": " : "", is_refused ? count->text : "");
    const struct gap gap = {.http_status = is_refused ? 403 : 0,
                            .reason = reason,
                            .cause = reason,
                            .remedy = is_refused ? GAP_RIGHTS : GAP_NOTHING};
    return lost_give_up(extras->lost, kind, &gap, err);
}

/* Whether the run goes on without what extras lack. */
static bool is_bearable(enum smc_status rc)
{
    static const enum smc_status codes[] = {SMC_ERR_NETWORK, SMC_ERR_HTTP,   SMC_ERR_REFUSED,
                                            SMC_ERR_AUTH,    SMC_ERR_SYNTAX, SMC_ERR_CAP,
                                            SMC_ERR_TIME};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (rc == codes[i])
            return true;
    return false;
}

enum smc_status extras_settle(const struct extras *extras, enum smc_status rc,
                              struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    if (rc != SMC_OK && !is_bearable(rc))
        return rc;
    if (rc != SMC_OK) {
        (void)smc_error_copy(&why, err);
        smc_error_reset(err);
        smci_log_event(extras->job->log, SMC_LOG_WARN, SMCI_EVENT_EXTRAS_CUT,
                       SMCI_FACTS(.reason = why.detail),
                       "What --with asks for is not read to its end, and the run goes on without: "
                       "%s",
                       why.detail);
        rc = each_kind(extras, give_up_open, &why, err);
    }
    if (rc == SMC_OK)
        rc = each_kind(extras, give_up_barren, NULL, err);
    return rc == SMC_OK ? calls_settle_extras(extras->calls, err) : rc;
}

/* What is derived from columns can't be without any. */
static bool is_lost(const struct lost *lost, enum asset_id asset)
{
    if (asset_of(asset)->form != FORM_FIELDS)
        return lost_is_given_up(lost, asset);
    return lost_is_given_up(lost, EXTRA_WORKBOOK_COLUMNS) &&
           lost_is_given_up(lost, EXTRA_DATAMODEL_COLUMNS);
}

enum smc_status extras_drop_files(struct job *job, const struct lost *lost, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = FEED_COUNT; rc == SMC_OK && i < ASSET_COUNT; i++) {
        if (!job->files[i] || !is_lost(lost, i))
            continue;
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_FILE_LEFT_OUT,
                       SMCI_FACTS(.asset = asset_of(i)->name),
                       "%s is left out of the set: it could not be read", asset_of(i)->name);
        rc = smci_fileset_drop(job->set, job->files[i], err);
        job->files[i] = NULL;
    }
    return rc;
}
