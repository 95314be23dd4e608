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
#include "lib/base/text.h"

struct smci_fileset {
    char *directory;
    struct smci_part_place place;
    struct smc_log *log;
    struct smci_part **parts;
    size_t count;
    bool is_published;
};

/* ---- the set ---- */

/* Whether `name` is a file of the set `timestamp`, finished or not. */
static bool belongs(const char *name, int64_t timestamp)
{
    char prefix[32];
    int len = snprintf(prefix, sizeof prefix, "%" PRId64 "-", timestamp);
    return strncmp(name, prefix, (size_t)len) == 0 &&
           (smci_has_suffix(name, ".json") || smci_has_suffix(name, ".json" SMCI_PART_SUFFIX));
}

static enum smc_status scan(struct smci_fileset *set, DIR *dir, bool *is_taken,
                            struct smc_error *err)
{
    *is_taken = false;
    rewinddir(dir);
    errno = 0;
    for (struct dirent *entry; !*is_taken && (entry = readdir(dir)); errno = 0)
        *is_taken = belongs(entry->d_name, set->place.timestamp);
    if (errno != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't list the directory",
                                   set->directory);
    return SMC_OK;
}

static enum smc_status pick_timestamp(struct smci_fileset *set, int64_t start_s,
                                      struct smc_error *err)
{
    int fd = openat(set->place.dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        int error = errno;
        if (fd >= 0)
            (void)close(fd);
        return smc_error_set_errno(err, SMC_ERR_IO, error, "%s: can't list the directory",
                                   set->directory);
    }
    bool is_taken = true;
    enum smc_status rc = SMC_OK;
    for (set->place.timestamp = start_s; rc == SMC_OK && is_taken; set->place.timestamp += is_taken)
        rc = scan(set, dir, &is_taken, err);
    (void)closedir(dir);
    return rc;
}

static enum smc_status open_directory(struct smci_fileset *set, struct smc_error *err)
{
    enum smc_status rc = smci_dir_make(set->directory, false, err);
    if (rc != SMC_OK)
        return rc;
    set->place.dir_fd = open(set->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (set->place.dir_fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't read and write the directory",
                                   set->directory);
    if (faccessat(set->place.dir_fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't write to the directory",
                                   set->directory);
    return SMC_OK;
}

enum smc_status smci_fileset_open(struct smci_fileset **set, const char *directory, int64_t start_s,
                                  struct smc_log *log, struct smc_error *err)
{
    *set = NULL;
    struct smci_fileset *made = calloc(1, sizeof *made);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", directory);
    made->place.dir_fd = -1;
    made->log = log;
    made->directory = strdup(directory);
    made->place.directory = made->directory;
    enum smc_status rc = made->directory ? open_directory(made, err)
                                         : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    if (rc == SMC_OK)
        rc = pick_timestamp(made, start_s, err);
    if (rc != SMC_OK) {
        smci_fileset_free(made);
        return rc;
    }
    *set = made;
    return SMC_OK;
}

int64_t smci_fileset_timestamp(const struct smci_fileset *set)
{
    return set->place.timestamp;
}

void smci_fileset_free(struct smci_fileset *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++) {
        if (!set->is_published)
            smci_part_remove(set->parts[i], false);
        smci_part_free(set->parts[i]);
    }
    free(set->parts);
    if (set->place.dir_fd >= 0)
        (void)close(set->place.dir_fd);
    free(set->directory);
    free(set);
}

enum smc_status smci_fileset_file(struct smci_fileset *set, const char *name,
                                  struct smci_part **part, struct smc_error *err)
{
    *part = NULL;
    if (set->is_published || !*name || strchr(name, '/'))
        return smc_error_set(err, SMC_ERR_INTERNAL, "\"%s\" can't be a file of the set", name);
    struct smci_part **parts = reallocarray(set->parts, set->count + 1, sizeof(struct smci_part *));
    if (!parts)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", name);
    set->parts = parts;
    enum smc_status rc = smci_part_new(part, &set->place, name, err);
    if (rc == SMC_OK)
        parts[set->count++] = *part;
    return rc;
}

/* ---- publishing ---- */

enum smc_status smci_fileset_publish(struct smci_fileset *set, struct smc_error *err)
{
    if (set->is_published)
        return smc_error_set(err, SMC_ERR_INTERNAL, "the set is published already");
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < set->count; i++)
        rc = smci_part_check_finished(set->parts[i], err);
    size_t done = 0;
    if (rc != SMC_OK)
        return rc;
    while (rc == SMC_OK && done < set->count) {
        if (done + 1 == set->count)
            rc = smci_dir_sync(set->place.dir_fd, set->directory, err);
        if (rc == SMC_OK)
            rc = smci_part_publish(set->parts[done], err);
        done += rc == SMC_OK;
    }
    if (rc == SMC_OK)
        rc = smci_dir_sync(set->place.dir_fd, set->directory, err);
    if (rc != SMC_OK) {
        /* Last first, so that the summary is never there without the rest. */
        while (done > 0)
            smci_part_remove(set->parts[--done], true);
        return rc;
    }
    set->is_published = true;
    for (size_t i = 0; i < set->count; i++)
        smc_log_write(set->log, SMC_LOG_INFO, "Wrote output file: %s (%" PRId64 " bytes)",
                      smci_part_path(set->parts[i]), smci_part_bytes(set->parts[i]));
    return SMC_OK;
}
