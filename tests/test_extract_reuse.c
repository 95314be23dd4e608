/* --incremental: what a run takes from finished ones, what it asks for again, and what it leaves
 * for the next. An organisation of four workbooks, two data models and two data sets is
 * replayed; each answer carries the state of its object, so that a stale one shows. */
#include "tests/support/extraction.h"

#include <glob.h>
#include <inttypes.h>
#include <unistd.h>

#include "tests/support/json_tree.h"
#include "lib/store/store.h"

#define DAY_MS INT64_C(86400000)

#define TABLE_1 "8dfcd325-6b9a-49b3-a491-1189fab1b201"
#define TABLE_2 "8dfcd325-6b9a-49b3-a491-1189fab1b202"

/* ---- the organisation ---- */

/* What the listings show of one object, and with it what its calls answer. */
struct shown {
    const char *id;
    const char *version; /* JSON; "" for none */
    const char *updated; /* likewise */
    int extra;           /* a member that tells nothing about sources */
};

enum { W1, W2, W3, W4, M1, M2, D1, D2, OBJECTS };

struct estate {
    struct shown objects[OBJECTS]; /* without an id: not there */
    int path_version;
};

/* The third workbook has no version, the second data model no time; neither have data sets a
 * version. */
static const struct estate original = {
    .objects = {[W1] = {"w1", "1", "\"t1\"", 0},
                [W2] = {"w2", "7", "\"t2\"", 0},
                [W3] = {"w3", "", "\"t3\"", 0},
                [W4] = {"w4", "4", "\"t4\"", 0},
                [M1] = {"m1", "1", "\"t5\"", 0},
                [M2] = {"m2", "2", "", 0},
                [D1] = {"d1", "", "\"t7\"", 0},
                [D2] = {"d2", "", "\"t8\"", 0}},
};

#define CALLS_MAX 40

struct script {
    struct recorded_call calls[CALLS_MAX];
    char *texts[2 * CALLS_MAX];
    size_t count;
    size_t text_count;
};

static void script_add(struct script *script, char *call, int status, char *answer)
{
    assert_in_range(script->count, 0, CALLS_MAX - 1);
    script->calls[script->count++] = (struct recorded_call){call, status, answer};
    script->texts[script->text_count++] = call;
    script->texts[script->text_count++] = answer;
}

static bool has_text(const char *text)
{
    return *text != '\0';
}

static void add_listing(struct script *script, const struct estate *estate, const char *call,
                        const char *id_member, int first, int last)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    enum smc_status rc = smc_buf_addstr(&text, "{\"entries\": [");
    for (int i = first; i <= last; i++) {
        const struct shown *o = &estate->objects[i];
        if (!o->id)
            continue;
        rc |= smc_buf_addf(&text, "%s{\"%s\": \"%s\", \"extra\": %d",
                           text.data[text.len - 1] == '[' ? "" : ", ", id_member, o->id, o->extra);
        if (has_text(o->version))
            rc |= smc_buf_addf(&text, ", \"latestVersion\": %s", o->version);
        if (has_text(o->updated))
            rc |= smc_buf_addf(&text, ", \"updatedAt\": %s", o->updated);
        rc |= smc_buf_addstr(&text, "}");
    }
    rc |= smc_buf_addstr(&text, "], \"nextPage\": null}");
    assert_int_equal(rc, SMC_OK);
    script_add(script, text_format("%s", call), 200, text_format("%s", text.data));
    smc_buf_clear(&text);
}

/* A member with the object's state. */
static char *mark(const struct shown *o)
{
    char *text = text_format("\"mark\": \"%s %s\"", o->version, o->updated);
    for (char *at = text + strlen("\"mark\": \""); *at && at[1]; at++)
        if (*at == '"')
            *at = '\'';
    return text;
}

