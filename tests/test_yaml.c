/* The mask that libyaml reads in place of a text, and that nothing of a secret stays in memory.
 * What of YAML is taken: test_config. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/cli/settings_file.h"
#include "lib/cli/yaml.h"
#include "lib/cli/yaml_mask.h"
#include "tests/support/heap.h"

/* ---- the mask ---- */

struct mask_row {
    const char *name;
    const char *text;
    const char *want;
};

static const struct mask_row mask_rows[] = {
    {"letters and digits", "host: aZ09.b-c_d", "ZZZZ: ZZZZ.Z-Z_Z"},
    {"other characters stay", "k\xc3\xa9y: '~'", "Z\xc3\xa9Z: '~'"},
    {"an escape", "\"a\\nb\"", "\"Z\\nZ\""},
    {"hex escapes", "\"\\x41a\\u00e9b\\U0001f600c\"", "\"\\x41Z\\u00e9Z\\U0001f600Z\""},
    {"a hex escape that is too short", "\"\\x4g\"", "\"\\x4Z\""},
    {"one that is cut off", "\"\\u00", "\"\\u00"},
    {"a backslash before no escape", "'a\\ZQb'", "'Z\\ZZZ'"},
    {"a backslash that is escaped", "\"\\\\nb\"", "\"\\\\ZZ\""},
    {"a backslash at the end", "a\\", "Z\\"},
    {"a block's head", "k: |2-\n  a", "Z: |2-\n  Z"},
    {"a block's head, the other way", "k: >+1 # a\n a", "Z: >+1 # Z\n Z"},
    {"no more than a head of a block", "a|1234", "Z|12ZZ"},
    {"a directive", "%YAML 1.1\n---\na%b", "%YAML 1.1\n---\nZ%Z"},
    {"a directive that ends the text", "a\n%TAG", "Z\n%TAG"},
    {"nothing", "", ""},
};

static void test_mask_row(void **state)
{
    const struct mask_row *row = *state;
    struct smc_buf mask = SMC_BUF_INIT(256);
    assert_int_equal(smci_yaml_mask(row->text, strlen(row->text), &mask), SMC_OK);
    assert_string_equal(smc_buf_str(&mask), row->want);
    smc_buf_clear(&mask);
}

/* ---- the letters put back ---- */

struct value_row {
    const char *name;
    const char *text; /* of a file with one key, "k" */
    const char *want; /* its value; beginning with '!': the error's text, from its place on */
};

static const struct value_row value_rows[] = {
    {"plain", "k: abc-9", "abc-9"},
    {"plain with a comment", "k: abc # none", "abc"},
    {"plain, on two lines", "k: abc\n  def\n", "abc def"},
    {"plain, in a flow", "{k: abc, }", "abc"},
    {"in single quotes", "k: 'it''s Z\\Z'", "it's Z\\Z"},
    {"in double quotes", "k: \"a\\x41\\tZ\\\"\\\\Z\"", "aA\tZ\"\\Z"},
    {"in double quotes, on two lines", "k: \"ab\\\n  cd\n  ef\"", "abcd ef"},
    {"a Z that is escaped", "k: \"a\\x5ab\"", "!1:4: an escape stands for the letter Z"},
    {"a literal block", "k: |- # a comment\n  ab\n   cd\n# none\n", "ab\n cd"},
    {"a folded block", "k: >2-\n  ab\n  cd\n", "ab cd"},
    {"behind a longer character",
     "k: '\xe2\x82\xac"
     "abc'",
     "\xe2\x82\xac"
     "abc"},
    {"behind longer ones of a comment", "# \xf0\x9f\x98\x80\xc3\xa9\nk: abc", "abc"},
    {"behind a mark of the byte order", "\xef\xbb\xbfk: abc", "abc"},
    {"the words for nothing", "k: Null", "!1:4: k: the value is empty"},
    {"UTF-16", "\xff\xfek\0:\0", "!1:1: invalid leading UTF-8 octet: a configuration file is text"},
};

static enum smc_status take_value(struct smci_yaml *yaml, const struct smci_key *key, void *ctx)
{
    assert_string_equal(key->text, "k");
    return smci_yaml_value(yaml, key->text, ctx);
}

