/* What the parts of the settings share: settings.c keeps the values, settings_value.c reads
 * one, settings_args.c reads the command
 * line, settings_env.c the variables. */
#ifndef SMCI_SETTINGS_H
#define SMCI_SETTINGS_H

#include "settings.h"

/* A value on its way in. All borrowed. */
struct smci_given {
    const char *name; /* of its source, for errors */
    const char *text;
    enum smci_source source;
};

/* Reads a value into `place`, which is as the row's type says: all types but the texts, which are only
 * checked, since they need a copy that lives as long as the settings. SMC_ERR_USAGE. */
enum smc_status smci_setting_parse(void *place, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err);

/* Checks a value and puts it into the target, in place of what lower sources have said on it and on
 * those that it excludes; unless a higher source has set this setting or one that excludes it. Of one
 * source the last value wins. SMC_ERR_USAGE, SMC_ERR_NOMEM. */
enum smc_status smci_settings_put(struct smci_settings *settings, const struct smci_setting *row,
                                  const struct smci_given *given, struct smc_error *err);

/* The flag that a known wrong one stands for, by the table's synonyms; NULL: it is none. */
const char *smci_settings_meant(const struct smci_settings_table *table, const char *word,
                                size_t len);

/* Whether a value would fit, without keeping it. SMC_ERR_USAGE. */
enum smc_status smci_setting_check(const struct smci_setting *row, const struct smci_given *given,
                                   struct smc_error *err);

/* Reads all words even after an error, so that no secret stays in argv and no query is missed. */
enum smc_status smci_settings_read_args(struct smci_settings *settings, int argc, char **argv,
                                        struct smc_error *err);
enum smc_status smci_settings_read_env(struct smci_settings *settings, char *const *envp,
                                       struct smc_error *err);

/* Overwrites the values of secrets' variables where they stand, whatever the letter case of their
 * names: what remains counts as not set, for us and for our children. */
void smci_settings_empty_env(const struct smci_settings_table *table, char *const *envp);

/* How many letters must be changed, added, left out or swapped with their neighbour to make one
 * text of the other; INT_MAX for texts too long to be a mistyped word. */
int smci_typo_distance(const char *one, size_t one_len, const char *other, size_t other_len);

/* Whether a distance is small enough, for a word of `len` bytes, to ask "did you mean". */
bool smci_typo_is_near(int distance, size_t len);

#endif
