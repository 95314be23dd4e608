/* The store when something fails: other runs, damaged files, full disks, kill -9. */
#include "support/program.h"
#include "support/support.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store/store.h"

#define SKIPPED 77

struct fixture {
    char *dir;
    char *db, *wal, *lock;
    struct fake_clock clock;
    struct smci_store *store;
    struct smc_error err;
    const void *row; /* for a child */
    int to_parent, from_child;
};

static enum smc_status try_open(struct fixture *f)
{
    f->err = (struct smc_error)SMC_ERROR_INIT;
    return smci_store_open(&f->store, f->dir, "host", "client", &f->clock.clock, &f->err);
}

static void open_store(struct fixture *f)
{
    if (try_open(f) != SMC_OK)
        fail_msg("%s", f->err.detail);
}

static void close_store(struct fixture *f)
{
    smci_store_close(f->store);
    f->store = NULL;
}

static struct fixture *fixture_make(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_dir_make();
    f->db = text_format("%s/state.db", f->dir);
    f->wal = text_format("%s/state.db-wal", f->dir);
    f->lock = text_format("%s/run.lock", f->dir);
    fake_clock_init(&f->clock);
    return f;
}

static void fixture_free(struct fixture *f)
{
    close_store(f);
    free(f->db);
    free(f->wal);
    free(f->lock);
    temp_dir_remove(f->dir);
    free(f);
}

