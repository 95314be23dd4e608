#include "own.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_ours(uid_t owner)
{
    return owner == geteuid() || owner == 0;
}

static enum smc_status in_group(gid_t group, bool *is_in, struct smc_error *err)
{
    gid_t *groups = NULL;
    int count = getgroups(0, NULL);
    *is_in = group == getegid();
    if (*is_in || count <= 0)
        return SMC_OK;
    groups = calloc((size_t)count, sizeof *groups);
    if (!groups)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++)
        *is_in = *is_in || groups[i] == group;
    free(groups);
    return SMC_OK;
}

static enum smc_status refuse(const char *path, const char *what, struct smc_error *err)
{
    return smc_error_set(err, SMC_ERR_IO,
                         "%s: %s, so what is kept there can't be trusted: give it to the user who"
                         " runs this, alone (chown, chmod go-w), or name another state directory",
                         path, what);
}

static enum smc_status cant_examine(const char *path, int error, struct smc_error *err)
{
    return smc_error_set_errno(err, SMC_ERR_IO, error, "%s: can't examine it", path);
}

/* `path` has no slash at its end, which would lead behind a link. */
static enum smc_status check_directory(const char *path, struct smc_error *err)
{
    struct stat st;
    bool is_in = false;
    if (lstat(path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? SMC_OK : cant_examine(path, errno, err);
    if (S_ISLNK(st.st_mode) && !is_ours(st.st_uid))
        return refuse(path, "another user has made this link", err);
    if (S_ISLNK(st.st_mode) && stat(path, &st) != 0)
        return errno == ENOENT ? SMC_OK : cant_examine(path, errno, err);
    if (!is_ours(st.st_uid))
        return refuse(path, "this directory belongs to another user", err);
    if (st.st_mode & S_IWOTH)
        return refuse(path, "everybody may write to this directory", err);
    if (!(st.st_mode & S_IWGRP))
        return SMC_OK;
    enum smc_status rc = in_group(st.st_gid, &is_in, err);
    return rc == SMC_OK && !is_in
               ? refuse(path, "a group that this user is not in may write to this directory", err)
               : rc;
}

enum smc_status smci_own_directory(const char *path, struct smc_error *err)
{
    char *copy = strdup(path);
    if (!copy)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s: out of memory", path);
    size_t len = strlen(copy);
    while (len > 1 && copy[len - 1] == '/')
        copy[--len] = '\0';
    enum smc_status rc = check_directory(copy, err);
    free(copy);
    return rc;
}

static enum smc_status check_file(const struct stat *st, const char *path, struct smc_error *err)
{
    if (!S_ISREG(st->st_mode))
        return smc_error_set(err, SMC_ERR_IO, "%s: this is not a regular file", path);
    if (st->st_nlink > 1)
        return smc_error_set(err, SMC_ERR_IO,
                             "%s: this file has another name as well (a hard link), which would be"
                             " changed with it; remove this one",
                             path);
    return is_ours(st->st_uid) ? SMC_OK : refuse(path, "this file belongs to another user", err);
}

enum smc_status smci_own_file(const char *path, struct smc_error *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? SMC_OK : cant_examine(path, errno, err);
    return check_file(&st, path, err);
}

enum smc_status smci_own_open_file(int fd, const char *path, struct smc_error *err)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? check_file(&st, path, err) : cant_examine(path, errno, err);
}
