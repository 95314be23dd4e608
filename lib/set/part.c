#include "part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/dir.h"

#define BUFFER_BYTES ((size_t)64 * 1024)

enum part_state { PART_OPEN, PART_FINISHED, PART_FAILED };

struct smci_part {
    int dir_fd; /* borrowed */
    char *name; /* TS-NAME.json */
    char *part; /* the name until it is published */
    char *path; /* DIRECTORY/TS-NAME.json, for texts */
    int fd;     /* -1 once finished */
    enum part_state state;
    bool is_text;
    int64_t records;
    int64_t bytes; /* written and buffered */
    size_t used;   /* of `buffer` */
    char *buffer;  /* NULL once finished */
};

/* ---- life ---- */

void smci_part_free(struct smci_part *part)
{
    if (!part)
        return;
    if (part->fd >= 0)
        (void)close(part->fd);
    free(part->buffer);
    free(part->path);
    free(part->part);
    free(part->name);
    free(part);
}

enum smc_status smci_part_remove(const struct smci_part *part, struct smc_error *err)
{
    if (unlinkat(part->dir_fd, part->part, 0) == 0 || errno == ENOENT)
        return SMC_OK;
    return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s" SMCI_PART_SUFFIX ": can't remove it",
                               part->path);
}

/* False when memory runs out; what was allocated is the part's. */
static bool allocate(struct smci_part *part, const struct smci_part_place *place, const char *name)
{
    if (asprintf(&part->name, "%" PRId64 "-%s.json", place->timestamp, name) < 0)
        part->name = NULL;
    if (!part->name || asprintf(&part->part, "%s" SMCI_PART_SUFFIX, part->name) < 0)
        part->part = NULL;
    if (part->name)
        part->path = smci_dir_path(place->directory, part->name);
    part->buffer = malloc(BUFFER_BYTES);
    return part->name && part->part && part->path && part->buffer;
}

static int open_part(const struct smci_part *part, int made_fd)
{
    return made_fd >= 0 ? fcntl(made_fd, F_DUPFD_CLOEXEC, 0)
                        : openat(part->dir_fd, part->part,
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
}

enum smc_status smci_part_new(struct smci_part **out, const struct smci_part_place *place,
                              const char *name, int made_fd, struct smc_error *err)
{
    *out = NULL;
    struct smci_part *part = calloc(1, sizeof *part);
    if (part) {
        part->dir_fd = place->dir_fd;
        part->fd = -1;
    }
    if (!part || !allocate(part, place, name)) {
        smci_part_free(part);
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", name);
    }
    part->fd = open_part(part, made_fd);
    if (part->fd < 0) {
        (void)smc_error_set_errno(err, SMC_ERR_IO, errno, "%s" SMCI_PART_SUFFIX ": can't create it",
                                  part->path);
        smci_part_free(part);
        return SMC_ERR_IO;
    }
    *out = part;
    return SMC_OK;
}

/* ---- writing ---- */

/* A file that failed on disk stays failed: one with a hole must never be finished. */
static enum smc_status lose(struct smci_part *part, int error, const char *what,
                            struct smc_error *err)
{
    part->state = PART_FAILED;
    return smc_error_set_errno(err, SMC_ERR_IO, error, "%s" SMCI_PART_SUFFIX ": can't %s it",
                               part->path, what);
}

static enum smc_status check_open(const struct smci_part *part, struct smc_error *err)
{
    if (part->state == PART_FAILED)
        return smc_error_set(err, SMC_ERR_IO, "%s" SMCI_PART_SUFFIX ": writing it failed before",
                             part->path);
    if (part->state == PART_FINISHED)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: it is finished already", part->path);
    return SMC_OK;
}

static enum smc_status write_all(struct smci_part *part, const char *bytes, size_t len,
                                 struct smc_error *err)
{
    while (len > 0) {
        ssize_t put = write(part->fd, bytes, len < SSIZE_MAX ? len : SSIZE_MAX);
        if (put < 0 && errno == EINTR)
            continue;
        /* A regular file takes at least one byte or says why not. */
        if (put <= 0)
            return lose(part, put < 0 ? errno : EIO, "write", err);
        bytes += put;
        len -= (size_t)put;
    }
    return SMC_OK;
}

static enum smc_status flush(struct smci_part *part, struct smc_error *err)
{
    enum smc_status rc = write_all(part, part->buffer, part->used, err);
    part->used = 0;
    return rc;
}

static enum smc_status put(struct smci_part *part, const char *bytes, size_t len,
                           struct smc_error *err)
{
    part->bytes += (int64_t)len;
    if (len > BUFFER_BYTES - part->used) {
        enum smc_status rc = flush(part, err);
        if (rc != SMC_OK)
            return rc;
        if (len >= BUFFER_BYTES)
            return write_all(part, bytes, len, err);
    }
    if (len)
        (void)memcpy(part->buffer + part->used, bytes, len);
    part->used += len;
    return SMC_OK;
}

enum smc_status smci_part_record(struct smci_part *part, struct smc_error *err)
{
    enum smc_status rc = check_open(part, err);
    if (rc != SMC_OK)
        return rc;
    if (part->is_text)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: it is a text, not an array", part->path);
    return put(part, part->records++ ? ",\n" : "[\n", 2, err);
}

enum smc_status smci_part_write(struct smci_part *part, const char *bytes, size_t len,
                                struct smc_error *err)
{
    enum smc_status rc = check_open(part, err);
    if (rc != SMC_OK)
        return rc;
    if (part->records == 0)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: no record was begun", part->path);
    return put(part, bytes, len, err);
}

enum smc_status smci_part_text(struct smci_part *part, const char *bytes, size_t len,
                               struct smc_error *err)
{
    enum smc_status rc = check_open(part, err);
    if (rc != SMC_OK)
        return rc;
    if (part->records || part->is_text)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: something was written to it before",
                             part->path);
    part->is_text = true;
    return put(part, bytes, len, err);
}

