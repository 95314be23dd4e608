/* Memory that runs out: the n-th allocation fails, for every n, and what was going on ends with an
 * error in words, loses nothing and leaves no damaged set behind. Leaks are the sanitizer's to see
 * (MODE=asan asks it after each try).
 *
 * SMC_LONG=1 in the environment tries all; else large runs are sampled with a fixed stride.
 * SMC_OOM_ROW=pattern runs those rows alone, SMC_OOM_AT=n tries that allocation alone;
 * SMC_OOM_SHOW=1 shows each try, and the log. */
#include "support/support.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include "lib/json/write.h"
#include "lib/store/ledger.h"
#include <sigmacat/json.h>

#include "extract/fields/load.h"
#include "extract/fields/reach.h"
#include "extract/fields/record.h"
#include "extract/fields/resolve.h"
#include "extract/fields/seal.h"
#include "extract/options.h"
#include "extract/run.h"
#include "lib/base/rng.h"
#include "sim/sim.h"
#include "support/live_clock.h"
#include "support/oom.h"
#include "upload/options.h"
#include "upload/run.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SOURCE_ID    "01234567-89ab-cdef-0123-456789abcdef"
#define SEEDED_TRIES 300
#define RESUME_EVERY 5 /* so many failed extractions are followed by one that must succeed */
#define FILES        12
#define SET          "1790000000"
#define ARRAY_SIZE   5000
#define COUNTS                                                                                     \
    "{\"connection_identity\":{\"host\":\"aws-us-west\",\"organization_id\":\"o\"},"               \
    "\"extraction\":{\"files\":{\"members\":{\"records\":0,\"bytes\":5000}}}}"

/* ---- what is tried ---- */

struct world;
typedef enum smc_status action_fn(struct world *w, struct smc_error *err);
typedef void check_fn(struct world *w, enum smc_status rc);

struct trial {
    const char *name;
    action_fn *run;  /* arms and disarms around what is tried */
    check_fn *check; /* NULL: nothing but the status */
    enum oom_owner owner;
    bool is_lasting;
    long tries; /* about so many, unless SMC_LONG is set; 0: all */
};

struct file {
    char *bytes;
    size_t len;
};

struct world {
    const struct trial *row;
    long fail_at;
    long count; /* of the last action */
    char *dir;
    char *output; /* of the present try */
    char *payload;
    char *sets;  /* a directory of several sets; the newest that is complete is SET */
    char *state; /* with the record of the present try */
    char *out;   /* what the present try printed */
    struct sim *sim;
    struct fake_clock fake;
    struct live_clock live; /* for the libraries, see clock_of */
    struct smc_log *log;
    struct file files[FILES]; /* of the undisturbed run */
    long long timestamp;      /* its */
    long failures;            /* tries that ended with an error */
};

static const char *const names[FILES] = {"connections", "workbooks",         "workbook_sources",
                                         "datamodels",  "datamodel_sources", "datamodel_lineage",
                                         "datasets",    "dataset_sources",   "files",
                                         "members",     "elements",          "summary"};

/* libcurl's curl_easy_reset goes on when memory runs out, with a handle that then stands still:
 * only real time ends such a try. All else has a clock that stands still, so that two runs are
 * equal. */
static const struct smc_clock *clock_of(struct world *w)
{
    fake_clock_init(&w->fake);
    live_clock_init(&w->live);
    return w->row->owner == OOM_LIBRARIES ? &w->live.clock : &w->fake.clock;
}

static void begin(struct world *w)
{
    oom_arm(w->row->owner, w->fail_at, w->row->is_lasting);
}

static void end(struct world *w)
{
    w->count = oom_disarm();
}

/* ---- small actions ---- */

/* The first allocation is the table of values: without it no flag is read, and the program ends. */
static void assert_wiped(const struct world *w, const char *word)
{
    assert_true(w->fail_at == 1 || !strstr(word, "secret"));
}

