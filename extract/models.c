#include "models.h"

#include "key.h"

/* Wants the lineage of a data model that is used, if it is listed. */
static enum smc_status want_lineage(const struct models *models, const char *id,
                                    struct smc_error *err)
{
    struct smci_item item;
    bool found = false;
    enum smc_status rc = smci_list_find(models->job->store, asset_of(ASSET_DATAMODELS)->name, id,
                                        &found, &item, err);
    if (rc != SMC_OK || !found)
        return rc;
    struct smc_buf tag = SMC_BUF_INIT(SMC_BODY_MAX); /* the item is borrowed from the store */
    struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
    rc = smc_buf_addstr(&tag, item.tag);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&name, item.name);
    if (rc == SMC_OK)
        rc = calls_want(models->calls, ASSET_DATAMODEL_LINEAGE, id, smc_buf_str(&tag),
                        smc_buf_str(&name), err);
    smc_buf_clear(&tag);
    smc_buf_clear(&name);
    return rc;
}

/* ---- extras ---- */

static const enum asset_id extra_calls[] = {EXTRA_DATAMODEL_ELEMENTS, EXTRA_DATAMODEL_COLUMNS,
                                            CALL_MODEL_SOURCES, CALL_MODEL_LINEAGE,
                                            CALL_MODEL_SPEC};
#define EXTRA_CALLS (sizeof extra_calls / sizeof extra_calls[0])

static bool has_extras(const struct models *models)
{
    for (size_t i = 0; i < EXTRA_CALLS; i++)
        if (models->job->selection.is_asked[extra_calls[i]])
            return true;
    return false;
}

/* Whether the files that Catalog asks for have asked the same of the model already. */
static enum smc_status has_asked(const struct models *models, enum asset_id asset, const char *id,
                                 bool *has, struct smc_error *err)
{
    struct smci_outcome outcome;
    *has = false;
    if (asset == CALL_MODEL_LINEAGE)
        return calls_outcome(models->job, ASSET_DATAMODEL_LINEAGE, id, has, &outcome, err);
    if (asset == CALL_MODEL_SOURCES) { /* of those that are listed */
        struct smci_item item;
        return smci_list_find(models->job->store, asset_of(ASSET_DATAMODELS)->name, id, has, &item,
                              err);
    }
    return SMC_OK;
}

/* Wants what extras ask about a model, which is not the store's. */
static enum smc_status want_extras(const struct models *models, const struct smci_item *model,
                                   struct smc_error *err)
{
    bool added = false;
    enum smc_status rc = smci_list_add(models->job->store, LIST_MODELS, model->id, model->tag,
                                       model->name, &added, err);
    for (size_t i = 0; rc == SMC_OK && added && i < EXTRA_CALLS; i++) {
        bool has = false;
        if (!models->job->selection.is_asked[extra_calls[i]])
            continue;
        rc = has_asked(models, extra_calls[i], model->id, &has, err);
        if (rc == SMC_OK && !has)
            rc = calls_want(models->calls, extra_calls[i], model->id, model->tag, model->name, err);
    }
    return rc;
}

static enum smc_status want_listed(void *ctx, const struct smci_item *model, struct smc_error *err)
{
    struct smc_buf tag = SMC_BUF_INIT(SMC_BODY_MAX); /* the item is borrowed from the store */
    struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = smc_buf_addstr(&tag, model->tag);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&name, model->name);
    const struct smci_item own = {
        .id = model->id, .tag = smc_buf_str(&tag), .name = smc_buf_str(&name)};
    if (rc == SMC_OK)
        rc = want_extras(ctx, &own, err);
    smc_buf_clear(&tag);
    smc_buf_clear(&name);
    return rc;
}

static enum smc_status want_unlisted(const struct models *models, const char *id,
                                     struct smc_error *err)
{
    const struct smci_item model = {.id = id, .tag = TAG_UNKNOWN, .name = ""};
    return want_extras(models, &model, err);
}

static enum smc_status want_named(void *ctx, const struct smci_item *model, struct smc_error *err)
{
    return want_unlisted(ctx, model->id, err);
}

enum smc_status models_want_extras(struct models *models, struct smc_error *err)
{
    if (!has_extras(models))
        return SMC_OK;
    enum smc_status rc =
        job_each_item(models->job, asset_of(ASSET_DATAMODELS)->name, want_listed, models, err);
    if (rc == SMC_OK)
        rc = job_each_item(models->job, LIST_NAMED, want_named, models, err);
    models->are_wanted = true;
    return rc;
}

/* ---- what sources name ---- */

static enum smc_status note_used(const struct models *models, const char *id, struct smc_error *err)
{
    bool added = false;
    enum smc_status rc = smci_list_add(models->job->store, LIST_USED, id, "", "", &added, err);
    return rc == SMC_OK && added && models->are_listed ? want_lineage(models, id, err) : rc;
}

static enum smc_status note_named(const struct models *models, const char *id,
                                  struct smc_error *err)
{
    bool added = false;
    enum smc_status rc = smci_list_add(models->job->store, LIST_NAMED, id, "", "", &added, err);
    return rc == SMC_OK && added && models->are_wanted ? want_unlisted(models, id, err) : rc;
}

/* What is to be made of a model that is named. */
struct naming {
    bool is_used;  /* its lineage is one that Catalog asks for */
    bool is_named; /* extras ask about it */
};

static enum smc_status note_model(const struct models *models, struct naming naming,
                                  struct smc_json_span id, struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    bool has_id = false;
    enum smc_status rc = key_make(id, &key, &has_id);
    if (rc == SMC_OK && has_id && naming.is_used)
        rc = note_used(models, key.data, err);
    if (rc == SMC_OK && has_id && naming.is_named)
        rc = note_named(models, key.data, err);
    smc_buf_clear(&key);
    return rc;
}

enum smc_status models_note(const struct models *models, enum asset_id asset,
                            struct smc_json_span sources, struct smc_error *err)
{
    static const char *const names[] = {"type", "dataModelId"};
    const struct naming naming = {asset == ASSET_WORKBOOK_SOURCES &&
                                      models->job->selection.is_asked[ASSET_DATAMODEL_LINEAGE],
                                  has_extras(models)};
    struct smc_json_walk walk;
    struct smc_json_span source;
    enum smc_status rc = SMC_OK;
    if ((!naming.is_used && !naming.is_named) || !smc_json_walk_begin(&walk, sources))
        return SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &source, err)) {
        struct smc_json_span found[2];
        smc_json_members(source, names, 2, found);
        if (smc_json_equals(found[0], "data-model"))
            rc = note_model(models, naming, found[1], err);
    }
    return rc;
}

static enum smc_status want_item(void *ctx, const struct smci_item *model, struct smc_error *err)
{
    return want_lineage(ctx, model->id, err);
}

enum smc_status models_listed(struct models *models, struct smc_error *err)
{
    models->are_listed = true;
    return job_each_item(models->job, LIST_USED, want_item, models, err);
}
