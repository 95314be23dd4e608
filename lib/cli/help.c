#include "help.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A screen's help is far below it. */
#define HELP_MAX 16384

/* Where the texts begin; that of a longer option goes to a line of its own. */
#define TEXT_COLUMN 28

/* Appends "  -o, --output DIR" and returns its width; 0 when memory ran out. */
static size_t add_option(const struct smc_setting *row, struct smc_buf *out)
{
    size_t was = out->len;
    char letter[] = "    ";
    if (row->letter != 0)
        (void)snprintf(letter, sizeof letter, "-%c, ", row->letter);
    if (smc_buf_addf(out, "  %s%s%s%s", letter, row->flag, row->metavar ? " " : "",
                     row->metavar ? row->metavar : "") != SMC_OK)
        return 0;
    return out->len - was;
}

static enum smc_status add_options(const struct smc_settings_table *table, struct smc_buf *out)
{
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < table->count && rc == SMC_OK; i++) {
        const struct smc_setting *row = &table->rows[i];
        size_t here = add_option(row, out);
        if (here == 0)
            return SMC_ERR_NOMEM;
        bool is_long = here + 2 > TEXT_COLUMN;
        int space = (int)(is_long ? TEXT_COLUMN : TEXT_COLUMN - here);
        rc = smc_buf_addf(out, "%s%*s%s", is_long ? "\n" : "", space, "", row->help);
        if (rc == SMC_OK && row->fallback)
            rc = smc_buf_addf(out, " (default: %s)", row->fallback);
        if (rc == SMC_OK)
            rc = smc_buf_addstr(out, "\n");
    }
    return rc;
}

enum smc_status smc_cli_help(const struct smc_cli_program *program, struct smc_buf *out)
{
    enum smc_status rc = smc_buf_addf(out, "%s: %s\n\n", program->name, program->purpose);
    for (const char *const *line = program->examples; *line && rc == SMC_OK; line++)
        rc = smc_buf_addf(out, "  %s\n", *line);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(out, "\n");
    if (rc == SMC_OK)
        rc = add_options(program->table, out);
    if (rc == SMC_OK)
        rc = smc_buf_addf(out, "\n%s\n", program->variables);
    return rc;
}

static enum smc_status print(const char *text, struct smc_error *err)
{
    errno = 0;
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0)
        return smc_fail_errno(err, SMC_ERR_IO, errno, "can't write to standard output");
    return SMC_OK;
}

enum smc_status smc_cli_print_help(const struct smc_cli_program *program, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(HELP_MAX);
    enum smc_status rc = smc_cli_help(program, &text);
    if (rc == SMC_OK)
        rc = print(smc_buf_str(&text), err);
    else
        (void)smc_fail(err, rc, "%s", smc_strerror(rc));
    smc_buf_clear(&text);
    return rc;
}

enum smc_status smc_cli_print_version(const struct smc_cli_program *program, struct smc_error *err)
{
    char text[128];
    (void)snprintf(text, sizeof text, "%s (sigmacat) %s\n", program->name, SMC_VERSION);
    return print(text, err);
}