static enum smc_status do_extract_options(struct world *w, struct smc_error *err)
{
    char host[] = "--host=api.example.com:8443";
    char token[] = "-asecret-secret";
    char retry[] = "--retry-base=0.5";
    char rate[] = "--accept-short-listing=files,members";
    char program[] = "castor-extract-sigma";
    char *argv[] = {program, host, token, retry, rate, NULL};
    char client[] = "CASTOR_SIGMA_CLIENT_ID=id";
    char output[] = "CASTOR_OUTPUT_DIRECTORY=out";
    char *envp[] = {client, output, NULL};
    struct extract_settings settings;
    begin(w);
    enum smc_status rc = extract_options_read(&settings, (int)COUNT(argv) - 1, argv, envp, err);
    if (rc == SMC_OK)
        rc = extract_options_check(&settings, err);
    bool is_right = rc != SMC_OK || (strcmp(settings.api_token, "secret-secret") == 0 &&
                                     strcmp(settings.client_id, "id") == 0 &&
                                     settings.network.retry_base_ms == 500);
    extract_options_clear(&settings);
    end(w);
    assert_true(is_right);
    assert_wiped(w, token);
    return rc;
}

static enum smc_status do_upload_options(struct world *w, struct smc_error *err)
{
    char program[] = "castor-upload";
    char token[] = "--token=secret-secret";
    char source[] = "-s" SOURCE_ID;
    char type[] = "-tLOOKML";
    char project[] = "--project_name=p";
    char file[] = "-fx.json";
    char endpoint[] = "--endpoint=https://catalog.example.com/a/b/";
    char *argv[] = {program, token, source, type, project, file, endpoint, NULL};
    char timeout[] = "CASTOR_TIMEOUT_OVERRIDE=1.5";
    char *envp[] = {timeout, NULL};
    struct upload_settings settings;
    begin(w);
    enum smc_status rc = upload_options_read(&settings, (int)COUNT(argv) - 1, argv, envp, err);
    if (rc == SMC_OK)
        rc = upload_options_check(&settings, err);
    bool is_right = rc != SMC_OK || (settings.network.timeout_ms == 1500 &&
                                     strcmp(smc_buf_str(&settings.prefix), "/a/b") == 0);
    upload_options_clear(&settings);
    end(w);
    assert_true(is_right);
    assert_wiped(w, token);
    return rc;
}

static enum smc_status do_splice(struct world *w, struct smc_error *err)
{
    static const char object[] = "{\"a\":[1,2,3],\"path\":0,\"name\":\"a name that takes room\"}";
    static const char expected[] = "x{\"a\":[1,2,3],\"name\":\"a name that takes room\","
                                   "\"path\":[\"DB\",\"SCHEMA\",\"TABLE\"],\"connectionId\":null}";
    struct smc_json_field members[] = {{"path", {"[\"DB\",\"SCHEMA\",\"TABLE\"]", 23}},
                                       {"connectionId", {"null", 4}}};
    struct smc_buf out = SMC_BUF_INIT(1000);
    struct smc_json_span span = {object, sizeof object - 1};
    begin(w);
    enum smc_status rc = smc_buf_addstr(&out, "x");
    bool has_start = rc == SMC_OK;
    if (rc == SMC_OK)
        rc = smc_json_splice(span, members, COUNT(members), &out);
    end(w);
    assert_string_equal(smc_buf_str(&out), rc == SMC_OK ? expected : has_start ? "x" : "");
    smc_buf_clear(&out);
    return smc_error_set(err, rc, "%s", smc_error_text(rc));
}

