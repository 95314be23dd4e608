#include "sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/claim.h"

#include "part.h"

/* Whether something may have its own name already, or still. A set with a summary is complete. */
static bool has_renamed(const struct smci_site *site, int64_t timestamp, int fd)
{
    struct stat st;
    return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 &&
           !smci_site_has(site, timestamp, site->count - 1, "");
}

static void clear_one(const struct smci_site *site, int64_t timestamp, struct smc_log *log)
{
    char summary[SMCI_SITE_NAME_BYTES];
    struct smc_error why = SMC_ERROR_INIT;
    int fd = -1;
    smci_site_name(site, timestamp, site->count - 1, SMCI_PART_SUFFIX, summary);
    /* It is made first and removed last: what has none has nobody. */
    int error = smci_claim_take_over(site->dir_fd, summary, &fd);
    if (error != 0 && error != ENOENT)
        return;
    enum smc_status rc = has_renamed(site, timestamp, fd)
                             ? smci_site_remove(site, &timestamp, 1, &why)
                             : smci_site_remove_parts(site, timestamp, &why);
    if (fd >= 0)
        (void)close(fd);
    if (rc == SMC_OK)
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_SET_SWEPT, SMCI_FACTS(.set = timestamp),
                       "Removed what an earlier run left of the set %" PRId64, timestamp);
    else
        smci_log_event(log, SMC_LOG_WARN, SMCI_EVENT_SET_LEFT,
                       SMCI_FACTS(.reason = why.detail, .set = timestamp),
                       "%s; an earlier run has left it", why.detail);
}

enum smc_status smci_sweep(const struct smci_site *site, struct smc_log *log, struct smc_error *err)
{
    struct smci_sightings seen;
    enum smc_status rc = smci_site_look(site, &seen, err);
    for (size_t i = 0; i < seen.count; i++)
        if (seen.all[i].what & SMCI_SEEN_PART)
            clear_one(site, seen.all[i].timestamp, log);
    smci_sightings_clear(&seen);
    return rc;
}