static int setup(void **state)
{
    *state = fixture_make();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void assert_says(const struct fixture *f, enum smc_status code, const char *text)
{
    assert_int_equal(f->err.code, code);
    assert_contains(f->err.detail, text);
}

/* What follows is for parents and children: it returns false instead of failing the test. */

static size_t body_len(int id, int page)
{
    return (size_t)(id * 37 + page * 911) % 9000;
}

/* An answer of three pages whose bytes follow from its number. */
static bool put_answer(struct fixture *f, int id)
{
    static char body[9000];
    char text[16];
    (void)snprintf(text, sizeof text, "w%d", id);
    for (int page = 0; page < 3; page++) {
        (void)memset(body, 'a' + (id + page) % 26, sizeof body);
        if (smci_store_put_page(f->store, "kind", text, page, body, body_len(id, page), &f->err))
            return false;
    }
    const struct smci_outcome outcome = {.http_status = 200, .pages = 3};
    return smci_store_finish(f->store, "kind", text, "tag", &outcome, &f->err) == SMC_OK;
}

/* 1: it is there and whole, 0: it is not there, -1: it is neither. */
static int look_answer(struct fixture *f, int id)
{
    char text[16];
    bool found = false;
    struct smci_outcome outcome;
    (void)snprintf(text, sizeof text, "w%d", id);
    if (smci_store_get(f->store, "kind", text, "tag", &found, &outcome, &f->err) != SMC_OK)
        return -1;
    bool is_whole = !found || outcome.pages == 3;
    for (int page = 0; found && is_whole && page < 3; page++) {
        struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
        is_whole = smci_store_page(f->store, "kind", text, page, &body, &f->err) == SMC_OK &&
                   body.len == body_len(id, page);
        for (size_t i = 0; is_whole && i < body.len; i++)
            is_whole = body.data[i] == 'a' + (id + page) % 26;
        smc_buf_clear(&body);
    }
    return is_whole ? found : -1;
}

/* How many of the answers 0, 1, 2, ... are there; -1 when one is not whole or there is a hole. */
static int answers_kept(struct fixture *f, int at_most)
{
    int kept = 0;
    for (int id = 0, seen; id < at_most; id++) {
        if ((seen = look_answer(f, id)) < 0 || (seen == 1 && kept != id))
            return -1;
        kept += seen;
    }
    return kept;
}

/* As answers_kept, for the items 0, 1, 2, ... of a list, by number and in order. */
static int items_kept(struct fixture *f)
{
    struct smci_item item;
    bool found = true;
    for (int kept = 0;; kept++) {
        char id[16];
        if (smci_list_next(f->store, "list", kept, &found, &item, &f->err) != SMC_OK)
            return -1;
        if (!found)
            return kept;
        (void)snprintf(id, sizeof id, "i%d", kept);
        if (item.position != kept + 1 || strcmp(item.id, id) != 0)
            return -1;
    }
}

static bool put_item(struct fixture *f, int number)
{
    char id[16];
    (void)snprintf(id, sizeof id, "i%d", number);
    return smci_list_add(f->store, "list", id, "tag", "name", NULL, &f->err) == SMC_OK;
}

/* ---- children ---- */

struct start {
    int (*child)(struct fixture *f);
    struct fixture *f;
    int ends[2];
};

static int be_child(void *ctx)
{
    const struct start *s = ctx;
    s->f->to_parent = s->ends[1];
    (void)close(s->ends[0]);
    int code = s->child(s->f);
    if (code == 0)
        (void)raise(SIGKILL); /* nothing is closed */
    return code;
}

static pid_t start(int (*child)(struct fixture *f), struct fixture *f)
{
    struct start s = {.child = child, .f = f};
    assert_int_equal(pipe(s.ends), 0);
    pid_t pid = child_start(be_child, &s);
    (void)close(s.ends[1]);
    f->from_child = s.ends[0];
    return pid;
}

static int end(struct fixture *f, pid_t pid)
{
    (void)close(f->from_child);
    return child_end(pid);
}

static void assert_done(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        skip();
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* A child that returns 0 is killed then and there. */
static void run_child(int (*child)(struct fixture *f), struct fixture *f)
{
    assert_done(end(f, start(child, f)));
}

static bool tell(struct fixture *f)
{
    return write(f->to_parent, ".", 1) == 1;
}

static void hear(struct fixture *f, int times)
{
    char dot;
    for (int i = 0; i < times; i++)
        assert_int_equal(read(f->from_child, &dot, 1), 1);
}

/* ---- groups of writes ---- */

struct group_row {
    const char *name;
    int answers, items; /* each answer is four writes */
    int64_t wait_ms;    /* then a look at the store */
    bool is_committed, is_closed;
    int answers_kept, items_kept;
};
static const struct group_row groups[] = {
    {"less than a group", 24, 0, 0, false, false, 0, 0},
    {"a group", 25, 0, 0, false, false, 25, 0},
    {"two groups and some", 60, 0, 0, false, false, 50, 0},
    {"199 ms", 3, 4, 199, false, false, 0, 0},
    {"200 ms", 3, 4, 200, false, false, 3, 4},
    {"the clock far ahead", 3, 0, 86400000, false, false, 3, 0},
    {"the clock back", 3, 0, -86400000, false, false, 0, 0},
    {"committed", 3, 4, 0, true, false, 3, 4},
    {"closed", 3, 4, 0, false, true, 3, 4},
    {"items, less than a group", 0, 9999, 0, false, false, 0, 0},
    {"items, a group", 0, 10001, 0, false, false, 0, 10000},
};

static int write_group(struct fixture *f)
{
    const struct group_row *row = f->row;
    bool is_fine = try_open(f) == SMC_OK;
    for (int i = 0; i < row->items; i++)
        is_fine = is_fine && put_item(f, i);
    for (int i = 0; i < row->answers; i++)
        is_fine = is_fine && put_answer(f, i);
    f->clock.now_ms += row->wait_ms;
    is_fine = is_fine && answers_kept(f, row->answers) == row->answers;
    if (row->is_committed)
        is_fine = is_fine && smci_store_commit(f->store, &f->err) == SMC_OK;
    if (row->is_closed)
        close_store(f);
    return !is_fine;
}

static void test_group(void **state)
{
    struct fixture *f = fixture_make();
    const struct group_row *row = f->row = *state;
    run_child(write_group, f);
    open_store(f);
    assert_int_equal(answers_kept(f, 100), row->answers_kept);
    assert_int_equal(items_kept(f), row->items_kept);
    fixture_free(f);
}

/* ---- kill -9 ---- */

struct kill_row {
    const char *name;
    int commits; /* of 5 answers and 5 items, told by the child before it is killed */
};
static const struct kill_row kills[] = {
    {"after 1 commit", 1},    {"after 2 commits", 2},   {"after 3 commits", 3},
    {"after 10 commits", 10}, {"after 50 commits", 50}, {"after 200 commits", 200},
};

static int write_on(struct fixture *f)
{
    bool is_fine = try_open(f) == SMC_OK;
    for (int i = 0; is_fine; i++) {
        is_fine = put_item(f, i) && put_answer(f, i);
        if (is_fine && i % 5 == 4)
            is_fine = smci_store_commit(f->store, &f->err) == SMC_OK && tell(f);
    }
    return 1;
}

static void test_kill(void **state)
{
    const struct kill_row *row = *state;
    struct fixture *f = fixture_make();
    pid_t pid = start(write_on, f);
    hear(f, row->commits);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_true(WIFSIGNALED(end(f, pid)));
    open_store(f);
    int items = items_kept(f);
    int answers = answers_kept(f, items + 1);
    assert_true(answers >= row->commits * 5);
    /* an item goes before its answer, and a group may end in between */
    assert_in_range(items, answers, answers + 1);
    /* and all goes on */
    assert_true(put_item(f, items) && put_answer(f, answers));
    close_store(f);
    open_store(f);
    assert_int_equal(answers_kept(f, answers + 2), answers + 1);
    fixture_free(f);
}

/* ---- the lock ---- */

static int hold_until_killed(struct fixture *f)
{
    if (try_open(f) != SMC_OK || !put_answer(f, 0) || !tell(f))
        return 1;
    for (;;)
        (void)pause();
}

static void test_locked(void **state)
{
    struct fixture *f = *state;
    pid_t pid = start(hold_until_killed, f);
    hear(f, 1);
    assert_int_equal(try_open(f), SMC_ERR_LOCKED);
    assert_null(f->store);
    char *expected =
        text_format("%s: another run is at work here (process %ld)", f->lock, (long)pid);
    assert_says(f, SMC_ERR_LOCKED, expected);
    free(expected);
    file_write(f->lock, "not a number\n", 13);
    assert_int_equal(try_open(f), SMC_ERR_LOCKED);
    assert_says(f, SMC_ERR_LOCKED, "another run is at work here; wait");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_true(WIFSIGNALED(end(f, pid)));
    open_store(f);
}

static void test_locked_twice(void **state)
{
    struct fixture *f = *state;
    struct smci_store *second = NULL;
    open_store(f);
    assert_int_equal(smci_store_open(&second, f->dir, "other", "one", NULL, &f->err),
                     SMC_ERR_LOCKED);
    assert_null(second);
    close_store(f);
    size_t len = 1;
    free(file_read(f->lock, &len));
    assert_int_equal(len, 0);
    open_store(f);
}

/* ---- damaged files ---- */

/* A store of several hundred kilobytes, closed. */
static void fill(struct fixture *f)
{
    open_store(f);
    for (int i = 0; i < 60; i++)
        assert_true(put_item(f, i) && put_answer(f, i));
    close_store(f);
}

enum harm { CUT, KEEP, RANDOM, ZERO, TEXT };
struct damage_row {
    const char *name;
    enum harm harm;
    size_t at, len; /* CUT: bytes cut off the end; KEEP: bytes kept of the start */
    bool is_seen_at_once;
};
static const struct damage_row damages[] = {
    {"cut to 1 byte", KEEP, 1, 0, true},
    {"cut to 15 bytes", KEEP, 15, 0, true},
    {"cut to 16 bytes", KEEP, 16, 0, true},
    {"cut to 100 bytes", KEEP, 100, 0, true},
    {"cut to 511 bytes", KEEP, 511, 0, true},
    {"cut to 512 bytes", KEEP, 512, 0, true},
    {"cut to 4,095 bytes", KEEP, 4095, 0, true},
    {"cut to one page", KEEP, 4096, 0, true},
    {"cut to 50,000 bytes", KEEP, 50000, 0, true},
    {"without its last page", CUT, 4096, 0, true},
    {"without its last byte", CUT, 1, 0, true},
    {"garbage all over", RANDOM, 0, SIZE_MAX, true},
    {"zeros all over", ZERO, 0, SIZE_MAX, true},
    {"a text", TEXT, 0, 0, true},
    {"garbage in the header", RANDOM, 0, 16, true},
    {"garbage in the first page", RANDOM, 100, 3996, true},
    {"garbage in the answers", RANDOM, 20480, 4096, false},
    {"garbage in the index of answers", RANDOM, 24576, 4096, false},
    {"zeros in the index of answers", ZERO, 24576, 4096, false},
    {"zeros in the items", ZERO, 36864, 4096, false},
    {"garbage from page 8 on", RANDOM, 32768, SIZE_MAX, false},
    {"zeros from page 3 on", ZERO, 8192, SIZE_MAX, false},
};

static void do_harm(const struct fixture *f, const struct damage_row *row)
{
    size_t len = 0;
    char *bytes = file_read(f->db, &len);
    assert_true(len > 200000);
    uint32_t random = 12345;
    size_t stop = row->len < len - row->at ? row->at + row->len : len;
    for (size_t i = row->at; (row->harm == RANDOM || row->harm == ZERO) && i < stop; i++) {
        random = random * UINT32_C(1103515245) + 12345;
        bytes[i] = (char)(row->harm == RANDOM ? (random >> 16) & 0x7f : 0);
    }
    if (row->harm == TEXT)
        file_write(f->db, "hello\n", 6);
    else
        file_write(f->db, bytes,
                   row->harm == CUT    ? len - row->at
                   : row->harm == KEEP ? row->at
                                       : len);
    free(bytes);
}

static void test_damage(void **state)
{
    const struct damage_row *row = *state;
    struct fixture *f = fixture_make();
    fill(f);
    do_harm(f, row);
    size_t before_len, after_len;
    char *before = file_read(f->db, &before_len);
    enum smc_status rc = try_open(f);
    if (row->is_seen_at_once)
        assert_int_equal(rc, SMC_ERR_STORE);
    if (rc == SMC_OK) {
        /* nothing wrong may come out of it, and the damage is met on the way */
        for (int i = 0; i < 60 && f->err.code == SMC_OK; i++)
            (void)look_answer(f, i);
        (void)items_kept(f);
        assert_false(put_answer(f, 1000));
    }
    assert_says(f, SMC_ERR_STORE, f->db);
    assert_says(f, SMC_ERR_STORE, "the state file is damaged");
    assert_says(f, SMC_ERR_STORE, "remove it");
    close_store(f);
    char *after = file_read(f->db, &after_len);
    assert_int_equal(after_len, before_len);
    assert_memory_equal(after, before, before_len);
    free(after);
    free(before);
    /* doing as the text says helps */
    assert_int_equal(unlink(f->db), 0);
    open_store(f);
    assert_int_equal(answers_kept(f, 60), 0);
    fixture_free(f);
}

struct wal_row {
    const char *name;
    size_t percent, plus; /* what is kept of the log */
};
static const struct wal_row wals[] = {
    {"no log", 0, 0},         {"one byte", 0, 1},    {"its header", 0, 32},
    {"a third and 7", 33, 7}, {"two thirds", 66, 0}, {"all", 100, 0},
};

static int write_groups(struct fixture *f)
{
    bool is_fine = try_open(f) == SMC_OK;
    for (int i = 0; is_fine && i < 150; i++)
        is_fine = put_answer(f, i);
    return !is_fine;
}

/* A log that was cut by a power failure: what was committed before that is there, and whole. */
static void test_wal(void **state)
{
    const struct wal_row *row = *state;
    struct fixture *f = fixture_make();
    size_t len = 0;
    open_store(f);
    close_store(f);
    run_child(write_groups, f);
    free(file_read(f->wal, &len));
    assert_int_equal(truncate(f->wal, (off_t)(len * row->percent / 100 + row->plus)), 0);
    open_store(f);
    int kept = answers_kept(f, 151);
    assert_int_equal(kept % 25, 0);
    assert_in_range(kept, row->percent == 100 ? 150 : 0, row->percent == 0 ? 0 : 150);
    fixture_free(f);
}

struct version_row {
    const char *name;
    unsigned char version; /* the last of four bytes at offset 60 */
    const char *says;
};
static const struct version_row versions[] = {
    {"a newer version", 5,
     "is from a newer version of this program (format 5, known is 4); use that"},
    {"a much newer version", 255, "(format 255, known is 4)"},
    {"another program's", 0, "a database of another program; use another state directory"},
};

static void test_version(void **state)
{
    const struct version_row *row = *state;
    struct fixture *f = fixture_make();
    size_t before_len, after_len;
    fill(f);
    char *before = file_read(f->db, &before_len);
    assert_int_equal(before[63], 4);
    before[63] = (char)row->version;
    file_write(f->db, before, before_len);
    assert_int_equal(try_open(f), SMC_ERR_STORE);
    assert_null(f->store);
    assert_says(f, SMC_ERR_STORE, row->says);
    char *after = file_read(f->db, &after_len);
    assert_int_equal(after_len, before_len);
    assert_memory_equal(after, before, before_len);
    free(after);
    free(before);
    fixture_free(f);
}

static void test_empty_file(void **state)
{
    struct fixture *f = *state;
    file_write(f->db, "", 0);
    open_store(f);
    assert_true(put_answer(f, 0));
    close_store(f);
    open_store(f);
    assert_int_equal(answers_kept(f, 1), 1);
}

/* ---- no space ---- */

/* Writes until it fails; what follows then must fail as well. Returns 0 when all is as expected. */
static int write_until_full(struct fixture *f)
{
    int answers = 0;
    if (try_open(f) != SMC_OK)
        return 1;
    while (answers < 2000 && put_answer(f, answers))
        answers++;
    if (answers < 20 || f->err.code != SMC_ERR_IO || !strstr(f->err.detail, f->db))
        return 2;
    if (f->err.sys_errno != ENOSPC && f->err.sys_errno != EFBIG)
        return 3;
    bool found;
    struct smci_outcome outcome;
    struct smc_error again = SMC_ERROR_INIT;
    if (smci_store_get(f->store, "kind", "w0", NULL, &found, &outcome, &again) != SMC_ERR_IO ||
        strcmp(again.detail, f->err.detail) != 0)
        return 4;
    if (smci_store_commit(f->store, NULL) != SMC_ERR_IO || put_item(f, 0))
        return 5;
    close_store(f);
    return 0;
}

static int write_limited(struct fixture *f)
{
    const struct rlimit limit = {1000000, 1000000};
    (void)signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? write_until_full(f) : SKIPPED;
}

static void test_size_limit(void **state)
{
    struct fixture *f = *state;
    run_child(write_limited, f);
    open_store(f);
    assert_true(answers_kept(f, 2000) >= 20);
    assert_true(put_answer(f, 0));
}

static int write_tmpfs(struct fixture *f)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", f->dir, "tmpfs", 0, "size=1200k,mode=0700") != 0)
        return SKIPPED;
    int code = write_until_full(f);
    if (code != 0)
        return code;
    /* still full: what was kept can be read */
    if (try_open(f) != SMC_OK || answers_kept(f, 2000) < 20)
        return 6;
    close_store(f);
    return mount("tmpfs", f->dir, "tmpfs", MS_REMOUNT, "size=8m") == 0 && try_open(f) == SMC_OK &&
                   put_answer(f, 5000) && smci_store_commit(f->store, &f->err) == SMC_OK
               ? 0
               : 7;
}

static void test_full_disk(void **state)
{
    run_child(write_tmpfs, *state);
}

static int open_unprivileged(struct fixture *f)
{
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        return SKIPPED;
    return try_open(f) != SMC_ERR_IO || f->store || !strstr(f->err.detail, f->lock);
}

static void test_read_only(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(chmod(f->dir, 0555), 0);
    int status = end(f, start(open_unprivileged, f));
    assert_int_equal(chmod(f->dir, 0700), 0);
    assert_done(status);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_locked),     TEST(test_locked_twice), TEST(test_empty_file),
        TEST(test_size_limit), TEST(test_full_disk),    TEST(test_read_only),
    };
    int failed = cmocka_run_group_tests_name("store_fault", tests, NULL, NULL);
    failed += RUN_TABLE("groups", groups, test_group) + RUN_TABLE("kills", kills, test_kill) +
              RUN_TABLE("damages", damages, test_damage);
    failed += RUN_TABLE("wals", wals, test_wal) + RUN_TABLE("versions", versions, test_version);
    return failed;
}
