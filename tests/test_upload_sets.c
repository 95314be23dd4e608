/* castor-upload's checks before the first byte, its choice of sets, its ledger, and what it
 * prints. */
#include "support/support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/json_tree.h"
#include <sigmacat/json.h>

#include "lib/cli/status.h"
#include "support/uploading.h"

/* ---- sets ---- */

/* A complete set of three files: two with 2 and 0 records, and the summary. */
static void make_set(const struct fixture *f, const char *ts, const char *more)
{
    char *a = text_format("%s-members.json", ts);
    char *b = text_format("%s-workbooks.json", ts);
    char *s = text_format("%s-summary.json", ts);
    char *text =
        text_format("{\"extraction\": {\"files\": {\"members\": {\"records\": 2, \"bytes\": "
                    "9}, \"workbooks\": {\"records\": 0, \"bytes\": 2}}%s}}",
                    more);
    write_text(f, a, "[{}, {}]\n");
    write_text(f, b, "[]");
    write_text(f, s, text);
    free(a);
    free(b);
    free(s);
    free(text);
}

static void remove_file(const struct fixture *f, const char *name)
{
    char *path = text_format("%s/%s", f->dir, name);
    assert_int_equal(unlink(path), 0);
    free(path);
}

/* Besides the sets 1, 2 and 10, of which 10 is the newest, this is done to the directory. */
enum change { NOTHING, WRITE, REMOVE };

struct choice_row {
    const char *name;
    enum change change;
    const char *file;
    const char *text;
    const char *option; /* "--latest", or a set; NULL: all */
    const char *sent;   /* the digits of the set that is sent; NULL: none */
    const char *said;   /* in the log or the error */
};

static const struct choice_row choice_rows[] = {
    {"latest", NOTHING, NULL, NULL, "--latest", "10", "INFO - The newest complete set is 10\n"},
    {"set", NOTHING, NULL, NULL, "2", "2", "INFO - Sent 12 of 12 files"},
    {"set_that_is_not_there", NOTHING, NULL, NULL, "3", NULL, "no file of set 3"},
    {"latest_without_summary", REMOVE, "10-summary.json", NULL, "--latest", "2",
     "WARNING - Passed over: set 10 has no summary"},
    {"latest_lacks_a_file", REMOVE, "10-members.json", NULL, "--latest", "2",
     "WARNING - Passed over: 10-members.json: missing, but the summary lists it\n"},
    {"latest_with_other_bytes", WRITE, "10-members.json", "[{},{}]\n", "--latest", "2",
     "Passed over: 10-members.json: 8 bytes, but the summary says 9\n"},
    {"latest_with_fewer_records", WRITE, "10-members.json", "[{\"a\":1}]", "--latest", "2",
     "Passed over: 10-members.json: 1 records, but the summary says 2\n"},
    {"latest_cut_short", WRITE, "10-members.json", "[{}, {} ,", "--latest", "2",
     "Passed over: 10-members.json: not a complete JSON text: byte 9: the text is cut short\n"},
    {"latest_is_partial", WRITE, "10-summary.json",
     "{\"extraction\":{\"files\":{},\"partial\":true}}", "--latest", "2",
     "Passed over: set 10: its summary says that it is partial\n"},
    {"latest_counts_three_files", WRITE, "10-summary.json",
     "{\"extraction\":{\"files\":{\"members\":{\"records\":2,\"bytes\":9},\"files\":" NO_RECORD
     ",\"elements\":" NO_RECORD "}}}",
     "--latest", "2", "Passed over: set 10: its summary counts 3 of the 11 files of a set\n"},
    {"latest_is_of_the_python_tool", WRITE, "10-summary.json",
     "{\"python_version\":\"3.11.2\",\"version\":\"0.26.131\"}", "--latest", "2",
     "Passed over: set 10: its summary has no counts that could prove it complete: it is the "
     "Python "
     "tool's; --set sends it\n"},
    {"latest_has_no_counts", WRITE, "10-summary.json", "{}", "--latest", "2",
     "Passed over: set 10: its summary has no counts"},
    {"latest_summary_is_not_json", WRITE, "10-summary.json", "{", "--latest", "2",
     "Passed over: 10-summary.json: not a complete JSON text"},
    {"latest_summary_is_empty", WRITE, "10-summary.json", "", "--latest", "2",
     "10-summary.json: the file is empty"},
    {"latest_with_an_escaped_name", WRITE, "10-summary.json",
     "{\"extraction\":{\"files\":{\"\\u006dembers\":{\"records\":2,\"bytes\":9}, \"workbooks\":"
     "{\"records\":0,\"bytes\":2}," OTHER_COUNTS "}}}",
     "--latest", "10", "INFO - Sent 12 of 12 files"},
    {"latest_lacks_a_file_that_is_not_a_name", WRITE, "10-summary.json",
     "{\"extraction\":{\"files\":{\"a\\u0000/\":{\"records\":2,\"bytes\":9}," OTHER_COUNTS "}}}",
     "--latest", "2", "Passed over: 10-a\\u0000/.json: missing, but the summary lists it\n"},
    {"latest_by_the_number_not_the_digits", WRITE, "009-summary.json",
     "{\"extraction\":{\"files\":{}}}", "--latest", "10", "INFO - Sent 12 of 12 files"},
    {"latest_leaves_foreign_files_out", WRITE, "10-more.json", "[]", "--latest", "10",
     "INFO - Sent 12 of 12 files"},
    {"latest_leaves_broken_foreign_files_out", WRITE, "10-more.json", "[", "--latest", "10",
     "INFO - Sent 12 of 12 files"},
    {"set_lacks_a_file", REMOVE, "2-members.json", NULL, "2", NULL,
     "ERROR - 2-members.json: missing, but the summary lists it\n"},
    {"set_without_summary", REMOVE, "2-summary.json", NULL, "2", NULL,
     "ERROR - set 2 has no summary"},
    {"set_is_partial", WRITE, "2-summary.json", "{\"extraction\":{\"files\":{},\"partial\":true}}",
     "2", NULL, "ERROR - set 2: its summary says that it is partial\n"},
    {"set_that_is_fine_beside_one_that_is_not", REMOVE, "10-summary.json", NULL, "2", "2", ""},
};

