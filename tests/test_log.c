/* The log: which lines are written, how, and what never stands in them. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/log.h"

#include <sigmacat/json.h>
#include <sigmacat/log.h>

struct fixture {
    int ends[2];
    struct smc_log *log;
    char line[16384]; /* what was written last */
};

static struct fixture fixture;

static void open_log(enum smc_log_level level, enum smc_log_format format)
{
    smc_log_free(fixture.log);
    fixture.log = smc_log_new(fixture.ends[1], level, format);
    assert_non_null(fixture.log);
}

static int setup(void **state)
{
    (void)state;
    fixture.log = NULL;
    return pipe2(fixture.ends, O_NONBLOCK);
}

static int teardown(void **state)
{
    (void)state;
    smc_log_free(fixture.log);
    (void)close(fixture.ends[0]);
    return close(fixture.ends[1]);
}

/* All that was written since the last call; "" for nothing. */
static const char *written(void)
{
    ssize_t len = read(fixture.ends[0], fixture.line, sizeof fixture.line - 1);
    fixture.line[len < 0 ? 0 : len] = '\0';
    return fixture.line;
}

static const char *logged(const char *message)
{
    smc_log_write(fixture.log, SMC_LOG_WARN, "%s", message);
    return written();
}

/* ---- levels and formats ---- */

static void test_levels(void **state)
{
    (void)state;
    static const char *const lines[] = {"ERROR - 1 x\n", "WARNING - 1 x\n", "INFO - 1 x\n",
                                        "DEBUG - 1 x\n"};
    for (int shown = SMC_LOG_ERROR; shown <= SMC_LOG_DEBUG; shown++) {
        open_log((enum smc_log_level)shown, SMC_LOG_TEXT);
        for (int level = SMC_LOG_ERROR; level <= SMC_LOG_DEBUG; level++) {
            smc_log_write(fixture.log, (enum smc_log_level)level, "%d %s", 1, "x");
            assert_string_equal(written(), level <= shown ? lines[level] : "");
            assert_int_equal(smc_log_would(fixture.log, (enum smc_log_level)level), level <= shown);
        }
    }
}

static void test_no_log(void **state)
{
    (void)state;
    char text[] = "a\nb";
    smc_log_write(NULL, SMC_LOG_ERROR, "x");
    assert_int_equal(smc_log_hide(NULL, "secret"), SMC_OK);
    assert_false(smc_log_would(NULL, SMC_LOG_ERROR));
    smc_log_set_sink(NULL, NULL, NULL);
    smc_log_clean(NULL, text);
    assert_string_equal(text, "a?b");
    smc_log_free(NULL);
    struct smc_log *nowhere = smc_log_new(-1, SMC_LOG_DEBUG, SMC_LOG_TEXT);
    smc_log_write(nowhere, SMC_LOG_ERROR, "x");
    smc_log_free(nowhere);
    open_log(SMC_LOG_DEBUG, SMC_LOG_TEXT);
    assert_int_equal(smc_log_hide(fixture.log, NULL), SMC_OK);
}

/* The message of a JSON line, decoded; the line is whole, and `level` is its level. */
static void assert_json(const char *line, const char *level, const char *message)
{
    struct smc_json_span value;
    size_t len = strlen(line);
    assert_int_equal(line[len - 1], '\n');
    assert_ptr_equal(strchr(line, '\n'), line + len - 1);
    assert_int_equal(smc_json_scan(line, len, &value, NULL), SMC_OK);
    assert_true(smc_json_equals(smc_json_member(value, "level"), level));
    assert_true(smc_json_equals(smc_json_member(value, "message"), message));
    /* "2026-09-21T14:13:20.123Z" */
    struct smc_json_span when = smc_json_member(value, "time");
    assert_int_equal(when.len, 26);
    assert_memory_equal(when.p + 20, ".", 1);
    assert_memory_equal(when.p + 24, "Z\"", 2);
}

