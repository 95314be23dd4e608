/* What a listing or an object's answer must say for its pages to be whole, whose rights are
 * missing, and when it is the API as a whole that is down: castor-extract-sigma(1), "WHEN SIGMA
 * OR THE NETWORK FAILS". */
#include "tests/support/extraction.h"

struct row {
    const char *name;
    const char *faults; /* divided by spaces */
    enum smc_status status;
    const char *kind; /* of the calls that are counted; NULL: all */
    long calls;       /* at least */
    long calls_max;   /* 0: as `calls` */
    const char *gap;  /* the kind that counts `gaps`; NULL: none does */
    long gaps;        /* 0: 1 */
    long all_gaps;    /* of all kinds; 0: as `gaps` */
    const char *says; /* in the error, or in a line of the log; several divided by '|' */
    const char *file; /* that has `records`; NULL: not looked at */
    size_t records;
    const char *args;
    int64_t waited_ms; /* at least */
    /* the estate, where it is not extraction_plain_estate's in pages of 2; 0: as it is */
    long page_size;
    long workbooks;
    long files;
    long members;
    long tables;
    long down_after;
    bool is_empty; /* neither elements nor members */
    bool disagree; /* the listing of all paths and the tables' own */
    bool not_admin;
    bool strict;
};

/* No object's call is answered, and whoami neither: the two that ask it may come in any order. */
#define DOWN_AFTER_LISTINGS                                                                        \
    "call=workbook_sources,do=status:503 call=elements,do=status:503 "                             \
    "call=datamodel_sources,do=status:503 call=dataset_sources,do=status:503 "                     \
    "call=whoami,do=status:503"

/* Each call is tried five times, and five are under way at once. Those that began before the last
 * success are put off, those that began after it show what is the matter: so a few rounds, whatever
 * the estate (200 workbooks in vain would be 2,000 calls). */
#define DOWN_CALLS_MAX (6 * 25)

/* In pages of two: 3 of files, 2 of workbooks, 2 of members (which have no total); of each
 * workbook's elements 3; of each data model's sources 2 and lineage 7. */
