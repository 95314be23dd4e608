/* The kill matrix: the built program is killed just before its n-th system call that writes, and
 * run again. Whatever n is, what is published afterwards equals an undisturbed run's, nothing half
 * written or half removed is left, and no set without all its files has a summary. An earlier set
 * is there, which --keep removes.
 *
 * A sample of n by default, every n with SMC_LONG set. Needs ptrace; skipped where that is
 * denied. */
#include "support/extraction.h"
#include "support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <sys/user.h>
#define SYSCALL_OF(regs) ((long)(regs).orig_rax)
#define HAS_TRACE        1
#else
#define HAS_TRACE 0
#endif

#define SAMPLE     24
#define PUBLISHING 60 /* the last ones, renames and removals among them: always all */

/* The program's command line. */
static void add_words(const struct extraction *x, const char *output, struct words *argv)
{
    char *path = program_path("castor-extract-sigma");
    words_split(
        argv, "@PATH|-H|@URL|-c|sim-client|-a|sim-secret|--log-level|error|--keep|1|-o|@OUT", '|',
        (const char *const[]){"@PATH", path, "@URL", sim_url(x->sim), "@OUT", output, NULL});
    free(path);
}

/* An undisturbed run; returns its exit status. */
static int run(const struct extraction *x, const char *output)
{
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    add_words(x, output, &argv);
    int status = program_run(&p, &argv, NULL, NULL);
    if (status != 0)
        print_error("%s", p.err);
    program_clear(&p);
    words_clear(&argv);
    return status;
}

static const char *const object_kinds[] = {"workbook_sources",  "elements",
                                           "datamodel_sources", "datamodel_lineage",
                                           "dataset_sources",   "path"};

static long object_calls(const struct extraction *x)
{
    long sum = 0;
    for (size_t i = 0; i < sizeof object_kinds / sizeof object_kinds[0]; i++)
        sum += sim_calls(x->sim, object_kinds[i], 0);
    return sum;
}

#if HAS_TRACE
static bool is_writing(long number)
{
    static const long writing[] = {SYS_write,     SYS_pwrite64,  SYS_writev,   SYS_fsync,
                                   SYS_fdatasync, SYS_ftruncate, SYS_rename,   SYS_renameat,
                                   SYS_renameat2, SYS_unlink,    SYS_unlinkat, SYS_mkdir,
                                   SYS_mkdirat};
    for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
        if (writing[i] == number)
            return true;
    return false;
}

static int be_traced(void *ctx)
{
    struct words *argv = ctx;
    (void)alarm(0); /* it would go on in the program */
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
        (void)execv(argv->v[0], argv->v);
    return 98;
}

static bool is_sleeping(const struct user_regs_struct *regs)
{
    return SYSCALL_OF(*regs) == SYS_poll && (int)regs->rdx != 0;
}

/* Runs the program, killed before its system call that writes number `n` (0: never), or where it
 * goes to sleep after the server has answered so many objects' calls (0: never). Returns how
 * many writes it came to, -1 when it can't be traced. */
static long run_killed(const struct extraction *x, const char *output, long n, long answers)
{
    int status = 0;
    long count = 0;
    bool is_entry = false;
    struct words argv = {.count = 0};
    add_words(x, output, &argv);
    pid_t pid = child_start(be_traced, &argv);
    words_clear(&argv);
    (void)waitpid(pid, &status, 0);
    if (!WIFSTOPPED(status))
        return -1;
    (void)ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
    long signal_number = 0;
    while (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)signal_number) == 0) {
        if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
            break;
        bool is_syscall = WSTOPSIG(status) == (SIGTRAP | 0x80);
        signal_number = is_syscall ? 0 : WSTOPSIG(status);
        is_entry = is_syscall && !is_entry;
        struct user_regs_struct regs;
        if (!is_entry || ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
            continue;
        bool is_over = is_writing(SYSCALL_OF(regs)) && ++count == n;
        if (is_over || (answers && is_sleeping(&regs) && object_calls(x) >= answers)) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            break;
        }
    }
    return count;
}
#else
static long run_killed(const struct extraction *x, const char *output, long n, long answers)
{
    (void)x;
    (void)output;
    (void)n;
    (void)answers;
    return -1;
}
#endif

/* ---- what is left ---- */

