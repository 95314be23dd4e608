#include "assets.h"

#define LISTING(asset, file, call, id)                                                             \
    .name = (file), .role = ROLE_LISTING, .path = (call), .paging = SMCI_PAGING_PAGE,              \
    .id_member = (id), .of = (asset)
#define OBJECT(file, owner, before, after, idiom)                                                  \
    .name = (file), .role = ROLE_OBJECT, .of = (owner), .path = (before), .path_end = (after),     \
    .paging = (idiom)

static const struct asset assets[CALL_COUNT] = {
    [ASSET_CONNECTIONS] = {LISTING(ASSET_CONNECTIONS, "connections", "/v2/connections",
                                   "connectionId")},
    [ASSET_WORKBOOKS] = {LISTING(ASSET_WORKBOOKS, "workbooks", "/v2/workbooks", "workbookId"),
                         .is_whole = true},
    [ASSET_WORKBOOK_SOURCES] = {OBJECT("workbook_sources", ASSET_WORKBOOKS, "/v2/workbooks/",
                                       "/sources", SMCI_PAGING_NONE),
                                .is_asked_for_all = true, .names_models = true,
                                .table_id_member = "inodeId"},
    [ASSET_DATAMODELS] = {LISTING(ASSET_DATAMODELS, "datamodels", "/v2/dataModels", "dataModelId"),
                          .is_whole = true},
    [ASSET_DATAMODEL_SOURCES] = {OBJECT("datamodel_sources", ASSET_DATAMODELS, "/v2/dataModels/",
                                        "/sources", SMCI_PAGING_TOKEN),
                                 .is_asked_for_all = true, .table_id_member = "tableId"},
    [ASSET_DATAMODEL_LINEAGE] = {OBJECT("datamodel_lineage", ASSET_DATAMODELS, "/v2/dataModels/",
                                        "/lineage", SMCI_PAGING_PAGE),
                                 .is_picked = true},
    [ASSET_DATASETS] = {LISTING(ASSET_DATASETS, "datasets", "/v2/datasets", "datasetId"),
                        .is_whole = true, .is_withdrawn_ok = true},
    [ASSET_DATASET_SOURCES] = {OBJECT("dataset_sources", ASSET_DATASETS, "/v2/datasets/",
                                      "/sources", SMCI_PAGING_NONE),
                               .is_asked_for_all = true, .table_id_member = "inodeId"},
    [ASSET_FILES] = {LISTING(ASSET_FILES, "files", "/v2/files", "id")},
    [ASSET_MEMBERS] = {LISTING(ASSET_MEMBERS, "members", "/v2/members", "memberId"),
                       .is_bare_ok = true},
    [ASSET_ELEMENTS] = {OBJECT("elements", ASSET_WORKBOOKS, "/v2/workbooks/", "/elements",
                               SMCI_PAGING_PAGE),
                        .is_asked_for_all = true, .is_picked = true, .id_member = "elementId"},
    [CALL_PATH] = {OBJECT(KIND_PATH, CALL_PATH, "/v2/connections/paths/", "", SMCI_PAGING_NONE)},
};

const struct asset *asset_of(enum asset_id id)
{
    return &assets[id];
}
