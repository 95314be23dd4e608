#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Of statfs(2). Where the kernel shows what it knows as files, nobody can add one. */
#define MAGIC_PROC  0x9fa0
#define MAGIC_SYSFS 0x62656572

/* ---- where ---- */

static void cut_slashes(char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
}

/* "/a/b" becomes "/a", "/a" becomes "/", "a" becomes ".". */
static void go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        path[0] = '.';
    path[!slash || slash == path ? 1 : slash - path] = '\0';
    cut_slashes(path);
}

/* The directory itself, or the nearest one above it that is there: that is where it would be made.
 * When there is none, false with errno, and `where` is what stands in the way. `where` is the
 * caller's; NULL when memory ran out. */
static bool find_there(const char *path, char **where)
{
    struct stat st;
    *where = strdup(path);
    if (!*where)
        return false;
    cut_slashes(*where);
    while (stat(*where, &st) != 0) {
        bool is_missing = errno == ENOENT && **where && strcmp(*where, ".") != 0;
        /* A link that leads nowhere is not replaced by a directory. */
        if (!is_missing || lstat(*where, &st) == 0)
            return false;
        go_up(*where);
    }
    errno = ENOTDIR;
    return S_ISDIR(st.st_mode);
}

/* The part of `path` below `where`, the directory that find_there has found for it. */
static const char *missing_part(const char *path, const char *where)
{
    size_t len = strlen(where);
    bool is_start = strncmp(path, where, len) == 0 &&
                    (where[len - 1] == '/' || path[len] == '/' || path[len] == '\0');
    path += is_start ? len : 0;
    return path + strspn(path, "/");
}

bool smci_cli_makes(const char *path, const char *directory)
{
    struct stat path_st;
    struct stat directory_st;
    char *path_where = NULL;
    char *directory_where = NULL;
    bool is_made = false;
    if (find_there(path, &path_where) && find_there(directory, &directory_where) &&
        stat(path_where, &path_st) == 0 && stat(directory_where, &directory_st) == 0 &&
        path_st.st_dev == directory_st.st_dev && path_st.st_ino == directory_st.st_ino) {
        const char *made = missing_part(path, path_where);
        const char *wanted = missing_part(directory, directory_where);
        size_t len = strlen(wanted);
        while (len > 0 && wanted[len - 1] == '/')
            len--;
        is_made = strncmp(made, wanted, len) == 0 && (made[len] == '/' || made[len] == '\0');
    }
    free(path_where);
    free(directory_where);
    return is_made;
}

const char *smci_cli_why_unwritable(const char *directory)
{
    struct statfs fs;
    /* By the rights that count when it is written to; a read-only file system is seen too. */
    if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) != 0)
        return strerror(errno);
    if (statfs(directory, &fs) == 0 && (fs.f_type == MAGIC_PROC || fs.f_type == MAGIC_SYSFS))
        return "on this file system nothing can be made";
    return NULL;
}

static void tell_unfit(struct smci_cli_checklist *list, const char *name, const char *path,
                       const char *where, const char *why, bool is_needed)
{
    bool is_above = strncmp(where, path, strlen(path)) != 0;
    const char *above = is_above ? where : "";
    const char *colon = is_above ? ": " : "";
    if (is_needed)
        smci_cli_failed(list, SMC_ERR_IO, name, "%s: can't be written to: %s%s%s", path, above,
                        colon, why);
    else
        smci_cli_warn(list, name, "%s: can't be written to: %s%s%s", path, above, colon, why);
}

bool smci_cli_check_place(struct smci_cli_checklist *list, const char *name, const char *path,
                          const char *setting, bool is_needed)
{
    char *where = NULL;
    const char *why = find_there(path, &where) ? smci_cli_why_unwritable(where) : strerror(errno);
    if (!why) {
        smci_cli_ok(list, name,
                    access(path, F_OK) == 0 ? "%s can be written to" : "%s would be made", path);
    } else {
        tell_unfit(list, name, path, where ? where : path, why, is_needed);
        smci_cli_remedy(list, "give %s a directory that the user who runs this may write to",
                        setting);
    }
    free(where);
    return !why;
}

/* ---- space ---- */

void smci_cli_judge_space(struct smci_cli_checklist *list, const char *path, uint64_t byte_count,
                          uint64_t inode_count)
{
    static const char name[] = "space";
    double mib = (double)byte_count / (1 << 20);
    bool is_gib = byte_count >= SMCI_CLI_SPACE_WARN;
    double shown = is_gib ? mib / 1024 : mib;
    const char *unit = is_gib ? "GiB" : "MiB";
    if (inode_count == 0) {
        smci_cli_failed(list, SMC_ERR_IO, name, "%s: no more files can be made there (inodes)",
                        path);
        smci_cli_remedy(list, "remove files that are no longer needed from that file system");
    } else if (byte_count < SMCI_CLI_SPACE_FAIL) {
        smci_cli_failed(list, SMC_ERR_IO, name, "%s: the disk is full: %.1f %s are free", path,
                        shown, unit);
        smci_cli_remedy(list, "make room on that file system");
    } else if (!is_gib) {
        smci_cli_warn(list, name, "%s: only %.1f %s are free", path, shown, unit);
        smci_cli_remedy(list, "make room on that file system: an extraction may need more");
    } else {
        smci_cli_ok(list, name, "%s: %.1f %s are free", path, shown, unit);
    }
}

void smci_cli_check_space(struct smci_cli_checklist *list, const char *path)
{
    struct statvfs fs;
    char *where = NULL;
    if (find_there(path, &where) && statvfs(where, &fs) == 0) {
        /* A file system that has no table of them counts 0 in all. */
        uint64_t inodes = fs.f_files > 0 ? fs.f_favail : 1;
        uint64_t bytes = 0;
        if (__builtin_mul_overflow((uint64_t)fs.f_bavail, (uint64_t)fs.f_frsize, &bytes))
            bytes = UINT64_MAX;
        smci_cli_judge_space(list, where, bytes, inodes);
    } else {
        smci_cli_untold(list, "space", "not tried: %s can't be examined", path);
    }
    free(where);
}
