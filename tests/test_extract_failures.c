/* When Sigma or the network fails: contract, section 3, as a table of calls x faults. Each cell is a
 * test of its own; the cells' outcomes follow from what kind of call and what kind of fault it is. */
#include "tests/support/extraction.h"
#include "tests/support/json_equal.h"
#include "tests/support/model.h"

#include <poll.h>

#define RETRIES 2

/* ---- the calls ---- */

enum call_type { CALL_LISTING, CALL_OBJECT, CALL_WHOAMI, CALL_TOKEN, CALL_PATHS };

struct call {
    const char *kind;
    enum call_type type;
    const char *path;  /* up to the id */
    const char *owner; /* whose objects; the stand-in's word */
    long clean;        /* calls of the kind in an undisturbed run; see extraction_plain_estate */
    bool is_core;      /* tried with every fault */
};

static const struct call calls[] = {
    {"connections", CALL_LISTING, "/v2/connections", NULL, 1, false},
    {"workbooks", CALL_LISTING, "/v2/workbooks", NULL, 1, true},
    {"datamodels", CALL_LISTING, "/v2/dataModels", NULL, 1, false},
    {"datasets", CALL_LISTING, "/v2/datasets", NULL, 1, true},
    {"files", CALL_LISTING, "/v2/files", NULL, 1, true},
    {"members", CALL_LISTING, "/v2/members", NULL, 1, false},
    {"workbook_sources", CALL_OBJECT, "/v2/workbooks/", "workbooks", 4, false},
    {"elements", CALL_OBJECT, "/v2/workbooks/", "workbooks", 4, true},
    {"datamodel_sources", CALL_OBJECT, "/v2/dataModels/", "datamodels", 2, false},
    {"datamodel_lineage", CALL_OBJECT, "/v2/dataModels/", "datamodels", 2, false},
    {"dataset_sources", CALL_OBJECT, "/v2/datasets/", "datasets", 2, false},
    {"path", CALL_OBJECT, "/v2/connections/paths/", "tables", 2, true},
    {"whoami", CALL_WHOAMI, "/v2/whoami", NULL, 1, true},
    {"token", CALL_TOKEN, "/v2/auth/token", NULL, 1, true},
    {"paths", CALL_PATHS, "/v2/connections/paths", NULL, 1, true},
};

/* ---- the faults ---- */

enum fault_type { FAULT_TRANSIENT, FAULT_REFUSAL, FAULT_CREDENTIALS, FAULT_PERMANENT };

struct fault {
    const char *name;
    const char *what;
    enum fault_type type;
    enum smc_status status; /* of a listing that meets it for good */
    int http;               /* which the text has; 0: none arrived */
    bool is_core;           /* tried with every call */
    bool is_live;           /* only real time brings it about */
};

static const struct fault faults[] = {
    {"408", "do=status:408", FAULT_TRANSIENT, SMC_ERR_HTTP, 408, false, false},
    {"502", "do=status:502", FAULT_TRANSIENT, SMC_ERR_HTTP, 502, false, false},
    {"503", "do=status:503", FAULT_TRANSIENT, SMC_ERR_HTTP, 503, true, false},
    {"504", "do=status:504", FAULT_TRANSIENT, SMC_ERR_HTTP, 504, false, false},
    {"520", "do=status:520", FAULT_TRANSIENT, SMC_ERR_HTTP, 520, false, false},
    {"521", "do=status:521", FAULT_TRANSIENT, SMC_ERR_HTTP, 521, false, false},
    {"522", "do=status:522", FAULT_TRANSIENT, SMC_ERR_HTTP, 522, false, false},
    {"523", "do=status:523", FAULT_TRANSIENT, SMC_ERR_HTTP, 523, false, false},
    {"524", "do=status:524,html=1", FAULT_TRANSIENT, SMC_ERR_HTTP, 524, false, false},
    {"402 timedout", "do=status:402,code=timedout", FAULT_TRANSIENT, SMC_ERR_HTTP, 402, true,
     false},
    {"a reset", "do=reset", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, true, false},
    {"a cut body", "do=cut", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, false, false},
    {"silence", "do=silent", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, false, true},
    {"a stall", "do=stall", FAULT_TRANSIENT, SMC_ERR_NETWORK, 0, false, true},
    {"HTML for 200", "do=html", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, true, false},
    {"broken JSON", "do=broken", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, false, false},
    {"an empty 200", "do=empty", FAULT_TRANSIENT, SMC_ERR_SYNTAX, 200, false, false},
    {"429", "do=status:429", FAULT_REFUSAL, SMC_ERR_NETWORK, 429, true, false},
    {"429 in HTML", "do=status:429,html=1", FAULT_REFUSAL, SMC_ERR_NETWORK, 429, false, false},
    {"401", "do=status:401", FAULT_CREDENTIALS, SMC_ERR_AUTH, 401, true, false},
    {"400", "do=status:400", FAULT_PERMANENT, SMC_ERR_HTTP, 400, true, false},
    {"402 otherwise", "do=status:402,code=payment", FAULT_PERMANENT, SMC_ERR_HTTP, 402, false,
     false},
    {"403", "do=status:403", FAULT_PERMANENT, SMC_ERR_AUTH, 403, true, false},
    {"404", "do=status:404", FAULT_PERMANENT, SMC_ERR_HTTP, 404, true, false},
    {"409", "do=status:409", FAULT_PERMANENT, SMC_ERR_HTTP, 409, false, false},
    {"410", "do=status:410", FAULT_PERMANENT, SMC_ERR_HTTP, 410, false, false},
    {"418", "do=status:418", FAULT_PERMANENT, SMC_ERR_HTTP, 418, false, false},
    {"500", "do=status:500", FAULT_PERMANENT, SMC_ERR_HTTP, 500, true, false},
    {"501", "do=status:501", FAULT_PERMANENT, SMC_ERR_HTTP, 501, false, false},
    {"a redirect", "do=redirect:http://127.0.0.1:1/", FAULT_PERMANENT, SMC_ERR_HTTP, 302, false,
     false},
};

