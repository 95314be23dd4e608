/* A set is published and older ones are removed, and in between the process is killed, or the power
 * goes. At each change of a name: no set with a summary lacks a file, and once the next run has
 * begun nothing is left of any other.
 *
 * After a power cut the directory has all that was changed before it was last synced, and of later
 * changes any: each set of them is tried. */
#include "support/program.h"
#include "support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/set/fileset.h"
#include "lib/set/prune.h"
#include "lib/set/sweep.h"

#define FILES 3
static const char *const names[FILES] = {"a", "b", "s"};

#define NEW INT64_C(30)

/* ---- what is done to the directory ---- */

#define CHANGES_MAX 64
#define NAMES_MAX   32

enum what { MADE, RENAMED, UNLINKED, SYNCED };

struct change {
    enum what what;
    char from[32], to[32];
};

/* Interposed functions are handed nothing, so this can't live anywhere else. */
static struct {
    const char *dir; /* NULL: nothing is noted */
    struct change all[CHANGES_MAX];
    size_t count;
    char known[NAMES_MAX][32]; /* names of which it is noted that they were made */
    size_t known_count;
    size_t kill_at; /* in place of this change, from 1; 0: none */
} seen;

static void note(enum what what, const char *from, const char *to)
{
    if (!seen.dir)
        return;
    if (seen.count + 1 == seen.kill_at)
        (void)raise(SIGKILL);
    struct change *change = &seen.all[seen.count++];
    assert_true(seen.count < CHANGES_MAX);
    change->what = what;
    (void)snprintf(change->from, sizeof change->from, "%s", from);
    (void)snprintf(change->to, sizeof change->to, "%s", to);
}

/* Notes what was made since the last look. */
static void note_made(void)
{
    DIR *dir = seen.dir ? opendir(seen.dir) : NULL;
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        size_t i = 0;
        while (i < seen.known_count && strcmp(seen.known[i], entry->d_name) != 0)
            i++;
        if (i < seen.known_count || entry->d_name[0] == '.')
            continue;
        (void)snprintf(seen.known[seen.known_count++], 32, "%.31s", entry->d_name);
        assert_true(seen.known_count < NAMES_MAX);
        note(MADE, "", entry->d_name);
    }
    if (dir)
        (void)closedir(dir);
}

