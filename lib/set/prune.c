#include "prune.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "earlier.h"

struct stamps {
    int64_t *all;
    size_t count;
};

static enum smc_status add_stamp(struct stamps *stamps, int64_t stamp)
{
    int64_t *all = reallocarray(stamps->all, stamps->count + 1, sizeof *all);
    if (!all)
        return SMC_ERR_NOMEM;
    all[stamps->count++] = stamp;
    stamps->all = all;
    return SMC_OK;
}

/* "TS-LAST.json", LAST being the name of the file that completes a set. */
static bool is_summary(const char *name, const char *last, int64_t *stamp)
{
    char *rest = NULL;
    char want[SMCI_EARLIER_NAME_BYTES];
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
static bool is_within(const struct smci_earlier *set, const struct smci_earlier *other)
{
    char name[SMCI_EARLIER_NAME_BYTES];
    bool is_there = true;
    for (size_t i = 0; is_there && i < set->count; i++) {
        smci_earlier_name(set, i, "", name);
        if (!smci_earlier_has(set, name))
            continue;
        smci_earlier_name(other, i, "", name);
        is_there = smci_earlier_has(other, name);
    }
    return is_there;
}

enum smc_status smci_fileset_prune(const char *directory, const char *const *names, size_t count,
                                   size_t keep, int64_t spared, struct smc_log *log,
                                   struct smc_error *err)
{
    struct stamps stamps = {NULL, 0};
    DIR *dir = opendir(directory);
    if (!dir)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't list the directory",
                                   directory);
    enum smc_status rc = find_sets(dir, names[count - 1], &stamps);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s: %s", directory, smc_error_text(rc));
    const struct smci_earlier model = {directory, dirfd(dir), spared, names, count};
    for (size_t i = 0; rc == SMC_OK && i < stamps.count; i++) {
        const struct smci_earlier old = {directory, dirfd(dir), stamps.all[i], names, count};
        bool is_old = keep == 0;
        if (!is_old && is_within(&model, &old))
            keep--;
        if (!is_old || stamps.all[i] == spared || !is_within(&old, &model))
            continue;
        rc = smci_earlier_remove(&old, true, err);
        if (rc == SMC_OK)
            smc_log_write(log, SMC_LOG_INFO, "Removed the older set %" PRId64, stamps.all[i]);
    }
    free(stamps.all);
    (void)closedir(dir);
    return rc;
}
