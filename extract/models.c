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

static enum smc_status note_model(const struct models *models, struct smc_json_span id,
                                  struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    bool has_id = false;
    bool added = false;
    enum smc_status rc = key_make(id, &key, &has_id);
    if (rc == SMC_OK && has_id)
        rc = smci_list_add(models->job->store, LIST_USED, key.data, "", "", &added, err);
    if (rc == SMC_OK && added && models->are_listed)
        rc = want_lineage(models, key.data, err);
    smc_buf_clear(&key);
    return rc;
}

enum smc_status models_note(const struct models *models, struct smc_json_span sources,
                            struct smc_error *err)
{
    static const char *const names[] = {"type", "dataModelId"};
    struct smc_json_walk walk;
    struct smc_json_span source;
    enum smc_status rc = SMC_OK;
    if (!models->job->selection.is_asked[ASSET_DATAMODEL_LINEAGE] ||
        !smc_json_walk_begin(&walk, sources))
        return SMC_OK;
    while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &source, err)) {
        struct smc_json_span found[2];
        smc_json_members(source, names, 2, found);
        if (smc_json_equals(found[0], "data-model"))
            rc = note_model(models, found[1], err);
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
