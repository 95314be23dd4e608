#include "changes.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/dir.h"

#include "history.h"

size_t changes_ids(enum asset_id asset, const char *ids[SMCI_CHANGES_IDS])
{
    const struct asset *of = asset_of(asset);
    size_t count = 0;
    if (of->role == ROLE_LISTING)
        ids[count++] = of->id_member;
    else
        while (count < SMCI_CHANGES_IDS && of->record_ids[count]) {
            ids[count] = of->record_ids[count];
            count++;
        }
    return count;
}

/* -1: it is not there, or can't be read. */
static int open_file(const struct job *job, int64_t timestamp, enum asset_id asset)
{
    char name[80];
    (void)snprintf(name, sizeof name, "%" PRId64 "-%s.json", timestamp, asset_of(asset)->name);
    char *path = smci_dir_path(job->settings->output, name);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    free(path);
    return fd;
}

static enum smc_status compare(const struct job *job, enum asset_id asset, struct changes *changes,
                               struct smc_error *err)
{
    const char *ids[SMCI_CHANGES_IDS];
    struct smci_changes_of of = {
        .ids = ids, .id_count = changes_ids(asset, ids), .stop_fd = job->stop_fd};
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = SMC_OK;
    of.before_fd = open_file(job, changes->before, asset);
    of.now_fd = open_file(job, smci_fileset_timestamp(job->set), asset);
    if (of.before_fd >= 0 && of.now_fd >= 0) {
        rc = smci_changes(&of, NULL, NULL, &changes->files[asset], &why);
        changes->is_compared[asset] = rc == SMC_OK;
    }
    if (of.before_fd >= 0)
        (void)close(of.before_fd);
    if (of.now_fd >= 0)
        (void)close(of.now_fd);
    return rc == SMC_ERR_CANCELLED ? smc_error_copy(err, &why) : SMC_OK;
}

enum smc_status changes_find(const struct job *job, struct changes *changes, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    *changes = (struct changes){false};
    if (history_last(job, &changes->is_known, &changes->before, NULL) != SMC_OK)
        changes->is_known = false;
    for (enum asset_id i = 0; changes->is_known && rc == SMC_OK && i < ASSET_COUNT; i++)
        if (job->files[i])
            rc = compare(job, i, changes, err);
    return rc;
}
