/* Where a set is written: the directory, and how a file there gets its name. */
#include "support/program.h"
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/dir.h"
#include "lib/set/fileset.h"
#include "lib/set/part.h"

#define START INT64_C(1790000000)

static const char *const names[] = {"x"};

struct fixture {
    char *dir;
    struct smci_fileset *set;
    struct smc_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_dir_make();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smci_fileset_free(f->set);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void assert_content(const struct fixture *f, const char *name, const char *expected)
{
    char *path = text_format("%s/%s", f->dir, name);
    char *text = file_read(path, NULL);
    assert_string_equal(text, expected);
    free(text);
    free(path);
}

static void assert_child(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

/* ---- directories ---- */

struct directory_row {
    const char *name;
    const char *below; /* of the test's directory, where "file" is a regular file; NULL: no name */
    const char *says;  /* NULL: it works */
};
static const struct directory_row directories[] = {
    {"one that is there", "", NULL},
    {"no name at all", NULL, "the directory's name is empty"},
    {"a slash at the end", "/new/", NULL},
    {"slashes in a row", "//new//deep//", NULL},
    {"parents that are missing", "/a/b/c/d", NULL},
    {"a regular file", "/file", "/file: this is not a directory"},
    {"below a regular file", "/file/sub", "/file: this is not a directory"},
    {"a link to nothing", "/dangling", "/dangling: can't make the directory"},
    {"below /proc", "/../../../../../../../../proc/sigmacat/x",
     "/proc/sigmacat: can't make the directory"},
};

static void test_directory(void **state)
{
    const struct directory_row *row = *state;
    void *made = NULL;
    assert_int_equal(setup(&made), 0);
    struct fixture *f = made;
    char *file = text_format("%s/file", f->dir);
    file_write(file, "x", 1);
    char *link = text_format("%s/dangling", f->dir);
    assert_int_equal(symlink("nowhere", link), 0);
    char *path = row->below ? text_format("%s%s", f->dir, row->below) : text_format("%s", "");
    enum smc_status rc = smci_fileset_open(&f->set, path, names, 1, NULL, &f->err);
    assert_int_equal(rc, row->says ? SMC_ERR_IO : SMC_OK);
    if (row->says) {
        assert_null(f->set);
        assert_contains(f->err.detail, row->says);
    } else {
        struct smci_part *part = NULL;
        assert_int_equal(smci_fileset_begin(f->set, START, &f->err), SMC_OK);
        assert_int_equal(smci_fileset_file(f->set, "x", &part, &f->err), SMC_OK);
        assert_int_equal(smci_part_finish(part, &f->err), SMC_OK);
        assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_OK);
        char *written = text_format("%s/1790000000-x.json", path);
        assert_true(file_exists(written));
        free(written);
    }
    free(path);
    free(link);
    free(file);
    (void)teardown(&made);
}

static int open_unprivileged(void *ctx)
{
    struct fixture *f = ctx;
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
        return 77;
    if (smci_fileset_open(&f->set, f->dir, names, 1, NULL, &f->err) != SMC_ERR_IO || f->set)
        return 1;
    char *expected = text_format("%s: can't write to the directory", f->dir);
    bool is_said = strncmp(f->err.detail, expected, strlen(expected)) == 0;
    free(expected);
    return is_said ? 0 : 2;
}

static void test_directory_read_only(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(chmod(f->dir, 0555), 0);
    int status = in_child(open_unprivileged, f);
    assert_int_equal(chmod(f->dir, 0700), 0);
    assert_child(status);
}

/* ---- renames ---- */

struct rename_row {
    const char *name;
    enum smci_rename_way way;
};
static const struct rename_row renames[] = {
    {"in one step", SMCI_RENAME_NOREPLACE},
    {"by a second name", SMCI_RENAME_LINK},
    {"by looking first", SMCI_RENAME_LOOK},
};

static void test_rename(void **state)
{
    const struct rename_row *row = *state;
    void *made = NULL;
    assert_int_equal(setup(&made), 0);
    struct fixture *f = made;
    int fd = open(f->dir, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    text_put(f->dir, "new", "new");
    text_put(f->dir, "old", "old");
    assert_int_equal(smci_rename_new(fd, "new", "old", row->way), EEXIST);
    assert_content(f, "old", "old");
    assert_content(f, "new", "new");
    assert_int_equal(smci_rename_new(fd, "new", "to", row->way), 0);
    assert_content(f, "to", "new");
    char *gone = text_format("%s/new", f->dir);
    assert_false(file_exists(gone));
    free(gone);
    assert_int_equal(smci_rename_new(fd, "new", "x", row->way), ENOENT);
    (void)close(fd);
    (void)teardown(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_directory_read_only, setup, teardown),
    };
    int failed = RUN_TABLE("directories", directories, test_directory);
    failed += RUN_TABLE("renames", renames, test_rename);
    return failed + cmocka_run_group_tests_name("place of a set", tests, NULL, NULL);
}
