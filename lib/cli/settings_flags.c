#include "settings_flags.h"

#include <string.h>

#include <sigmacat/buf.h>

#include "words.h"

/* A longer word is not a mistyped option, but perhaps a secret. */
#define SHOWN_MAX 32

/* The command line while it is read. */
struct reader {
    struct smci_settings *settings;
    char **argv;
    int argc;
    int at;          /* the next word */
    bool has_secret; /* a secret was given: what stands loose may be a part of it */
    struct smc_error *err;
};

/* ---- which setting a word means ---- */

/* A long flag in full. `name` begins with its hyphens, as flags of the table do. */
static const struct smci_setting *find_exact(const struct smci_settings_table *table,
                                             const char *name, size_t len)
{
    for (size_t i = 0; i < table->count; i++)
        if (smci_word_is(table->rows[i].flag, name, len))
            return &table->rows[i];
    return NULL;
}

/* The row that a shortened flag means: one that it alone fits, first among the fixed ones. */
static const struct smci_setting *find_shortened(const struct smci_settings_table *table,
                                                 const char *name, size_t len, size_t *fits)
{
    const struct smci_setting *any = NULL;
    const struct smci_setting *fixed = NULL;
    size_t fixed_count = 0;
    *fits = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *row = &table->rows[i];
        if (!smci_word_begins(row->flag, name, len))
            continue;
        ++*fits;
        any = row;
        if (row->is_fixed) {
            fixed_count++;
            fixed = row;
        }
    }
    if (fixed_count == 1)
        return fixed;
    return *fits == 1 ? any : NULL;
}

static const struct smci_setting *find_letter(const struct smci_settings_table *table, char letter)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].letter != 0 && table->rows[i].letter == letter)
            return &table->rows[i];
    return NULL;
}

static enum smc_status fail_unknown(const struct reader *reader, const char *word, size_t len)
{
    const struct smci_settings_table *table = reader->settings->table;
    const struct smci_setting *synonym = smci_settings_meant(table, word, len);
    struct smci_nearest nearest = {synonym ? synonym->flag + 2 : NULL, 0};
    for (size_t i = 0; len > 3 && i < table->count; i++)
        (void)smci_nearest_try(&nearest, word + 2, len - 2, table->rows[i].flag + 2);
    if (nearest.word)
        return smc_error_set(reader->err, SMC_ERR_USAGE,
                             "unknown option '%.*s': did you mean '--%s'?", (int)len, word,
                             nearest.word);
    if (len > SHOWN_MAX)
        return smc_error_set(reader->err, SMC_ERR_USAGE,
                             "word %d of the command line is an unknown option: see --help",
                             reader->at - 1);
    return smc_error_set(reader->err, SMC_ERR_USAGE, "unknown option '%.*s': see --help", (int)len,
                         word);
}

static enum smc_status fail_ambiguous(const struct reader *reader, const char *word, size_t len)
{
    const struct smci_settings_table *table = reader->settings->table;
    struct smc_buf fits = SMC_BUF_INIT(300);
    for (size_t i = 0; i < table->count; i++)
        if (smci_word_begins(table->rows[i].flag, word, len))
            if (smc_buf_addf(&fits, "%s%s", fits.len ? ", " : "", table->rows[i].flag) != SMC_OK)
                break;
    enum smc_status rc = smc_error_set(reader->err, SMC_ERR_USAGE,
                                       "option '%.*s' is ambiguous: it could be any of %s",
                                       (int)len, word, smc_buf_str(&fits));
    smc_buf_clear(&fits);
    return rc;
}

/* ---- values ---- */

/* Whether a word is surely an option: then it is not the value of the one before it, which was
 * forgotten, or was an empty variable of a script. */
static bool is_option(const struct smci_settings_table *table, const char *word)
{
    if (word[0] != '-' || word[1] == '\0')
        return false;
    if (word[1] != '-')
        return word[2] == '\0' && find_letter(table, word[1]);
    return word[2] == '\0' || find_exact(table, word, strcspn(word, "="));
}

/* Takes a value; `text` lies in argv. */
static enum smc_status take(struct reader *reader, const struct smci_setting *row, char *text)
{
    enum smc_status rc;
    if (*text == '\0') {
        rc = smc_error_set(reader->err, SMC_ERR_USAGE, "%s: the value is empty", row->flag);
    } else {
        struct smci_given given = {row->flag, text, SMCI_FROM_FLAG};
        rc = smci_settings_put(reader->settings, row, &given, reader->err);
    }
    if (row->type == SMCI_SETTING_SECRET) {
        reader->has_secret = true;
        (void)memset(text, '*', strlen(text));
    }
    return rc;
}

