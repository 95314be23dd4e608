/* Memory that runs out: the n-th allocation fails, for every n, and what was going on ends with an
 * error in words, loses nothing and leaves no damaged set behind. Leaks are the sanitizer's to see
 * (MODE=asan asks it after each try).
 *
 * Whose allocation it is, is told by where it comes in: calls of our own code by the linker (--wrap,
 * see the Makefile: it touches what is linked statically, so it works under ASan and valgrind, which
 * have a malloc of their own), those of the libraries by the hooks that they have for that. What
 * the libraries set up once in a process is past when counting begins.
 *
 * SMC_LONG=1 in the environment tries all; else large runs are sampled with a fixed stride.
 * SMC_OOM_AT=n tries that one alone; SMC_OOM_SHOW=1 shows each try, and the log. */
#include "support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include <sigmacat/json.h>
#include <sigmacat/record.h>

#include "extract/options.h"
#include "extract/run.h"
#include "lib/rng.h"
#include "sim/sim.h"
#include "support/live_clock.h"
#include "upload/options.h"
#include "upload/run.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SOURCE_ID    "01234567-89ab-cdef-0123-456789abcdef"
#define SEEDED_TRIES 300
#define RESUME_EVERY 5 /* so many failed extractions are followed by one that must succeed */
#define FILES        12

/* ---- allocations that fail ---- */

enum owner { OURS, LIBRARIES };

/* Interposed functions are handed nothing, so this can't live anywhere else. It is of one thread:
 * the stand-in's allocate too, and are never armed. */
static _Thread_local struct {
    bool is_armed;
    bool is_lasting; /* all from `fail_at` on fail */
    enum owner owner;
    long count;
    long fail_at; /* from 1; 0: none */
} faults;

static bool must_fail(enum owner owner)
{
    if (!faults.is_armed || faults.owner != owner)
        return false;
    faults.count++;
    bool is_due = faults.fail_at > 0 && (faults.count == faults.fail_at ||
                                         (faults.is_lasting && faults.count > faults.fail_at));
    if (is_due)
        errno = ENOMEM;
    return is_due;
}

static void arm(enum owner owner, long fail_at, bool is_lasting)
{
    faults.owner = owner;
    faults.count = 0;
    faults.fail_at = fail_at;
    faults.is_lasting = is_lasting;
    faults.is_armed = true;
}

/* How many allocations there were. */
static long disarm(void)
{
    faults.is_armed = false;
    return faults.count;
}

/* The linker's names. Weak, so that a link without --wrap becomes a failed test that says so. */
void *__real_malloc(size_t size) __attribute__((weak));
void *__real_calloc(size_t count, size_t size) __attribute__((weak));
void *__real_realloc(void *old, size_t size) __attribute__((weak));
void *__real_reallocarray(void *old, size_t count, size_t size) __attribute__((weak));
char *__real_strdup(const char *text) __attribute__((weak));
FILE *__real_fopen(const char *path, const char *mode) __attribute__((weak));
DIR *__real_fdopendir(int fd) __attribute__((weak));
char *__real_realpath(const char *path, char *resolved) __attribute__((weak));
locale_t __real_newlocale(int mask, const char *name, locale_t base) __attribute__((weak));

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_asprintf(char **text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **text, int flag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
FILE *__wrap_fopen(const char *path, const char *mode);
DIR *__wrap_fdopendir(int fd);
char *__wrap_realpath(const char *path, char *resolved);
locale_t __wrap_newlocale(int mask, const char *name, locale_t base);

void *__wrap_malloc(size_t size)
{
    return must_fail(OURS) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail(OURS) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return must_fail(OURS) ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return must_fail(OURS) ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return must_fail(OURS) ? NULL : __real_strdup(text);
}

int __wrap_asprintf(char **text, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = must_fail(OURS) ? -1 : vasprintf(text, fmt, args);
    va_end(args);
    return len;
}

/* What asprintf is with _FORTIFY_SOURCE. */
int __wrap___asprintf_chk(char **text, int flag, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = must_fail(OURS) ? -1 : vasprintf(text, fmt, args);
    va_end(args);
    (void)flag;
    return len;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    return must_fail(OURS) ? NULL : __real_fopen(path, mode);
}

DIR *__wrap_fdopendir(int fd)
{
    return must_fail(OURS) ? NULL : __real_fdopendir(fd);
}

char *__wrap_realpath(const char *path, char *resolved)
{
    return must_fail(OURS) ? NULL : __real_realpath(path, resolved);
}

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    return must_fail(OURS) ? (locale_t)0 : __real_newlocale(mask, name, base);
}

