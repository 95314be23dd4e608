/* castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS", as a matrix of every call x every
 * fault of the stand-in x the first, a middle and the last page. Each cell is a test of its own.
 * What must come of it follows from what kind of call and what kind of fault it is; what is
 * published is held against what an undisturbed run publishes, to the byte.
 * A run that ends with 0, without a gap and not degraded, has published all that the server had:
 * the exceptions are what the stand-in leaves out where nothing in an answer tells (UNSEEN).
 * A sample by default, in which each fault meets each call; with SMC_LONG set, all. */
#include "tests/support/extraction.h"
#include "tests/support/model.h"
#include "tests/support/stand_in.h"
#include "tests/support/undisturbed.h"

#include <poll.h>

#define RETRIES 2
#define OPTIONS "--retries 2"
/* Only real time brings some faults about: then it is also waited between tries. */
#define LIVE_OPTIONS OPTIONS " --retry-base 0.01 --timeout 0.5"

/* ---- the estates ---- */

/* Three pages of each paged call but the paths'; two tables are asked for singly. By this seed each
 * data model is used by another workbook than the first, too: what is lost with that is its own. */
static void make_paged(struct sim_options *o)
{
    o->seed = 2;
    o->page_size = 2;
    o->connections = o->workbooks = o->datamodels = o->datasets = o->files = o->members = 5;
    o->elements = o->datamodel_sources = 5;
    o->lineage = 6;
    o->sources = 16;
}

/* A dozen tables are worth the listing of all paths: three pages, beside three databases with two
 * schemas each. One of them is asked for singly, as a check. */
static void make_listed(struct sim_options *o)
{
    o->tables = 12;
    o->page_size = 8;
}

struct estate {
    const char *name;
    void (*make)(struct sim_options *o);
    struct undisturbed *undisturbed; /* taken when it is needed first */
};

/* ---- the calls ---- */

enum call_type { CALL_LISTING, CALL_OBJECT, CALL_PATHS, CALL_WHOAMI, CALL_TOKEN };

struct call {
    const char *kind;
    enum call_type type;
    const char *path;  /* up to the id */
    const char *owner; /* whose objects; the stand-in's word */
    long pages;        /* of the listing, or of each object */
    long clean;        /* calls of the kind in an undisturbed run; listings are read twice */
    bool has_rows;     /* that can be left out or doubled */
    bool has_total;    /* that counts */
};

static const struct call calls[] = {
    {"connections", CALL_LISTING, "/v2/connections", NULL, 3, 6, true, true},
    {"workbooks", CALL_LISTING, "/v2/workbooks", NULL, 3, 6, true, true},
    {"datamodels", CALL_LISTING, "/v2/dataModels", NULL, 3, 6, true, true},
    {"datasets", CALL_LISTING, "/v2/datasets", NULL, 3, 6, true, true},
    {"files", CALL_LISTING, "/v2/files", NULL, 3, 6, true, true},
    {"members", CALL_LISTING, "/v2/members", NULL, 3, 6, true, false},
    {"elements", CALL_OBJECT, "/v2/workbooks/", "workbooks", 3, 15, true, true},
    {"workbook_sources", CALL_OBJECT, "/v2/workbooks/", "workbooks", 1, 5, true, false},
    {"datamodel_sources", CALL_OBJECT, "/v2/dataModels/", "datamodels", 3, 15, true, false},
    {"dataset_sources", CALL_OBJECT, "/v2/datasets/", "datasets", 1, 5, true, false},
    {"datamodel_lineage", CALL_OBJECT, "/v2/dataModels/", "datamodels", 3, 15, true, true},
    {"path", CALL_OBJECT, "/v2/connections/paths/", "tables", 1, 2, false, false},
    {"paths", CALL_PATHS, "/v2/connections/paths", NULL, 3, 3, true, true},
    {"whoami", CALL_WHOAMI, "/v2/whoami", NULL, 1, 1, false, false},
    {"token", CALL_TOKEN, "/v2/auth/token", NULL, 1, 1, false, false},
};
#define CALLS     (sizeof calls / sizeof calls[0])
#define PAGES_MAX 3

/* ---- the faults ---- */