static void assert_one_set(struct fixture *f, const char *ts)
{
    char *summary = text_format("%s-summary.json", ts);
    assert_int_equal(taken_count(f), SET_FILES_COUNT);
    assert_string_equal(taken(f, SET_FILES_COUNT - 1)->filename, summary);
    for (long i = 0; i < SET_FILES_COUNT; i++)
        assert_int_equal(strncmp(taken(f, i)->filename, summary, strlen(ts) + 1), 0);
    free(summary);
}

static void test_choice(void **state)
{
    const struct choice_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    const char *latest[] = {"--latest", NULL};
    const char *set[] = {"--set", row->option, NULL};
    make_whole_set(f, "1", "", "");
    make_whole_set(f, "2", "", "");
    make_whole_set(f, "10", "", "");
    if (row->change == WRITE)
        write_text(f, row->file, row->text);
    else if (row->change == REMOVE)
        remove_file(f, row->file);
    enum smc_status rc = upload_with(f, &err, strcmp(row->option, "--latest") ? set : latest);
    if (!strstr(log_sink_text(&f->log), row->said) && !strstr(err.detail, row->said))
        fail_msg("no '%s' in '%s' nor in:\n%s", row->said, err.detail, log_sink_text(&f->log));
    assert_int_equal(smci_cli_exit_status(rc, 0), row->sent ? 0 : 5);
    if (row->sent)
        assert_one_set(f, row->sent);
    else
        assert_int_equal(sim_connections(f->sim), 0);
    (void)fixture_teardown(&made);
}

struct left_row {
    const char *name;
    const char *left[3]; /* of the set 2, which --keep had begun to remove, or which is written */
    bool is_passed_over;
};

static const struct left_row left_rows[] = {
    {"removing_had_begun", {"2-members.json", "2-workbooks.json", "2-summary.json.part"}, true},
    {"removing_was_nearly_done", {"2-summary.json.part"}, true},
    {"publishing", {"2-members.json", "2-workbooks.json.part", "2-summary.json.part"}, true},
    {"a_second_name", {"2-summary.json.part", "2-summary.json"}, false},
    {"data_alone_is_of_others", {"2-members.json"}, false},
};