/* The first workbook's sources name the first data model; two tables are shared by all. */
static void add_object(struct script *script, int i, const struct shown *o)
{
    char *state = mark(o);
    const char *table = i % 2 ? TABLE_1 : TABLE_2;
    if (i <= W4) {
        script_add(
            script, text_format("GET /v2/workbooks/%s/sources", o->id), 200,
            text_format("[{\"type\": \"table\", \"inodeId\": \"%s\", %s}%s]", table, state,
                        i == W1 ? ", {\"type\": \"data-model\", \"dataModelId\": \"m1\"}" : ""));
        script_add(
            script, text_format("GET /v2/workbooks/%s/elements?limit=1000", o->id), 200,
            text_format("{\"entries\": [{\"type\": \"viz\", %s}], \"nextPage\": null}", state));
    } else if (i <= M2) {
        script_add(script, text_format("GET /v2/dataModels/%s/sources?pageSize=500", o->id), 200,
                   text_format("{\"entries\": [{\"type\": \"table\", \"tableId\": \"%s\", %s}]}",
                               table, state));
        script_add(script, text_format("GET /v2/dataModels/%s/lineage?limit=1000", o->id), 200,
                   text_format("{\"entries\": [{\"type\": \"element\", \"elementId\": \"e\", "
                               "\"dataSourceIds\": [\"q\"]}, {\"type\": \"customSQL\", "
                               "\"name\": \"q\", \"definition\": {%s}}], \"nextPage\": null}",
                               state));
    } else {
        script_add(script, text_format("GET /v2/datasets/%s/sources", o->id), 200,
                   text_format("[{\"type\": \"table\", \"inodeId\": \"%s\", %s}]", table, state));
    }
    free(state);
}

static void add_paths(struct script *script, const struct estate *estate)
{
    static const char *const tables[] = {TABLE_1, TABLE_2};
    for (int i = 0; i < 2; i++)
        script_add(script, text_format("GET /v2/connections/paths/%s", tables[i]), 200,
                   text_format("{\"connectionId\": \"c\", \"path\": [\"%d.%d\"]}", i,
                               estate->path_version));
}

/* Makes the stand-in show the estate, from the next run on. */
static void show(struct extraction *x, const struct estate *estate)
{
    struct script script = {.count = 0};
    add_listing(&script, estate,
                "GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true",
                "workbookId", W1, W4);
    add_listing(&script, estate, "GET /v2/dataModels?limit=1000&skipPermissionCheck=true",
                "dataModelId", M1, M2);
    add_listing(&script, estate, "GET /v2/datasets?limit=1000&skipPermissionCheck=true",
                "datasetId", D1, D2);
    for (int i = 0; i < OBJECTS; i++)
        if (estate->objects[i].id)
            add_object(&script, i, &estate->objects[i]);
    add_paths(&script, estate);
    extraction_replay(x, script.calls, script.count);
    for (size_t i = 0; i < script.text_count; i++)
        free(script.texts[i]);
    sim_stats_reset(x->sim);
}

/* ---- runs ---- */

enum { WORKBOOK_SOURCES, ELEMENTS, MODEL_SOURCES, LINEAGE, DATASET_SOURCES, PATHS, KINDS };
static const char *const kinds[KINDS] = {"workbook_sources",  "elements",
                                         "datamodel_sources", "datamodel_lineage",
                                         "dataset_sources",   "path"};

/* Calls that a full run makes of each kind. */
static const long full[KINDS] = {4, 4, 2, 1, 2, 2};
#define ANSWERS 15

/* The listings, whoami and the token are asked for in any case; nothing twice. */
static void check_calls(struct extraction *x, const long want[KINDS])
{
    long sum = 6 + 2;
    for (int i = 0; i < KINDS; i++) {
        if (sim_calls(x->sim, kinds[i], 0) != want[i])
            fail_msg("%ld calls for %s, expected %ld", sim_calls(x->sim, kinds[i], 0), kinds[i],
                     want[i]);
        sum += want[i];
    }
    assert_int_equal(sim_calls(x->sim, NULL, 0), sum);
    assert_int_equal(sim_repeats(x->sim, NULL), 0);
    assert_int_equal(sim_unexpected(x->sim), 0);
}

