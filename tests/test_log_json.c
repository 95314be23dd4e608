/* A line of the log as JSON, whatever is in it. */
#include "support/support.h"

#include <math.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/log_json.h"
#include "support/log_lines.h"

struct fixture {
    struct smc_log *log;
    char line[SMCI_LOG_JSON_MAX];
};

static void keep(void *ctx, const char *line)
{
    struct fixture *f = ctx;
    (void)snprintf(f->line, sizeof f->line, "%s", line);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->log = smc_log_new(-1, SMC_LOG_DEBUG, SMC_LOG_JSON);
    smci_log_set_writer(f->log, keep, f);
    smci_log_set_program(f->log, "castor-x");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    smc_log_free(f->log);
    free(f);
    return 0;
}

/* The last line, held to the tables; the caller frees it. */
static struct json_tree *last(const struct fixture *f)
{
    return log_line_read(f->line, strlen(f->line), "castor-x");
}

static void test_members(void **state)
{
    struct fixture *f = *state;
    smci_log_event(f->log, SMC_LOG_WARN, SMCI_EVENT_RETRY,
                   SMCI_FACTS(.asset = "elements", .method = "GET", .path = "/v2/x?page=secret",
                              .path_len = 5, .request_id = "r-1", .reason = "HTTP 503",
                              .status = 503, .attempt = 2, .attempts_max = 5, .seconds = 12.3456),
                   "GET %s: again", "/v2/x");
    const char *line = strstr(f->line, "\"level\"");
    assert_non_null(line);
    assert_string_equal(line, "\"level\": \"warning\", \"program\": \"castor-x\", \"event\": "
                              "\"retry\", \"message\": \"GET /v2/x: again\", \"asset\": "
                              "\"elements\", \"file\": null, \"method\": \"GET\", \"path\": "
                              "\"/v2/x\", \"requestId\": \"r-1\", \"reason\": \"HTTP 503\", "
                              "\"status\": 503, \"try\": 2, \"tries\": 5, \"seconds\": 12.346}\n");
    json_tree_free(last(f));
}

/* Not known is null, and 0 where that says something. */
static void test_null_and_zero(void **state)
{
    struct fixture *f = *state;
    smci_log_event(f->log, SMC_LOG_DEBUG, SMCI_EVENT_CALL,
                   SMCI_FACTS(.request_id = "", .bytes = 0, .body_bytes = -1), "x");
    assert_contains(f->line, "\"asset\": null, \"method\": null, \"path\": null, \"requestId\": "
                             "null, \"status\": null, \"try\": null, \"bytes\": 0, \"bodyBytes\": "
                             "null, \"ms\": 0, \"reused\": false}");
    json_tree_free(last(f));
    smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_SETTING, NULL, "x");
    assert_contains(f->line, "\"message\": \"x\"}\n");
    json_tree_free(last(f));
    smc_log_write(f->log, SMC_LOG_INFO, "x");
    assert_contains(f->line, "\"event\": null, \"message\": \"x\"}\n");
    smci_log_set_program(f->log, NULL);
    smc_log_write(f->log, SMC_LOG_INFO, "x");
    json_tree_free(log_line_read(f->line, strlen(f->line), NULL));
}

/* Each kind of line, with nothing known of it and with all there may be. */
static void test_each_event(void **state)
{
    struct fixture *f = *state;
    for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++) {
        smci_log_event(f->log, SMC_LOG_INFO, (enum smci_log_event)i, NULL, "message");
        struct json_tree *root = last(f);
        assert_string_equal(json_tree_text(root, "event"), smci_log_kinds[i].word);
        json_tree_free(root);
    }
}

/* What a site gives and its table does not have is seen, not lost. */
static void test_unexpected_fact(void **state)
{
    struct fixture *f = *state;
    smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_LISTING,
                   SMCI_FACTS(.asset = "files", .count = 3), "x");
    assert_contains(f->line, "\"asset\": \"files\", \"count\": 3}");
}

/* ---- texts ---- */

struct text_row {
    const char *name;
    const char *text;
    const char *expected;
};

static const struct text_row text_rows[] = {
    {"quotes and backslashes", "a\"b\\c\\", "a\"b\\c\\"},
    {"a forged line", "a\n{\"level\": \"error\"}\r", "a?{\"level\": \"error\"}?"},
    {"a terminal's", "\x1b[31m\x7f\xc2\x9b", "?[31m???"},
    {"not UTF-8", "gr\xfcn \xe2\x82 \xf0\x9f", "gr?n ?? ??"},
    {"a surrogate, an overlong slash", "\xed\xa0\x80\xc0\xaf", "?????"},
    {"beyond Unicode", "\xf4\x90\x80\x80", "????"},
    {"UTF-8", "\xe5\xa3\xb2\xe4\xb8\x8a \xf0\x9f\x98\x80",
     "\xe5\xa3\xb2\xe4\xb8\x8a \xf0\x9f\x98\x80"},
    {"right to left, line separator", "\xe2\x80\xae\xe2\x80\xa8", "??????"},
    {"a command", "##vso[x] ::error::y", "##vso[x] ::error::y"},
    {"a secret", "xtigeryx", "x***yx"},
    {"a secret, percent-encoded", "a%74iger", "a***"},
};