static void note_renamed(const char *from, const char *to)
{
    note_made();
    note(RENAMED, from, to);
    if (seen.dir)
        (void)snprintf(seen.known[seen.known_count++], 32, "%.31s", to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    note_renamed(from, to);
    return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
    note_renamed(from, to);
    return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int unlinkat(int fd, const char *name, int flags)
{
    note_made();
    if (faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        note(UNLINKED, name, "");
    return (int)syscall(SYS_unlinkat, fd, name, flags);
}

/* A file's own sync says nothing of names; a file is empty or whole here, as it is when it is
 * synced before it is renamed. */
int fsync(int fd)
{
    struct stat st;
    int result = (int)syscall(SYS_fsync, fd);
    note_made();
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        note(SYNCED, "", "");
    return result;
}

/* ---- one run ---- */

struct fixture {
    char *dir;
    struct smc_error err;
};

/* Two sets, and the beginning of a removed one. */
static const char *const before[] = {"10-a.json", "10-b.json", "10-s.json",     "20-a.json",
                                     "20-b.json", "20-s.json", "5-s.json.part", "5-a.json"};
#define BEFORE (sizeof before / sizeof before[0])

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    (void)memset(&seen, 0, sizeof seen);
    f->dir = temp_dir_make();
    for (size_t i = 0; i < BEFORE; i++)
        text_put(f->dir, before[i], "[]");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    (void)memset(&seen, 0, sizeof seen);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static struct smci_fileset *begin(struct fixture *f)
{
    struct smci_fileset *set = NULL;
    if (smci_fileset_open(&set, f->dir, names, FILES, NULL, &f->err) != SMC_OK ||
        smci_fileset_begin(set, NEW, &f->err) != SMC_OK)
        fail_msg("%s", f->err.detail);
    return set;
}

/* Publishes a set and removes all others. */
static int publish(void *ctx)
{
    struct fixture *f = ctx;
    const struct smci_prune what = {.keep = 1, .spared = NEW, .now_s = NEW};
    seen.dir = f->dir;
    struct smci_fileset *set = begin(f);
    for (int i = 0; i < FILES; i++) {
        struct smci_part *part = NULL;
        assert_int_equal(smci_fileset_file(set, names[i], &part, &f->err), SMC_OK);
        assert_int_equal(smci_part_text(part, "[]\n", 3, &f->err), SMC_OK);
        assert_int_equal(smci_part_finish(part, &f->err), SMC_OK);
    }
    assert_int_equal(smci_fileset_publish(set, &f->err), SMC_OK);
    assert_int_equal(smci_prune(smci_fileset_site(set), &what, NULL, &f->err), SMC_OK);
    smci_fileset_free(set);
    seen.dir = NULL;
    return 0;
}

/* ---- what is to be true after it ---- */

static bool has(const struct fixture *f, int64_t timestamp, const char *name, const char *suffix)
{
    char *path = text_format("%s/%lld-%s.json%s", f->dir, (long long)timestamp, name, suffix);
    bool is_there = file_exists(path);
    free(path);
    return is_there;
}

static const int64_t sets[] = {5, 10, 20, NEW};
#define SETS (sizeof sets / sizeof sets[0])

/* No set with a summary lacks a file, and there is one; with `is_clean` nothing else is there. */
static void check(const struct fixture *f, bool is_clean)
{
    size_t complete = 0;
    for (size_t i = 0; i < SETS; i++) {
        bool is_complete = has(f, sets[i], "s", "");
        complete += is_complete;
        for (int k = 0; k < FILES; k++) {
            bool is_there = has(f, sets[i], names[k], "");
            bool is_part = has(f, sets[i], names[k], ".part");
            if ((is_complete && !is_there) || (is_clean && (is_part || is_there != is_complete)))
                fail_msg("%lld-%s: complete %d, there %d, .part %d", (long long)sets[i], names[k],
                         is_complete, is_there, is_part);
        }
    }
    assert_true(complete > 0);
}

static void check_next_run(struct fixture *f)
{
    check(f, false);
    smci_fileset_free(begin(f));
    check(f, true);
}

/* ---- killed ---- */

static void test_killed(void **state)
{
    size_t n = 1;
    for (bool has_ended = false; !has_ended; n++) {
        void *made = NULL;
        assert_int_equal(setup(&made), 0);
        seen.kill_at = n;
        int status = in_child(publish, made);
        has_ended = status == 0;
        if (!has_ended)
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        seen.kill_at = 0;
        check_next_run(made);
        (void)teardown(&made);
    }
    assert_in_range(n, 20, CHANGES_MAX);
    (void)state;
}

/* ---- power cuts ---- */

struct disk {
    char names[NAMES_MAX][32]; /* "": a free place */
};

static char *find(struct disk *disk, const char *name)
{
    for (size_t i = 0; i < NAMES_MAX; i++)
        if (strcmp(disk->names[i], name) == 0)
            return disk->names[i];
    return NULL;
}

static void apply(struct disk *disk, const struct change *change)
{
    char *from = change->what == MADE ? NULL : find(disk, change->from);
    if (change->what == SYNCED || (change->what != MADE && !from))
        return;
    if (from)
        *from = '\0';
    if (change->what == UNLINKED || find(disk, change->to))
        return;
    char *to = find(disk, "");
    assert_non_null(to);
    (void)snprintf(to, 32, "%s", change->to);
}

/* What a cut leaves of which `count` changes were made, the later ones of them by their bits in
 * `mask`. */
static void build(const struct fixture *f, const struct disk *synced, size_t first, size_t count,
                  unsigned mask)
{
    struct disk disk = *synced;
    for (size_t i = first; i < count; i++)
        if (mask >> (i - first) & 1)
            apply(&disk, &seen.all[i]);
    for (size_t i = 0; i < NAMES_MAX; i++)
        if (*disk.names[i])
            text_put(f->dir, disk.names[i], "[]");
}

static void empty(struct fixture *f)
{
    temp_dir_remove(f->dir);
    f->dir = temp_dir_make();
}

static void test_power_cuts(void **state)
{
    struct fixture *f = *state;
    struct disk synced = {{{0}}};
    size_t first = 0;
    size_t cuts = 0;
    for (size_t i = 0; i < BEFORE; i++) {
        (void)snprintf(synced.names[i], 32, "%s", before[i]);
        (void)snprintf(seen.known[seen.known_count++], 32, "%s", before[i]);
    }
    (void)publish(f);
    for (size_t count = 0; count <= seen.count; count++) {
        if (count && seen.all[count - 1].what == SYNCED)
            for (; first < count; first++)
                apply(&synced, &seen.all[first]);
        assert_in_range(count - first, 0, 10);
        for (unsigned mask = 0; mask < 1U << (count - first); mask++, cuts++) {
            empty(f);
            build(f, &synced, first, count, mask);
            check_next_run(f);
        }
    }
    assert_in_range(cuts, 50, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed),
        cmocka_unit_test_setup_teardown(test_power_cuts, setup, teardown),
    };
    return cmocka_run_group_tests_name("set_cuts", tests, NULL, NULL);
}
