#include "extra_models.h"

#include "join.h"
#include "key.h"

static const enum asset_id extra_calls[] = {EXTRA_DATAMODEL_ELEMENTS, EXTRA_DATAMODEL_COLUMNS,
                                            CALL_MODEL_SOURCES, CALL_MODEL_LINEAGE,
                                            CALL_MODEL_SPEC};
#define EXTRA_CALLS (sizeof extra_calls / sizeof extra_calls[0])

static bool has_any(const struct job *job)
{
    for (size_t i = 0; i < EXTRA_CALLS; i++)
        if (job->selection.is_asked[extra_calls[i]])
            return true;
    return false;
}

/* Whether the files that Catalog asks for have asked the same of the model already. */
static enum smc_status has_asked(struct calls *calls, enum asset_id asset, const char *id,
                                 bool *has, struct smc_error *err)
{
    struct smci_outcome outcome;
    *has = false;
    if (asset == CALL_MODEL_LINEAGE)
        return calls_outcome(calls->job, ASSET_DATAMODEL_LINEAGE, id, has, &outcome, err);
    if (asset == CALL_MODEL_SOURCES) { /* of those that are listed */
        struct smci_item item;
        return smci_list_find(calls->job->store, asset_of(ASSET_DATAMODELS)->name, id, has, &item,
                              err);
    }
    return SMC_OK;
}

/* Wants what extras ask about a model, which is not the store's. */
static enum smc_status want_model(struct calls *calls, const struct smci_item *model, bool *added,
                                  struct smc_error *err)
{
    enum smc_status rc = smci_list_add(calls->job->store, LIST_MODELS, model->id, model->tag,
                                       model->name, added, err);
    for (size_t i = 0; rc == SMC_OK && *added && i < EXTRA_CALLS; i++) {
        bool has = false;
        if (!calls->job->selection.is_asked[extra_calls[i]])
            continue;
        rc = has_asked(calls, extra_calls[i], model->id, &has, err);
        if (rc == SMC_OK && !has)
            rc = calls_want(calls, extra_calls[i], model->id, model->tag, model->name, err);
    }
    return rc;
}

static enum smc_status want_listed(void *ctx, const struct smci_item *model, struct smc_error *err)
{
    bool added = false;
    struct smc_buf tag = SMC_BUF_INIT(SMC_BODY_MAX); /* the item is borrowed from the store */
    struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addstr(&tag, model->tag);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&name, model->name);
    const struct smci_item own = {
        .id = model->id, .tag = smc_buf_str(&tag), .name = smc_buf_str(&name)};
    if (rc == SMC_OK)
        rc = want_model(ctx, &own, &added, err);
    smc_buf_clear(&tag);
    smc_buf_clear(&name);
    return rc;
}

enum smc_status extra_models_want_listed(struct calls *calls, struct smc_error *err)
{
    if (!has_any(calls->job))
        return SMC_OK;
    return job_each_item(calls->job, asset_of(ASSET_DATAMODELS)->name, want_listed, calls, err);
}

/* ---- what sources name ---- */

struct named {
    struct calls *calls;
    bool is_any; /* that was not known */
};

/* What answers name while they are gone through, which must not grow with it. */
static enum smc_status note_source(struct join *join, struct smc_json_span source,
                                   struct smc_error *err)
{
    static const char *const names[] = {"type", "dataModelId"};
    struct smc_json_span found[2];
    bool has_id = false;
    smc_json_members(source, names, 2, found);
    if (!smc_json_equals(found[0], "data-model"))
        return SMC_OK;
    smc_buf_reset(&join->key);
    enum smc_status rc = key_make(found[1], &join->key, &has_id);
    return rc == SMC_OK && has_id
               ? smci_list_add(join->job->store, LIST_NAMED, join->key.data, "", "", NULL, err)
               : rc;
}

static enum smc_status note_object(struct join *join, struct smc_error *err)
{
    return join->is_read ? join_each_row(join, note_source, err) : SMC_OK;
}

/* Nothing tells when a model changes that is in no listing. */
static enum smc_status want_named(void *ctx, const struct smci_item *model, struct smc_error *err)
{
    struct named *named = ctx;
    const struct smci_item own = {.id = model->id, .tag = TAG_UNKNOWN, .name = ""};
    bool added = false;
    enum smc_status rc = want_model(named->calls, &own, &added, err);
    named->is_any = named->is_any || added;
    return rc;
}

enum smc_status extra_models_want_named(struct calls *calls, bool *is_any, struct smc_error *err)
{
    static const enum asset_id sources[] = {ASSET_WORKBOOK_SOURCES, ASSET_DATAMODEL_SOURCES,
                                            EXTRA_REPORT_SOURCES, CALL_MODEL_SOURCES};
    struct named named = {calls, false};
    enum smc_status rc = SMC_OK;
    *is_any = false;
    if (!has_any(calls->job))
        return SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof sources / sizeof sources[0]; i++)
        if (calls->job->selection.is_asked[sources[i]])
            rc = join_each_object(calls->job, sources[i], NULL, note_object, NULL, err);
    if (rc == SMC_OK)
        rc = job_each_item(calls->job, LIST_NAMED, want_named, &named, err);
    *is_any = named.is_any;
    return rc;
}
