#include "show.h"

#include <string.h>

/* Where the comments begin, unless a value is longer. */
#define COMMENT_COLUMN 44

/* Far above what all settings can have. */
#define TEXT_MAX ((size_t)4 * 1024 * 1024)

/* Characters that YAML takes for a line's end or refuses, as UTF-8 and as they can be written; C1
 * controls are others. */
static const struct {
    const char *bytes;
    const char *text;
} escapes[] = {{"\xe2\x80\xa8", "\\u2028"},
               {"\xe2\x80\xa9", "\\u2029"},
               {"\xef\xbb\xbf", "\\uFEFF"},
               {"\xef\xbf\xbe", "\\uFFFE"},
               {"\xef\xbf\xbf", "\\uFFFF"}};

/* Appends the character at `text` and returns how many bytes of it that was. */
static size_t add_character(struct smc_buf *out, const char *text)
{
    unsigned char c = (unsigned char)text[0];
    unsigned char then = c ? (unsigned char)text[1] : 0;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (strncmp(text, escapes[i].bytes, 3) == 0) {
            (void)smc_buf_addstr(out, escapes[i].text);
            return 3;
        }
    }
    bool is_c1 = c == 0xc2 && then >= 0x80 && then < 0xa0;
    if (is_c1 || c < ' ' || c == 0x7f)
        (void)smc_buf_addf(out, "\\x%02x", is_c1 ? then : c);
    else if (c == '"' || c == '\\')
        (void)smc_buf_addf(out, "\\%c", c);
    else
        (void)smc_buf_add(out, text, 1);
    return is_c1 ? 2 : 1;
}

/* In double quotes any text is one line of YAML. */
static void add_quoted(struct smc_buf *out, const char *text)
{
    (void)smc_buf_addstr(out, "\"");
    while (*text)
        text += add_character(out, text);
    (void)smc_buf_addstr(out, "\"");
}

/* Of an address with a user's part, which will be refused, the password is as secret as ever. */
static void add_text(struct smc_buf *out, const struct smci_setting *row, const char *text)
{
    struct smc_buf shown = SMC_BUF_INIT(TEXT_MAX);
    const char *scheme = strstr(text, "://");
    const char *user = scheme ? scheme + 3 : text;
    const char *at = row->type == SMCI_SETTING_TEXT ? strrchr(user, '@') : NULL;
    if (at && memchr(user, ':', (size_t)(at - user))) {
        (void)smc_buf_addf(&shown, "%.*s********%s", (int)(user - text), text, at);
        add_quoted(out, smc_buf_str(&shown));
        if (shown.status != SMC_OK)
            (void)smc_buf_fail(out, shown.status);
    } else {
        add_quoted(out, text);
    }
    smc_buf_wipe(&shown);
}

/* A line's end in a name would end the comment. */
static void clean(struct smc_buf *out, size_t from)
{
    for (size_t i = from; i < out->len; i++)
        if ((unsigned char)out->data[i] < ' ' || out->data[i] == 0x7f)
            out->data[i] = '?';
}

/* "config.yaml:4:11: host" without the key, which stands before it. */
static void add_place(struct smc_buf *out, const struct smci_value *value)
{
    const char *name = value->source == SMCI_FROM_DEFAULT ? "default" : value->name;
    const char *key = strrchr(name, ' ');
    bool has_key = key && key > name && key[-1] == ':';
    size_t was = out->len;
    (void)smc_buf_add(out, name, has_key ? (size_t)(key - name) - 1 : strlen(name));
    clean(out, was);
}

static void add_value(struct smc_buf *out, const struct smci_setting *row,
                      const struct smci_value *value)
{
    const char *text = value->text ? value->text : row->fallback;
    if (row->type == SMCI_SETTING_SECRET)
        text = "********";
    else if (!text)
        text = "false"; /* of a FLAG alone */
    if (smci_setting_is_text(row))
        add_text(out, row, text);
    else
        (void)smc_buf_addstr(out, text);
}

/* "  host: "x"                  # --host", or as a comment what is not set. */
static void add_row(struct smc_buf *out, const struct smci_setting *row,
                    const struct smci_value *value)
{
    char key[128];
    if (!smci_setting_key(row, key, sizeof key))
        return;
    if (!value->text && !row->fallback && row->type != SMCI_SETTING_FLAG) {
        (void)smc_buf_addf(out, "  # %s: not set\n", key);
        return;
    }
    size_t was = out->len;
    (void)smc_buf_addf(out, "  %s: ", key);
    add_value(out, row, value);
    size_t width = out->len - was;
    (void)smc_buf_addf(out, "%*s# ", width < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - width) : 1,
                       "");
    add_place(out, value);
    (void)smc_buf_addstr(out, "\n");
}

static void add_head(struct smc_buf *out, const struct smci_settings *settings,
                     const struct smci_cli_program *program)
{
    (void)smc_buf_addf(out, "# %s: ", program->name);
    if (settings->file.len == 0)
        (void)smc_buf_addstr(out, "no configuration file");
    else
        (void)smc_buf_addf(out, "%s, %s%s", smc_buf_str(&settings->file),
                           settings->profile.len ? "profile " : "no profile",
                           smc_buf_str(&settings->profile));
    clean(out, 0);
    (void)smc_buf_addf(out, "\n%s:\n", program->part);
}

enum smc_status smci_cli_settings_text(const struct smci_settings *settings,
                                       const struct smci_cli_program *program, struct smc_buf *out)
{
    add_head(out, settings, program);
    for (size_t i = 0; i < settings->table->count; i++)
        add_row(out, &settings->table->rows[i], &settings->values[i]);
    return smc_buf_status(out);
}

enum smc_status smci_cli_show_settings(const struct smci_settings *settings,
                                       const struct smci_cli_program *program,
                                       struct smc_error *err)
{
    struct smc_buf out = SMC_BUF_INIT(TEXT_MAX);
    if (smci_settings_source(settings, "--json") == SMCI_FROM_FLAG)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "--show-config and --json exclude each other: give one of them");
    enum smc_status rc = smci_cli_settings_text(settings, program, &out);
    rc = rc == SMC_OK ? smci_cli_print(smc_buf_str(&out), err)
                      : smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&out);
    return rc;
}