static void test_json(void **state)
{
    (void)state;
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    open_log(SMC_LOG_DEBUG, SMC_LOG_JSON);
    for (int level = SMC_LOG_ERROR; level <= SMC_LOG_DEBUG; level++) {
        smc_log_write(fixture.log, (enum smc_log_level)level, "a \"quoted\" \\ %s", "gr\xc3\xbcn");
        assert_json(written(), levels[level], "a \"quoted\" \\ gr\xc3\xbcn");
    }
}

/* ---- secrets ---- */

struct mask_row {
    const char *name;
    const char *message;
    const char *expected;
};

static const struct mask_row mask_rows[] = {
    {"alone", "tiger", "WARNING - ***\n"},
    {"twice, and at both ends", "tiger, tiger", "WARNING - ***, ***\n"},
    {"side by side", "tigertiger", "WARNING - ******\n"},
    {"within a word", "xtigerx", "WARNING - x***x\n"},
    {"a part of it", "tige", "WARNING - tige\n"},
    {"as long as the mark", "abcd", "WARNING - ***\n"},
    {"too short to be hidden", "abc", "WARNING - abc\n"},
};

static void test_mask(void **state)
{
    const struct mask_row *row = *state;
    (void)setup(NULL);
    open_log(SMC_LOG_DEBUG, SMC_LOG_TEXT);
    assert_int_equal(smc_log_hide(fixture.log, "tiger"), SMC_OK);
    assert_int_equal(smc_log_hide(fixture.log, "abcd"), SMC_OK);
    assert_int_equal(smc_log_hide(fixture.log, "xyz"), SMC_OK);
    assert_string_equal(logged(row->message), row->expected);
    (void)teardown(NULL);
}

/* A long run renews its token often: the credentials, which were hidden first, stay hidden, and so
 * does the newest token. */
static void test_credentials_stay_hidden(void **state)
{
    (void)state;
    open_log(SMC_LOG_DEBUG, SMC_LOG_TEXT);
    assert_int_equal(smc_log_hide(fixture.log, "client-id"), SMC_OK);
    assert_int_equal(smc_log_hide(fixture.log, "client-secret"), SMC_OK);
    for (int i = 0; i < 40; i++) {
        char *token = text_format("token-%03d", i);
        char *message = text_format("client-id client-secret %s", token);
        assert_int_equal(smc_log_hide(fixture.log, token), SMC_OK);
        assert_int_equal(smc_log_hide(fixture.log, token), SMC_OK); /* takes no second place */
        assert_string_equal(logged(message), "WARNING - *** *** ***\n");
        free(token);
        free(message);
    }
    assert_string_equal(logged("token-038 token-034"), "WARNING - *** ***\n");
}

/* ---- what a message can't do ---- */

