/* What is extracted: one row an asset. Adding one is adding a row. */
#ifndef EXTRACT_ASSETS_H
#define EXTRACT_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/net/page.h"

/* In the order in which they are published; the summary comes after them. */
enum asset_id {
    ASSET_CONNECTIONS,
    ASSET_WORKBOOKS,
    ASSET_WORKBOOK_SOURCES,
    ASSET_DATAMODELS,
    ASSET_DATAMODEL_SOURCES,
    ASSET_DATAMODEL_LINEAGE,
    ASSET_DATASETS,
    ASSET_DATASET_SOURCES,
    ASSET_FILES,
    ASSET_MEMBERS,
    ASSET_ELEMENTS,
    ASSET_COUNT,
    CALL_PATH = ASSET_COUNT, /* no asset, but a call for one object too: a table's path */
    CALL_COUNT
};

enum asset_role {
    ROLE_LISTING, /* a call of its own, in pages */
    ROLE_OBJECT   /* one call (or a few pages) for each object of another asset */
};

struct asset {
    const char *name; /* of the file, and of the calls in statistics, gaps and log */
    enum asset_role role;
    const char *path;     /* of a listing; of an object's call the part before the id */
    const char *path_end; /* of an object's call the part behind the id */
    enum smci_paging paging;
    /* Listings. */
    const char *id_member; /* also of an object's rows, where no two may have the same */
    bool is_whole;         /* asks for the whole organisation with skipPermissionCheck=true */
    bool is_bare_ok; /* a bare array is taken for all there is: the older form of the answer */
    bool
        is_withdrawn_ok; /* 404 and 410: Sigma has withdrawn it, which is an empty list and a gap */
    /* Objects' calls. */
    enum asset_id of;      /* whose objects; of a listing itself */
    bool is_asked_for_all; /* else for those alone that others name (lineage) */
    bool is_picked;        /* rows are picked by their members: what has none is a wrong answer */
    bool names_models;     /* its rows may name data models, whose lineage is then asked for */
    const char *table_id_member; /* sources: what holds the id of a source of type "table" */
};

/* Static; also of CALL_PATH. */
const struct asset *asset_of(enum asset_id id);

/* The kinds of calls that are not for an asset. */
#define KIND_WHOAMI "whoami"
#define KIND_PATH   "path"  /* of one table */
#define KIND_PATHS  "paths" /* the listing of all paths; */
#define KIND_BULK   "bulk"  /*   its rows in the store: answers that count once it is trusted */
#define KIND_AGAIN  "again" /* second readings, in the store until they are whole */

#endif
