/* The settings of one run: the values of a table's rows, and where each came from.
 *
 * Flags go before variables, variables before a configuration file, that before defaults. The
 * sources stand in settings_flags.h, settings_env.h and settings_file.h, and configure.h reads
 * them all; here is what they share, and what a program may ask afterwards. Not thread safe. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <sigmacat/buf.h>

#include "setting.h"

struct smci_value {
    char *text; /* as given; NULL while it is the default */
    char *name; /* how errors name its source: "--client-id", "CASTOR_SIGMA_HOST",
                   "config.yaml:4:11: host"; or NULL */
    enum smci_source source;
};

/* Members are for the files of this room; programs ask the functions below. */
struct smci_settings {
    const struct smci_settings_table *table;
    void *target;
    struct smci_value *values; /* one a row */
    struct smc_buf file;       /* the configuration file that was read; empty: none */
    struct smc_buf profiles;   /* names in it, with commas */
    struct smc_buf profile;    /* the one of them that counted; empty: none */
    struct smc_buf warnings;   /* lines that the program should log on how it is set */
};

#define SMCI_SETTINGS_INIT                                                                         \
    {                                                                                              \
        .table = NULL                                                                              \
    }

/* Puts the defaults into the program's struct `target` and remembers where it is: table and target
 * are borrowed until smci_settings_clear, and the target must not move. SMC_ERR_NOMEM;
 * SMC_ERR_INTERNAL for a default that does not fit its row. */
enum smc_status smci_settings_init(struct smci_settings *settings,
                                   const struct smci_settings_table *table, void *target,
                                   struct smc_error *err);

/* Frees, wipes secrets, and sets the target's texts to NULL. Twice is harmless. */
void smci_settings_clear(struct smci_settings *settings);

/* ---- for the sources ---- */

/* Checks a value and puts it into the target, in place of the values that lower sources gave for
 * this setting and for those that it excludes; unless a higher source has set one of them. Of
 * one source the last value wins. SMC_ERR_USAGE, SMC_ERR_NOMEM. */
enum smc_status smci_settings_put(struct smci_settings *settings, const struct smci_setting *row,
                                  const struct smci_given *given, struct smc_error *err);

/* Gives a setting the value that another one (`leader`, "--credentials") leads to, as if it came
 * from where the leader came from; unless it, or one that excludes it, was given there or higher
 * itself. `name` is how errors name it. Errors of smci_settings_put. */
enum smc_status smci_settings_lend(struct smci_settings *settings, const char *leader,
                                   const char *flag, const char *text, const char *name,
                                   struct smc_error *err);

/* Keeps a line for the program's log in `warnings`; a line's end in it is replaced, and what is
 * beyond 64 KiB in all is left out. SMC_ERR_NOMEM. */
enum smc_status smci_settings_warn(struct smci_settings *settings, const char *fmt, ...)
    SMC_PRINTF(2, 3);

/* ---- questions; each `flag` as in the table ---- */

/* Whether a query (--help) is among what was given: then there is nothing to run. */
bool smci_settings_is_query(const struct smci_settings *settings);

/* SMC_ERR_USAGE when any of `count` settings is not set, nor one that excludes it; the text
 * names the flag and the variable of each that is missing. */
enum smc_status smci_settings_require(const struct smci_settings *settings,
                                      const char *const *flags, size_t count,
                                      struct smc_error *err);

/* Where a setting's value came from. */
enum smci_source smci_settings_source(const struct smci_settings *settings, const char *flag);

/* The highest source that has given this setting, or one that excludes it. */
enum smci_source smci_settings_decider(const struct smci_settings *settings, const char *flag);

/* The value of a setting as it was given, as text; NULL while it is the default. Borrowed. */
const char *smci_settings_text(const struct smci_settings *settings, const char *flag);

/* How an error names where a setting's value came from: "--host", "CASTOR_SIGMA_HOST"; of a
 * default, its flag. Never NULL, borrowed. */
const char *smci_settings_name(const struct smci_settings *settings, const char *flag);

#endif
