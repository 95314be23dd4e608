#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/base/text.h"
#include "lib/cli/given_path.h"

#define SUMMARY "summary.json"

const char *upload_state_name(enum upload_state state)
{
    static const char *const names[] = {
        [UPLOAD_WAITING] = "waiting", [UPLOAD_SENT] = "sent",       [UPLOAD_FAILED] = "failed",
        [UPLOAD_CUT] = "cut",         [UPLOAD_CHANGED] = "changed", [UPLOAD_HELD] = "held",
        [UPLOAD_SKIPPED] = "skipped"};
    return names[state];
}

/* ---- names ---- */

size_t upload_set_len(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return digits > 0 && name[digits] == '-' ? digits + 1 : 0;
}

int64_t upload_set_stamp(const char *name)
{
    char digits[32];
    int64_t stamp = 0;
    size_t len = upload_set_len(name);
    if (len < 2 || len > sizeof digits)
        return 0;
    (void)snprintf(digits, sizeof digits, "%.*s", (int)len - 1, name);
    return smci_parse_int64(digits, &stamp) ? stamp : 0;
}

bool upload_is_summary(const char *name)
{
    size_t len = upload_set_len(name);
    return len > 0 && strcmp(name + len, SUMMARY) == 0;
}

bool upload_is_same_set(const char *a, const char *b)
{
    size_t len = upload_set_len(a);
    return len > 0 && strncmp(a, b, len) == 0;
}

/* The names of a set stand together in any case, since they begin alike; only within it the summary
 * is moved. */
static int compare(const void *a, const void *b)
{
    const char *left = ((const struct upload_file *)a)->name;
    const char *right = ((const struct upload_file *)b)->name;
    if (upload_is_same_set(left, right)) {
        int summaries = upload_is_summary(left) - upload_is_summary(right);
        if (summaries != 0)
            return summaries;
    }
    return strcmp(left, right);
}

/* ---- the list ---- */

static enum smc_status make_room(struct upload_files *files)
{
    if (files->count < files->allocated)
        return SMC_OK;
    size_t more = files->allocated ? files->allocated * 2 : 16;
    struct upload_file *items = reallocarray(files->items, more, sizeof *items);
    if (!items)
        return SMC_ERR_NOMEM;
    files->items = items;
    files->allocated = more;
    return SMC_OK;
}

static enum smc_status add(struct upload_files *files, const char *name)
{
    if (make_room(files) != SMC_OK)
        return SMC_ERR_NOMEM;
    struct upload_file *file = &files->items[files->count];
    *file = (struct upload_file){.record_count = -1};
    if (asprintf(&file->name, "%s", name) < 0)
        return SMC_ERR_NOMEM;
    files->count++;
    return SMC_OK;
}

static void forget(struct upload_file *file)
{
    free(file->name);
    free(file->why);
    free(file->destination);
    free(file->organization);
    free(file->host);
}

void upload_files_clear(struct upload_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        forget(&files->items[i]);
    free(files->items);
    free(files->directory);
    if (files->dir_fd >= 0)
        (void)close(files->dir_fd);
    *files = (struct upload_files)UPLOAD_FILES_INIT;
}

const char *upload_files_base(const struct upload_files *files, size_t index)
{
    const char *name = files->items[index].name;
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

enum smc_status upload_files_set_destination(struct upload_files *files, size_t index,
                                             const char *origin, const char *target)
{
    char *made = NULL;
    if (asprintf(&made, "%s%s", origin, target) < 0)
        return SMC_ERR_NOMEM;
    free(files->items[index].destination);
    files->items[index].destination = made;
    return SMC_OK;
}

enum smc_status upload_files_path(const struct upload_files *files, size_t index,
                                  struct smc_buf *out)
{
    const char *dir = files->directory ? files->directory : "";
    const char *slash = *dir && !smci_has_suffix(dir, "/") ? "/" : "";
    return smc_buf_addf(out, "%s%s%s", dir, slash, files->items[index].name);
}

void upload_files_drop_extras(struct upload_files *files)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].is_extra)
            forget(&files->items[i]);
        else
            files->items[kept++] = files->items[i];
    files->count = kept;
}

