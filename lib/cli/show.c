/* --show-config. */
#include <string.h>

#include "configure.h"

/* Where the comments begin, unless a value is longer. */
#define COMMENT_COLUMN 44

/* Far above what all settings can have. */
#define TEXT_MAX ((size_t)4 * 1024 * 1024)

static bool is_plain(enum smci_setting_type type)
{
    return type == SMCI_SETTING_WHOLE || type == SMCI_SETTING_SECONDS ||
           type == SMCI_SETTING_DECIMAL || type == SMCI_SETTING_FLAG || type == SMCI_SETTING_CHOICE;
}

/* What YAML takes for a line's end or refuses, as UTF-8 and as it can be written. C1 controls besides. */
static const struct {
    const char *bytes;
    const char *text;
} escapes[] = {{"\xe2\x80\xa8", "\\u2028"},
               {"\xe2\x80\xa9", "\\u2029"},
               {"\xef\xbb\xbf", "\\uFEFF"},
               {"\xef\xbf\xbe", "\\uFFFE"},
               {"\xef\xbf\xbf", "\\uFFFF"}};

/* Appends the character at `text` and returns how many bytes of it that was; 0 when that failed. */
static size_t add_character(struct smc_buf *out, const char *text)
{
    unsigned char c = (unsigned char)text[0];
    unsigned char then = c ? (unsigned char)text[1] : 0;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
        if (strncmp(text, escapes[i].bytes, 3) == 0)
            return smc_buf_addstr(out, escapes[i].text) == SMC_OK ? 3 : 0;
    if (c == 0xc2 && then >= 0x80 && then < 0xa0)
        return smc_buf_addf(out, "\\x%02x", then) == SMC_OK ? 2 : 0;
    if (c == '"' || c == '\\')
        return smc_buf_addf(out, "\\%c", c) == SMC_OK ? 1 : 0;
    if (c < ' ' || c == 0x7f)
        return smc_buf_addf(out, "\\x%02x", c) == SMC_OK ? 1 : 0;
    return smc_buf_add(out, text, 1) == SMC_OK ? 1 : 0;
}

/* In double quotes any text is one line of YAML. */
static enum smc_status add_quoted(struct smc_buf *out, const char *text)
{
    enum smc_status rc = smc_buf_addstr(out, "\"");
    for (size_t len = 1; *text && rc == SMC_OK; text += len) {
        len = add_character(out, text);
        if (len == 0)
            return SMC_ERR_NOMEM;
    }
    return rc == SMC_OK ? smc_buf_addstr(out, "\"") : rc;
}

/* A line's end in a name would end the comment. */
static void clean(struct smc_buf *out, size_t from)
{
    for (size_t i = from; i < out->len; i++)
        if ((unsigned char)out->data[i] < ' ' || out->data[i] == 0x7f)
            out->data[i] = '?';
}

/* "config.yaml:4:11: host" without the key, which stands before it. */
static enum smc_status add_place(struct smc_buf *out, const struct smci_value *value)
{
    if (value->source == SMCI_FROM_DEFAULT)
        return smc_buf_addstr(out, "default");
    size_t len = strlen(value->name);
    const char *key = strrchr(value->name, ' ');
    if (key && key > value->name && key[-1] == ':')
        len = (size_t)(key - value->name) - 1;
    size_t was = out->len;
    enum smc_status rc = smc_buf_add(out, value->name, len);
    clean(out, was);
    return rc;
}

static enum smc_status add_value(struct smc_buf *out, const struct smci_setting *row,
                                 const struct smci_value *value)
{
    const char *text = value->text ? value->text : row->fallback;
    if (!text)
        text = "false"; /* of a FLAG alone */
    if (row->type == SMCI_SETTING_SECRET)
        return smc_buf_addstr(out, "\"********\"");
    return is_plain(row->type) ? smc_buf_addstr(out, text) : add_quoted(out, text);
}

/* "  host: "x"                  # --host", or as a comment what is not set. */
static enum smc_status add_row(struct smc_buf *out, const struct smci_setting *row,
                               const struct smci_value *value)
{
    char key[128];
    if (!smci_setting_key(row, key, sizeof key))
        return SMC_OK;
    if (!value->text && !row->fallback && row->type != SMCI_SETTING_FLAG)
        return smc_buf_addf(out, "  # %s: not set\n", key);
    size_t was = out->len;
    enum smc_status rc = smc_buf_addf(out, "  %s: ", key);
    if (rc == SMC_OK)
        rc = add_value(out, row, value);
    size_t width = out->len - was;
    int space = width < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - width) : 1;
    if (rc == SMC_OK)
        rc = smc_buf_addf(out, "%*s# ", space, "");
    if (rc == SMC_OK)
        rc = add_place(out, value);
    return rc == SMC_OK ? smc_buf_addstr(out, "\n") : rc;
}

static enum smc_status add_head(struct smc_buf *out, const struct smci_settings *settings,
                                const struct smci_cli_program *program)
{
    enum smc_status rc = smc_buf_addf(out, "# %s: ", program->name);
    if (rc == SMC_OK)
        rc = settings->file.len == 0
                 ? smc_buf_addstr(out, "no configuration file")
                 : smc_buf_addf(out, "%s, %s%s", smc_buf_str(&settings->file),
                                settings->profile.len ? "profile " : "no profile",
                                smc_buf_str(&settings->profile));
    clean(out, 0);
    return rc == SMC_OK ? smc_buf_addf(out, "\n%s:\n", program->part) : rc;
}

enum smc_status smci_cli_settings_text(const struct smci_settings *settings,
                                       const struct smci_cli_program *program, struct smc_buf *out)
{
    enum smc_status rc = add_head(out, settings, program);
    for (size_t i = 0; rc == SMC_OK && i < settings->table->count; i++)
        rc = add_row(out, &settings->table->rows[i], &settings->values[i]);
    return rc;
}

enum smc_status smci_cli_show_settings(const struct smci_settings *settings,
                                       const struct smci_cli_program *program,
                                       struct smc_error *err)
{
    struct smc_buf out = SMC_BUF_INIT(TEXT_MAX);
    enum smc_status rc = smci_cli_settings_text(settings, program, &out);
    rc = rc == SMC_OK ? smci_cli_print(smc_buf_str(&out), err)
                      : smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&out);
    return rc;
}
