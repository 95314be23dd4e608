#include "settings_keys.h"

#include <stdio.h>
#include <string.h>

#include "given_path.h"
#include "words.h"
#include "yaml.h"

struct reader {
    struct smci_settings *settings;
    const struct smci_settings_file *file;
    const char *wanted;          /* the profile that counts */
    bool is_found;               /* the profile was there */
    struct smci_nearest nearest; /* else the one that may have been meant: its distance, */
    char nearest_profile[SMCI_YAML_KEY_MAX]; /* and its name; "": none */
    bool holds_secret;
    struct smci_profile_places places;
    struct smc_error *err;
};

/* Groups of settings that exclude each other are numbered from 1 on. */
#define GROUPS_MAX 8

/* The scope of a part's settings. */
struct scope {
    struct reader *reader;
    enum smci_source source;
    const char *profile;                           /* NULL: all */
    const char *part;                              /* whose settings are being read */
    bool counts;                                   /* else they are only checked */
    const struct smci_setting *groups[GROUPS_MAX]; /* what was read in it of each */
};

static enum smc_status fail_key(const struct smci_yaml *yaml, const struct smci_key *key,
                                const char *nearest, const char *expected)
{
    if (nearest)
        return smci_yaml_fail(yaml, key->at, "unknown key '%.60s': did you mean '%s'?", key->text,
                              nearest);
    return smci_yaml_fail(yaml, key->at, "unknown key '%s': %s", smci_word_shown(key->text),
                          expected);
}

/* ---- settings ---- */

static enum smc_status fail_setting(const struct smci_yaml *yaml, const struct smci_key *key,
                                    const struct smci_settings_table *table)
{
    char flag[SMCI_YAML_KEY_MAX + 2];
    char name[SMCI_YAML_KEY_MAX];
    struct smci_nearest nearest = {NULL, 0};
    int len = snprintf(flag, sizeof flag, "--%s", key->text);
    const struct smci_setting *synonym = smci_settings_meant(table, flag, (size_t)len);
    const struct smci_setting *meant = synonym;
    for (const struct smci_setting *row = table->rows; row < table->rows + table->count; row++)
        if (!synonym && smci_setting_key(row, name, sizeof name) &&
            smci_nearest_try(&nearest, key->text, strlen(key->text), row->flag + 2))
            meant = row;
    return fail_key(yaml, key, meant && smci_setting_key(meant, name, sizeof name) ? name : NULL,
                    "sigmacat.yaml(5) has the keys of each part");
}

/* In one place two of a group contradict each other, whatever goes before them. */
static enum smc_status check_group(struct scope *scope, const struct smci_setting *row,
                                   const struct smci_given *given)
{
    if (row->group <= 0 || row->group >= GROUPS_MAX || smci_setting_is_off(row, given->text))
        return SMC_OK;
    const struct smci_setting **first = &scope->groups[row->group];
    char key[SMCI_YAML_KEY_MAX];
    if (*first && *first != row && smci_setting_key(*first, key, sizeof key))
        return smc_error_set(scope->reader->err, SMC_ERR_USAGE,
                             "%s and %s of the same part exclude each other: keep one of them",
                             given->name, key);
    *first = row;
    return SMC_OK;
}

/* What goes wrong with the path is told where it is used. */
static enum smc_status note_place(struct scope *scope, const struct smci_key *key,
                                  struct smci_place at, const char *text)
{
    struct reader *reader = scope->reader;
    const struct smci_place_key place = {scope->part, key->text};
    struct smc_buf path = SMC_BUF_INIT(SMCI_YAML_VALUE_MAX);
    char name[512];
    if (!smci_profile_places_wants(&reader->places, scope->part, key->text))
        return SMC_OK;
    (void)snprintf(name, sizeof name, "%s:%zu:%zu: %s", smci_path_shown(reader->file->path),
                   at.line, at.column, key->text);
    enum smc_status rc =
        smci_path_resolve(text, reader->file->path, reader->file->home, &path, NULL);
    if (rc == SMC_OK)
        rc = smci_profile_places_add(&reader->places, scope->profile, &place, name,
                                     smc_buf_str(&path));
    smc_buf_clear(&path);
    return rc == SMC_ERR_NOMEM ? rc : SMC_OK;
}

