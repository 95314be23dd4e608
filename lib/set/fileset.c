#include "fileset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/dir.h"

#define BUFFER_BYTES ((size_t)64 * 1024)
#define PART_SUFFIX  ".part"

enum file_state { FILE_OPEN, FILE_FINISHED, FILE_FAILED };

struct smci_part {
    struct smci_fileset *set;
    char *name; /* TS-NAME.json */
    char *part; /* the name until it is published */
    char *path; /* DIRECTORY/TS-NAME.json, for texts */
    int fd;     /* -1 once finished */
    enum file_state state;
    bool is_text;
    int64_t records;
    int64_t bytes; /* written and buffered */
    size_t used;   /* of `buffer` */
    char *buffer;  /* NULL once finished */
};

struct smci_fileset {
    char *directory;
    int dir_fd;
    int64_t timestamp;
    struct smc_log *log;
    struct smci_part **files;
    size_t count;
    bool is_published;
};

/* ---- the set ---- */

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = strlen(name);
    size_t suffix_len = strlen(suffix);
    return len >= suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

/* Whether `name` is a file of the set `timestamp`, finished or not. */
static bool belongs(const char *name, int64_t timestamp)
{
    char prefix[32];
    int len = snprintf(prefix, sizeof prefix, "%" PRId64 "-", timestamp);
    return strncmp(name, prefix, (size_t)len) == 0 &&
           (ends_with(name, ".json") || ends_with(name, ".json" PART_SUFFIX));
}

static enum smc_status scan(struct smci_fileset *set, DIR *dir, bool *is_taken,
                            struct smc_error *err)
{
    *is_taken = false;
    rewinddir(dir);
    errno = 0;
    for (struct dirent *entry; !*is_taken && (entry = readdir(dir)); errno = 0)
        *is_taken = belongs(entry->d_name, set->timestamp);
    if (errno != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't list the directory",
                                   set->directory);
    return SMC_OK;
}