static size_t matches(const char *output, const char *pattern)
{
    char *full = text_format("%s/%s", output, pattern);
    glob_t found;
    size_t count = glob(full, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    if (count)
        globfree(&found);
    free(full);
    return count;
}

/* The text of OUTPUT/<any timestamp>-NAME.json; of several, of number `index`. */
static char *file_of(const char *output, const char *name, size_t index)
{
    char *full = text_format("%s/[0-9]*-%s.json", output, name);
    glob_t found;
    char *text = NULL;
    if (glob(full, 0, NULL, &found) == 0) {
        if (index < found.gl_pathc)
            text = file_read(found.gl_pathv[index], NULL);
        globfree(&found);
    }
    free(full);
    return text;
}

/* There is one set in `output`, and nothing else of any; each file but the summary equals the
 * reference. */
static void check_set(const char *output, const char *reference, long n)
{
    assert_int_equal(matches(output, "*.part"), 0);
    assert_int_equal(matches(output, "*-summary.json"), 1);
    assert_int_equal(matches(output, "[0-9]*"), EXTRACTION_FILES);
    for (size_t i = 0; i + 1 < EXTRACTION_FILES; i++) {
        char *want = file_of(reference, extraction_names[i], 0);
        char *is = file_of(output, extraction_names[i], 0);
        if (!is || strcmp(is, want) != 0)
            print_error("killed before write %ld: %s differs\n", n, extraction_names[i]);
        assert_non_null(is);
        assert_string_equal(is, want);
        free(is);
        free(want);
    }
}

/* Before anything mends it: a summary stands for a complete set. */
static void check_summaries(const char *output, long n)
{
    char *pattern = text_format("%s/*-summary.json", output);
    glob_t found;
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *name = strrchr(found.gl_pathv[i], '/') + 1;
            char *files = text_format("%.*s-*.json", (int)strcspn(name, "-"), name);
            if (matches(output, files) != EXTRACTION_FILES)
                fail_msg("killed before write %ld: %s without the rest", n, name);
            free(files);
        }
        globfree(&found);
    }
    free(pattern);
}

/* An earlier set, of the same bytes. */
static void put_earlier(const char *output, const char *reference)
{
    assert_int_equal(mkdir(output, 0755), 0);
    for (size_t i = 0; i < EXTRACTION_FILES; i++) {
        char *text = file_of(reference, extraction_names[i], 0);
        char *name = text_format("1000-%s.json", extraction_names[i]);
        text_put(output, name, text);
        free(name);
        free(text);
    }
}

static void check_killed(struct extraction *x, const char *reference, long n)
{
    char *output = text_format("%s/killed-%ld", x->dir, n);
    put_earlier(output, reference);
    long came_to = run_killed(x, output, n, 0);
    assert_in_range(came_to, 1, n); /* less: it had ended before, since the count wavers a little */
    check_summaries(output, n);
    int status = run(x, output);
    if (status != 0)
        print_error("killed before write %ld: the next run ended with %d\n", n, status);
    assert_int_equal(status, 0);
    check_set(output, reference, n);
    free(output);
}

static void test_killed_anywhere(void **state)
{
    struct extraction *x = *state;
    x->sim_opt.workbooks = 6;
    extraction_start(x);
    char *reference = text_format("%s/reference", x->dir);
    char *counted = text_format("%s/counted", x->dir);
    assert_int_equal(run(x, reference), 0);
    put_earlier(counted, reference);
    long writes = run_killed(x, counted, 0, 0);
    if (writes < 0)
        skip();
    assert_in_range(writes, 30, 100000);
    check_set(counted, reference, 0);
    bool is_long = getenv("SMC_LONG") != NULL;
    for (long n = 1; n < writes - PUBLISHING; n += is_long ? 1 : writes / SAMPLE)
        check_killed(x, reference, n);
    for (long n = writes - PUBLISHING; n <= writes; n++)
        check_killed(x, reference, n);
    free(reference);
    free(counted);
}

/* ---- what is asked for again ---- */

#define KILLS       8
#define CONCURRENCY 5 /* as by default */

static void test_kills_lose_nothing(void **state)
{
    struct extraction *x = *state;
    extraction_plain_estate(x);
    x->sim_opt.workbooks = 150;
    x->sim_opt.tables = 40;
    x->sim_opt.latency_ms = 4;
    extraction_start(x);
    char *reference = text_format("%s/reference", x->dir);
    char *output = text_format("%s/killed", x->dir);
    assert_int_equal(run(x, reference), 0);
    long all = sim_calls(x->sim, NULL, 0);
    long objects = object_calls(x);
    sim_stats_reset(x->sim);
    for (long i = 1; i <= KILLS; i++) {
        if (run_killed(x, output, 0, objects * i / (KILLS + 1) + (i - 1) * CONCURRENCY) < 0)
            skip();
        assert_int_equal(matches(output, "*-summary.json"), 0);
    }
    assert_int_equal(run(x, output), 0);
    check_set(output, reference, 0);
    /* All that was read is kept; asked for again is what was in flight, and what each run asks for
     * anew: the listings, token, whoami and the first page of paths. */
    assert_in_range(object_calls(x), objects, objects + KILLS * CONCURRENCY);
    assert_in_range(sim_calls(x->sim, NULL, 0), all,
                    all + KILLS * (all - objects) + KILLS * CONCURRENCY);
    free(output);
    free(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_killed_anywhere, extraction_setup,
                                        extraction_teardown),
        cmocka_unit_test_setup_teardown(test_kills_lose_nothing, extraction_setup,
                                        extraction_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
