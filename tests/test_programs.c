/* The two programs as they are built, run as users run them: over TLS, with bad input, and stopped.
 * SMC_BUILD is the folder that they are in. */
#include "tests/support/support.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>

#include "lib/base/digest.h"
#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/tls.h"

#define SOURCE_ID "8dfcd325-6b9a-49b3-a491-1189fab1b206"
#define SECRET    "sim-secret"
#define TOKEN     "sim-token"

struct fixture {
    const void *row;
    struct sim_options opt;
    struct sim *sim;
    char *dir;
    char *output; /* a folder in it that is not there yet */
    struct program p;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const struct sim_options opt = SIM_OPTIONS_INIT;
    if (!f)
        return -1;
    f->row = *state;
    f->opt = opt;
    f->dir = temp_dir_make();
    f->output = text_format("%s/out", f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    program_clear(&f->p);
    sim_stop(f->sim);
    free(f->output);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void start_sim(struct fixture *f)
{
    f->sim = stand_in_new(&f->opt);
}

/* ---- running a program ---- */

/* Adds words divided by '|'; @URL, @DIR and @OUT stand for what only the test knows. */
static void add_words(const struct fixture *f, struct words *words, const char *text)
{
    const char *const names[] = {
        "@URL", f->sim ? sim_url(f->sim) : "https://127.0.0.1:1", "@DIR", f->dir, "@OUT", f->output,
        NULL};
    words_split(words, text, '|', names);
}

static void begin(struct fixture *f, const char *program, const char *args, const char *env)
{
    struct words argv = {.count = 0};
    struct words envp = {.count = 0};
    char *path = program_path(program);
    words_add(&argv, "%s", path);
    add_words(f, &argv, args);
    add_words(f, &envp, env);
    program_start(&f->p, &argv, &envp, NULL);
    words_clear(&argv);
    words_clear(&envp);
    free(path);
}

static int run(struct fixture *f, const char *program, const char *args, const char *env)
{
    begin(f, program, args, env);
    return program_end(&f->p);
}

/* ---- what is looked at ---- */

static size_t count_lines(const char *text, const char *start)
{
    size_t count = 0;
    for (; *text; text += strcspn(text, "\n") + 1)
        count += strncmp(text, start, strlen(start)) == 0;
    return count;
}

/* Names in a folder that end so; a folder that is not there has none. */
static size_t count_names(const char *dir, const char *ending)
{
    DIR *open_dir = opendir(dir);
    size_t count = 0;
    for (const struct dirent *e = open_dir ? readdir(open_dir) : NULL; e; e = readdir(open_dir)) {
        size_t len = strlen(e->d_name);
        size_t end_len = strlen(ending);
        count +=
            e->d_name[0] != '.' && len >= end_len && strcmp(e->d_name + len - end_len, ending) == 0;
    }
    if (open_dir)
        (void)closedir(open_dir);
    return count;
}

/* ---- end to end, over TLS ---- */

#define EXTRACT_ARGS "-H|@URL|-c|sim-client|-o|@OUT"
#define EXTRACT_ENV  "CASTOR_SIGMA_API_TOKEN=" SECRET
#define UPLOAD_ARGS  "-k|" TOKEN "|-s|" SOURCE_ID "|-t|VIZ|--endpoint|@URL"

static void check_sha256(const char *bytes, size_t len, const char *want)
{
    char hex[SMCI_DIGEST_SIZE];
    struct smci_digest *digest = smci_digest_new();
    assert_non_null(digest);
    assert_int_equal(smci_digest_add(digest, bytes, len), SMC_OK);
    assert_int_equal(smci_digest_finish(digest, hex), SMC_OK);
    smci_digest_free(digest);
    assert_string_equal(hex, want);
}

static void check_uploaded(const struct fixture *f, const char *name)
{
    size_t len;
    long seen = 0;
    char *wire = text_format("visualization-" SOURCE_ID "/%s", name);
    char *path = text_format("%s/%s", f->output, name);
    char *bytes = file_read(path, &len);
    for (long i = 0; i < sim_upload_count(f->sim); i++) {
        const struct sim_upload *upload = sim_upload(f->sim, i);
        if (strcmp(upload->path, wire) != 0)
            continue;
        seen++;
        assert_int_equal(upload->length, len);
        check_sha256(bytes, len, upload->sha256);
        assert_in_range(upload->status, 200, 299);
        assert_string_equal(upload->filename, name);
        assert_true(upload->complete);
    }
    assert_int_equal(seen, 1);
    free(bytes);
    free(path);
    free(wire);
}

/* What Catalog received is to the byte what was written, the summary last. */
static void check_all_uploaded(const struct fixture *f)
{
    DIR *dir = opendir(f->output);
    assert_non_null(dir);
    assert_int_equal(sim_upload_count(f->sim), 12);
    for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
        if (e->d_name[0] != '.')
            check_uploaded(f, e->d_name);
    (void)closedir(dir);
    assert_contains(sim_upload(f->sim, 11)->path, "-summary.json");
}

static void test_end_to_end(void **state)
{
    struct fixture *f = *state;
    struct tls_pair pair;
    char *cert = text_format("%s/cert.pem", f->dir);
    tls_make(&pair, NULL, 2);
    f->opt.tls_cert_pem = pair.cert_pem;
    f->opt.tls_key_pem = pair.key_pem;
    f->opt.page_size = 7;
    start_sim(f);
    file_write(cert, pair.cert_pem, strlen(pair.cert_pem));
    tls_clear(&pair);
    assert_int_equal(strncmp(sim_url(f->sim), "https://", 8), 0);

    int rc = run(f, "castor-extract-sigma", EXTRACT_ARGS "|--cacert|@DIR/cert.pem", EXTRACT_ENV);
    if (rc != 0)
        fail_msg("status %d: %s", rc, f->p.err);
    assert_string_equal(f->p.out, "");
    assert_int_equal(count_names(f->output, ".json"), 12);
    assert_int_equal(count_names(f->output, ".part"), 0);
    assert_int_equal(sim_unexpected(f->sim), 0);
    assert_lacks(f->p.err, SECRET);

    rc = run(f, "castor-upload", UPLOAD_ARGS "|-d|@OUT|--cacert|@DIR/cert.pem", "");
    if (rc != 0)
        fail_msg("status %d: %s", rc, f->p.err);
    assert_int_equal(count_lines(f->p.err, "INFO - Uploaded "), 12);
    assert_lacks(f->p.err, TOKEN);
    check_all_uploaded(f);
    free(cert);
}

/* A certificate that nobody vouches for: no secret is sent. */
static void test_untrusted(void **state)
{
    struct fixture *f = *state;
    struct tls_pair pair;
    tls_make(&pair, NULL, 2);
    f->opt.tls_cert_pem = pair.cert_pem;
    f->opt.tls_key_pem = pair.key_pem;
    start_sim(f);
    tls_clear(&pair);
    assert_int_equal(run(f, "castor-extract-sigma", EXTRACT_ARGS, EXTRACT_ENV), 4);
    assert_int_equal(count_lines(f->p.err, "ERROR - "), 1);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 0);
    assert_int_equal(count_names(f->output, ""), 0);
}

/* --check answers on standard output and by its status alone, and makes nothing. */
static void test_check_mode(void **state)
{
    struct fixture *f = *state;
    start_sim(f);
    assert_int_equal(run(f, "castor-extract-sigma", EXTRACT_ARGS "|--check", EXTRACT_ENV), 0);
    assert_string_equal(f->p.err, "");
    assert_int_equal(count_lines(f->p.out, "castor-extract-sigma would work\n"), 1);
    assert_int_equal(run(f, "castor-extract-sigma", EXTRACT_ARGS "|--check|-a|wrong", ""), 3);
    assert_string_equal(f->p.err, "");
    assert_int_equal(count_lines(f->p.out, "FAIL  credentials "), 1);
    assert_false(file_exists(f->output));

    char *file = text_format("%s/file", f->dir);
    file_write(file, "x", 1);
    assert_int_equal(run(f, "castor-upload", UPLOAD_ARGS "|-f|@DIR/file|--check", ""), 0);
    assert_string_equal(f->p.err, "");
    assert_int_equal(count_lines(f->p.out, "castor-upload would work, as far as can be told; the "
                                           "token is unproven until an upload\n"),
                     1);
    assert_int_equal(run(f, "castor-upload", UPLOAD_ARGS "|-f|@DIR/none|--check", ""), 5);
    assert_int_equal(count_lines(f->p.out, "FAIL  files "), 1);
    assert_int_equal(sim_upload_count(f->sim), 0);
    free(file);
}

/* ---- bad input, from the first day ---- */

struct row {
    const char *name;
    const char *program;
    const char *args;
    const char *env;
    int status;
    const char *says; /* in the one line on stderr; several divided by '|' */
};

#define X "castor-extract-sigma"
#define U "castor-upload"
/* All that is needed but for one. */
#define CREDS "-c|sim-client|-a|" SECRET
#define ON    "|-o|@OUT"
#define UP    "-k|" TOKEN "|--endpoint|@URL"
#define UPID  UP "|-s|" SOURCE_ID
#define UPVIZ UPID "|-t|VIZ"

static const struct row rows[] = {
    {"host: a space", X, CREDS ON "|-H|aws api.sigmacomputing.com", "", 2, "--host"},
    {"host: a path", X, CREDS ON "|-H|@URL/v2", "", 2, "--host"},
    {"host: a query", X, CREDS ON "|-H|@URL?x=1", "", 2, "--host"},
    {"host: a user name", X, CREDS ON "|-H|https://me@127.0.0.1", "", 2, "--host"},
    {"host: a port that is not one", X, CREDS ON "|-H|https://127.0.0.1:99999", "", 2, "--host"},
    {"host: empty", X, CREDS ON "|--host=", "", 2, "--host"},
    {"host: the app's", X, CREDS ON "|-H|app.sigmacomputing.com", "", 2,
     "--host|API|--list-regions"},
    {"host: the app's, as people copy it", X, CREDS ON "|-H|https://app.sigmacomputing.com/acme",
     "", 2, "--host"},
    {"host: by variable", X, CREDS ON, "CASTOR_SIGMA_HOST=a b", 2, "CASTOR_SIGMA_HOST"},
    {"host: plain http elsewhere", X, CREDS ON "|-H|http://sigma.example", "", 2, "--host"},
    {"missing: host", X, CREDS ON, "", 2, "--host|CASTOR_SIGMA_HOST"},
    {"missing: client id", X, "-H|@URL|-a|" SECRET ON, "", 2, "--client-id|CASTOR_SIGMA_CLIENT_ID"},
    {"missing: API token", X, "-H|@URL|-c|sim-client" ON, "", 2,
     "--api-token|CASTOR_SIGMA_API_TOKEN"},
    {"missing: output", X, "-H|@URL|" CREDS, "", 2, "--output|CASTOR_OUTPUT_DIRECTORY"},
    {"missing: all", X, "", "", 2, "--host|--client-id|--api-token|--output"},
    {"output: a file", X, CREDS "|-H|@URL|-o|@DIR/file", "", 5, "/file"},
    {"output: below a file", X, CREDS "|-H|@URL|-o|@DIR/file/deeper/out", "", 5, "/file"},
    {"output: can't be made", X, CREDS "|-H|@URL|-o|/proc/sigmacat/out", "", 5, "/proc"},
    {"state: a file", X, CREDS "|-H|@URL" ON "|--state|@DIR/file", "", 5, "/file"},
    {"cacert: not there", X, CREDS "|-H|@URL" ON "|--cacert|@DIR/none.pem", "", 5,
     "--cacert|none.pem"},
    {"option: unknown", X, CREDS "|-H|@URL" ON "|--nonsense", "", 2, "--nonsense"},
    {"option: no value", X, CREDS "|-H|@URL" ON "|--retries", "", 2, "--retries"},
    {"option: no number", X, CREDS "|-H|@URL" ON "|--retries|four", "", 2, "--retries"},
    {"option: no number in a variable", X, CREDS "|-H|@URL" ON, "CASTOR_SIGMA_TIMEOUT=x", 2,
     "CASTOR_SIGMA_TIMEOUT"},
    {"option: out of range", X, CREDS "|-H|@URL" ON "|--concurrency|0", "", 2, "--concurrency"},
    {"option: no such choice", X, CREDS "|-H|@URL" ON "|--log-level|loud", "", 2, "--log-level"},
    {"option: a word that is not one", X, CREDS "|-H|@URL" ON "|word", "", 2, "word"},

    {"upload: a source id that is not a UUID", U, UP "|-t|VIZ|-s|12345|-f|@DIR/file", "", 2,
     "--source_id"},
    {"upload: neither file nor directory", U, UPVIZ, "", 2, "--file_path|--directory_path"},
    {"upload: both file and directory", U, UPVIZ "|-f|@DIR/file|-d|@DIR", "", 2,
     "--file_path|--directory_path"},
    {"upload: a file that is not there", U, UPVIZ "|-f|@DIR/none.json", "", 5, "none.json"},
    {"upload: an empty file", U, UPVIZ "|-f|@DIR/empty.json", "", 5, "empty.json"},
    {"upload: a directory for a file", U, UPVIZ "|-f|@DIR", "", 5, "@DIR"},
    {"upload: a directory that is not there", U, UPVIZ "|-d|@DIR/none", "", 5, "/none"},
    {"upload: a file for a directory", U, UPVIZ "|-d|@DIR/file", "", 5, "/file"},
    {"upload: no token", U, "-s|" SOURCE_ID "|-t|VIZ|-f|@DIR/file|--endpoint|@URL", "", 2,
     "--token|CASTOR_UPLOADER_TOKEN"},
    {"check: missing host", X, CREDS ON "|--check", "", 2, "--host|CASTOR_SIGMA_HOST"},
    {"check: no token", U, "-s|" SOURCE_ID "|-t|VIZ|-f|@DIR/file|--endpoint|@URL|--check", "", 2,
     "--token|CASTOR_UPLOADER_TOKEN"},
    {"upload: no source id", U, UP "|-t|VIZ|-f|@DIR/file", "", 2, "--source_id"},
    {"upload: no type", U, UPID "|-f|@DIR/file", "", 2, "--file_type"},
    {"upload: a type that is not one", U, UPID "|-t|TABLEAU|-f|@DIR/file", "", 2, "--file_type"},
    {"upload: a zone that is not one", U, UPVIZ "|-f|@DIR/file|-z|ASIA", "", 2, "--zone"},
    {"upload: a directory of DBT", U, UPID "|-t|DBT|-d|@DIR", "", 2, "DBT"},
    {"upload: LOOKML without project", U, UPID "|-t|LOOKML|-f|@DIR/file", "", 2, "--project_name"},
    {"upload: a project with a slash", U, UPID "|-t|LOOKML|-f|@DIR/file|--project_name|a/b", "", 2,
     "--project_name"},
    {"upload: a project of two dots", U, UPID "|-t|LOOKML|-f|@DIR/file|--project_name|..", "", 2,
     "--project_name"},
    {"upload: an endpoint that is not one", U,
     "-k|" TOKEN "|-s|" SOURCE_ID "|-t|VIZ|-f|@DIR/file|--endpoint|ftp://x", "", 2, "--endpoint"},
    {"upload: missing all", U, "", "", 2, "--token|--source_id|--file_type"},
};

static void check_says(const struct fixture *f, const char *says)
{
    struct words wanted = {.count = 0};
    add_words(f, &wanted, says);
    for (int i = 0; i < wanted.count; i++)
        assert_contains(f->p.err, wanted.v[i]);
    words_clear(&wanted);
}

/* One clear line, the right status, nothing sent, nothing half-written. */
static void test_row(void **state)
{
    struct fixture *f = *state;
    const struct row *row = f->row;
    char *file = text_format("%s/file", f->dir);
    char *empty = text_format("%s/empty.json", f->dir);
    start_sim(f);
    file_write(file, "x", 1);
    file_write(empty, "", 0);
    int status = run(f, row->program, row->args, row->env);
    if (status != row->status)
        fail_msg("status %d instead of %d: %s", status, row->status, f->p.err);
    if (count_lines(f->p.err, "ERROR - ") != 1 || count_lines(f->p.err, "") != 1)
        fail_msg("more or less than one line: %s", f->p.err);
    check_says(f, row->says);
    assert_string_equal(f->p.out, "");
    assert_lacks(f->p.err, SECRET);
    assert_lacks(f->p.err, TOKEN);
    assert_int_equal(sim_connections(f->sim), 0);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 0);
    assert_int_equal(count_names(f->output, ""), 0);
    assert_int_equal(count_names(f->dir, ".part"), 0);
    free(empty);
    free(file);
}