static const struct row rows[] = {
    {.name = "undisturbed", .kind = "files", .calls = 6, .file = "files", .records = 5},

    /* ---- listings: cursors ---- */
    {.name = "listing: page 1 names itself",
     .faults = "call=files,page=1,do=samecursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 2,
     .says = "listing of files|repeats|nothing is published"},
    {.name = "listing: page 2 names itself",
     .faults = "call=files,page=2,do=samecursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 2,
     .says = "page 2|repeats"},
    {.name = "listing: the last page names itself",
     .faults = "call=files,page=3,do=samecursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 3,
     .says = "page 3|repeats"},
    {.name = "listing: no cursor member on page 1",
     .faults = "call=files,page=1,do=nocursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 1,
     .says = "page 1|no nextPage"},
    {.name = "listing: no cursor member on the last page",
     .faults = "call=files,page=3,do=nocursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 3,
     .says = "page 3|no nextPage"},
    {.name = "listing: no cursor member, workbooks",
     .faults = "call=workbooks,page=1,do=nocursor",
     .status = SMC_ERR_HTTP,
     .kind = "workbooks",
     .calls = 1},
    {.name = "listing: no cursor member, no total",
     .faults = "call=members,page=2,do=nocursor",
     .status = SMC_ERR_HTTP,
     .kind = "members",
     .calls = 2},

    {.name = "listing: the other idiom's cursor",
     .faults = "call=files,page=1,do=othercursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 1,
     .says = "page 1|another way of paging"},
    {.name = "listing: an empty cursor at the end",
     .faults = "call=files,page=3,do=emptycursor",
     .kind = "files",
     .calls = 6,
     .file = "files",
     .records = 5},
    {.name = "listing: an empty cursor at the end, no total",
     .faults = "call=members,page=2,do=emptycursor",
     .kind = "members",
     .calls = 4,
     .gap = "members",
     .says = "has an empty cursor, and no total says that no rows follow",
     .file = "members",
     .records = 3},
    {.name = "listing: an empty cursor on page 1, no total",
     .faults = "call=members,page=1,do=emptycursor",
     .kind = "members",
     .calls = 1,
     .gap = "members",
     .file = "members",
     .records = 2},
    {.name = "listing: an empty cursor behind a full page, no total",
     .faults = "call=members,page=2,do=emptycursor",
     .status = SMC_ERR_HTTP,
     .kind = "members",
     .calls = 2,
     .says = "page 2 has an empty cursor and as many rows as fit a page|nothing is published",
     .members = 6},
    {.name = "listing: an empty cursor while rows are lacking",
     .faults = "call=files,page=2,do=emptycursor",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 2,
     .says = "page 2 has an empty cursor, with 4 rows in all where Sigma counts 5",
     .args = "--accept-short-listing files"},
    {.name = "listing: no end, always the same rows",
     .faults = "call=files,do=endless",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 101,
     .calls_max = 102,
     .says = "page 101 is one of 100 in a row that brought nothing new"},
    {.name = "listing: no end, and nothing on any page",
     .faults = "call=members,do=endless",
     .status = SMC_ERR_HTTP,
     .kind = "members",
     .calls = 100,
     .calls_max = 101,
     .says = "page 100",
     .is_empty = true},
    {.name = "listing: no end in the second reading",
     .faults = "call=files,page=1,attempt=1,do=wait:0 call=files,page=2,attempt=1,do=wait:0 "
               "call=files,page=3,attempt=1,do=wait:0 call=files,do=endless",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 3 + 101,
     .calls_max = 3 + 102,
     .says = "page 101"},
    {.name = "listing: encoded cursors, each asked for twice",
     .faults = "call=files,do=encodedcursor",
     .kind = "files",
     .calls = 2 * (3 + 2),
     .file = "files",
     .records = 5},
    {.name = "listing: a cursor that is refused as it came, too",
     .faults = "call=files,page=1,do=encodedcursor call=files,page=2,do=status:400",
     .status = SMC_ERR_REFUSED,
     .kind = "files",
     .calls = 3,
     .says = "HTTP 400"},
    {.name = "listing: 400 without a cursor",
     .faults = "call=files,page=1,do=status:400",
     .status = SMC_ERR_REFUSED,
     .kind = "files",
     .calls = 1},

    /* ---- listings: total ---- */
    {.name = "listing: always a row too few",
     .faults = "call=files,page=1,do=short",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 6,
     .says = "4 rows in all|5, after 2 readings"},
    {.name = "listing: a row too few, once",
     .faults = "call=files,page=2,attempt=1,do=short",
     .kind = "files",
     .calls = 9,
     .says = "Fetched page 3 / 5 results (files, third reading)",
     .file = "files",
     .records = 5},
    {.name = "listing: workbooks, a row too few, once",
     .faults = "call=workbooks,page=1,attempt=1,do=short",
     .kind = "workbook_sources",
     .calls = 4,
     .file = "workbook_sources",
     .records = 4},
    {.name = "listing: workbooks, always a row too few",
     .faults = "call=workbooks,page=2,do=short",
     .status = SMC_ERR_HTTP,
     .kind = "workbooks",
     .calls = 4},
    {.name = "listing: total too large",
     .faults = "call=files,do=total:6",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 6},
    {.name = "listing: total too large, once",
     .faults = "call=files,page=3,attempt=1,do=total:6",
     .kind = "files",
     .calls = 6,
     .file = "files",
     .records = 5},
    {.name = "listing: a total on the first page alone counts",
     .faults = "call=files,page=1,do=total:6 call=files,do=nototal",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 6,
     .says = "5 rows in all where Sigma counts 6"},
    {.name = "listing: the largest total counts",
     .faults = "call=files,page=1,do=total:6",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 6},
    {.name = "listing: the last reading's total counts",
     .faults = "call=files,attempt=1,do=total:6",
     .kind = "files",
     .calls = 6,
     .file = "files",
     .records = 5},
    {.name = "listing: total too small",
     .faults = "call=files,do=total:4",
     .kind = "files",
     .calls = 6,
     .file = "files",
     .records = 5},
    {.name = "listing: a row twice",
     .faults = "call=files,page=1,do=dup",
     .kind = "files",
     .calls = 6,
     .says = "1 row of files has an id that was listed before",
     .file = "files",
     .records = 6},
    {.name = "listing: a row twice and one missing",
     .faults = "call=files,page=1,do=dup call=files,page=2,do=short",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 6},
    {.name = "listing: a workbook twice counts once",
     .faults = "call=workbooks,page=1,do=dup",
     .kind = "workbook_sources",
     .calls = 4,
     .file = "workbook_sources",
     .records = 4},
    {.name = "listing: a workbook twice stays in its file",
     .faults = "call=workbooks,page=1,do=dup",
     .kind = "workbooks",
     .calls = 4,
     .file = "workbooks",
     .records = 5},
    {.name = "listing: without total a row too few can't be seen",
     .faults = "call=members,page=1,do=short",
     .kind = "members",
     .calls = 4,
     .file = "members",
     .records = 2},

    /* ---- listings: later pages, other shapes ---- */
    {.name = "listing: page 2 fails",
     .faults = "call=files,page=2,do=status:500",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 6,
     .says = "/v2/files|HTTP 500|listing of files failed"},
    {.name = "listing: page 2 fails once",
     .faults = "call=files,page=2,attempt=1,do=status:503",
     .kind = "files",
     .calls = 7,
     .file = "files",
     .records = 5},
    {.name = "listing: JSON, but no page",
     .faults = "call=members,page=1,do=wrongshape",
     .status = SMC_ERR_HTTP,
     .kind = "members",
     .calls = 1,
     .says = "no array of rows"},
    {.name = "listing: nests too deeply",
     .faults = "call=files,do=deep:5000",
     .status = SMC_ERR_SYNTAX,
     .kind = "files",
     .calls = 5},
    {.name = "listing: larger than the cap",
     .faults = "call=files,do=huge:70000000",
     .status = SMC_ERR_CAP,
     .kind = "files",
     .calls = 1,
     .says = "cap of 64 MiB"},
    {.name = "listing: data sets withdrawn, 404",
     .faults = "call=datasets,do=status:404",
     .kind = "dataset_sources",
     .gap = "datasets",
     .says = "withdrawn",
     .file = "dataset_sources"},
    {.name = "listing: data sets withdrawn, 410",
     .faults = "call=datasets,do=status:410",
     .kind = "datasets",
     .calls = 1,
     .gap = "datasets",
     .file = "datasets"},
    {.name = "listing: data sets withdrawn on page 2 are a failure",
     .faults = "call=datasets,page=2,do=status:404",
     .status = SMC_ERR_REFUSED,
     .kind = "datasets",
     .calls = 2,
     .page_size = 1},
    {.name = "listing: data sets withdrawn in the second reading are a failure",
     .faults = "call=datasets,page=1,attempt=2,do=status:404",
     .status = SMC_ERR_REFUSED,
     .kind = "datasets",
     .calls = 3,
     .page_size = 1},
    {.name = "listing: 403 for page 2 has nothing to do with skipPermissionCheck",
     .faults = "call=workbooks,page=2,do=status:403",
     .status = SMC_ERR_AUTH,
     .kind = "workbooks",
     .calls = 2,
     .says = "Org Admin"},

    /* ---- the whole organisation ---- */
    {.name = "no admin: asked again without skipPermissionCheck",
     .kind = "workbooks",
     .calls = 5,
     .says = "WARNING - These credentials may not see the whole organisation",
     .file = "workbook_sources",
     .records = 4,
     .not_admin = true},
    {.name = "no admin, strict: and without excludeExplorations",
     .kind = "workbooks",
     .calls = 6,
     .file = "workbooks",
     .records = 4,
     .not_admin = true,
     .strict = true},
    {.name = "an admin is never asked twice",
     .kind = "workbooks",
     .calls = 4,
     .file = "workbooks",
     .records = 4,
     .strict = true},
    {.name = "no admin: data models and data sets don't ask for all",
     .kind = "datamodels",
     .calls = 1,
     .file = "datamodels",
     .records = 2,
     .not_admin = true},

    /* ---- objects ---- */
    {.name = "object: a page names itself",
     .faults = "call=elements,object=1,page=2,do=samecursor",
     .kind = "elements",
     .calls = 13,
     .gap = "elements",
     .says = "page 2: the answer names a page that was read before"},
    {.name = "object: page 1 names itself",
     .faults = "call=elements,object=1,page=1,do=samecursor",
     .kind = "elements",
     .calls = 13,
     .gap = "elements"},
    {.name = "object: no cursor member",
     .faults = "call=elements,object=0,page=1,do=nocursor",
     .kind = "elements",
     .calls = 11,
     .gap = "elements",
     .says = "no nextPage"},
    {.name = "object: no cursor member on the last page",
     .faults = "call=elements,object=0,page=3,do=nocursor",
     .kind = "elements",
     .calls = 15,
     .gap = "elements"},
    {.name = "object: lineage without cursor member",
     .faults = "call=datamodel_lineage,object=0,page=1,do=nocursor",
     .kind = "datamodel_lineage",
     .calls = 9,
     .gap = "datamodel_lineage",
     .file = "datamodel_lineage",
     .records = 1},
    {.name = "object: a token that repeats",
     .faults = "call=datamodel_sources,object=0,page=1,do=samecursor",
     .kind = "datamodel_sources",
     .calls = 6,
     .gap = "datamodel_sources",
     .file = "datamodel_sources",
     .records = 2},
    {.name = "object: the other idiom's cursor",
     .faults = "call=elements,object=0,page=1,do=othercursor",
     .kind = "elements",
     .calls = 11,
     .gap = "elements",
     .says = "another way of paging"},
    {.name = "object: the other idiom's cursor in place of a token",
     .faults = "call=datamodel_sources,object=0,page=1,do=othercursor",
     .kind = "datamodel_sources",
     .calls = 4,
     .gap = "datamodel_sources",
     .says = "another way of paging"},
    {.name = "object: an empty cursor at the end",
     .faults = "call=elements,object=0,page=3,do=emptycursor",
     .kind = "elements",
     .calls = 12},
    {.name = "object: encoded cursors",
     .faults = "call=elements,object=0,do=encodedcursor",
     .kind = "elements",
     .calls = 12 + 2},
    {.name = "object: encoded tokens",
     .faults = "call=datamodel_sources,object=0,do=encodedcursor",
     .kind = "datamodel_sources",
     .calls = 4 + 1},
    {.name = "object: no end",
     .faults = "call=elements,object=0,do=endless",
     .kind = "elements",
     .calls = 9 + 2 * 101,
     .gap = "elements",
     .says = "100 in a row"},
    {.name = "object: no end, and nothing on any page",
     .faults = "call=elements,object=0,do=endless",
     .kind = "elements",
     .calls = 3 + 2 * 100,
     .gap = "elements",
     .says = "100 in a row",
     .is_empty = true},
    {.name = "object: no token is the ordinary end",
     .faults = "call=datamodel_sources,object=0,page=1,do=nocursor",
     .kind = "datamodel_sources",
     .calls = 3},
    {.name = "object: none of its pages is used when one fails",
     .faults = "call=elements,object=0,page=2,do=status:500",
     .kind = "elements",
     .calls = 13,
     .gap = "elements"},
    {.name = "object: a later page fails for a while, and for good",
     .faults = "call=elements,object=0,page=3,do=status:503",
     .kind = "elements",
     .calls = 11 + 5 + 3,
     .gap = "elements"},
    {.name = "object: heals by the last chance",
     .faults = "call=elements,object=0,page=3,attempt=1-5,do=status:503",
     .kind = "elements",
     .calls = 11 + 5 + 3},
    {.name = "object: JSON, but no page",
     .faults = "call=elements,object=0,page=1,do=wrongshape",
     .kind = "elements",
     .calls = 10 + 1,
     .gap = "elements"},
    {.name = "object: JSON, but no page, once",
     .faults = "call=elements,object=0,page=2,attempt=1,do=wrongshape",
     .kind = "elements",
     .calls = 12 + 2},
    {.name = "object: an error for 200, once",
     .faults = "call=elements,object=0,page=2,attempt=1,do=status:200,code=odd",
     .kind = "elements",
     .calls = 12 + 2},
    {.name = "object: sources that are not an array",
     .faults = "call=workbook_sources,object=0,do=wrongshape",
     .kind = "workbook_sources",
     .calls = 4 + 1,
     .gap = "workbook_sources"},
    {.name = "object: a path without connection",
     .faults = "call=path,object=0,do=wrongshape",
     .kind = "path",
     .calls = 2 + 1,
     .gap = "path"},
    {.name = "object: a path without connection, once",
     .faults = "call=path,object=0,attempt=1,do=wrongshape",
     .kind = "path",
     .calls = 2 + 1},
    {.name = "object: a bomb",
     .faults = "call=elements,object=0,page=1,do=bomb",
     .kind = "elements",
     .calls = 10,
     .gap = "elements",
     .says = "cap of 64 MiB"},

    /* ---- the listing of all paths ---- */
    {.name = "paths: read on while that takes fewer calls",
     .kind = "paths",
     .calls = 3,
     .page_size = 8,
     .tables = 12},
    {.name = "paths: one page shows that it does not pay",
     .faults = "call=paths,do=total:9000000",
     .kind = "paths",
     .calls = 1,
     .page_size = 8,
     .tables = 12},
    {.name = "paths: read once, on with encoded cursors",
     .faults = "call=paths,do=encodedcursor",
     .kind = "paths",
     .calls = 3 + 2,
     .page_size = 8,
     .tables = 12},
    {.name = "paths: no end",
     .faults = "call=paths,do=endless",
     .kind = "paths",
     .calls = 11, /* as many as there are tables */
     .page_size = 8,
     .tables = 12},
    {.name = "paths: a row that comes twice, and says the same, is one",
     .faults = "call=paths,do=dup",
     .kind = "path",
     .calls = 1,
     .page_size = 8,
     .tables = 12},
    {.name = "paths: what contradicts a table's own answer is not read on",
     .kind = "paths",
     .calls = 2,
     .calls_max = 6,
     .args = "--concurrency 1",
     .page_size = 4,
     .tables = 30,
     .disagree = true},
    {.name = "paths: not asked for two tables", .kind = "paths", .calls = 0},

    /* ---- 403 for all objects of a kind ---- */
    {.name = "403: all workbook_sources",
     .faults = "call=workbook_sources,do=status:403",
     .status = SMC_ERR_AUTH,
     .kind = "workbook_sources",
     .calls = 4,
     .says = "Org Admin|HTTP 403|workbook_sources|/sources"},
    {.name = "403: all elements",
     .faults = "call=elements,do=status:403",
     .status = SMC_ERR_AUTH,
     .kind = "elements",
     .calls = 4,
     .says = "Org Admin|HTTP 403|/elements"},
    {.name = "403: the first twenty are proof enough",
     .faults = "call=workbook_sources,do=status:403",
     .status = SMC_ERR_AUTH,
     .kind = "workbook_sources",
     .calls = 20,
     .calls_max = 25,
     .says = "all 20 calls",
     .workbooks = 60},
    {.name = "403: nineteen of twenty-one are gaps",
     .faults = "call=workbook_sources,object=0,do=wait:0 call=workbook_sources,object=20,do=wait:0 "
               "call=workbook_sources,do=status:403",
     .kind = "workbook_sources",
     .calls = 21,
     .gap = "workbook_sources",
     .gaps = 19,
     .args = "--max-gaps 100%",
     .workbooks = 21},
    {.name = "403: one that answers makes gaps of all others",
     .faults = "call=workbook_sources,object=0,do=wait:0 call=workbook_sources,do=status:403",
     .kind = "workbook_sources",
     .calls = 60,
     .gap = "workbook_sources",
     .gaps = 59,
     .args = "--max-gaps 100%",
     .workbooks = 60},

    /* ---- Retry-After, and the time for all ---- */
    {.name = "Retry-After is obeyed",
     .faults = "call=files,page=1,attempt=1,do=status:503,retry-after=120",
     .kind = "files",
     .calls = 7,
     .waited_ms = 120000},
    {.name = "Retry-After of a refusal is obeyed",
     .faults = "call=files,page=1,attempt=1,do=status:429,retry-after=90",
     .kind = "files",
     .calls = 7,
     .waited_ms = 90000},
    {.name = "Retry-After of more than an hour fails a listing at once",
     .faults = "call=files,do=status:503,retry-after=7200",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 1},
    {.name = "Retry-After of a refusal, more than an hour",
     .faults = "call=files,do=status:429,retry-after=7200",
     .status = SMC_ERR_HTTP,
     .kind = "files",
     .calls = 1},
    {.name = "Retry-After of more than an hour is an object's last chance",
     .faults = "call=workbook_sources,object=0,do=status:503,retry-after=7200",
     .kind = "workbook_sources",
     .calls = 5,
     .gap = "workbook_sources"},
    {.name = "without retries an object has its last chance",
     .faults = "call=workbook_sources,object=0,do=status:503",
     .kind = "workbook_sources",
     .calls = 5,
     .gap = "workbook_sources",
     .args = "--retries 0"},
    {.name = "the time for all is over",
     .faults = "call=files,do=status:429",
     .status = SMC_ERR_TIME,
     .kind = "files",
     .calls = 1,
     .calls_max = 100,
     .says = "--max-time",
     .args = "--max-time 30"},

    /* ---- a web page in place of a token ---- */
    {.name = "token: a web page for the run's first call",
     .faults = "call=token,do=html",
     .status = SMC_ERR_REFUSED,
     .kind = "token",
     .calls = 1,
     .says = "a web page"},
    {.name = "token: a web page when it is renewed, once",
     .faults = "call=files,page=2,attempt=1,do=status:401 call=token,attempt=2,do=html",
     .kind = "token",
     .calls = 3},
    {.name = "token: a web page when it is renewed, for good",
     .faults = "call=files,page=2,attempt=1,do=status:401 call=token,attempt=2-,do=html",
     .status = SMC_ERR_SYNTAX,
     .kind = "token",
     .calls = 1 + 5,
     .says = "a web page"},

    /* ---- the API as a whole is down ---- */
    {.name = "down from the start",
     .status = SMC_ERR_HTTP,
     .calls = 2,
     .calls_max = 1 + 35,
     .says = "503",
     .down_after = 1},
    {.name = "down after the listings, 8 workbooks",
     .faults = DOWN_AFTER_LISTINGS,
     .status = SMC_ERR_NETWORK,
     .calls = 8 + 5,
     .calls_max = DOWN_CALLS_MAX,
     .says = "Sigma's API as a whole does not answer|HTTP 503",
     .page_size = 1000,
     .workbooks = 8},
    {.name = "down after the listings, 200 workbooks",
     .faults = DOWN_AFTER_LISTINGS,
     .status = SMC_ERR_NETWORK,
     .calls = 8 + 5,
     .calls_max = DOWN_CALLS_MAX,
     .says = "as a whole",
     .page_size = 1000,
     .workbooks = 200},
    {.name = "down while tables are asked for",
     .status = SMC_ERR_NETWORK,
     .calls = 23,
     .calls_max = 23 + DOWN_CALLS_MAX,
     .says = "as a whole",
     .page_size = 1000,
     .down_after = 23},
    {.name = "one object fails while others do not: whoami is not asked",
     .faults = "call=elements,object=0,page=1,attempt=1-5,do=status:503 "
               "call=whoami,attempt=2-,do=status:503",
     .kind = "whoami",
     .calls = 1,
     .workbooks = 30},
    {.name = "every object answers 500: no storm of whoami",
     .faults = "call=elements,do=status:500 call=workbook_sources,do=status:500",
     .kind = "whoami",
     .calls = 2,
     .gap = "elements",
     .gaps = 40,
     .args = "--max-gaps 100% --concurrency 1",
     .page_size = 1000,
     .workbooks = 40,
     .all_gaps = 80},
    {.name = "every object answers 500 for minutes: whoami from time to time",
     .faults = "call=elements,do=status:500",
     .kind = "whoami",
     .calls = 6,
     .calls_max = 20,
     .gap = "elements",
     .gaps = 30,
     .args = "--max-gaps 100% --concurrency 1 --max-rate 0.5",
     .page_size = 1000,
     .workbooks = 30},
    {.name = "down but for whoami: gaps, no failure",
     .faults = "call=path,do=status:503",
     .kind = "path",
     .calls = 2 * 6,
     .gap = "path",
     .gaps = 2,
     .args = "--max-gaps 100%"},
};