enum fault_type {
    FAULT_HARMLESS,
    FAULT_TRANSIENT,
    FAULT_PATIENCE,   /* transient, but it asks for more than an hour */
    FAULT_UNREADABLE, /* until no compression is asked for */
    FAULT_REFUSAL,
    FAULT_CREDENTIALS,
    FAULT_SERVER_ERROR, /* of an object it is final at first, elsewhere transient */
    FAULT_PERMANENT,
    FAULT_CONTENT, /* JSON, but not what was asked for */
    FAULT_SAME_CURSOR,
    FAULT_NO_CURSOR,
    FAULT_OTHER_CURSOR,
    FAULT_EMPTY_CURSOR,
    FAULT_ENCODED_CURSOR,
    FAULT_ENDLESS, /* on all pages */
    FAULT_ROW_MISSING,
    FAULT_ROW_DOUBLED,
    FAULT_TOTAL_SMALL,
    FAULT_TOTAL_LARGE,
};

struct fault {
    const char *name;
    const char *what;
    enum fault_type type;
    enum smc_status status; /* of a listing that meets it for good */
    int http;               /* which the text has; 0: none arrived */
    bool is_live;           /* only real time brings it about */
};

static const struct fault faults[] = {
    {"408", "do=status:408", FAULT_TRANSIENT, SMC_ERR_HTTP, 408, false},
    {"502", "do=status:502", FAULT_TRANSIENT, SMC_ERR_HTTP, 502, false},
    {"503", "do=status:503", FAULT_TRANSIENT, SMC_ERR_HTTP, 503, false},
    {"504", "do=status:504", FAULT_TRANSIENT, SMC_ERR_HTTP, 504, false},
    {"520", "do=status:520", FAULT_TRANSIENT, SMC_ERR_HTTP, 520, false},
    {"521", "do=status:521", FAULT_TRANSIENT, SMC_ERR_HTTP, 521, false},
    {"522", "do=status:522", FAULT_TRANSIENT, SMC_ERR_HTTP, 522, false},
    {"523", "do=status:523", FAULT_TRANSIENT, SMC_ERR_HTTP, 523, false},
    {"524", "do=status:524,html=1", FAULT_TRANSIENT, SMC_ERR_HTTP, 524, false},
    {"402 timedout", "do=status:402,code=timedout", FAULT_TRANSIENT, SMC_ERR_HTTP, 402, false},
    {"200 timedout", "do=status:200,code=timedout", FAULT_TRANSIENT, SMC_ERR_HTTP, 200, false},
    {"206", "do=status:206", FAULT_TRANSIENT, SMC_ERR_HTTP, 206, false},
    {"a reset", "do=reset", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, false},
    {"a cut body", "do=cut", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, false},
    {"silence", "do=silent", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, true},
    {"a stall", "do=stall", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, true},
    {"HTML for 200", "do=html", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, false},
    {"broken JSON", "do=broken", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, false},
    {"an empty 200", "do=empty", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, false},
    {"deep JSON", "do=deep:5000", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, false},
    {"an encoding that never heals", "do=encoding:br,identity=1", FAULT_TRANSIENT, SMC_ERR_NETWORK,
     0, false},
    {"503, again in 20 s", "do=status:503,retry-after=20", FAULT_TRANSIENT, SMC_ERR_HTTP, 503,
     false},
    {"503, a date, a clock behind", "do=status:503,skew=-7200,retry-after=date:30", FAULT_TRANSIENT,
     SMC_ERR_HTTP, 503, false},
    {"503, a date, a clock ahead", "do=status:503,skew=90000,retry-after=date:30", FAULT_TRANSIENT,
     SMC_ERR_HTTP, 503, false},
    {"503, again in an hour and more", "do=status:503,retry-after=3601", FAULT_PATIENCE,
     SMC_ERR_HTTP, 503, false},
    {"503, a date beyond an hour", "do=status:503,skew=-9000,retry-after=date:3700", FAULT_PATIENCE,
     SMC_ERR_HTTP, 503, false},
    {"429", "do=status:429", FAULT_REFUSAL, SMC_ERR_NETWORK, 429, false},
    {"429 in HTML", "do=status:429,html=1", FAULT_REFUSAL, SMC_ERR_NETWORK, 429, false},
    {"403 in HTML", "do=status:403,html=1", FAULT_REFUSAL, SMC_ERR_NETWORK, 403, false},
    {"401", "do=status:401", FAULT_CREDENTIALS, SMC_ERR_AUTH, 401, false},
    {"400", "do=status:400", FAULT_PERMANENT, SMC_ERR_REFUSED, 400, false},
    {"402 otherwise", "do=status:402,code=payment", FAULT_PERMANENT, SMC_ERR_REFUSED, 402, false},
    {"403", "do=status:403", FAULT_PERMANENT, SMC_ERR_AUTH, 403, false},
    {"404", "do=status:404", FAULT_PERMANENT, SMC_ERR_REFUSED, 404, false},
    {"409", "do=status:409", FAULT_PERMANENT, SMC_ERR_REFUSED, 409, false},
    {"410", "do=status:410", FAULT_PERMANENT, SMC_ERR_REFUSED, 410, false},
    {"418", "do=status:418", FAULT_PERMANENT, SMC_ERR_REFUSED, 418, false},
    {"500", "do=status:500", FAULT_SERVER_ERROR, SMC_ERR_HTTP, 500, false},
    {"501", "do=status:501", FAULT_PERMANENT, SMC_ERR_HTTP, 501, false},
    {"a redirect", "do=redirect:http://127.0.0.1:1/", FAULT_PERMANENT, SMC_ERR_REFUSED, 302, false},
    {"a huge body", "do=huge:70000000", FAULT_PERMANENT, SMC_ERR_CAP, 0, false},
    {"a bomb", "do=bomb:70000000", FAULT_PERMANENT, SMC_ERR_CAP, 0, false},
    {"a big header", "do=bigheader", FAULT_PERMANENT, SMC_ERR_CAP, 0, false},
    {"an error for 200", "do=status:200,code=odd", FAULT_CONTENT, SMC_ERR_HTTP, 200, false},
    {"other JSON", "do=wrongshape", FAULT_CONTENT, SMC_ERR_HTTP, 0, false},
    {"its own cursor", "do=samecursor", FAULT_SAME_CURSOR, SMC_ERR_HTTP, 0, false},
    {"no cursor", "do=nocursor", FAULT_NO_CURSOR, SMC_ERR_HTTP, 0, false},
    {"another idiom's cursor", "do=othercursor", FAULT_OTHER_CURSOR, SMC_ERR_HTTP, 0, false},
    {"an empty cursor", "do=emptycursor", FAULT_EMPTY_CURSOR, SMC_ERR_HTTP, 0, false},
    {"an encoded cursor", "do=encodedcursor", FAULT_ENCODED_CURSOR, SMC_OK, 0, false},
    {"pages without end", "do=endless", FAULT_ENDLESS, SMC_ERR_HTTP, 0, false},
    {"a row missing", "do=short", FAULT_ROW_MISSING, SMC_ERR_HTTP, 0, false},
    {"a row doubled", "do=dup", FAULT_ROW_DOUBLED, SMC_OK, 0, false},
    {"too small a total", "do=total:1", FAULT_TOTAL_SMALL, SMC_OK, 0, false},
    {"too large a total", "do=total:9000000", FAULT_TOTAL_LARGE, SMC_ERR_HTTP, 0, false},
    {"gzip in members", "do=members", FAULT_UNREADABLE, SMC_OK, 0, false},
    {"an encoding that nobody asked for", "do=encoding:br", FAULT_UNREADABLE, SMC_OK, 0, false},
    {"gzip that is not", "do=encoding:gzip", FAULT_UNREADABLE, SMC_OK, 0, false},
    {"a byte order mark", "do=bom", FAULT_HARMLESS, SMC_OK, 0, false},
    {"no content type", "do=notype", FAULT_HARMLESS, SMC_OK, 0, false},
    {"a late answer", "do=wait:20", FAULT_HARMLESS, SMC_OK, 0, false},
};
#define FAULTS (sizeof faults / sizeof faults[0])