/* ---- help and version need nothing ---- */

struct query_row {
    const char *name;
    const char *program;
    const char *args;
    const char *says;
};

static const struct query_row query_rows[] = {
    {"extract --help", X, "--help", "castor-extract-sigma: "},
    {"extract -h", X, "-h", "--client-id"},
    {"extract --help beside nonsense", X, "--nonsense|--help", "--client-id"},
    {"extract --version", X, "--version", SMC_VERSION},
    {"upload --help", U, "--help", "--source_id"},
    {"upload -h", U, "-h", "--token"},
    {"upload --version", U, "--version", SMC_VERSION},
};

static void test_query(void **state)
{
    struct fixture *f = *state;
    const struct query_row *row = f->row;
    assert_int_equal(run(f, row->program, row->args, ""), 0);
    assert_string_equal(f->p.err, "");
    assert_contains(f->p.out, row->says);
}

/* ---- stopped, and looked at while they run ---- */

struct stop_row {
    const char *name;
    const char *program;
    const char *args;
    const char *fault;  /* holds the program up */
    const char *kind;   /* of calls that are answered before that; NULL: none is */
    const char *secret; /* that its command line must not show */
    int signal;
    int status;
};

#define EX "-H|@URL|" CREDS ON

static const struct stop_row stop_rows[] = {
    {"extract: SIGTERM during the token call", X, EX, "call=token,do=silent", NULL, SECRET, SIGTERM,
     143},
    {"extract: SIGINT during the token call", X, EX, "call=token,do=silent", NULL, SECRET, SIGINT,
     130},
    {"extract: SIGTERM during the listings", X, EX, "call=files,do=silent", "workbooks", SECRET,
     SIGTERM, 143},
    {"extract: SIGTERM among the objects", X, EX, "call=elements,do=silent", "workbook_sources",
     SECRET, SIGTERM, 143},
    {"extract: SIGINT within an answer", X, EX, "call=members,do=stall", "workbooks", SECRET,
     SIGINT, 130},
    {"extract: SIGTERM before a retry", X, EX "|--retry-base|60", "call=files,do=status:503",
     "workbooks", SECRET, SIGTERM, 143},
    {"extract: SIGHUP among the objects", X, EX, "call=elements,do=silent", "workbook_sources",
     SECRET, SIGHUP, 129},
    {"upload: SIGHUP during an upload", U, UPVIZ "|-f|@DIR/file.json", "call=upload,do=silent",
     NULL, TOKEN, SIGHUP, 129},
    {"upload: SIGTERM during an upload", U, UPVIZ "|-f|@DIR/file.json", "call=upload,do=silent",
     NULL, TOKEN, SIGTERM, 143},
    {"upload: SIGINT during an upload", U, UPVIZ "|-f|@DIR/file.json", "call=upload,do=silent",
     NULL, TOKEN, SIGINT, 130},
};

