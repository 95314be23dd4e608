/* The completions of bash, zsh and fish: what is made of a row of a table, and that the files of
 * this build have all of the programs' rows. What the shells make of them: test_shells. */
#include "tests/support/support.h"

#include "extract/assets.h"
#include "extract/options.h"
#include "lib/cli/regions.h"
#include "lib/cli/completions.h"
#include "tests/support/program.h"
#include "upload/options.h"

/* ---- what is made of a row ---- */

static const char *const colours[] = {"red", "blue", NULL};

static const struct smci_setting setting_rows[] = {
    {.flag = "--any_text", .letter = 't', .metavar = "TEXT", .help = "it's [one]"},
    {.flag = "--loud", .type = SMCI_SETTING_FLAG, .help = "a \\ b"},
    {.flag = "--dir", .metavar = "DIR", .type = SMCI_SETTING_PATH, .group = 1, .help = "d"},
    {.flag = "--file", .metavar = "FILE", .type = SMCI_SETTING_PATH, .group = 1, .help = "f"},
    {.flag = "--one", .metavar = "X", .type = SMCI_SETTING_CHOICE, .choices = colours, .help = "o"},
    {.flag = "--all", .metavar = "X", .type = SMCI_SETTING_LIST, .choices = colours, .help = "a"},
    {.flag = "--profile", .metavar = "NAME", .help = "p"},
};

static const struct smci_settings_table table = {
    setting_rows, sizeof setting_rows / sizeof setting_rows[0], NULL};
static const struct smci_cli_program program = {.name = "a-b", .table = &table};

struct template_row {
    const char *name;
    enum smci_cli_shell shell;
    const char *text;
    const char *want;
};

static const struct template_row template_rows[] = {
    {"names", SMCI_CLI_BASH, "<@PROGRAM@ @NAME@ @OTHER@>\n", "<a-b a_b @OTHER@>\n"},
    {"flags", SMCI_CLI_BASH, "@FLAGS@\n",
     "            -t --any_text --loud --dir --file --one --all --profile\n"},
    {"bash", SMCI_CLI_BASH, "@OPTIONS@\n",
     "    -t | --any-text) ;;\n"
     "    --dir) compopt -o dirnames ;;\n"
     "    --file) compopt -o default ;;\n"
     "    --one) words=(red blue) ;;\n"
     "    --all) words=(red blue) is_list=1 ;;\n"
     "    --profile) _a_b_profiles ;;\n"},
    {"zsh", SMCI_CLI_ZSH, "@OPTIONS@\n",
     "        '(-t --any_text)'{-t+,--any_text=}'[it'\\''s [one\\]]:TEXT: ' \\\n"
     "        '!--any-text=:TEXT: ' \\\n"
     "        '--loud[a \\ b]' \\\n"
     "        '(--dir --file)--dir=[d]:DIR:_files -/' \\\n"
     "        '(--dir --file)--file=[f]:FILE:_files' \\\n"
     "        '--one=[o]:X:(red blue)' \\\n"
     "        '--all=[a]:X:_values -s , name red blue' \\\n"
     "        '--profile=[p]:NAME:_a-b_profiles'\n"},
    {"fish", SMCI_CLI_FISH, "@OPTIONS@\n",
     "complete -c a-b -s t -l any_text -x -d 'it\\'s [one]'\n"
     "complete -c a-b -l loud -d 'a \\\\ b'\n"
     "complete -c a-b -l dir -x -a '(__fish_complete_directories)' -d 'd'\n"
     "complete -c a-b -l file -r -F -d 'f'\n"
     "complete -c a-b -l one -x -a 'red blue' -d 'o'\n"
     "complete -c a-b -l all -x -a '(__a_b_list red blue)' -d 'a'\n"
     "complete -c a-b -l profile -x -a '(__a_b_profiles)' -d 'p'\n"},
};

static void test_template_row(void **state)
{
    const struct template_row *row = *state;
    struct smc_buf out = SMC_BUF_INIT(65536);
    assert_int_equal(smci_cli_completions(&program, row->shell, row->text, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out), row->want);
    smc_buf_clear(&out);
}

static void test_no_room(void **state)
{
    (void)state;
    struct smc_buf out = SMC_BUF_INIT(16);
    assert_int_equal(smci_cli_completions(&program, SMCI_CLI_FISH, "@OPTIONS@\n", &out),
                     SMC_ERR_CAP);
    smc_buf_clear(&out);
}

/* ---- the files of this build ---- */

struct file_row {
    const char *name; /* the one that the shell looks for, but for bash's ending */
    const struct smci_cli_program *(*program)(void);
};

static const struct file_row file_rows[] = {
    {"completions/castor-extract-sigma.bash", extract_program},
    {"completions/_castor-extract-sigma", extract_program},
    {"completions/castor-extract-sigma.fish", extract_program},
    {"completions/castor-upload.bash", upload_program},
    {"completions/_castor-upload", upload_program},
    {"completions/castor-upload.fish", upload_program},
};

static void test_file_row(void **state)
{
    const struct file_row *row = *state;
    const struct smci_settings_table *all = row->program()->table;
    char *path = program_path(row->name);
    char *text = file_read(path, NULL);
    bool is_fish = strstr(row->name, ".fish") != NULL;
    assert_lacks(text, "@OPTIONS@");
    for (size_t i = 0; i < all->count; i++) {
        char *flag = is_fish ? text_format(" -l %s ", all->rows[i].flag + 2)
                             : text_format("%s", all->rows[i].flag);
        if (!strstr(text, flag))
            fail_msg("%s has no %s", row->name, all->rows[i].flag);
        free(flag);
    }
    free(text);
    free(path);
}

/* ---- the words that are offered are those that are taken ---- */

static const char *const *choices_of(const char *flag)
{
    const struct smci_setting *row = smci_settings_row(extract_program()->table, flag);
    assert_non_null(row);
    assert_non_null(row->choices);
    return row->choices;
}

static void test_regions(void **state)
{
    (void)state;
    const char *const *words = choices_of("--host");
    size_t count = 0;
    const struct smci_region *regions = smci_regions_all(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(words[i]);
        assert_string_equal(words[i], regions[i].name);
    }
    assert_null(words[count]);
}

static void test_files(void **state)
{
    (void)state;
    const char *const *only = choices_of("--only");
    const char *const *skip = choices_of("--skip");
    const char *const *listing = choices_of("--accept-short-listing");
    for (int i = 0; i < FEED_COUNT; i++) {
        const struct asset *asset = asset_of((enum asset_id)i);
        assert_string_equal(only[i], asset->name);
        assert_string_equal(skip[i], asset->name);
        if (asset->role == ROLE_LISTING) {
            assert_non_null(*listing);
            assert_string_equal(*listing++, asset->name);
        }
    }
    assert_null(only[FEED_COUNT]);
    assert_null(skip[FEED_COUNT]);
    assert_null(*listing);
}

static void test_extras(void **state)
{
    (void)state;
    const char *const *with = choices_of("--with");
    for (int i = FEED_COUNT; i < ASSET_COUNT; i++)
        assert_string_equal(*with++, asset_of((enum asset_id)i)->name);
    assert_string_equal(*with++, "all");
    assert_string_equal(*with++, "spec");
    assert_null(*with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_regions),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_extras),
    };
    int failed = RUN_TABLE("completions", template_rows, test_template_row);
    failed += RUN_TABLE("completions of this build", file_rows, test_file_row);
    return failed + cmocka_run_group_tests_name("words of completions", tests, NULL, NULL);
}
