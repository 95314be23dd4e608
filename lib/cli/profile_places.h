/* The directories that the profiles of a configuration file name, and which of them two profiles
 * share: there one organisation's sets would lie beside another's. */
#ifndef CLI_PROFILE_PLACES_H
#define CLI_PROFILE_PLACES_H

#include "settings.h"

/* A key that names such a directory, whichever program reads it. */
struct smci_place_key {
    const char *part; /* "sigma" */
    const char *key;  /* "output" */
};

/* What was read so far. Begin with SMCI_PROFILE_PLACES_INIT. */
struct smci_profile_places {
    const struct smci_place_key *keys; /* ended by a row of NULLs; or NULL */
    struct smc_buf read;
};

/* So many bytes at most; what is beyond is a warning less. */
#define SMCI_PROFILE_PLACES_MAX ((size_t)4 * 1024 * 1024)
#define SMCI_PROFILE_PLACES_INIT(list)                                                             \
    {                                                                                              \
        .keys = (list), .read = SMC_BUF_INIT(SMCI_PROFILE_PLACES_MAX)                              \
    }
void smci_profile_places_clear(struct smci_profile_places *places);

/* Whether that key of that part is one of them. */
bool smci_profile_places_wants(const struct smci_profile_places *places, const char *part,
                               const char *key);

/* Tells of a profile: it may name none and have those of the defaults. SMC_ERR_NOMEM. */
enum smc_status smci_profile_places_begin(struct smci_profile_places *places, const char *profile);

/* Tells of a directory: `profile` NULL is the defaults, `name` where it stands ("FILE:4:8: output"),
 * `path` as a program would use it. SMC_ERR_NOMEM. */
enum smc_status smci_profile_places_add(struct smci_profile_places *places, const char *profile,
                                        const struct smci_place_key *key, const char *name,
                                        const char *path);

/* Adds a warning to `settings` for each directory of the profile `wanted` that another profile has
 * as well, as its own or by the defaults: by whichever key, and however it is spelt. What flags and
 * variables have set in `settings`, the ones of `part`, counts for the wanted one. SMC_ERR_NOMEM. */
enum smc_status smci_profile_places_warn(const struct smci_profile_places *places,
                                         const char *wanted, const char *part,
                                         struct smci_settings *settings);

#endif
