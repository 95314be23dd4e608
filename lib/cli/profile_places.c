#include "profile_places.h"

#include <string.h>
#include <sys/stat.h>

#include "place.h"

/* Of `read`: five texts each, ended by their NULs. Of a profile alone the last four are empty, and
 * of a directory of the defaults the first is. */
struct entry {
    const char *profile;
    const char *part;
    const char *key;
    const char *name;
    const char *path;
};

void smci_profile_places_clear(struct smci_profile_places *places)
{
    smc_buf_clear(&places->read);
}

bool smci_profile_places_wants(const struct smci_profile_places *places, const char *part,
                               const char *key)
{
    for (const struct smci_place_key *one = places->keys; one && one->key; one++)
        if (strcmp(one->part, part) == 0 && strcmp(one->key, key) == 0)
            return true;
    return false;
}

static enum smc_status add(struct smci_profile_places *places, const struct entry *e)
{
    enum smc_status rc = smc_buf_addf(&places->read, "%s%c%s%c%s%c%s%c%s%c", e->profile, 0, e->part,
                                      0, e->key, 0, e->name, 0, e->path, 0);
    return rc == SMC_ERR_CAP ? SMC_OK : rc;
}

enum smc_status smci_profile_places_begin(struct smci_profile_places *places, const char *profile)
{
    const struct entry entry = {profile, "", "", "", ""};
    return add(places, &entry);
}

enum smc_status smci_profile_places_add(struct smci_profile_places *places, const char *profile,
                                        const struct smci_place_key *key, const char *name,
                                        const char *path)
{
    const struct entry entry = {profile ? profile : "", key->part, key->key, name, path};
    return *path ? add(places, &entry) : SMC_OK;
}

/* ---- going through them ---- */

static const char *take(const struct smc_buf *read, size_t *at)
{
    const char *text = read->data + *at;
    *at += strlen(text) + 1;
    return text;
}

/* The entry at `at`, which is moved on; false at the end. */
static bool next(const struct smci_profile_places *places, size_t *at, struct entry *e)
{
    if (*at >= places->read.len)
        return false;
    e->profile = take(&places->read, at);
    e->part = take(&places->read, at);
    e->key = take(&places->read, at);
    e->name = take(&places->read, at);
    e->path = take(&places->read, at);
    return true;
}

/* The directory of a profile by that key: its own, else that of the defaults; false: none. */
static bool find(const struct smci_profile_places *places, const char *profile,
                 const struct smci_place_key *key, struct entry *found)
{
    bool is_found = false;
    bool is_own = false;
    struct entry e;
    for (size_t at = 0; next(places, &at, &e);) {
        bool is_key = strcmp(e.part, key->part) == 0 && strcmp(e.key, key->key) == 0;
        bool is_of_it = strcmp(e.profile, profile) == 0;
        if (!is_key || is_own || (!is_of_it && *e.profile))
            continue;
        *found = e;
        is_found = true;
        is_own = is_of_it;
    }
    return is_found;
}

/* One directory, however it is spelt; also one that is still to be made. */
static bool is_same_place(const char *a, const char *b)
{
    struct stat a_st;
    struct stat b_st;
    bool has_a = stat(a, &a_st) == 0;
    bool has_b = stat(b, &b_st) == 0;
    if (has_a && has_b)
        return a_st.st_dev == b_st.st_dev && a_st.st_ino == b_st.st_ino;
    return !has_a && !has_b && smci_cli_makes(a, b) && smci_cli_makes(b, a);
}

/* ---- the warnings ---- */

/* Of each other profile one warning for this directory. */
static enum smc_status warn_of_others(const struct smci_profile_places *places,
                                      const struct entry *mine, const char *wanted,
                                      struct smci_settings *settings)
{
    struct entry other;
    enum smc_status rc = SMC_OK;
    for (size_t at = 0; rc == SMC_OK && next(places, &at, &other);) {
        bool is_shared = false;
        if (*other.part || strcmp(other.profile, wanted) == 0)
            continue;
        for (const struct smci_place_key *key = places->keys; key->key && !is_shared; key++) {
            struct entry theirs;
            is_shared =
                find(places, other.profile, key, &theirs) && is_same_place(mine->path, theirs.path);
        }
        if (is_shared)
            rc = smci_settings_warn(settings,
                                    "%s: profile %s has the same directory: give each its own, or "
                                    "what one writes is sent by the other",
                                    mine->name, other.profile);
    }
    return rc;
}

enum smc_status smci_profile_places_warn(const struct smci_profile_places *places,
                                         const char *wanted, const char *part,
                                         struct smci_settings *settings)
{
    const struct smci_place_key *key = places->keys;
    enum smc_status rc = SMC_OK;
    const char *warned = NULL; /* the directory that was looked at before */
    for (; key && key->key && rc == SMC_OK; key++) {
        struct entry mine = {wanted, key->part, key->key, "", NULL};
        const struct smci_setting *row =
            strcmp(key->part, part) == 0 ? smci_settings_keyed(settings->table, key->key) : NULL;
        if (row) {
            mine.path = smci_settings_text(settings, row->flag);
            mine.name = smci_settings_name(settings, row->flag);
        } else if (!find(places, wanted, key, &mine)) {
            continue;
        }
        if (!mine.path || (warned && is_same_place(mine.path, warned)))
            continue;
        rc = warn_of_others(places, &mine, wanted, settings);
        warned = mine.path;
    }
    return rc;
}
