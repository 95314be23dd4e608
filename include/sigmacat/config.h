/* Settings of a program: one table, from which parsing, --help and the manual page follow.
 *
 * A row is one setting: its flag, its variable, its type, its default, its place in the program's
 * own struct. Flags go before variables, variables before defaults; where each value came from is
 * remembered, so that an error can name it. Adding an option is adding a row; whatever is derived
 * (another spelling of a flag, a key of a file) is derived from the row. Not thread safe. */
#ifndef SIGMACAT_CONFIG_H
#define SIGMACAT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

/* What a setting is, and what it is in the program's struct. */
enum smc_setting_type {
    SMC_SETTING_TEXT,    /* const char *; NULL while not set; owned by the settings */
    SMC_SETTING_SECRET,  /* the same, wiped at the end, never in an error text */
    SMC_SETTING_WHOLE,   /* int, from `min` to `max` */
    SMC_SETTING_SECONDS, /* int64_t, milliseconds; decimals allowed; from `min` on */
    SMC_SETTING_DECIMAL, /* double, not below `min` */
    SMC_SETTING_FLAG,    /* bool; a flag takes no value, a variable says true or false */
    SMC_SETTING_CHOICE   /* int, the index into `choices` */
};

struct smc_setting {
    const char *flag;           /* as help shows it, "--client-id"; typed, '-' and '_' are one */
    const char *variable;       /* NULL: none */
    const char *alias;          /* a variable that counts where `variable` is not set; or NULL */
    const char *metavar;        /* what help calls the value, "SECONDS"; NULL for a FLAG */
    const char *fallback;       /* the default as typed; NULL: zero, NULL, for a CHOICE -1 */
    const char *help;           /* one line */
    const char *const *choices; /* for a CHOICE, ended by NULL */
    size_t offset;              /* of the value in the program's struct */
    int64_t min;                /* bounds: whole numbers; of SECONDS in milliseconds */
    int64_t max;                /*   `max` is for WHOLE alone */
    enum smc_setting_type type;
    int group;     /* settings of one group other than 0 exclude each other */
    char letter;   /* 'c' for -c; 0: none */
    bool is_fixed; /* of a fixed table: a shortened flag that fits one of these alone means it */
    bool is_query; /* a FLAG that asks for a text in place of a run (--help): it wins over
                      everything that is wrong with the rest */
};

struct smc_settings_table {
    const struct smc_setting *rows;
    size_t count;
};

/* Where a value came from; a higher one beats a lower one. */
enum smc_source { SMC_FROM_DEFAULT, SMC_FROM_VARIABLE, SMC_FROM_FLAG };

struct smc_value {
    char *text; /* as given; NULL while it is the default */
    char *name; /* how errors name its source: "--client-id", "CASTOR_SIGMA_HOST"; or NULL */
    enum smc_source source;
};

/* The settings of one run. Read the members through the functions below. */
struct smc_settings {
    const struct smc_settings_table *table;
    void *target;
    struct smc_value *values; /* one a row */
};

#define SMC_SETTINGS_INIT                                                                          \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

/* Puts the defaults into the program's struct `target` and remembers where it is: table and target
 * are borrowed until smc_settings_clear, and the target must not move. SMC_ERR_NOMEM;
 * SMC_ERR_INTERNAL for a default that does not fit its row. */
SMC_API enum smc_status smc_settings_init(struct smc_settings *settings,
                                          const struct smc_settings_table *table, void *target,
                                          struct smc_error *err);

/* Frees, wipes secrets, and sets the target's texts to NULL. Twice is harmless. */
SMC_API void smc_settings_clear(struct smc_settings *settings);

/* Reads the command line (argv[0] is passed over), then the variables of `envp` (ended by NULL),
 * into the target. The bytes of secrets in `argv` are replaced by asterisks, those in `envp` by
 * NULs, whatever else is wrong: give it `environ`, and neither /proc nor a child shows them.
 * When a query (--help) is among the flags, the result is SMC_OK and nothing but the flags was read.
 * Else SMC_ERR_USAGE, with a text that says what, where and what was expected; SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_settings_read(struct smc_settings *settings, int argc, char **argv,
                                          char *const *envp, struct smc_error *err);

/* SMC_ERR_USAGE when any of these settings is not set, nor one that excludes it; the text names the
 * flag and the variable of each that is missing. `flags` as in the table. */
SMC_API enum smc_status smc_settings_require(const struct smc_settings *settings,
                                             const char *const *flags, size_t count,
                                             struct smc_error *err);

/* Whether these bytes can be a secret: no spaces, no control characters. SMC_ERR_USAGE, whose text
 * begins with `name`. */
SMC_API enum smc_status smc_secret_check(const char *secret, size_t len, const char *name,
                                         struct smc_error *err);

/* How an error names where a setting's value came from: "--host", "CASTOR_SIGMA_HOST"; of a
 * default, its flag. `flag` as in the table. Never NULL, borrowed. */
SMC_API const char *smc_settings_name(const struct smc_settings *settings, const char *flag);

/* Whether a setting was given, by flag or variable. */
SMC_API bool smc_settings_is_set(const struct smc_settings *settings, const char *flag);

/* The row of a flag as the table spells it; NULL when there is none. */
SMC_API const struct smc_setting *smc_settings_row(const struct smc_settings_table *table,
                                                   const char *flag);

#endif
