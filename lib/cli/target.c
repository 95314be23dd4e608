#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/num.h"

/* ---- what was open at the start ---- */

/* The descriptor that the path names, -1 for another path. They are links, which /proc makes. */
static int own_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    int64_t fd = -1;
    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0 &&
            smci_parse_int64(path + strlen(folders[i]), &fd) && fd >= 0 && fd <= INT_MAX)
            return (int)fd;
    return -1;
}

bool smci_cli_target_is_stdout(const char *path)
{
    return own_descriptor(path) == STDOUT_FILENO;
}

static enum smc_status find_open(struct smci_cli_target *target, const char *path,
                                 struct smc_error *err)
{
    int flags = fcntl(target->fd, F_GETFL);
    int own = fcntl(target->fd, F_GETFD);
    /* What was opened since, such as the state file, is not passed on to other programs. */
    if (flags != -1 && (flags & O_ACCMODE) != O_RDONLY && own != -1 && !(own & FD_CLOEXEC))
        return SMC_OK;
    return smc_error_set(err, SMC_ERR_IO, "%s is closed or can't be written to",
                         target->fd == STDOUT_FILENO ? "standard output" : path);
}

/* ---- what has a name ---- */

/* "/a/b" is "b" in "/a", "/a" is "a" in "/", "a" is "a" in ".". False when memory runs out. */
static bool split(struct smci_cli_target *target, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == path ? 1 : (size_t)(slash - path);
    target->directory = slash ? strndup(path, len) : strdup(".");
    target->name = strdup(slash ? slash + 1 : path);
    return target->directory && target->name;
}

static enum smc_status open_directory(struct smci_cli_target *target, struct smc_error *err)
{
    const char *directory = target->directory;
    target->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    target->is_readable = target->dir_fd >= 0;
    if (target->dir_fd < 0 && errno == EACCES) /* it may let files be made all the same */
        target->dir_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (target->dir_fd >= 0)
        return SMC_OK;
    if (errno == ENOENT)
        return smc_error_set(err, SMC_ERR_IO, "%s: the directory does not exist", directory);
    if (errno == ENOTDIR)
        return smc_error_set(err, SMC_ERR_IO, "%s: this is not a directory", directory);
    return smc_error_set_errno(err, SMC_ERR_IO, errno, "%.300s: can't open the directory",
                               directory);
}

static enum smc_status judge(struct smci_cli_target *target, const char *path,
                             struct smc_error *err)
{
    struct stat st = {.st_mode = S_IFDIR};
    target->kind = SMCI_CLI_TARGET_FILE;
    if (*target->name && fstatat(target->dir_fd, target->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT
                   ? SMC_OK
                   : smc_error_set_errno(err, SMC_ERR_IO, errno, "%.300s: can't be written", path);
    if (S_ISREG(st.st_mode))
        return SMC_OK;
    target->kind = SMCI_CLI_TARGET_AS_IS;
    if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
        return SMC_OK;
    const char *what = "is not a file, a FIFO or a character device";
    if (S_ISDIR(st.st_mode))
        what = "is a directory; a file is expected";
    else if (S_ISLNK(st.st_mode))
        what = "is a symbolic link; name the file that it leads to";
    return smc_error_set(err, SMC_ERR_IO, "%s: this %s", path, what);
}

enum smc_status smci_cli_target_find(struct smci_cli_target *target, const char *path,
                                     struct smc_error *err)
{
    *target = (struct smci_cli_target)SMCI_CLI_TARGET_INIT;
    target->fd = own_descriptor(path);
    if (target->fd >= 0)
        return find_open(target, path, err);
    if (!split(target, path))
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    enum smc_status rc = open_directory(target, err);
    return rc == SMC_OK ? judge(target, path, err) : rc;
}

void smci_cli_target_clear(struct smci_cli_target *target)
{
    if (target->dir_fd >= 0)
        (void)close(target->dir_fd);
    free(target->directory);
    free(target->name);
    *target = (struct smci_cli_target)SMCI_CLI_TARGET_INIT;
}