static enum smc_status do_json(struct world *w, struct smc_error *err)
{
    struct smc_buf out = SMC_BUF_INIT(100000);
    begin(w);
    struct smci_writer json = smci_write_begin(&out, SMCI_WRITE_LINES);
    smci_write_text(&json, "host", "api.example.com\xff");
    smci_write_array(&json, "list");
    for (int i = 0; i < 200; i++)
        smci_write_int(&json, NULL, i);
    enum smc_status rc = smci_write_end(&json, err);
    end(w);
    if (w->fail_at == 0) {
        w->files[0].bytes = strdup(smc_buf_str(&out));
        assert_non_null(w->files[0].bytes);
    }
    if (rc == SMC_OK)
        assert_string_equal(smc_buf_str(&out), w->files[0].bytes);
    smc_buf_clear(&out);
    return rc;
}

/* ---- field lineage ---- */

static enum smc_status find_path(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                 struct smc_error *err)
{
    (void)ctx, (void)table, (void)err;
    *found = true;
    return smc_buf_addstr(out, "{\"connectionId\": \"c\", \"path\": [\"DB\", \"ORDERS\"]}");
}

static enum smc_status find_model(void *ctx, const char *url_id, struct smc_buf *out, bool *found,
                                  struct smc_error *err)
{
    (void)ctx, (void)url_id, (void)err;
    *found = true;
    return smc_buf_addstr(out, "M");
}

static enum smc_status find_element(void *ctx, const char *model, const char *element,
                                    struct smc_buf *out, bool *found, struct smc_error *err)
{
    (void)ctx, (void)model, (void)element, (void)err;
    *found = true;
    return smc_buf_addstr(out,
                          "{\"name\": \"Sales\", \"leaves\": [{}], \"columns\": [{\"id\": \"c\", "
                          "\"name\": \"Fee\", \"reaches\": [0]}]}");
}

static enum smc_status count_record(void *ctx, const char *bytes, size_t len, struct smc_error *err)
{
    (void)bytes, (void)len, (void)err;
    ++*(int *)ctx;
    return SMC_OK;
}

static enum smc_status do_fields(struct world *w, struct smc_error *err)
{
    static const char *const parts[] = {
        "[{\"elementId\": \"e1\", \"name\": \"X\"}]",
        "[{\"elementId\": \"e1\", \"columnId\": \"inode-1/AMT\", \"name\": \"Amt\", \"formula\": "
        "\"[ORDERS/Amt]\"}, {\"elementId\": \"e1\", \"columnId\": \"k\", \"name\": \"Sum\", "
        "\"formula\": \"Sum([AMT]) + [Sales/Fee] + [a/b/c] + [Nobody]\"}]",
        "[{\"type\": \"table\", \"name\": \"ORDERS\", \"inodeId\": "
        "\"00000000-0000-0000-0000-000000000001\"}, {\"type\": \"element\", \"elementId\": \"e1\", "
        "\"sourceIds\": [\"inode-1\", \"m/s\"]}]"};
    static const struct field_services services = {NULL, find_model, find_element, find_path, NULL};
    struct graph graph;
    int records = 0;
    begin(w);
    graph_init(&graph, &services);
    uint32_t document = graph_add_document(&graph, false, "W", (struct smc_json_span){"\"W\"", 3});
    for (int i = 0; i < 3; i++)
        load_rows(&graph, document, (enum field_part)i,
                  (struct smc_json_span){parts[i], strlen(parts[i])});
    graph_seal(&graph);
    resolve_columns(&graph);
    reach_find(&graph);
    enum smc_status rc = graph_status(&graph, err);
    if (rc == SMC_OK)
        rc = record_each(&graph, document, count_record, &records, err);
    if (rc != SMC_OK) /* a buffer that could not grow says it by its status alone */
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    graph_clear(&graph);
    end(w);
    assert_true(rc != SMC_OK || records == 2);
    return rc;
}

/* ---- an extraction ---- */

static size_t count_names(const char *path, const char *pattern)
{
    DIR *dir = opendir(path);
    size_t count = 0;
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
        count += fnmatch(pattern, entry->d_name, 0) == 0;
    if (dir)
        (void)closedir(dir);
    return count;
}

