/* The completions of bash, zsh and fish offer the options that the tables have, in the tables' words.
 *
 * Run from the project's folder. With a file's path as its argument ("upload/castor-upload.fish") it
 * prints what belongs in it. What the shells make of them: test_shells. */
#include "tests/support/support.h"

#include "extract/assets.h"
#include "extract/options.h"
#include "extract/regions.h"
#include "upload/options.h"

enum shell { BASH, ZSH, FISH };

struct file {
    const char *path; /* its name is that which the shell looks for, but for bash's ending */
    enum shell shell;
    const struct smci_cli_program *(*program)(void);
};

static const struct file files[] = {
    {"extract/castor-extract-sigma.bash", BASH, extract_program},
    {"extract/_castor-extract-sigma", ZSH, extract_program},
    {"extract/castor-extract-sigma.fish", FISH, extract_program},
    {"upload/castor-upload.bash", BASH, upload_program},
    {"upload/_castor-upload", ZSH, upload_program},
    {"upload/castor-upload.fish", FISH, upload_program},
};

static const char *const templates[] = {
    [BASH] = "lib/cli/completion.bash",
    [ZSH] = "lib/cli/completion.zsh",
    [FISH] = "lib/cli/completion.fish",
};

/* ---- text ---- */

static void add(struct smc_buf *out, const char *text)
{
    if (smc_buf_addstr(out, text) != SMC_OK)
        fail_msg("out of memory");
}

/* With what stands for each of some bytes: "'" as "'\\''", say; pairs ended by NULL. */
static void add_replaced(struct smc_buf *out, const char *text, const char *const *pairs)
{
    for (; *text; text++) {
        char one[] = {*text, '\0'};
        const char *const *pair = pairs;
        while (*pair && **pair != *text)
            pair += 2;
        add(out, *pair ? pair[1] : one);
    }
}

static void add_words(struct smc_buf *out, const char *const *words)
{
    for (const char *const *word = words; *word; word++) {
        add(out, word == words ? "" : " ");
        add(out, *word);
    }
}

/* A flag with '-' for each '_', or the other way round. */
static void add_spelt(struct smc_buf *out, const char *flag, char with)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s", flag);
    for (char *at = name + 2; *at; at++)
        if (*at == '-' || *at == '_')
            *at = with;
    add(out, name);
}

/* ---- what a value can be ---- */

enum value { NO_VALUE, ANY, WORDS, LIST, DIRECTORY, FILE_NAME, PROFILE };

static enum value value_of(const struct smci_setting *row)
{
    if (row->type == SMCI_SETTING_FLAG)
        return NO_VALUE;
    if (row->choices)
        return row->type == SMCI_SETTING_LIST ? LIST : WORDS;
    if (row->type == SMCI_SETTING_PATH)
        return strcmp(row->metavar, "DIR") == 0 ? DIRECTORY : FILE_NAME;
    return strcmp(row->flag, "--profile") == 0 ? PROFILE : ANY;
}

/* ---- bash: what follows each option that takes a value, and all options ---- */

static void add_bash_row(struct smc_buf *out, const struct smci_setting *row, const char *name)
{
    char *letter = row->letter ? text_format("-%c | ", row->letter) : text_format("%s", "");
    add(out, "    ");
    add(out, letter);
    add_spelt(out, row->flag, '-');
    add(out, ") ");
    free(letter);
    enum value value = value_of(row);
    if (value == WORDS || value == LIST) {
        add(out, "words=(");
        add_words(out, row->choices);
        add(out, value == LIST ? ") is_list=1 ;;\n" : ") ;;\n");
    } else if (value == PROFILE) {
        add(out, "_");
        add(out, name);
        add(out, "_profiles ;;\n");
    } else if (value == ANY) {
        add(out, ";;\n");
    } else {
        add(out, value == DIRECTORY ? "compopt -o dirnames ;;\n" : "compopt -o default ;;\n");
    }
}

static void add_bash_rows(struct smc_buf *out, const struct smci_settings_table *table,
                          const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (value_of(&table->rows[i]) != NO_VALUE)
            add_bash_row(out, &table->rows[i], name);
}

