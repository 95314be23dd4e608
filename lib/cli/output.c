#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/claim.h"
#include "lib/base/dir.h"
#include "lib/base/text.h"

#include "place.h"
#include "target.h"

#define BUFFER_BYTES ((size_t)64 * 1024)

/* Once the run is to stop, a reader has so long for its next read. */
#define GRACE_MS 500

/* So many runs may write to the same path at once. */
#define PARTS 10

struct smci_cli_output {
    char *path; /* for texts */
    struct smci_cli_target target;
    char *part; /* the file's name until it is renamed; NULL: written to as it is */
    int fd;
    int stop_fd;
    struct smc_error failure; /* the first one */
    size_t used;
    char buffer[BUFFER_BYTES];
};

/* ---- whether it could be written ---- */

/* One that is missing now may be there when it is written. */
static bool is_made(const char *const *made, const struct smci_cli_target *target)
{
    if (target->dir_fd >= 0 || !target->name || !*target->name)
        return false;
    for (; made && *made; made++)
        if (smci_cli_makes(*made, target->directory))
            return true;
    return false;
}

enum smc_status smci_cli_output_check(const char *path, const char *const *made,
                                      struct smc_error *err)
{
    struct smci_cli_target target;
    struct smc_error found = SMC_ERROR_INIT;
    const char *why = NULL;
    enum smc_status rc = smci_cli_target_find(&target, path, &found);
    if (rc == SMC_ERR_IO && is_made(made, &target))
        rc = SMC_OK;
    else if (rc == SMC_OK && target.kind == SMCI_CLI_TARGET_FILE) /* it is replaced */
        why = smci_cli_why_unwritable(target.directory);
    else if (rc == SMC_OK && target.kind == SMCI_CLI_TARGET_AS_IS &&
             faccessat(target.dir_fd, target.name, W_OK, AT_EACCESS) != 0)
        rc = smc_error_set_errno(&found, SMC_ERR_IO, errno, "%s: can't be written", path);
    if (why)
        rc =
            smc_error_set(&found, SMC_ERR_IO, "%s: can't be written to: %s", target.directory, why);
    smci_cli_target_clear(&target);
    if (rc != SMC_OK)
        (void)smc_error_copy(err, &found);
    return rc;
}

bool smci_cli_output_is_data(const char *path, const char *directory)
{
    struct smci_cli_target target;
    struct stat own;
    struct stat sent;
    bool is_file = smci_cli_target_find(&target, path, NULL) == SMC_OK &&
                   target.kind == SMCI_CLI_TARGET_FILE &&
                   (smci_has_suffix(target.name, ".json") || smci_has_suffix(target.name, ".csv"));
    bool is_there = is_file && fstat(target.dir_fd, &own) == 0 && stat(directory, &sent) == 0 &&
                    own.st_dev == sent.st_dev && own.st_ino == sent.st_ino;
    smci_cli_target_clear(&target);
    return is_there;
}

/* ---- beginning ---- */

/* One name, once what a killed run left of it is gone. */
static int claim(struct smci_cli_output *out)
{
    int left_fd = -1;
    int error = smci_claim_make(out->target.dir_fd, out->part, &out->fd);
    if (error != EEXIST)
        return error;
    if (smci_claim_take_over(out->target.dir_fd, out->part, &left_fd) != 0)
        return EEXIST;
    (void)unlinkat(out->target.dir_fd, out->part, 0);
    (void)close(left_fd);
    return smci_claim_make(out->target.dir_fd, out->part, &out->fd);
}

static enum smc_status open_part(struct smci_cli_output *out, struct smc_error *err)
{
    int error = EEXIST;
    for (int i = 0; error == EEXIST && i < PARTS; i++) {
        char number[16] = "";
        if (i)
            (void)snprintf(number, sizeof number, ".%d", i);
        free(out->part);
        /* Longer ones would not fit; two paths that are the same so far only get other numbers. */
        if (asprintf(&out->part, ".%.240s%s.part", out->target.name, number) < 0) {
            out->part = NULL;
            return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
        }
        error = claim(out);
    }
    if (error == 0)
        return SMC_OK;
    (void)smc_error_set_errno(err, SMC_ERR_IO, error,
                              "%s: can't be written: the temporary file %s beside it", out->path,
                              out->part);
    free(out->part);
    out->part = NULL;
    return SMC_ERR_IO;
}