static enum smc_status extract(struct world *w, struct smc_error *err)
{
    char *none[] = {NULL};
    char *argv[] = {
        text_format("castor-extract-sigma"),   text_format("--host=%s", sim_url(w->sim)),
        text_format("--client-id=sim-client"), text_format("--api-token=sim-secret"),
        text_format("--output=%s", w->output), text_format("--retry-base=0"),
        text_format("--timeout=0.3"),          NULL};
    struct extract_settings settings;
    struct smci_cli_ending result;
    smci_cli_ending_init(&result, SMC_BODY_MAX);
    const struct smc_clock *clock = clock_of(w);
    enum smc_status rc = extract_options_read(&settings, (int)COUNT(argv) - 1, argv, none, err);
    if (rc == SMC_OK)
        rc = extract_options_check(&settings, err);
    if (rc == SMC_OK) {
        begin(w);
        rc = run_extraction(&settings, w->log, -1, clock, &result, err);
        end(w);
    }
    smci_cli_ending_clear(&result);
    extract_options_clear(&settings);
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    return rc;
}

static enum smc_status do_extraction(struct world *w, struct smc_error *err)
{
    temp_dir_remove(w->output);
    w->output = text_format("%s/out", w->dir);
    return extract(w, err);
}

static struct file load(const struct world *w, long long timestamp, const char *name)
{
    struct file file = {NULL, 0};
    char *path = text_format("%s/%lld-%s.json", w->output, timestamp, name);
    file.bytes = file_read(path, &file.len);
    free(path);
    return file;
}

/* Of the newest set; 0: there is none. */
static long long find_set(const struct world *w)
{
    DIR *dir = opendir(w->output);
    long long newest = 0;
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        long long timestamp = strtoll(entry->d_name, NULL, 10);
        if (timestamp > newest && fnmatch("*-summary.json", entry->d_name, 0) == 0)
            newest = timestamp;
    }
    if (dir)
        (void)closedir(dir);
    return newest;
}

/* Whether a set tells of other gaps than the undisturbed run's. libcurl has one word for a
 * header line that is too long and for memory that ran out, so to a call the latter may be a
 * gap. */
static bool tells_of_gaps(const struct world *w, long long timestamp)
{
    struct smc_json_span gaps[2];
    struct file file = load(w, timestamp, "summary");
    const struct file *both[] = {&file, &w->files[FILES - 1]};
    for (size_t i = 0; i < COUNT(both); i++) {
        struct smc_json_span whole = {both[i]->bytes, both[i]->len};
        gaps[i] = smc_json_member(smc_json_member(whole, "extraction"), "gaps");
        assert_non_null(gaps[i].p);
    }
    bool is_other = gaps[0].len != gaps[1].len || memcmp(gaps[0].p, gaps[1].p, gaps[0].len) != 0;
    free(file.bytes);
    return is_other;
}

/* The newest set is the undisturbed run's; the summary tells of its own time. */
static void assert_set(const struct world *w)
{
    long long timestamp = find_set(w);
    bool is_same_time = timestamp == w->timestamp;
    if (w->row->owner == OOM_LIBRARIES && tells_of_gaps(w, timestamp))
        return;
    for (size_t i = 0; i < FILES; i++) {
        struct file file = load(w, timestamp, names[i]);
        bool is_equal =
            file.len == w->files[i].len && memcmp(file.bytes, w->files[i].bytes, file.len) == 0;
        bool is_json = smc_json_scan(file.bytes, file.len, NULL, NULL) == SMC_OK;
        free(file.bytes);
        if (!is_json || (!is_equal && (i + 1 < FILES || is_same_time)))
            fail_msg("%ld: %s differs from the undisturbed run's", w->fail_at, names[i]);
    }
}

/* Whole or not there at all. */
static void assert_whole_or_none(const struct world *w)
{
    size_t files = count_names(w->output, "[0-9]*-*.json");
    size_t summaries = count_names(w->output, "[0-9]*-summary.json");
    if (count_names(w->output, "*.part") != 0)
        fail_msg("%ld: .part files are left", w->fail_at);
    if (files != summaries * FILES)
        fail_msg("%ld: %zu files, %zu summaries", w->fail_at, files, summaries);
}