/* Looks until it is so; a program that ends before is a failed test. */
static void wait_for_calls(struct fixture *f, const char *kind)
{
    while (kind ? sim_calls(f->sim, kind, 200) == 0 : sim_max_in_flight(f->sim) == 0) {
        if (!program_runs(&f->p)) {
            (void)program_end(&f->p);
            fail_msg("ended too early: %s", f->p.err);
        }
        (void)poll(NULL, 0, 1);
    }
}

static void check_command_line(const struct fixture *f, const char *program, const char *secret)
{
    char *path = text_format("/proc/%d/cmdline", (int)f->p.pid);
    size_t len;
    char *line = file_read(path, &len);
    assert_non_null(memmem(line, len, program, strlen(program)));
    assert_null(memmem(line, len, secret, strlen(secret)));
    free(line);
    free(path);
}

static void test_stop(void **state)
{
    struct fixture *f = *state;
    const struct stop_row *row = f->row;
    char *file = text_format("%s/file.json", f->dir);
    start_sim(f);
    file_write(file, "[]", 2);
    stand_in_fault(f->sim, row->fault);
    begin(f, row->program, row->args, "");
    wait_for_calls(f, row->kind);
    check_command_line(f, row->program, row->secret);
    assert_int_equal(kill(f->p.pid, row->signal), 0);
    int status = program_end(&f->p);
    if (status != row->status)
        fail_msg("status %d instead of %d: %s", status, row->status, f->p.err);
    /* The uploader says what was not sent, too. */
    assert_in_range(count_lines(f->p.err, "ERROR - "), 1, strcmp(row->program, U) == 0 ? 2 : 1);
    assert_lacks(f->p.err, row->secret);
    assert_int_equal(count_names(f->output, ""), 0); /* neither .part nor set */
    sim_faults_clear(f->sim);
    status = run(f, row->program, row->args, "");
    if (status != 0)
        fail_msg("the run after it: status %d: %s", status, f->p.err);
    free(file);
}