/* The eleven files of the last set, to be freed. */
static void take_files(struct extraction *x, char *texts[EXTRACTION_FILES - 1])
{
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++)
        texts[i] = text_format("%s", extraction_file(x, extraction_names[i])->text);
}

/* The last run's files are, byte for byte, those of a full run that knows nothing. */
static void check_as_full(struct extraction *x)
{
    char *incremental[EXTRACTION_FILES - 1];
    char *whole[EXTRACTION_FILES - 1];
    static int number;
    char *options = text_format("--state %s/full-%d", x->dir, ++number);
    take_files(x, incremental);
    extraction_run_ok(x, options);
    take_files(x, whole);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        if (strcmp(incremental[i], whole[i]) != 0)
            fail_msg("%s: %s\ninstead of\n%s", extraction_names[i], incremental[i], whole[i]);
        free(incremental[i]);
        free(whole[i]);
    }
    free(options);
}

static void later(struct extraction *x, int64_t ms)
{
    x->fake.wall_ms += ms;
    x->fake.now_ms += ms > 0 ? ms : 0;
}

static int64_t count_answers(struct extraction *x)
{
    int64_t count = -1;
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    assert_int_equal(smci_store_count(store, &count, NULL), SMC_OK);
    smci_store_close(store);
    return count;
}

/* ---- what has changed is asked for ---- */

struct change_row {
    const char *name;
    int object; /* that shows otherwise */
    struct shown shown;
    long calls[KINDS];
    int64_t answers; /* in the store afterwards */
};

static const struct change_row change_rows[] = {
    {"nothing", W1, {"w1", "1", "\"t1\"", 0}, {0}, ANSWERS},
    {"a workbook's version", W1, {"w1", "2", "\"t1\"", 0}, {1, 1}, ANSWERS},
    {"a workbook's time", W1, {"w1", "1", "\"t9\"", 0}, {1, 1}, ANSWERS},
    {"a workbook's version, back", W2, {"w2", "6", "\"t2\"", 0}, {1, 1}, ANSWERS},
    {"the time of a workbook without a version", W3, {"w3", "", "\"t9\"", 0}, {1, 1}, ANSWERS},
    {"a workbook that gets a version", W3, {"w3", "1", "\"t3\"", 0}, {1, 1}, ANSWERS},
    {"what tells nothing", W1, {"w1", "1", "\"t1\"", 5}, {0}, ANSWERS},
    {"a data model's version", M1, {"m1", "2", "\"t5\"", 0}, {0, 0, 1, 1}, ANSWERS},
    {"a data model's time", M1, {"m1", "1", "\"t9\"", 0}, {0, 0, 1, 1}, ANSWERS},
    {"that of a data model that none uses", M2, {"m2", "3", "", 0}, {0, 0, 1}, ANSWERS},
    {"a data set's time", D1, {"d1", "", "\"t9\"", 0}, {0, 0, 0, 0, 1}, ANSWERS},
    {"a data set's other members", D1, {"d1", "", "\"t7\"", 9}, {0}, ANSWERS},
    {"another workbook in its place", W4, {"w5", "4", "\"t4\"", 0}, {1, 1}, ANSWERS},
    {"a workbook that is gone", W4, {NULL, "", "", 0}, {0}, ANSWERS - 2},
    {"a data model that is gone", M2, {NULL, "", "", 0}, {0}, ANSWERS - 1},
    {"a data set that is gone", D2, {NULL, "", "", 0}, {0}, ANSWERS - 1},
};

static void test_change(void **state)
{
    struct extraction *x = *state;
    const struct change_row *row = x->row;
    struct estate estate = original;
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    check_calls(x, full);
    assert_int_equal(count_answers(x), ANSWERS);
    later(x, 3600000);
    estate.objects[row->object] = row->shown;
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    check_calls(x, row->calls);
    assert_int_equal(count_answers(x), row->answers);
    check_as_full(x);
}

