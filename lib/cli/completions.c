#include "completions.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"

/* Of a template, and of what is made of it. */
#define TEXT_MAX ((size_t)1024 * 1024)

/* ---- text ---- */

static void add(struct smc_buf *out, const char *text)
{
    (void)smc_buf_addstr(out, text); /* a failure is seen at the end */
}

/* Appends a text with some bytes replaced: "'" by "'\\''", say. The pairs are ended by NULL. */
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

/* ---- values ---- */

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

/* ---- bash: a case for each option that takes a value, and all options ---- */

static void add_bash_row(struct smc_buf *out, const struct smci_setting *row, const char *name)
{
    add(out, "    ");
    if (row->letter)
        (void)smc_buf_addf(out, "-%c | ", row->letter);
    add_spelt(out, row->flag, '-');
    add(out, ") ");
    enum value value = value_of(row);
    if (value == WORDS || value == LIST) {
        add(out, "words=(");
        add_words(out, row->choices);
        add(out, value == LIST ? ") is_list=1 ;;\n" : ") ;;\n");
    } else if (value == PROFILE) {
        (void)smc_buf_addf(out, "_%s_profiles ;;\n", name);
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

/* "(-z --zone)": the options that are not offered any more once this one is there. zsh knows by
 * itself that an option without a letter excludes itself. */
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
    if (value == PROFILE)
        (void)smc_buf_addf(out, "_%s_profiles", program);
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
    if (row->letter)
        (void)smc_buf_addf(out, "'{-%c%s,%s%s}'[", row->letter, *equals ? "+" : "", row->flag,
                           equals);
    else
        (void)smc_buf_addf(out, "%s%s[", row->flag, equals);
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
    if (value == LIST || value == PROFILE)
        (void)smc_buf_addf(out, "(__%s", name);
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
        (void)smc_buf_addf(out, "complete -c %s", program);
        if (row->letter)
            (void)smc_buf_addf(out, " -s %c", row->letter);
        (void)smc_buf_addf(out, " -l %s", row->flag + 2);
        add_fish_value(out, row, name);
        add(out, " -d '");
        add_replaced(out, row->help, fish_quotes);
        add(out, "'\n");
    }
}

/* ---- the whole ---- */

static void add_rows(struct smc_buf *out, const struct smci_cli_program *program,
                     enum smci_cli_shell shell, const char *name)
{
    if (shell == SMCI_CLI_BASH)
        add_bash_rows(out, program->table, name);
    else if (shell == SMCI_CLI_ZSH)
        add_zsh_rows(out, program->table, program->name);
    else
        add_fish_rows(out, program->table, program->name, name);
}

enum smc_status smci_cli_completions(const struct smci_cli_program *program,
                                     enum smci_cli_shell shell, const char *template_text,
                                     struct smc_buf *out)
{
    static const char *const marks[] = {"@PROGRAM@", "@NAME@", "@FLAGS@", "@OPTIONS@\n"};
    static const char *const hyphens[] = {"-", "_", NULL};
    struct smc_buf name = SMC_BUF_INIT(256);
    add_replaced(&name, program->name, hyphens);
    (void)smc_buf_fail(out, smc_buf_status(&name));
    for (const char *at = template_text; *at;) {
        size_t i = 0;
        while (i < 4 && strncmp(at, marks[i], strlen(marks[i])) != 0)
            i++;
        if (i == 0)
            add(out, program->name);
        else if (i == 1)
            add(out, smc_buf_str(&name));
        else if (i == 2)
            add_flags(out, program->table);
        else if (i == 3)
            add_rows(out, program, shell, smc_buf_str(&name));
        else
            (void)smc_buf_add(out, at, 1);
        at += i < 4 ? strlen(marks[i]) : 1;
    }
    smc_buf_clear(&name);
    return smc_buf_status(out);
}

int smci_cli_completions_main(const struct smci_cli_program *program, int argc, char **argv)
{
    struct smc_buf text = SMC_BUF_INIT(TEXT_MAX);
    struct smc_buf out = SMC_BUF_INIT(TEXT_MAX);
    struct smc_error err = SMC_ERROR_INIT;
    const char *path = argc == 2 ? argv[1] : "";
    enum smci_cli_shell shell = smci_has_suffix(path, ".bash")  ? SMCI_CLI_BASH
                                : smci_has_suffix(path, ".zsh") ? SMCI_CLI_ZSH
                                                                : SMCI_CLI_FISH;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_made = fd >= 0 && smc_buf_read(&text, fd) == SMC_OK &&
                   smci_cli_completions(program, shell, smc_buf_str(&text), &out) == SMC_OK &&
                   smci_cli_print(smc_buf_str(&out), &err) == SMC_OK;
    if (!is_made)
        (void)fprintf(stderr, "%s: can't make completions of '%s'\n", program->name, path);
    if (fd >= 0)
        (void)close(fd);
    smc_buf_clear(&text);
    smc_buf_clear(&out);
    return is_made ? 0 : 1;
}
