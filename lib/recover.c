/* What an earlier run left of a set: finished or taken away. */
#include <sigmacat/output.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dir.h"

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
            rc = smc_fail_errno(err, SMC_ERR_IO, error, "%s/%s: can't rename it to %s",
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
            return smc_fail_errno(err, SMC_ERR_IO, errno, "%s/%s: can't remove it", left->directory,
                                  name);
    }
    return SMC_OK;
}

enum smc_status smc_set_recover(const char *directory, int64_t timestamp, const char *const *names,
                                size_t count, bool is_publishing, bool *is_complete,
                                struct smc_log *log, struct smc_error *err)
{
    struct left left = {directory, open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), timestamp,
                        names, count};
    bool whole = false;
    if (is_complete)
        *is_complete = false;
    if (left.dir_fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? SMC_OK
                   : smc_fail_errno(err, SMC_ERR_IO, errno, "%s: can't read the directory",
                                    directory);
    whole = is_publishing && is_whole(&left);
    enum smc_status rc = whole ? finish(&left, err) : take_away(&left, is_publishing, err);
    (void)close(left.dir_fd);
    if (rc == SMC_OK && whole)
        smc_logf(log, SMC_LOG_INFO, "Finished publishing the set %" PRId64 " of an earlier run",
                 timestamp);
    if (rc == SMC_OK && is_complete)
        *is_complete = whole;
    return rc;
}