/* ---- the cells ---- */

struct row {
    char *name;
    const struct call *call;
    const struct fault *fault;
    const struct estate *estate;
    long page;    /* of the listing, or of the first object */
    bool is_once; /* the first try alone meets it */
};

/* What must come of a cell. */
struct outcome {
    enum smc_status status;
    long extra_min; /* calls of the kind beyond the undisturbed run's */
    long extra_max;
    /* SHORT: a gap, and rows that are lacking */
    enum { NOTHING_LOST, MOVED, A_GAP, SHORT, UNSEEN } loss;
};

static struct outcome exactly(enum smc_status status, long extra)
{
    return (struct outcome){status, extra, extra, NOTHING_LOST};
}

/* Calls beyond the undisturbed run's when nothing follows this page: none, or less than none. */
static long cut(const struct row *row)
{
    bool is_listing = row->call->type == CALL_LISTING;
    return row->page - (is_listing ? row->call->clean : row->call->pages);
}

/* The call can't be made to work. Listings are of no use in part; the listing of all paths is not
 * needed; what else it is, is a gap. */
static struct outcome lost(const struct row *row, long extra)
{
    struct outcome o = exactly(SMC_OK, extra);
    if (row->call->type == CALL_LISTING || row->call->type == CALL_TOKEN)
        o.status = row->fault->status;
    else if (row->call->type != CALL_PATHS)
        o.loss = A_GAP;
    return o;
}

