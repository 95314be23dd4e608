#include "assets.h"

#define LISTING(asset, file, call, id)                                                             \
    .name = (file), .role = ROLE_LISTING, .path = (call), .paging = SMCI_PAGING_PAGE,              \
    .id_member = (id), .of = (asset)
#define OBJECT(file, owner, list, before, after, idiom)                                            \
    .name = (file), .role = ROLE_OBJECT, .of = (owner), .objects = (list), .path = (before),       \
    .path_end = (after), .paging = SMCI_PAGING_##idiom
#define WORKBOOK(file, after, idiom)                                                               \
    OBJECT(file, ASSET_WORKBOOKS, "workbooks", "/v2/workbooks/", after, idiom),                    \
        .is_asked_for_all = true
#define DATAMODEL(file, list, after, idiom)                                                        \
    OBJECT(file, ASSET_DATAMODELS, list, "/v2/dataModels/", after, idiom)
#define SOURCES(member)                                                                            \
    .form = FORM_SOURCES, .needs = ASSET_BIT(CALL_PATH), .table_id_member = (member),              \
    .record_ids = {"asset_id"}
#define ROWS(member, ...)                                                                          \
    .form = FORM_ROWS, .is_picked = true, .owner_member = (member), .record_ids = {__VA_ARGS__}