/* As lines of at most 100 columns. */
static void add_flags(struct smc_buf *out, const struct smci_settings_table *table)
{
    size_t line = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *row = &table->rows[i];
        char letter[] = {'-', row->letter, ' ', '\0'};
        bool is_full = i == 0 || out->len - line + strlen(" -x ") + strlen(row->flag) > 100;
        add(out, i == 0 ? "" : is_full ? "\n" : " ");
        if (is_full) {
            line = out->len;
            add(out, "            ");
        }
        add(out, row->letter ? letter : "");
        add(out, row->flag);
    }
}

/* ---- zsh: an argument of _arguments for each option ---- */

static const char *const zsh_quotes[] = {"'", "'\\''", "]", "\\]", NULL};

/* "(-z --zone)": what is offered no more once the option is there. Of itself alone, without a letter,
 * zsh knows that. */
static void add_zsh_excluded(struct smc_buf *out, const struct smci_settings_table *table,
                             const struct smci_setting *row)
{
    const char *space = "(";
    for (size_t i = 0; i < table->count && (row->letter || row->group); i++) {
        const struct smci_setting *other = &table->rows[i];
        char letter[] = {'-', other->letter, ' ', '\0'};
        if (other != row && (row->group == 0 || other->group != row->group))
            continue;
        add(out, space);
        add(out, other->letter ? letter : "");
        add(out, other->flag);
        space = " ";
    }
    add(out, *space == ' ' ? ")" : "");
}

/* ":ZONE:(EU US)" */
static void add_zsh_value(struct smc_buf *out, const struct smci_setting *row, const char *program)
{
    enum value value = value_of(row);
    if (value == NO_VALUE)
        return;
    add(out, ":");
    add(out, row->metavar);
    add(out, value == WORDS ? ":(" : value == LIST ? ":_values -s , name " : ":");
    if (row->choices)
        add_words(out, row->choices);
    if (value == PROFILE) {
        add(out, "_");
        add(out, program);
        add(out, "_profiles");
    }
    add(out, value == WORDS       ? ")"
             : value == DIRECTORY ? "_files -/"
             : value == FILE_NAME ? "_files"
             : value == ANY       ? " "
                                  : "");
}

/* '(-z --zone)'{-z+,--zone=}'[EU or US]:ZONE:(EU US)' */
static void add_zsh_row(struct smc_buf *out, const struct smci_settings_table *table,
                        const struct smci_setting *row, const char *program)
{
    const char *equals = row->type == SMCI_SETTING_FLAG ? "" : "=";
    add(out, "        '");
    add_zsh_excluded(out, table, row);
    char *flags = row->letter ? text_format("'{-%c%s,%s%s}'[", row->letter, *equals ? "+" : "",
                                            row->flag, equals)
                              : text_format("%s%s[", row->flag, equals);
    add(out, flags);
    free(flags);
    add_replaced(out, row->help, zsh_quotes);
    add(out, "]");
    add_zsh_value(out, row, program);
    add(out, "'");
    if (!strpbrk(row->flag + 2, "-_"))
        return;
    add(out, " \\\n        '!");
    add_spelt(out, row->flag, strchr(row->flag, '_') ? '-' : '_');
    add(out, equals);
    add_zsh_value(out, row, program);
    add(out, "'");
}

static void add_zsh_rows(struct smc_buf *out, const struct smci_settings_table *table,
                         const char *program)
{
    for (size_t i = 0; i < table->count; i++) {
        add(out, i == 0 ? "" : " \\\n");
        add_zsh_row(out, table, &table->rows[i], program);
    }
    add(out, "\n");
}

/* ---- fish: a command for each option ---- */

static const char *const fish_quotes[] = {"'", "\\'", "\\", "\\\\", NULL};

