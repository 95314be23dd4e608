#include "option_table.h"

#include <ctype.h>

#include "support.h"
#include "words.h"

struct option_case {
    const char *name;
    const struct option_program *program;
    const struct smci_setting *row;
};

/* ---- a value that is not the default, and where it ends ---- */

static const char *sample_of(const struct smci_setting *row, char *room, size_t size)
{
    size_t last = 0;
    switch (row->type) {
    case SMCI_SETTING_WHOLE:
        (void)snprintf(room, size, "%lld", (long long)row->max);
        return room;
    case SMCI_SETTING_SECONDS:
    case SMCI_SETTING_DECIMAL:
        return "77.5";
    case SMCI_SETTING_LIMIT:
        return "7.5%";
    case SMCI_SETTING_FLAG:
        return "true";
    case SMCI_SETTING_CHOICE:
        while (row->choices[last + 1])
            last++;
        return row->choices[last];
    case SMCI_SETTING_TEXT:
    case SMCI_SETTING_SECRET:
    case SMCI_SETTING_PATH:
    case SMCI_SETTING_LIST:
        break;
    }
    return row->choices ? row->choices[0] : "value";
}

/* Whether the member is what `text`, as typed, says; NULL: what says nothing. */
static bool member_is(const void *member, const struct smci_setting *row, const char *text)
{
    const char *const *texts = member;
    int choice = 0;
    switch (row->type) {
    case SMCI_SETTING_WHOLE:
        return *(const int *)member == (text ? atoi(text) : 0);
    case SMCI_SETTING_SECONDS:
        return *(const int64_t *)member == (text ? (int64_t)(atof(text) * 1000) : 0);
    case SMCI_SETTING_DECIMAL:
        return *(const double *)member == (text ? atof(text) : 0);
    case SMCI_SETTING_LIMIT:
        return ((const struct smci_limit *)member)->percent == (text ? atof(text) : 100);
    case SMCI_SETTING_FLAG:
        return *(const bool *)member == (text && strcmp(text, "true") == 0);
    case SMCI_SETTING_CHOICE:
        while (text && strcmp(row->choices[choice], text) != 0)
            choice++;
        return *(const int *)member == (text ? choice : -1);
    case SMCI_SETTING_TEXT:
    case SMCI_SETTING_SECRET:
    case SMCI_SETTING_PATH:
    case SMCI_SETTING_LIST:
        break;
    }
    return text ? *texts && strcmp(*texts, text) == 0 : !*texts;
}

/* ---- a row ---- */

/* That a word of the command line, or a variable (NULL: without it), puts `want` there. What the
 * rest lacks is not looked at. */
static void check(const struct option_case *c, const char *word, const char *variable,
                  const char *want)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct words argv = {.count = 0};
    struct words envp = {.count = 0};
    void *settings = calloc(1, c->program->size);
    assert_non_null(settings);
    words_add(&argv, "program");
    if (word)
        words_add(&argv, "%s", word);
    if (variable)
        words_add(&envp, "%s", variable);
    (void)c->program->read(settings, argv.count, argv.v, envp.v, &err);
    if (!member_is((const char *)settings + c->row->offset, c->row, want))
        fail_msg("'%s' with '%s' does not give '%s': %s", word ? word : "",
                 variable ? variable : "", want ? want : "", err.detail);
    c->program->clear(settings);
    c->program->clear(settings);
    free(settings);
    words_clear(&argv);
    words_clear(&envp);
}

static char *swapped(const char *flag)
{
    char *text = text_format("%s", flag);
    for (char *p = text + 2; *p; p++)
        *p = *p == '-' ? '_' : *p == '_' ? '-' : *p;
    return text;
}

static void check_flag(const struct option_case *c, const char *flag, const char *sample)
{
    char *word = text_format(c->row->is_query ? "%s" : "%s=%s", flag, sample);
    char *other = c->row->variable ? text_format("%s=1", c->row->variable) : NULL;
    check(c, word, NULL, sample);
    check(c, word, other, sample); /* it goes before the variable */
    free(word);
    free(other);
}

static void check_variable(const struct option_case *c, const char *sample)
{
    char *text = text_format("%s=%s", c->row->variable, sample);
    check(c, NULL, text, sample);
    for (char *p = text; *p != '='; p++)
        *p = (char)tolower((unsigned char)*p);
    check(c, NULL, text, sample);
    free(text);
}

static void test_option(void **state)
{
    const struct option_case *c = *state;
    char room[32];
    const char *sample = sample_of(c->row, room, sizeof room);
    char *other = swapped(c->row->flag);
    check(c, NULL, NULL, c->row->fallback);
    check_flag(c, c->row->flag, sample);
    check_flag(c, other, sample);
    free(other);
    if (c->row->letter) {
        bool is_flag = c->row->type == SMCI_SETTING_FLAG;
        char *word = text_format("-%c%s", c->row->letter, is_flag ? "" : sample);
        check(c, word, NULL, sample);
        free(word);
    }
    if (c->row->variable)
        check_variable(c, sample);
}

int option_table_run(const struct option_program *program)
{
    struct option_case *cases = calloc(program->table->count, sizeof *cases);
    if (!cases)
        return 1;
    for (size_t i = 0; i < program->table->count; i++)
        cases[i] =
            (struct option_case){program->table->rows[i].flag, program, &program->table->rows[i]};
    int failed =
        run_table(program->group, cases, sizeof *cases, program->table->count, test_option);
    free(cases);
    return failed;
}