/* ---- opening ---- */

static struct upload_identity identity_of(const struct stat *st)
{
    return (struct upload_identity){st->st_dev, st->st_ino, st->st_size, st->st_mtim, st->st_ctim};
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct upload_identity *a, const struct upload_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           is_same_time(a->modified, b->modified);
}

bool upload_files_is_same(int fd, const struct upload_identity *identity)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    struct upload_identity now = identity_of(&st);
    return is_same(&now, identity);
}

bool upload_files_is_untouched(int fd, const struct upload_identity *identity)
{
    struct stat st;
    return upload_files_is_same(fd, identity) && fstat(fd, &st) == 0 &&
           is_same_time(st.st_ctim, identity->touched);
}

/* `where` goes before the name in a text. */
static enum smc_status open_file(int dir_fd, const char *where, const char *name, int *fd,
                                 struct upload_identity *identity, struct smc_error *err)
{
    struct stat st;
    const char *slash = *where && !smci_has_suffix(where, "/") ? "/" : "";
    /* Without O_NONBLOCK a FIFO would wait for a writer. */
    *fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (*fd < 0 || fstat(*fd, &st) != 0)
        (void)smc_error_set_errno(err, SMC_ERR_IO, errno, "%s%s%s: can't be read", where, slash,
                                  errno == ENOENT ? smci_path_shown_missing(name) : name);
    else if (S_ISDIR(st.st_mode))
        (void)smc_error_set(err, SMC_ERR_IO, "%s%s%s: this is a directory; a file is expected",
                            where, slash, name);
    else if (!S_ISREG(st.st_mode))
        (void)smc_error_set(err, SMC_ERR_IO, "%s%s%s: not a regular file", where, slash, name);
    else if (st.st_size == 0)
        (void)smc_error_set(err, SMC_ERR_IO, "%s%s%s: the file is empty", where, slash, name);
    else {
        *identity = identity_of(&st);
        return SMC_OK;
    }
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    return SMC_ERR_IO;
}

enum smc_status upload_files_open(const struct upload_files *files, size_t index, int *fd,
                                  struct upload_identity *identity, struct smc_error *err)
{
    const struct upload_file *file = &files->items[index];
    enum smc_status rc =
        open_file(files->directory ? files->dir_fd : AT_FDCWD,
                  files->directory ? files->directory : "", file->name, fd, identity, err);
    if (rc != SMC_OK || !file->is_checked || is_same(identity, &file->identity))
        return rc;
    (void)close(*fd);
    *fd = -1;
    return smc_error_set(err, SMC_ERR_IO, "%s: the file has changed since it was checked",
                         file->name);
}

enum smc_status upload_files_one(struct upload_files *files, const char *path,
                                 struct smc_error *err)
{
    enum smc_status rc = add(files, path);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    int fd;
    struct upload_identity identity;
    rc = upload_files_open(files, 0, &fd, &identity, err);
    if (rc == SMC_OK)
        (void)close(fd);
    return rc;
}

/* ---- a directory ---- */

static enum smc_status read_names(struct upload_files *files, struct smc_error *err)
{
    /* A descriptor of its own, since closedir closes it. */
    int fd = openat(files->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    enum smc_status rc = SMC_OK;
    if (!dir) {
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read", files->directory);
        if (fd >= 0)
            (void)close(fd);
        return rc;
    }
    const struct dirent *entry;
    for (errno = 0; rc == SMC_OK && (entry = readdir(dir)) != NULL; errno = 0)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = add(files, entry->d_name);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    else if (errno != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read", files->directory);
    (void)closedir(dir);
    return rc;
}

/* Why an entry is not a file to send; NULL when it is one, or when only opening it can tell. */
static const char *why_not(const struct upload_files *files, const char *name)
{
    struct stat st;
    bool has_ending = smci_has_suffix(name, ".json") || smci_has_suffix(name, ".csv");
    if (fstatat(files->dir_fd, name, &st, 0) != 0) {
        if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)
            return "a link that leads nowhere";
        return has_ending ? NULL : "its name ends in neither .json nor .csv";
    }
    if (S_ISDIR(st.st_mode))
        return "a directory";
    if (!S_ISREG(st.st_mode))
        return "not a regular file";
    return has_ending ? NULL : "its name ends in neither .json nor .csv";
}

/* Leaves the files to send, with a line for each other entry. */
static void select_files(struct upload_files *files, struct smc_log *log)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        const char *why = why_not(files, files->items[i].name);
        if (!why) {
            files->items[kept++] = files->items[i];
            continue;
        }
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_FILE_PASSED_OVER,
                       SMCI_FACTS(.file = files->items[i].name, .reason = why),
                       "Passed over %s in %s: %s", files->items[i].name, files->directory, why);
        forget(&files->items[i]);
    }
    files->count = kept;
}

