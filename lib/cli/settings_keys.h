/* The keys of a configuration file: defaults and profiles, in each a part for each program, and
 * below it the settings of its table. */
#ifndef CLI_SETTINGS_KEYS_H
#define CLI_SETTINGS_KEYS_H

#include "profile_places.h"
#include "settings.h"

/* A longer file is not a configuration. libyaml 0.2.5 has no bound of its own on nesting. */
#define SMCI_SETTINGS_FILE_MAX ((size_t)1024 * 1024)

/* How a file is to be read. All borrowed. */
struct smci_settings_file {
    const char *path;
    const char *part;         /* the program's own, "sigma": others are not read */
    const char *const *parts; /* the names of all parts that there are, ended by NULL */
    const char *profile;      /* NULL: "default", if there is one of that name */
    const char *profile_from; /* how errors name where the profile was given: "--profile" */
    const struct smci_place_key
        *directories; /* those that two profiles should not share, ended by a
                                                 row of NULLs; or NULL */
    const char *home; /* the directory that "~" stands for; NULL: "~" is an error */
};

/* Puts what the `len` bytes at `text`, those of `file`, say into the settings. A PATH that is
 * relative begins at the file's directory. `holds_secret` is set when the program's own parts
 * hold one. SMC_ERR_USAGE, with "FILE:LINE:COLUMN: what": it is not YAML, has unknown or doubled
 * keys, values that don't fit, an alias, a second document; or the profile is not there.
 * SMC_ERR_NOMEM. */
enum smc_status smci_settings_read_keys(struct smci_settings *settings,
                                        const struct smci_settings_file *file, const char *text,
                                        size_t len, bool *holds_secret, struct smc_error *err);

#endif
