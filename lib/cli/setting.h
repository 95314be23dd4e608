/* One setting of a program: a row of its table, and how a value given for it is read.
 *
 * Parsing, --help, --show-config, the keys of the configuration file and the shells' completions
 * all follow from the row: adding an option is adding a row. */
#ifndef CLI_SETTING_H
#define CLI_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

/* A setting's type, and the member that holds it in the program's struct. */
enum smci_setting_type {
    SMCI_SETTING_TEXT,    /* const char *; NULL while not set; owned by the settings */
    SMCI_SETTING_SECRET,  /* the same, wiped at the end, never in an error text */
    SMCI_SETTING_PATH,    /* a TEXT that names a file or directory, or "-" for a standard stream */
    SMCI_SETTING_LIST,    /* a TEXT of names with commas between them */
    SMCI_SETTING_WHOLE,   /* int, from `min` to `max` */
    SMCI_SETTING_SECONDS, /* int64_t, milliseconds; decimals allowed; from `min` on */
    SMCI_SETTING_DECIMAL, /* double, not below `min` */
    SMCI_SETTING_LIMIT,   /* struct smci_limit; "5" or "10%" */
    SMCI_SETTING_FLAG,    /* bool; as a flag "--x" or "--x=false"; a variable says true or false */
    SMCI_SETTING_CHOICE   /* int, the index into `choices` */
};

/* So many, or so many of a hundred. */
struct smci_limit {
    int64_t count; /* -1: `percent` counts */
    double percent;
};

struct smci_setting {
    const char *flag;     /* as help shows it, "--client-id"; typed, '-' and '_' are one */
    const char *variable; /* NULL: none */
    const char *alias;    /* a variable that counts where `variable` is not set; or NULL */
    const char *metavar;  /* the word that help has for the value, "SECONDS"; NULL for a FLAG */
    const char *fallback; /* the default as typed; NULL: zero, NULL, for a CHOICE -1 */
    const char *help;     /* one line */
    const char *section;  /* help's heading over this row and those after it, or NULL */
    const char *const *choices; /* ended by NULL; the words of a CHOICE; for a TEXT or a LIST those
                                   that a shell's completions offer */
    size_t offset;              /* of the member in the program's struct */
    int64_t min;                /* bounds: whole numbers; of SECONDS in milliseconds */
    int64_t max;                /*   `max` is for WHOLE alone */
    enum smci_setting_type type;
    int group;       /* settings of one group other than 0 exclude each other */
    char letter;     /* 'c' for -c; 0: none */
    bool is_fixed;   /* of a fixed table: a shortened flag that fits one of these alone means it */
    bool is_query;   /* a FLAG that asks for a text in place of a run (--help): it wins over
                      everything that is wrong with the rest */
    bool is_unkeyed; /* has no key in a configuration file; queries have none either */
};

/* The type and place of a row's value: SMCI_SETTING_IN(SECONDS, struct mine, wait_ms). */
#define SMCI_SETTING_IN(kind, program_struct, member)                                              \
    .type = SMCI_SETTING_##kind, .offset = offsetof(program_struct, member)

/* A flag that people expect, and the one that they mean by it. For "did you mean" alone. */
struct smci_setting_synonym {
    const char *typed; /* "--token-file" */
    const char *flag;
};

struct smci_settings_table {
    const struct smci_setting *rows;
    size_t count;
    const struct smci_setting_synonym *synonyms; /* ended by a row of NULLs; or NULL */
};

/* Where a value came from; a higher one beats a lower one. */
enum smci_source {
    SMCI_FROM_DEFAULT,
    SMCI_FROM_SHARED,  /* what a configuration file says for all profiles */
    SMCI_FROM_PROFILE, /* what it says for one */
    SMCI_FROM_VARIABLE,
    SMCI_FROM_FLAG
};

/* A value on its way in. All borrowed. */
struct smci_given {
    const char *name; /* how errors name its source: "--client-id" */
    const char *text;
    enum smci_source source;
};

/* The row of a flag as the table spells it; NULL when there is none. */
const struct smci_setting *smci_settings_row(const struct smci_settings_table *table,
                                             const char *flag);

/* The row that has this key in a configuration file, likewise. */
const struct smci_setting *smci_settings_keyed(const struct smci_settings_table *table,
                                               const char *key);

/* The row that the synonym in the `len` bytes at `word` stands for; NULL when it is not one. */
const struct smci_setting *smci_settings_meant(const struct smci_settings_table *table,
                                               const char *word, size_t len);

/* The key of a setting in a configuration file, "client_id", into `key` of `size` bytes; false when
 * it has none. */
bool smci_setting_key(const struct smci_setting *row, char *key, size_t size);

/* Whether `text`, which may be NULL, switches the row off: such a flag excludes none of its group. */
bool smci_setting_is_off(const struct smci_setting *row, const char *text);

/* Whether the member is a const char *, of whatever use. */
bool smci_setting_is_text(const struct smci_setting *row);

/* Reads a value into `member`, which is as the row's type says. Texts are only checked, since
 * they need a copy that lives as long as the settings: `member` is not touched. SMC_ERR_USAGE,
 * whose text names the source and says what was expected. */
enum smc_status smci_setting_parse(void *member, const struct smci_setting *row,
                                   const struct smci_given *given, struct smc_error *err);

/* Whether smci_setting_parse would take a value. SMC_ERR_USAGE as there. */
enum smc_status smci_setting_check(const struct smci_setting *row, const struct smci_given *given,
                                   struct smc_error *err);

/* Whether the `len` bytes at `secret` can be one: no spaces, no control characters. SMC_ERR_USAGE,
 * whose text begins with `name` and shows none of them. */
enum smc_status smci_secret_check(const char *secret, size_t len, const char *name,
                                  struct smc_error *err);

#endif