static void check_extraction(struct world *w, enum smc_status rc)
{
    assert_whole_or_none(w);
    long long timestamp = find_set(w);
    assert_true(rc != SMC_OK || timestamp);
    if (!w->timestamp) /* the first, undisturbed run */
        for (size_t i = 0; i < FILES; i++)
            w->files[i] = load(w, timestamp, names[i]);
    w->timestamp = w->timestamp ? w->timestamp : timestamp;
    if (timestamp)
        assert_set(w);
    if (rc == SMC_OK || w->failures % RESUME_EVERY != 0)
        return;
    /* What it left behind does no harm. */
    long fail_at = w->fail_at;
    struct smc_error err = SMC_ERROR_INIT;
    w->fail_at = 0;
    enum smc_status again = extract(w, &err);
    w->fail_at = fail_at;
    if (again != SMC_OK)
        fail_msg("%ld: the run after it: %s", fail_at, err.detail);
    assert_whole_or_none(w);
    assert_true(find_set(w) > timestamp);
    assert_set(w);
}

/* ---- an upload ---- */

/* `more` are options after those that every run has, ended by NULL. */
static enum smc_status upload(struct world *w, const char *directory, const char *const *more,
                              struct smc_error *err)
{
    char *none[] = {NULL};
    char *argv[16] = {text_format("castor-upload"),
                      text_format("--token=sim-token"),
                      text_format("--source_id=%s", SOURCE_ID),
                      text_format("--file_type=VIZ"),
                      text_format("--endpoint=%s", sim_url(w->sim)),
                      text_format("--directory_path=%s", directory),
                      text_format("--retry-base=0"),
                      text_format("--timeout=0.3")};
    int argc = 8;
    size_t out_len = 0;
    struct upload_settings settings;
    struct smci_cli_ending result;
    const struct smc_clock *clock = clock_of(w);
    smci_cli_ending_init(&result, SIZE_MAX);
    for (; *more; more++)
        argv[argc++] = text_format("%s", *more);
    free(w->out);
    w->out = NULL;
    FILE *out = open_memstream(&w->out, &out_len);
    assert_non_null(out);
    sim_stats_reset(w->sim);
    enum smc_status rc = upload_options_read(&settings, argc, argv, none, err);
    if (rc == SMC_OK)
        rc = upload_options_check(&settings, err);
    settings.out = out;
    if (rc == SMC_OK) {
        begin(w);
        rc = upload_run(&settings, w->log, clock, -1, &result, err);
        end(w);
    }
    if (settings.is_json && smc_buf_status(&result.members) == SMC_OK)
        (void)fputs(smc_buf_str(&result.members), out);
    smci_cli_ending_clear(&result);
    (void)fclose(out);
    upload_options_clear(&settings);
    while (argc > 0)
        free(argv[--argc]);
    return rc;
}

static enum smc_status do_upload(struct world *w, struct smc_error *err)
{
    static const char *const more[] = {NULL};
    return upload(w, w->payload, more, err);
}

/* A success sent both files, whole; and the summary is never there without the other. */
static void check_upload(struct world *w, enum smc_status rc)
{
    size_t first = 0;
    size_t summary = 0;
    for (long i = 0; i < sim_upload_count(w->sim); i++) {
        const struct sim_upload *one = sim_upload(w->sim, i);
        if (one->status / 100 != 2 || !one->complete)
            continue;
        bool is_summary = strcmp(one->filename, SET "-summary.json") == 0;
        assert_true(is_summary || strcmp(one->filename, SET "-members.json") == 0);
        assert_true(!is_summary || first > 0);
        assert_int_equal(one->length, is_summary ? sizeof COUNTS - 1 : ARRAY_SIZE);
        first += !is_summary;
        summary += is_summary;
    }
    assert_true(rc != SMC_OK || (first > 0 && summary > 0));
}

