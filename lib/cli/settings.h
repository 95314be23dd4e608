/* Settings of a program: one table, from which parsing, --help and the manual page follow.
 *
 * A row is one setting: its flag, its variable, its type, its default, its place in the program's
 * own struct. Flags go before variables, variables before a configuration file, that before
 * defaults; where each value came from is remembered, so that an error can name it. Adding an option is adding a row; whatever is derived
 * (another spelling of a flag, a key of a file) is derived from the row. Not thread safe. */
#ifndef SIGMACAT_CONFIG_H
#define SIGMACAT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

/* What a setting is, and what it is in the program's struct. */
enum smci_setting_type {
    SMCI_SETTING_TEXT,    /* const char *; NULL while not set; owned by the settings */
    SMCI_SETTING_SECRET,  /* the same, wiped at the end, never in an error text */
    SMCI_SETTING_PATH,    /* a TEXT that names a file or directory, or "-" for a standard stream */
    SMCI_SETTING_LIST,    /* a TEXT of names with commas between them */
    SMCI_SETTING_WHOLE,   /* int, from `min` to `max` */
    SMCI_SETTING_SECONDS, /* int64_t, milliseconds; decimals allowed; from `min` on */
    SMCI_SETTING_DECIMAL, /* double, not below `min` */
    SMCI_SETTING_FLAG,    /* bool; as a flag "--x" or "--x=false"; a variable says true or false */
    SMCI_SETTING_CHOICE   /* int, the index into `choices` */
};

struct smci_setting {
    const char *flag;           /* as help shows it, "--client-id"; typed, '-' and '_' are one */
    const char *variable;       /* NULL: none */
    const char *alias;          /* a variable that counts where `variable` is not set; or NULL */
    const char *metavar;        /* what help calls the value, "SECONDS"; NULL for a FLAG */
    const char *fallback;       /* the default as typed; NULL: zero, NULL, for a CHOICE -1 */
    const char *help;           /* one line */
    const char *section;        /* help's heading over this row and those after it, or NULL */
    const char *const *choices; /* for a CHOICE, ended by NULL; of a TEXT or a LIST what a shell's
                                   completions offer */
    size_t offset;              /* of the value in the program's struct */
    int64_t min;                /* bounds: whole numbers; of SECONDS in milliseconds */
    int64_t max;                /*   `max` is for WHOLE alone */
    enum smci_setting_type type;
    int group;       /* settings of one group other than 0 exclude each other */
    char letter;     /* 'c' for -c; 0: none */
    bool is_fixed;   /* of a fixed table: a shortened flag that fits one of these alone means it */
    bool is_query;   /* a FLAG that asks for a text in place of a run (--help): it wins over
                      everything that is wrong with the rest */
    bool is_own;     /* a PATH that two profiles of a file should not share: worth a warning */
    bool is_unkeyed; /* has no key in a configuration file; queries have none either */
};

/* A flag that people expect, and the one that they mean by it. */
struct smci_setting_synonym {
    const char *typed; /* "--token-file" */
    const char *flag;
};

struct smci_settings_table {
    const struct smci_setting *rows;
    size_t count;
    const struct smci_setting_synonym
        *synonyms; /* ended by a NULL; or NULL. For "did you mean" alone */
};

/* Where a value came from; a higher one beats a lower one. */
enum smci_source {
    SMCI_FROM_DEFAULT,
    SMCI_FROM_SHARED,  /* what a configuration file says for all profiles */
    SMCI_FROM_PROFILE, /* what it says for one */
    SMCI_FROM_VARIABLE,
    SMCI_FROM_FLAG
};

struct smci_value {
    char *text; /* as given; NULL while it is the default */
    char *name; /* how errors name its source: "--client-id", "CASTOR_SIGMA_HOST",
                   "config.yaml:4:11: host"; or NULL */
    enum smci_source source;
};

