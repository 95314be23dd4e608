#include "recover.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/claim.h"
#include "lib/base/dir.h"

#include "part.h"

/* Whether each file is there, renamed or not. */
static bool is_whole(const struct smci_site *site, int64_t timestamp)
{
    for (size_t i = 0; i < site->count; i++)
        if (!smci_site_has(site, timestamp, i, "") &&
            !smci_site_has(site, timestamp, i, SMCI_PART_SUFFIX))
            return false;
    return true;
}

static enum smc_status finish(const struct smci_site *site, int64_t timestamp,
                              struct smc_error *err)
{
    char name[SMCI_SITE_NAME_BYTES];
    char part[SMCI_SITE_NAME_BYTES];
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < site->count; i++) {
        smci_site_name(site, timestamp, i, "", name);
        smci_site_name(site, timestamp, i, SMCI_PART_SUFFIX, part);
        if (i + 1 == site->count)
            rc = smci_dir_sync(site->dir_fd, site->directory, err);
        if (rc != SMC_OK || smci_site_has(site, timestamp, i, ""))
            continue;
        int error = smci_rename_new(site->dir_fd, part, name, SMCI_RENAME_NOREPLACE);
        if (error)
            rc = smc_error_set_errno(err, SMC_ERR_IO, error, "%s/%s: can't rename it to %s",
                                     site->directory, part, name);
    }
    return rc == SMC_OK ? smci_dir_sync(site->dir_fd, site->directory, err) : rc;
}

static enum smc_status remove_all(const struct smci_site *site, int64_t timestamp,
                                  bool is_publishing, struct smc_error *err)
{
    return is_publishing ? smci_site_remove(site, &timestamp, 1, err)
                         : smci_site_remove_parts(site, timestamp, err);
}

enum smc_status smci_recover(const struct smci_site *site, int64_t timestamp, bool is_publishing,
                             bool *is_complete, struct smc_log *log, struct smc_error *err)
{
    char summary[SMCI_SITE_NAME_BYTES];
    int fd = -1;
    *is_complete = false;
    smci_site_name(site, timestamp, site->count - 1, SMCI_PART_SUFFIX, summary);
    if (smci_claim_take_over(site->dir_fd, summary, &fd) == EWOULDBLOCK)
        return SMC_OK;
    bool whole = is_publishing && is_whole(site, timestamp);
    enum smc_status rc =
        whole ? finish(site, timestamp, err) : remove_all(site, timestamp, is_publishing, err);
    if (fd >= 0)
        (void)close(fd);
    if (rc == SMC_OK && whole)
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_SET_RECOVERED, SMCI_FACTS(.set = timestamp),
                       "Finished publishing the set %" PRId64 " of an earlier run", timestamp);
    *is_complete = rc == SMC_OK && whole;
    return rc;
}