static enum smc_status open_as_it_is(struct smci_cli_output *out, struct smc_error *err)
{
    out->fd = openat(out->target.dir_fd, out->target.name,
                     O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (out->fd < 0 && errno == ENXIO)
        return smc_error_set(err, SMC_ERR_IO, "%s: can't be written: nobody reads from it",
                             out->path);
    return out->fd >= 0
               ? SMC_OK
               : smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be written", out->path);
}

static enum smc_status open_target(struct smci_cli_output *out, const char *path,
                                   struct smc_error *err)
{
    enum smc_status rc = smci_cli_target_find(&out->target, path, err);
    if (rc != SMC_OK)
        return rc;
    if (out->target.kind == SMCI_CLI_TARGET_FILE)
        return open_part(out, err);
    if (out->target.kind == SMCI_CLI_TARGET_AS_IS)
        return open_as_it_is(out, err);
    out->fd = fcntl(out->target.fd, F_DUPFD_CLOEXEC, 0);
    return out->fd >= 0
               ? SMC_OK
               : smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be written", out->path);
}

enum smc_status smci_cli_output_open(struct smci_cli_output **out, const char *path, int stop_fd,
                                     struct smc_error *err)
{
    *out = NULL;
    struct smci_cli_output *made = calloc(1, sizeof *made);
    if (!made)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    made->target = (struct smci_cli_target)SMCI_CLI_TARGET_INIT;
    made->fd = -1;
    made->stop_fd = stop_fd;
    smc_error_reset(&made->failure);
    made->path = strdup(strcmp(path, "-") == 0 ? "standard output" : path);
    enum smc_status rc =
        made->path ? open_target(made, path, err)
                   : smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    if (rc == SMC_OK)
        *out = made;
    else
        smci_cli_output_abort(made);
    return rc;
}

/* ---- writing ---- */

static void fail(struct smci_cli_output *out, int error)
{
    (void)smc_error_set_errno(&out->failure, SMC_ERR_IO, error, "%s: can't be written", out->path);
}

/* Waits until the reader has room. False, with the failure noted, when the run is to stop, and it
 * reads nothing. */
static bool wait_for_room(struct smci_cli_output *out)
{
    struct pollfd fds[] = {{out->fd, POLLOUT, 0}, {out->stop_fd, POLLIN, 0}};
    int ready = poll(fds, 2, -1);
    if (ready > 0 && !fds[0].revents)
        ready = poll(fds, 1, GRACE_MS);
    if (ready > 0 || (ready < 0 && errno == EINTR))
        return true;
    if (ready < 0)
        fail(out, errno);
    else
        (void)smc_error_set(&out->failure, SMC_ERR_CANCELLED,
                            "%s: stopped before its reader had taken it all", out->path);
    return false;
}

/* What is written to as it is may be a pipe that others share, and that waits: after poll it takes
 * PIPE_BUF bytes at once. */
static void write_all(struct smci_cli_output *out, const char *bytes, size_t len)
{
    while (len > 0 && out->failure.code == SMC_OK) {
        if (!out->part && !wait_for_room(out))
            return;
        size_t most = out->part ? len : PIPE_BUF;
        ssize_t put = write(out->fd, bytes, len < most ? len : most);
        if (put < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (put <= 0) {
            fail(out, put < 0 ? errno : EIO);
            return;
        }
        bytes += put;
        len -= (size_t)put;
    }
}

void smci_cli_output_add(struct smci_cli_output *out, const char *bytes, size_t len)
{
    if (len > BUFFER_BYTES - out->used) {
        write_all(out, out->buffer, out->used);
        out->used = 0;
    }
    if (len > BUFFER_BYTES) {
        write_all(out, bytes, len);
    } else if (len) {
        (void)memcpy(out->buffer + out->used, bytes, len);
        out->used += len;
    }
}

void smci_cli_output_text(struct smci_cli_output *out, const char *text)
{
    smci_cli_output_add(out, text, strlen(text));
}

/* ---- the end ---- */

static void put_in_place(struct smci_cli_output *out)
{
    struct smc_error *failure = &out->failure;
    int dir_fd = out->target.dir_fd;
    if (fsync(out->fd) != 0)
        fail(out, errno);
    else if (renameat(dir_fd, out->part, dir_fd, out->target.name) != 0)
        (void)smc_error_set_errno(failure, SMC_ERR_IO, errno, "%s: can't rename %s to it",
                                  out->path, out->part);
    else {
        free(out->part);
        out->part = NULL;
        if (out->target.is_readable)
            (void)smci_dir_sync(dir_fd, out->path, failure);
    }
}

enum smc_status smci_cli_output_commit(struct smci_cli_output *out, struct smc_error *err)
{
    write_all(out, out->buffer, out->used);
    if (out->part && out->failure.code == SMC_OK)
        put_in_place(out);
    enum smc_status rc = smc_error_copy(err, &out->failure);
    smci_cli_output_abort(out);
    return rc;
}

void smci_cli_output_abort(struct smci_cli_output *out)
{
    if (!out)
        return;
    if (out->part)
        (void)unlinkat(out->target.dir_fd, out->part, 0);
    if (out->fd >= 0)
        (void)close(out->fd); /* what it could tell, fsync has told */
    smci_cli_target_clear(&out->target);
    free(out->part);
    free(out->path);
    free(out);
}
