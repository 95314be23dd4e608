#include "fileset.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/dir.h"

#include "stamp.h"
#include "sweep.h"

struct smci_fileset {
    char *directory;
    const char **names; /* the site's */
    struct smci_site site;
    int64_t timestamp;
    int lock_fd; /* of the summary's .part: as long as it is held, the set is not left over */
    struct smc_log *log;
    struct smci_part **parts;
    size_t count;
    bool is_published;
};

/* ---- the set ---- */

static enum smc_status open_directory(struct smci_fileset *set, struct smc_error *err)
{
    enum smc_status rc = smci_dir_make(set->directory, false, err);
    if (rc != SMC_OK)
        return rc;
    set->site.dir_fd = open(set->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (set->site.dir_fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't read and write the directory",
                                   set->directory);
    if (faccessat(set->site.dir_fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't write to the directory",
                                   set->directory);
    return SMC_OK;
}

enum smc_status smci_fileset_open(struct smci_fileset **set, const char *directory,
                                  const char *const *names, size_t count, struct smc_log *log,
                                  struct smc_error *err)
{
    *set = NULL;
    struct smci_fileset *made = calloc(1, sizeof *made);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    made->lock_fd = -1;
    made->log = log;
    made->directory = strdup(directory);
    made->names = calloc(count, sizeof *made->names);
    made->site = (struct smci_site){made->directory, -1, made->names, count};
    for (size_t i = 0; made->names && i < count; i++)
        made->names[i] = names[i];
    enum smc_status rc = made->directory && made->names
                             ? open_directory(made, err)
                             : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    if (rc != SMC_OK) {
        smci_fileset_free(made);
        return rc;
    }
    *set = made;
    return SMC_OK;
}

enum smc_status smci_fileset_begin(struct smci_fileset *set, int64_t start_s, struct smc_error *err)
{
    enum smc_status rc = smci_sweep(&set->site, set->log, err);
    if (rc == SMC_OK)
        rc = smci_stamp_take(&set->site, start_s, set->log, &set->timestamp, &set->lock_fd, err);
    /* Whatever a power cut leaves of the set, the summary's .part is there to tell whose it was. */
    return rc == SMC_OK ? smci_dir_sync(set->site.dir_fd, set->directory, err) : rc;
}

const struct smci_site *smci_fileset_site(const struct smci_fileset *set)
{
    return &set->site;
}

int64_t smci_fileset_timestamp(const struct smci_fileset *set)
{
    return set->timestamp;
}

void smci_fileset_free(struct smci_fileset *set)
{
    if (!set)
        return;
    if (!set->is_published && set->lock_fd >= 0)
        (void)smci_site_remove_parts(&set->site, set->timestamp, NULL);
    for (size_t i = 0; i < set->count; i++)
        smci_part_free(set->parts[i]);
    free(set->parts);
    if (set->lock_fd >= 0)
        (void)close(set->lock_fd);
    if (set->site.dir_fd >= 0)
        (void)close(set->site.dir_fd);
    free(set->names);
    free(set->directory);
    free(set);
}

enum smc_status smci_fileset_file(struct smci_fileset *set, const char *name,
                                  struct smci_part **part, struct smc_error *err)
{
    const struct smci_part_place place = {set->directory, set->site.dir_fd, set->timestamp};
    size_t i = 0;
    *part = NULL;
    while (i < set->site.count && strcmp(name, set->names[i]) != 0)
        i++;
    if (set->is_published || set->lock_fd < 0 || i == set->site.count)
        return smc_error_set(err, SMC_ERR_INTERNAL, "\"%s\" can't be a file of the set", name);
    bool is_summary = i + 1 == set->site.count;
    struct smci_part **parts = reallocarray(set->parts, set->count + 1, sizeof(struct smci_part *));
    if (!parts)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", name);
    set->parts = parts;
    enum smc_status rc = smci_part_new(part, &place, name, is_summary ? set->lock_fd : -1, err);
    if (rc == SMC_OK)
        parts[set->count++] = *part;
    return rc;
}

enum smc_status smci_fileset_drop(struct smci_fileset *set, struct smci_part *part,
                                  struct smc_error *err)
{
    size_t i = 0;
    while (i < set->count && set->parts[i] != part)
        i++;
    if (set->is_published || i == set->count)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s is not a file of the set",
                             smci_part_path(part));
    enum smc_status rc = smci_part_remove(part, err);
    if (rc != SMC_OK)
        return rc;
    for (set->count--; i < set->count; i++)
        set->parts[i] = set->parts[i + 1];
    smci_part_free(part);
    return SMC_OK;
}

/* ---- publishing ---- */

static enum smc_status check_finished(const struct smci_fileset *set, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    if (set->is_published)
        return smc_error_set(err, SMC_ERR_INTERNAL, "the set is published already");
    for (size_t i = 0; rc == SMC_OK && i < set->count; i++)
        rc = smci_part_check_finished(set->parts[i], err);
    return rc;
}

/* Renames them, and counts in `done`. */
static enum smc_status rename_all(const struct smci_fileset *set, size_t *done,
                                  struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (*done = 0; rc == SMC_OK && *done < set->count; *done += rc == SMC_OK) {
        if (*done + 1 == set->count)
            rc = smci_dir_sync(set->site.dir_fd, set->directory, err);
        if (rc == SMC_OK)
            rc = smci_part_publish(set->parts[*done], err);
    }
    return rc == SMC_OK ? smci_dir_sync(set->site.dir_fd, set->directory, err) : rc;
}

/* Last first, so that the summary is never there without the rest: also on the disk. */
static void undo(const struct smci_fileset *set, size_t done)
{
    bool is_undone = true;
    while (is_undone && done > 0) {
        is_undone = smci_part_withdraw(set->parts[--done]);
        if (is_undone && done + 1 == set->count)
            is_undone = smci_dir_sync(set->site.dir_fd, set->directory, NULL) == SMC_OK;
    }
}

enum smc_status smci_fileset_publish(struct smci_fileset *set, struct smc_error *err)
{
    size_t done = 0;
    enum smc_status rc = check_finished(set, err);
    if (rc != SMC_OK)
        return rc;
    rc = rename_all(set, &done, err);
    if (rc != SMC_OK) {
        undo(set, done);
        return rc;
    }
    set->is_published = true;
    for (size_t i = 0; i < set->count; i++)
        smci_log_event(set->log, SMC_LOG_INFO, SMCI_EVENT_FILE_WRITTEN,
                       SMCI_FACTS(.file = smci_part_path(set->parts[i]),
                                  .bytes = smci_part_bytes(set->parts[i])),
                       "Wrote output file: %s (%" PRId64 " bytes)", smci_part_path(set->parts[i]),
                       smci_part_bytes(set->parts[i]));
    return SMC_OK;
}