/* clang-format off */
static const struct asset assets[CALL_COUNT] = {
    [ASSET_CONNECTIONS] =
        {LISTING(ASSET_CONNECTIONS, "connections", "/v2/connections", "connectionId")},
    [ASSET_WORKBOOKS] =
        {LISTING(ASSET_WORKBOOKS, "workbooks", "/v2/workbooks", "workbookId"), .is_whole = true},
    [ASSET_WORKBOOK_SOURCES] =
        {WORKBOOK("workbook_sources", "/sources", NONE), SOURCES("inodeId"), .tells_rows = true},
    [ASSET_DATAMODELS] =
        {LISTING(ASSET_DATAMODELS, "datamodels", "/v2/dataModels", "dataModelId"),
         .is_whole = true, .url_member = "dataModelUrlId"},
    [ASSET_DATAMODEL_SOURCES] =
        {DATAMODEL("datamodel_sources", "datamodels", "/sources", TOKEN), SOURCES("tableId"),
         .is_asked_for_all = true},
    [ASSET_DATAMODEL_LINEAGE] =
        {DATAMODEL("datamodel_lineage", "datamodels", "/lineage", PAGE), .form = FORM_LINEAGE,
         .record_ids = {"dataModelId"},
         .needs = ASSET_BIT(ASSET_WORKBOOK_SOURCES) | ASSET_BIT(CALL_PATH), .is_picked = true},
    [ASSET_DATASETS] =
        {LISTING(ASSET_DATASETS, "datasets", "/v2/datasets", "datasetId"),
         .is_whole = true, .is_withdrawn_ok = true},
    [ASSET_DATASET_SOURCES] =
        {OBJECT("dataset_sources", ASSET_DATASETS, "datasets", "/v2/datasets/", "/sources", NONE),
         SOURCES("inodeId"), .is_asked_for_all = true},
    [ASSET_FILES] = {LISTING(ASSET_FILES, "files", "/v2/files", "id")},
    [ASSET_MEMBERS] =
        {LISTING(ASSET_MEMBERS, "members", "/v2/members", "memberId"), .is_bare_ok = true},
    [ASSET_ELEMENTS] =
        {WORKBOOK("elements", "/elements", PAGE), ROWS("workbook_id", "workbook_id", "elementId"), .id_member = "elementId"},

    [EXTRA_WORKBOOK_PAGES] =
        {WORKBOOK("workbook_pages", "/pages", PAGE), .form = FORM_PAGES, .is_picked = true,
         .needs = ASSET_BIT(ASSET_ELEMENTS) | ASSET_BIT(CALL_PAGE_ELEMENTS), .id_member = "pageId",
         .tells_rows = true, .record_ids = {"asset_id", "pageId"}},
    [EXTRA_WORKBOOK_COLUMNS] =
        {WORKBOOK("workbook_columns", "/columns", PAGE), ROWS("asset_id", "asset_id", "elementId", "columnId")},
    [EXTRA_WORKBOOK_LINEAGE] =
        {WORKBOOK("workbook_lineage", "/lineage", PAGE), ROWS("asset_id", NULL)},
    [EXTRA_WORKBOOK_QUERIES] =
        {WORKBOOK("workbook_queries", "/queries", PAGE), ROWS("asset_id", "asset_id", "elementId", "name"), .is_slow = true},
    [EXTRA_DATAMODEL_ELEMENTS] =
        {DATAMODEL("datamodel_elements", LIST_MODELS, "/elements", PAGE), ROWS("asset_id", "asset_id", "elementId"),
         .id_member = "elementId"},
    [EXTRA_DATAMODEL_COLUMNS] =
        {DATAMODEL("datamodel_columns", LIST_MODELS, "/columns", PAGE), ROWS("asset_id", "asset_id", "elementId", "columnId")},
    [EXTRA_REPORTS] =
        {LISTING(EXTRA_REPORTS, "reports", "/v2/reports", "reportId"), .is_whole = true},
    [EXTRA_REPORT_SOURCES] =
        {OBJECT("report_sources", EXTRA_REPORTS, "reports", "/v2/reports/", "/sources", NONE),
         SOURCES("inodeId"), .is_asked_for_all = true},
    [EXTRA_TEAMS] =
        {LISTING(EXTRA_TEAMS, "teams", "/v2/teams", "teamId"), .form = FORM_TEAMS,
         .needs = ASSET_BIT(CALL_TEAM_MEMBERS), .is_bare_ok = true},
    [EXTRA_TAGS] = {LISTING(EXTRA_TAGS, "tags", "/v2/tags", "versionTagId")},
    [EXTRA_WORKSPACES] =
        {LISTING(EXTRA_WORKSPACES, "workspaces", "/v2/workspaces", "workspaceId"),
         .is_bare_ok = true},
    [EXTRA_GRANTS] = {LISTING(EXTRA_GRANTS, "grants", "/v2/grants", "grantId")},
    [EXTRA_TABLE_COLUMNS] =
        {OBJECT("table_columns", EXTRA_TABLE_COLUMNS, LIST_COLUMNS, "/v2/connections/tables/",
                "/columns", TOKEN),
         ROWS("asset_id", "asset_id", "name"), .is_slow = true, .is_ageing = true,
         .needs = ASSET_BIT(ASSET_WORKBOOK_SOURCES) | ASSET_BIT(ASSET_DATAMODEL_SOURCES) |
                  ASSET_BIT(ASSET_DATASET_SOURCES)},

    [EXTRA_FIELD_LINEAGE] =
        {.name = "field_lineage", .role = ROLE_DERIVED, .form = FORM_FIELDS, .of = ASSET_DATAMODELS,
         .needs = ASSET_BIT(ASSET_ELEMENTS) | ASSET_BIT(EXTRA_WORKBOOK_COLUMNS) |
                  ASSET_BIT(EXTRA_WORKBOOK_LINEAGE) | ASSET_BIT(ASSET_WORKBOOK_SOURCES) |
                  ASSET_BIT(EXTRA_DATAMODEL_ELEMENTS) | ASSET_BIT(EXTRA_DATAMODEL_COLUMNS) |
                  ASSET_BIT(CALL_MODEL_LINEAGE) | ASSET_BIT(ASSET_DATAMODEL_SOURCES) |
                  ASSET_BIT(CALL_MODEL_SOURCES) | ASSET_BIT(CALL_PATH),
         .record_ids = {"asset_id", "element_id", "column_id"}},

    [CALL_PATH] =
        {OBJECT(KIND_PATH, CALL_PATH, LIST_TABLES, "/v2/connections/paths/", "", NONE),
         .is_ageing = true},
    [CALL_EXTRA_PATH] =
        {OBJECT(KIND_PATH, CALL_EXTRA_PATH, LIST_EXTRA_TABLES, "/v2/connections/paths/", "", NONE),
         .is_ageing = true},
    [CALL_PAGE_ELEMENTS] =
        {OBJECT("page_elements", ASSET_WORKBOOKS, LIST_PAGES, "/v2/workbooks/", "/elements", PAGE),
         .path_part = "/pages/", .is_picked = true, .id_member = "elementId"},
    [CALL_TEAM_MEMBERS] =
        {OBJECT("team_members", EXTRA_TEAMS, "teams", "/v2/teams/", "/members", PAGE),
         .is_asked_for_all = true, .id_member = "userId"},
    [CALL_MODEL_SOURCES] =
        {DATAMODEL("model_sources", LIST_MODELS, "/sources", TOKEN)},
    [CALL_MODEL_SPEC] =
        {DATAMODEL("datamodel_spec", LIST_MODELS, "/spec?format=json", NONE), .is_one_object = true},
    [CALL_MODEL_LINEAGE] =
        {DATAMODEL("model_lineage", LIST_MODELS, "/lineage", PAGE), .is_picked = true},
};
/* clang-format on */

const struct asset *asset_of(enum asset_id id)
{
    return &assets[id];
}

bool asset_is_path(enum asset_id id)
{
    return id == CALL_PATH || id == CALL_EXTRA_PATH;
}