/* ---- exit statuses of runs that fail ---- */

struct status_row {
    const char *name;
    const char *program;
    const char *args;
    const char *fault;
    int status;
    const char *says;
};

#define FAST "|--retry-base|0|--retries|1"

static const struct status_row status_rows[] = {
    {"status: gaps are not a failure", X, EX, "call=elements,object=0,do=status:404", 0, "1 gap: "},
    {"status: credentials refused", X, EX, "call=token,do=status:401", 3, "credentials"},
    {"status: no rights", X, EX, "call=files,do=status:403", 3, "Org Admin"},
    {"status: a listing fails", X, EX, "call=files,do=status:500", 4, "HTTP 500"},
    {"status: down", X, EX FAST, "do=status:503", 4, "HTTP 503"},
    {"status: no network", X, EX FAST, "call=token,do=reset", 4, "/v2/auth/token"},
    {"status: no JSON", X, EX FAST, "call=files,do=html", 4, "HTTP 200"},
    {"status: upload refused", U, UPVIZ "|-f|@DIR/file.json", "call=upload,do=status:401", 3,
     "401"},
    {"status: upload fails", U, UPVIZ "|-f|@DIR/file.json" FAST, "call=upload,do=status:500", 4,
     "500"},
    {"status: upload not accepted", U, UPVIZ "|-f|@DIR/file.json", "call=upload,do=status:404", 7,
     "404"},
};