/* A web page in answer to the run's first call. */
static bool is_first_page_of_web(const struct row *row)
{
    return row->call->type == CALL_TOKEN &&
           (row->fault->http == 403 || strcmp(row->fault->what, "do=html") == 0);
}

static struct outcome outcome_of_transient(const struct row *row)
{
    if (is_first_page_of_web(row))
        return exactly(SMC_ERR_REFUSED, 0);
    if (row->is_once)
        return exactly(SMC_OK, 1);
    bool is_object = row->call->type == CALL_OBJECT;
    struct outcome o = lost(row, cut(row) + RETRIES);
    if (is_object) /* once more at the end, from its first page on */
        o.extra_min += row->page;
    /* libcurl sends a call again by itself, up to five times, when a kept connection was reset
     * before anything came. */
    bool is_reset = strcmp(row->fault->what, "do=reset") == 0;
    o.extra_max = o.extra_min + (is_reset ? 5 * (RETRIES + 1 + is_object) : 0);
    /* A compressed answer that can't be read is asked for once more without compression. */
    if (row->fault->status == SMC_ERR_SYNTAX || strstr(row->fault->what, "encoding:"))
        o.extra_max += 1 + is_object;
    return o;
}

/* It is not waited for: but an object is asked once more at the end. */
static struct outcome outcome_of_patience(const struct row *row)
{
    bool is_object = row->call->type == CALL_OBJECT;
    if (row->is_once && is_object)
        return exactly(SMC_OK, row->page);
    return lost(row, cut(row) + (is_object ? row->page : 0));
}

/* Asked once more, without compression; a listing in each reading. */
static struct outcome outcome_of_unreadable(const struct row *row)
{
    return exactly(SMC_OK, row->call->type == CALL_LISTING && !row->is_once ? 2 : 1);
}

/* The first page, and a hundred that bring nothing new. The listing of all paths ends where reading
 * on does not pay. */
static struct outcome outcome_of_endless(const struct row *row)
{
    long made = row->call->type == CALL_OBJECT ? 2 * 101 : 101;
    if (row->call->type == CALL_PATHS)
        return (struct outcome){SMC_OK, 0, 12, NOTHING_LOST};
    return lost(row, made + cut(row) - row->page);
}

static struct outcome outcome_of_refusal(const struct row *row)
{
    if (is_first_page_of_web(row)) /* the edge's block, or a proxy's: nobody knows */
        return exactly(SMC_ERR_HTTP, 0);
    if (row->is_once)
        return exactly(SMC_OK, 1);
    /* For 15 minutes; how many calls that takes is the pace's, and others may be waiting still. */
    return (struct outcome){SMC_ERR_NETWORK, 5 - row->call->clean, 200, NOTHING_LOST};
}

static struct outcome outcome_of_credentials(const struct row *row)
{
    if (row->call->type == CALL_TOKEN)
        return exactly(SMC_ERR_AUTH, 0);
    if (row->is_once)
        return exactly(SMC_OK, 1);
    /* The second refusal ends the run, whatever calls of that kind were still to come. */
    struct outcome o = exactly(SMC_ERR_AUTH, cut(row) + 1);
    if (row->call->type == CALL_OBJECT)
        o.extra_min = row->page + 1 - row->call->clean;
    return o;
}

/* The stand-in's cursors hold what looks like an escape: asked for once more with them as they
 * came. */
static bool is_asked_with_cursor_as_it_came(const struct row *row)
{
    return row->fault->http == 400 && row->page > 1;
}

static bool is_withdrawn(const struct row *row)
{
    int http = row->fault->http;
    return strcmp(row->call->kind, "datasets") == 0 && row->page == 1 &&
           (http == 404 || http == 410);
}

static struct outcome outcome_of_permanent(const struct row *row)
{
    struct outcome o = lost(row, cut(row) + is_asked_with_cursor_as_it_came(row));
    int http = row->fault->http;
    if (row->is_once) /* of a 500: asked once more at the end */
        return exactly(SMC_OK, row->page);
    if (row->call->type == CALL_OBJECT && http == 500)
        o.extra_max = o.extra_min += row->page;
    if (row->call->type == CALL_TOKEN && (http == 400 || http == 403))
        o.status = SMC_ERR_AUTH;
    if (row->call->type == CALL_WHOAMI && http == 403)
        return exactly(SMC_ERR_AUTH, 0);
    /* Asked once more without skipPermissionCheck. */
    if (strcmp(row->call->kind, "workbooks") == 0 && http == 403 && row->page == 1)
        return exactly(o.status, cut(row) + 1);
    if (is_withdrawn(row)) /* an empty list */
        o = (struct outcome){SMC_OK, cut(row), cut(row), A_GAP};
    return o;
}