/* ---- an upload with all there is ---- */

static enum smc_status upload_latest(struct world *w, struct smc_error *err)
{
    const char *more[] = {"--latest",        "--allow", "partial", "--json",
                          "--skip-uploaded", "--state", w->state,  NULL};
    return upload(w, w->sets, more, err);
}

static enum smc_status do_latest(struct world *w, struct smc_error *err)
{
    temp_dir_remove(w->state);
    w->state = text_format("%s/state", w->dir);
    return upload_latest(w, err);
}

static bool was_accepted(const struct world *w, const struct smci_ledger_entry *entry)
{
    for (long i = 0; i < sim_upload_count(w->sim); i++) {
        const struct sim_upload *one = sim_upload(w->sim, i);
        if (one->status == 201 && one->complete && strcmp(one->sha256, entry->sha256) == 0)
            return true;
    }
    return false;
}

struct recorded {
    const struct world *w;
    size_t count;
    size_t accepted; /* in the present run */
};

static enum smc_status count_entry(void *ctx, const struct smci_ledger_entry *entry)
{
    struct recorded *recorded = ctx;
    recorded->count++;
    recorded->accepted += was_accepted(recorded->w, entry);
    return SMC_OK;
}

/* The report is whole or not there; `is_done` is what it must say. */
static void assert_report(const struct world *w, bool is_done)
{
    struct smc_json_span root;
    if (!is_done && !*w->out)
        return;
    if (smc_json_scan(w->out, strlen(w->out), &root, NULL) != SMC_OK)
        fail_msg("%ld: not JSON: %s", w->fail_at, w->out);
    if (smc_json_type_of(smc_json_member(root, "files")) != SMC_JSON_ARRAY)
        fail_msg("%ld: %s", w->fail_at, w->out);
}

/* Never more is recorded than was accepted, and after a success nothing less. */
static void check_latest(struct world *w, enum smc_status rc)
{
    struct recorded recorded = {.w = w};
    struct smci_ledger *ledger = NULL;
    check_upload(w, rc);
    assert_report(w, rc == SMC_OK);
    assert_int_equal(smci_ledger_open(&ledger, w->state, false, NULL), SMC_OK);
    assert_int_equal(smci_ledger_each(ledger, NULL, count_entry, &recorded, NULL), SMC_OK);
    smci_ledger_close(ledger);
    assert_int_equal(recorded.accepted, recorded.count);
    assert_true(rc != SMC_OK || recorded.count == 2);
    if (rc == SMC_OK || w->failures % RESUME_EVERY != 0)
        return;
    long fail_at = w->fail_at;
    struct smc_error err = SMC_ERROR_INIT;
    w->fail_at = 0;
    enum smc_status again = upload_latest(w, &err);
    w->fail_at = fail_at;
    if (again != SMC_OK)
        fail_msg("%ld: the run after it: %s", fail_at, err.detail);
    assert_int_equal(sim_calls(w->sim, "upload", 201),
                     recorded.count == 2 ? 0 : 2 - recorded.count);
    assert_report(w, true);
}

/* ---- what was recorded, shown ---- */

static enum smc_status list(struct world *w, const char *json, struct smc_error *err)
{
    if (w->fail_at == 0) {
        enum smc_status rc = do_latest(w, err);
        if (rc != SMC_OK)
            return rc;
    }
    const char *more[] = {"--list", "--state", w->state, json, NULL};
    return upload(w, w->sets, more, err);
}

static enum smc_status do_list(struct world *w, struct smc_error *err)
{
    return list(w, NULL, err);
}

static enum smc_status do_list_json(struct world *w, struct smc_error *err)
{
    return list(w, "--json", err);
}