/* ---- the cells ---- */

struct row {
    char *name;
    const struct call *call;
    const struct fault *fault;
    bool is_once; /* the first try alone meets it */
};

/* What must come of a cell. */
struct outcome {
    enum smc_status status;
    long extra_min; /* calls of the kind beyond the undisturbed run's */
    long extra_max;
    const char *gap; /* the kind that counts one */
};

static const struct outcome healed = {SMC_OK, 1, 1, NULL};

/* libcurl sends a call again by itself, up to five times, when a kept connection was reset before
 * anything came. */
static struct outcome outcome_of_transient(const struct call *call, const struct fault *fault)
{
    long tries = RETRIES + 1 + (call->type == CALL_OBJECT);
    long most = strcmp(fault->what, "do=reset") == 0 ? 6 * tries : tries;
    struct outcome o = {fault->status, tries - 1, most - 1, NULL};
    if (call->type == CALL_OBJECT || call->type == CALL_WHOAMI || call->type == CALL_PATHS)
        o.status = SMC_OK;
    if (call->type == CALL_OBJECT || call->type == CALL_WHOAMI)
        o.gap = call->kind;
    return o;
}

static struct outcome outcome_of_permanent(const struct call *call, const struct fault *fault)
{
    struct outcome o = {SMC_OK, 0, 0, call->kind};
    int http = fault->http;
    switch (call->type) {
    case CALL_OBJECT:
        break;
    case CALL_WHOAMI:
        if (http == 403)
            o = (struct outcome){SMC_ERR_AUTH, 0, 0, NULL};
        break;
    case CALL_PATHS:
        o.gap = NULL;
        break;
    case CALL_TOKEN:
        o = (struct outcome){http == 400 || http == 403 ? SMC_ERR_AUTH : SMC_ERR_HTTP, 0, 0, NULL};
        break;
    case CALL_LISTING:
        /* Withdrawn: an empty list and a gap. */
        if (strcmp(call->kind, "datasets") == 0 && (http == 404 || http == 410))
            break;
        o = (struct outcome){fault->status, 0, 0, NULL};
        /* Asked once more without skipPermissionCheck. */
        if (strcmp(call->kind, "workbooks") == 0 && http == 403)
            o.extra_min = o.extra_max = 1;
        break;
    }
    return o;
}

static struct outcome outcome_of(const struct row *row)
{
    const struct call *call = row->call;
    bool is_token = call->type == CALL_TOKEN;
    switch (row->fault->type) {
    case FAULT_TRANSIENT:
        return row->is_once ? healed : outcome_of_transient(call, row->fault);
    case FAULT_REFUSAL: /* for 15 minutes; how many calls that takes is the pace's */
        return row->is_once ? healed : (struct outcome){SMC_ERR_NETWORK, 5, 200, NULL};
    case FAULT_CREDENTIALS:
        if (is_token)
            return (struct outcome){SMC_ERR_AUTH, 0, 0, NULL};
        if (row->is_once)
            return healed;
        /* The second refusal ends the run, whatever calls of that kind were still to come. */
        return (struct outcome){SMC_ERR_AUTH, call->type == CALL_OBJECT ? 2 - call->clean : 1, 1,
                                NULL};
    case FAULT_PERMANENT:
        return outcome_of_permanent(call, row->fault);
    }
    return healed;
}