/* Another try may mend it: objects are asked once more at the end. */
static struct outcome outcome_of_content(const struct row *row)
{
    bool is_object = row->call->type == CALL_OBJECT;
    struct outcome o = lost(row, cut(row) + (is_object ? row->page : 0));
    if (row->is_once)
        return exactly(SMC_OK, row->page);
    if (row->call->type == CALL_TOKEN)
        o.status = SMC_ERR_AUTH;
    return o;
}

/* What is wrong with a cursor another try may mend: objects are asked once more at the end. */
static struct outcome outcome_of_cursor(const struct row *row)
{
    /* Page 1 has been asked for without a cursor only. */
    bool is_seen_late = row->fault->type == FAULT_SAME_CURSOR && row->page == 1;
    struct outcome o = lost(row, cut(row) + is_seen_late);
    if (row->is_once && is_seen_late) /* page 1 comes twice, and then page 2 */
        return (struct outcome){SMC_OK, 1, 1, UNSEEN};
    if (row->is_once)
        return exactly(SMC_OK, row->page);
    if (row->call->type == CALL_OBJECT)
        o.extra_max = o.extra_min += row->page + is_seen_late;
    return o;
}

/* Where a token is absent at the end, nothing tells that a page is not the last. */
static struct outcome outcome_of_no_cursor(const struct row *row)
{
    bool is_last = row->page == row->call->pages;
    bool has_token = strcmp(row->call->kind, "datamodel_sources") == 0;
    bool is_other = row->fault->type == FAULT_OTHER_CURSOR;
    struct outcome o = outcome_of_cursor(row);
    if (has_token && is_last)
        o = exactly(SMC_OK, 0);
    else if (has_token && !is_other)
        o = (struct outcome){SMC_OK, cut(row), cut(row), UNSEEN};
    return o;
}

/* Without a total: a page of as many rows as the one before it can't be the last, and what else is
 * the end is told as a gap. */
static struct outcome outcome_of_unknown_end(const struct row *row)
{
    long made = row->page == 1 ? 1 : 2 * row->page; /* one page is not read again */
    if (row->page == 2)
        return lost(row, cut(row));
    return (struct outcome){SMC_OK, made - row->call->clean, made - row->call->clean, SHORT};
}

/* It is the end, if `total` says so. Of a token "" is the ordinary one. */
static struct outcome outcome_of_empty_cursor(const struct row *row)
{
    long after = row->page - row->call->pages;
    struct outcome o = exactly(SMC_OK, after);
    if (row->call->type == CALL_LISTING && !row->call->has_total)
        return outcome_of_unknown_end(row);
    if (after == 0 || row->call->type == CALL_PATHS)
        return o;
    if (row->call->has_total && row->call->type == CALL_OBJECT)
        return (struct outcome){SMC_OK, after + row->page, after + row->page, SHORT};
    if (row->call->has_total)
        return lost(row, cut(row));
    o.loss = UNSEEN;
    return o;
}

/* Sent encoded once more, so it is refused, and then as it came; in each reading. */
static struct outcome outcome_of_encoded_cursor(const struct row *row)
{
    bool is_last = row->page == row->call->pages;
    return exactly(SMC_OK, is_last ? 0 : row->call->type == CALL_LISTING ? 2 : 1);
}

/* An object whose rows are fewer than its total is read once more, at the end. */
static struct outcome outcome_of_short_object(const struct row *row)
{
    long pages = row->call->pages;
    return (struct outcome){SMC_OK, pages, pages, row->is_once ? NOTHING_LOST : SHORT};
}

/* A row that the first reading lacks is new in the second, so there is a third. */
static struct outcome outcome_of_rows(const struct row *row)
{
    struct outcome o = exactly(SMC_OK, 0);
    bool is_missing = row->fault->type == FAULT_ROW_MISSING;
    if (row->call->type == CALL_PATHS) /* what it lacks is asked for singly */
        return o;
    if (is_missing && row->call->type == CALL_OBJECT && row->call->has_total)
        return outcome_of_short_object(row);
    if (is_missing && row->is_once)
        return (struct outcome){SMC_OK, row->call->pages, row->call->pages, MOVED};
    if (is_missing && row->call->has_total)
        return exactly(row->fault->status, 0);
    o.loss = UNSEEN;
    return o;
}

static struct outcome outcome_of_total(const struct row *row)
{
    if (row->call->type == CALL_PATHS) /* to read on does not pay */
        return exactly(SMC_OK, cut(row));
    if (row->call->type == CALL_OBJECT)
        return row->call->has_total ? outcome_of_short_object(row) : exactly(SMC_OK, 0);
    /* that of the last reading counts */
    return exactly(row->call->has_total && !row->is_once ? row->fault->status : SMC_OK, 0);
}