/* Nothing tells whether they have changed: they are asked for each time. */
struct silent_row {
    const char *name;
    int object;
    struct shown shown;
    long calls[KINDS];
};

static const struct silent_row silent_rows[] = {
    {"a workbook with neither", W2, {"w2", "", "", 0}, {1, 1}},
    {"a workbook with null for both", W2, {"w2", "null", "null", 0}, {1, 1}},
    {"a data model with neither", M1, {"m1", "", "", 0}, {0, 0, 1, 1}},
    {"a data set without a time", D1, {"d1", "", "", 0}, {0, 0, 0, 0, 1}},
    {"a data set with null for a time", D1, {"d1", "", "null", 0}, {0, 0, 0, 0, 1}},
};

static void test_silent(void **state)
{
    struct extraction *x = *state;
    const struct silent_row *row = x->row;
    struct estate estate = original;
    estate.objects[row->object] = row->shown;
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    check_calls(x, full);
    for (int i = 0; i < 2; i++) {
        extraction_run_ok(x, "--incremental");
        check_calls(x, row->calls);
    }
}

/* ---- gaps ---- */

struct gap_row {
    const char *name;
    const char *fault; /* of the first run alone */
    const char *kind;
    long calls[KINDS];   /* of the second run */
    int64_t second_gaps; /* counted by the second run */
};

static const struct gap_row gap_rows[] = {
    {"400", "call=elements,object=w2,do=status:400", "elements", {0}, 1},
    {"404", "call=elements,object=w2,do=status:404", "elements", {0}, 1},
    {"409", "call=workbook_sources,object=w2,do=status:409", "workbook_sources", {0}, 1},
    {"410", "call=dataset_sources,object=d2,do=status:410", "dataset_sources", {0}, 1},
    {"404 of lineage", "call=datamodel_lineage,do=status:404", "datamodel_lineage", {0}, 1},
    {"404 of a path", "call=path,object=" TABLE_1 ",do=status:404", "path", {0}, 1},
    {"403", "call=elements,object=w2,do=status:403", "elements", {0, 1}, 0},
    {"500", "call=elements,object=w2,do=status:500", "elements", {0, 1}, 0},
    {"500 of a path", "call=path,object=" TABLE_1 ",do=status:500", "path", {0, 0, 0, 0, 0, 1}, 0},
    {"503", "call=elements,object=w2,do=status:503", "elements", {0, 1}, 0},
    {"418", "call=elements,object=w2,do=status:418", "elements", {0, 1}, 0},
    {"a reset", "call=elements,object=w2,do=reset", "elements", {0, 1}, 0},
    {"an answer of another shape", "call=elements,object=w2,do=wrongshape", "elements", {0, 1}, 0},
};

static void test_gap(void **state)
{
    struct extraction *x = *state;
    const struct gap_row *row = x->row;
    char *member = text_format("extraction.gaps.%s", row->kind);
    show(x, &original);
    extraction_fault(x, row->fault);
    extraction_run_ok(x, "--incremental --retries 0");
    assert_int_equal(extraction_summary_int(x, member, 0), 1);
    sim_faults_clear(x->sim);
    extraction_run_ok(x, "--incremental");
    check_calls(x, row->calls);
    assert_int_equal(extraction_summary_int(x, member, 0), row->second_gaps);
    assert_int_equal(extraction_count_lines(x, "Gap: ", NULL), row->second_gaps);
    free(member);
}

