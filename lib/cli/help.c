#include "help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A screen's help is far below it. */
#define HELP_MAX 16384

/* "-o, --output DIR" takes that much room; a letter's is left where there is none. */
static size_t width_of(const struct smci_setting *row)
{
    return strlen("-x, ") + strlen(row->flag) + (row->metavar ? 1 + strlen(row->metavar) : 0);
}

static void add_option(const struct smci_setting *row, size_t column, struct smc_buf *out)
{
    char letter[] = "    ";
    if (row->letter != 0)
        (void)snprintf(letter, sizeof letter, "-%c, ", row->letter);
    (void)smc_buf_addf(out, "  %s%s%s%s%*s%s", letter, row->flag, row->metavar ? " " : "",
                       row->metavar ? row->metavar : "", (int)(column - width_of(row)), "",
                       row->help);
    if (row->fallback)
        (void)smc_buf_addf(out, " (default: %s)", row->fallback);
    (void)smc_buf_addstr(out, "\n");
}

static void add_options(const struct smci_settings_table *table, struct smc_buf *out)
{
    size_t column = 0;
    for (size_t i = 0; i < table->count; i++)
        if (width_of(&table->rows[i]) + 2 > column)
            column = width_of(&table->rows[i]) + 2;
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].section)
            (void)smc_buf_addf(out, "%s:\n", table->rows[i].section);
        add_option(&table->rows[i], column, out);
    }
}

enum smc_status smci_cli_help(const struct smci_cli_program *program, struct smc_buf *out)
{
    (void)smc_buf_addf(out, "%s: %s\n\n", program->name, program->purpose);
    for (const char *const *line = program->examples; *line; line++)
        (void)smc_buf_addf(out, "  %s\n", *line);
    (void)smc_buf_addstr(out, "\n");
    add_options(program->table, out);
    return smc_buf_addf(out, "\n%s\n", program->variables);
}

enum smc_status smci_cli_print(const char *text, struct smc_error *err)
{
    errno = 0;
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "can't write to standard output");
    return SMC_OK;
}

enum smc_status smci_cli_print_help(const struct smci_cli_program *program, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(HELP_MAX);
    enum smc_status rc = smci_cli_help(program, &text);
    if (rc == SMC_OK)
        rc = smci_cli_print(smc_buf_str(&text), err);
    else
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&text);
    return rc;
}

enum smc_status smci_cli_print_version(const struct smci_cli_program *program,
                                       struct smc_error *err)
{
    char text[128];
    (void)snprintf(text, sizeof text, "%s (sigmacat) %s\n", program->name, SMC_VERSION);
    return smci_cli_print(text, err);
}
