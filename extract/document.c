#include "document.h"

/* The calls, that of extras last. */
static const enum asset_id calls[DOCUMENT_TYPES][DOCUMENT_PARTS][2] = {
    [DOCUMENT_WORKBOOK] = {[DOCUMENT_ELEMENTS] = {ASSET_ELEMENTS, ASSET_ELEMENTS},
                           [DOCUMENT_COLUMNS] = {EXTRA_WORKBOOK_COLUMNS, EXTRA_WORKBOOK_COLUMNS},
                           [DOCUMENT_LINEAGE] = {EXTRA_WORKBOOK_LINEAGE, EXTRA_WORKBOOK_LINEAGE},
                           [DOCUMENT_SOURCES] = {ASSET_WORKBOOK_SOURCES, ASSET_WORKBOOK_SOURCES}},
    [DOCUMENT_DATAMODEL] = {
        [DOCUMENT_ELEMENTS] = {EXTRA_DATAMODEL_ELEMENTS, EXTRA_DATAMODEL_ELEMENTS},
        [DOCUMENT_COLUMNS] = {EXTRA_DATAMODEL_COLUMNS, EXTRA_DATAMODEL_COLUMNS},
        [DOCUMENT_LINEAGE] = {ASSET_DATAMODEL_LINEAGE, CALL_MODEL_LINEAGE},
        [DOCUMENT_SOURCES] = {ASSET_DATAMODEL_SOURCES, CALL_MODEL_SOURCES}}};

enum smc_status document_each(const struct job *job, enum document_type type,
                              struct smci_part *file, join_object_fn *fn, void *ctx,
                              struct smc_error *err)
{
    return join_each_object(job, calls[type][DOCUMENT_COLUMNS][0], file, fn, ctx, err);
}

enum smc_status document_turn(struct join *join, enum document_type type, enum document_part part,
                              struct smc_error *err)
{
    struct smci_item item;
    bool is_listed = true;
    enum asset_id asset = calls[type][part][0];
    enum smc_status rc = smci_list_find(join->job->store, asset_of(asset)->objects,
                                        smc_buf_str(&join->id), &is_listed, &item, err);
    if (rc == SMC_OK && is_listed)
        rc = join_turn_over(join, asset, err);
    if (rc == SMC_OK && !(is_listed && join->is_asked))
        rc = join_turn_over(join, calls[type][part][1], err);
    return rc;
}
