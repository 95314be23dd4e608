/* What runs leave that were stopped while they wrote, published or removed a set: what of it goes,
 * and that what somebody works on stays, as does what is not ours. */
#include "support/log_sink.h"
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/claim.h"
#include "lib/set/recover.h"
#include "lib/set/sweep.h"

static const char *const names[] = {"a", "b", "summary"};

/* A file system without locks. Interposed functions are handed nothing, so this can't live anywhere
 * else. */
static bool is_without_locks;

int flock(int fd, int operation)
{
    if (!is_without_locks)
        return (int)syscall(SYS_flock, fd, operation);
    errno = ENOLCK;
    return -1;
}

struct fixture {
    char *dir;
    struct smci_site site;
    struct log_sink log;
    struct smc_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_dir_make();
    f->site = (struct smci_site){f->dir, open(f->dir, O_RDONLY | O_DIRECTORY), names, 3};
    log_sink_init(&f->log);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    (void)close(f->site.dir_fd);
    log_sink_clear(&f->log);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* Calls `each` for each of the words. */
static void each_word(struct fixture *f, const char *words,
                      void (*each)(struct fixture *f, const char *word))
{
    char word[64];
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)len, at);
        each(f, word);
        at += len;
    }
}

/* A name, with a '!' behind it for an empty file. */
static void put(struct fixture *f, const char *word)
{
    size_t len = strcspn(word, "!");
    char *name = text_format("%.*s", (int)len, word);
    text_put(f->dir, name, word[len] ? "" : "[]");
    free(name);
}

