#include "dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "num.h"
#include "own.h"

char *smci_dir_path(const char *directory, const char *name)
{
    size_t len = strlen(directory);
    const char *slash = len && directory[len - 1] == '/' ? "" : "/";
    char *path = NULL;
    return asprintf(&path, "%s%s%s", directory, slash, name) < 0 ? NULL : path;
}

/* Makes a new entry of a directory survive a power cut. A parent that may be passed but not read
 * can't be opened for that; it is not worth a failure. */
static enum smc_status sync_parent(const char *path, struct smc_error *err)
{
    char *parent = strdup(path);
    if (!parent)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", path);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent ? 1 : 0] = '\0';
    const char *name = slash ? parent : ".";
    enum smc_status rc = SMC_OK;
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        rc = smci_dir_sync(fd, name, err);
        (void)close(fd);
    }
    free(parent);
    return rc;
}

static enum smc_status make_one(const char *path, bool is_private, struct smc_error *err)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        if (!S_ISDIR(st.st_mode))
            return smc_error_set(err, SMC_ERR_IO, "%s: this is not a directory", path);
        return SMC_OK;
    }
    if (errno == ENOENT && mkdir(path, is_private ? 0700 : 0777) == 0) {
        if (is_private && chmod(path, 0700) != 0)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't give it mode 0700", path);
        return sync_parent(path, err);
    }
    int error = errno;
    /* Another process may have made it in between. */
    if (error == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return SMC_OK;
    return smc_error_set_errno(err, SMC_ERR_IO, error, "%s: can't make the directory", path);
}

enum smc_status smci_dir_make(const char *path, bool is_private, struct smc_error *err)
{
    char *copy = strdup(path);
    if (!copy)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", path);
    enum smc_status rc = SMC_OK;
    size_t len = strlen(copy);
    while (len > 1 && copy[len - 1] == '/')
        copy[--len] = '\0';
    if (len == 0)
        rc = smc_error_set(err, SMC_ERR_IO, "the directory's name is empty");
    for (size_t i = 1; rc == SMC_OK && i < len; i++) {
        if (copy[i] != '/' || copy[i - 1] == '/')
            continue;
        copy[i] = '\0';
        rc = make_one(copy, false, err);
        copy[i] = '/';
    }
    if (rc == SMC_OK)
        rc = make_one(copy, is_private, err);
    free(copy);
    return rc;
}

enum smc_status smci_dir_sync(int fd, const char *path, struct smc_error *err)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    /* Some file systems have no such call for directories and say so by EINVAL. */
    if (result != 0 && errno != EINVAL)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't sync the directory", path);
    return SMC_OK;
}

enum smc_status smci_private_file(const char *path, int *fd, struct smc_error *err)
{
    struct stat st;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (*fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno,
                                   "%s: can't open the file to read and write it", path);
    enum smc_status rc = smci_own_open_file(*fd, path, err);
    if (rc == SMC_OK &&
        (fstat(*fd, &st) != 0 || ((st.st_mode & 07777) != 0600 && fchmod(*fd, 0600) != 0)))
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't give it mode 0600", path);
    if (rc != SMC_OK) {
        (void)close(*fd);
        *fd = -1;
    }
    return rc;
}

/* The process that its holder has noted in the lock file; 0: none. */
static int64_t holder_of(int fd)
{
    char text[24];
    int64_t pid = 0;
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return smci_parse_int64(text, &pid) && pid > 0 ? pid : 0;
}

static enum smc_status locked(int fd, const char *path, struct smc_error *err)
{
    int64_t pid = holder_of(fd);
    if (pid == 0)
        return smc_error_set(err, SMC_ERR_LOCKED,
                             "%s: another run is at work here; wait until it has ended", path);
    return smc_error_set(err, SMC_ERR_LOCKED,
                         "%s: another run is at work here (process %lld); wait until it has ended",
                         path, (long long)pid);
}

/* The second lock is for looks alone, which can ask about it without taking it. Where there are none
 * of its kind, a look takes the first one for a moment: that must not refuse a run. */
static int lock_now(int fd)
{
    const struct timespec moment = {0, 50000000};
    struct flock shown = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int result = flock(fd, LOCK_EX | LOCK_NB);
    if (result != 0 && errno == EWOULDBLOCK) {
        (void)nanosleep(&moment, NULL);
        result = flock(fd, LOCK_EX | LOCK_NB);
    }
    if (result == 0)
        (void)fcntl(fd, F_OFD_SETLK, &shown);
    return result;
}

