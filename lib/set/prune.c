#include "prune.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/log.h"

/* Whether each file of `set` is also one of `other`, by their names. */
static bool is_within(const struct smci_site *site, int64_t set, int64_t other)
{
    for (size_t i = 0; i < site->count; i++)
        if (smci_site_has(site, set, i, "") && !smci_site_has(site, other, i, ""))
            return false;
    return true;
}

/* Puts those that go into `old`, which has room for all, newest first; returns how many. */
static size_t choose(const struct smci_site *site, const struct smci_prune *what,
                     const struct smci_sightings *seen, int64_t *old)
{
    size_t count = 0;
    size_t keep = what->keep;
    for (size_t i = seen->count; i-- > 0;) {
        int64_t timestamp = seen->all[i].timestamp;
        if (!(seen->all[i].what & SMCI_SEEN_SUMMARY) || timestamp - SMCI_SITE_AHEAD_S > what->now_s)
            continue;
        bool is_old = keep == 0;
        if (!is_old && is_within(site, what->spared, timestamp))
            keep--;
        if (is_old && timestamp != what->spared && is_within(site, timestamp, what->spared))
            old[count++] = timestamp;
    }
    return count;
}

enum smc_status smci_prune(const struct smci_site *site, const struct smci_prune *what,
                           struct smc_log *log, struct smc_error *err)
{
    struct smci_sightings seen;
    enum smc_status rc = smci_site_look(site, &seen, err);
    if (rc != SMC_OK)
        return rc;
    int64_t *old = calloc(seen.count + 1, sizeof *old);
    size_t count = old ? choose(site, what, &seen, old) : 0;
    rc = old ? smci_site_remove(site, old, count, err)
             : smc_error_set(err, SMC_ERR_NOMEM, "%s: %s", site->directory,
                             smc_error_text(SMC_ERR_NOMEM));
    for (size_t i = 0; rc == SMC_OK && i < count; i++)
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_SET_PRUNED, SMCI_FACTS(.set = old[i]),
                       "Removed the older set %" PRId64, old[i]);
    free(old);
    smci_sightings_clear(&seen);
    return rc;
}
