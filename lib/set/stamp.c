#include "stamp.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/claim.h"

#include "part.h"

/* As often another run may come in between. */
#define TRIES 100

static bool is_ahead(int64_t timestamp, int64_t start_s)
{
    return timestamp - SMCI_SITE_AHEAD_S > start_s;
}

/* The first second from the start on that is above all that counts, and that nothing has. */
static int64_t pick(const struct smci_sightings *seen, int64_t start_s)
{
    int64_t picked = start_s;
    for (size_t i = 0; i < seen->count; i++) {
        int64_t one = seen->all[i].timestamp;
        if (one == picked || (one > picked && !is_ahead(one, start_s)))
            picked = one + 1;
    }
    return picked;
}

/* Whether another run, which began later, has published its set since this one was picked. */
static bool is_overtaken(const struct smci_sightings *seen, int64_t start_s, int64_t timestamp)
{
    for (size_t i = 0; i < seen->count; i++)
        if (seen->all[i].timestamp >= timestamp && !is_ahead(seen->all[i].timestamp, start_s) &&
            (seen->all[i].what & SMCI_SEEN_SUMMARY))
            return true;
    return false;
}

static void drop(const struct smci_site *site, const char *part, int *fd)
{
    (void)unlinkat(site->dir_fd, part, 0);
    (void)close(*fd);
    *fd = -1;
}

/* One try; `fd` stays -1 when it is to be made again. */
static enum smc_status try_once(const struct smci_site *site, int64_t start_s, int64_t *timestamp,
                                int *fd, struct smc_error *err)
{
    char part[SMCI_SITE_NAME_BYTES];
    struct smci_sightings seen;
    enum smc_status rc = smci_site_look(site, &seen, err);
    if (rc != SMC_OK)
        return rc;
    *timestamp = pick(&seen, start_s);
    smci_sightings_clear(&seen);
    smci_site_name(site, *timestamp, site->count - 1, SMCI_PART_SUFFIX, part);
    int error = smci_claim_make(site->dir_fd, part, fd);
    if (error != 0 && error != EEXIST)
        return smc_error_set_errno(err, SMC_ERR_IO, error, "%s/%s: can't create it",
                                   site->directory, part);
    if (error == EEXIST)
        return SMC_OK;
    rc = smci_site_look(site, &seen, err);
    if (rc != SMC_OK || is_overtaken(&seen, start_s, *timestamp))
        drop(site, part, fd);
    smci_sightings_clear(&seen);
    return rc;
}

static enum smc_status warn_of_ahead(const struct smci_site *site, int64_t start_s,
                                     struct smc_log *log, struct smc_error *err)
{
    struct smci_sightings seen;
    size_t count = 0;
    int64_t last = 0;
    enum smc_status rc = smci_site_look(site, &seen, err);
    for (size_t i = 0; i < seen.count; i++)
        if ((seen.all[i].what & SMCI_SEEN_SUMMARY) && is_ahead(seen.all[i].timestamp, start_s)) {
            last = seen.all[i].timestamp;
            count++;
        }
    if (count)
        smci_log_event(
            log, SMC_LOG_WARN, SMCI_EVENT_SET_AHEAD,
            SMCI_FACTS(.set = last, .count = (int64_t)count),
            "%s: %zu set%s more than a day ahead of the clock, the last is %" PRId64
            ": castor-upload passes such a set over and --keep does not count it; set the "
            "clock, or remove it",
            site->directory, count, count == 1 ? " is" : "s are", last);
    smci_sightings_clear(&seen);
    return rc;
}

enum smc_status smci_stamp_take(const struct smci_site *site, int64_t start_s, struct smc_log *log,
                                int64_t *timestamp, int *fd, struct smc_error *err)
{
    enum smc_status rc = warn_of_ahead(site, start_s, log, err);
    *fd = -1;
    for (int i = 0; rc == SMC_OK && *fd < 0 && i < TRIES; i++)
        rc = try_once(site, start_s, timestamp, fd, err);
    if (rc == SMC_OK && *fd < 0)
        return smc_error_set(err, SMC_ERR_IO, "%s: other runs take every timestamp",
                             site->directory);
    if (rc == SMC_OK && *timestamp != start_s)
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_SET_TIME,
                       SMCI_FACTS(.set = *timestamp, .seconds = (double)(*timestamp - start_s)),
                       "The set's timestamp is %" PRId64 ", %" PRId64
                       " s after the start: there are sets up to it",
                       *timestamp, *timestamp - start_s);
    return rc;
}