/* The settings of one run. Read the members through the functions below. */
struct smci_settings {
    const struct smci_settings_table *table;
    void *target;
    struct smci_value *values; /* one a row */
    struct smc_buf file;       /* the configuration file that was read; empty: none */
    struct smc_buf profiles;   /* names in it, with commas */
    struct smc_buf profile;    /* the one of them that counted; empty: none */
    struct smc_buf warnings;   /* what the program should log on how it is set, a line each */
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

/* Reads the command line (argv[0] is passed over), then the variables of `envp` (ended by NULL),
 * into the target. The bytes of secrets in `argv` are replaced by asterisks, those in `envp` by
 * NULs, whatever else is wrong: give it `environ`, and neither /proc nor a child shows them.
 * When a query (--help) is among the flags, the result is SMC_OK and nothing but the flags was read.
 * Else SMC_ERR_USAGE, with a text that says what, where and what was expected; SMC_ERR_NOMEM. */
enum smc_status smci_settings_read(struct smci_settings *settings, int argc, char **argv,
                                   char *const *envp, struct smc_error *err);

/* What to read of a configuration file: sigmacat.yaml(5) describes it. All borrowed. */
struct smci_settings_file {
    const char *path;
    const char *part;         /* the program's own, "sigma": others are not read */
    const char *const *parts; /* the names of all parts that there are, ended by NULL */
    const char *profile;      /* NULL: "default", if there is such a one */
    const char *profile_from; /* how errors name where the profile was given: "--profile" */
    const char *home;         /* what "~" stands for; NULL: it is an error */
};

/* Reads a YAML file into the target, below flags and variables: the profile's part, then what the
 * file says for all profiles. The whole file is checked; of other programs' parts only the form. A
 * PATH of it that is relative begins at the file's directory.
 * SMC_ERR_IO: it can't be read. SMC_ERR_USAGE, with "FILE:LINE:COLUMN: what": it is no YAML, has
 * unknown or doubled keys, values that don't fit, an alias, a second document; the profile is not
 * there. SMC_ERR_NOMEM. */
enum smc_status smci_settings_read_file(struct smci_settings *settings,
                                        const struct smci_settings_file *file,
                                        struct smc_error *err);

/* Gives a setting the value that another one (`leader`, "--credentials") leads to, as if it came
 * from where the leader came from; unless it, or one that excludes it, was given there or higher
 * itself. `name` is how errors name it. Errors as of a flag's value. */
enum smc_status smci_settings_lend(struct smci_settings *settings, const char *leader,
                                   const char *flag, const char *text, const char *name,
                                   struct smc_error *err);

/* Keeps a line for the program's log in `warnings`; a line's end in it is replaced, and what is beyond
 * 64 KiB in all is left out. SMC_ERR_NOMEM. */
enum smc_status smci_settings_warn(struct smci_settings *settings, const char *fmt, ...)
    SMC_PRINTF(2, 3);

/* Where a setting's value came from. `flag` as in the table. */
enum smci_source smci_settings_source(const struct smci_settings *settings, const char *flag);

/* The key of a setting in a configuration file, "client_id", into `key` of `size` bytes; false when
 * it has none. */
bool smci_setting_key(const struct smci_setting *row, char *key, size_t size);

/* SMC_ERR_USAGE when any of these settings is not set, nor one that excludes it; the text names the
 * flag and the variable of each that is missing. `flags` as in the table. */
enum smc_status smci_settings_require(const struct smci_settings *settings,
                                      const char *const *flags, size_t count,
                                      struct smc_error *err);

/* Whether these bytes can be a secret: no spaces, no control characters. SMC_ERR_USAGE, whose text
 * begins with `name`. */
enum smc_status smci_secret_check(const char *secret, size_t len, const char *name,
                                  struct smc_error *err);

/* A path as errors show it: its last 200 bytes, which tell files apart, so that the text behind it is
 * not cut off. Borrowed from `path`. */
const char *smci_path_shown(const char *path);

/* Whether a file that holds a secret can be read by others than it is for: by everybody, or by the
 * group of a file that is ours. (A file of another owner can only be read through its group, as in a
 * container whose secrets are root's.) */
bool smci_secret_is_exposed(int fd);

/* How an error names where a setting's value came from: "--host", "CASTOR_SIGMA_HOST"; of a
 * default, its flag. `flag` as in the table. Never NULL, borrowed. */
const char *smci_settings_name(const struct smci_settings *settings, const char *flag);

/* Whether a query (--help) is among what was given: then there is nothing to run. */
bool smci_settings_is_query(const struct smci_settings *settings);

/* What was given for a setting, as text; NULL while it is the default. Borrowed. */
const char *smci_settings_text(const struct smci_settings *settings, const char *flag);

/* Whether a setting was given, by flag, variable or file. */
bool smci_settings_is_set(const struct smci_settings *settings, const char *flag);

/* The highest place that has spoken on this setting, or on one that excludes it. */
enum smci_source smci_settings_decider(const struct smci_settings *settings, const char *flag);

/* A word of `count` that `text` is likely to have been meant for; NULL: none is near. */
const char *smci_settings_nearest(const char *text, const char *const *words, size_t count);

/* The row of a flag as the table spells it; NULL when there is none. */
const struct smci_setting *smci_settings_row(const struct smci_settings_table *table,
                                             const char *flag);

#endif
