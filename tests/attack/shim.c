/* Stands between a program and its files (LD_PRELOAD). Each call that changes the file system below
 * SHIM_ROOT is numbered, from 1 on:
 *
 *   SHIM_LOG=FILE      each call that succeeded is written there, with its bytes, for cuts.py
 *   SHIM_COUNT=FILE    gets a byte for each call
 *   SHIM_KILL=N        the process is killed before call N
 *   SHIM_FAIL=N:ERRNO  call N fails; with a + behind the errno, all from N on
 *
 * A record of the log is a line "OP INODE OFFSET LENGTH PATH[\tPATH]" and LENGTH bytes behind it. The
 * kernel is called directly, so that what is written for the log passes nothing of this. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PATH_BYTES 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls;

static void append(const char *name, const void *bytes, size_t len)
{
    const char *to = getenv(name);
    if (!to)
        return;
    long fd = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || syscall(SYS_write, fd, bytes, len) != (long)len)
        abort();
    (void)syscall(SYS_close, fd);
}

/* False, with errno, where the call is to fail. */
static bool may_go_on(void)
{
    (void)pthread_mutex_lock(&lock);
    long call = ++calls;
    (void)pthread_mutex_unlock(&lock);
    append("SHIM_COUNT", ".", 1);
    const char *kill_at = getenv("SHIM_KILL");
    if (kill_at && strtol(kill_at, NULL, 10) == call)
        (void)kill(getpid(), SIGKILL);
    const char *fail_at = getenv("SHIM_FAIL");
    if (!fail_at)
        return true;
    char *end;
    long from = strtol(fail_at, &end, 10);
    long code = *end == ':' ? strtol(end + 1, &end, 10) : EIO;
    if (call != from && !(*end == '+' && call > from))
        return true;
    errno = (int)code;
    return false;
}

static void record(char op, ino_t inode, off_t offset, const void *bytes, size_t len,
                   const char *path, const char *other)
{
    if (!getenv("SHIM_LOG"))
        return;
    char *text = malloc(len + 3 * (size_t)PATH_BYTES);
    if (!text)
        abort();
    int head =
        snprintf(text, 3 * (size_t)PATH_BYTES, "%c %lu %ld %zu %s%s%s\n", op, (unsigned long)inode,
                 (long)offset, len, path, other ? "\t" : "", other ? other : "");
    if (len)
        memcpy(text + head, bytes, len);
    append("SHIM_LOG", text, (size_t)head + len);
    free(text);
}

static bool is_ours(const char *path)
{
    const char *root = getenv("SHIM_ROOT");
    return root && strncmp(path, root, strlen(root)) == 0;
}

static bool follow(char to[PATH_BYTES], const char *link)
{
    ssize_t len = readlink(link, to, PATH_BYTES - 1);
    to[len < 0 ? 0 : len] = '\0';
    return len >= 0;
}

static bool of_fd(char to[PATH_BYTES], int fd)
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return follow(to, link) && is_ours(to);
}

static bool of_path(char to[PATH_BYTES], int dir, const char *path)
{
    char base[PATH_BYTES] = "";
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    if (path[0] != '/' && !follow(base, dir == AT_FDCWD ? "/proc/self/cwd" : link))
        return false;
    int len = snprintf(to, PATH_BYTES, "%s%s%s", base, base[0] ? "/" : "", path);
    return len < PATH_BYTES && is_ours(to);
}

static ino_t inode_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* ---- files ---- */

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
    char where[PATH_BYTES];
    struct stat st;
    bool is_there = syscall(SYS_newfstatat, dir, path, &st, 0) == 0;
    bool changes = (flags & O_CREAT && !is_there) || (flags & O_TRUNC && is_there);
    changes = changes && (flags & O_TMPFILE) != O_TMPFILE && of_path(where, dir, path);
    if (changes && !may_go_on())
        return -1;
    int fd = (int)syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0 && changes)
        record(is_there ? 'T' : 'C', inode_of(fd), 0, NULL, 0, where, NULL);
    return fd;
}

#define OPENS(name, ...)                                                                           \
    int name(__VA_ARGS__, int flags, ...)                                                          \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                    \
        va_end(more);                                                                              \
        return open_at(DIR_OF, path, flags, mode);                                                 \
    }
#define DIR_OF AT_FDCWD
OPENS(open, const char *path)
OPENS(open64, const char *path)
#undef DIR_OF
#define DIR_OF dir
OPENS(openat, int dir, const char *path)
OPENS(openat64, int dir, const char *path)