static void test_status(void **state)
{
    struct fixture *f = *state;
    const struct status_row *row = f->row;
    char *file = text_format("%s/file.json", f->dir);
    start_sim(f);
    file_write(file, "[]", 2);
    stand_in_fault(f->sim, row->fault);
    int status = run(f, row->program, row->args, "");
    if (status != row->status)
        fail_msg("status %d instead of %d: %s", status, row->status, f->p.err);
    check_says(f, row->says);
    bool is_upload = strcmp(row->program, U) == 0;
    size_t errors = count_lines(f->p.err, "ERROR - ");
    if (is_upload) /* each file, and the end */
        assert_in_range(errors, 1, 3);
    else
        assert_int_equal(errors, status != 0);
    assert_int_equal(count_names(f->output, ".json"), status == 0 && !is_upload ? 12 : 0);
    assert_int_equal(count_names(f->output, ".part"), 0);
    free(file);
}

/* ---- all of it ---- */

#define TABLE(name, rows, test) RUN_TABLE_WITH(name, rows, test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_end_to_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_untrusted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check_mode, setup, teardown),
    };
    int failed = TABLE("bad input", rows, test_row);
    failed += TABLE("queries", query_rows, test_query);
    failed += TABLE("stopped", stop_rows, test_stop);
    failed += TABLE("statuses", status_rows, test_status);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
