/* castor-upload when something on its own side fails: the record of what was accepted, descriptors,
 * libcrypto. */
#include "support/support.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sigmacat/json.h>

#include "lib/cli/status.h"
#include "support/program.h"
#include "support/uploading.h"

static void make_set(const struct fixture *f)
{
    write_text(f, "1-members.json", "[{}, {}]\n");
    write_text(f, "1-workbooks.json", "[]");
    write_text(f, "1-summary.json",
               "{\"extraction\": {\"files\": {\"members\": {\"records\": 2, \"bytes\": 9}, "
               "\"workbooks\": {\"records\": 0, \"bytes\": 2}}}}");
}

/* ---- a record that fails ---- */

/* From now on no file grows, as on a full disk. */
static void fill_disk(struct fixture *f)
{
    struct rlimit limit;
    (void)f;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void free_disk(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void damage_record(struct fixture *f)
{
    char *junk = text_format("%8192s", "");
    char *path = text_format("%s/state/uploads.db", f->dir);
    file_write(path, junk, strlen(junk));
    free(path);
    free(junk);
}

#define NOT_RECORDED "Accepted files are not recorded any more: "
#define ACCEPTED     "/1-workbooks.json as VIZ to" /* the second of three */
#define READ         "Reading 1-members.json"      /* after the record was opened */

struct record_row {
    const char *name;
    void (*hook)(struct fixture *f);
    const char *line; /* when */
    const char *option;
    const char *fault; /* at the other end; NULL: none */
    const char *logged;
    const char *says; /* the error; "": none */
    int status;
    long sent;
    long sent_again; /* by a run after it; -1: that fails, for the record is damaged */
};

#define SKIP "--skip-uploaded"

static const struct record_row record_rows[] = {
    {"full_disk", fill_disk, ACCEPTED, "--json", NULL, "WARNING - " NOT_RECORDED, "", 0, 3, 2},
    {"full_disk_skipping", fill_disk, ACCEPTED, SKIP, NULL, "ERROR - " NOT_RECORDED,
     "all files were sent, but not all of them are recorded", 5, 3, 2},
    {"full_disk_and_a_file_refused", fill_disk, ACCEPTED, "--json",
     "do=status:400,object=1-summary.json", "WARNING - " NOT_RECORDED, "1 of 3 files were not sent",
     7, 2, 2},
    {"full_disk_skipping_and_a_file_refused", fill_disk, ACCEPTED, SKIP,
     "do=status:400,object=1-summary.json", "ERROR - " NOT_RECORDED, "1 of 3 files were not sent",
     5, 2, 2},
    {"damaged", damage_record, ACCEPTED, "--json", NULL, "WARNING - " NOT_RECORDED, "", 0, 3, -1},
    {"damaged_skipping", damage_record, ACCEPTED, SKIP, NULL, "ERROR - " NOT_RECORDED,
     "all files were sent, but not all of them are recorded", 5, 3, -1},
    {"damaged_before_it_is_asked", damage_record, READ, SKIP, NULL, "", "the state file is damaged",
     5, 0, -1},
    {"damaged_and_never_asked", damage_record, READ, "--json", NULL, "WARNING - " NOT_RECORDED, "",
     0, 3, -1},
};

static size_t count_in(const char *text, const char *what)
{
    size_t count = 0;
    for (text = strstr(text, what); text; text = strstr(text + 1, what))
        count++;
    return count;
}

/* The report tells of what was sent, whatever became of the record. */
static void assert_report(const struct fixture *f, const struct record_row *row)
{
    struct smc_json_span root;
    assert_int_equal(smc_json_scan(f->out, strlen(f->out), &root, NULL), SMC_OK);
    assert_int_equal(count_in(f->out, "\"state\": \"sent\""), row->sent);
}

static void run_again(struct fixture *f, const struct record_row *row, const char *place)
{
    struct smc_error err = SMC_ERROR_INIT;
    const char *const skip[] = {SKIP, "--state", place, NULL};
    f->line = NULL;
    f->hook = NULL;
    sim_faults_clear(f->sim);
    sim_stats_reset(f->sim);
    enum smc_status rc = upload_with(f, &err, skip);
    if (row->sent_again >= 0 && rc != SMC_OK)
        fail_msg("the run after it: %s", err.detail);
    if (row->sent_again < 0) {
        assert_int_equal(smci_cli_exit_status(rc, 0), 5);
        assert_contains(err.detail, "the state file is damaged");
    }
    assert_int_equal(taken_count(f), row->sent_again < 0 ? 0 : row->sent_again);
}

/* What Catalog has accepted it has, whatever becomes of the record: all else is sent, and only a
 * run that was asked to rely on the record fails. */
static void test_record(void **state)
{
    const struct record_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    char *place = text_format("%s/state", f->dir);
    const char *const args[] = {"--parallel", "1", "--state", place, row->option, NULL};
    make_set(f);
    if (row->fault)
        add_fault(f, row->fault);
    f->line = row->line;
    f->hook = row->hook;
    enum smc_status rc = upload_with(f, &err, args);
    free_disk();
    if (smci_cli_exit_status(rc, 0) != row->status || !strstr(err.detail, row->says))
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_true(rc != SMC_OK || !err.detail[0]);
    assert_logged(f, row->logged);
    assert_int_equal(count_in(log_sink_text(&f->log), NOT_RECORDED), *row->logged != '\0');
    assert_int_equal(taken_count(f), row->sent);
    if (strcmp(row->option, "--json") == 0)
        assert_report(f, row);
    run_again(f, row, place);
    free(place);
    (void)fixture_teardown(&made);
}

/* ---- the program, where it lacks something ---- */

struct lack_row {
    const char *name;
    const char *before; /* for a shell, in which $D is the fixture's directory */
    int status;
    const char *says;
};

static const struct lack_row lack_rows[] = {
    {"enough_of_all", "ulimit -n 64", 0, "Sent 3 of 3 files"},
    {"no_descriptor_for_signals", "ulimit -n 4", 5, "can't make a pipe for signals: Too many open"},
    {"no_descriptor_for_the_directory", "ulimit -n 5", 5, "Too many open files"},
    {"no_descriptor_to_read_it", "ulimit -n 6", 5, "Too many open files"},
    {"no_algorithms",
     "printf 'openssl_conf=a\\n[a]\\nproviders=b\\n[b]\\nnull=c\\n[c]\\nactivate=1\\n' "
     ">\"$D/cnf\"; "
     "export OPENSSL_CONF=\"$D/cnf\"",
     5, "SHA-256: out of memory, or libcrypto has none"},
};

static void test_lack(void **state)
{
    const struct lack_row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    char *path = program_path("castor-upload");
    words_split(&argv, "sh -c", ' ', NULL);
    words_add(&argv, "D='%s'; exec 3>&- 4>&- 5>&- 6>&-; %s; exec \"$0\" \"$@\"", f->dir,
              row->before);
    words_add(&argv, "%s", path);
    words_split(&argv, "-k " TOKEN " -s " ID " -t VIZ --json -d @DIR --endpoint @URL", ' ',
                (const char *const[]){"@DIR", f->dir, "@URL", sim_url(f->sim), NULL});
    make_set(f);
    int status = program_run(&p, &argv, NULL, NULL);
    if (status != row->status || !strstr(p.err, row->says))
        fail_msg("status %d: %s", status, p.err);
    assert_true((strstr(p.err, "ERROR - ") != NULL) == (row->status != 0));
    assert_int_equal(taken_count(f), row->status == 0 ? 3 : 0);
    program_clear(&p);
    words_clear(&argv);
    free(path);
    (void)fixture_teardown(&made);
}

int main(void)
{
    (void)signal(SIGXFSZ, SIG_IGN); /* as the program does */
    int failed = RUN_TABLE("record_rows", record_rows, test_record);
    return failed + RUN_TABLE("lack_rows", lack_rows, test_lack);
}
