/* examples/extract-and-upload.sh, from Sigma to Catalog, with faults on either side. Run from the
 * project's folder; SMC_BUILD is the folder of the programs. */
#include "tests/support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/stand_in.h"

#define SOURCE_ID "8dfcd325-6b9a-49b3-a491-1189fab1b206"
#define SCRIPT    "examples/extract-and-upload.sh"

struct fixture {
    struct sim *sim;
    char *dir;
    char *output;
    char *path; /* the variable PATH */
    struct program p;
};

static struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sim_options opt = SIM_OPTIONS_INIT;
    const char *build = getenv("SMC_BUILD");
    char *here = getcwd(NULL, 0);
    if (!f || !here)
        abort();
    opt.workbooks = 5;
    f->dir = temp_dir_make();
    f->output = text_format("%s/out", f->dir);
    f->path = text_format("%s/%s:/usr/bin:/bin", here, build && *build ? build : "build");
    free(here);
    f->sim = stand_in_new(&opt);
    static const char *const secrets[][2] = {{"api-token", "sim-secret\n"},
                                             {"catalog-token", "sim-token\n"}};
    for (size_t i = 0; i < 2; i++) {
        char *path = text_format("%s/%s", f->dir, secrets[i][0]);
        file_write(path, secrets[i][1], strlen(secrets[i][1]));
        assert_int_equal(chmod(path, 0600), 0);
        free(path);
    }
    return f;
}

static void fixture_free(struct fixture *f)
{
    program_clear(&f->p);
    sim_stop(f->sim);
    free(f->output);
    free(f->path);
    temp_dir_remove(f->dir);
    free(f);
}

static int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

/* Starts the script with these variables, which it clears. */
static void begin_with(struct fixture *f, struct words *envp)
{
    struct words argv = {.count = 0};
    words_split(&argv, "/bin/sh " SCRIPT, ' ', NULL);
    program_start(&f->p, &argv, envp, NULL);
    words_clear(&argv);
    words_clear(envp);
}

/* With `given`, more variables with a | between, or NULL. */
static void begin(struct fixture *f, const char *given)
{
    const char *const names[] = {"@PATH", f->path,   "@URL", sim_url(f->sim), "@DIR", f->dir,
                                 "@OUT",  f->output, NULL};
    struct words envp = {.count = 0};
    words_split(&envp,
                "PATH=@PATH|CASTOR_SIGMA_HOST=@URL|CASTOR_SIGMA_CLIENT_ID=sim-client|"
                "CASTOR_SIGMA_RETRIES=0|CASTOR_UPLOADER_SOURCE_ID=" SOURCE_ID
                "|CASTOR_UPLOADER_ENDPOINT=@URL|CASTOR_UPLOADER_RETRIES=0|SIGMACAT_SECRETS=@DIR|"
                "SIGMACAT_OUTPUT=@OUT|SIGMACAT_TRIES=2|SIGMACAT_WAIT=0",
                '|', names);
    words_split(&envp, given, '|', names);
    begin_with(f, &envp);
}

static int run(struct fixture *f)
{
    begin(f, NULL);
    return program_end(&f->p);
}

/* The line for a monitor: the last one, and the only one. */
static void assert_told(const struct fixture *f, int status, const char *step)
{
    char *line = text_format("extract-and-upload: status=%d step=%s seconds=", status, step);
    if (strncmp(f->p.out, line, strlen(line)) != 0 || strchr(f->p.out, '\n')[1] != '\0')
        fail_msg("not '%s': %s\n%s", line, f->p.out, f->p.err);
    free(line);
    assert_lacks(f->p.err, "sim-secret");
    assert_lacks(f->p.err, "sim-token");
}

/* ---- faults ---- */

struct row {
    const char *name;
    const char *faults[2];
    int status;
    const char *step;  /* that the monitor is told */
    int tokens;        /* token calls: how often the extractor was started */
    long accepted;     /* uploads */
    long upload_calls; /* -1: any */
    const char *given; /* variables */
};