static void set_up(struct extraction *x, const struct row *row)
{
    struct sim_options *o = &x->sim_opt;
    extraction_plain_estate(x);
    o->page_size = row->page_size ? row->page_size : 2;
    o->files = row->files ? row->files : 5;
    o->members = row->members ? row->members : o->members;
    o->workbooks = row->workbooks ? row->workbooks : o->workbooks;
    o->tables = row->tables ? row->tables : o->tables;
    if (row->is_empty)
        o->elements = o->members = 0;
    o->down_after = row->down_after;
    o->paths_disagree = row->disagree;
    o->not_admin = row->not_admin;
    o->explorations_strict = row->strict;
    extraction_start(x);
    extraction_fault(x, row->faults);
}

static void check_says(const struct extraction *x, const struct row *row)
{
    for (const char *at = row->says; at && *at;) {
        char text[256];
        size_t len = strcspn(at, "|");
        (void)snprintf(text, sizeof text, "%.*s", (int)len, at);
        const char *where = row->status == SMC_OK ? log_sink_text(&x->log) : x->err.detail;
        assert_contains(where, text);
        at += len + (at[len] == '|');
    }
}

static void check_calls(struct extraction *x, const struct row *row)
{
    long calls = sim_calls(x->sim, row->kind, 0);
    long most = row->calls_max ? row->calls_max : row->calls;
    if (calls < row->calls || calls > most)
        fail_msg("%ld calls, expected %ld to %ld", calls, row->calls, most);
    assert_int_equal(sim_unexpected(x->sim), 0);
    assert_int_equal(sim_token_violations(x->sim), 0);
}