static void test_text(void **state)
{
    const struct text_row *row = *state;
    void *fixture;
    assert_int_equal(setup(&fixture), 0);
    struct fixture *f = fixture;
    assert_int_equal(smc_log_hide(f->log, "tiger"), SMC_OK);
    smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_DELETED,
                   SMCI_FACTS(.asset = row->text, .id = row->text), "%s", row->text);
    struct json_tree *root = last(f);
    assert_string_equal(json_tree_text(root, "message"), row->expected);
    assert_string_equal(json_tree_text(root, "asset"), row->expected);
    assert_string_equal(json_tree_text(root, "id"), row->expected);
    assert_lacks(f->line, "##");
    assert_lacks(f->line, "::error");
    json_tree_free(root);
    assert_int_equal(teardown(&fixture), 0);
}

/* However long, and whatever each byte costs: one line of JSON, with all its members. */
static void test_long(void **state)
{
    struct fixture *f = *state;
    static const char *const pieces[] = {"x",    "\"",   "\\", "\x01", "##[", "\xf0\x9f\x98\x80",
                                         "\xff", "::a::"};
    char *text = calloc(1, 200001);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t len = strlen(pieces[i]);
        for (size_t at = 0; at + len <= 200000; at += len)
            (void)memcpy(text + at, pieces[i], len + 1);
        for (size_t shift = 0; shift < 4; shift++) {
            const char *shifted = text + 200000 - 200000 / len * len + shift;
            smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_GAP,
                           SMCI_FACTS(.asset = shifted, .id = shifted, .name = shifted,
                                      .path = shifted, .request_id = shifted, .reason = shifted,
                                      .status = 404),
                           "%s", shifted);
            assert_true(strlen(f->line) < SMCI_LOG_JSON_MAX);
            assert_contains(f->line, "\"status\": 404}\n");
            json_tree_free(last(f));
        }
    }
    free(text);
}

/* A path of the longest kind is there in full, beside a long message. */
static void test_room(void **state)
{
    struct fixture *f = *state;
    char path[3990];
    (void)memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_FILE_WRITTEN, SMCI_FACTS(.file = path),
                   "Wrote output file: %s", path);
    struct json_tree *root = last(f);
    assert_string_equal(json_tree_text(root, "file"), path);
    json_tree_free(root);
}

/* Wherever a fact is cut, no part of a secret is left. */
static void test_cut_in_a_secret(void **state)
{
    struct fixture *f = *state;
    char text[6000];
    assert_int_equal(smc_log_hide(f->log, "QQQQ.QQQQ"), SMC_OK);
    for (size_t at = 3980; at < 4005; at++) {
        (void)memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        (void)memcpy(text + at, "QQQQ.QQQQ", 9);
        smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_LISTING, SMCI_FACTS(.asset = text), "x");
        assert_lacks(f->line, "Q");
        json_tree_free(last(f));
    }
}

/* ---- numbers ---- */

struct real_row {
    const char *name;
    double value;
    const char *expected;
};

static const struct real_row real_rows[] = {
    {"nothing", 0, "0.000"},           {"rounded", 1.2345678, "1.235"},
    {"a million", 1e6, "1000000.000"}, {"negative", -1, "null"},
    {"beyond all", 1e300, "null"},     {"no number", NAN, "null"},
    {"endless", INFINITY, "null"},
};

static void test_real(void **state)
{
    const struct real_row *row = *state;
    void *fixture;
    assert_int_equal(setup(&fixture), 0);
    struct fixture *f = fixture;
    char *expected = text_format("\"seconds\": %s}", row->expected);
    smci_log_event(f->log, SMC_LOG_INFO, SMCI_EVENT_REFUSED_ALL, SMCI_FACTS(.seconds = row->value),
                   "x");
    assert_contains(f->line, expected);
    json_tree_free(last(f));
    free(expected);
    assert_int_equal(teardown(&fixture), 0);
}

/* Priorities are for the journal, which takes them off; not for a file. */
static void test_file_has_no_priority(void **state)
{
    struct fixture *f = *state;
    char text[200] = "";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    smci_log_set_style(f->log, true, true);
    smci_log_set_file(f->log, ends[1]);
    smci_log_event(f->log, SMC_LOG_ERROR, SMCI_EVENT_SETTING, NULL, "x");
    ssize_t len = read(ends[0], text, sizeof text - 1);
    assert_true(len > 0);
    assert_true(strncmp(text, "{\"time\"", 7) == 0);
    assert_true(strncmp(f->line, "<3>{\"time\"", 10) == 0);
    (void)(close(ends[0]) + close(ends[1]));
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(test_members),
        WITH_LOG(test_null_and_zero),
        WITH_LOG(test_each_event),
        WITH_LOG(test_unexpected_fact),
        WITH_LOG(test_long),
        WITH_LOG(test_room),
        WITH_LOG(test_cut_in_a_secret),
        WITH_LOG(test_file_has_no_priority),
    };
    int failed = RUN_TABLE("texts", text_rows, test_text);
    failed += RUN_TABLE("reals", real_rows, test_real);
    return failed + cmocka_run_group_tests_name("log as JSON", tests, NULL, NULL);
}