static const struct row rows[] = {
    {"undisturbed", {NULL}, 0, "done", 1, 12, 12, NULL},
    {"sigma_down_for_a_while",
     {"call=workbooks,do=status:503,attempt=1"},
     0,
     "done",
     2,
     12,
     12,
     NULL},
    {"sigma_lost_for_a_while", {"call=members,do=cut,attempt=1"}, 0, "done", 2, 12, 12, NULL},
    {"sigma_down", {"call=members,do=status:503"}, 4, "extract", 2, 0, 0, NULL},
    {"sigma_refuses", {"call=workbooks,do=status:401"}, 3, "extract", -1, 0, 0, NULL},
    {"sigma_listing_fails", {"call=files,do=status:500"}, 4, "extract", 2, 0, 0, NULL},
    {"catalog_down_for_a_while",
     {"call=upload,object=members.json,do=status:503,attempt=1"},
     0,
     "done",
     1,
     12,
     13,
     NULL},
    {"catalog_lost_for_a_while",
     {"call=upload,object=files.json,do=reset-mid,attempt=1"},
     0,
     "done",
     1,
     12,
     13,
     NULL},
    {"catalog_down", {"call=upload,do=status:503"}, 4, "upload", 1, 0, -1, NULL},
    {"catalog_refuses", {"call=upload,do=status:403"}, 3, "upload", 1, 0, -1, NULL},
    {"both_down_for_a_while",
     {"call=files,do=status:502,attempt=1",
      "call=upload,object=members.json,do=status:502,attempt=1"},
     0,
     "done",
     2,
     12,
     13,
     NULL},
    {"sigma_refuses_for_good", {"call=files,do=status:400"}, 7, "extract", 1, 0, 0, NULL},
    {"catalog_refuses_for_good", {"call=upload,do=status:422"}, 7, "upload", 1, 0, -1, NULL},
    {"degraded", {"call=elements,do=status:404"}, 6, "extract", 1, 0, 0, NULL},
    {"gaps_are_told",
     {"call=elements,do=status:404,object=1"},
     6,
     "extract",
     1,
     12,
     12,
     "CASTOR_SIGMA_FAIL_ON_GAPS=true"},
    {"gaps_and_catalog_refuses",
     {"call=elements,do=status:404,object=1", "call=upload,do=status:403"},
     3,
     "upload",
     1,
     0,
     -1,
     "CASTOR_SIGMA_FAIL_ON_GAPS=true"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture *f = fixture_new();
    stand_in_fault(f->sim, row->faults[0]);
    stand_in_fault(f->sim, row->faults[1]);
    begin(f, row->given);
    int status = program_end(&f->p);
    if (status != row->status)
        fail_msg("status %d:\n%s", status, f->p.err);
    assert_told(f, row->status, row->step);
    if (row->tokens >= 0)
        assert_int_equal(sim_calls(f->sim, "token", 0), row->tokens);
    assert_int_equal(sim_calls(f->sim, "upload", 201), row->accepted);
    if (row->upload_calls >= 0)
        assert_int_equal(sim_calls(f->sim, "upload", 0), row->upload_calls);
    fixture_free(f);
}

/* The second run sends its own set and nothing of the first. */
static void test_run_again(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f), 0);
    assert_int_equal(run(f), 0);
    assert_int_equal(sim_calls(f->sim, "upload", 201), 24);
    assert_contains(sim_upload(f->sim, 11)->path, "-summary.json");
    assert_contains(sim_upload(f->sim, 23)->path, "-summary.json");
    assert_string_not_equal(sim_upload(f->sim, 11)->path, sim_upload(f->sim, 23)->path);
}

static void test_secret_is_missing(void **state)
{
    struct fixture *f = *state;
    char *path = text_format("%s/api-token", f->dir);
    assert_int_equal(unlink(path), 0);
    free(path);
    assert_int_equal(run(f), 5);
    assert_told(f, 5, "extract");
}

static void test_output_is_a_file(void **state)
{
    struct fixture *f = *state;
    file_write(f->output, "x", 1);
    assert_int_equal(run(f), 5);
    assert_told(f, 5, "lock");
}

/* A degraded set is passed over: the whole one before it is the newest that Catalog may have. */
static void test_degraded_after_whole(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(run(f), 0);
    stand_in_fault(f->sim, "call=elements,do=status:404");
    assert_int_equal(run(f), 6);
    assert_told(f, 6, "extract");
    assert_int_equal(sim_calls(f->sim, "upload", 201), 12);
}

/* ---- who watches ---- */

static char *metrics_of(const struct fixture *f)
{
    char *path = text_format("%s/chain.prom", f->dir);
    char *text = file_read(path, NULL);
    free(path);
    return text;
}

static void assert_sample(const char *metrics, const char *name, const char *value)
{
    char *line = text_format("\nsigmacat_chain_%s{profile=\"\"} %s", name, value);
    assert_contains(metrics, line);
    free(line);
}