static ssize_t write_at(int fd, const void *bytes, size_t len, off_t offset)
{
    char where[PATH_BYTES];
    if (!of_fd(where, fd))
        return offset < 0 ? syscall(SYS_write, fd, bytes, len)
                          : syscall(SYS_pwrite64, fd, bytes, len, offset);
    if (!may_go_on())
        return -1;
    off_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) : offset;
    struct stat st;
    if (offset < 0 && fcntl(fd, F_GETFL) & O_APPEND && fstat(fd, &st) == 0)
        at = st.st_size;
    ssize_t done = offset < 0 ? syscall(SYS_write, fd, bytes, len)
                              : syscall(SYS_pwrite64, fd, bytes, len, offset);
    if (done > 0)
        record('W', inode_of(fd), at, bytes, (size_t)done, where, NULL);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return write_at(fd, bytes, len, -1);
}
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at(fd, bytes, len, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at(fd, bytes, len, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    char where[PATH_BYTES];
    if (!of_fd(where, fd))
        return syscall(SYS_writev, fd, parts, count);
    ssize_t sum = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = write_at(fd, parts[i].iov_base, parts[i].iov_len, -1);
        if (done < 0)
            return sum ? sum : -1;
        sum += done;
    }
    return sum;
}

static int one(long call, char op, int fd, off_t size)
{
    char where[PATH_BYTES];
    struct stat st;
    bool is_logged = of_fd(where, fd) && fstat(fd, &st) == 0;
    if (is_logged && !may_go_on())
        return -1;
    int rc = (int)syscall(call, fd, size);
    if (rc == 0 && is_logged)
        record(op == 'S' && S_ISDIR(st.st_mode) ? 'D' : op, st.st_ino, size, NULL, 0, where, NULL);
    return rc;
}

int ftruncate(int fd, off_t size)
{
    return one(SYS_ftruncate, 'T', fd, size);
}
int ftruncate64(int fd, off_t size)
{
    return one(SYS_ftruncate, 'T', fd, size);
}
int fsync(int fd)
{
    return one(SYS_fsync, 'S', fd, 0);
}
int fdatasync(int fd)
{
    return one(SYS_fdatasync, 'S', fd, 0);
}

/* ---- names ---- */

static int two(char op, int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    char old[PATH_BYTES];
    char new[PATH_BYTES];
    bool is_logged = of_path(old, from_dir, from) && of_path(new, to_dir, to);
    if (is_logged && !may_go_on())
        return -1;
    int rc = (int)(op == 'L' ? syscall(SYS_linkat, from_dir, from, to_dir, to, (int)flags)
                             : syscall(SYS_renameat2, from_dir, from, to_dir, to, flags));
    if (rc == 0 && is_logged)
        record(op, 0, 0, NULL, 0, old, new);
    return rc;
}

int rename(const char *from, const char *to)
{
    return two('R', AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int fd, const char *from, int td, const char *to)
{
    return two('R', fd, from, td, to, 0);
}
int renameat2(int fd, const char *from, int td, const char *to, unsigned f)
{
    return two('R', fd, from, td, to, f);
}
int link(const char *from, const char *to)
{
    return two('L', AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int fd, const char *from, int td, const char *to, int f)
{
    return two('L', fd, from, td, to, (unsigned)f);
}

static int name_at(char op, int dir, const char *path, unsigned more)
{
    char where[PATH_BYTES];
    bool is_logged = of_path(where, dir, path);
    if (is_logged && !may_go_on())
        return -1;
    int rc = (int)syscall(op == 'M' ? SYS_mkdirat : SYS_unlinkat, dir, path, more);
    if (rc == 0 && is_logged)
        record(op, 0, 0, NULL, 0, where, NULL);
    return rc;
}

int unlink(const char *path)
{
    return name_at('U', AT_FDCWD, path, 0);
}
int unlinkat(int dir, const char *path, int flags)
{
    return name_at('U', dir, path, (unsigned)flags);
}
int rmdir(const char *path)
{
    return name_at('U', AT_FDCWD, path, AT_REMOVEDIR);
}
int mkdir(const char *path, mode_t mode)
{
    return name_at('M', AT_FDCWD, path, mode);
}
int mkdirat(int dir, const char *path, mode_t mode)
{
    return name_at('M', dir, path, mode);
}