enum smc_status smci_lock_take(const char *path, int *fd, struct smc_error *err)
{
    enum smc_status rc = smci_private_file(path, fd, err);
    if (rc != SMC_OK)
        return rc;
    if (lock_now(*fd) == 0) {
        /* Who holds it is for the text only, so a full disk is not a reason to fail here. */
        char text[24];
        int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
        ssize_t put = ftruncate(*fd, 0) == 0 ? pwrite(*fd, text, (size_t)len, 0) : 0;
        (void)put;
        return SMC_OK;
    }
    if (errno == EWOULDBLOCK)
        rc = locked(*fd, path, err);
    else
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't lock it", path);
    (void)close(*fd);
    *fd = -1;
    return rc;
}

void smci_lock_release(int fd)
{
    if (fd < 0)
        return;
    /* The file stays: removing it would let two runs lock two files of one name. */
    int result = ftruncate(fd, 0);
    (void)result;
    (void)close(fd);
}

/* Whether another has locked the open file. 0, or an errno. */
static int ask_lock(int fd, bool *is_held)
{
    struct flock shown = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_GETLK, &shown) == 0) {
        *is_held = shown.l_type != F_UNLCK;
        return 0;
    }
    /* Shared, so that looks do not refuse each other. */
    bool is_free = flock(fd, LOCK_SH | LOCK_NB) == 0;
    *is_held = !is_free && errno == EWOULDBLOCK;
    return is_free || *is_held ? 0 : errno;
}

/* The lock file for reading. -1: it can't be opened; then `rc` is SMC_OK if it is not there. */
static int open_lock(const char *path, enum smc_status *rc, struct smc_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    bool is_absent = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    *rc = fd >= 0 || is_absent
              ? SMC_OK
              : smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't examine the lock", path);
    return fd;
}

static enum smc_status look(int fd, const char *path, bool *is_held, struct smc_error *err)
{
    int error = ask_lock(fd, is_held);
    return error ? smc_error_set_errno(err, SMC_ERR_IO, error, "%s: can't examine the lock", path)
                 : SMC_OK;
}

enum smc_status smci_lock_look(const char *path, struct smc_error *err)
{
    enum smc_status rc;
    bool is_held = false;
    int fd = open_lock(path, &rc, err);
    if (fd < 0)
        return rc;
    rc = smci_own_open_file(fd, path, err);
    if (rc == SMC_OK && faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't lock it", path);
    if (rc == SMC_OK)
        rc = look(fd, path, &is_held, err);
    if (is_held)
        rc = locked(fd, path, err);
    (void)close(fd);
    return rc;
}

enum smc_status smci_lock_ask(const char *path, bool *is_held, int64_t *pid, struct smc_error *err)
{
    enum smc_status rc;
    int fd = open_lock(path, &rc, err);
    *is_held = false;
    *pid = 0;
    if (fd < 0)
        return rc;
    rc = look(fd, path, is_held, err);
    if (*is_held)
        *pid = holder_of(fd);
    (void)close(fd);
    return rc;
}

static bool is_lacking(int error)
{
    return error == ENOSYS || error == EINVAL || error == EOPNOTSUPP;
}

static int drop_first_name(int dir_fd, const char *from, const char *to)
{
    if (unlinkat(dir_fd, from, 0) == 0)
        return 0;
    int error = errno;
    (void)unlinkat(dir_fd, to, 0);
    return error;
}

int smci_rename_new(int dir_fd, const char *from, const char *to, enum smci_rename_way way)
{
    if (way == SMCI_RENAME_NOREPLACE) {
        if (renameat2(dir_fd, from, dir_fd, to, RENAME_NOREPLACE) == 0)
            return 0;
        if (!is_lacking(errno))
            return errno;
    }
    if (way != SMCI_RENAME_LOOK) {
        if (linkat(dir_fd, from, dir_fd, to, 0) == 0)
            return drop_first_name(dir_fd, from, to);
        /* EPERM is what file systems without links answer. */
        if (!is_lacking(errno) && errno != EPERM)
            return errno;
    }
    struct stat st;
    if (fstatat(dir_fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return EEXIST;
    if (errno != ENOENT)
        return errno;
    return renameat(dir_fd, from, dir_fd, to) == 0 ? 0 : errno;
}
