/* The check of JSON that comes in pieces: it must say of every text what the scanner says. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/set/inspect.h"
#include <sigmacat/json.h>

#include "lib/json/validate.h"

/* `cut` bytes first, then the rest one byte at a time. */
static enum smc_status check(const char *text, size_t len, size_t cut, int64_t *records,
                             struct smc_error *err)
{
    struct smci_validator v;
    smci_validator_init(&v);
    enum smc_status rc = smci_validator_add(&v, text, cut, err);
    for (size_t i = cut; i < len && rc == SMC_OK; i++)
        rc = smci_validator_add(&v, text + i, 1, err);
    if (rc == SMC_OK)
        rc = smci_validator_end(&v, err);
    if (records)
        *records = smci_validator_records(&v);
    return rc;
}

struct row {
    const char *name;
    const char *text;
    int64_t records; /* -1: no array */
    const char *why; /* NULL: it is whole */
};

static const struct row rows[] = {
    {"empty_array", "[]", 0, NULL},
    {"three_records", " [1, {\"a\": [1,2]}, [3,[]]] \n", 3, NULL},
    {"object", "{\"a\":[1,2,3]}", -1, NULL},
    {"number", "12", -1, NULL},
    {"numbers", "[0,-0,1.5e-7,12E+3,-1.0]", 5, NULL},
    {"words", "[true,false,null]", 3, NULL},
    {"escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud800\"]", 1, NULL},
    {"utf8", "[\"\xc3\xa4\xf0\x9f\x98\x80\"]", 1, NULL},
    {"nothing", "", -1, "byte 0: the text ends before its first value"},
    {"white_space", " \n", -1, "byte 2: the text ends before its first value"},
    {"cut_array", "[1,", 1, "byte 3: the text is cut short"},
    {"cut_string", "[\"ab", 1, "byte 4: the text is cut short"},
    {"cut_word", "tru", -1, "byte 3: the text is cut short"},
    {"cut_number", "-", -1, "byte 1: the text is cut short"},
    {"cut_character", "\"\xc3", -1, "byte 2: the text is cut short"},
    {"second_value", "[] []", 0, "byte 3: expected the end of the text"},
    {"trailing_byte", "[1]x", 1, "byte 3: expected the end of the text"},
    {"trailing_comma", "[1,]", 2, "byte 3: expected a value"},
    {"wrong_closer", "[1}", 1, "byte 2: expected ','"},
    {"leading_zero", "[01]", 1, "byte 2: expected ','"},
    {"control_character", "\"a\nb\"", -1, "byte 2: unescaped control"},
    {"bad_utf8", "\"\xc0\x80\"", -1, "byte 1: expected valid UTF-8"},
    {"surrogate_as_utf8", "\"\xed\xa0\x80\"", -1, "byte 2: expected valid UTF-8"},
    {"no_colon", "{\"a\" 1}", -1, "byte 5: expected ':'"},
    {"no_name", "{1:1}", -1, "byte 1: expected a member's name"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    size_t len = strlen(row->text);
    for (size_t cut = 0; cut <= len; cut++) {
        struct smc_error err = SMC_ERROR_INIT;
        int64_t records;
        enum smc_status rc = check(row->text, len, cut, &records, &err);
        assert_int_equal(rc, row->why ? SMC_ERR_SYNTAX : SMC_OK);
        if (row->why && strncmp(err.detail, row->why, strlen(row->why)) != 0)
            fail_msg("'%s' does not begin '%s'", err.detail, row->why);
        assert_int_equal(records, row->records);
    }
}

/* Texts of a few kinds of bytes, of which some are JSON, against the other implementation. */
static void test_same_as_scanner(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "[",    "]",       "{",     "}",    ",",    ":",    "\"",   "\"a\"",
        "\\",   "\\u",     "00e4",  "true", "null", "1",    "0",    "-",
        ".",    "e",       "+",     " ",    "\n",   "\xc3", "\xa4", "\xf0\x9f\x98\x80",
        "\xed", "\"a\":1", "[1,2]", "x"};
    uint32_t x = 12345;
    size_t valid = 0;
    for (int round = 0; round < 300000; round++) {
        char text[96] = "";
        size_t len = 0;
        size_t count = 1 + (x >> 16) % 7;
        for (size_t i = 0; i < count; i++) {
            x = x * 1664525 + 1013904223;
            const char *piece = pieces[(x >> 16) % (sizeof pieces / sizeof pieces[0])];
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", piece);
        }
        x = x * 1664525 + 1013904223;
        bool is_whole = check(text, len, (x >> 16) % (len + 1), NULL, NULL) == SMC_OK;
        if (is_whole != (smc_json_scan(text, len, NULL, NULL) == SMC_OK))
            fail_msg("they differ: %s", text);
        valid += is_whole;
    }
    assert_in_range(valid, 3000, 299000); /* else this proves little */
}

static void test_depth(void **state)
{
    (void)state;
    struct smc_error err = SMC_ERROR_INIT;
    size_t depth = SMCI_VALIDATE_DEPTH_MAX;
    char *text = calloc(1, 2 * depth + 3);
    assert_non_null(text);
    (void)memset(text, '[', depth);
    (void)memset(text + depth, ']', depth);
    assert_int_equal(check(text, 2 * depth, 7, NULL, &err), SMC_OK);
    (void)memset(text, '[', depth + 1);
    assert_int_equal(check(text, 2 * depth, 7, NULL, &err), SMC_ERR_CAP);
    free(text);
}

/* ---- files ---- */

static void test_inspect(void **state)
{
    (void)state;
    char *dir = temp_dir_make();
    char *path = text_format("%s/a.json", dir);
    struct smci_inspection found;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    assert_int_equal(smc_buf_addstr(&text, "[\"abc\""), SMC_OK);
    while (text.len < 1000000) /* several pieces */
        assert_int_equal(smc_buf_addstr(&text, ",\"abcdefg\""), SMC_OK);
    assert_int_equal(smc_buf_addstr(&text, "]"), SMC_OK);
    file_write(path, text.data, text.len);
    int fd = open(path, O_RDONLY);
    assert_int_equal(smci_inspect(fd, SMCI_INSPECT_JSON, -1, &found, &err), SMC_OK);
    assert_int_equal(found.byte_count, text.len);
    assert_int_equal(found.record_count, 1 + (text.len - 7) / 10);
    assert_string_equal(found.sha256, "");
    file_write(path, "abc", 3);
    assert_int_equal(smci_inspect(fd, SMCI_INSPECT_DIGEST, -1, &found, &err), SMC_OK);
    assert_string_equal(found.sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(found.record_count, -1);
    assert_int_equal(smci_inspect(fd, SMCI_INSPECT_JSON, -1, &found, &err), SMC_ERR_SYNTAX);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    err.code = SMC_OK;
    assert_int_equal(smci_inspect(fd, SMCI_INSPECT_DIGEST, ends[0], &found, &err),
                     SMC_ERR_CANCELLED);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(fd);
    err.code = SMC_OK;
    assert_int_equal(smci_inspect(fd, 0, -1, &found, &err), SMC_ERR_IO);
    smc_buf_clear(&text);
    free(path);
    temp_dir_remove(dir);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_scanner),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_inspect),
    };
    int failed = RUN_TABLE("validate rows", rows, test_row);
    return failed + cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