/* Whether the set of the files `begin` to `end` - 1 is being written, or was left by a run that was
 * killed: sigmacat-files(5), "COMPLETE SETS". */
static bool is_unpublished(const struct upload_file *items, size_t begin, size_t end)
{
    size_t len = upload_set_len(items[begin].name);
    bool has_part = false;
    bool has_summary = false;
    for (size_t i = begin; len && i < end; i++) {
        has_part = has_part || strcmp(items[i].name + len, SUMMARY ".part") == 0;
        has_summary = has_summary || strcmp(items[i].name + len, SUMMARY) == 0;
    }
    return has_part && !has_summary;
}

/* Leaves out such sets, but for the .part files themselves. */
static void pass_over_unpublished(struct upload_files *files, struct smc_log *log)
{
    struct upload_file *items = files->items;
    size_t kept = 0;
    size_t end;
    for (size_t begin = 0; begin < files->count; begin = end) {
        end = begin + 1;
        while (end < files->count && upload_is_same_set(items[begin].name, items[end].name))
            end++;
        bool is_left_out = is_unpublished(items, begin, end);
        if (is_left_out)
            smci_log_event(
                log, SMC_LOG_WARN, SMCI_EVENT_SET_PASSED_OVER,
                SMCI_FACTS(.reason = "not published", .set = upload_set_stamp(items[begin].name)),
                "Passed over the set %.*s: its extraction is running, or a run that was "
                "stopped left it, and the next extraction removes it",
                (int)upload_set_len(items[begin].name) - 1, items[begin].name);
        for (size_t i = begin; i < end; i++)
            if (is_left_out && !smci_has_suffix(items[i].name, ".part"))
                forget(&items[i]);
            else
                items[kept++] = items[i];
    }
    files->count = kept;
}

/* Until a set is published, the files that an extraction writes have this ending. */
static bool has_unfinished(const struct upload_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (smci_has_suffix(files->items[i].name, ".json.part"))
            return true;
    return false;
}

enum smc_status upload_files_in(struct upload_files *files, const char *directory,
                                struct smc_log *log, struct smc_error *err)
{
    files->directory = strdup(directory);
    if (!files->directory)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    files->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (files->dir_fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read as a directory",
                                   directory);
    enum smc_status rc = read_names(files, err);
    if (rc != SMC_OK)
        return rc;
    if (files->count > 0)
        qsort(files->items, files->count, sizeof *files->items, compare);
    bool is_unfinished = has_unfinished(files);
    pass_over_unpublished(files, log);
    select_files(files, log);
    if (files->count == 0)
        return smc_error_set(
            err, SMC_ERR_IO, "%s: no file to send: none whose name ends in .json or .csv%s",
            directory,
            is_unfinished ? "; there are files of an extraction that is running or was "
                            "stopped: wait, or run castor-extract-sigma again"
                          : "");
    return SMC_OK;
}

void upload_files_keep(struct upload_files *files, size_t begin, size_t end)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (i >= begin && i < end && !files->items[i].is_foreign)
            files->items[kept++] = files->items[i];
        else
            forget(&files->items[i]);
    }
    files->count = kept;
}