/* What is left over does not stop an upload of the rest. */
static void test_left(void **state)
{
    const struct left_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    make_whole_set(f, "1", "", "");
    for (size_t i = 0; i < 3 && row->left[i]; i++)
        write_text(f, row->left[i], "[]");
    enum smc_status rc = upload_with(f, &err, none);
    assert_int_equal(log_sink_count(&f->log, "WARNING - Passed over the set 2: ", NULL),
                     row->is_passed_over);
    if (row->is_passed_over)
        assert_int_equal(rc, SMC_OK);
    if (row->is_passed_over)
        assert_one_set(f, "1");
    (void)fixture_teardown(&made);
}

static void test_no_complete_set(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const latest[] = {"--latest", "--force", NULL};
    make_set(f, "1", "");
    remove_file(f, "1-summary.json");
    assert_int_equal(upload_with(f, &err, latest), SMC_ERR_IO);
    assert_contains(err.detail, "no complete set was found");
    assert_int_equal(sim_connections(f->sim), 0);
}

/* ---- the checks of a whole directory ---- */

struct check_row {
    const char *name;
    const char *file;
    const char *text; /* NULL: the file is removed */
    const char *problem;
    long forced; /* how many files are accepted with --force */
    int exit;    /* and the status then */
};

static const struct check_row check_rows[] = {
    {"no_summary", "1-summary.json", NULL, "set 1 has no summary", 2, 0},
    {"missing_file", "1-members.json", NULL, "1-members.json: missing", 2, 0},
    {"cut_short", "1-members.json", "[{}, {}", "1-members.json: not a complete JSON text: byte 7",
     3, 0},
    {"trailing_bytes", "1-members.json", "[{}, {}]x", "1-members.json: not a complete JSON text", 3,
     0},
    {"foreign_but_not_whole", "x.json", "{", "x.json: not a complete JSON text", 4, 0},
    {"empty_json", "1-members.json", "", "1-members.json: the file is empty", 1, 5},
    {"empty_csv", "x.csv", "", "x.csv: the file is empty", 3, 5},
    {"partial", "1-summary.json", "{\"extraction\":{\"partial\":true}}",
     "set 1: its summary says that it is partial", 3, 0},
};

/* In a line of that level, perhaps behind the directory's name. */
static void assert_logged_at(const struct fixture *f, const char *level, const char *text)
{
    if (log_sink_count(&f->log, text, level) == 0)
        fail_msg("no %s '%s' in:\n%s", level, text, log_sink_text(&f->log));
}

static void test_check(void **state)
{
    const struct check_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    const char *const forced[] = {"--force", NULL};
    make_set(f, "1", "");
    if (row->text)
        write_text(f, row->file, row->text);
    else
        remove_file(f, row->file);
    enum smc_status rc = upload_with(f, &err, none);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_int_equal(sim_connections(f->sim), 0);
    assert_logged_at(f, "ERROR - ", row->problem);
    assert_contains(err.detail, "nothing was sent: 1 problem (--force ");
    assert_contains(err.detail, row->problem);
    err.code = SMC_OK;
    log_sink_reset(&f->log);
    rc = upload_with(f, &err, forced);
    assert_logged_at(f, "WARNING - ", row->problem);
    assert_int_equal(smci_cli_exit_status(rc, 0), row->exit);
    assert_int_equal(taken_count(f), row->forced);
    (void)fixture_teardown(&made);
}

static void test_csv_need_not_be_json(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    make_set(f, "1", "");
    write_text(f, "x.csv", "a,b\n");
    assert_int_equal(upload_with(f, &err, none), SMC_OK);
    assert_logged(f, "WARNING - Sent too, though not part of an extracted set: x.csv\n");
    assert_int_equal(taken_count(f), 4);
}

static void test_foreign_files_in_one_warning(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    make_set(f, "1", "");
    write_text(f, "1-notes.json", "1");
    write_text(f, "b.json", "1");
    write_text(f, "a.json", "1");
    assert_int_equal(upload_with(f, &err, none), SMC_OK);
    assert_logged(
        f,
        "WARNING - Sent too, though not part of an extracted set: 1-notes.json, a.json, b.json\n");
}

