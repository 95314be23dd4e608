/* What is extracted, as one table: a row for each file of a set and for each kind of call. Adding
 * a file is adding a row; what a file takes besides its own call is its `needs`. */
#ifndef EXTRACT_ASSETS_H
#define EXTRACT_ASSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    FEED_COUNT,                        /* these are what Catalog asks for; */
    EXTRA_WORKBOOK_PAGES = FEED_COUNT, /*   from here on it is --with that asks */
    EXTRA_WORKBOOK_COLUMNS,
    EXTRA_WORKBOOK_LINEAGE,
    EXTRA_WORKBOOK_QUERIES,
    EXTRA_DATAMODEL_ELEMENTS,
    EXTRA_DATAMODEL_COLUMNS,
    EXTRA_REPORTS,
    EXTRA_REPORT_SOURCES,
    EXTRA_TEAMS,
    EXTRA_TAGS,
    EXTRA_WORKSPACES,
    EXTRA_GRANTS,
    EXTRA_TABLE_COLUMNS,
    EXTRA_FIELD_LINEAGE,
    ASSET_COUNT,
    /* Calls that have no file of their own. */
    CALL_PATH = ASSET_COUNT, /* a table's path */
    CALL_EXTRA_PATH,         /* the same of a table that extras alone name; not among `needs`, since
                                its answers are those of CALL_PATH */
    CALL_PAGE_ELEMENTS,      /* elements of one page of a workbook */
    CALL_TEAM_MEMBERS,
    CALL_MODEL_SOURCES, /* of a data model that is named and not listed */
    CALL_MODEL_SPEC,    /* what --with spec adds to field_lineage */
    CALL_MODEL_LINEAGE, /* of a data model that no workbook uses, or that is not listed */
    CALL_COUNT
};

enum asset_role {
    ROLE_LISTING, /* a call of its own, in pages */
    ROLE_OBJECT,  /* one call (or a few pages) for each object of another asset */
    ROLE_DERIVED  /* no call: it is made of what its `needs` have answered */
};

/* What a record of the file is, and so which part writes it: sigmacat-files(5). */
enum asset_form {
    FORM_LISTED,  /* a row of the listing, as it comes */
    FORM_SOURCES, /* an object's sources with the paths of tables: sources.h */
    FORM_LINEAGE, /* a data model's elements and what they read: lineage.h */
    FORM_ROWS,    /* a row of an object's answer, and the object's id: rows.h */
    FORM_PAGES,   /* a page of a workbook, and the ids of its elements: pages.h */
    FORM_TEAMS,   /* a row of the listing, and the members: teams.h */
    FORM_FIELDS   /* what each column reads: field_lineage.h */
};

/* A set of files and calls, a bit each. */
#define ASSET_BIT(id) (UINT64_C(1) << (id))

struct asset {
    const char *name; /* of the file, and of the calls in statistics, gaps and log */
    enum asset_role role;
    enum asset_form form; /* of a file */
    uint64_t needs;       /* the calls that the file takes besides its own and its listing */
    const char *path;     /* of a listing; of an object's call the part before the id */
    const char *path_end; /* of an object's call the part behind the id */
    enum smci_paging paging;
    /* Listings. */
    const char *id_member; /* also of an object's rows, where no two may have the same */
    bool is_whole;         /* asks for the whole organisation with skipPermissionCheck=true */
    bool is_bare_ok; /* a bare array is taken for all there is: the older form of the answer */
    bool
        is_withdrawn_ok; /* 404 and 410: Sigma has withdrawn it, which is an empty list and a gap */
    const char *url_member; /* what holds the object's urlId, if that is kept */
    /* Objects' calls. */
    enum asset_id of;      /* whose objects; of a listing itself */
    const char *objects;   /* the list in the store that has these objects */
    const char *path_part; /* between the two ids where an object is a part of another: its id is
                              then both, percent-encoded, with a slash between them */
    bool is_asked_for_all; /* else for those alone that others name */
    bool is_picked;        /* rows are picked by their members: what has none is a wrong answer */
    bool tells_rows;       /* more calls may follow from its rows */
    bool is_one_object;    /* the answer is one JSON object, kept as it came, and no rows */
    bool is_slow;          /* Sigma asks the warehouse: it may be silent for SLOW_MS */
    bool is_ageing;        /* no listing shows that it has changed: see reuse.c */
    const char *table_id_member; /* sources: what holds the id of a source of type "table" */
    const char *owner_member;    /* FORM_ROWS: what holds the object's id */
    /* The members that tell a record of the file from another, where a listing's id does not; none:
     * all of it does. */
    const char *record_ids[3];
};

/* So long a call that reaches the warehouse may be silent, milliseconds, if --timeout is less. */
#define SLOW_MS 120000

/* Static; also of the calls that have no file. */
const struct asset *asset_of(enum asset_id id);

/* Whether it is the call for one table's path. */
bool asset_is_path(enum asset_id id);

/* The kinds of calls that are not for an asset. */
#define KIND_WHOAMI "whoami"
#define KIND_PATH   "path"  /* of one table */
#define KIND_PATHS  "paths" /* the listing of all paths; */
#define KIND_BULK   "bulk"  /*   its rows in the store: answers that count once it is trusted */
#define KIND_AGAIN  "again" /* second readings, in the store until they are whole */

/* Lists in the store, beside those named like the listings whose objects they hold. */
#define LIST_CALLS        "calls"         /* objects' calls to be made */
#define LIST_EXTRAS       "extra_calls"   /* the same, for extras alone */
#define LIST_DEFERRED     "deferred"      /* of these, those to be asked once more */
#define LIST_USED         "used_models"   /* data models that a workbook source names */
#define LIST_NAMED        "named_models"  /* data models that any source names, for extras */
#define LIST_MODELS       "all_models"    /* data models, listed or named: what extras ask about */
#define LIST_MODEL_URLS   "model_urls"    /* data models by their urlId; the tag is the id */
#define LIST_PAGES        "pages"         /* pages of workbooks */
#define LIST_TABLES       "tables"        /* tables whose path is wanted */
#define LIST_SINGLE       "single_tables" /* of these, those to be asked for one by one */
#define LIST_EXTRA_TABLES "extra_tables"  /* tables that extras alone name, */
#define LIST_EXTRA_SINGLE "extra_single"  /*   and those of them to be asked for */
#define LIST_COLUMNS      "column_tables" /* tables whose columns are wanted */

#endif