static void test_metrics(void **state)
{
    struct fixture *f = *state;
    static const char given[] = "SIGMACAT_METRICS=@DIR/chain.prom";
    static const struct {
        const char *fault;
        int status;
        const char *told;
    } steps[] = {{"call=files,do=status:400,attempt=1", 7, "7\n"},
                 {NULL, 0, "0\n"},
                 {"call=files,do=status:400", 7, "7\n"}};
    char *success = NULL;
    for (size_t i = 0; i < 3; i++) {
        stand_in_fault(f->sim, steps[i].fault);
        begin(f, given);
        assert_int_equal(program_end(&f->p), steps[i].status);
        char *metrics = metrics_of(f);
        assert_sample(metrics, "exit_status", steps[i].told);
        assert_sample(metrics, "last_run_timestamp_seconds", "");
        const char *line = strstr(metrics, "\nsigmacat_chain_last_success_timestamp_seconds{");
        assert_int_equal(line != NULL, i > 0); /* none yet; this one; that one */
        if (i == 1)
            success = text_format("%.*s", (int)strcspn(line + 1, "\n"), line + 1);
        else if (i == 2)
            assert_contains(metrics, success);
        free(metrics);
    }
    free(success);
}

static void test_metrics_that_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    begin(f, "SIGMACAT_METRICS=@DIR/nowhere/chain.prom");
    assert_int_equal(program_end(&f->p), 0);
    assert_contains(f->p.err, "nowhere/chain.prom can't be written");
}

/* Asked for after a success alone; what becomes of it changes nothing. */
static void test_ping(void **state)
{
    struct fixture *f = *state;
    static const char given[] = "SIGMACAT_PING_URL=@URL/ping?key=\"secret\\path\"";
    begin(f, given);
    assert_int_equal(program_end(&f->p), 0);
    assert_contains(f->p.err, "SIGMACAT_PING_URL did not answer"); /* 404 */
    assert_lacks(f->p.err, "secret");
    assert_int_equal(sim_calls(f->sim, "other", 0), 1);
    stand_in_fault(f->sim, "call=other,do=status:200");
    begin(f, given);
    assert_int_equal(program_end(&f->p), 0);
    assert_lacks(f->p.err, "SIGMACAT_PING_URL");
    assert_int_equal(sim_calls(f->sim, "other", 200), 1);
    stand_in_fault(f->sim, "call=files,do=status:400");
    begin(f, given);
    assert_int_equal(program_end(&f->p), 7);
    assert_int_equal(sim_calls(f->sim, "other", 0), 2);
}

/* ---- a profile in place of variables ---- */

struct profile_row {
    const char *name;
    const char *file;   /* of SIGMACAT_CONFIG, in the fixture's directory */
    const char *chosen; /* SIGMACAT_PROFILE */
    const char *given;  /* the variable that is set besides; @DIR is the directory */
    int status;
    const char *step;
    const char *sets; /* the directory that gets them; NULL: none does */
    int kept;         /* after two runs */
};

static const struct profile_row profile_rows[] = {
    {"says_all", "config.yaml", "acme", NULL, 0, "done", "sets", 1},
    {"default_one", "config.yaml", "", NULL, 0, "done", "sets of the default", 2},
    {"output_given", "config.yaml", "acme", "SIGMACAT_OUTPUT=@DIR/here", 0, "done", "here", 1},
    {"output_is_a_setting", "config.yaml", "acme", "CASTOR_OUTPUT_DIRECTORY=@DIR/there", 0, "done",
     "there", 1},
    {"keep_given", "config.yaml", "acme", "SIGMACAT_KEEP=2", 0, "done", "sets", 2},
    {"secrets_given", "config.yaml", "without_secrets", "SIGMACAT_SECRETS=@DIR", 0, "done", "sets",
     2},
    {"without_secrets", "config.yaml", "without_secrets", NULL, 2, "extract", NULL, 0},
    {"without_output", "config.yaml", "without_output", NULL, 2, "config", NULL, 0},
    {"unknown_profile", "config.yaml", "acne", NULL, 2, "config", NULL, 0},
    {"no_file", "nowhere.yaml", "acme", NULL, 5, "config", NULL, 0},
};

/* Paths in it begin at its own directory. */
static void write_config(const struct fixture *f)
{
    static const char form[] =
        "defaults:\n"
        "  sigma: {host: '%s', client_id: sim-client, retries: 0}\n"
        "  upload: {source_id: " SOURCE_ID ", endpoint: '%s', retries: 0}\n"
        "profiles:\n"
        "  acme:\n"
        "    sigma: {api_token_file: api-token, output: sets, keep: 1}\n"
        "    upload: {token_file: catalog-token}\n"
        "  default:\n"
        "    sigma: {api_token_file: api-token, output: sets of the default}\n"
        "    upload: {token_file: catalog-token}\n"
        "  without_secrets:\n"
        "    sigma: {output: sets}\n"
        "  without_output:\n"
        "    sigma: {api_token_file: api-token}\n";
    char *text = text_format(form, sim_url(f->sim), sim_url(f->sim));
    char *path = text_format("%s/config.yaml", f->dir);
    file_write(path, text, strlen(text));
    assert_int_equal(chmod(path, 0600), 0);
    free(path);
    free(text);
}

