/* One value of a setting, by its type. */
#include "settings_internal.h"

#include <string.h>
#include <strings.h>

#include <sigmacat/buf.h>

#include "lib/base/num.h"

/* So much of a wrong value is shown in an error. */
#define SHOWN_MAX 60

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
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: '%.*s' is not a whole number from %lld to %lld", given->name,
                             SHOWN_MAX, given->text, (long long)row->min, (long long)row->max);
    *place = (int)number;
    return SMC_OK;
}

static enum smc_status put_seconds(int64_t *place, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err)
{
    int64_t ms;
    if (!smci_parse_seconds(given->text, &ms) || ms < row->min)
        return smc_error_set(
            err, SMC_ERR_USAGE, "%s: '%.*s' is not a number of seconds %s0 (such as 30 or 0.5)",
            given->name, SHOWN_MAX, given->text, row->min > 0 ? "above " : "from ");
    *place = ms;
    return SMC_OK;
}

static enum smc_status put_decimal(double *place, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err)
{
    double number;
    if (!smci_parse_decimal(given->text, &number) || number < (double)row->min)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: '%.*s' is not a number from %lld on (such as 10 or 2.5)",
                             given->name, SHOWN_MAX, given->text, (long long)row->min);
    *place = number;
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
    return smc_error_set(err, SMC_ERR_USAGE, "%s: '%.*s' is neither true nor false", given->name,
                         SHOWN_MAX, given->text);
}

static const char *nearest_choice(const struct smci_setting *row, const char *text)
{
    size_t len = strlen(text);
    const char *best = NULL;
    int least = 0;
    for (const char *const *word = row->choices; *word; word++) {
        /* "viz" for "VIZ", "warning" for "warn" */
        size_t word_len = strlen(*word);
        if (len >= word_len && strncasecmp(*word, text, word_len) == 0)
            return *word;
        int distance = smci_typo_distance(text, len, *word, word_len);
        if (smci_typo_is_near(distance, len) && (!best || distance < least)) {
            best = *word;
            least = distance;
        }
    }
    return best;
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
    enum smc_status rc =
        smc_error_set(err, SMC_ERR_USAGE, "%s: '%.*s' is none of %s%s%s%s", given->name, SHOWN_MAX,
                      given->text, smc_buf_str(&words), nearest ? ": did you mean '" : "",
                      nearest ? nearest : "", nearest ? "'?" : "");
    smc_buf_clear(&words);
    return rc;
}

enum smc_status smci_setting_parse(void *place, const struct smci_setting *row,
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
        return put_whole(place, row, given, err);
    case SMCI_SETTING_SECONDS:
        return put_seconds(place, row, given, err);
    case SMCI_SETTING_DECIMAL:
        return put_decimal(place, row, given, err);
    case SMCI_SETTING_FLAG:
        return put_flag(place, given, err);
    case SMCI_SETTING_CHOICE:
        return put_choice(place, row, given, err);
    }
    return smc_error_set(err, SMC_ERR_INTERNAL, "%s: a setting of an unknown type", given->name);
}
