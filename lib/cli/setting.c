#include "setting.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sigmacat/buf.h>

#include "lib/base/num.h"
#include "words.h"

/* ---- rows ---- */

const struct smci_setting *smci_settings_row(const struct smci_settings_table *table,
                                             const char *flag)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].flag, flag) == 0)
            return &table->rows[i];
    return NULL;
}

const struct smci_setting *smci_settings_meant(const struct smci_settings_table *table,
                                               const char *word, size_t len)
{
    const struct smci_setting_synonym *at = table->synonyms;
    for (; at && at->typed; at++)
        if (smci_word_is(at->typed, word, len))
            return smci_settings_row(table, at->flag);
    return NULL;
}

bool smci_setting_key(const struct smci_setting *row, char *key, size_t size)
{
    const char *name = row->flag + 2;
    size_t len = strlen(name);
    if (row->is_query || row->is_unkeyed || len >= size)
        return false;
    for (size_t i = 0; i <= len; i++)
        key[i] = (char)(name[i] == '-' ? '_' : name[i]);
    return true;
}

/* More than any flag has. */
#define KEY_MAX 128

const struct smci_setting *smci_settings_keyed(const struct smci_settings_table *table,
                                               const char *key)
{
    for (size_t i = 0; i < table->count; i++) {
        char own[KEY_MAX];
        if (smci_setting_key(&table->rows[i], own, sizeof own) && strcmp(own, key) == 0)
            return &table->rows[i];
    }
    return NULL;
}

bool smci_setting_is_off(const struct smci_setting *row, const char *text)
{
    return row->type == SMCI_SETTING_FLAG && text && strcmp(text, "false") == 0;
}

bool smci_setting_is_text(const struct smci_setting *row)
{
    return row->type == SMCI_SETTING_TEXT || row->type == SMCI_SETTING_SECRET ||
           row->type == SMCI_SETTING_PATH || row->type == SMCI_SETTING_LIST;
}

/* ---- values ---- */

/* Whatever ends up in a header or is pasted with a line end is found here, where it has a name. */
enum smc_status smci_secret_check(const char *secret, size_t len, const char *name,
                                  struct smc_error *err)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)secret[i] <= ' ' || secret[i] == 0x7f)
            return smc_error_set(
                err, SMC_ERR_USAGE,
                "%s: a space or a control character (a line end?) can't be part of it", name);
    return SMC_OK;
}

static enum smc_status put_whole(int *place, const struct smci_setting *row,
                                 const struct smci_given *given, struct smc_error *err)
{
    int64_t number;
    if (!smci_parse_int64(given->text, &number) || number < row->min || number > row->max)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: '%s' is not a whole number from %lld to %lld",
                             given->name, smci_word_shown(given->text), (long long)row->min,
                             (long long)row->max);
    *place = (int)number;
    return SMC_OK;
}

static enum smc_status put_seconds(int64_t *place, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err)
{
    int64_t ms;
    if (!smci_parse_seconds(given->text, &ms) || ms < row->min)
        return smc_error_set(
            err, SMC_ERR_USAGE, "%s: '%s' is not a number of seconds %s0 (such as 30 or 0.5)",
            given->name, smci_word_shown(given->text), row->min > 0 ? "above " : "from ");
    *place = ms;
    return SMC_OK;
}

static enum smc_status put_decimal(double *place, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err)
{
    double number;
    if (!smci_parse_decimal(given->text, &number) || number < (double)row->min)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: '%s' is not a number from %lld on (such as 10 or 2.5)",
                             given->name, smci_word_shown(given->text), (long long)row->min);
    *place = number;
    return SMC_OK;
}

static enum smc_status put_limit(struct smci_limit *place, const struct smci_given *given,
                                 struct smc_error *err)
{
    char number[32];
    struct smci_limit limit = {-1, 0};
    size_t len = strlen(given->text);
    bool is_share = len > 0 && len < sizeof number && given->text[len - 1] == '%';
    bool is_good = false;
    if (is_share) {
        int64_t thousandths; /* read as milliseconds are: that asks for no memory */
        (void)snprintf(number, sizeof number, "%.*s", (int)len - 1, given->text);
        is_good = smci_parse_seconds(number, &thousandths) && thousandths <= 100000;
        limit.percent = is_good ? (double)thousandths / 1000 : 0;
    } else {
        is_good = smci_parse_int64(given->text, &limit.count) && limit.count >= 0;
    }
    if (!is_good)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: '%s' is neither a whole number from 0 nor a share from 0%% to "
                             "100%% (such as 20 or 5%%)",
                             given->name, smci_word_shown(given->text));
    *place = limit;
    return SMC_OK;
}

static enum smc_status put_flag(bool *place, const struct smci_given *given, struct smc_error *err)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(given->text, words[i]) == 0) {
            *place = i % 2 == 1;
            return SMC_OK;
        }
    }
    return smc_error_set(err, SMC_ERR_USAGE, "%s: '%s' is neither true nor false", given->name,
                         smci_word_shown(given->text));
}

static const char *nearest_choice(const struct smci_setting *row, const char *text)
{
    struct smci_nearest nearest = {NULL, 0};
    for (const char *const *word = row->choices; *word; word++) {
        /* "viz" for "VIZ", "warning" for "warn" */
        if (strncasecmp(*word, text, strlen(*word)) == 0)
            return *word;
        (void)smci_nearest_try(&nearest, text, strlen(text), *word);
    }
    return nearest.word;
}

static enum smc_status put_choice(int *place, const struct smci_setting *row,
                                  const struct smci_given *given, struct smc_error *err)
{
    for (int i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], given->text) == 0) {
            *place = i;
            return SMC_OK;
        }
    }
    struct smc_buf words = SMC_BUF_INIT(200);
    for (const char *const *word = row->choices; *word; word++)
        if (smc_buf_addf(&words, "%s%s", words.len ? ", " : "", *word) != SMC_OK)
            break;
    const char *nearest = nearest_choice(row, given->text);
    enum smc_status rc = smc_error_set(
        err, SMC_ERR_USAGE, "%s: '%s' is not one of %s%s%s%s", given->name,
        nearest ? given->text : smci_word_shown(given->text), smc_buf_str(&words),
        nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    smc_buf_clear(&words);
    return rc;
}

enum smc_status smci_setting_parse(void *member, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err)
{
    switch (row->type) {
    case SMCI_SETTING_TEXT:
    case SMCI_SETTING_PATH:
    case SMCI_SETTING_LIST:
        return SMC_OK;
    case SMCI_SETTING_SECRET:
        return smci_secret_check(given->text, strlen(given->text), given->name, err);
    case SMCI_SETTING_WHOLE:
        return put_whole(member, row, given, err);
    case SMCI_SETTING_SECONDS:
        return put_seconds(member, row, given, err);
    case SMCI_SETTING_DECIMAL:
        return put_decimal(member, row, given, err);
    case SMCI_SETTING_LIMIT:
        return put_limit(member, given, err);
    case SMCI_SETTING_FLAG:
        return put_flag(member, given, err);
    case SMCI_SETTING_CHOICE:
        return put_choice(member, row, given, err);
    }
    return smc_error_set(err, SMC_ERR_INTERNAL, "%s: a setting of an unknown type", given->name);
}

enum smc_status smci_setting_check(const struct smci_setting *row, const struct smci_given *given,
                                   struct smc_error *err)
{
    union {
        int whole;
        int64_t seconds;
        double decimal;
        struct smci_limit limit;
        bool flag;
    } unused;
    return smci_setting_parse(&unused, row, given, err);
}