static int run_profile(struct fixture *f, const struct profile_row *row)
{
    const char *const names[] = {"@DIR", f->dir, NULL};
    struct words envp = {.count = 0};
    words_add(&envp, "PATH=%s", f->path);
    words_add(&envp, "SIGMACAT_CONFIG=%s/%s", f->dir, row->file);
    words_add(&envp, "SIGMACAT_PROFILE=%s", row->chosen);
    words_split(&envp, row->given, '|', names);
    begin_with(f, &envp);
    return program_end(&f->p);
}

static int count_summaries(const char *directory)
{
    glob_t found;
    char *pattern = text_format("%s/*-summary.json", directory);
    int rc = glob(pattern, 0, NULL, &found);
    int count = rc == 0 ? (int)found.gl_pathc : 0;
    if (rc == 0)
        globfree(&found);
    free(pattern);
    return count;
}

static void test_profile(void **state)
{
    const struct profile_row *row = *state;
    struct fixture *f = fixture_new();
    write_config(f);
    for (int i = 0; i < 2; i++) {
        int status = run_profile(f, row);
        if (status != row->status)
            fail_msg("status %d:\n%s", status, f->p.err);
        assert_told(f, row->status, row->step);
    }
    assert_int_equal(sim_calls(f->sim, "upload", 201), row->sets ? 24 : 0);
    char *sets = text_format("%s/%s", f->dir, row->sets ? row->sets : "sets");
    assert_int_equal(count_summaries(sets), row->kept);
    free(sets);
    fixture_free(f);
}

/* ---- the lock ---- */

static void make_state_directory(const struct fixture *f)
{
    char *state = text_format("%s/.sigmacat", f->output);
    assert_int_equal(mkdir(f->output, 0700), 0);
    assert_int_equal(mkdir(state, 0700), 0);
    free(state);
}

static void test_another_run(void **state)
{
    struct fixture *f = *state;
    make_state_directory(f);
    char *path = text_format("%s/.sigmacat/chain.lock", f->output);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(run(f), 5);
    assert_told(f, 5, "lock");
    assert_contains(f->p.err, "another run is at work");
    assert_int_equal(sim_connections(f->sim), 0);
    (void)close(fd);
    assert_int_equal(run(f), 0);
}

/* Where there is no flock(1): a PATH of only what the script needs besides. */
static void test_another_run_without_flock(void **state)
{
    struct fixture *f = *state;
    static const char *const tools[] = {"mkdir", "rmdir", "date", "sleep"};
    char *bin = text_format("%s/bin", f->dir);
    assert_int_equal(mkdir(bin, 0700), 0);
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        char *from = text_format("/bin/%s", tools[i]);
        char *to = text_format("%s/%s", bin, tools[i]);
        assert_int_equal(symlink(from, to), 0);
        free(from);
        free(to);
    }
    char *build = text_format("%.*s:%s", (int)strcspn(f->path, ":"), f->path, bin);
    free(f->path);
    f->path = build;
    free(bin);
    make_state_directory(f);
    char *lock = text_format("%s/.sigmacat/chain.lock.d", f->output);
    assert_int_equal(mkdir(lock, 0700), 0);
    assert_int_equal(run(f), 5);
    assert_told(f, 5, "lock");
    assert_true(file_exists(lock)); /* the other's */
    assert_int_equal(rmdir(lock), 0);
    assert_int_equal(run(f), 0);
    assert_false(file_exists(lock));
    free(lock);
}

/* ---- signals ---- */

static void test_stopped(void **state)
{
    struct fixture *f = *state;
    stand_in_fault(f->sim, "call=workbooks,do=silent");
    begin(f, NULL);
    /* until the extractor has got its token and asks */
    while (program_runs(&f->p) && sim_calls(f->sim, "token", 200) == 0)
        (void)usleep(2000);
    assert_int_equal(kill(f->p.pid, SIGTERM), 0);
    assert_int_equal(program_end(&f->p), 143);
    assert_told(f, 143, "extract");
    assert_int_equal(sim_calls(f->sim, "upload", 0), 0);
}

#define WITH_SIM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_run_again),
        WITH_SIM(test_secret_is_missing),
        WITH_SIM(test_output_is_a_file),
        WITH_SIM(test_another_run),
        WITH_SIM(test_stopped),
        WITH_SIM(test_another_run_without_flock),
        WITH_SIM(test_degraded_after_whole),
        WITH_SIM(test_metrics),
        WITH_SIM(test_metrics_that_cannot_be_written),
        WITH_SIM(test_ping),
    };
    int failed = RUN_TABLE("chain", rows, test_row);
    failed += RUN_TABLE("chain, profile", profile_rows, test_profile);
    return failed + cmocka_run_group_tests_name("chain, other", tests, NULL, NULL);
}
