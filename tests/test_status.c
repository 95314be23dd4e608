/* --status: what it tells of runs that are at work, have ended or were killed, and that it takes
 * and changes nothing. */
#include "tests/support/extraction.h"
#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "extract/options.h"
#include "extract/status.h"
#include "extract/status_file.h"
#include "lib/base/dir.h"

/* ---- asking ---- */

struct asked {
    enum smc_status rc;
    struct smc_error err;
    char *text;
};

/* `more` is divided by blanks; with "-c" in it, the client id is that one. */
static struct asked ask(const struct extraction *x, const char *more, bool is_json)
{
    static char *no_variables[] = {NULL};
    struct extract_settings settings;
    struct asked asked = {.rc = SMC_OK};
    struct smc_buf members = SMC_BUF_INIT(1000000);
    struct words words = {.count = 0};
    size_t len = 0;
    char *text = NULL;
    FILE *out = open_memstream(&text, &len);
    words_split(&words, "castor-extract-sigma|--status|-H", '|', NULL);
    words_add(&words, "%s", sim_url(x->sim));
    words_split(&words, more && strstr(more, "-c ") ? "" : "-c sim-client", ' ', NULL);
    words_add(&words, "-o");
    words_add(&words, "%s", x->output);
    words_split(&words, more, ' ', NULL);
    assert_int_equal(
        extract_options_read(&settings, words.count, words.v, no_variables, &asked.err), SMC_OK);
    assert_int_equal(extract_options_check_status(&settings, &asked.err), SMC_OK);
    asked.rc =
        status_tell(&settings, NULL, &x->fake.clock, out, is_json ? &members : NULL, &asked.err);
    extract_options_clear(&settings);
    words_clear(&words);
    (void)fclose(out);
    if (is_json) {
        free(text);
        text = text_format("%s", smc_buf_str(&members));
    }
    smc_buf_clear(&members);
    asked.text = text;
    return asked;
}

static void assert_told(const struct extraction *x, const char *more, const char *const *parts)
{
    struct asked asked = ask(x, more, false);
    if (asked.rc != SMC_OK)
        fail_msg("%s", asked.err.detail);
    for (; *parts; parts++)
        assert_contains(asked.text, *parts);
    free(asked.text);
}

#define ASSERT_TOLD(x, more, ...) assert_told((x), (more), (const char *const[]){__VA_ARGS__, NULL})

static char *state_of(const struct extraction *x)
{
    return text_format("%s/.sigmacat", x->output);
}

static struct status_file *read_file(const struct extraction *x)
{
    struct status_file *file = NULL;
    char *state = state_of(x);
    assert_int_equal(status_file_read(state, &file, NULL), SMC_OK);
    free(state);
    assert_non_null(file);
    return file;
}

static void write_file(const struct extraction *x, const struct status_file *file)
{
    char *state = state_of(x);
    assert_int_equal(status_file_write(state, file, NULL), SMC_OK);
    free(state);
}

/* As a run leaves it that was killed. */
static void kill_run(const struct extraction *x)
{
    struct status_file *file = read_file(x);
    file->entries[0].run.state = STATUS_RUNNING;
    file->entries[0].run.ended_s = 0;
    write_file(x, file);
    free(file);
}

static void start(struct extraction *x)
{
    extraction_plain_estate(x);
    extraction_start(x);
}

/* ---- runs that have ended ---- */

static void test_no_run(void **state)
{
    struct extraction *x = *state;
    start(x);
    ASSERT_TOLD(x, NULL, "no run is at work", "no run yet", "no whole set",
                "run castor-extract-sigma");
    assert_false(file_exists(x->output));
}

static void test_published(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    x->fake.wall_ms += (int64_t)3 * 3600 * 1000;
    char *set = text_format("newest set  %lld, of ", (long long)x->timestamp);
    ASSERT_TOLD(x, NULL, "now         no run is at work", "last run    published ", "(3 h ago)",
                "exit status 0", set, "kept        nothing", "limit       none of Sigma's was met",
                "do          nothing\n");
    free(set);
    x->fake.wall_ms += (int64_t)24 * 3600 * 1000;
    ASSERT_TOLD(x, NULL, "(27 h ago)", "see whether the schedule still starts it");
    x->fake.wall_ms -= (int64_t)48 * 3600 * 1000;
    ASSERT_TOLD(x, NULL, "last run    published ", "ahead of the clock: was it set back?");
}

