#include "recover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "lib/base/dir.h"

#include "earlier.h"
#include "part.h"

/* Whether each file is there, renamed or not. */
static bool is_whole(const struct smci_earlier *set)
{
    char name[SMCI_EARLIER_NAME_BYTES];
    char part[SMCI_EARLIER_NAME_BYTES];
    for (size_t i = 0; i < set->count; i++) {
        smci_earlier_name(set, i, "", name);
        smci_earlier_name(set, i, SMCI_PART_SUFFIX, part);
        if (!smci_earlier_has(set, name) && !smci_earlier_has(set, part))
            return false;
    }
    return true;
}

static enum smc_status finish(const struct smci_earlier *set, struct smc_error *err)
{
    char name[SMCI_EARLIER_NAME_BYTES];
    char part[SMCI_EARLIER_NAME_BYTES];
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < set->count; i++) {
        smci_earlier_name(set, i, "", name);
        smci_earlier_name(set, i, SMCI_PART_SUFFIX, part);
        if (i + 1 == set->count)
            rc = smci_dir_sync(set->dir_fd, set->directory, err);
        if (rc != SMC_OK || smci_earlier_has(set, name))
            continue;
        int error = smci_rename_new(set->dir_fd, part, name, SMCI_RENAME_NOREPLACE);
        if (error)
            rc = smc_error_set_errno(err, SMC_ERR_IO, error, "%s/%s: can't rename it to %s",
                                     set->directory, part, name);
    }
    return rc == SMC_OK ? smci_dir_sync(set->dir_fd, set->directory, err) : rc;
}

enum smc_status smci_fileset_recover(const char *directory, int64_t timestamp,
                                     const char *const *names, size_t count, bool is_publishing,
                                     bool *is_complete, struct smc_log *log, struct smc_error *err)
{
    struct smci_earlier set = {directory, open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                               timestamp, names, count};
    if (is_complete)
        *is_complete = false;
    if (set.dir_fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? SMC_OK
                   : smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't read the directory",
                                         directory);
    bool whole = is_publishing && is_whole(&set);
    enum smc_status rc = whole ? finish(&set, err) : smci_earlier_remove(&set, is_publishing, err);
    (void)close(set.dir_fd);
    if (rc == SMC_OK && whole)
        smc_log_write(log, SMC_LOG_INFO,
                      "Finished publishing the set %" PRId64 " of an earlier run", timestamp);
    if (rc == SMC_OK && is_complete)
        *is_complete = whole;
    return rc;
}