static const struct mask_row clean_rows[] = {
    {"a forged line", "a\nERROR - b", "WARNING - a?ERROR - b\n"},
    {"carriage return, tab, bell", "a\rb\tc\ad", "WARNING - a?b?c?d\n"},
    {"escape sequence", "\x1b[31mred", "WARNING - ?[31mred\n"},
    {"DEL", "a\x7f", "WARNING - a?\n"},
    {"C1 control", "a\xc2\x9b", "WARNING - a??\n"},
    {"not a control", "\xc2\xa0\xc3\xbc\xe2\x82\xac", "WARNING - \xc2\xa0\xc3\xbc\xe2\x82\xac\n"},
    {"line separator", "a\xe2\x80\xa8z", "WARNING - a???z\n"},
    {"right to left", "a\xe2\x80\xaez", "WARNING - a???z\n"},
    {"isolate", "a\xe2\x81\xa6z", "WARNING - a???z\n"},
    {"cut at its end", "a\xe2", "WARNING - a?\n"},
    {"not UTF-8", "a\xff\xfe z", "WARNING - a?? z\n"},
    {"Latin-1", "gr\xfcn", "WARNING - gr?n\n"},
    {"cut within", "\xf0\x9f\x98 x", "WARNING - ??? x\n"},
    {"a surrogate, an overlong slash", "\xed\xa0\x80 \xc0\xaf", "WARNING - ??? ??\n"},
    {"Azure's command", "a##vso[task.setvariable variable=x]y",
     "WARNING - a# #vso[task.setvariable variable=x]y\n"},
    {"Azure's format", "##[error]x", "WARNING - # #[error]x\n"},
    {"TeamCity's message", "##teamcity[buildStop]", "WARNING - # #teamcity[buildStop]\n"},
    {"GitHub's command", "::set-output name=a::b.json", "WARNING - : :set-output name=a::b.json\n"},
    {"GitHub's command without a property", "::error::x ::group::y",
     "WARNING - : :error::x : :group::y\n"},
    {"three and four signs", "###[x] ::::a::", "WARNING - ## #[x] ::: :a::\n"},
    {"no commands", "fe80::a:1 [::1] a::b std::x ## [x] #[x] ##",
     "WARNING - fe80::a:1 [::1] a::b std::x ## [x] #[x] ##\n"},
};

/* What reads JSON gets the name as it is, and a CI system no command. */
static void test_json_commands(void **state)
{
    static const char message[] = "##vso[x]y ::error::z ##[w]";
    (void)state;
    open_log(SMC_LOG_DEBUG, SMC_LOG_JSON);
    const char *line = logged(message);
    assert_json(line, "warning", message);
    assert_lacks(line, "##");
    assert_lacks(line, "::error");
}

static void test_json_is_utf8(void **state)
{
    (void)state;
    open_log(SMC_LOG_DEBUG, SMC_LOG_JSON);
    assert_json(logged("gr\xfcn \xe2\x82 \xe2\x82\xac\xf0\x9f"), "warning",
                "gr?n ?? \xe2\x82\xac??");
}

/* An error's text is cut where a character begins. */
static void test_error_is_cut_whole(void **state)
{
    char text[2000];
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct smc_error err = SMC_ERROR_INIT;
        (void)memset(text, 'x', shift);
        for (size_t at = shift; at + 4 < sizeof text; at += 4)
            (void)memcpy(text + at, "\xf0\x9f\x98\x80", 5);
        (void)smc_error_set(&err, SMC_ERR_IO, "%s", text);
        assert_int_equal((strlen(err.detail) - shift) % 4, 0);
    }
}

static void test_clean(void **state)
{
    const struct mask_row *row = *state;
    (void)setup(NULL);
    open_log(SMC_LOG_DEBUG, SMC_LOG_TEXT);
    assert_string_equal(logged(row->message), row->expected);
    (void)teardown(NULL);
}

/* ---- long lines ---- */

static void test_cut(void **state)
{
    (void)state;
    char message[6000];
    static const enum smc_log_format formats[] = {SMC_LOG_TEXT, SMC_LOG_JSON};
    for (size_t i = 0; i < 2; i++) {
        (void)memset(message, '"', sizeof message - 1); /* two bytes each in JSON */
        message[sizeof message - 1] = '\0';
        open_log(SMC_LOG_DEBUG, formats[i]);
        const char *line = logged(message);
        message[3999] = '\0';
        if (formats[i] == SMC_LOG_JSON)
            assert_json(line, "warning", message);
        else
            assert_int_equal(strlen(line), strlen("WARNING - ") + 3999 + 1);
    }
}