/* `attached` is the value in the option's own word, or NULL; `shown` the option as typed. */
static enum smc_status read_option(struct reader *reader, const struct smci_setting *row,
                                   const char *shown, char *attached)
{
    if (row->type == SMCI_SETTING_FLAG) {
        if (attached && row->is_query)
            return smc_error_set(reader->err, SMC_ERR_USAGE, "option '%s' takes no value", shown);
        char yes[] = "true";
        return take(reader, row, attached ? attached : yes);
    }
    if (attached)
        return take(reader, row, attached);
    char *next = reader->at < reader->argc ? reader->argv[reader->at] : NULL;
    if (!next)
        return smc_error_set(reader->err, SMC_ERR_USAGE, "option '%s' needs a value: %s", shown,
                             row->metavar);
    if (is_option(reader->settings->table, next))
        return smc_error_set(reader->err, SMC_ERR_USAGE,
                             "option '%s' needs a value (%s), but '%.*s' follows", shown,
                             row->metavar, (int)strcspn(next, "="), next);
    reader->at++;
    return take(reader, row, next);
}

/* ---- words ---- */

static enum smc_status read_long(struct reader *reader, char *word)
{
    const struct smci_settings_table *table = reader->settings->table;
    size_t len = strcspn(word, "=");
    char *attached = word[len] == '=' ? word + len + 1 : NULL;
    if (len <= 2)
        return smc_error_set(reader->err, SMC_ERR_USAGE, "'--=' names no option: see --help");
    const struct smci_setting *row = find_exact(table, word, len);
    size_t fits = 0;
    if (!row)
        row = find_shortened(table, word, len, &fits);
    if (row)
        return read_option(reader, row, row->flag, attached);
    return fits > 0 ? fail_ambiguous(reader, word, len) : fail_unknown(reader, word, len);
}

static enum smc_status read_short(struct reader *reader, char *word)
{
    const struct smci_settings_table *table = reader->settings->table;
    char shown[3] = {'-', word[1], '\0'};
    /* "-output" is not meant as "-o utput". */
    for (size_t i = 0; word[2] != '\0' && i < table->count; i++)
        if (strcmp(word, table->rows[i].flag + 1) == 0)
            return smc_error_set(reader->err, SMC_ERR_USAGE,
                                 "unknown option '%s': did you mean '%s'?", word,
                                 table->rows[i].flag);
    const struct smci_setting *row = find_letter(table, word[1]);
    if (!row)
        return smc_error_set(reader->err, SMC_ERR_USAGE, "unknown option '%s': see --help", shown);
    char *attached = word[2] == '\0' ? NULL : word + 2;
    if (attached && *attached == '=')
        attached++;
    return read_option(reader, row, shown, attached);
}

/* A loose word may be a secret, or the rest of one that was given without quotes: then it is not
 * shown. */
static enum smc_status fail_loose(const struct reader *reader, const char *word)
{
    if (reader->has_secret || smci_word_shown(word) != word)
        return smc_error_set(
            reader->err, SMC_ERR_USAGE,
            "word %d of the command line does not belong to any option: quote values that have "
            "spaces, see --help",
            reader->at - 1);
    return smc_error_set(reader->err, SMC_ERR_USAGE,
                         "'%s' does not belong to any option: see --help", word);
}

enum smc_status smci_settings_read_flags(struct smci_settings *settings, int argc, char **argv,
                                         struct smc_error *err)
{
    struct reader reader = {.settings = settings, .argv = argv, .argc = argc, .at = 1, .err = err};
    enum smc_status first = SMC_OK;
    bool is_over = false;
    while (reader.at < argc) {
        char *word = argv[reader.at++];
        enum smc_status rc = SMC_OK;
        if (is_over || word[0] != '-' || word[1] == '\0')
            rc = fail_loose(&reader, word);
        else if (word[1] != '-')
            rc = read_short(&reader, word);
        else if (word[2] != '\0')
            rc = read_long(&reader, word);
        else
            is_over = true;
        if (first == SMC_OK)
            first = rc;
    }
    return first;
}