static void test_failed(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    int64_t published = x->timestamp;
    assert_int_equal(extraction_run(x, "-a wrong-secret"), SMC_ERR_AUTH);
    struct asked asked = ask(x, NULL, false);
    assert_contains(asked.text, "last run    FAILED ");
    assert_contains(asked.text, "exit status 3");
    assert_contains(asked.text, "\nwhy         ");
    assert_contains(asked.text, "see --check: Sigma refused the credentials");
    assert_lacks(asked.text, "wrong-secret");
    free(asked.text);
    char *path = text_format("%s/.sigmacat/" STATUS_FILE, x->output);
    char *text = file_read(path, NULL);
    assert_lacks(text, "wrong-secret");
    assert_lacks(text, "sim-client");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    free(text);
    free(path);
    struct status_file *file = read_file(x); /* the success before is not forgotten */
    assert_int_equal(file->entries[0].published_set, published);
    free(file);
}

static void stop(struct extraction *x)
{
    extraction_stop(x);
}

static void test_stopped(void **state)
{
    struct extraction *x = *state;
    start(x);
    x->cue = "results (workbooks)";
    x->on_cue = stop;
    assert_int_equal(extraction_run(x, NULL), SMC_ERR_CANCELLED);
    ASSERT_TOLD(x, NULL, "last run    stopped ", "do          run it again\n");
}

/* A run that comes not so far as to open its state: the state is a text. */
static void test_no_store(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    text_put(x->output, ".sigmacat/state.db", "not a database");
    assert_int_not_equal(extraction_run(x, NULL), SMC_OK);
    ASSERT_TOLD(x, NULL, "last run    FAILED ", "exit status 5", "state.db",
                "mend what is named above on this machine");
}

/* ---- a run at work ---- */

static struct asked while_running;

static void ask_now(struct extraction *x)
{
    while_running = ask(x, NULL, false);
}

static void test_running(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    x->cue = "results (workbooks)";
    x->on_cue = ask_now;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(while_running.rc, SMC_OK);
    char *pid = text_format("a run is at work: process %d, since ", (int)getpid());
    assert_contains(while_running.text, pid);
    assert_contains(while_running.text, "last run    published ");
    assert_contains(while_running.text, "nothing: wait until it has ended");
    /* No second has passed: the file is still the one that it has begun with. */
    assert_contains(while_running.text, "            begins\n");
    free(while_running.text);
    free(pid);
}

static void pass_time(struct extraction *x)
{
    x->fake.now_ms += 1000;
    x->fake.wall_ms += 1000;
}

/* A second later it says how far it is: of the first run that nobody has killed yet. */
static void test_progress(void **state)
{
    struct extraction *x = *state;
    start(x);
    x->cue = "results (workbooks)";
    x->on_cue = pass_time;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    struct status_file *file = read_file(x);
    const struct status_run *run = &file->entries[0].run;
    assert_true(run->kind_count >= 6);
    for (size_t i = 0; i < run->kind_count; i++)
        assert_int_equal(run->kinds[i].done, run->kinds[i].total);
    assert_string_equal(run->kinds[1].name, "workbooks");
    assert_true(run->kinds[1].done > 0);
    free(file);
}

/* Until when the run waits, as far as it has told. */
static int64_t waits_until_s(const struct extraction *x)
{
    struct status_file *file = NULL;
    char *state = state_of(x);
    (void)status_file_read(state, &file, NULL);
    int64_t until_s = file ? file->entries[0].run.waits_until_s : 0;
    free(state);
    free(file);
    return until_s;
}

/* The program itself, which Sigma refuses a call for a minute, and which is killed then. */
static void test_program(void **state)
{
    struct extraction *x = *state;
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    start(x);
    extraction_fault(x, "call=members,attempt=1,do=status:429,retry-after=60");
    char *path = program_path("castor-extract-sigma");
    words_split(
        &argv, "@PATH|-H|@URL|-c|sim-client|-a|sim-secret|-o|@OUT", '|',
        (const char *const[]){"@PATH", path, "@URL", sim_url(x->sim), "@OUT", x->output, NULL});
    x->fake.wall_ms = smc_clock_system()->wall_ms(NULL);
    program_start(&p, &argv, NULL, NULL);
    while (waits_until_s(x) == 0 && program_runs(&p))
        x->fake.wall_ms = smc_clock_system()->wall_ms(NULL);
    assert_true(program_runs(&p));
    assert_in_range(waits_until_s(x) - x->fake.wall_ms / 1000, 30, 70);
    ASSERT_TOLD(x, NULL, "a run is at work: process ", " refused; it waits until ");
    assert_int_equal(kill(p.pid, SIGKILL), 0);
    assert_int_equal(program_end(&p), 128 + SIGKILL);
    ASSERT_TOLD(x, NULL, "now         no run is at work", "last run    KILLED or cut off ",
                "kept        ");
    program_clear(&p);
    words_clear(&argv);
    free(path);
}