static enum smc_status put_setting(struct scope *scope, const struct smci_setting *row,
                                   const struct smci_given *given)
{
    struct reader *reader = scope->reader;
    struct smc_buf path = SMC_BUF_INIT(SMCI_YAML_VALUE_MAX);
    struct smc_error why = SMC_ERROR_INIT;
    struct smci_given put = *given;
    enum smc_status rc = SMC_OK;
    if (row->type == SMCI_SETTING_PATH) {
        rc = smci_path_resolve(given->text, reader->file->path, reader->file->home, &path, &why);
        put.text = smc_buf_str(&path);
    }
    if (rc == SMC_ERR_USAGE)
        rc = smc_error_set(reader->err, rc, "%s: %s", given->name, why.detail);
    else if (rc == SMC_ERR_CAP)
        rc = smc_error_set(reader->err, SMC_ERR_USAGE, "%s: the path is too long", given->name);
    else if (rc == SMC_OK)
        rc = smci_setting_check(row, &put, reader->err);
    if (rc == SMC_OK)
        rc = check_group(scope, row, given);
    if (rc == SMC_OK && scope->counts)
        rc = smci_settings_put(reader->settings, row, &put, reader->err);
    smc_buf_clear(&path);
    return rc;
}

static enum smc_status take_setting(struct smci_yaml *yaml, const struct smci_key *key, void *ctx)
{
    struct scope *scope = ctx;
    struct reader *reader = scope->reader;
    const struct smci_setting *row = smci_settings_keyed(reader->settings->table, key->text);
    if (!row)
        return fail_setting(yaml, key, reader->settings->table);
    struct smc_buf text = SMC_BUF_INIT(SMCI_YAML_VALUE_MAX);
    char name[512];
    struct smci_place at = smci_yaml_place(yaml);
    (void)snprintf(name, sizeof name, "%s:%zu:%zu: %s", smci_path_shown(reader->file->path),
                   at.line, at.column, key->text);
    enum smc_status rc = row->type == SMCI_SETTING_LIST ? smci_yaml_list(yaml, key->text, &text)
                                                        : smci_yaml_value(yaml, key->text, &text);
    if (rc == SMC_OK) {
        struct smci_given given = {name, smc_buf_str(&text), scope->source};
        rc = put_setting(scope, row, &given);
    }
    if (rc == SMC_OK)
        rc = note_place(scope, key, at, smc_buf_str(&text));
    if (row->type == SMCI_SETTING_SECRET)
        reader->holds_secret = true;
    smc_buf_wipe(&text);
    return rc;
}

/* A setting of another program, which alone knows it. */
static enum smc_status pass_setting(struct smci_yaml *yaml, const struct smci_key *key, void *ctx)
{
    struct smc_buf text = SMC_BUF_INIT(SMCI_YAML_VALUE_MAX);
    struct smci_place at = smci_yaml_place(yaml);
    enum smc_status rc = smci_yaml_list(yaml, key->text, &text);
    if (rc == SMC_OK)
        rc = note_place(ctx, key, at, smc_buf_str(&text));
    smc_buf_wipe(&text);
    return rc;
}

/* ---- the levels above them ---- */

static enum smc_status take_part(struct smci_yaml *yaml, const struct smci_key *key, void *ctx)
{
    struct scope *scope = ctx;
    const struct smci_settings_file *file = scope->reader->file;
    struct smci_nearest nearest = {NULL, 0};
    for (const char *const *part = file->parts; *part; part++) {
        if (strcmp(*part, key->text) == 0) {
            bool is_own = strcmp(*part, file->part) == 0;
            scope->part = *part;
            return smci_yaml_mapping(yaml, key->text, is_own ? take_setting : pass_setting, ctx);
        }
        (void)smci_nearest_try(&nearest, key->text, strlen(key->text), *part);
    }
    return fail_key(yaml, key, nearest.word,
                    "'sigma' and 'upload' are expected here, with the settings below them");
}

