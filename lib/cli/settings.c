#include "settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of each text that is kept: names of profiles, a path, warnings. */
#define TEXT_MAX 65536

/* More names than an error's text can hold. */
#define MISSING_MAX 2048

static void *place_of(const struct smci_settings *settings, const struct smci_setting *row)
{
    return (char *)settings->target + row->offset;
}

static struct smci_value *value_of(const struct smci_settings *settings,
                                   const struct smci_setting *row)
{
    return &settings->values[row - settings->table->rows];
}

/* ---- all values ---- */

static void forget(const struct smci_setting *row, struct smci_value *value)
{
    if (value->text && row->type == SMCI_SETTING_SECRET)
        explicit_bzero(value->text, strlen(value->text));
    free(value->text);
    free(value->name);
    *value = (struct smci_value){NULL, NULL, SMCI_FROM_DEFAULT};
}

static enum smc_status put_default(struct smci_settings *settings, const struct smci_setting *row,
                                   struct smc_error *err)
{
    if (smci_setting_is_text(row)) {
        *(const char **)place_of(settings, row) = row->fallback;
        return SMC_OK;
    }
    if (row->fallback) {
        struct smci_given given = {row->flag, row->fallback, SMCI_FROM_DEFAULT};
        struct smc_error why = SMC_ERROR_INIT;
        if (smci_setting_parse(place_of(settings, row), row, &given, &why) == SMC_OK)
            return SMC_OK;
        return smc_error_set(err, SMC_ERR_INTERNAL, "the default of %s", why.detail);
    }
    if (row->type == SMCI_SETTING_CHOICE)
        *(int *)place_of(settings, row) = -1;
    else if (row->type == SMCI_SETTING_WHOLE)
        *(int *)place_of(settings, row) = 0;
    else if (row->type == SMCI_SETTING_FLAG)
        *(bool *)place_of(settings, row) = false;
    else if (row->type == SMCI_SETTING_SECONDS)
        *(int64_t *)place_of(settings, row) = 0;
    else if (row->type == SMCI_SETTING_LIMIT)
        *(struct smci_limit *)place_of(settings, row) = (struct smci_limit){-1, 100};
    else
        *(double *)place_of(settings, row) = 0;
    return SMC_OK;
}

enum smc_status smci_settings_init(struct smci_settings *settings,
                                   const struct smci_settings_table *table, void *target,
                                   struct smc_error *err)
{
    *settings = (struct smci_settings)SMCI_SETTINGS_INIT;
    settings->table = table;
    smc_buf_init(&settings->file, TEXT_MAX);
    smc_buf_init(&settings->warnings, TEXT_MAX);
    smc_buf_init(&settings->profiles, TEXT_MAX);
    smc_buf_init(&settings->profile, TEXT_MAX);
    settings->target = target;
    settings->values = calloc(table->count, sizeof(struct smci_value));
    if (!settings->values)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < table->count; i++) {
        enum smc_status rc = put_default(settings, &table->rows[i], err);
        if (rc != SMC_OK)
            return rc;
    }
    return SMC_OK;
}

void smci_settings_clear(struct smci_settings *settings)
{
    for (size_t i = 0; settings->values && i < settings->table->count; i++) {
        const struct smci_setting *row = &settings->table->rows[i];
        forget(row, &settings->values[i]);
        if (smci_setting_is_text(row))
            *(const char **)place_of(settings, row) = NULL;
    }
    free(settings->values);
    smc_buf_clear(&settings->file);
    smc_buf_clear(&settings->warnings);
    smc_buf_clear(&settings->profiles);
    smc_buf_clear(&settings->profile);
    *settings = (struct smci_settings)SMCI_SETTINGS_INIT;
}

static bool is_of_group(const struct smci_setting *row, const struct smci_setting *other)
{
    return other == row || (row->group != 0 && other->group == row->group);
}

/* Whether row `i` is the row, or excludes it with the value that it has. */
static bool counts(const struct smci_settings *settings, const struct smci_setting *row, size_t i)
{
    const struct smci_setting *other = &settings->table->rows[i];
    return is_of_group(row, other) &&
           (other == row || !smci_setting_is_off(other, settings->values[i].text));
}

/* The highest source that has spoken on this row or on one that excludes it. */
static enum smci_source source_of(const struct smci_settings *settings,
                                  const struct smci_setting *row)
{
    enum smci_source highest = SMCI_FROM_DEFAULT;
    for (size_t i = 0; i < settings->table->count; i++)
        if (counts(settings, row, i) && settings->values[i].source > highest)
            highest = settings->values[i].source;
    return highest;
}

/* Another row that excludes this one and was set by the same source; NULL: none. */
static const struct smci_value *find_rival(const struct smci_settings *settings,
                                           const struct smci_setting *row, enum smci_source source)
{
    for (size_t i = 0; i < settings->table->count; i++) {
        const struct smci_value *value = &settings->values[i];
        if (&settings->table->rows[i] != row && counts(settings, row, i) && value->source == source)
            return value;
    }
    return NULL;
}

/* Takes away what lower sources have said of this row and, unless it says nothing, of those that it
 * excludes. */
static enum smc_status drop_lower(struct smci_settings *settings, const struct smci_setting *row,
                                  const struct smci_given *given, struct smc_error *err)
{
    for (size_t i = 0; i < settings->table->count; i++) {
        const struct smci_setting *other = &settings->table->rows[i];
        struct smci_value *value = &settings->values[i];
        if (!counts(settings, row, i) || !value->text || value->source >= given->source ||
            (other != row && smci_setting_is_off(row, given->text)))
            continue;
        forget(other, value);
        enum smc_status rc = put_default(settings, other, err);
        if (rc != SMC_OK)
            return rc;
    }
    return SMC_OK;
}