static void test_killed(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    kill_run(x);
    ASSERT_TOLD(x, NULL, "now         no run is at work", "last run    KILLED or cut off ",
                "it was at work since ", "for why it was cut off");
    x->cue = "results (workbooks)"; /* the next run knows it, too */
    x->on_cue = ask_now;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_contains(while_running.text, "last run    KILLED or cut off ");
    free(while_running.text);
}

/* The lock tells it alone: a run of another process that has said nothing yet. */
static void test_begins(void **state)
{
    struct extraction *x = *state;
    int fd = -1;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    char *lock = text_format("%s/.sigmacat/run.lock", x->output);
    assert_int_equal(smci_lock_take(lock, &fd, NULL), SMC_OK);
    ASSERT_TOLD(x, NULL, "a run begins, ends or is another organisation's: process ",
                "last run    published ");
    kill_run(x);
    file_write(lock, "1\n", 2);
    ASSERT_TOLD(x, NULL, "a run begins, ends or is another organisation's: process 1\n",
                "last run    KILLED or cut off ");
    smci_lock_release(fd);
    free(lock);
}

/* A look must be invisible: it asks for no lock, so that none can be in a run's way. */
static void test_look_takes_nothing(void **state)
{
    bool is_held = true;
    int64_t pid = 0;
    char *dir = temp_dir_make();
    char *path = text_format("%s/run.lock", dir);
    (void)state;
    file_write(path, "", 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0); /* a shared lock could not be had */
    assert_int_equal(smci_lock_ask(path, &is_held, &pid, NULL), SMC_OK);
    assert_false(is_held);
    assert_int_equal(smci_lock_look(path, NULL), SMC_OK);
    (void)close(fd);
    assert_int_equal(smci_lock_take(path, &fd, NULL), SMC_OK);
    assert_int_equal(smci_lock_ask(path, &is_held, &pid, NULL), SMC_OK);
    assert_true(is_held);
    assert_int_equal(pid, getpid());
    assert_int_equal(smci_lock_look(path, NULL), SMC_ERR_LOCKED);
    smci_lock_release(fd);
    free(path);
    temp_dir_remove(dir);
}

/* ---- files that are not as they should be ---- */

struct odd_row {
    const char *name;
    const char *text; /* NULL: a folder is in its place */
    enum smc_status rc;
    const char *why;
};

static const struct odd_row odd_rows[] = {
    {"no JSON", "{\"format\": 1, \"entr", SMC_ERR_STORE, "the file is damaged"},
    {"empty", "", SMC_ERR_STORE, "the file is damaged"},
    {"another JSON", "[1, 2]", SMC_ERR_STORE, "the file is damaged"},
    {"entries are none", "{\"format\": 1, \"entries\": {}}", SMC_ERR_STORE, "the file is damaged"},
    {"a newer version", "{\"format\": 2, \"version\": \"9.1.0\", \"entries\": []}", SMC_ERR_STORE,
     "of a newer version of this program, 9.1.0"},
    {"no entry", "{\"format\": 1, \"entries\": []}", SMC_OK, NULL},
    {"entries of other types", "{\"format\": 1, \"entries\": [null, 7, {\"run\": [\"running\"]}]}",
     SMC_OK, NULL},
    {"a folder", NULL, SMC_ERR_IO, "this is not a regular file"},
};

static void test_odd(void **state)
{
    struct extraction *x = *state;
    const struct odd_row *row = x->row;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    char *path = text_format("%s/.sigmacat/" STATUS_FILE, x->output);
    assert_int_equal(unlink(path), 0);
    if (row->text)
        file_write(path, row->text, strlen(row->text));
    else
        assert_int_equal(mkdir(path, 0700), 0);
    struct asked asked = ask(x, NULL, false);
    assert_int_equal(asked.rc, row->rc);
    char *set = text_format("newest set  %lld", (long long)x->timestamp);
    assert_contains(asked.text, set); /* what can be told is told */
    if (row->why) {
        assert_contains(asked.err.detail, row->why);
        assert_contains(asked.text, "last run    not known");
        assert_contains(asked.text, "mend what the error below names");
    }
    free(asked.text);
    free(set);
    assert_int_equal(extraction_run(x, NULL), SMC_OK); /* none of it is in a run's way */
    if (row->text)
        ASSERT_TOLD(x, NULL, "last run    published ");
    free(path);
}

/* ---- which sets count ---- */

static void test_sets(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    char *set = text_format("newest set  %lld, of ", (long long)x->timestamp);
    x->fake.wall_ms += 10000;
    assert_int_equal(extraction_run(x, "--only workbooks"), SMC_OK);
    ASSERT_TOLD(x, NULL, set, "newer, but not whole: 1 partial");
    x->fake.wall_ms += 10000;
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    char *file = text_format("%s/%lld-elements.json", x->output, (long long)x->timestamp);
    file_write(file, "[]", 2);
    ASSERT_TOLD(x, NULL, set, "newer, but not whole: 1 partial, 1 incomplete");
    free(file);
    free(set);
}

