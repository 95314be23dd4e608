/* The head of --json and --report, and what may not go to standard output beside it. */
#include "tests/support/support.h"

#include <string.h>

#include "lib/cli/result.h"

/* ---- the head ---- */

struct head_row {
    const char *name;
    struct smci_cli_result result;
    const char *expected; /* after program and version */
};

static const struct head_row heads[] = {
    {"done",
     {.mode = SMCI_CLI_MODE_RUN,
      .began_ms = INT64_C(1790000000000),
      .ended_ms = INT64_C(1790000061500),
      .address_name = "host",
      .address = "https://api.example.com",
      .profile = "acme",
      .error = "not looked at"},
     " \"mode\": \"run\",\n \"result\": \"ok\",\n \"exit_status\": 0,\n \"error\": null,\n"
     " \"began\": \"2026-09-21T14:13:20Z\",\n \"ended\": \"2026-09-21T14:14:21Z\",\n"
     " \"host\": \"https://api.example.com\",\n \"profile\": \"acme\"\n}\n"},
    {"nothing known",
     {.mode = SMCI_CLI_MODE_DRY_RUN,
      .status = SMC_ERR_USAGE,
      .error = "unknown option '--x'",
      .address_name = "endpoint",
      .address = "",
      .profile = ""},
     " \"mode\": \"dry_run\",\n \"result\": \"failed\",\n \"exit_status\": 2,\n"
     " \"error\": \"unknown option '--x'\",\n \"began\": null,\n \"ended\": null,\n"
     " \"endpoint\": null,\n \"profile\": null\n}\n"},
    {"failed without words",
     {.mode = SMCI_CLI_MODE_LIST, .status = SMC_ERR_IO, .error = "", .address_name = "host"},
     " \"mode\": \"list\",\n \"result\": \"failed\",\n \"exit_status\": 5,\n \"error\": null,\n"
     " \"began\": null,\n \"ended\": null,\n \"host\": null,\n \"profile\": null\n}\n"},
    {"stopped, by no signal",
     {.mode = SMCI_CLI_MODE_CHECK,
      .status = SMC_ERR_CANCELLED,
      .error = "stopped",
      .address_name = "host"},
     " \"mode\": \"check\",\n \"result\": \"interrupted\",\n \"exit_status\": 1,\n"
     " \"error\": \"stopped\",\n \"began\": null,\n \"ended\": null,\n \"host\": null,\n"
     " \"profile\": null\n}\n"},
    {"another word",
     {.mode = SMCI_CLI_MODE_STATUS,
      .word = SMCI_CLI_WORD_DEGRADED,
      .status = SMC_ERR_GAPS,
      .error = "too much",
      .address_name = "host"},
     " \"mode\": \"status\",\n \"result\": \"degraded\",\n \"exit_status\": 6,\n"
     " \"error\": \"too much\",\n \"began\": null,\n \"ended\": null,\n \"host\": null,\n"
     " \"profile\": null\n}\n"},
};

static void test_head(void **state)
{
    const struct head_row *row = *state;
    struct smci_cli_result result = row->result;
    struct smc_buf out = SMC_BUF_INIT(4096);
    result.program = "a-program";
    struct smci_writer json = smci_cli_result_begin(&out, SMCI_WRITE_LINES, &result);
    assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
    char *expected = text_format(
        "{\n \"program\": \"a-program\",\n \"version\": \"" SMC_VERSION "\",\n%s", row->expected);
    assert_string_equal(smc_buf_str(&out), expected);
    free(expected);
    smc_buf_clear(&out);
}

/* What follows from a status without a word of its own. */
static void test_words(void **state)
{
    (void)state;
    for (int status = SMC_OK; status <= SMC_ERR_REFUSED; status++) {
        const struct smci_cli_result result = {
            .program = "p", .status = (enum smc_status)status, .address_name = "host"};
        const char *word = status == SMC_OK              ? "\"ok\""
                           : status == SMC_ERR_CANCELLED ? "\"interrupted\""
                                                         : "\"failed\"";
        struct smc_buf out = SMC_BUF_INIT(4096);
        struct smci_writer json = smci_cli_result_begin(&out, SMCI_WRITE_LINES, &result);
        assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
        char *expected = text_format("\"result\": %s", word);
        assert_non_null(strstr(smc_buf_str(&out), expected));
        free(expected);
        smc_buf_clear(&out);
    }
}