enum smc_status smci_settings_put(struct smci_settings *settings, const struct smci_setting *row,
                                  const struct smci_given *given, struct smc_error *err)
{
    if (source_of(settings, row) > given->source)
        return SMC_OK;
    const struct smci_value *rival =
        smci_setting_is_off(row, given->text) ? NULL : find_rival(settings, row, given->source);
    if (rival)
        return smc_error_set(err, SMC_ERR_USAGE, "%s and %s exclude each other: give one of them",
                             rival->name, given->name);
    enum smc_status rc = drop_lower(settings, row, given, err);
    if (rc == SMC_OK)
        rc = smci_setting_parse(place_of(settings, row), row, given, err);
    if (rc != SMC_OK)
        return rc;
    struct smci_value fresh = {strdup(given->text), strdup(given->name), given->source};
    if (!fresh.text || !fresh.name) {
        forget(row, &fresh);
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    }
    struct smci_value *value = value_of(settings, row);
    forget(row, value);
    *value = fresh;
    if (smci_setting_is_text(row))
        *(const char **)place_of(settings, row) = fresh.text;
    return SMC_OK;
}

enum smc_status smci_settings_lend(struct smci_settings *settings, const char *leader,
                                   const char *flag, const char *text, const char *name,
                                   struct smc_error *err)
{
    const struct smci_setting *row = smci_settings_row(settings->table, flag);
    const struct smci_setting *from = smci_settings_row(settings->table, leader);
    if (!row || !from)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s or %s is not a setting", flag, leader);
    struct smci_given given = {name, text, value_of(settings, from)->source};
    if (source_of(settings, row) >= given.source)
        return SMC_OK;
    return smci_settings_put(settings, row, &given, err);
}

bool smci_settings_is_query(const struct smci_settings *settings)
{
    for (size_t i = 0; i < settings->table->count; i++)
        if (settings->table->rows[i].is_query && settings->values[i].source != SMCI_FROM_DEFAULT)
            return true;
    return false;
}

/* ---- questions ---- */

enum smc_status smci_settings_warn(struct smci_settings *settings, const char *fmt, ...)
{
    char line[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    for (char *at = line; *at; at++)
        if (*at == '\n')
            *at = '?';
    enum smc_status rc = smc_buf_addf(&settings->warnings, "%s\n", line);
    return rc == SMC_ERR_CAP ? SMC_OK : rc;
}

enum smci_source smci_settings_source(const struct smci_settings *settings, const char *flag)
{
    const struct smci_setting *row = smci_settings_row(settings->table, flag);
    return row ? value_of(settings, row)->source : SMCI_FROM_DEFAULT;
}

const char *smci_settings_text(const struct smci_settings *settings, const char *flag)
{
    const struct smci_setting *row = smci_settings_row(settings->table, flag);
    return row ? value_of(settings, row)->text : NULL;
}

const char *smci_settings_name(const struct smci_settings *settings, const char *flag)
{
    const struct smci_setting *row = smci_settings_row(settings->table, flag);
    const char *name = row ? value_of(settings, row)->name : NULL;
    return name ? name : flag;
}

enum smci_source smci_settings_decider(const struct smci_settings *settings, const char *flag)
{
    const struct smci_setting *row = smci_settings_row(settings->table, flag);
    return row ? source_of(settings, row) : SMCI_FROM_DEFAULT;
}

/* Where it could have been: the file that was read, or that there was none. */
static enum smc_status fail_missing(const struct smci_settings *settings, const char *missing,
                                    struct smc_error *err)
{
    const char *file = smc_buf_str(&settings->file);
    if (settings->profiles.len > 0 && settings->profile.len == 0)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "missing: %s; no profile was chosen: --profile takes one of %s",
                             missing, smc_buf_str(&settings->profiles));
    if (settings->profile.len > 0)
        return smc_error_set(err, SMC_ERR_USAGE, "missing: %s; profile %s of %s has none either",
                             missing, smc_buf_str(&settings->profile), file);
    return smc_error_set(err, SMC_ERR_USAGE, "missing: %s; %s%s", missing,
                         *file ? file : "and no configuration file was found",
                         *file ? " has none either" : "");
}

/* "--api-token (or --api-token-file, --api-token-command, the variable ...)". */
static void add_missing(const struct smci_settings_table *table, const struct smci_setting *row,
                        struct smc_buf *out)
{
    const char *between = " (or ";
    (void)smc_buf_addf(out, "%s%s", out->len ? ", " : "", row->flag);
    for (size_t i = 0; i < table->count; i++) {
        if (&table->rows[i] == row || !is_of_group(row, &table->rows[i]))
            continue;
        (void)smc_buf_addf(out, "%s%s", between, table->rows[i].flag);
        between = ", ";
    }
    if (row->variable)
        (void)smc_buf_addf(out, "%sthe variable %s", between, row->variable);
    if (row->variable || *between == ',')
        (void)smc_buf_addstr(out, ")");
}

enum smc_status smci_settings_require(const struct smci_settings *settings,
                                      const char *const *flags, size_t count, struct smc_error *err)
{
    struct smc_buf missing = SMC_BUF_INIT(MISSING_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct smci_setting *row = smci_settings_row(settings->table, flags[i]);
        /* A secret's file stands for the secret. */
        if (row && source_of(settings, row) == SMCI_FROM_DEFAULT)
            add_missing(settings->table, row, &missing);
    }
    enum smc_status rc = smc_buf_status(&missing);
    if (rc != SMC_OK)
        rc = smc_error_set(err, rc, "%s", smc_error_text(rc));
    else if (missing.len > 0)
        rc = fail_missing(settings, smc_buf_str(&missing), err);
    smc_buf_clear(&missing);
    return rc;
}