/* Where nothing is sent, nothing is said to be. */
static void test_foreign_files_that_are_not_sent(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    make_set(f, "1", "");
    write_text(f, "x.csv", "a,b\n");
    remove_file(f, "1-summary.json");
    assert_int_equal(upload_with(f, &err, none), SMC_ERR_IO);
    assert_int_equal(log_sink_count(&f->log, "Sent too", NULL), 0);
}

/* A single file goes as it is. */
static void test_one_file_is_not_read(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    write_text(f, "a.json", "[");
    char *path = text_format("%s/a.json", f->dir);
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_OK);
    assert_lacks(log_sink_text(&f->log), "Reading");
    free(path);
}

/* ---- files that change ---- */

static void append_to_victim(struct fixture *f)
{
    int fd = open(f->victim, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, " ", 1), 1);
    (void)close(fd);
}

static void cut_victim(struct fixture *f)
{
    assert_int_equal(truncate(f->victim, 1), 0);
}

static void replace_victim(struct fixture *f)
{
    assert_int_equal(unlink(f->victim), 0);
    file_write(f->victim, "[{}, {}]\n", 9); /* the same bytes, but nobody has looked at them */
}

static void touch_victim(struct fixture *f)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = 1790000000}};
    assert_int_equal(utimensat(AT_FDCWD, f->victim, times, 0), 0);
}

/* What was written to meanwhile is perhaps not what was read before, with --force too: it is not
 * recorded, and sent again. */