/* Lines may have been printed before it failed; JSON has no half of a list. */
static void check_list(struct world *w, enum smc_status rc)
{
    if (w->fail_at == 0) {
        w->files[0].bytes = text_format("%s", w->out);
        assert_contains(w->out, SET "-summary.json");
    } else if (rc == SMC_OK) {
        assert_string_equal(w->out, w->files[0].bytes);
    } else if (w->row->run == do_list) {
        assert_int_equal(strncmp(w->out, w->files[0].bytes, strlen(w->out)), 0);
    } else if (*w->out) {
        struct smc_json_span root;
        assert_int_equal(smc_json_scan(w->out, strlen(w->out), &root, NULL), SMC_OK);
        assert_int_equal(smc_json_type_of(smc_json_member(root, "uploads")), SMC_JSON_NULL);
    }
}

/* ---- the tries ---- */

/* What memory that ran out may look like from outside. A call that fails for want of it is one
 * that got no answer, a file that can't be opened is a local fault; but neither credentials nor the
 * state file nor an answer may be blamed. */
static bool is_sound(enum smc_status rc, const struct smc_error *err)
{
    if (rc == SMC_ERR_CAP) /* libcurl has one word for the two */
        return strstr(err->detail, "or memory ran out");
    if (rc == SMC_ERR_INTERNAL) /* libcrypto has none at all */
        return strstr(err->detail, "SHA-256");
    return rc == SMC_OK || rc == SMC_ERR_NOMEM || rc == SMC_ERR_NETWORK || rc == SMC_ERR_IO ||
           rc == SMC_ERR_HTTP;
}

static void try_at(struct world *w, long fail_at)
{
    struct smc_error err = SMC_ERROR_INIT;
    w->fail_at = fail_at;
    enum smc_status rc = w->row->run(w, &err);
    if (getenv("SMC_OOM_SHOW"))
        print_message("%ld: %d %s\n", fail_at, rc, err.detail);
    w->failures += rc != SMC_OK;
    if (!is_sound(rc, &err) || rc != err.code || (rc != SMC_OK && !err.detail[0]))
        fail_msg("%ld: status %d, code %d: %s", fail_at, rc, err.code, err.detail);
    if (w->row->check)
        w->row->check(w, rc);
    if (oom_has_leaks())
        fail_msg("%ld: leaks", fail_at);
}

static void try_seeded(struct world *w, long total)
{
    struct smci_rng rng;
    smci_rng_seed(&rng, 4);
    long tries = getenv("SMC_LONG") ? SEEDED_TRIES : w->row->tries;
    for (long i = 0; i < tries; i++)
        try_at(w, 1 + (long)(smci_rng_unit(&rng) * (double)total));
}

static void test_row(void **state)
{
    struct world *w = *state;
    const char *at = getenv("SMC_OOM_AT");
    try_at(w, 0);
    long total = w->count;
    assert_true(total > 0);
    if (at) {
        try_at(w, strtol(at, NULL, 10));
        return;
    }
    if (w->row->owner == OOM_LIBRARIES) {
        try_seeded(w, total);
        return;
    }
    bool is_whole = getenv("SMC_LONG") || w->row->tries == 0;
    long stride = is_whole || total < w->row->tries ? 1 : total / w->row->tries;
    for (long n = 1; n <= total; n += stride)
        try_at(w, n);
    assert_true(w->failures > 0);
}

/* ---- the table ---- */