static enum smc_status take_profile(struct smci_yaml *yaml, const struct smci_key *key, void *ctx)
{
    struct reader *reader = ctx;
    bool is_wanted = strcmp(key->text, reader->wanted) == 0;
    struct scope scope = {
        .reader = reader, .source = SMCI_FROM_PROFILE, .profile = key->text, .counts = is_wanted};
    reader->is_found = reader->is_found || is_wanted;
    if (smci_nearest_try(&reader->nearest, reader->wanted, strlen(reader->wanted), key->text))
        (void)snprintf(reader->nearest_profile, sizeof reader->nearest_profile, "%s", key->text);
    if (strchr(key->text, ','))
        return smci_yaml_fail(yaml, key->at, "a profile's name can't have a comma in it");
    struct smc_buf *names = &reader->settings->profiles;
    enum smc_status rc = smc_buf_addf(names, "%s%s", names->len ? ", " : "", key->text);
    if (rc == SMC_ERR_CAP)
        return smci_yaml_fail(yaml, key->at, "too many profiles");
    if (rc == SMC_OK)
        rc = smci_profile_places_begin(&reader->places, key->text);
    return rc == SMC_OK ? smci_yaml_mapping(yaml, key->text, take_part, &scope) : rc;
}

static enum smc_status take_top(struct smci_yaml *yaml, const struct smci_key *key, void *ctx)
{
    struct reader *reader = ctx;
    struct scope shared = {.reader = reader, .source = SMCI_FROM_SHARED, .counts = true};
    if (strcmp(key->text, "defaults") == 0)
        return smci_yaml_mapping(yaml, key->text, take_part, &shared);
    if (strcmp(key->text, "profiles") == 0)
        return smci_yaml_mapping(yaml, key->text, take_profile, reader);
    static const char *const words[] = {"defaults", "profiles"};
    return fail_key(yaml, key, smci_nearest(key->text, words, 2),
                    "'defaults' and 'profiles' are expected here");
}

/* ---- profiles ---- */

static enum smc_status check_profile(const struct reader *reader)
{
    const struct smci_settings_file *file = reader->file;
    if (!file->profile || reader->is_found)
        return SMC_OK;
    const char *from = file->profile_from ? file->profile_from : "--profile";
    const char *shown = smci_path_shown(file->path);
    const char *names = smc_buf_str(&reader->settings->profiles);
    if (reader->nearest_profile[0])
        return smc_error_set(reader->err, SMC_ERR_USAGE,
                             "%s: there is no profile '%.60s' in %s: did you mean '%s'?", from,
                             file->profile, shown, reader->nearest_profile);
    return smc_error_set(reader->err, SMC_ERR_USAGE,
                         "%s: there is no profile '%s' in %s, which has %s", from,
                         smci_word_shown(file->profile), shown, *names ? names : "none");
}

enum smc_status smci_settings_read_keys(struct smci_settings *settings,
                                        const struct smci_settings_file *file, const char *text,
                                        size_t len, bool *holds_secret, struct smc_error *err)
{
    struct reader reader = {.settings = settings,
                            .file = file,
                            .wanted = file->profile ? file->profile : "default",
                            .places = SMCI_PROFILE_PLACES_INIT(file->directories),
                            .err = err};
    enum smc_status rc =
        smci_yaml_read(smci_path_shown(file->path), text, len, take_top, &reader, err);
    if (rc == SMC_OK)
        rc = check_profile(&reader);
    if (rc == SMC_OK && reader.is_found)
        rc = smc_buf_addstr(&settings->profile, reader.wanted);
    if (rc == SMC_OK && reader.is_found)
        rc = smci_profile_places_warn(&reader.places, reader.wanted, file->part, settings);
    if (rc == SMC_ERR_NOMEM)
        (void)smc_error_set(err, rc, "out of memory");
    smci_profile_places_clear(&reader.places);
    *holds_secret = reader.holds_secret;
    return rc;
}