static enum smc_status pick_timestamp(struct smci_fileset *set, int64_t start_s,
                                      struct smc_error *err)
{
    int fd = openat(set->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    for (set->timestamp = start_s; rc == SMC_OK && is_taken; set->timestamp += is_taken)
        rc = scan(set, dir, &is_taken, err);
    (void)closedir(dir);
    return rc;
}

static enum smc_status open_directory(struct smci_fileset *set, struct smc_error *err)
{
    enum smc_status rc = smci_dir_make(set->directory, false, err);
    if (rc != SMC_OK)
        return rc;
    set->dir_fd = open(set->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (set->dir_fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno,
                                   "%s: a directory that can be read and written is expected",
                                   set->directory);
    if (faccessat(set->dir_fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno,
                                   "%s: a directory that can be written to is expected",
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
    made->dir_fd = -1;
    made->log = log;
    made->directory = strdup(directory);
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
    return set->timestamp;
}

static void free_file(struct smci_part *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        (void)close(file->fd);
    free(file->buffer);
    free(file->path);
    free(file->part);
    free(file->name);
    free(file);
}

void smci_fileset_free(struct smci_fileset *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++) {
        if (!set->is_published)
            (void)unlinkat(set->dir_fd, set->files[i]->part, 0);
        free_file(set->files[i]);
    }
    free(set->files);
    if (set->dir_fd >= 0)
        (void)close(set->dir_fd);
    free(set->directory);
    free(set);
}

/* ---- one file ---- */

/* False when memory runs out; what was allocated is the file's. */
static bool allocate(struct smci_part *file, const char *name)
{
    if (asprintf(&file->name, "%" PRId64 "-%s.json", file->set->timestamp, name) < 0)
        file->name = NULL;
    if (!file->name || asprintf(&file->part, "%s" PART_SUFFIX, file->name) < 0)
        file->part = NULL;
    if (file->name)
        file->path = smci_dir_path(file->set->directory, file->name);
    file->buffer = malloc(BUFFER_BYTES);
    return file->name && file->part && file->path && file->buffer;
}

enum smc_status smci_fileset_file(struct smci_fileset *set, const char *name,
                                  struct smci_part **file, struct smc_error *err)
{
    *file = NULL;
    if (set->is_published || !*name || strchr(name, '/'))
        return smc_error_set(err, SMC_ERR_INTERNAL, "\"%s\" can't be a file of the set", name);
    struct smci_part *made = calloc(1, sizeof *made);
    struct smci_part **files = reallocarray(set->files, set->count + 1, sizeof(struct smci_part *));
    if (files)
        set->files = files;
    if (made) {
        made->set = set;
        made->fd = -1;
    }
    if (!made || !files || !allocate(made, name)) {
        free_file(made);
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", name);
    }
    made->fd =
        openat(set->dir_fd, made->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (made->fd < 0) {
        (void)smc_error_set_errno(err, SMC_ERR_IO, errno, "%s" PART_SUFFIX ": can't create it",
                                  made->path);
        free_file(made);
        return SMC_ERR_IO;
    }
    set->files[set->count++] = made;
    *file = made;
    return SMC_OK;
}

/* What went wrong on disk stays wrong: a file with a hole must never be finished. */
static enum smc_status lose(struct smci_part *file, int error, const char *what,
                            struct smc_error *err)
{
    file->state = FILE_FAILED;
    return smc_error_set_errno(err, SMC_ERR_IO, error, "%s" PART_SUFFIX ": can't %s it", file->path,
                               what);
}

static enum smc_status check_open(const struct smci_part *file, struct smc_error *err)
{
    if (file->state == FILE_FAILED)
        return smc_error_set(err, SMC_ERR_IO, "%s" PART_SUFFIX ": writing it failed before",
                             file->path);
    if (file->state == FILE_FINISHED)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: it is finished already", file->path);
    return SMC_OK;
}

static enum smc_status write_all(struct smci_part *file, const char *bytes, size_t len,
                                 struct smc_error *err)
{
    while (len > 0) {
        ssize_t put = write(file->fd, bytes, len < SSIZE_MAX ? len : SSIZE_MAX);
        if (put < 0 && errno == EINTR)
            continue;
        /* A regular file takes at least one byte or says why not. */
        if (put <= 0)
            return lose(file, put < 0 ? errno : EIO, "write", err);
        bytes += put;
        len -= (size_t)put;
    }
    return SMC_OK;
}

static enum smc_status flush(struct smci_part *file, struct smc_error *err)
{
    enum smc_status rc = write_all(file, file->buffer, file->used, err);
    file->used = 0;
    return rc;
}

static enum smc_status put(struct smci_part *file, const char *bytes, size_t len,
                           struct smc_error *err)
{
    file->bytes += (int64_t)len;
    if (len > BUFFER_BYTES - file->used) {
        enum smc_status rc = flush(file, err);
        if (rc != SMC_OK)
            return rc;
        if (len >= BUFFER_BYTES)
            return write_all(file, bytes, len, err);
    }
    if (len)
        (void)memcpy(file->buffer + file->used, bytes, len);
    file->used += len;
    return SMC_OK;
}

enum smc_status smci_part_record(struct smci_part *file, struct smc_error *err)
{
    enum smc_status rc = check_open(file, err);
    if (rc != SMC_OK)
        return rc;
    if (file->is_text)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: it is a text, not an array", file->path);
    return put(file, file->records++ ? ",\n" : "[\n", 2, err);
}

enum smc_status smci_part_write(struct smci_part *file, const char *bytes, size_t len,
                                struct smc_error *err)
{
    enum smc_status rc = check_open(file, err);
    if (rc != SMC_OK)
        return rc;
    if (file->records == 0)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: no record was begun", file->path);
    return put(file, bytes, len, err);
}

enum smc_status smci_part_text(struct smci_part *file, const char *bytes, size_t len,
                               struct smc_error *err)
{
    enum smc_status rc = check_open(file, err);
    if (rc != SMC_OK)
        return rc;
    if (file->records || file->is_text)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: something was written to it before",
                             file->path);
    file->is_text = true;
    return put(file, bytes, len, err);
}

enum smc_status smci_part_restart(struct smci_part *file, struct smc_error *err)
{
    if (file->state == FILE_FINISHED)
        return check_open(file, err);
    if (file->fd < 0)
        return smc_error_set(err, SMC_ERR_IO, "%s" PART_SUFFIX ": closing it failed before",
                             file->path);
    if (ftruncate(file->fd, 0) != 0 || lseek(file->fd, 0, SEEK_SET) != 0)
        return lose(file, errno, "empty", err);
    file->state = FILE_OPEN;
    file->is_text = false;
    file->records = 0;
    file->bytes = 0;
    file->used = 0;
    return SMC_OK;
}

/* After a failed fsync the kernel may count the pages as clean: it is never tried again. */
static enum smc_status sync_and_close(struct smci_part *file, struct smc_error *err)
{
    int result;
    do {
        result = fsync(file->fd);
    } while (result != 0 && errno == EINTR);
    if (result != 0)
        return lose(file, errno, "sync", err);
    result = close(file->fd);
    file->fd = -1;
    if (result != 0 && errno != EINTR)
        return lose(file, errno, "close", err);
    return SMC_OK;
}

enum smc_status smci_part_finish(struct smci_part *file, struct smc_error *err)
{
    enum smc_status rc = check_open(file, err);
    if (rc == SMC_OK && !file->is_text)
        rc = file->records ? put(file, "\n]\n", 3, err) : put(file, "[]\n", 3, err);
    if (rc == SMC_OK)
        rc = flush(file, err);
    if (rc == SMC_OK)
        rc = sync_and_close(file, err);
    if (rc != SMC_OK)
        return rc;
    free(file->buffer);
    file->buffer = NULL;
    file->state = FILE_FINISHED;
    return SMC_OK;
}

int64_t smci_part_records(const struct smci_part *file)
{
    return file->records;
}

int64_t smci_part_bytes(const struct smci_part *file)
{
    return file->bytes;
}

/* ---- publishing ---- */

static enum smc_status publish_file(struct smci_part *file, struct smc_error *err)
{
    int error = smci_rename_new(file->set->dir_fd, file->part, file->name, SMCI_RENAME_NOREPLACE);
    if (error == EEXIST)
        return smc_error_set(err, SMC_ERR_IO, "%s: there is a file of that name; it was left alone",
                             file->path);
    if (error != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, error,
                                   "%s" PART_SUFFIX ": can't rename it to %s", file->path,
                                   file->name);
    return SMC_OK;
}

enum smc_status smci_fileset_publish(struct smci_fileset *set, struct smc_error *err)
{
    if (set->is_published)
        return smc_error_set(err, SMC_ERR_INTERNAL, "the set is published already");
    for (size_t i = 0; i < set->count; i++)
        if (set->files[i]->state != FILE_FINISHED)
            return smc_error_set(err, SMC_ERR_INTERNAL, "%s: it is not finished",
                                 set->files[i]->path);
    enum smc_status rc = SMC_OK;
    size_t done = 0;
    while (rc == SMC_OK && done < set->count) {
        if (done + 1 == set->count)
            rc = smci_dir_sync(set->dir_fd, set->directory, err);
        if (rc == SMC_OK)
            rc = publish_file(set->files[done], err);
        done += rc == SMC_OK;
    }
    if (rc == SMC_OK)
        rc = smci_dir_sync(set->dir_fd, set->directory, err);
    if (rc != SMC_OK) {
        /* Last first, so that the summary is never there without the rest. */
        while (done > 0)
            (void)unlinkat(set->dir_fd, set->files[--done]->name, 0);
        return rc;
    }
    set->is_published = true;
    for (size_t i = 0; i < set->count; i++)
        smc_log_write(set->log, SMC_LOG_INFO, "Wrote output file: %s (%" PRId64 " bytes)",
                      set->files[i]->path, set->files[i]->bytes);
    return SMC_OK;
}