static const struct trial rows[] = {
    {"extract options", do_extract_options, NULL, OOM_OURS, false, 0},
    {"extract options, from then on", do_extract_options, NULL, OOM_OURS, true, 0},
    {"upload options", do_upload_options, NULL, OOM_OURS, false, 0},
    {"upload options, from then on", do_upload_options, NULL, OOM_OURS, true, 0},
    {"splice", do_splice, NULL, OOM_OURS, false, 0},
    {"JSON tree", do_json, NULL, OOM_OURS, false, 0},
    {"JSON tree, from then on", do_json, NULL, OOM_OURS, true, 0},
    {"field lineage", do_fields, NULL, OOM_OURS, false, 0},
    {"field lineage, from then on", do_fields, NULL, OOM_OURS, true, 0},
    {"upload", do_upload, check_upload, OOM_OURS, false, 0},
    {"upload, from then on", do_upload, check_upload, OOM_OURS, true, 0},
    {"upload, libraries", do_upload, check_upload, OOM_LIBRARIES, false, 100},
    {"upload, latest, recorded", do_latest, check_latest, OOM_OURS, false, 0},
    {"upload, latest, recorded, from then on", do_latest, check_latest, OOM_OURS, true, 0},
    {"upload, latest, recorded, libraries", do_latest, check_latest, OOM_LIBRARIES, false, 40},
    {"list", do_list, check_list, OOM_OURS, false, 0},
    {"list, libraries", do_list, check_list, OOM_LIBRARIES, false, 60},
    {"list, JSON", do_list_json, check_list, OOM_OURS, false, 0},
    {"list, JSON, from then on", do_list_json, check_list, OOM_OURS, true, 0},
    {"extraction", do_extraction, check_extraction, OOM_OURS, false, 200},
    {"extraction, from then on", do_extraction, check_extraction, OOM_OURS, true, 60},
    {"extraction, libraries", do_extraction, check_extraction, OOM_LIBRARIES, false, 100},
};

static struct sim *start_sim(void)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    char why[256] = "";
    opt.connections = 1;
    opt.workbooks = 3;
    opt.datamodels = 1;
    opt.datasets = 1;
    opt.files = 3;
    opt.members = 2;
    opt.tables = 4;
    opt.elements = 2;
    struct sim *sim = sim_start(&opt, why, sizeof why);
    if (!sim)
        fail_msg("no stand-in: %s", why);
    return sim;
}

static char *make_directory(const struct world *w, const char *name)
{
    char *path = text_format("%s/%s", w->dir, name);
    if (mkdir(path, 0700) != 0)
        fail_msg("can't make %s", path);
    return path;
}

static void make_set(const char *directory, const char *set, const char *summary)
{
    char bytes[ARRAY_SIZE];
    (void)memset(bytes, ' ', sizeof bytes);
    bytes[0] = '[';
    bytes[sizeof bytes - 1] = ']';
    char *first = text_format("%s/%s-members.json", directory, set);
    char *last = text_format("%s/%s-summary.json", directory, set);
    file_write(first, bytes, sizeof bytes);
    if (summary)
        file_write(last, summary, strlen(summary));
    free(first);
    free(last);
}

static void make_payload(struct world *w)
{
    w->payload = make_directory(w, "payload");
    make_set(w->payload, SET, COUNTS);
    w->sets = make_directory(w, "sets");
    make_set(w->sets, "1780000000", COUNTS);
    make_set(w->sets, SET, COUNTS);
    make_set(w->sets, "1795000000", NULL);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (!w)
        return -1;
    w->row = *state;
    w->dir = temp_dir_make();
    make_payload(w);
    w->sim = start_sim();
    w->log = smc_log_new(getenv("SMC_OOM_SHOW") ? 2 : -1, SMC_LOG_DEBUG, SMC_LOG_TEXT);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    (void)oom_disarm();
    sim_stop(w->sim);
    smc_log_free(w->log);
    for (size_t i = 0; i < FILES; i++)
        free(w->files[i].bytes);
    free(w->output);
    free(w->payload);
    free(w->sets);
    free(w->state);
    free(w->out);
    temp_dir_remove(w->dir);
    free(w);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[COUNT(rows)];
    if (!oom_hook()) {
        print_error("[  FAILED  ] oom: to be linked with --wrap, see the Makefile\n");
        return 1;
    }
    for (size_t i = 0; i < COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){rows[i].name, test_row, setup, teardown,
                                       (void *)(uintptr_t)&rows[i]};
    cmocka_set_test_filter(getenv("SMC_OOM_ROW"));
    return cmocka_run_group_tests_name("oom", tests, NULL, NULL);
}
