#include "claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Another may have removed the name, and made a new file of it, before the lock was ours. */
static bool is_named(int dir_fd, const char *name, int fd)
{
    struct stat ours;
    struct stat named;
    return fstat(fd, &ours) == 0 && fstatat(dir_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static int give_up(int *fd, int error)
{
    (void)close(*fd);
    *fd = -1;
    return error;
}

int smci_claim_make(int dir_fd, const char *name, int *fd)
{
    *fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (*fd < 0)
        return errno;
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
        /* Who has it took the file for left over in the moment before, and removes it. */
        return errno == EWOULDBLOCK ? give_up(fd, EEXIST) : 0;
    return is_named(dir_fd, name, *fd) ? 0 : give_up(fd, EEXIST);
}

int smci_claim_take_over(int dir_fd, const char *name, int *fd)
{
    struct stat st;
    /* NFS locks exclusively only what can be written. */
    *fd = openat(dir_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0)
        return errno;
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
        return give_up(fd, EINVAL);
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
        return give_up(fd, errno);
    return is_named(dir_fd, name, *fd) ? 0 : give_up(fd, ENOENT);
}