static struct outcome outcome_of(const struct row *row)
{
    switch (row->fault->type) {
    case FAULT_TRANSIENT:
        return outcome_of_transient(row);
    case FAULT_PATIENCE:
        return outcome_of_patience(row);
    case FAULT_UNREADABLE:
        return outcome_of_unreadable(row);
    case FAULT_ENDLESS:
        return outcome_of_endless(row);
    case FAULT_REFUSAL:
        return outcome_of_refusal(row);
    case FAULT_CREDENTIALS:
        return outcome_of_credentials(row);
    case FAULT_SERVER_ERROR:
        return row->call->type == CALL_OBJECT ? outcome_of_permanent(row)
                                              : outcome_of_transient(row);
    case FAULT_PERMANENT:
        return outcome_of_permanent(row);
    case FAULT_CONTENT:
        return outcome_of_content(row);
    case FAULT_SAME_CURSOR:
        return outcome_of_cursor(row);
    case FAULT_NO_CURSOR:
    case FAULT_OTHER_CURSOR:
        return outcome_of_no_cursor(row);
    case FAULT_EMPTY_CURSOR:
        return outcome_of_empty_cursor(row);
    case FAULT_ENCODED_CURSOR:
        return outcome_of_encoded_cursor(row);
    case FAULT_ROW_MISSING:
    case FAULT_ROW_DOUBLED:
        return outcome_of_rows(row);
    case FAULT_TOTAL_LARGE:
        return outcome_of_total(row);
    case FAULT_TOTAL_SMALL:
    case FAULT_HARMLESS:
        break;
    }
    return exactly(SMC_OK, 0);
}

/* ---- the undisturbed run ---- */

static void start(struct extraction *x, const struct estate *estate)
{
    extraction_plain_estate(x);
    estate->make(&x->sim_opt);
    extraction_start(x);
}

static const struct undisturbed *undisturbed_of(const struct estate *estate)
{
    void *state = NULL;
    if (estate->undisturbed->files[0].text)
        return estate->undisturbed;
    if (extraction_setup(&state) != 0)
        fail_msg("no setup");
    struct extraction *x = state;
    start(x, estate);
    if (extraction_run(x, OPTIONS) != SMC_OK)
        fail_msg("%s", x->err.detail);
    undisturbed_take(estate->undisturbed, x);
    (void)extraction_teardown(&state);
    return estate->undisturbed;
}

/* That the estates have the pages, and the undisturbed runs publish what sigmacat-files(5) says. */
static void test_estate(void **state)
{
    struct extraction *x = *state;
    const struct estate *estate = x->row;
    struct model model;
    start(x, estate);
    assert_int_equal(extraction_run(x, OPTIONS), SMC_OK);
    for (size_t c = 0; c < CALLS; c++)
        if ((calls[c].type == CALL_PATHS) == (estate->make == make_listed))
            assert_int_equal(sim_calls(x->sim, calls[c].kind, 200), calls[c].clean);
    model_make(&model, x->sim);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        model_compare(&model, x, extraction_names[i]);
    model_clear(&model);
    undisturbed_compare(undisturbed_of(estate), x, NULL);
}

/* ---- checks ---- */

static void check_text(const struct row *row, const char *text, const char *id)
{
    char http[32];
    (void)snprintf(http, sizeof http, "HTTP %d", row->fault->http);
    /* Of what an answer holds, and of a gap, the text says the kind and the object alone. */
    bool is_content = row->fault->status == SMC_ERR_HTTP && !row->fault->http;
    bool is_gap = strncmp(text, "WARNING", 7) == 0;
    const char *call = is_content || is_gap ? row->call->kind : row->call->path;
    if (!strstr(text, call) || (id && !strstr(text, id)) ||
        (row->fault->http && !strstr(text, http)))
        fail_msg("the text names no call, object or status: %s", text);
    if (row->fault->http == 403 && row->call->type <= CALL_OBJECT)
        assert_contains(text, "Org Admin");
}

