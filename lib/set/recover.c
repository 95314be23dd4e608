/* Sets of earlier runs: what one left is finished or taken away, old ones are removed. */
#include "fileset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/dir.h"

#define NAME_BYTES 256

struct left {
    const char *directory;
    int dir_fd;
    int64_t timestamp;
    const char *const *names;
    size_t count;
};

static void name_of(const struct left *left, size_t i, const char *suffix, char name[NAME_BYTES])
{
    (void)snprintf(name, NAME_BYTES, "%" PRId64 "-%s.json%s", left->timestamp, left->names[i],
                   suffix);
}

static bool exists(const struct left *left, const char *name)
{
    return faccessat(left->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whether each file is there, renamed or not. */
static bool is_whole(const struct left *left)
{
    char name[NAME_BYTES];
    char part[NAME_BYTES];
    for (size_t i = 0; i < left->count; i++) {
        name_of(left, i, "", name);
        name_of(left, i, ".part", part);
        if (!exists(left, name) && !exists(left, part))
            return false;
    }
    return true;
}

static enum smc_status finish(const struct left *left, struct smc_error *err)
{
    char name[NAME_BYTES];
    char part[NAME_BYTES];
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < left->count; i++) {
        name_of(left, i, "", name);
        name_of(left, i, ".part", part);
        if (i + 1 == left->count)
            rc = smci_dir_sync(left->dir_fd, left->directory, err);
        if (rc != SMC_OK || exists(left, name))
            continue;
        int error = smci_rename_new(left->dir_fd, part, name, SMCI_RENAME_NOREPLACE);
        if (error)
            rc = smc_error_set_errno(err, SMC_ERR_IO, error, "%s/%s: can't rename it to %s",
                                     left->directory, part, name);
    }
    return rc == SMC_OK ? smci_dir_sync(left->dir_fd, left->directory, err) : rc;
}

/* Last first: the summary is never there without the rest. */
static enum smc_status take_away(const struct left *left, bool has_published, struct smc_error *err)
{
    char name[NAME_BYTES];
    for (size_t i = left->count; i-- > 0;) {
        name_of(left, i, ".part", name);
        int result = unlinkat(left->dir_fd, name, 0);
        if ((result == 0 || errno == ENOENT) && has_published) {
            name_of(left, i, "", name);
            result = unlinkat(left->dir_fd, name, 0);
        }
        if (result != 0 && errno != ENOENT)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s/%s: can't remove it",
                                       left->directory, name);
    }
    return SMC_OK;
}

enum smc_status smci_fileset_recover(const char *directory, int64_t timestamp,
                                     const char *const *names, size_t count, bool is_publishing,
                                     bool *is_complete, struct smc_log *log, struct smc_error *err)
{
    struct left left = {directory, open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), timestamp,
                        names, count};
    bool whole = false;
    if (is_complete)
        *is_complete = false;
    if (left.dir_fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? SMC_OK
                   : smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't read the directory",
                                         directory);
    whole = is_publishing && is_whole(&left);
    enum smc_status rc = whole ? finish(&left, err) : take_away(&left, is_publishing, err);
    (void)close(left.dir_fd);
    if (rc == SMC_OK && whole)
        smc_log_write(log, SMC_LOG_INFO,
                      "Finished publishing the set %" PRId64 " of an earlier run", timestamp);
    if (rc == SMC_OK && is_complete)
        *is_complete = whole;
    return rc;
}

/* ---- old sets ---- */

struct stamps {
    int64_t *all;
    size_t count;
    size_t allocated;
};

static enum smc_status add_stamp(struct stamps *stamps, int64_t stamp)
{
    if (stamps->count == stamps->allocated) {
        size_t size = stamps->allocated ? stamps->allocated * 2 : 64;
        int64_t *all = realloc(stamps->all, size * sizeof *all);
        if (!all)
            return SMC_ERR_NOMEM;
        stamps->all = all;
        stamps->allocated = size;
    }
    stamps->all[stamps->count++] = stamp;
    return SMC_OK;
}

/* "TS-LAST.json", LAST being the name of the file that completes a set. */
static bool is_summary(const char *name, const char *last, int64_t *stamp)
{
    char *rest = NULL;
    char want[NAME_BYTES];
    if (*name < '1' || *name > '9') /* a timestamp as it is written */
        return false;
    errno = 0;
    *stamp = strtoll(name, &rest, 10);
    (void)snprintf(want, sizeof want, "-%s.json", last);
    return errno == 0 && strcmp(rest, want) == 0;
}

static int newest_first(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a < b) - (a > b);
}

static enum smc_status find_sets(DIR *dir, const char *last, struct stamps *stamps)
{
    enum smc_status rc = SMC_OK;
    int64_t stamp;
    for (struct dirent *entry; rc == SMC_OK && (entry = readdir(dir));)
        if (is_summary(entry->d_name, last, &stamp))
            rc = add_stamp(stamps, stamp);
    if (stamps->count > 1)
        qsort(stamps->all, stamps->count, sizeof *stamps->all, newest_first);
    return rc;
}

/* Whether each file of `set` is also one of `other`, by their names. */
static bool is_within(const struct left *set, const struct left *other)
{
    char name[NAME_BYTES];
    bool is_there = true;
    for (size_t i = 0; is_there && i < set->count; i++) {
        name_of(set, i, "", name);
        if (!exists(set, name))
            continue;
        name_of(other, i, "", name);
        is_there = exists(other, name);
    }
    return is_there;
}

enum smc_status smci_fileset_prune(const char *directory, const char *const *names, size_t count,
                                   size_t keep, int64_t spared, struct smc_log *log,
                                   struct smc_error *err)
{
    struct stamps stamps = {NULL, 0, 0};
    DIR *dir = opendir(directory);
    if (!dir)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't list the directory",
                                   directory);
    enum smc_status rc = find_sets(dir, names[count - 1], &stamps);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s: %s", directory, smc_error_text(rc));
    const struct left model = {directory, dirfd(dir), spared, names, count};
    for (size_t i = 0; rc == SMC_OK && i < stamps.count; i++) {
        const struct left old = {directory, dirfd(dir), stamps.all[i], names, count};
        bool is_old = keep == 0;
        if (!is_old && is_within(&model, &old))
            keep--;
        if (!is_old || stamps.all[i] == spared || !is_within(&old, &model))
            continue;
        rc = take_away(&old, true, err);
        if (rc == SMC_OK)
            smc_log_write(log, SMC_LOG_INFO, "Removed the older set %" PRId64, stamps.all[i]);
    }
    free(stamps.all);
    (void)closedir(dir);
    return rc;
}