/* ---- the libraries' hooks ---- */

static void *jansson_malloc(size_t size)
{
    return must_fail(OURS) ? NULL : __real_malloc(size);
}

static void *library_malloc(size_t size)
{
    return must_fail(LIBRARIES) ? NULL : __real_malloc(size);
}

static void *library_calloc(size_t count, size_t size)
{
    return must_fail(LIBRARIES) ? NULL : __real_calloc(count, size);
}

static void *library_realloc(void *old, size_t size)
{
    return must_fail(LIBRARIES) ? NULL : __real_realloc(old, size);
}

static char *library_strdup(const char *text)
{
    return must_fail(LIBRARIES) ? NULL : __real_strdup(text);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return library_realloc(old, size);
}

static void openssl_free(void *old, const char *file, int line)
{
    (void)file;
    (void)line;
    free(old);
}

/* SQLite asks how large a piece is; a word before it knows. */
#define SIZE_WORD ((size_t)16)

static void *note_size(char *base, int size)
{
    if (!base)
        return NULL;
    (void)memcpy(base, &size, sizeof size);
    return base + SIZE_WORD;
}

static void *sqlite_malloc(int size)
{
    return note_size(library_malloc((size_t)size + SIZE_WORD), size);
}

static void sqlite_free(void *old)
{
    if (old)
        free((char *)old - SIZE_WORD);
}

static void *sqlite_realloc(void *old, int size)
{
    return note_size(library_realloc((char *)old - SIZE_WORD, (size_t)size + SIZE_WORD), size);
}

static int sqlite_size(void *piece)
{
    int size = 0;
    if (piece)
        (void)memcpy(&size, (char *)piece - SIZE_WORD, sizeof size);
    return size;
}