/* A gap is logged once, counted once, and says what it is about. */
static void check_gap(struct extraction *x, const struct row *row, const char *id)
{
    char member[64];
    (void)snprintf(member, sizeof member, "extraction.gaps.%s", row->call->kind);
    assert_int_equal(extraction_summary_int(x, member, 0), 1);
    assert_int_equal(extraction_count_lines(x, "Gap: ", NULL), 1);
    const char *line = strstr(log_sink_text(&x->log), "WARNING - 1 gap: ");
    assert_non_null(line);
    char text[4096];
    (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
    check_text(row, text, id);
}

static void check_published(struct extraction *x, const struct row *row, struct outcome want)
{
    char id[37];
    struct loss loss = {.kind = want.loss <= MOVED ? NULL : row->call->kind,
                        .is_unseen = want.loss >= SHORT,
                        .is_moved = want.loss == MOVED};
    if (row->call->owner) {
        sim_estate_id(x->sim, row->call->owner, 0, id);
        loss.id = id;
    }
    if (want.loss == A_GAP || want.loss == SHORT) {
        check_gap(x, row, loss.id);
    } else {
        assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 0);
        assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2); /* {} */
    }
    assert_null(extraction_summary(x, "extraction.degraded").p);
    undisturbed_compare(undisturbed_of(row->estate), x, &loss);
}

/* Nothing is published, nothing half-written stays, and a later run does it all. */
static void check_failure(struct extraction *x, const struct row *row)
{
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
    if (row->fault->type != FAULT_REFUSAL)
        check_text(row, x->err.detail, NULL);
    sim_faults_clear(x->sim);
    if (extraction_run(x, OPTIONS) != SMC_OK)
        fail_msg("the run after it: %s", x->err.detail);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), EXTRACTION_FILES);
    undisturbed_compare(undisturbed_of(row->estate), x, NULL);
}

/* How many calls of the kind the stand-in has had. It knows of one that it left without an answer
 * only when it sees that the connection is gone, which may be a moment after we gave it up. */
static long count_calls(struct extraction *x, const char *kind)
{
    while (x->is_live && sim_open(x->sim) > 0)
        (void)poll(NULL, 0, 1);
    return sim_calls(x->sim, kind, 0);
}