/* After a failed fsync the kernel may count the pages as clean: it is never tried again. */
static enum smc_status sync_and_close(struct smci_part *part, struct smc_error *err)
{
    int result;
    do {
        result = fsync(part->fd);
    } while (result != 0 && errno == EINTR);
    if (result != 0)
        return lose(part, errno, "sync", err);
    result = close(part->fd);
    part->fd = -1;
    if (result != 0 && errno != EINTR)
        return lose(part, errno, "close", err);
    return SMC_OK;
}

enum smc_status smci_part_finish(struct smci_part *part, struct smc_error *err)
{
    enum smc_status rc = check_open(part, err);
    if (rc == SMC_OK && !part->is_text)
        rc = part->records ? put(part, "\n]\n", 3, err) : put(part, "[]\n", 3, err);
    if (rc == SMC_OK)
        rc = flush(part, err);
    if (rc == SMC_OK)
        rc = sync_and_close(part, err);
    if (rc != SMC_OK)
        return rc;
    free(part->buffer);
    part->buffer = NULL;
    part->state = PART_FINISHED;
    return SMC_OK;
}

int64_t smci_part_records(const struct smci_part *part)
{
    return part->records;
}

int64_t smci_part_bytes(const struct smci_part *part)
{
    return part->bytes;
}

const char *smci_part_path(const struct smci_part *part)
{
    return part->path;
}

/* ---- publishing ---- */

enum smc_status smci_part_check_finished(const struct smci_part *part, struct smc_error *err)
{
    if (part->state == PART_FINISHED)
        return SMC_OK;
    return smc_error_set(err, SMC_ERR_INTERNAL, "%s: it is not finished", part->path);
}

enum smc_status smci_part_publish(struct smci_part *part, struct smc_error *err)
{
    int error = smci_rename_new(part->dir_fd, part->part, part->name, SMCI_RENAME_NOREPLACE);
    if (error == EEXIST)
        return smc_error_set(err, SMC_ERR_IO, "%s: there is a file of that name; it was left alone",
                             part->path);
    if (error != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, error,
                                   "%s" SMCI_PART_SUFFIX ": can't rename it to %s", part->path,
                                   part->name);
    return SMC_OK;
}

bool smci_part_withdraw(struct smci_part *part)
{
    return renameat(part->dir_fd, part->name, part->dir_fd, part->part) == 0;
}