static void check_published(struct extraction *x, const struct row *row)
{
    char member[64];
    long gaps = row->gap && !row->gaps ? 1 : row->gaps;
    (void)snprintf(member, sizeof member, "extraction.gaps.%s", row->gap ? row->gap : "none");
    assert_int_equal(extraction_summary_int(x, member, 0), gaps);
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), row->all_gaps ? row->all_gaps : gaps);
    if (row->file)
        assert_int_equal(extraction_file(x, row->file)->count, row->records);
    struct smc_json_span whole = extraction_summary(x, "extracts_whole_organization");
    assert_memory_equal(whole.p, row->not_admin ? "false" : "true", whole.len);
}

static void check_failed(struct extraction *x, const struct row *row)
{
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
    if (row->down_after) /* it stays down */
        return;
    sim_faults_clear(x->sim);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_files(x, "[0-9]*.json"), EXTRACTION_FILES);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    set_up(x, row);
    enum smc_status rc = extraction_run(x, row->args);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    check_says(x, row);
    check_calls(x, row);
    assert_in_range(x->fake.advanced_ms, row->waited_ms, INT64_MAX);
    if (rc == SMC_OK)
        check_published(x, row);
    else
        check_failed(x, row);
}

int main(void)
{
    return EXTRACTION_TABLE("pages", rows, test_row);
}
