/* A text that was asked for and can't be written is a failure of the local side (5), in both
 * programs: standard output that is full, and one that is closed. */
#include "tests/support/support.h"

#include "tests/support/program.h"
#include "tests/support/stand_in.h"

struct row {
    const char *name;
    const char *command; /* @URL, @DIR */
    bool is_early;       /* known before anything is sent */
    const char *before;  /* another, whose output goes nowhere */
};

#define EXTRACT "castor-extract-sigma -H @URL -c sim-client -a sim-secret -o @DIR/out "
#define UPLOAD                                                                                     \
    "castor-upload -k sim-token -s 8dfcd325-6b9a-49b3-a491-1189fab1b206 -t VIZ --endpoint @URL "   \
    "-f @DIR/a.json "

static const struct row rows[] = {
    {"extract --help", "castor-extract-sigma --help", false, NULL},
    {"extract --version", "castor-extract-sigma --version", false, NULL},
    {"extract --list-regions", "castor-extract-sigma --list-regions", false, NULL},
    {"extract --show-config", EXTRACT "--show-config", false, NULL},
    {"extract --check", EXTRACT "--check", false, NULL},
    {"extract --report -", EXTRACT "--report -", true, NULL},
    {"extract --report -, gaps", EXTRACT "--report - --max-gaps 0", true, NULL},
    {"extract --json", EXTRACT "--json", true, NULL},
    {"extract --json, gaps", EXTRACT "--json --max-gaps 0", true, NULL},
    {"extract --json, a report beside it", EXTRACT "--json --report @DIR/r", true, NULL},
    {"extract --check --json", EXTRACT "--check --json", true, NULL},
    {"extract --status --json", EXTRACT "--status --json", true, NULL},
    {"upload --help", "castor-upload --help", false, NULL},
    {"upload --version", "castor-upload --version", false, NULL},
    {"upload --show-config", UPLOAD "--show-config", false, NULL},
    {"upload --check", UPLOAD "--check", false, NULL},
    {"upload --dry-run --json", UPLOAD "--dry-run --json", true, NULL},
    {"upload --check --json", UPLOAD "--check --json", true, NULL},
    {"upload --json", UPLOAD "--json", true, NULL},
    {"upload --report -", UPLOAD "--report -", true, NULL},
    {"upload --list", "castor-upload --list -d @DIR", false, UPLOAD "--state @DIR/.sigmacat"},
    {"upload --list --json", "castor-upload --list --json -d @DIR", true, NULL},
};

/* Runs the command with its output going there; returns its exit status. */
static int run(struct program *p, const struct sim *sim, const char *dir, const char *command,
               const char *where)
{
    const char *const names[] = {"@URL", sim_url(sim), "@DIR", dir, NULL};
    struct words argv = {.count = 0};
    struct words env = {.count = 0};
    char *build = program_path("");
    char *script = text_format("exec %s%s %s", build, command, where);
    words_split(&argv, "sh|-c", '|', NULL);
    words_split(&argv, script, '|', names);
    words_add(&env, "HOME=%s", dir);
    int status = program_run(p, &argv, &env, NULL);
    words_clear(&argv);
    words_clear(&env);
    free(script);
    free(build);
    return status;
}

static void check(const struct row *row, const char *where)
{
    const struct sim_options opt = SIM_OPTIONS_INIT;
    struct sim *sim = stand_in_new(&opt);
    struct program p = {.pid = 0};
    char *dir = temp_dir_make();
    char *file = text_format("%s/a.json", dir);
    file_write(file, "[]", 2);
    if (row->before)
        assert_int_equal(run(&p, sim, dir, row->before, ">/dev/null"), 0);
    int status = run(&p, sim, dir, row->command, where);
    if (status != 5)
        fail_msg("%s %s: status %d: %s", row->command, where, status, p.err);
    assert_contains(p.err, "standard output");
    if (row->is_early && strcmp(where, ">&-") == 0)
        assert_int_equal(sim_calls(sim, NULL, 0), 0);
    program_clear(&p);
    sim_stop(sim);
    free(file);
    temp_dir_remove(dir);
}

static void test_full(void **state)
{
    check(*state, ">/dev/full");
}

static void test_closed(void **state)
{
    check(*state, ">&-");
}

int main(void)
{
    int failed = RUN_TABLE("standard output is full", rows, test_full);
    return failed + RUN_TABLE("standard output is closed", rows, test_closed);
}