static void add_fish_value(struct smc_buf *out, const struct smci_setting *row, const char *name)
{
    enum value value = value_of(row);
    if (value == NO_VALUE)
        return;
    if (value == FILE_NAME) {
        add(out, " -r -F");
        return;
    }
    add(out, " -x");
    if (value == ANY)
        return;
    add(out, " -a '");
    if (value == LIST || value == PROFILE) {
        add(out, "(__");
        add(out, name);
    }
    add(out, value == LIST ? "_list " : value == PROFILE ? "_profiles" : "");
    if (row->choices)
        add_words(out, row->choices);
    add(out, value == DIRECTORY ? "(__fish_complete_directories)" : "");
    add(out, value == LIST || value == PROFILE ? ")'" : "'");
}

static void add_fish_rows(struct smc_buf *out, const struct smci_settings_table *table,
                          const char *program, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *row = &table->rows[i];
        char *letter = row->letter ? text_format(" -s %c", row->letter) : text_format("%s", "");
        char *begin = text_format("complete -c %s%s -l %s", program, letter, row->flag + 2);
        add(out, begin);
        free(begin);
        free(letter);
        add_fish_value(out, row, name);
        add(out, " -d '");
        add_replaced(out, row->help, fish_quotes);
        add(out, "'\n");
    }
}

/* ---- files ---- */

struct place {
    const char *mark;
    enum { PROGRAM, NAME, OPTIONS, FLAGS } what;
};

static void add_place(struct smc_buf *out, const struct file *file, int what)
{
    const struct smci_cli_program *program = file->program();
    static const char *const name_pairs[] = {"-", "_", NULL};
    struct smc_buf name = SMC_BUF_INIT(256);
    add_replaced(&name, program->name, name_pairs);
    if (what == PROGRAM)
        add(out, program->name);
    else if (what == NAME)
        add(out, smc_buf_str(&name));
    else if (what == FLAGS)
        add_flags(out, program->table);
    else if (file->shell == BASH)
        add_bash_rows(out, program->table, smc_buf_str(&name));
    else if (file->shell == ZSH)
        add_zsh_rows(out, program->table, program->name);
    else
        add_fish_rows(out, program->table, program->name, smc_buf_str(&name));
    smc_buf_clear(&name);
}

/* The template, with what belongs at its marks. To be freed. */
static char *text_of(const struct file *file)
{
    static const struct place places[] = {
        {"@PROGRAM@", PROGRAM}, {"@NAME@", NAME}, {"@OPTIONS@\n", OPTIONS}, {"@FLAGS@", FLAGS}};
    struct smc_buf out = SMC_BUF_INIT(65536);
    char *text = file_read(templates[file->shell], NULL);
    for (const char *at = text; *at;) {
        size_t i = 0;
        while (i < 4 && strncmp(at, places[i].mark, strlen(places[i].mark)) != 0)
            i++;
        char one[] = {*at, '\0'};
        if (i < 4)
            add_place(&out, file, (int)places[i].what);
        else
            add(&out, one);
        at += i < 4 ? strlen(places[i].mark) : 1;
    }
    free(text);
    return out.data;
}

static void test_file(void **state)
{
    const struct file *file = *state;
    char *want = text_of(file);
    char *got = file_read(file->path, NULL);
    assert_string_equal(got, want);
    free(got);
    free(want);
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
    const struct region *regions = regions_all(&count);
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
    for (int i = 0; i < ASSET_COUNT; i++) {
        const struct asset *asset = asset_of((enum asset_id)i);
        assert_string_equal(only[i], asset->name);
        assert_string_equal(skip[i], asset->name);
        if (asset->role == ROLE_LISTING) {
            assert_non_null(*listing);
            assert_string_equal(*listing++, asset->name);
        }
    }
    assert_null(only[ASSET_COUNT]);
    assert_null(skip[ASSET_COUNT]);
    assert_null(*listing);
}

int main(int argc, char **argv)
{
    const size_t count = sizeof files / sizeof files[0];
    for (size_t i = 0; argc == 2 && i < count; i++) {
        if (strcmp(files[i].path, argv[1]) == 0) {
            char *text = text_of(&files[i]);
            (void)fputs(text, stdout);
            free(text);
            return 0;
        }
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regions),
        cmocka_unit_test(test_files),
    };
    int failed = run_table("completions", files, sizeof files[0], count, test_file);
    return failed + cmocka_run_group_tests_name("words of completions", tests, NULL, NULL);
}