/* The gap that is kept says what it said, and the object is asked for once it has changed. */
static void test_kept_gap(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    const long calls[KINDS] = {1, 1};
    show(x, &estate);
    extraction_fault(x, "call=elements,object=w2,do=status:404");
    extraction_run_ok(x, "--incremental");
    const char *line = strstr(log_sink_text(&x->log), "DEBUG - Gap: ");
    assert_non_null(line);
    char *said = text_format("%.*s", (int)strcspn(line, "\n"), line);
    sim_faults_clear(x->sim);
    extraction_run_ok(x, "--incremental");
    assert_int_equal(extraction_count_lines(x, said, NULL), 1);
    free(said);
    estate.objects[W2].version = "8";
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    check_calls(x, calls);
    assert_int_equal(extraction_count_lines(x, "Gap: ", NULL), 0);
    check_as_full(x);
}

/* ---- age ---- */

struct age_row {
    const char *name;
    const char *options; /* besides --incremental */
    int64_t steps_ms[3]; /* after each of these there is a run; 0: no more */
    bool is_full;        /* the last of them asks for everything */
    long paths;          /* what it asks for else */
};

#define HOUR_MS INT64_C(3600000)
#define LONG    " --full-after 8640000"

static const struct age_row age_rows[] = {
    {"6 days", "", {6 * DAY_MS}, false, 0},
    {"7 days", "", {7 * DAY_MS}, false, 0},
    {"7 days and a second", "", {7 * DAY_MS + 1000}, true, 0},
    {"4 days and 4 days: the first counts", "", {4 * DAY_MS, 4 * DAY_MS}, true, 0},
    {"a full pass, then 6 days", "", {8 * DAY_MS, 6 * DAY_MS}, false, 0},
    {"a full pass, then 8 days", "", {8 * DAY_MS, 8 * DAY_MS}, true, 0},
    {"--full-after 60", " --full-after 60", {60000}, false, 0},
    {"--full-after 60, a second later", " --full-after 60", {61000}, true, 0},
    {"paths, 7 days", LONG, {7 * DAY_MS}, false, 0},
    {"paths, 7 days and a second", LONG, {7 * DAY_MS + 1000}, false, 2},
    {"paths age though they are reused", LONG, {4 * DAY_MS, 4 * DAY_MS}, false, 2},
    {"paths that were asked for again", LONG, {8 * DAY_MS, 6 * DAY_MS}, false, 0},
    {"a clock that was set back", "", {-HOUR_MS}, true, 0},
};

static void test_age(void **state)
{
    struct extraction *x = *state;
    const struct age_row *row = x->row;
    const long rest[KINDS] = {[PATHS] = row->paths};
    char *options = text_format("--incremental%s", row->options);
    show(x, &original);
    extraction_run_ok(x, options);
    for (int i = 0; i < 3 && row->steps_ms[i]; i++) {
        later(x, row->steps_ms[i]);
        extraction_run_ok(x, options);
    }
    check_calls(x, row->is_full ? full : rest);
    free(options);
}

/* A path that changed is seen when the old one is too old, not before. */
static void test_path_changes(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    show(x, &estate);
    extraction_run_ok(x, "--incremental" LONG);
    estate.path_version = 1;
    show(x, &estate);
    later(x, DAY_MS);
    extraction_run_ok(x, "--incremental" LONG);
    assert_lacks(extraction_file(x, "workbook_sources")->text, "0.1");
    later(x, 7 * DAY_MS);
    extraction_run_ok(x, "--incremental" LONG);
    check_as_full(x);
}

/* ---- runs of other kinds between ---- */

static void test_run_without(void **state)
{
    struct extraction *x = *state;
    show(x, &original);
    extraction_run_ok(x, "--incremental");
    extraction_run_ok(x, NULL);
    check_calls(x, full);
    assert_int_equal(count_answers(x), 0);
    extraction_run_ok(x, "--incremental");
    check_calls(x, full);
}

static void stop_now(struct extraction *x)
{
    extraction_stop(x);
}

/* Stopped halfway through what has changed, then gone on with: of the changed objects each call is
 * made once, but for the gap. The others, and the first run's, stay reused. */