static void check_calls(struct extraction *x, const struct row *row, struct outcome want)
{
    long clean = row->call->clean;
    long extra = count_calls(x, row->call->kind) - clean;
    if (extra < want.extra_min || extra > want.extra_max)
        fail_msg("%ld calls beyond the undisturbed run's, expected %ld to %ld", extra,
                 want.extra_min, want.extra_max);
    if (row->fault->type == FAULT_CREDENTIALS && row->call->type != CALL_TOKEN)
        assert_int_equal(sim_calls(x->sim, "token", 200), 2);
    if (!x->is_live) /* else the stand-in's clock does not skip with ours */
        assert_int_equal(sim_token_violations(x->sim), 0);
    if (row->call->type == CALL_PATHS) /* however the listing of all paths fails */
        assert_int_equal(sim_repeats(x->sim, "path"), 0);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

static void add_fault(struct extraction *x, const struct row *row)
{
    char page[32] = "";
    if (row->call->pages > 1 && row->fault->type != FAULT_ENDLESS)
        (void)snprintf(page, sizeof page, ",page=%ld", row->page);
    char *fault =
        text_format("call=%s%s%s%s,%s", row->call->kind, row->call->owner ? ",object=0" : "", page,
                    row->is_once ? ",attempt=1" : "", row->fault->what);
    extraction_fault(x, fault);
    free(fault);
}

/* So long at least before it is asked again. */
static int64_t waits_ms(const struct fault *fault)
{
    const char *at = strstr(fault->what, "retry-after=");
    if (!at || fault->type == FAULT_PATIENCE)
        return 0;
    at += strcspn(at, "0123456789");
    return 1000 * strtoll(at, NULL, 10);
}

static void test_cell(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    struct outcome want = outcome_of(row);
    x->is_live = row->fault->is_live;
    start(x, row->estate);
    stand_in_clock(&x->live, x->sim);
    add_fault(x, row);
    int64_t began_ms = x->fake.now_ms;
    enum smc_status rc = extraction_run(x, x->is_live ? LIVE_OPTIONS : OPTIONS);
    if (rc != want.status)
        fail_msg("status %d instead of %d: %s", rc, want.status, x->err.detail);
    check_calls(x, row, want);
    assert_true(x->fake.now_ms - began_ms >= waits_ms(row->fault));
    assert_true(row->fault->type != FAULT_PATIENCE || x->fake.now_ms - began_ms < 60000);
    if (rc == SMC_OK)
        check_published(x, row, want);
    else
        check_failure(x, row);
}

/* ---- all cells ---- */

/* Whether there is such a cell: cursors and totals are for calls with pages, and what is not asked
 * for again can't be wrong just once. */
static bool exists(const struct call *call, const struct fault *fault, bool is_once)
{
    bool is_paged = call->pages > 1;
    switch (fault->type) {
    case FAULT_TRANSIENT:
        /* What else than 200 is a success is of a GET alone. */
        return call->type != CALL_TOKEN || fault->http < 200 || fault->http > 299 ||
               fault->status == SMC_ERR_SYNTAX;
    case FAULT_SERVER_ERROR:
    case FAULT_REFUSAL:
    case FAULT_CREDENTIALS:
        return true;
    case FAULT_PATIENCE:
        return !is_once || call->type == CALL_OBJECT;
    case FAULT_UNREADABLE:
        return true;
    case FAULT_HARMLESS:
    case FAULT_PERMANENT:
        return !is_once;
    case FAULT_CONTENT:
        return !is_once || call->type == CALL_OBJECT;
    case FAULT_SAME_CURSOR:
        return is_paged && (!is_once || call->type == CALL_OBJECT);
    case FAULT_NO_CURSOR:
    case FAULT_OTHER_CURSOR:
    case FAULT_EMPTY_CURSOR:
    case FAULT_ENCODED_CURSOR:
    case FAULT_ENDLESS:
    case FAULT_TOTAL_SMALL:
        return is_paged && !is_once;
    case FAULT_TOTAL_LARGE:
        return is_paged && (!is_once || call->has_total);
    case FAULT_ROW_MISSING:
        return call->has_rows && (!is_once || call->type == CALL_LISTING);
    case FAULT_ROW_DOUBLED:
        return call->has_rows && !is_once;
    }
    return false;
}

struct cells {
    struct row *rows;
    size_t count;
    const struct estate *estates; /* that in pages, and that whose paths are listed */
};

static void add_cell(struct cells *cells, const struct call *call, const struct fault *fault,
                     long page, bool is_once)
{
    struct row row = {NULL, call, fault, &cells->estates[call->type == CALL_PATHS], page, is_once};
    char where[64] = "";
    if (!exists(call, fault, is_once) || (fault->type == FAULT_ENDLESS && page > 1))
        return;
    if (call->pages > 1)
        (void)snprintf(where, sizeof where, ", page %ld of %ld", page, call->pages);
    const char *when = is_once ? " once" : exists(call, fault, true) ? " for good" : "";
    row.name = text_format("%s%s: %s%s", call->kind, where, fault->name, when);
    cells->rows[cells->count++] = row;
}

static void add_all(struct cells *cells)
{
    for (size_t c = 0; c < CALLS; c++)
        for (long page = 1; page <= calls[c].pages; page++)
            for (size_t f = 0; f < FAULTS; f++)
                for (int once = 1; once >= 0; once--)
                    add_cell(cells, &calls[c], &faults[f], page, once == 1);
}

/* Whether it is the call of its type whose turn it is: faults that real time brings about take
 * theirs. */
static bool is_turn(size_t c, size_t f)
{
    size_t before = 0;
    size_t count = 0;
    for (size_t i = 0; i < CALLS; i++) {
        before += calls[i].type == calls[c].type && i < c;
        count += calls[i].type == calls[c].type;
    }
    return f % count == before;
}

/* Each fault meets each call; on which page, once or for good, goes round. */
static void add_sample(struct cells *cells)
{
    for (size_t f = 0; f < FAULTS; f++)
        for (size_t c = 0; c < CALLS; c++) {
            const struct call *call = &calls[c];
            bool is_whole = faults[f].type == FAULT_ENDLESS;
            long page = is_whole ? 1 : (long)((f + c / 2) % (size_t)call->pages) + 1;
            bool is_once = (f + c) % 2 == 0 || faults[f].is_live;
            if (!faults[f].is_live || is_turn(c, f))
                add_cell(cells, call, &faults[f], page, is_once && exists(call, &faults[f], true));
        }
}

int main(void)
{
    struct undisturbed undisturbed[2] = {0};
    const struct estate estates[] = {
        {"three pages of each", make_paged, &undisturbed[0]},
        {"three pages of paths", make_listed, &undisturbed[1]},
    };
    struct cells cells = {.estates = estates};
    cells.rows = calloc(CALLS * FAULTS * PAGES_MAX * 2, sizeof *cells.rows);
    if (!cells.rows)
        return 1;
    if (getenv("SMC_LONG"))
        add_all(&cells);
    else
        add_sample(&cells);
    int failed = extraction_table("undisturbed", estates, sizeof estates[0], 2, test_estate);
    failed += extraction_table("calls x faults x pages", cells.rows, sizeof cells.rows[0],
                               cells.count, test_cell);
    for (size_t i = 0; i < cells.count; i++)
        free(cells.rows[i].name);
    free(cells.rows);
    undisturbed_clear(&undisturbed[0]);
    undisturbed_clear(&undisturbed[1]);
    return failed;
}