static void test_touched_while_sent(void **state)
{
    static const char *const args[] = {"--force", "--skip-uploaded", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    write_text(f, "a.json", "1");
    write_text(f, "b.json", "2");
    f->victim = text_format("%s/a.json", f->dir);
    f->hook = touch_victim;
    f->line = "HTTP 503: as told, again in";
    add_fault(f, "do=status:503,object=a.json,attempt=1");
    enum smc_status rc = upload_with(f, &err, args);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_logged(f, "ERROR - a.json was accepted, but it changed: ");
    smc_error_reset(&err);
    assert_int_equal(upload_with(f, &err, args), SMC_OK);
    assert_int_equal(taken_count(f), 3);
    assert_string_equal(taken(f, 2)->filename, "a.json");
}

struct change_row {
    const char *name;
    void (*hook)(struct fixture *f);
    const char *line; /* when */
    const char *said;
    long calls;
};

static const struct change_row change_rows[] = {
    {"grows_while_checked", append_to_victim, "Reading 1-members.json",
     "ERROR - 1-members.json: its size changed while it was read", 0},
    {"shrinks_while_checked", cut_victim, "Reading 1-members.json", "1-members.json: ", 0},
    {"grows_before_its_turn", append_to_victim, "0.json as VIZ",
     "1-members.json was not sent: 1-members.json: the file has changed since it was checked", 2},
    {"replaced_before_its_turn", replace_victim, "0.json as VIZ",
     "1-members.json: the file has changed since it was checked", 2},
    {"grows_while_sent", append_to_victim, "HTTP 503: as told, again in",
     "1-members.json was accepted, but it changed: what Catalog has", 4},
};

static void test_change(void **state)
{
    const struct change_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const one[] = {"--parallel", "1", NULL};
    make_set(f, "1", "");
    write_text(f, "0.json", "1");
    f->victim = text_format("%s/1-members.json", f->dir);
    f->hook = row->hook;
    f->line = row->line;
    add_fault(f, "do=status:503,object=1-members.json,attempt=1");
    enum smc_status rc = upload_with(f, &err, one);
    assert_int_equal(smci_cli_exit_status(rc, 0), 5);
    assert_logged(f, row->said);
    assert_int_equal(sim_calls(f->sim, NULL, 0), row->calls);
    for (long i = 0; i < taken_count(f); i++)
        assert_string_not_equal(taken(f, i)->filename, "1-summary.json");
    (void)fixture_teardown(&made);
}

/* ---- several at once ---- */

static void test_parallel(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    add_fault(f, "do=wait:50");
    make_set(f, "1", "");
    for (char c = 'a'; c < 'm'; c++) {
        char *name = text_format("1-%c.csv", c);
        write_text(f, name, "x");
        free(name);
    }
    assert_int_equal(upload_with(f, &err, none), SMC_OK);
    assert_int_equal(taken_count(f), 15);
    assert_int_equal(sim_max_in_flight(f->sim), 3);
    assert_in_range(sim_connections(f->sim), 2, 3);
    assert_string_equal(taken(f, 14)->filename, "1-summary.json");
}

/* The place of a file among those that were accepted. */
static long place_of(struct fixture *f, const char *name)
{
    for (long n = 0; n < taken_count(f); n++)
        if (strcmp(taken(f, n)->filename, name) == 0)
            return n;
    fail_msg("%s was not accepted", name);
    return -1;
}

/* A summary waits for the slowest file of its own set; files of other sets come as they come. */
static void test_summary_waits(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const many[] = {"--parallel", "10", NULL};
    make_set(f, "1", "");
    make_set(f, "2", "");
    add_fault(f, "do=wait:300,object=1-members.json");
    assert_int_equal(upload_with(f, &err, many), SMC_OK);
    assert_int_equal(taken_count(f), 6);
    assert_true(place_of(f, "1-summary.json") > place_of(f, "1-members.json"));
    assert_true(place_of(f, "1-summary.json") > place_of(f, "1-workbooks.json"));
    assert_true(place_of(f, "2-summary.json") > place_of(f, "2-members.json"));
    assert_true(place_of(f, "2-summary.json") > place_of(f, "2-workbooks.json"));
}

static void test_many_files(void **state)
{
    enum { COUNT = 10000 };
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const quiet[] = {"--log-level", "warn", NULL};
    for (int i = 0; i < COUNT; i++) {
        char *name = text_format("%05d.json", i);
        write_text(f, name, "[]");
        free(name);
    }
    assert_int_equal(upload_with(f, &err, quiet), SMC_OK);
    assert_int_equal(taken_count(f), COUNT);
    assert_in_range(sim_connections(f->sim), COUNT / 100, COUNT / 100 + 3); /* 100 calls each */
}

/* ---- without sending ---- */

static void test_dry_run(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const dry[] = {"--dry-run", "--endpoint", "https://host.invalid/v1", NULL};
    make_set(f, "1", "");
    assert_int_equal(upload_with(f, &err, dry), SMC_OK);
    assert_int_equal(sim_connections(f->sim), 0);
    assert_logged(f, "INFO - Would upload 1-members.json (9 bytes, 2 records) as VIZ to "
                     "https://host.invalid/v1/visualization-" ID "/1-members.json\n");
    assert_logged(f, "INFO - Nothing was sent: 3 files with ");
    remove_file(f, "1-summary.json");
    assert_int_equal(upload_with(f, &err, dry), SMC_ERR_IO);
}

static void test_dry_run_needs_no_token(void **state)
{
    (void)state;
    char texts[][40] = {"castor-upload", "-s", ID, "-t", "VIZ", "-d", "x", "--dry-run"};
    char *argv[9] = {NULL};
    char *const no_variables[] = {NULL};
    struct upload_settings settings;
    for (int i = 0; i < 8; i++)
        argv[i] = texts[i];
    assert_int_equal(upload_options_read(&settings, 8, argv, no_variables, NULL), SMC_OK);
    assert_int_equal(upload_options_check(&settings, NULL), SMC_OK);
    upload_options_clear(&settings);
}

/* ---- the ledger ---- */

static void test_skip_uploaded(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const skip[] = {"--skip-uploaded", "--parallel", "1", NULL};
    const char *const dry[] = {"--skip-uploaded", "--dry-run", NULL};
    make_set(f, "1", "");
    make_set(f, "2", "");
    add_fault(f, "do=status:400,object=1-workbooks.json");
    assert_int_equal(upload_with(f, &err, skip), SMC_ERR_REFUSED);
    assert_int_equal(taken_count(f), 4); /* all but that and its summary */
    sim_faults_clear(f->sim);
    log_sink_reset(&f->log);
    assert_int_equal(upload_with(f, &err, dry), SMC_OK);
    assert_logged(f, "INFO - Nothing was sent: 2 files with ");
    err.code = SMC_OK;
    assert_int_equal(upload_with(f, &err, skip), SMC_OK);
    assert_int_equal(taken_count(f), 6);
    assert_string_equal(taken(f, 4)->filename, "1-workbooks.json");
    assert_string_equal(taken(f, 5)->filename, "1-summary.json");
    assert_logged(f, "INFO - Left out 1-members.json: accepted before, and unchanged\n");
    assert_logged(f, "INFO - Sent 2 of 6 files; 4 were accepted before\n");
    assert_int_equal(upload_with(f, &err, skip), SMC_OK);
    assert_int_equal(taken_count(f), 6);
    /* a file that is new, and its set's summary after it */
    write_text(f, "2-members.json", "[{}, {}] ");
    assert_int_equal(upload_with(f, &err, skip), SMC_OK);
    assert_int_equal(taken_count(f), 8);
    assert_string_equal(taken(f, 6)->filename, "2-members.json");
    assert_string_equal(taken(f, 7)->filename, "2-summary.json");
}

/* What was accepted elsewhere was not accepted here. */
static void test_skip_is_for_one_place(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const here[] = {"--skip-uploaded", NULL};
    const char *const there[] = {"--skip-uploaded", "-s", "11111111-89ab-cdef-0123-456789abcdef",
                                 NULL};
    make_set(f, "1", "");
    assert_int_equal(upload_with(f, &err, here), SMC_OK);
    assert_int_equal(upload_with(f, &err, there), SMC_OK);
    assert_int_equal(taken_count(f), 6);
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *place = text_format("%s/state", f->dir);
    const char *const with_state[] = {"--state", place, NULL};
    const char *const list[] = {"--state", place, "--list", NULL};
    const char *const json[] = {"--state", place, "--list", "--json", NULL};
    make_set(f, "1", "");
    assert_int_equal(upload_with(f, &err, list), SMC_OK);
    assert_string_equal(f->out, "");
    assert_logged(f, "INFO - Nothing has been accepted yet (no record in /");
    assert_false(file_exists(place));
    assert_int_equal(upload_with(f, &err, with_state), SMC_OK);
    assert_int_equal(upload_with(f, &err, list), SMC_OK);
    char *line = text_format(
        "2026-09-21T14:13:20Z            9 %s %s/visualization-" ID "/1-members.json\n",
        taken(f, 0)->length == 9 ? taken(f, 0)->sha256 : taken(f, 1)->sha256, sim_url(f->sim));
    assert_contains(f->out, line);
    assert_int_equal(upload_with(f, &err, json), SMC_OK);
    struct json_tree *root = json_tree_parse(f->out, strlen(f->out));
    assert_non_null(json_tree_get(root, "uploads"));
    json_tree_free(root);
    free(line);
    free(place);
}

/* A path that has the time of its upload stands for the same place each time. */
static void test_list_has_paths_without_a_time(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = make_file(f, "a.json", 10);
    char *place = text_format("%s/state", f->dir);
    const char *const send[] = {"-t", "QUALITY", "-f", path, "--state", place, NULL};
    const char *const list[] = {"--state", place, "--list", NULL};
    assert_int_equal(upload(f, &f->clock, send, &err), SMC_OK);
    assert_contains(taken(f, 0)->path, "quality-" ID "/" NOW "-a.json");
    assert_int_equal(upload_with(f, &err, list), SMC_OK);
    assert_contains(f->out, "/quality-" ID "/a.json\n");
    free(place);
    free(path);
}

/* A ledger that can't be written ends a run only where the run depends on it. */
static void test_ledger_that_fails(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *place = text_format("%s/state", f->dir);
    const char *const record[] = {"--state", place, NULL};
    const char *const skip[] = {"--state", place, "--skip-uploaded", NULL};
    make_set(f, "1", "");
    file_write(place, "x", 1);
    assert_int_equal(smci_cli_exit_status(upload_with(f, &err, skip), 0), 5);
    assert_int_equal(sim_connections(f->sim), 0);
    err.code = SMC_OK;
    assert_int_equal(upload_with(f, &err, record), SMC_OK);
    assert_logged(f, "WARNING - Accepted files will not be recorded: ");
    assert_int_equal(taken_count(f), 3);
    free(place);
}

/* Takes the record away from a run that is on its way. */
static void damage_ledger(struct fixture *f)
{
    file_write(f->victim, "no database", 11);
    f->hook = NULL;
}

/* Without --skip-uploaded that is a warning; with it a later run would send all again. */
static void test_ledger_fails_on_the_way(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const skip[] = {"--skip-uploaded", "--parallel", "1", NULL};
    make_set(f, "1", "");
    f->victim = text_format("%s/.sigmacat/uploads.db", f->dir);
    f->hook = damage_ledger;
    f->line = "Reading 1-members.json";
    assert_int_equal(upload_with(f, &err, skip), SMC_ERR_STORE);
    assert_int_equal(taken_count(f), 0);
    remove_file(f, ".sigmacat/uploads.db");
    err = (struct smc_error)SMC_ERROR_INIT;
    f->hook = damage_ledger;
    f->line = "Uploaded ";
    assert_int_equal(upload_with(f, &err, skip), SMC_ERR_IO);
    assert_logged(f, "ERROR - ");
    assert_int_equal(taken_count(f), 3);
}

/* A local failure counts more than Catalog's, whichever came first: no further run mends it. */
static void test_local_failure_counts_most(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const one[] = {"--parallel", "1", NULL};
    write_text(f, "a.json", "1");
    write_text(f, "b.json", "2");
    write_text(f, "c.json", "3");
    f->victim = text_format("%s/b.json", f->dir);
    f->hook = append_to_victim;
    f->line = "a.json as VIZ";
    add_fault(f, "do=status:400,object=c.json");
    assert_int_equal(upload_with(f, &err, one), SMC_ERR_IO);
    assert_int_equal(taken_count(f), 1);
}

/* A forced file is recorded though it is not JSON, and left out the next time. */
static void test_forced_file_is_recorded(void **state)
{
    static const char *const args[] = {"--force", "--skip-uploaded", NULL};
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    write_text(f, "a.json", "not JSON");
    assert_int_equal(upload_with(f, &err, args), SMC_OK);
    assert_int_equal(upload_with(f, &err, args), SMC_OK);
    assert_int_equal(taken_count(f), 1);
}

/* ---- JSON ---- */

static void test_json(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const json[] = {"--json", "--parallel", "1", NULL};
    make_set(f, "1", "");
    add_fault(f, "do=status:503,object=1-members.json,attempt=1");
    add_fault(f, "do=status:400,object=1-workbooks.json");
    assert_int_equal(upload_with(f, &err, json), SMC_ERR_REFUSED);
    struct smc_json_span root;
    assert_int_equal(smc_json_scan(f->out, strlen(f->out), &root, NULL), SMC_OK);
    struct smc_json_walk walk;
    struct smc_json_span file;
    static const char *const states[] = {"sent", "failed", "held"};
    static const int64_t tries[] = {2, 1, 0};
    static const int64_t sizes[] = {9, 2};
    assert_true(smc_json_walk_begin(&walk, smc_json_member(root, "files")));
    for (size_t i = 0; i < 3; i++) {
        int64_t number = -1;
        assert_true(smc_json_walk_next(&walk, NULL, &file, NULL));
        assert_true(smc_json_equals(smc_json_member(file, "state"), states[i]));
        assert_true(smc_json_int64(smc_json_member(file, "tries"), &number));
        assert_int_equal(number, tries[i]);
        assert_true(smc_json_int64(smc_json_member(file, "size"), &number));
        assert_true(i == 2 || number == sizes[i]);
        assert_int_equal(smc_json_member(file, "sha256").len, 66);
    }
    assert_false(smc_json_walk_next(&walk, NULL, &file, NULL));
    char *quoted = text_format("\"%s\"", taken(f, 0)->sha256);
    assert_contains(f->out, quoted);
    free(quoted);
}

static void test_json_of_a_check_that_failed(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *path = text_format("%s/report.txt", f->dir);
    const char *const report[] = {"--report", path, NULL};
    write_text(f, "1-members.json", "[");
    assert_int_equal(upload_with(f, &err, report), SMC_ERR_IO);
    char *text = file_read(path, NULL);
    struct json_tree *root = json_tree_parse(text, strlen(text));
    assert_string_equal(json_tree_text(root, "result"), "failed");
    assert_int_equal(json_tree_int(root, "exit_status", 0), 5);
    assert_string_equal(json_tree_text(root, "error"), err.detail);
    assert_non_null(json_tree_get(json_tree_get(root, "details"), "answers"));
    json_tree_free(root);
    free(text);
    free(path);
}

/* In the directory that is sent, a report would go to Catalog with the next upload. */
static void test_report_that_would_be_sent(void **state)
{
    static const struct {
        const char *name;
        const char *more;
        enum smc_status status;
    } rows[] = {{"r.json", NULL, SMC_ERR_USAGE},
                {".sigmacat/../r.csv", NULL, SMC_ERR_USAGE},
                {"r.txt", NULL, SMC_OK},
                {".sigmacat/r.json", NULL, SMC_OK},
                {"r.json", "--latest", SMC_OK}};
    struct fixture *f = *state;
    make_whole_set(f, "10", "", "");
    text_put(f->dir, ".sigmacat/x", "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct smc_error err = SMC_ERROR_INIT;
        char *path = text_format("%s/%s", f->dir, rows[i].name);
        const char *const options[] = {"--report", path, rows[i].more, NULL};
        assert_int_equal(upload_with(f, &err, options), rows[i].status);
        assert_int_equal(file_exists(path), rows[i].status == SMC_OK);
        if (rows[i].status != SMC_OK)
            assert_contains(err.detail, "would be sent, too, with the next upload");
        free(path);
    }
}

/* ---- FIFOs and directories with a file's name ---- */

static void test_what_is_not_a_file(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    const char *const odd[] = {"1-fifo.json", "1-dir.json"};
    make_set(f, "1", "");
    char *fifo = text_format("%s/%s", f->dir, odd[0]);
    char *dir = text_format("%s/%s", f->dir, odd[1]);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(upload_with(f, &err, none), SMC_OK);
    assert_int_equal(taken_count(f), 3);
    assert_logged(f, "INFO - Passed over 1-dir.json in ");
    assert_logged(f, "INFO - Passed over 1-fifo.json in ");
    free(fifo);
    free(dir);
}

static void test_unreadable_file(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    const char *const none[] = {NULL};
    make_set(f, "1", "");
    char *path = text_format("%s/1-members.json", f->dir);
    assert_int_equal(chmod(path, 0), 0);
    bool is_readable = access(path, R_OK) == 0; /* for root, whom no mode stops */
    enum smc_status rc = upload_with(f, &err, none);
    assert_int_equal(smci_cli_exit_status(rc, 0), is_readable ? 0 : 5);
    free(path);
}

#define TABLE(rows, test)                                                                          \
    run_table(#rows, rows, sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], test)
#define WITH_SIM(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_touched_while_sent),
        WITH_SIM(test_no_complete_set),
        WITH_SIM(test_csv_need_not_be_json),
        WITH_SIM(test_foreign_files_in_one_warning),
        WITH_SIM(test_foreign_files_that_are_not_sent),
        WITH_SIM(test_one_file_is_not_read),
        WITH_SIM(test_parallel),
        WITH_SIM(test_summary_waits),
        WITH_SIM(test_many_files),
        WITH_SIM(test_dry_run),
        cmocka_unit_test(test_dry_run_needs_no_token),
        WITH_SIM(test_skip_uploaded),
        WITH_SIM(test_skip_is_for_one_place),
        WITH_SIM(test_list),
        WITH_SIM(test_list_has_paths_without_a_time),
        WITH_SIM(test_ledger_that_fails),
        WITH_SIM(test_ledger_fails_on_the_way),
        WITH_SIM(test_local_failure_counts_most),
        WITH_SIM(test_forced_file_is_recorded),
        WITH_SIM(test_json),
        WITH_SIM(test_json_of_a_check_that_failed),
        WITH_SIM(test_report_that_would_be_sent),
        WITH_SIM(test_what_is_not_a_file),
        WITH_SIM(test_unreadable_file),
    };
    int failed = TABLE(choice_rows, test_choice);
    failed += TABLE(left_rows, test_left);
    failed += TABLE(check_rows, test_check);
    failed += TABLE(change_rows, test_change);
    return failed + cmocka_run_group_tests_name("upload_sets", tests, NULL, NULL);
}