/* What a stopped run has fetched can't be told from what was kept before it: all is asked for. */
static void test_stopped_then_no_resume(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    long all = sim_calls(x->sim, NULL, 0);
    estate.objects[W1].version = "2";
    show(x, &estate);
    extraction_fault(x, "call=elements,object=w1,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    assert_int_equal(extraction_run(x, "--incremental --concurrency 1"), SMC_ERR_CANCELLED);
    sim_faults_clear(x->sim);
    x->cue = NULL;
    show(x, &estate);
    long before = sim_calls(x->sim, NULL, 0);
    extraction_run_ok(x, "--incremental --no-resume");
    assert_int_equal(sim_calls(x->sim, NULL, 0) - before, all);
    assert_int_equal(extraction_count_lines(x, "answers of earlier runs were reused", NULL), 0);
}

static void test_stopped(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    long sum[KINDS] = {0};
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    estate.objects[W1].version = "2";
    estate.objects[W2].version = "8";
    estate.objects[D1].updated = "\"t9\"";
    show(x, &estate);
    extraction_fault(x, "call=elements,object=w2,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    later(x, HOUR_MS);
    assert_int_equal(extraction_run(x, "--incremental --concurrency 1"), SMC_ERR_CANCELLED);
    assert_int_equal(sim_calls(x->sim, "elements", 0), 2);
    for (int i = 0; i < KINDS; i++)
        sum[i] = sim_calls(x->sim, kinds[i], 200);
    sim_faults_clear(x->sim);
    x->cue = NULL;
    later(x, HOUR_MS);
    extraction_run_ok(x, "--incremental");
    assert_int_equal(extraction_count_lines(x, "Resuming a run that began 3600 s ago", NULL), 1);
    assert_int_equal(extraction_count_lines(x, "Gap: ", NULL), 1); /* 404 is kept */
    for (int i = 0; i < KINDS; i++)
        sum[i] += sim_calls(x->sim, kinds[i], 0);
    const long want[KINDS] = {2, 1, 0, 0, 1, 0};
    for (int i = 0; i < KINDS; i++)
        assert_int_equal(sum[i], want[i]);
}

/* The same by a run that asks for everything: it takes from the stopped run what that one asked
 * for, and nothing that is older. */
static void test_stopped_then_full(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    const long rest[KINDS] = {2, 3, 2, 1, 2, 2};
    show(x, &estate);
    extraction_run_ok(x, "--incremental");
    estate.objects[W1].version = "2";
    estate.objects[W2].version = "8";
    show(x, &estate);
    extraction_fault(x, "call=elements,object=w2,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    later(x, HOUR_MS);
    assert_int_equal(extraction_run(x, "--incremental --concurrency 1"), SMC_ERR_CANCELLED);
    sim_faults_clear(x->sim);
    x->cue = NULL;
    extraction_run_ok(x, NULL);
    check_calls(x, rest);
    check_as_full(x);
}

/* A run that was stopped, full: its answers count for objects that still show the same. */
static void test_resume_after_change(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    const long rest[KINDS] = {3, 4, 2, 1, 2, 2}; /* w1: elements anew, sources too; w2: elements */
    show(x, &estate);
    extraction_fault(x, "call=elements,object=w2,do=status:404");
    x->cue = "Gap: ";
    x->on_cue = stop_now;
    assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_ERR_CANCELLED);
    sim_faults_clear(x->sim);
    x->cue = NULL;
    estate.objects[W1].updated = "\"t9\"";
    show(x, &estate);
    extraction_run_ok(x, NULL);
    check_calls(x, rest);
    check_as_full(x);
}

/* ---- what is needed, what is said ---- */

static void test_without_old_files(void **state)
{
    struct extraction *x = *state;
    const long none[KINDS] = {0};
    glob_t old;
    show(x, &original);
    extraction_run_ok(x, "--incremental");
    char *pattern = text_format("%s/[0-9]*", x->output);
    assert_int_equal(glob(pattern, 0, NULL, &old), 0);
    for (size_t i = 0; i < old.gl_pathc; i++)
        assert_int_equal(unlink(old.gl_pathv[i]), 0);
    globfree(&old);
    free(pattern);
    extraction_run_ok(x, "--incremental");
    check_calls(x, none);
    check_as_full(x);
}

static struct json_tree *read_report(const char *path)
{
    size_t len;
    char *text = file_read(path, &len);
    struct json_tree *root = json_tree_parse(text, len);
    free(text);
    assert_non_null(root);
    return root;
}

/* The fake clock begins at 1790000000, which is 2026-09-21T14:13:20Z. */
static void test_what_is_said(void **state)
{
    struct extraction *x = *state;
    struct estate estate = original;
    char *path = text_format("%s/report.json", x->dir);
    char *options = text_format("--incremental --report %s", path);
    show(x, &estate);
    extraction_run_ok(x, options);
    assert_int_equal(extraction_count_lines(x, "earlier run", NULL), 0);
    struct json_tree *report = read_report(path);
    assert_int_equal(json_tree_int(json_tree_get(report, "calls"), "reused", -1), 0);
    assert_true(json_tree_is_null(json_tree_get(report, "calls"), "oldest_reused"));
    json_tree_free(report);
    estate.objects[W1].version = "2";
    show(x, &estate);
    later(x, HOUR_MS);
    extraction_run_ok(x, options);
    later(x, HOUR_MS);
    extraction_run_ok(x, options);
    assert_int_equal(extraction_count_lines(x, "Building on earlier runs: 15 answers are there",
                                            "the last full run began 7200 s ago"),
                     1);
    assert_int_equal(extraction_count_lines(x, "15 answers of earlier runs were reused",
                                            "the oldest 7200 s old"),
                     1);
    report = read_report(path);
    assert_int_equal(json_tree_int(json_tree_get(report, "calls"), "reused", -1), ANSWERS);
    assert_string_equal(json_tree_text(json_tree_get(report, "calls"), "oldest_reused"),
                        "2026-09-21T14:13:20Z");
    json_tree_free(report);
    free(options);
    free(path);
}

/* ---- an estate with everything strange in it, tables in bulk ---- */

struct estate_row {
    const char *name;
    uint64_t seed;
    bool is_plain;
};

static const struct estate_row estate_rows[] = {
    {"plain", 1, true}, {"odd, seed 1", 1, false}, {"odd, seed 2", 2, false}};

static void test_estate(void **state)
{
    struct extraction *x = *state;
    const struct estate_row *row = x->row;
    x->sim_opt.seed = row->seed;
    if (row->is_plain)
        extraction_plain_estate(x);
    x->sim_opt.tables = 25;
    extraction_start(x);
    extraction_run_ok(x, "--incremental");
    assert_int_equal(sim_repeats(x->sim, NULL), 0);
    assert_in_range(sim_calls(x->sim, "paths", 200), 1, 1);
    int64_t gaps = (int64_t)extraction_count_lines(x, "Gap: ", NULL);
    extraction_run_ok(x, "--incremental");
    assert_int_equal(sim_calls(x->sim, NULL, 0), 6 + 2);
    assert_int_equal(extraction_count_lines(x, "Gap: ", NULL), gaps);
    check_as_full(x);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(test_kept_gap),
        ALONE(test_path_changes),
        ALONE(test_run_without),
        ALONE(test_stopped),
        ALONE(test_stopped_then_no_resume),
        ALONE(test_stopped_then_full),
        ALONE(test_resume_after_change),
        ALONE(test_without_old_files),
        ALONE(test_what_is_said),
    };
    int failed = EXTRACTION_TABLE("changes", change_rows, test_change);
    failed += EXTRACTION_TABLE("nothing that tells", silent_rows, test_silent);
    failed += EXTRACTION_TABLE("gaps", gap_rows, test_gap);
    failed += EXTRACTION_TABLE("age", age_rows, test_age);
    failed += EXTRACTION_TABLE("estates", estate_rows, test_estate);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