/* ---- several organisations ---- */

static void test_others(void **state)
{
    struct extraction *x = *state;
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    assert_int_equal(extraction_run(x, "-c other"), SMC_ERR_AUTH);
    ASSERT_TOLD(x, NULL, "last run    published ", "1 other here");
    ASSERT_TOLD(x, "-c other", "last run    FAILED ", "1 other here");
    ASSERT_TOLD(x, "-c third", "no run yet for this host and client id", "2 others here");
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    struct status_file *file = read_file(x);
    assert_int_equal(file->count, 2); /* the latest first */
    assert_int_equal(file->entries[0].run.state, STATUS_PUBLISHED);
    assert_int_equal(file->entries[1].run.state, STATUS_FAILED);
    free(file);
    for (int i = 0; i < STATUS_ENTRIES_MAX + 2; i++) {
        char *more = text_format("-c client%d", i);
        assert_int_equal(extraction_run(x, more), SMC_ERR_AUTH);
        free(more);
    }
    file = read_file(x);
    assert_int_equal(file->count, STATUS_ENTRIES_MAX);
    free(file);
}

/* ---- it changes nothing ---- */

static void list_state(const struct extraction *x, struct smc_buf *text)
{
    static const char *const names[] = {"run.lock",     "state.db",  "state.db-wal",
                                        "state.db-shm", STATUS_FILE, STATUS_FILE ".part"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct stat st = {.st_size = -1};
        char *path = text_format("%s/.sigmacat/%s", x->output, names[i]);
        (void)stat(path, &st);
        assert_int_equal(smc_buf_addf(text, "%s %lld %lld %lld.%ld\n", names[i],
                                      (long long)st.st_ino, (long long)st.st_size,
                                      (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec),
                         SMC_OK);
        free(path);
    }
}

static void test_changes_nothing(void **state)
{
    struct extraction *x = *state;
    struct smc_buf before = SMC_BUF_INIT(65536);
    struct smc_buf after = SMC_BUF_INIT(65536);
    start(x);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    long connections = sim_connections(x->sim);
    list_state(x, &before);
    free(ask(x, NULL, false).text);
    free(ask(x, NULL, true).text);
    list_state(x, &after);
    assert_int_equal(sim_connections(x->sim), connections);
    assert_string_equal(smc_buf_str(&before), smc_buf_str(&after));
    smc_buf_clear(&before);
    smc_buf_clear(&after);
}

static void test_json(void **state)
{
    struct extraction *x = *state;
    struct smc_json_span root;
    int64_t number = 0;
    start(x);
    struct asked asked = ask(x, NULL, true);
    assert_int_equal(smc_json_scan(asked.text, strlen(asked.text), &root, NULL), SMC_OK);
    assert_int_equal(smc_json_type_of(smc_json_member(root, "run")), SMC_JSON_NULL);
    assert_int_equal(smc_json_type_of(smc_json_member(root, "kept")), SMC_JSON_NULL);
    free(asked.text);
    assert_int_equal(extraction_run(x, NULL), SMC_OK);
    asked = ask(x, NULL, true);
    assert_int_equal(asked.rc, SMC_OK);
    assert_int_equal(smc_json_scan(asked.text, strlen(asked.text), &root, NULL), SMC_OK);
    assert_true(smc_json_equals(extraction_member(root, "run.state"), "published"));
    assert_true(smc_json_int64(extraction_member(root, "newest_set.timestamp"), &number));
    assert_int_equal(number, x->timestamp);
    assert_int_equal(smc_json_type_of(extraction_member(root, "limit")), SMC_JSON_NULL);
    assert_int_equal(extraction_member(root, "at_work").len, strlen("false"));
    free(asked.text);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_no_run),
                                       TEST(test_published),
                                       TEST(test_failed),
                                       TEST(test_stopped),
                                       TEST(test_no_store),
                                       TEST(test_running),
                                       TEST(test_progress),
                                       TEST(test_program),
                                       TEST(test_killed),
                                       TEST(test_begins),
                                       TEST(test_sets),
                                       TEST(test_others),
                                       TEST(test_changes_nothing),
                                       TEST(test_json),
                                       cmocka_unit_test(test_look_takes_nothing)};
    int failed = cmocka_run_group_tests_name("status", tests, NULL, NULL);
    return failed + EXTRACTION_TABLE("odd status files", odd_rows, test_odd);
}