static void test_value_row(void **state)
{
    const struct value_row *row = *state;
    struct smc_buf value = SMC_BUF_INIT(256);
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc =
        smci_yaml_read("f", row->text, strlen(row->text), take_value, &value, &err);
    if (*row->want == '!') {
        char *want = text_format("f:%s", row->want + 1);
        assert_int_equal(rc, SMC_ERR_USAGE);
        err.detail[strlen(want)] = '\0';
        assert_string_equal(err.detail, want);
        free(want);
    } else {
        assert_string_equal(err.detail, "");
        assert_string_equal(smc_buf_str(&value), row->want);
    }
    smc_buf_clear(&value);
}

/* ---- memory ---- */

#define SECRET "tiger.0burning.1bright.2in.3the.4forests.5of.6the.7night"

/* Of so many bytes of a secret in a row nobody can make use. */
#define PIECE 6

struct memory_row {
    const char *name;
    const char *text;
};

static const struct memory_row memory_rows[] = {
    {"plain", "defaults:\n  mine:\n    token: " SECRET "\n"},
    {"in single quotes", "defaults: {mine: {token: '" SECRET "'}}\n"},
    {"in double quotes", "defaults: {mine: {token: \"" SECRET "\"}}\n"},
    {"a block", "defaults:\n  mine:\n    token: >-\n      " SECRET "\n"},
    {"a long one",
     "defaults:\n  mine:\n    token: " SECRET SECRET SECRET SECRET SECRET SECRET "\n"},
    {"of another program", "defaults:\n  others:\n    token: " SECRET "\n"},
    {"before a key that is wrong", "defaults:\n  mine:\n    token: " SECRET "\n    tokn: x\n"},
    {"before what is no YAML", "defaults:\n  mine:\n    token: " SECRET "\n    'x\n"},
    {"in quotes that are not closed", "defaults:\n  mine:\n    token: '" SECRET "\n"},
    {"behind an error", "defaults:\n  mine: {tokn: x, token: " SECRET "}\n"},
    {"in two profiles", "profiles:\n  a: {mine: {token: " SECRET "}}\n"
                        "  default: {mine: {token: " SECRET "}}\n"},
};

struct target {
    const char *token;
};

static const struct smci_setting setting_rows[] = {
    {.flag = "--token", .type = SMCI_SETTING_SECRET, .offset = offsetof(struct target, token)},
};
static const struct smci_settings_table table = {setting_rows, 1, NULL};

static void test_memory_row(void **state)
{
    static const char *const parts[] = {"mine", "others", NULL};
    const struct memory_row *row = *state;
    const struct smci_settings_file file = {.path = "f", .part = "mine", .parts = parts};
    struct smci_settings settings;
    struct target target;
    bool holds_secret;
    if (!heap_is_plain())
        skip();
    assert_false(heap_holds(SECRET, PIECE));
    assert_int_equal(smci_settings_init(&settings, &table, &target, NULL), SMC_OK);
    enum smc_status rc = smci_settings_read_keys(&settings, &file, row->text, strlen(row->text),
                                                 &holds_secret, NULL);
    /* A search that finds nothing that is there would prove nothing. */
    if (rc == SMC_OK && target.token)
        assert_true(heap_holds(SECRET, PIECE));
    smci_settings_clear(&settings);
    assert_false(heap_holds(SECRET, PIECE));
}

/* The bytes of a file. A large block that was freed once is taken from the heap the next time. */
static void test_file_memory(void **state)
{
    static const char *const parts[] = {"mine", NULL};
    static const char text[] = "defaults: {mine: {token: " SECRET "}}\n";
    (void)state;
    if (!heap_is_plain())
        skip();
    char *dir = temp_dir_make();
    char *path = text_format("%s/config.yaml", dir);
    const struct smci_settings_file file = {.path = path, .part = "mine", .parts = parts};
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
    for (int i = 0; i < 2; i++) {
        struct smci_settings settings;
        struct target target;
        assert_int_equal(smci_settings_init(&settings, &table, &target, NULL), SMC_OK);
        assert_int_equal(smci_settings_read_file(&settings, &file, NULL), SMC_OK);
        assert_non_null(target.token);
        smci_settings_clear(&settings);
        assert_false(heap_holds(SECRET, PIECE));
    }
    free(path);
    temp_dir_remove(dir);
}

int main(void)
{
    int failed = RUN_TABLE("YAML, masked", mask_rows, test_mask_row);
    failed += RUN_TABLE("YAML, values", value_rows, test_value_row);
    failed += RUN_TABLE("YAML, memory", memory_rows, test_memory_row);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_file_memory)};
    return failed + cmocka_run_group_tests_name("YAML, a file's memory", tests, NULL, NULL);
}