/* ---- what is left of an object that could not be read: contract, section 1 ---- */

/* Whether a source of the table has both of its members null; counts those of that table. */
static size_t check_nulls(struct smc_json_span object, const char *table)
{
    struct smc_json_walk walk;
    struct smc_json_span source;
    size_t seen = 0;
    if (!smc_json_walk_begin(&walk, smc_json_member(object, "sources")))
        return 0;
    while (smc_json_walk_next(&walk, NULL, &source, NULL)) {
        if (!smc_json_equals(smc_json_member(source, "inodeId"), table) &&
            !smc_json_equals(smc_json_member(source, "tableId"), table))
            continue;
        assert_int_equal(smc_json_type_of(smc_json_member(source, "path")), SMC_JSON_NULL);
        assert_int_equal(smc_json_type_of(smc_json_member(source, "connectionId")), SMC_JSON_NULL);
        seen++;
    }
    return seen;
}

static void check_table(struct extraction *x, const char *table)
{
    static const char *const files[] = {"workbook_sources", "datamodel_sources", "dataset_sources"};
    size_t seen = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct records *file = extraction_file(x, files[i]);
        for (size_t row = 0; row < file->count; row++)
            seen += check_nulls(file->rows[row], table);
    }
    assert_in_range(seen, 1, 1000);
}

static void check_object(struct extraction *x, const struct call *call, const char *id)
{
    if (strcmp(call->kind, "path") == 0) {
        check_table(x, id);
        return;
    }
    const struct records *file = extraction_file(x, call->kind);
    bool is_sources = strstr(call->kind, "_sources") != NULL;
    size_t seen = 0;
    for (size_t i = 0; i < file->count; i++) {
        static const char *const names[] = {"asset_id", "workbook_id", "dataModelId"};
        struct smc_json_span row = file->rows[i];
        for (size_t n = 0; n < 3; n++)
            seen += smc_json_equals(smc_json_member(row, names[n]), id);
    }
    assert_int_equal(seen, is_sources ? 1 : 0);
    if (!is_sources)
        return;
    char *want = text_format("{\"asset_id\": \"%s\", \"sources\": []}", id);
    char *got = text_format("%.*s", (int)file->rows[0].len, file->rows[0].p);
    assert_true(json_text_equal(got, want));
    free(got);
    free(want);
}

/* ---- checks ---- */

static void check_text(const struct row *row, const char *text, const char *id)
{
    char http[32];
    (void)snprintf(http, sizeof http, "HTTP %d", row->fault->http);
    if (!strstr(text, row->call->path) || (id && !strstr(text, id)) ||
        (row->fault->http && !strstr(text, http)))
        fail_msg("the text names no call, object or status: %s", text);
}

/* A gap is logged once, counted once, and the object's record is as it should be. */
static void check_gap(struct extraction *x, const struct row *row, const char *kind)
{
    char member[64];
    char id[37] = "";
    (void)snprintf(member, sizeof member, "extraction.gaps.%s", kind);
    assert_int_equal(extraction_summary_int(x, member, 0), 1);
    assert_int_equal(extraction_count_lines(x, "WARNING - Gap: ", NULL), 1);
    const char *line = strstr(log_sink_text(&x->log), "WARNING - Gap: ");
    char text[4096];
    (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
    if (row->call->owner)
        sim_estate_id(x->sim, row->call->owner, 0, id);
    check_text(row, text, *id ? id : NULL);
    if (*id)
        check_object(x, row->call, id);
    if (row->fault->http == 403)
        assert_non_null(strstr(text, "Org Admin"));
}

/* Nothing is published, nothing half-written stays, and a later run does it all. */
static void check_failure(struct extraction *x, const struct row *row)
{
    assert_int_equal(extraction_count_files(x, "*.part"), 0);
    assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
    if (row->fault->type != FAULT_REFUSAL)
        check_text(row, x->err.detail, NULL);
    if (row->fault->http == 403 && row->call->type == CALL_LISTING)
        assert_non_null(strstr(x->err.detail, "Org Admin"));
    sim_faults_clear(x->sim);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_count_files(x, "[0-9]*.json"), EXTRACTION_FILES);
}