static bool has(const struct fixture *f, const char *name)
{
    return faccessat(f->site.dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void check_left(struct fixture *f, const char *word)
{
    char *name = text_format("%.*s", (int)strcspn(word, "!"), word);
    if (!has(f, name))
        fail_msg("%s was removed", name);
    free(name);
}

static void check_gone(struct fixture *f, const char *word)
{
    char *name = text_format("%.*s", (int)strcspn(word, "!"), word);
    if (has(f, name))
        fail_msg("%s was left", name);
    free(name);
}

struct row {
    const char *name;
    const char *locked; /* the file that a run at work holds; NULL: there is none */
    const char *left;   /* what is there and stays */
    const char *gone;   /* what is there and goes */
};
static const struct row rows[] = {
    {"a whole set", NULL, "10-a.json 10-b.json 10-summary.json", ""},
    {"stopped while it was written", NULL, "",
     "10-a.json.part 10-b.json.part 10-summary.json.part!"},
    {"stopped at once", NULL, "", "10-summary.json.part!"},
    {"stopped before its first rename", NULL, "",
     "10-a.json.part 10-b.json.part 10-summary.json.part"},
    {"stopped while it was published", NULL, "", "10-a.json 10-b.json.part 10-summary.json.part"},
    {"stopped before its last rename", NULL, "", "10-a.json 10-b.json 10-summary.json.part"},
    {"stopped while it was removed", NULL, "", "10-b.json 10-summary.json.part"},
    {"stopped when nearly all was removed", NULL, "", "10-summary.json.part"},
    {"of a version that began with other files", NULL, "", "10-a.json.part 10-b.json.part"},
    {"being written", "10-summary.json.part", "10-a.json.part 10-b.json.part 10-summary.json.part!",
     ""},
    {"being published", "10-summary.json.part", "10-a.json 10-b.json.part 10-summary.json.part",
     ""},
    {"one that is written beside one that is left", "20-summary.json.part",
     "20-a.json.part 20-summary.json.part!", "10-a.json.part 10-summary.json.part!"},
    {"files without a summary, which others write", NULL, "10-a.json 10-b.json", ""},
    {"such files of the very second of a run that was stopped", NULL, "10-a.json",
     "10-b.json.part 10-summary.json.part!"},
    {"a second name of a whole set", NULL, "10-a.json 10-b.json 10-summary.json",
     "10-b.json.part 10-summary.json.part"},
    {"other names", NULL,
     "10-c.json.part 10-c.json a.json.part 010-a.json.part x.part 10-a.csv.part",
     "10-a.json.part 10-summary.json.part"},
    {"nothing", NULL, "", ""},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    void *made = NULL;
    assert_int_equal(setup(&made), 0);
    struct fixture *f = made;
    int fd = -1;
    each_word(f, row->left, put);
    each_word(f, row->gone, put);
    if (row->locked) {
        fd = openat(f->site.dir_fd, row->locked, O_WRONLY);
        assert_int_equal(flock(fd, LOCK_EX), 0);
    }
    if (smci_sweep(&f->site, f->log.log, &f->err) != SMC_OK)
        fail_msg("%s", f->err.detail);
    each_word(f, row->left, check_left);
    each_word(f, row->gone, check_gone);
    assert_int_equal(
        log_sink_count(&f->log, "INFO - Removed what an earlier run left of the set 10", NULL),
        *row->gone != '\0');
    if (fd >= 0)
        (void)close(fd);
    (void)teardown(&made);
}

/* What can't be removed does not keep a run from its work. */
static void test_cannot_be_removed(void **state)
{
    struct fixture *f = *state;
    char *way = text_format("%s/10-a.json.part", f->dir);
    assert_int_equal(mkdir(way, 0700), 0);
    put(f, "10-summary.json.part!");
    assert_int_equal(smci_sweep(&f->site, f->log.log, &f->err), SMC_OK);
    assert_contains(log_sink_text(&f->log), "10-a.json.part: can't remove it");
    assert_contains(log_sink_text(&f->log), "an earlier run has left it");
    free(way);
}

/* Nothing is followed or waited for in the place of a summary. */
static void test_odd_summaries(void **state)
{
    struct fixture *f = *state;
    char *fifo = text_format("%s/10-summary.json.part", f->dir);
    char *link = text_format("%s/20-summary.json.part", f->dir);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(symlink("victim", link), 0);
    put(f, "victim");
    put(f, "10-a.json");
    put(f, "20-a.json");
    assert_int_equal(smci_sweep(&f->site, f->log.log, &f->err), SMC_OK);
    assert_true(has(f, "victim") && has(f, "10-a.json") && has(f, "20-a.json"));
    free(link);
    free(fifo);
}

/* ---- claims ---- */

static void test_claim(void **state)
{
    struct fixture *f = *state;
    int fd = -1;
    int other = -1;
    assert_int_equal(smci_claim_make(f->site.dir_fd, "x", &fd), 0);
    assert_int_equal(smci_claim_make(f->site.dir_fd, "x", &other), EEXIST);
    assert_int_equal(other, -1);
    assert_int_equal(smci_claim_take_over(f->site.dir_fd, "x", &other), EWOULDBLOCK);
    assert_int_equal(other, -1);
    int kept = dup(fd); /* as the file of a set has it */
    (void)close(fd);
    assert_int_equal(smci_claim_take_over(f->site.dir_fd, "x", &other), EWOULDBLOCK);
    (void)close(kept);
    assert_int_equal(smci_claim_take_over(f->site.dir_fd, "x", &other), 0);
    assert_int_equal(smci_claim_take_over(f->site.dir_fd, "x", &fd), EWOULDBLOCK);
    (void)close(other);
    assert_int_equal(smci_claim_take_over(f->site.dir_fd, "y", &fd), ENOENT);
    assert_int_equal(fd, -1);
}

/* Nothing is known of such a file but by the state that tells of it. */
static void test_without_locks(void **state)
{
    struct fixture *f = *state;
    int fd = -1;
    bool is_complete = true;
    is_without_locks = true;
    assert_int_equal(smci_claim_make(f->site.dir_fd, "10-summary.json.part", &fd), 0);
    (void)close(fd);
    put(f, "10-a.json.part");
    assert_int_equal(smci_sweep(&f->site, f->log.log, &f->err), SMC_OK);
    assert_true(has(f, "10-a.json.part") && has(f, "10-summary.json.part"));
    assert_int_equal(smci_recover(&f->site, 10, false, &is_complete, f->log.log, &f->err), SMC_OK);
    assert_false(is_complete || has(f, "10-a.json.part") || has(f, "10-summary.json.part"));
    is_without_locks = false;
}

/* It was left by one run, and the timestamp is another's by now. */
static void test_recover_is_not_ours(void **state)
{
    struct fixture *f = *state;
    int fd = -1;
    bool is_complete = true;
    assert_int_equal(smci_claim_make(f->site.dir_fd, "10-summary.json.part", &fd), 0);
    put(f, "10-a.json.part");
    for (int i = 0; i < 2; i++)
        assert_int_equal(smci_recover(&f->site, 10, i > 0, &is_complete, f->log.log, &f->err),
                         SMC_OK);
    assert_false(is_complete);
    assert_true(has(f, "10-a.json.part") && has(f, "10-summary.json.part"));
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cannot_be_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_odd_summaries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claim, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_locks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_recover_is_not_ours, setup, teardown),
    };
    int failed = RUN_TABLE("leftovers", rows, test_row);
    return failed + cmocka_run_group_tests_name("leftovers", tests, NULL, NULL);
}
