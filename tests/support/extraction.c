#include "extraction.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include "extract/options.h"
#include "extract/run.h"
#include "lib/store/store.h"

#include "stand_in.h"
#include "words.h"

const char *const extraction_names[EXTRACTION_FILES + EXTRACTION_EXTRAS] = {"connections",
                                                                            "workbooks",
                                                                            "workbook_sources",
                                                                            "datamodels",
                                                                            "datamodel_sources",
                                                                            "datamodel_lineage",
                                                                            "datasets",
                                                                            "dataset_sources",
                                                                            "files",
                                                                            "members",
                                                                            "elements",
                                                                            "summary",
                                                                            "workbook_pages",
                                                                            "workbook_columns",
                                                                            "workbook_lineage",
                                                                            "workbook_queries",
                                                                            "datamodel_elements",
                                                                            "datamodel_columns",
                                                                            "reports",
                                                                            "report_sources",
                                                                            "teams",
                                                                            "tags",
                                                                            "workspaces",
                                                                            "grants",
                                                                            "table_columns",
                                                                            "field_lineage"};

/* ---- life ---- */

/* Hundreds of runs that fsync all they write: where it can be, they do so in memory. */
static char *make_dir(void)
{
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK | X_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
    return temp_dir_make();
}

int extraction_setup(void **state)
{
    struct extraction *x = calloc(1, sizeof *x);
    const struct sim_options opt = SIM_OPTIONS_INIT;
    if (!x)
        return -1;
    x->row = *state;
    x->sim_opt = opt;
    fake_clock_init(&x->fake);
    live_clock_init(&x->live);
    log_sink_init(&x->log);
    if (pipe2(x->stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return -1;
    x->dir = make_dir();
    x->output = text_format("%s/out", x->dir);
    *state = x;
    return 0;
}

static void forget_set(struct extraction *x)
{
    for (size_t i = 0; i < EXTRACTION_FILES + EXTRACTION_EXTRAS; i++) {
        free(x->loaded[i].text);
        free(x->loaded[i].rows);
        x->loaded[i] = (struct records){NULL, 0, NULL, 0};
    }
    x->timestamp = 0;
}

int extraction_teardown(void **state)
{
    struct extraction *x = *state;
    sim_stop(x->sim);
    forget_set(x);
    log_sink_clear(&x->log);
    free(x->output);
    temp_dir_remove(x->dir);
    (void)close(x->stop_pipe[0]);
    (void)close(x->stop_pipe[1]);
    free(x);
    return 0;
}

int extraction_table(const char *group, const void *rows, size_t row_size, size_t count,
                     CMUnitTestFunction test)
{
    return run_table_with(group, rows, row_size, count, test, extraction_setup,
                          extraction_teardown);
}

/* ---- the stand-in ---- */

/* Calls of an undisturbed run: 6 listings of one page, whoami, 4 workbook_sources, 4 elements, 2
 * each of datamodel_sources, datamodel_lineage, dataset_sources and path; no paths, since two
 * tables are asked for singly. */
void extraction_plain_estate(struct extraction *x)
{
    struct sim_options *o = &x->sim_opt;
    o->odd = false;
    o->undescribed = false;
    o->paths_missing_percent = 0;
    o->paths_conflict_percent = 0;
    o->workbooks = 4;
    o->datamodels = 2;
    o->datasets = 2;
    o->files = 3;
    o->members = 3;
    o->connections = 3;
    o->tables = 2;
    o->elements = 5;
    o->sources = 6;
}

static bool has_call(const struct recorded_call *calls, size_t count, const char *start)
{
    size_t len = strlen(start);
    for (size_t i = 0; i < count; i++)
        if (strncmp(calls[i].call, start, len) == 0 &&
            (calls[i].call[len] == '?' || calls[i].call[len] == '\0'))
            return true;
    return false;
}

void extraction_replay(struct extraction *x, const struct recorded_call *calls, size_t count)
{
    static const struct recorded_call empty[] = {
        {"GET /v2/whoami", 200, "{\"organizationId\": \"org\"}"},
        {"GET /v2/connections?limit=1000", 200, NULL},
        {"GET /v2/workbooks?limit=1000&skipPermissionCheck=true&excludeExplorations=true", 200,
         NULL},
        {"GET /v2/dataModels?limit=1000&skipPermissionCheck=true", 200, NULL},
        {"GET /v2/datasets?limit=1000&skipPermissionCheck=true", 200, NULL},
        {"GET /v2/files?limit=1000", 200, NULL},
        {"GET /v2/members?limit=1000", 200, NULL},
    };
    static const char line[] = "%s{\"call\": \"%s\", \"status\": %d, \"answer\": %s}";
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status rc = smc_buf_addstr(&text, "[");
    for (size_t i = 0; i < count; i++)
        rc |= smc_buf_addf(&text, line, i ? ",\n" : "", calls[i].call, calls[i].status,
                           calls[i].answer);
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        char start[128];
        (void)snprintf(start, sizeof start, "%.*s", (int)strcspn(empty[i].call, "?"),
                       empty[i].call);
        const char *answer = empty[i].answer;
        if (!has_call(calls, count, start))
            rc |= smc_buf_addf(&text, line, text.len > 1 ? ",\n" : "", empty[i].call, 200,
                               answer ? answer : "{\"entries\": [], \"nextPage\": null}");
    }
    rc |= smc_buf_addstr(&text, "]\n");
    if (rc != SMC_OK)
        fail_msg("out of memory");
    char *path = text_format("%s/calls.json", x->dir);
    file_write(path, text.data, text.len);
    smc_buf_clear(&text);
    char why[256] = "";
    x->sim_opt.replay_file = path;
    if (!x->sim)
        extraction_start(x);
    else if (sim_replay(x->sim, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    free(path);
}

void extraction_start(struct extraction *x)
{
    if (!x->is_live) {
        x->sim_opt.now_ms = x->fake.clock.now_ms;
        x->sim_opt.now_ctx = x->fake.clock.ctx;
    }
    x->sim = stand_in_new(&x->sim_opt);
}

void extraction_fault(struct extraction *x, const char *faults)
{
    struct words words = {.count = 0};
    words_split(&words, faults, ' ', NULL);
    for (int i = 0; i < words.count; i++)
        stand_in_fault(x->sim, words.v[i]);
    words_clear(&words);
}

/* ---- running ---- */

static void on_cue(void *ctx)
{
    struct extraction *x = ctx;
    x->on_cue(x);
}

void extraction_stop(struct extraction *x)
{
    if (write(x->stop_pipe[1], "!", 1) != 1)
        fail_msg("can't stop the run");
}

/* Makes ready for another run. */
static void forget_run(struct extraction *x)
{
    char stop[16];
    forget_set(x);
    log_sink_reset(&x->log);
    x->log.cue = x->cue;
    x->log.on_cue = on_cue;
    x->log.ctx = x;
    x->err = (struct smc_error)SMC_ERROR_INIT;
    while (read(x->stop_pipe[0], stop, sizeof stop) > 0)
        continue;
}

static int is_summary(const struct dirent *entry)
{
    return fnmatch("[0-9]*-summary.json", entry->d_name, 0) == 0;
}

static void note_timestamp(struct extraction *x)
{
    struct dirent **names = NULL;
    int count = scandir(x->output, &names, is_summary, alphasort);
    for (int i = 0; i < count; i++) {
        x->timestamp = strtoll(names[i]->d_name, NULL, 10); /* the last one is the latest */
        free(names[i]);
    }
    free(names);
}

static enum smc_status run_with(struct extraction *x, int argc, char **argv)
{
    static char *no_variables[] = {NULL};
    struct extract_settings settings;
    struct smci_cli_ending result;
    smci_cli_ending_init(&result, SMC_BODY_MAX);
    enum smc_status rc = extract_options_read(&settings, argc, argv, no_variables, &x->err);
    if (rc == SMC_OK)
        rc = extract_options_check(&settings, &x->err);
    if (rc == SMC_OK)
        rc = run_extraction(&settings, x->log.log, x->stop_pipe[0],
                            x->is_live ? &x->live.clock : &x->fake.clock, &result, &x->err);
    smci_cli_ending_clear(&result);
    extract_options_clear(&settings);
    return rc;
}

enum smc_status extraction_run(struct extraction *x, const char *more)
{
    struct words words = {.count = 0};
    words_split(&words, "castor-extract-sigma|-c|sim-client|-a|sim-secret|-H", '|', NULL);
    words_add(&words, "%s", x->host ? x->host : sim_url(x->sim));
    words_add(&words, "-o");
    words_add(&words, "%s", x->output);
    words_split(&words, more, ' ', NULL);
    forget_run(x);
    x->status = run_with(x, words.count, words.v);
    if (x->status == SMC_OK || x->status == SMC_ERR_GAPS)
        note_timestamp(x);
    words_clear(&words);
    return x->status;
}

void extraction_run_ok(struct extraction *x, const char *more)
{
    sim_stats_reset(x->sim);
    if (extraction_run(x, more) != SMC_OK)
        fail_msg("%s: %s", more ? more : "", x->err.detail);
}

/* ---- what came of it ---- */

static void find_rows(struct records *records, const char *name)
{
    struct smc_json_span whole;
    struct smc_json_span row;
    struct smc_json_walk walk;
    struct smc_error err = SMC_ERROR_INIT;
    if (smc_json_scan(records->text, records->len, &whole, &err) != SMC_OK)
        fail_msg("%s: %s", name, err.detail);
    bool is_summary_file = strcmp(name, "summary") == 0;
    if (smc_json_type_of(whole) != (is_summary_file ? SMC_JSON_OBJECT : SMC_JSON_ARRAY))
        fail_msg("%s: not an array (the summary: not an object)", name);
    size_t room = is_summary_file;
    (void)smc_json_walk_begin(&walk, whole);
    while (!is_summary_file && smc_json_walk_next(&walk, NULL, &row, NULL))
        room++;
    records->rows = calloc(room + 1, sizeof *records->rows);
    if (!records->rows)
        fail_msg("out of memory");
    if (is_summary_file)
        records->rows[records->count++] = whole;
    (void)smc_json_walk_begin(&walk, whole);
    while (!is_summary_file && smc_json_walk_next(&walk, NULL, &row, NULL))
        records->rows[records->count++] = row;
}

const struct records *extraction_file(struct extraction *x, const char *name)
{
    size_t i = 0;
    while (i < EXTRACTION_FILES + EXTRACTION_EXTRAS && strcmp(extraction_names[i], name) != 0)
        i++;
    if (i == EXTRACTION_FILES + EXTRACTION_EXTRAS || x->timestamp == 0)
        fail_msg("no file %s: %s", name, x->err.detail);
    struct records *records = &x->loaded[i];
    if (!records->text) {
        char *path = text_format("%s/%lld-%s.json", x->output, (long long)x->timestamp, name);
        records->text = file_read(path, &records->len);
        free(path);
        find_rows(records, name);
    }
    return records;
}

struct smc_json_span extraction_member(struct smc_json_span at, const char *path)
{
    while (*path && at.p) {
        char name[64];
        size_t len = strcspn(path, ".");
        (void)snprintf(name, sizeof name, "%.*s", (int)len, path);
        at = smc_json_member(at, name);
        path += len + (path[len] == '.');
    }
    return at;
}

struct smc_json_span extraction_summary(struct extraction *x, const char *path)
{
    return extraction_member(extraction_file(x, "summary")->rows[0], path);
}

int64_t extraction_summary_int(struct extraction *x, const char *path, int64_t fallback)
{
    int64_t number;
    return smc_json_int64(extraction_summary(x, path), &number) ? number : fallback;
}

struct smci_store *extraction_open_store(const struct extraction *x, const char *host,
                                         const char *client)
{
    struct smci_store *store = NULL;
    struct smc_error err = SMC_ERROR_INIT;
    char *dir = text_format("%s/.sigmacat", x->output);
    if (smci_store_open(&store, dir, host ? host : sim_url(x->sim), client ? client : "sim-client",
                        &x->fake.clock, &err) != SMC_OK)
        fail_msg("%s", err.detail);
    free(dir);
    return store;
}

size_t extraction_count_files(const struct extraction *x, const char *pattern)
{
    DIR *dir = opendir(x->output);
    size_t count = 0;
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
        count += fnmatch(pattern, entry->d_name, 0) == 0;
    if (dir)
        (void)closedir(dir);
    return count;
}

size_t extraction_count_lines(const struct extraction *x, const char *text, const char *other)
{
    return log_sink_count(&x->log, text, other);
}
