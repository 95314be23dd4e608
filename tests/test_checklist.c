/* The lines of --check as such: their form, their texts, and the verdict on free space. */
#include "tests/support/support.h"

#include "tests/support/json_tree.h"
#include "tests/support/log_sink.h"

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

/* ---- with --json ---- */

/* Each line is an entry and goes to the log; what could not be tried is one of its own. */
static void test_entries(void **state)
{
    (void)state;
    struct log_sink sink;
    struct smci_cli_checklist list;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf object = SMC_BUF_INIT(4096);
    log_sink_init(&sink);
    assert_int_equal(smc_log_hide(sink.log, SECRET), SMC_OK);
    smci_cli_checklist_init(&list, NULL, sink.log);
    smci_cli_checklist_record(&list, &object);
    smci_cli_ok(&list, "name", "1.2.3.4");
    smci_cli_warn(&list, "clock", "%d s off", 90);
    smci_cli_remedy(&list, "set it");
    smci_cli_failed(&list, SMC_ERR_AUTH, "credentials", "refused: " SECRET);
    smci_cli_untried(&list, "rights");
    smci_cli_untold(&list, "token", "who knows");
    assert_int_equal(smci_cli_checklist_end(&list, "p", &err), SMC_ERR_AUTH);
    assert_string_equal(err.detail, "p would not work: 1 of 3 checks failed");
    smci_cli_checklist_close(&list);
    struct json_tree *root = json_tree_parse(object.data, object.len);
    struct json_tree *checks = json_tree_get(root, "checks");
    struct json_tree *clock = json_tree_item(checks, "name", "clock");
    assert_string_equal(json_tree_text(clock, "verdict"), "warn");
    assert_string_equal(json_tree_text(clock, "text"), "90 s off");
    assert_string_equal(json_tree_text(clock, "remedy"), "set it");
    struct json_tree *failed = json_tree_item(checks, "name", "credentials");
    assert_string_equal(json_tree_text(failed, "verdict"), "fail");
    assert_true(json_tree_is_null(failed, "remedy"));
    struct json_tree *untried = json_tree_item(checks, "name", "rights");
    assert_string_equal(json_tree_text(untried, "verdict"), "not_tried");
    assert_true(json_tree_is_null(untried, "text"));
    assert_string_equal(json_tree_text(json_tree_item(checks, "name", "token"), "verdict"),
                        "unknown");
    assert_lacks(object.data, SECRET);
    assert_contains(log_sink_text(&sink), "INFO - name: 1.2.3.4\n");
    assert_contains(log_sink_text(&sink), "WARNING - clock: 90 s off\nINFO - do: set it\n");
    assert_contains(log_sink_text(&sink), "ERROR - credentials: refused: ");
    assert_lacks(log_sink_text(&sink), SECRET);
    json_tree_free(root);
    log_sink_clear(&sink);
    smc_buf_clear(&object);
}

/* A check that was cut off has what it has found. */
static void test_entries_cut_off(void **state)
{
    (void)state;
    struct smci_cli_checklist list;
    struct smc_buf object = SMC_BUF_INIT(4096);
    smci_cli_checklist_init(&list, NULL, NULL);
    smci_cli_checklist_record(&list, &object);
    smci_cli_ok(&list, "name", "1.2.3.4");
    smci_cli_checklist_close(&list);
    smci_cli_checklist_close(&list);
    struct json_tree *root = json_tree_parse(object.data, object.len);
    assert_non_null(json_tree_item(json_tree_get(root, "checks"), "name", "name"));
    json_tree_free(root);
    smc_buf_clear(&object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_clean),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_entries_cut_off),
    };
    int failed = RUN_TABLE("space", space_rows, test_space);
    failed += RUN_TABLE("made along", made_rows, test_made);
    return failed + cmocka_run_group_tests_name("checklist", tests, NULL, NULL);
}
