#include "site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/dir.h"
#include "lib/base/text.h"

#include "part.h"

/* ---- names ---- */

void smci_site_name(const struct smci_site *site, int64_t timestamp, size_t i, const char *suffix,
                    char name[SMCI_SITE_NAME_BYTES])
{
    (void)snprintf(name, SMCI_SITE_NAME_BYTES, "%" PRId64 "-%s.json%s", timestamp, site->names[i],
                   suffix);
}

bool smci_site_has(const struct smci_site *site, int64_t timestamp, size_t i, const char *suffix)
{
    char name[SMCI_SITE_NAME_BYTES];
    smci_site_name(site, timestamp, i, suffix, name);
    return faccessat(site->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What file of a set has this name, if it is named like one; `seen` is filled. */
static bool read_name(const struct smci_site *site, const char *name, struct smci_seen *seen)
{
    char own[SMCI_SITE_NAME_BYTES];
    char *rest = NULL;
    if (*name < '1' || *name > '9') /* a timestamp as it is written */
        return false;
    errno = 0;
    *seen = (struct smci_seen){strtoll(name, &rest, 10), 0};
    bool is_part = smci_has_suffix(rest, ".json" SMCI_PART_SUFFIX);
    if (errno != 0 || *rest != '-' || !(is_part || smci_has_suffix(rest, ".json")))
        return false;
    for (size_t i = 0; is_part && !seen->what && i < site->count; i++) {
        smci_site_name(site, seen->timestamp, i, SMCI_PART_SUFFIX, own);
        seen->what = strcmp(name, own) == 0 ? SMCI_SEEN_PART : 0;
    }
    smci_site_name(site, seen->timestamp, site->count - 1, "", own);
    if (strcmp(name, own) == 0)
        seen->what = SMCI_SEEN_SUMMARY;
    return true;
}

/* ---- which there are ---- */

static int oldest_first(const void *left, const void *right)
{
    int64_t a = ((const struct smci_seen *)left)->timestamp;
    int64_t b = ((const struct smci_seen *)right)->timestamp;
    return (a > b) - (a < b);
}

static enum smc_status add(struct smci_sightings *seen, size_t *room, struct smci_seen one)
{
    if (seen->count == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct smci_seen *all = reallocarray(seen->all, more, sizeof *all);
        if (!all)
            return SMC_ERR_NOMEM;
        seen->all = all;
        *room = more;
    }
    seen->all[seen->count++] = one;
    return SMC_OK;
}

/* Sorts, and makes one of those with the same timestamp. */
static void merge(struct smci_sightings *seen)
{
    size_t kept = 0;
    if (seen->count > 1)
        qsort(seen->all, seen->count, sizeof *seen->all, oldest_first);
    for (size_t i = 0; i < seen->count; i++)
        if (kept && seen->all[kept - 1].timestamp == seen->all[i].timestamp)
            seen->all[kept - 1].what |= seen->all[i].what;
        else
            seen->all[kept++] = seen->all[i];
    seen->count = kept;
}

static enum smc_status read_all(const struct smci_site *site, DIR *dir, struct smci_sightings *seen,
                                struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    size_t room = 0;
    const struct dirent *entry;
    struct smci_seen one;
    for (errno = 0; rc == SMC_OK && (entry = readdir(dir)) != NULL; errno = 0)
        if (read_name(site, entry->d_name, &one))
            rc = add(seen, &room, one);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s: %s", site->directory, smc_error_text(rc));
    if (errno != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't list the directory",
                                   site->directory);
    merge(seen);
    return SMC_OK;
}

enum smc_status smci_site_look(const struct smci_site *site, struct smci_sightings *seen,
                               struct smc_error *err)
{
    *seen = (struct smci_sightings)SMCI_SIGHTINGS_INIT;
    /* A descriptor of its own, since closedir closes it. */
    int fd = openat(site->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        int error = errno;
        if (fd >= 0)
            (void)close(fd);
        return smc_error_set_errno(err, SMC_ERR_IO, error, "%s: can't list the directory",
                                   site->directory);
    }
    enum smc_status rc = read_all(site, dir, seen, err);
    (void)closedir(dir);
    if (rc != SMC_OK)
        smci_sightings_clear(seen);
    return rc;
}

void smci_sightings_clear(struct smci_sightings *seen)
{
    free(seen->all);
    *seen = (struct smci_sightings)SMCI_SIGHTINGS_INIT;
}

/* ---- taking away ---- */

static enum smc_status cannot_remove(const struct smci_site *site, const char *name, int error,
                                     struct smc_error *err)
{
    return smc_error_set_errno(err, SMC_ERR_IO, error, "%s/%s: can't remove it", site->directory,
                               name);
}

/* Files `begin` to `end` - 1, with that suffix. */
static enum smc_status unlink_files(const struct smci_site *site, int64_t timestamp, size_t begin,
                                    size_t end, const char *suffix, struct smc_error *err)
{
    char name[SMCI_SITE_NAME_BYTES];
    for (size_t i = begin; i < end; i++) {
        smci_site_name(site, timestamp, i, suffix, name);
        if (unlinkat(site->dir_fd, name, 0) != 0 && errno != ENOENT)
            return cannot_remove(site, name, errno, err);
    }
    return SMC_OK;
}

/* From now on the set is one that was not published. */
static enum smc_status withdraw(const struct smci_site *site, int64_t timestamp,
                                struct smc_error *err)
{
    char name[SMCI_SITE_NAME_BYTES];
    char part[SMCI_SITE_NAME_BYTES];
    struct stat st;
    smci_site_name(site, timestamp, site->count - 1, "", name);
    smci_site_name(site, timestamp, site->count - 1, SMCI_PART_SUFFIX, part);
    if (fstatat(site->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
        return cannot_remove(site, name, EISDIR, err);
    if (renameat(site->dir_fd, name, site->dir_fd, part) != 0 && errno != ENOENT)
        return cannot_remove(site, name, errno, err);
    return SMC_OK;
}

static enum smc_status remove_rest(const struct smci_site *site, int64_t timestamp,
                                   struct smc_error *err)
{
    enum smc_status rc = unlink_files(site, timestamp, 0, site->count - 1, "", err);
    return rc == SMC_OK ? unlink_files(site, timestamp, 0, site->count - 1, SMCI_PART_SUFFIX, err)
                        : rc;
}

static enum smc_status remove_summary(const struct smci_site *site, int64_t timestamp,
                                      struct smc_error *err)
{
    return unlink_files(site, timestamp, site->count - 1, site->count, SMCI_PART_SUFFIX, err);
}

enum smc_status smci_site_remove(const struct smci_site *site, const int64_t *timestamps,
                                 size_t count, struct smc_error *err)
{
    typedef enum smc_status step_fn(const struct smci_site *, int64_t, struct smc_error *);
    static step_fn *const steps[] = {withdraw, remove_rest, remove_summary};
    enum smc_status rc = SMC_OK;
    for (size_t step = 0; rc == SMC_OK && count && step < sizeof steps / sizeof steps[0]; step++) {
        if (step)
            rc = smci_dir_sync(site->dir_fd, site->directory, err);
        for (size_t i = 0; rc == SMC_OK && i < count; i++)
            rc = steps[step](site, timestamps[i], err);
    }
    return rc;
}

enum smc_status smci_site_remove_parts(const struct smci_site *site, int64_t timestamp,
                                       struct smc_error *err)
{
    return unlink_files(site, timestamp, 0, site->count, SMCI_PART_SUFFIX, err);
}