static void check_no_gap(struct extraction *x)
{
    assert_int_equal(extraction_count_lines(x, "Gap:", NULL), 0);
    assert_int_equal(extraction_summary(x, "extraction.gaps").len, 2); /* {} */
}

/* However the listing of all paths fails, each table has its path. */
static void check_paths(struct extraction *x)
{
    struct model model;
    model_make(&model, x->sim);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        model_compare(&model, x, extraction_names[i]);
    assert_in_range(sim_calls(x->sim, "path", 200), 1, model.table_count);
    assert_int_equal(sim_repeats(x->sim, "path"), 0);
    model_clear(&model);
}

static void prepare(struct extraction *x, const struct row *row)
{
    extraction_plain_estate(x);
    if (row->call->type == CALL_PATHS)
        x->sim_opt.tables = 12;
    x->is_live = row->fault->is_live;
    extraction_start(x);
    char *fault =
        text_format("call=%s%s%s,%s", row->call->kind, row->call->owner ? ",object=0" : "",
                    row->is_once ? ",attempt=1" : "", row->fault->what);
    extraction_fault(x, fault);
    free(fault);
}

/* How many calls of the kind the stand-in has had. It knows of one that it left without an answer
 * only when it sees that the connection is gone, which may be a moment after we gave it up. */
static long count_calls(struct extraction *x, const char *kind, long least)
{
    for (int i = 0; i < 5000 && sim_calls(x->sim, kind, 0) < least; i++)
        (void)poll(NULL, 0, 1);
    return sim_calls(x->sim, kind, 0);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    struct outcome want = outcome_of(row);
    prepare(x, row);
    enum smc_status rc =
        extraction_run(x, x->is_live ? "--retries 2 --timeout 0.5" : "--retries 2");
    if (rc != want.status)
        fail_msg("status %d instead of %d: %s", rc, want.status, x->err.detail);
    long clean = row->call->clean;
    long extra = count_calls(x, row->call->kind, clean + want.extra_min) - clean;
    if (extra < want.extra_min || extra > want.extra_max)
        fail_msg("%ld calls beyond the undisturbed run's, expected %ld to %ld", extra,
                 want.extra_min, want.extra_max);
    if (row->fault->type == FAULT_CREDENTIALS && row->call->type != CALL_TOKEN)
        assert_int_equal(sim_calls(x->sim, "token", 200), 2);
    if (!x->is_live) /* else the stand-in's clock does not skip with ours */
        assert_int_equal(sim_token_violations(x->sim), 0);
    if (rc != SMC_OK)
        check_failure(x, row);
    else if (want.gap)
        check_gap(x, row, want.gap);
    else
        check_no_gap(x);
    if (row->call->type == CALL_PATHS && rc == SMC_OK)
        check_paths(x);
}

/* ---- all cells ---- */

static bool is_tried(const struct call *call, const struct fault *fault, bool is_once)
{
    if (fault->is_live) /* they take their time */
        return call->is_core && call->type != CALL_PATHS && is_once;
    if (is_once && fault->type == FAULT_PERMANENT)
        return false;
    return call->is_core || fault->is_core;
}

static size_t add_rows(struct row *rows, size_t count, const struct call *call,
                       const struct fault *fault)
{
    for (int once = 1; once >= 0; once--)
        if (is_tried(call, fault, once == 1)) {
            const char *when = once ? " once" : fault->type == FAULT_PERMANENT ? "" : " for good";
            char *name = text_format("%s: %s%s", call->kind, fault->name, when);
            rows[count++] = (struct row){name, call, fault, once == 1};
        }
    return count;
}

int main(void)
{
    size_t call_count = sizeof calls / sizeof calls[0];
    size_t fault_count = sizeof faults / sizeof faults[0];
    struct row *rows = calloc(2 * call_count * fault_count, sizeof *rows);
    size_t count = 0;
    if (!rows)
        return 1;
    for (size_t c = 0; c < call_count; c++)
        for (size_t f = 0; f < fault_count; f++)
            count = add_rows(rows, count, &calls[c], &faults[f]);
    int failed = extraction_table("calls x faults", rows, sizeof rows[0], count, test_row);
    for (size_t i = 0; i < count; i++)
        free(rows[i].name);
    free(rows);
    return failed;
}