/* Wherever the cut falls, no part of a secret is left, and no part of a character. */
static void test_cut_in_a_secret(void **state)
{
    (void)state;
    char message[6000];
    open_log(SMC_LOG_DEBUG, SMC_LOG_TEXT);
    assert_int_equal(smc_log_hide(fixture.log, "tiger.burning"), SMC_OK);
    for (size_t at = 3980; at < 4005; at++) {
        (void)memset(message, 'x', sizeof message - 1);
        message[sizeof message - 1] = '\0';
        (void)memcpy(message + at, "tiger.burning", 13);
        assert_lacks(logged(message), "t");
        (void)memset(message, 'x', sizeof message - 1);
        (void)memcpy(message + at, "\xf0\x9f\x98\x80", 4);
        const char *line = logged(message);
        size_t len = strlen(line) - 1;
        if ((unsigned char)line[len - 1] >= 0x80)
            assert_memory_equal(line + len - 4, "\xf0\x9f\x98\x80", 4);
    }
}

/* ---- elsewhere than to a descriptor ---- */

static void keep(void *ctx, enum smc_log_level level, const char *line)
{
    char *kept = ctx;
    (void)snprintf(kept, 64, "%d:%s", (int)level, line);
}

static void test_sink(void **state)
{
    (void)state;
    char kept[64] = "";
    open_log(SMC_LOG_INFO, SMC_LOG_JSON);
    assert_int_equal(smc_log_hide(fixture.log, "tiger"), SMC_OK);
    smc_log_set_sink(fixture.log, keep, kept);
    assert_string_equal(logged("a\ntiger"), "");
    assert_string_equal(kept, "1:a?***");
    smc_log_write(fixture.log, SMC_LOG_DEBUG, "not shown");
    assert_string_equal(kept, "1:a?***");
    smc_log_set_sink(fixture.log, NULL, NULL);
    assert_json(logged("x"), "warning", "x");
}

/* What may stand before a line. */
static void test_styles(void **state)
{
    (void)state;
    (void)setenv("TZ", "XXX-05:45", 1);
    tzset();
    open_log(SMC_LOG_DEBUG, SMC_LOG_TEXT);
    smci_log_set_style(fixture.log, false, true);
    smc_log_write(fixture.log, SMC_LOG_WARN, "x");
    assert_string_equal(written(), "<4>WARNING - x\n");
    smci_log_set_style(fixture.log, true, true);
    smc_log_write(fixture.log, SMC_LOG_DEBUG, "x");
    const char *line = written();
    assert_int_equal(strlen(line), strlen("<7>2026-11-28T18:30:00.123+05:45 DEBUG - x\n"));
    assert_true(strncmp(line, "<7>20", 5) == 0);
    assert_string_equal(line + strlen(line) - 17, "+05:45 DEBUG - x\n");
    open_log(SMC_LOG_DEBUG, SMC_LOG_JSON);
    smci_log_set_style(fixture.log, true, true);
    smc_log_write(fixture.log, SMC_LOG_ERROR, "x");
    assert_true(strncmp(written(), "<3>{\"time\": \"20", 15) == 0);
    (void)unsetenv("TZ");
    tzset();
}

static void test_file(void **state)
{
    (void)state;
    char text[200] = "";
    int file = memfd_create("log", MFD_CLOEXEC);
    open_log(SMC_LOG_INFO, SMC_LOG_TEXT);
    smci_log_set_file(fixture.log, file);
    smc_log_write(fixture.log, SMC_LOG_INFO, "all is well");
    assert_string_equal(written(), "");
    smc_log_write(fixture.log, SMC_LOG_ERROR, "it is not");
    assert_string_equal(written(), "ERROR - it is not\n");
    assert_true(pread(file, text, sizeof text - 1, 0) > 0);
    assert_string_equal(text, "INFO - all is well\nERROR - it is not\n");
    smci_log_set_file(fixture.log, -1);
    (void)close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_credentials_stay_hidden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_in_a_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sink, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_commands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_is_utf8, setup, teardown),
        cmocka_unit_test_setup_teardown(test_styles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file, setup, teardown),
        cmocka_unit_test(test_error_is_cut_whole),
    };
    int failed = RUN_TABLE("mask", mask_rows, test_mask);
    failed += RUN_TABLE("clean", clean_rows, test_clean);
    return failed + cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