/* A secret that a message has is masked. */
static void test_secret(void **state)
{
    (void)state;
    struct smc_log *log = smc_log_new(-1, SMC_LOG_ERROR, SMC_LOG_TEXT);
    assert_int_equal(smc_log_hide(log, "hunter2-hunter2"), SMC_OK);
    const struct smci_cli_result result = {.program = "p",
                                           .status = SMC_ERR_IO,
                                           .error = "the server said hunter2-hunter2",
                                           .address_name = "host",
                                           .log = log};
    struct smc_buf out = SMC_BUF_INIT(4096);
    struct smci_writer json = smci_cli_result_begin(&out, SMCI_WRITE_LINES, &result);
    assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
    assert_null(strstr(smc_buf_str(&out), "hunter2"));
    assert_non_null(strstr(smc_buf_str(&out), "the server said"));
    smc_buf_clear(&out);
    smc_log_free(log);
}

/* ---- one thing on standard output ---- */

struct target {
    bool is_json;
    const char *report;
};

static const struct smci_setting rows[] = {
    {.flag = "--json", .variable = "X_JSON", SMCI_SETTING_IN(FLAG, struct target, is_json)},
    {.flag = "--report",
     .metavar = "FILE",
     .variable = "X_REPORT",
     SMCI_SETTING_IN(PATH, struct target, report)},
};
static const struct smci_settings_table table = {rows, 2, NULL};

struct check_row {
    const char *name;
    enum smci_source json; /* SMCI_FROM_DEFAULT: not given */
    const char *path;      /* NULL: not given */
    enum smci_source report;
    enum smc_status status;
    bool is_json, has_report; /* afterwards */
};

static const struct check_row checks[] = {
    {"alone", SMCI_FROM_FLAG, NULL, SMCI_FROM_DEFAULT, SMC_OK, true, false},
    {"a file beside it", SMCI_FROM_FLAG, "report.json", SMCI_FROM_FLAG, SMC_OK, true, true},
    {"no --json", SMCI_FROM_DEFAULT, "-", SMCI_FROM_FLAG, SMC_OK, false, true},
    {"both by flag", SMCI_FROM_FLAG, "-", SMCI_FROM_FLAG, SMC_ERR_USAGE, true, true},
    {"by its device", SMCI_FROM_FLAG, "/dev/stdout", SMCI_FROM_FLAG, SMC_ERR_USAGE, true, true},
    {"by its number", SMCI_FROM_FLAG, "/proc/self/fd/1", SMCI_FROM_FLAG, SMC_ERR_USAGE, true, true},
    {"standard error", SMCI_FROM_FLAG, "/dev/stderr", SMCI_FROM_FLAG, SMC_OK, true, true},
    {"both by variable", SMCI_FROM_VARIABLE, "-", SMCI_FROM_VARIABLE, SMC_ERR_USAGE, true, true},
    {"--json is the higher", SMCI_FROM_FLAG, "-", SMCI_FROM_VARIABLE, SMC_OK, true, false},
    {"the other is the higher", SMCI_FROM_VARIABLE, "-", SMCI_FROM_FLAG, SMC_OK, false, true},
};

static void test_check(void **state)
{
    const struct check_row *row = *state;
    struct smci_settings settings;
    struct target target;
    struct smc_error err = SMC_ERROR_INIT;
    assert_int_equal(smci_settings_init(&settings, &table, &target, &err), SMC_OK);
    const struct smci_given json = {"--json", "true", row->json};
    const struct smci_given report = {"--report", row->path, row->report};
    if (row->json != SMCI_FROM_DEFAULT)
        assert_int_equal(smci_settings_put(&settings, &rows[0], &json, &err), SMC_OK);
    if (row->path)
        assert_int_equal(smci_settings_put(&settings, &rows[1], &report, &err), SMC_OK);
    const struct smci_cli_result_path paths[] = {{"--report", &target.report}};
    assert_int_equal(smci_cli_result_check(&settings, &target.is_json, paths, 1, &err),
                     row->status);
    assert_int_equal(err.code, row->status);
    if (row->status != SMC_OK)
        assert_non_null(strstr(err.detail, "--json and --report exclude each other"));
    assert_int_equal(target.is_json, row->is_json);
    assert_int_equal(target.report != NULL, row->has_report);
    smci_settings_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_secret),
    };
    int failed = RUN_TABLE("heads", heads, test_head);
    failed += RUN_TABLE("checks", checks, test_check);
    return failed + cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
