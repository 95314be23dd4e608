/* smci_prune: which sets of a directory go, and that nothing else does. */
#include "support/support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/set/prune.h"

/* The names of a set's files, the summary last, as the extractor has them. */
static const char *const names[] = {"files", "members", "summary"};

#define NOW INT64_C(1000)

struct row {
    const char *name;
    const char *files; /* that are there, divided by spaces */
    size_t keep;
    int64_t spared;
    const char *left; /* of them, in the same order */
};

#define SET(ts) ts "-files.json " ts "-members.json " ts "-summary.json"

/* Partial ones. */
#define PART(ts)  ts "-members.json " ts "-summary.json"
#define OTHER(ts) ts "-files.json " ts "-summary.json"

static const struct row rows[] = {
    {"fewer than are kept", SET("10") " " SET("20"), 3, 20, SET("10") " " SET("20")},
    {"as many", SET("10") " " SET("20"), 2, 20, SET("10") " " SET("20")},
    {"one more", SET("10") " " SET("20"), 1, 20, SET("20")},
    {"several", SET("10") " " SET("20") " " SET("30") " " SET("40"), 2, 40,
     SET("30") " " SET("40")},
    {"by number, not by text", SET("9") " " SET("10") " " SET("100"), 2, 100,
     SET("10") " " SET("100")},
    {"the spared one is the oldest", SET("10") " " SET("20") " " SET("30"), 1, 10,
     SET("10") " " SET("30")},
    {"a set without a summary does not count, and stays",
     "40-files.json 40-members.json " SET("30") " " SET("20"), 1, 30,
     "40-files.json 40-members.json " SET("30")},
    {"a summary alone is a set", "10-summary.json " SET("20"), 1, 20, SET("20")},
    {"what is being written goes with its set", "10-files.json.part " SET("10") " " SET("20"), 1,
     20, SET("20")},
    {"other files of that timestamp stay",
     "10-notes.json 10-files.csv 10-files.json.bak " SET("10") " " SET("20"), 1, 20,
     "10-notes.json 10-files.csv 10-files.json.bak " SET("20")},
    {"names that look like a summary",
     "summary.json -summary.json x10-summary.json 10_summary.json 10-summary.json.gz "
     "+5-summary.json 010-summary.json 99999999999999999999-summary.json " SET("20"),
     1, 20,
     "summary.json -summary.json x10-summary.json 10_summary.json 10-summary.json.gz "
     "+5-summary.json 010-summary.json 99999999999999999999-summary.json " SET("20")},
    {"one of fewer files counts for nothing", SET("10") " " SET("20") " " PART("30") " " SET("40"),
     2, 40, SET("20") " " PART("30") " " SET("40")},
    {"and goes like any other", PART("10") " " SET("20") " " SET("30"), 2, 30,
     SET("20") " " SET("30")},
    {"it never takes a whole one's place", SET("10") " " PART("20") " " SET("30") " " PART("40"), 1,
     40, SET("10") " " SET("30") " " PART("40")},
    {"but that of its like", SET("10") " " PART("20") " " PART("30") " " PART("40"), 1, 40,
     SET("10") " " PART("40")},
    {"whole ones count for it", PART("10") " " PART("20") " " SET("30") " " PART("40"), 2, 40,
     SET("30") " " PART("40")},
    {"one with another file", OTHER("10") " " PART("20") " " OTHER("30") " " PART("40"), 1, 40,
     OTHER("10") " " OTHER("30") " " PART("40")},
    {"one from the future does not count, and stays", SET("10") " " SET("20") " " SET("87401"), 1,
     20, SET("20") " " SET("87401")},
    {"a day ahead is not the future", SET("10") " " SET("20") " " SET("87400"), 1, 87400,
     SET("87400")},
    {"nothing", "", 1, 0, ""},
};

/* Calls `each` for each word. */
static void each_word(const char *words, const char *dir,
                      void (*each)(const char *path, const void *ctx), const void *ctx)
{
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        char *path = text_format("%s/%.*s", dir, (int)len, at);
        each(path, ctx);
        free(path);
        at += len;
    }
}

static void make(const char *path, const void *ctx)
{
    (void)ctx;
    file_write(path, "[]", 2);
}

static void check(const char *path, const void *left)
{
    char *word = text_format(" %s ", strrchr(path, '/') + 1);
    char *all = text_format(" %s ", (const char *)left);
    bool is_expected = strstr(all, word) != NULL;
    if (file_exists(path) != is_expected)
        fail_msg("%s was %s", path, is_expected ? "removed" : "left");
    free(word);
    free(all);
}

static enum smc_status prune(const char *dir, size_t keep, int64_t spared, struct smc_error *err)
{
    const struct smci_prune what = {keep, spared, NOW};
    const struct smci_site site = {dir, open(dir, O_RDONLY | O_DIRECTORY), names, 3};
    assert_true(site.dir_fd >= 0);
    enum smc_status rc = smci_prune(&site, &what, NULL, err);
    (void)close(site.dir_fd);
    return rc;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct smc_error err = SMC_ERROR_INIT;
    char *dir = temp_dir_make();
    each_word(row->files, dir, make, NULL);
    if (prune(dir, row->keep, row->spared, &err) != SMC_OK)
        fail_msg("%s", err.detail);
    each_word(row->files, dir, check, row->left);
    temp_dir_remove(dir);
}

/* A summary that can't be removed: the set stays whole, and the failure is told. */
static void test_not_removable(void **state)
{
    struct smc_error err = SMC_ERROR_INIT;
    char *dir = temp_dir_make();
    char *summary = text_format("%s/10-summary.json", dir);
    char *files = text_format("%s/10-files.json", dir);
    (void)state;
    each_word("10-files.json 10-members.json " SET("20"), dir, make, NULL);
    assert_int_equal(mkdir(summary, 0700), 0);
    assert_int_equal(prune(dir, 1, 20, &err), SMC_ERR_IO);
    assert_contains(err.detail, "10-summary.json");
    assert_true(file_exists(files));
    free(files);
    free(summary);
    temp_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_removable),
    };
    int failed = RUN_TABLE("prune", rows, test_row);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
