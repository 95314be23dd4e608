#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

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

static void tell_unfit(struct smc_cli_checklist *list, const char *name, const char *path,
                       const char *where, bool is_needed)
{
    const char *why = strerror(errno);
    bool is_above = strncmp(where, path, strlen(path)) != 0;
    const char *above = is_above ? where : "";
    const char *colon = is_above ? ": " : "";
    if (is_needed)
        smc_cli_failed(list, SMC_ERR_IO, name, "%s: can't be written to: %s%s%s", path, above,
                       colon, why);
    else
        smc_cli_warn(list, name, "%s: can't be written to: %s%s%s", path, above, colon, why);
}

bool smc_cli_check_place(struct smc_cli_checklist *list, const char *name, const char *path,
                         const char *setting, bool is_needed)
{
    char *where = NULL;
    /* By the rights that count when it is written to; a read-only file system is seen too. */
    bool is_fit =
        find_there(path, &where) && faccessat(AT_FDCWD, where, W_OK | X_OK, AT_EACCESS) == 0;
    if (is_fit) {
        smc_cli_ok(list, name,
                   access(path, F_OK) == 0 ? "%s can be written to" : "%s would be made", path);
    } else {
        tell_unfit(list, name, path, where ? where : path, is_needed);
        smc_cli_remedy(list, "give %s a directory that the user who runs this may write to",
                       setting);
    }
    free(where);
    return is_fit;
}

/* ---- space ---- */

void smc_cli_judge_space(struct smc_cli_checklist *list, const char *path, uint64_t byte_count,
                         uint64_t inode_count)
{
    static const char name[] = "space";
    double mib = (double)byte_count / (1 << 20);
    bool is_gib = byte_count >= SMC_CLI_SPACE_WARN;
    double shown = is_gib ? mib / 1024 : mib;
    const char *unit = is_gib ? "GiB" : "MiB";
    if (inode_count == 0) {
        smc_cli_failed(list, SMC_ERR_IO, name, "%s: no more files can be made there (inodes)",
                       path);
        smc_cli_remedy(list, "remove files that are no longer needed from that file system");
    } else if (byte_count < SMC_CLI_SPACE_FAIL) {
        smc_cli_failed(list, SMC_ERR_IO, name, "%s: the disk is full: %.1f %s are free", path,
                       shown, unit);
        smc_cli_remedy(list, "make room on that file system");
    } else if (!is_gib) {
        smc_cli_warn(list, name, "%s: only %.1f %s are free", path, shown, unit);
        smc_cli_remedy(list, "make room on that file system: an extraction may need more");
    } else {
        smc_cli_ok(list, name, "%s: %.1f %s are free", path, shown, unit);
    }
}

void smc_cli_check_space(struct smc_cli_checklist *list, const char *path)
{
    struct statvfs fs;
    char *where = NULL;
    if (find_there(path, &where) && statvfs(where, &fs) == 0) {
        /* A file system that has no table of them counts 0 in all. */
        uint64_t inodes = fs.f_files > 0 ? fs.f_favail : 1;
        uint64_t bytes = 0;
        if (__builtin_mul_overflow((uint64_t)fs.f_bavail, (uint64_t)fs.f_frsize, &bytes))
            bytes = UINT64_MAX;
        smc_cli_judge_space(list, where, bytes, inodes);
    } else {
        smc_cli_untold(list, "space", "not tried: %s can't be looked at", path);
    }
    free(where);
}