static int sqlite_round(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_begin(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void sqlite_end(void *ctx)
{
    (void)ctx;
}

/* Before anything else of theirs; libcurl keeps its hooks as long as it is not cleaned up. */
static bool hook_libraries(void)
{
    sqlite3_mem_methods methods = {sqlite_malloc, sqlite_free,  sqlite_realloc, sqlite_size,
                                   sqlite_round,  sqlite_begin, sqlite_end,     NULL};
    json_set_alloc_funcs(jansson_malloc, free);
    return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1 &&
           sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
           curl_global_init_mem(CURL_GLOBAL_DEFAULT, library_malloc, free, library_realloc,
                                library_strdup, library_calloc) == CURLE_OK;
}

/* ---- what is tried ---- */

struct world;
typedef enum smc_status action_fn(struct world *w, struct smc_error *err);
typedef void check_fn(struct world *w, enum smc_status rc);

struct trial {
    const char *name;
    action_fn *run;  /* arms and disarms around what is tried */
    check_fn *check; /* NULL: nothing but the status */
    enum owner owner;
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

/* libcurl's curl_easy_reset goes on when memory runs out, with a handle that then stands still: only
 * real time ends such a try. All else has a clock that stands still, so that two runs are equal. */
static const struct smc_clock *clock_of(struct world *w)
{
    fake_clock_init(&w->fake);
    live_clock_init(&w->live);
    return w->row->owner == LIBRARIES ? &w->live.clock : &w->fake.clock;
}

static void begin(struct world *w)
{
    arm(w->row->owner, w->fail_at, w->row->is_lasting);
}

static void end(struct world *w)
{
    w->count = disarm();
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
    bool is_right =
        rc != SMC_OK || (strcmp(settings.api_token, "secret-secret") == 0 &&
                         strcmp(settings.client_id, "id") == 0 && settings.retry_base_ms == 500);
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
    bool is_right = rc != SMC_OK || (settings.timeout_ms == 1500 &&
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
    struct smc_member members[] = {{"path", {"[\"DB\",\"SCHEMA\",\"TABLE\"]", 23}},
                                   {"connectionId", {"null", 4}}};
    struct smc_buf out = SMC_BUF_INIT(1000);
    struct smc_span span = {object, sizeof object - 1};
    begin(w);
    enum smc_status rc = smc_buf_addstr(&out, "x");
    bool has_start = rc == SMC_OK;
    if (rc == SMC_OK)
        rc = smc_record_splice(span, members, COUNT(members), &out);
    end(w);
    assert_string_equal(smc_buf_str(&out), rc == SMC_OK ? expected : has_start ? "x" : "");
    smc_buf_clear(&out);
    return smc_fail(err, rc, "%s", smc_strerror(rc));
}

static enum smc_status do_json(struct world *w, struct smc_error *err)
{
    static const char text[] = "{\"code\": \"not_found\", \"list\": [1, \"a\", {\"b\": null}]}";
    struct smc_buf out = SMC_BUF_INIT(100000);
    struct smc_json *root = NULL;
    begin(w);
    struct smc_json *parsed = smc_json_parse(text, sizeof text - 1, err);
    bool is_read = !parsed || strcmp(smc_json_text(parsed, "code"), "not_found") == 0;
    enum smc_status rc = parsed ? SMC_OK : SMC_ERR_NOMEM;
    if (rc == SMC_OK) {
        root = smc_json_object();
        (void)smc_json_add_text(root, "host", "api.example.com");
        struct smc_json *list = smc_json_add_array(smc_json_add_object(root, "x"), "list");
        for (int i = 0; i < 20; i++)
            (void)smc_json_add_int(list, NULL, i);
        (void)smc_json_add_bool(root, "is", true);
        rc = smc_json_dump(root, false, &out, err);
    }
    smc_json_free(parsed);
    smc_json_free(root);
    end(w);
    assert_true(is_read);
    if (w->fail_at == 0) {
        w->files[0].bytes = strdup(smc_buf_str(&out));
        assert_non_null(w->files[0].bytes);
    }
    assert_string_equal(smc_buf_str(&out), rc == SMC_OK ? w->files[0].bytes : "");
    smc_buf_clear(&out);
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
    const struct smc_clock *clock = clock_of(w);
    enum smc_status rc = extract_options_read(&settings, (int)COUNT(argv) - 1, argv, none, err);
    if (rc == SMC_OK)
        rc = extract_options_check(&settings, err);
    if (rc == SMC_OK) {
        begin(w);
        rc = run_extraction(&settings, w->log, -1, clock, err);
        end(w);
    }
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

/* Whether a set tells of other gaps than the undisturbed run's. libcurl has one word for a header line
 * that is too long and for memory that ran out, so to a call the latter may be a gap. */
static bool tells_of_gaps(const struct world *w, long long timestamp)
{
    struct smc_span gaps[2];
    struct file file = load(w, timestamp, "summary");
    const struct file *both[] = {&file, &w->files[FILES - 1]};
    for (size_t i = 0; i < COUNT(both); i++) {
        struct smc_span whole = {both[i]->bytes, both[i]->len};
        gaps[i] = smc_span_member(smc_span_member(whole, "extraction"), "gaps");
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
    if (w->row->owner == LIBRARIES && tells_of_gaps(w, timestamp))
        return;
    for (size_t i = 0; i < FILES; i++) {
        struct file file = load(w, timestamp, names[i]);
        bool is_equal =
            file.len == w->files[i].len && memcmp(file.bytes, w->files[i].bytes, file.len) == 0;
        bool is_json = smc_record_scan(file.bytes, file.len, NULL, NULL) == SMC_OK;
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
    /* What it left behind is no hindrance. */
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

static enum smc_status do_upload(struct world *w, struct smc_error *err)
{
    char *none[] = {NULL};
    char *argv[] = {text_format("castor-upload"),
                    text_format("--token=sim-token"),
                    text_format("--source_id=%s", SOURCE_ID),
                    text_format("--file_type=VIZ"),
                    text_format("--endpoint=%s", sim_url(w->sim)),
                    text_format("--directory_path=%s", w->payload),
                    text_format("--retry-base=0"),
                    text_format("--timeout=0.3"),
                    NULL};
    struct upload_settings settings;
    const struct smc_clock *clock = clock_of(w);
    sim_stats_reset(w->sim);
    enum smc_status rc = upload_options_read(&settings, (int)COUNT(argv) - 1, argv, none, err);
    if (rc == SMC_OK)
        rc = upload_options_check(&settings, err);
    if (rc == SMC_OK) {
        begin(w);
        rc = upload_run(&settings, w->log, clock, -1, err);
        end(w);
    }
    upload_options_clear(&settings);
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    return rc;
}

/* A success sent both files, whole; and the summary is never there without the other. */
static void check_upload(struct world *w, enum smc_status rc)
{
    size_t first = 0;
    size_t summary = 0;
    for (long i = 0; i < sim_upload_count(w->sim); i++) {
        const struct sim_upload *upload = sim_upload(w->sim, i);
        if (upload->status / 100 != 2 || !upload->complete)
            continue;
        bool is_summary = strcmp(upload->filename, "1790000000-summary.json") == 0;
        assert_true(!is_summary || first > 0);
        assert_int_equal(upload->length, is_summary ? 2 : 5000);
        first += !is_summary;
        summary += is_summary;
    }
    assert_true(rc != SMC_OK || (first > 0 && summary > 0));
}

/* ---- the tries ---- */

/* Only where the sanitizer is. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* What memory that ran out may look like from outside. A call that fails for want of it is one
 * that got no answer, a file that can't be opened is a local fault; but neither credentials nor the
 * state file nor an answer may be blamed. */
static bool is_sound(enum smc_status rc, const struct smc_error *err)
{
    if (rc == SMC_ERR_CAP) /* libcurl has one word for the two */
        return strstr(err->detail, "or memory ran out");
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
    if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0)
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
    if (w->row->owner == LIBRARIES) {
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
    {"extract options", do_extract_options, NULL, OURS, false, 0},
    {"extract options, from then on", do_extract_options, NULL, OURS, true, 0},
    {"upload options", do_upload_options, NULL, OURS, false, 0},
    {"upload options, from then on", do_upload_options, NULL, OURS, true, 0},
    {"splice", do_splice, NULL, OURS, false, 0},
    {"JSON tree", do_json, NULL, OURS, false, 0},
    {"JSON tree, from then on", do_json, NULL, OURS, true, 0},
    {"upload", do_upload, check_upload, OURS, false, 0},
    {"upload, from then on", do_upload, check_upload, OURS, true, 0},
    {"upload, libraries", do_upload, check_upload, LIBRARIES, false, 100},
    {"extraction", do_extraction, check_extraction, OURS, false, 200},
    {"extraction, from then on", do_extraction, check_extraction, OURS, true, 60},
    {"extraction, libraries", do_extraction, check_extraction, LIBRARIES, false, 100},
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

static void make_payload(struct world *w)
{
    char bytes[5000];
    (void)memset(bytes, ' ', sizeof bytes);
    bytes[0] = '[';
    bytes[sizeof bytes - 1] = ']';
    w->payload = text_format("%s/payload", w->dir);
    if (mkdir(w->payload, 0700) != 0)
        fail_msg("can't make %s", w->payload);
    char *first = text_format("%s/1790000000-members.json", w->payload);
    char *summary = text_format("%s/1790000000-summary.json", w->payload);
    file_write(first, bytes, sizeof bytes);
    file_write(summary, "{}", 2);
    free(first);
    free(summary);
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
    (void)disarm();
    sim_stop(w->sim);
    smc_log_free(w->log);
    for (size_t i = 0; i < FILES; i++)
        free(w->files[i].bytes);
    free(w->output);
    free(w->payload);
    temp_dir_remove(w->dir);
    free(w);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[COUNT(rows)];
    if (!__real_malloc || !hook_libraries()) {
        print_error("[  FAILED  ] oom: to be linked with --wrap, see the Makefile\n");
        return 1;
    }
    for (size_t i = 0; i < COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){rows[i].name, test_row, setup, teardown,
                                       (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("oom", tests, NULL, NULL);
}
