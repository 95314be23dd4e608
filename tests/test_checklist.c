/* The lines of --check as such: their form, their texts, and the verdict on free space. */
#include "tests/support/support.h"

#include "lib/cli/place.h"

#define SECRET "sim-secret"

/* ---- space ---- */

struct space_row {
    const char *name;
    uint64_t byte_count;
    uint64_t inode_count;
    const char *line;
    enum smc_status status;
};

#define MIB ((uint64_t)1 << 20)

static const struct space_row space_rows[] = {
    {"plenty", 2560 * MIB, 9, "ok    space        /d: 2.5 GiB are free\n", SMC_OK},
    {"just_enough", 1024 * MIB, 9, "ok    space        /d: 1.0 GiB are free\n", SMC_OK},
    {"little", 1023 * MIB, 9, "warn  space        /d: only 1023.0 MiB are free\n", SMC_OK},
    {"least", 1 * MIB, 1, "warn  space        /d: only 1.0 MiB are free\n", SMC_OK},
    {"full", MIB - 1, 9, "FAIL  space        /d: the disk is full: 1.0 MiB are free\n", SMC_ERR_IO},
    {"none", 0, 9, "FAIL  space        /d: the disk is full: 0.0 MiB are free\n", SMC_ERR_IO},
    {"no_inodes", 2560 * MIB, 0, "FAIL  space        /d: no more files can be made", SMC_ERR_IO},
};

static void test_space(void **state)
{
    const struct space_row *row = *state;
    struct smci_cli_checklist list;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    smci_cli_checklist_init(&list, out, NULL);
    smci_cli_judge_space(&list, "/d", row->byte_count, row->inode_count);
    assert_int_equal(smci_cli_checklist_end(&list, "p", NULL), row->status);
    (void)fclose(out);
    assert_memory_equal(text, row->line, strlen(row->line));
    free(text);
}

/* ---- what is made along with a directory ---- */

struct made_row {
    const char *name;
    const char *path;
    const char *directory;
    bool is_made;
};

static const struct made_row made_rows[] = {
    {"itself", "no-such-a/b", "no-such-a/b", true},
    {"with_slashes", "no-such-a/b//", "no-such-a/b/", true},
    {"above", "no-such-a/b", "no-such-a", true},
    {"spelt_otherwise", "./no-such-a/b", "no-such-a", true},
    {"with_a_dot", "./.no-such-a/b", ".no-such-a", true},
    {"from_the_root", "/no-such-a/b", "/no-such-a", true},
    {"by_another_way", "/tmp/../no-such-a/b", "/no-such-a", true},
    {"below", "no-such-a", "no-such-a/b", false},
    {"beside", "no-such-a/b", "no-such-a/c", false},
    {"shorter", "no-such-ab", "no-such-a", false},
    {"elsewhere", "/tmp/no-such-a", "/no-such-a", false},
    {"made_already", "/tmp", "/tmp/no-such-a", false},
};

static void test_made(void **state)
{
    const struct made_row *row = *state;
    assert_int_equal(smci_cli_makes(row->path, row->directory), row->is_made);
}

/* ---- texts ---- */

static void test_texts_are_clean(void **state)
{
    struct smci_cli_checklist list;
    struct smc_log *log = smc_log_new(-1, SMC_LOG_ERROR, SMC_LOG_TEXT);
    char *text = NULL;
    size_t len = 0;
    (void)state;
    FILE *out = open_memstream(&text, &len);
    assert_int_equal(smc_log_hide(log, SECRET), SMC_OK);
    smci_cli_checklist_init(&list, out, log);
    smci_cli_failed(&list, SMC_ERR_HTTP, "name", "a\x1b[2J\n%s \xc2\x9b b", SECRET);
    smci_cli_remedy(&list, "do\r%s", SECRET);
    smci_cli_failed(&list, SMC_ERR_AUTH, "other", "x");
    smci_cli_remedy(&list, "y");
    smci_cli_untried(&list, "third");
    smci_cli_untried(&list, "fourth");
    assert_int_equal(smci_cli_checklist_end(&list, "p", NULL), SMC_ERR_HTTP); /* the first */
    (void)fclose(out);
    assert_string_equal(text, "FAIL  name         a?[2J?*** ?? b\n"
                              "        do: do?***\n"
                              "FAIL  other        x\n"
                              "        do: y\n"
                              "--    not tried    third, fourth\n"
                              "p would not work: 2 of 2 checks failed\n");
    free(text);
    smc_log_free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_clean),
    };
    int failed = RUN_TABLE("space", space_rows, test_space);
    failed += RUN_TABLE("made along", made_rows, test_made);
    return failed + cmocka_run_group_tests_name("checklist", tests, NULL, NULL);
}
